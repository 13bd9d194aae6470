"""`renkei import` and `renkei calc`: files of this machine, taken in for a company of this installation, or calculated.

It goes the way of the door: read, show, store. Nothing is stored without `--confirm` or a yes at the terminal; the
report goes to standard output, progress to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from renkei.kit.errors import Missing, RenkeiError

importing = typer.Typer(help="Take files in for a company: bom, factors.", no_args_is_help=True)

InputFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help=".xlsx, .csv, .tsv or .txt")
]
OperatorId = Annotated[UUID, typer.Option("--operator", help="The company's operator id.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]
Confirm = Annotated[
    bool,
    typer.Option(
        "--confirm", help="Store it, and say yes to the questions; otherwise the terminal is asked."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole report as one JSON object.")]


class OperatorUnknown(Missing):
    """No company with this id."""

    code = "operator_not_found"
    en = "There is no company with this identifier."
    ja = "指定された識別子の事業者は存在しません。"


class MappingUnreadable(RenkeiError):
    """The file of a mapping is not one."""

    code = "mapping_unreadable"
    en = "{file} is not a mapping: {reason}"
    ja = "{file}はマッピングとして読み取れません: {reason}"


@importing.command("bom")
def import_bom(
    file: InputFile,
    operator_id: OperatorId,
    mapping: Annotated[
        str | None, typer.Option(help="A saved mapping of the company, or a JSON file with one.")
    ] = None,
    dry_run: DryRun = False,
    confirm: Confirm = False,
    as_json: AsJson = False,
) -> None:
    """Take in a bill of materials, indented or as parents and children: adds, changes and removes, then stores."""
    from renkei.commons.operators.service import plants  # noqa: PLC0415 (keeps the other commands quick)
    from renkei.connectors.spreadsheet import bom_import  # noqa: PLC0415
    from renkei.connectors.spreadsheet.reports import result_json  # noqa: PLC0415
    from renkei.connectors.spreadsheet.workbooks import limits_of  # noqa: PLC0415
    from renkei.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    with _company(operator_id) as (database, entry):
        chosen, own_plants, today = database.read(
            entry, lambda tx: (_mapping(tx, mapping), plants(tx), tx.now.date())
        )
        with (
            _progress(file.name) as progress,
            bom_import.look(
                file.read_bytes(), chosen, own_plants, today, limits_of(settings), progress=progress
            ) as looked,
        ):
            limit = settings.parts_per_operator_limit
            shown = database.run(entry, lambda tx: bom_import.show(tx, looked, part_limit=limit))
            report = shown.report
            stored: dict[str, Any] | None = None
            if not as_json:
                _tell(report)
            if not dry_run and shown.fingerprint is not None and (confirm or _yes(as_json=as_json)):
                stored = result_json(
                    database.run(
                        entry,
                        lambda tx: bom_import.store(tx, looked, part_limit=limit, expect=shown.fingerprint),
                    )
                )
    if as_json:
        typer.echo(_json(report | {"result": stored}))
    elif stored is not None:
        typer.echo(_json(stored))
    _leave(faulty=shown.fingerprint is None, stored=stored is not None, dry_run=dry_run)


@importing.command("factors")
def import_factors(
    file: InputFile,
    operator_id: OperatorId,
    name: Annotated[
        str, typer.Option(help="The own set that it becomes a version of: letters, digits, . - _")
    ],
    version: Annotated[
        str | None, typer.Option(help="What the version is called (default: the next number).")
    ] = None,
    mapping: Annotated[
        str | None, typer.Option(help="A saved mapping of the company, or a JSON file with one.")
    ] = None,
    save_mapping: Annotated[
        str | None,
        typer.Option(help="Save the mapping of the JSON file under this name, once the file is stored."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="What people call the set.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Where the factors are from, where the file does not say.")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="On what terms, where the file does not say.")] = None,
    period: Annotated[
        str | None, typer.Option(help="For when they are meant: two days, 2025-04-01/2026-03-31.")
    ] = None,
    dry_run: DryRun = False,
    confirm: Confirm = False,
    as_json: AsJson = False,
) -> None:
    """Take in a list of emission factors as a new version of an own set: what differs from the last, then stores."""
    from renkei.commons.imports.service import put_mapping  # noqa: PLC0415 (keeps the other commands quick)
    from renkei.connectors.spreadsheet import factor_import  # noqa: PLC0415
    from renkei.connectors.spreadsheet.workbooks import limits_of  # noqa: PLC0415
    from renkei.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    begin, end = _days(period)
    target = factor_import.Target(
        set_id=name,
        version=version,
        title=title,
        source=source,
        licence=licence,
        period_from=begin,
        period_to=end,
    )
    with _company(operator_id) as (database, entry):
        chosen = database.read(entry, lambda tx: _factor_mapping(tx, mapping))
        looked = factor_import.look(file.read_bytes(), chosen, limits_of(settings))
        limit = settings.factors_per_set_limit
        shown = database.run(entry, lambda tx: factor_import.show(tx, looked, target, limit=limit))
        stored: dict[str, Any] | None = None
        if not as_json:
            _tell_factors(shown.report)
        if not dry_run and shown.fingerprint is not None and (confirm or _yes(as_json=as_json)):

            def work(tx: Any) -> dict[str, Any]:
                if save_mapping is not None:
                    put_mapping(tx, factor_import.KIND, save_mapping, factor_import.mapping_json(chosen))
                done = factor_import.store(tx, looked, target, limit=limit, expect=shown.fingerprint)
                return factor_import.result_json(done)

            stored = database.run(entry, work)
    if as_json:
        typer.echo(_json(shown.report | {"result": stored}))
    elif stored is not None:
        typer.echo(_json(stored))
    _leave(faulty=shown.fingerprint is None, stored=stored is not None, dry_run=dry_run)


def calc(
    file: InputFile,
    operator_id: Annotated[
        UUID | None, typer.Option("--operator", help="A company whose own factors count too.")
    ] = None,
    production: Annotated[
        str | None, typer.Option(help="Good units made, where the file does not say.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="Declared unit, where the file does not say: 個, kg …")
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="Two days, 2025-04-01/2026-03-31, where the file does not say.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Calculate footprints from activity data in a workbook, a text file or a sheet as JSON. Nothing is stored."""
    from renkei.commons.edge.validation import read  # noqa: PLC0415
    from renkei.connectors.spreadsheet.calculating import Calculated, calculate_file, result  # noqa: PLC0415
    from renkei.connectors.spreadsheet.table import Findings  # noqa: PLC0415
    from renkei.connectors.spreadsheet.workbooks import limits_of  # noqa: PLC0415
    from renkei.kit.errors import SeveralFaults  # noqa: PLC0415
    from renkei.kit.ids import new_id  # noqa: PLC0415
    from renkei.kit.strict_json import JsonLimits, parse  # noqa: PLC0415
    from renkei.settings import load_settings  # noqa: PLC0415
    from renkei.usecases.footprint.calculator.api_model import SheetBody  # noqa: PLC0415
    from renkei.usecases.footprint.calculator.rules import faults_of  # noqa: PLC0415

    factors = _factors(operator_id)
    if file.suffix.lower() == ".json":
        body = read(SheetBody, parse(file.read_bytes(), JsonLimits(size_bytes=10_000_000, depth=16)))
        sheet = body.sheet(new_id())
        faults = faults_of(sheet, factors)
        if faults:
            raise SeveralFaults(tuple(faults))
        done = Calculated(Findings(), (result("", sheet, factors),))
    else:
        limits = limits_of(load_settings())
        done = calculate_file(file.read_bytes(), factors, limits, _beside(production, unit, period))
    if as_json:
        typer.echo(_json(done.document))
    else:
        _tell_findings(done.document)
        for one in done.results:
            _tell_result(one)
    if done.findings.blocked:
        raise typer.Exit(1)


def _beside(production: str | None, unit: str | None, period: str | None) -> Any:
    """What the options say of the file."""
    from renkei.connectors.spreadsheet.activities import Beside  # noqa: PLC0415
    from renkei.connectors.spreadsheet.cells import number_of_text  # noqa: PLC0415
    from renkei.connectors.spreadsheet.words import unit_of  # noqa: PLC0415
    from renkei.kit.quantities import parse_unit  # noqa: PLC0415

    begin, end = _days(period)
    beside = Beside(
        period_from=begin,
        period_to=end,
        production=number_of_text(production) if production else None,
        declared_unit=parse_unit(unit_of(unit, {}) or "") if unit else None,
    )
    if production and beside.production is None:
        raise typer.BadParameter("a number is needed", param_hint="--production")
    if unit and beside.declared_unit is None:
        raise typer.BadParameter("a unit such as 個 or kg is needed", param_hint="--unit")
    return beside


def _days(period: str | None) -> tuple[date | None, date | None]:
    """The first and the last day of a period as an option says it."""
    from renkei.connectors.spreadsheet.cells import date_of  # noqa: PLC0415

    if not period:
        return None, None
    begin, _, end = period.partition("/")
    first, last = date_of(begin), date_of(end)
    if first is None or last is None:
        raise typer.BadParameter("a period is two days such as 2025-04-01/2026-03-31", param_hint="--period")
    return first, last


def _factors(operator_id: UUID | None) -> Mapping[Any, Any]:
    """The platform's factors, and a company's own."""
    from renkei.usecases.footprint.factors.library import platform_factors  # noqa: PLC0415
    from renkei.usecases.footprint.factors.model import FactorQuery  # noqa: PLC0415
    from renkei.usecases.footprint.factors.service import factor_sets, find_factors  # noqa: PLC0415

    found = dict(platform_factors())
    if operator_id is None:
        return found
    with _company(operator_id) as (database, entry):

        def own(tx: Any) -> list[Any]:
            queries = [
                FactorQuery(set_id=one.set_id, version=one.version) for one in factor_sets(tx) if one.own
            ]
            return [factor for query in queries for factor in find_factors(tx, query, limit=100_000).factors]

        return found | {factor.ref: factor for factor in database.read(entry, own)}


def _tell_result(one: Mapping[str, Any]) -> None:
    """A result for a person: the total, then how it came about."""
    from renkei.kit.decimals import plain_text  # noqa: PLC0415

    made = f"{one['period_from']}/{one['period_to']}, {plain_text(one['production'])} {one['declared_unit']}"
    typer.echo(f"{one['part']} {plain_text(one['total'])} kgCO2e/{one['declared_unit']} ({made})".strip())
    for line in one["lines"]:
        pieces = " + ".join(
            f"{plain_text(piece['amount'])} {piece['unit']} × {plain_text(piece['value'])} [{piece['factor']}]"
            for piece in line["pieces"]
        )
        emission = plain_text(line["emission"])
        typer.echo(f"  {line['line_id']} {line['name']}: {emission} = {pieces or line['status']}")
    for question in one["questions"]:
        typer.echo(f"  ? {question['line_id'] or ''} {question['ja']} / {question['en']}")


def _leave(*, faulty: bool, stored: bool, dry_run: bool) -> None:
    if faulty:
        typer.echo("renkei: the file has faults; nothing was stored.", err=True)
        raise typer.Exit(1)
    if not stored and not dry_run:
        typer.echo("renkei: nothing was stored; say --confirm to store it.", err=True)
        raise typer.Exit(1)


@contextmanager
def _company(operator_id: UUID) -> Iterator[tuple[Any, Any]]:
    """The database of the settings, up to date, and the entry that acts for the company."""
    from renkei.app import branches, reactions  # noqa: PLC0415
    from renkei.commons.operators.service import list_operators  # noqa: PLC0415
    from renkei.database.connect import opened  # noqa: PLC0415
    from renkei.database.transaction import act_as  # noqa: PLC0415
    from renkei.settings import load_settings  # noqa: PLC0415

    with opened(
        load_settings(), branches=branches(), reactions=reactions(), size=2, application_name="renkei-cli"
    ) as database:
        for found in database.owner(list_operators):
            if found.operator_id == operator_id:
                yield database, act_as(found.operator_key, operator_id, door="cli")
                return
        raise OperatorUnknown


def _mapping(tx: Any, name: str | None) -> Any:
    """The mapping that is meant: as recognised, of a JSON file, or saved under this name."""
    from renkei.connectors.spreadsheet import bom_import  # noqa: PLC0415
    from renkei.connectors.spreadsheet.api import BomMappingBody  # noqa: PLC0415
    from renkei.connectors.spreadsheet.bom_mapping import BomMapping  # noqa: PLC0415

    if name is None:
        return BomMapping()
    return _said_mapping(tx, name, bom_import.KIND, bom_import.mapping_from, BomMappingBody)


def _factor_mapping(tx: Any, name: str | None) -> Any:
    """The mapping for a list of factors that is meant."""
    from renkei.connectors.spreadsheet import factor_import  # noqa: PLC0415
    from renkei.connectors.spreadsheet.api import FactorMappingBody  # noqa: PLC0415
    from renkei.connectors.spreadsheet.factor_mapping import FactorMapping  # noqa: PLC0415

    if name is None:
        return FactorMapping()
    return _said_mapping(tx, name, factor_import.KIND, factor_import.mapping_from, FactorMappingBody)


def _said_mapping(tx: Any, name: str, kind: str, of_saved: Callable[..., Any], body: type[Any]) -> Any:
    """The mapping of a JSON file, or the one saved under this name."""
    from renkei.commons.edge.validation import read  # noqa: PLC0415
    from renkei.commons.imports.service import mapping_of  # noqa: PLC0415
    from renkei.kit.strict_json import JsonLimits, parse  # noqa: PLC0415

    path = Path(name)
    if not path.is_file():
        return of_saved(mapping_of(tx, kind, name).content)
    try:
        return read(body, parse(path.read_bytes(), JsonLimits(size_bytes=1_000_000, depth=8))).mapping()
    except RenkeiError as error:
        reasons = "; ".join(f"{fault.pointer} {fault.sentence('en')}".strip() for fault in error.faults)
        raise MappingUnreadable(file=name, reason=reasons) from None


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal."""
    with typer.progressbar(length=1_000, label=label, file=sys.stderr) as bar:
        done = 0

        def tell(count: int, of: int) -> None:
            nonlocal done
            now = 1_000 if not of else 1_000 * count // of
            bar.update(now - done)
            done = now

        yield tell


def _tell_findings(report: Mapping[str, Any]) -> None:
    """Problems with their places, for a person."""
    for kind, mark in (("faults", "FAULT"), ("questions", "ASK"), ("notes", "note")):
        found = report[kind]
        for one in found["items"]:
            place = f"{one['pointer']}: " if one["pointer"] else ""
            typer.echo(f"{mark:5} {place}{one['ja']} / {one['en']}")
        if found["count"] > len(found["items"]):
            typer.echo(f"{mark:5} … {found['count']} in all")


def _tell(report: Mapping[str, Any]) -> None:
    """The report for a person: problems, then what would change."""
    _tell_findings(report)
    changes = report["changes"]
    if changes is None:
        return
    for one in changes["parts"]:
        typer.echo(f"{'+' if one['kind'] == 'new' else '~'} {one['name']} {one['label'] or ''}".rstrip())
    marks = {"added": "+", "changed": "~", "removed": "-"}
    for one in changes["lines"]:
        typer.echo(f"{marks[one['kind']]} {one['parent']} > {one['child']}: {_amounts(one)}")
    counted = {name: value for name, value in changes.items() if isinstance(value, int)}
    typer.echo(_json(counted))


def _tell_factors(report: Mapping[str, Any]) -> None:
    """The report on a list of factors for a person: problems, then the version that it becomes."""
    _tell_findings(report)
    changes = report["changes"]
    if changes is None:
        return
    marks = {"added": "+", "changed": "~", "removed": "-"}
    for one in changes["items"]:
        after = _rate(one["value"], one["unit"])
        before = _rate(one["before_value"], one["before_unit"])
        rates = " → ".join(rate for rate in (before, after) if rate)
        typer.echo(f"{marks[one['kind']]} {one['factor_id']} {one['name_ja']}: {rates}".rstrip(": "))
    typer.echo(_json({name: value for name, value in changes.items() if name != "items"}))


def _rate(value: Decimal | None, unit: str | None) -> str:
    from renkei.kit.decimals import plain_text  # noqa: PLC0415

    return "" if value is None else f"{plain_text(value)} kgCO2e/{unit}"


def _amounts(line: Mapping[str, Any]) -> str:
    after = _amount(line["amount"], line["unit"], line["base_quantity"])
    before = _amount(line["before_amount"], line["before_unit"], line["before_base_quantity"])
    return " → ".join(one for one in (before, after) if one) or "-"


def _amount(amount: Decimal | None, unit: str | None, base: Decimal | None) -> str:
    if amount is None:
        return ""
    per = "" if base is None or base == 1 else f" / {base}"
    return f"{amount} {unit}{per}"


def _yes(*, as_json: bool) -> bool:
    """Whether whoever sits at the terminal says yes."""
    return not as_json and sys.stdin.isatty() and typer.confirm("Store this?", default=False, err=True)


def _json(value: Mapping[str, Any]) -> str:
    from renkei.kit.strict_json import dumps  # noqa: PLC0415

    return dumps(dict(value)).decode()

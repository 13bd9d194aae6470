"""The command group `renkei import`: files of this machine, taken in for one company of this installation.

It goes the way of the door: read, show, store. Nothing is stored without `--confirm` or a yes at the terminal; the
report goes to standard output, progress to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from renkei.kit.errors import Missing, RenkeiError

importing = typer.Typer(help="Take files in for a company: bom.", no_args_is_help=True)

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
    from renkei.commons.edge.validation import read  # noqa: PLC0415
    from renkei.commons.imports.service import mapping_of  # noqa: PLC0415
    from renkei.connectors.spreadsheet import bom_import  # noqa: PLC0415
    from renkei.connectors.spreadsheet.api import BomMappingBody  # noqa: PLC0415
    from renkei.connectors.spreadsheet.bom_mapping import BomMapping  # noqa: PLC0415
    from renkei.kit.strict_json import JsonLimits, parse  # noqa: PLC0415

    if name is None:
        return BomMapping()
    path = Path(name)
    if not path.is_file():
        return bom_import.mapping_from(mapping_of(tx, bom_import.KIND, name).content)
    try:
        return read(
            BomMappingBody, parse(path.read_bytes(), JsonLimits(size_bytes=1_000_000, depth=8))
        ).mapping()
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


def _tell(report: Mapping[str, Any]) -> None:
    """The report for a person: problems with their places, then what would change."""
    for kind, mark in (("faults", "FAULT"), ("questions", "ASK"), ("notes", "note")):
        found = report[kind]
        for one in found["items"]:
            place = f"{one['pointer']}: " if one["pointer"] else ""
            typer.echo(f"{mark:5} {place}{one['ja']} / {one['en']}")
        if found["count"] > len(found["items"]):
            typer.echo(f"{mark:5} … {found['count']} in all")
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

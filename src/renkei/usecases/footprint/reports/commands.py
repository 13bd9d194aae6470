"""`renkei report` and `renkei reports`: reports of declarations as files, straight from the database.

`reports` writes one file a declaration and may be stopped at any moment, even killed: a file is there whole or not at
all, and the next run goes on with those that are not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from renkei.commons.ledger import verify_store
from renkei.commons.ledger.errors import PartUnknown
from renkei.commons.parts.errors import PartMissing
from renkei.commons.usecase import use_cases
from renkei.database.connect import opened
from renkei.database.migrate import COMMONS, Branch
from renkei.database.transaction import Database, Entry, act_as
from renkei.kit.strict_json import dumps
from renkei.settings import Settings, load_settings
from renkei.usecases.footprint.reports import service, store
from renkei.usecases.footprint.reports.model import Language, Report
from renkei.usecases.footprint.reports.pdf import draw_pdf
from renkei.usecases.footprint.reports.report import report_json

Format = Literal["pdf", "json"]
_Format = Annotated[Format, typer.Option("--format", help="pdf or json.")]
_Language = Annotated[Language, typer.Option("--lang", help="ja or en.")]


def report(
    part: Annotated[UUID, typer.Argument(help="The part's trace id: its newest declaration is reported.")],
    format_: _Format = "pdf",
    lang: _Language = "ja",
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="The file to write (default: <declaration>-<lang>.<format>)."),
    ] = None,
    declaration: Annotated[
        UUID | None, typer.Option(help="Another declaration of the part than the newest.")
    ] = None,
) -> None:
    """Write the report of a part's declaration. Whoever gets the file can read all of it."""
    with _opened() as (settings, database):
        for key, operator_id in database.owner(verify_store.operators):
            entry = act_as(key, operator_id, door="cli")
            try:
                found = database.read(entry, lambda tx: service.newest_of(tx, part))
            except PartMissing:
                continue
            found = declaration or found
            drawn = _drawn(database, entry, found, lang, settings)
            break
        else:
            raise PartUnknown(part=part)
    file = out or Path(f"{found}-{lang}.{format_}")
    _write(file, _bytes(drawn, format_))
    _print(
        {
            "file": str(file),
            "declaration": str(found),
            "missing": [item.code for item in drawn.missing],
            "evidence_sha256": drawn.evidence_sha256,
        }
    )


def reports(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where to write, one file a declaration.")],
    operator: Annotated[UUID, typer.Option(help="The company whose declarations are reported.")],
    format_: _Format = "pdf",
    lang: _Language = "ja",
) -> None:
    """Write the report of every declaration of a company. Stopped or killed, the next run goes on where it was."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with _opened() as (settings, database):
        keys = {operator_id: key for key, operator_id in database.owner(verify_store.operators)}
        if operator not in keys:
            raise typer.BadParameter("no such company", param_hint="--operator")
        entry = act_as(keys[operator], operator, door="cli")
        wanted = {
            declaration_id: folder / f"{declaration_id}-{lang}.{format_}"
            for declaration_id in database.read(entry, store.every)
        }
        left = {declaration_id: file for declaration_id, file in wanted.items() if not file.exists()}
        with typer.progressbar(left.items(), label="reports", file=sys.stderr) as bar:
            for declaration_id, file in bar:
                drawn = _drawn(database, entry, declaration_id, lang, settings)
                _write(file, _bytes(drawn, format_))
                written += 1
    _print({"folder": str(folder), "declarations": len(wanted), "written": written})


def _drawn(
    database: Database, entry: Entry, declaration_id: UUID, lang: Language, settings: Settings
) -> Report:
    return database.read(entry, lambda tx: service.report_of(tx, declaration_id, lang, settings.base_url))


def _bytes(drawn: Report, format_: Format) -> bytes:
    return draw_pdf(drawn) if format_ == "pdf" else dumps(report_json(drawn)) + b"\n"


def _write(file: Path, content: bytes) -> None:
    """The file whole, or nothing of it; what a kill leaves beside it is written over by the next run."""
    beside = file.with_name(f".{file.name}.part")
    beside.write_bytes(content)
    beside.replace(file)


@contextmanager
def _opened() -> Iterator[tuple[Settings, Database]]:
    settings = load_settings()
    branches = (COMMONS, *(Branch(use_case.name, use_case.migrations) for use_case in use_cases()))
    with opened(settings, branches=branches, size=2, application_name="renkei-cli") as database:
        yield settings, database


def _print(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))

"""The watched folder: what other systems of a company put there is taken in without anybody at a screen.

    <watch_dir>/<operator id>/bom/*.csv|xlsx          a bill of materials, by the mapping "watched" if there is one
    <watch_dir>/<operator id>/activities/*.csv|xlsx   activity data (meters, EMS): kept as drafts of calculations

A file is taken when it has not changed for some seconds, then moved to `done`, `waiting` or `refused` beside it, with the
report as `<name>.report.json`. Nothing is guessed: a bill of materials with questions becomes a waiting import, which a
person confirms; activity data are drafts, which state no footprint before a person looks at them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog

from renkei.commons.imports import service as imports
from renkei.commons.imports.errors import MappingMissing
from renkei.commons.imports.model import ImportDraft
from renkei.commons.operators.model import ACTED_FOR, Operator
from renkei.commons.operators.service import list_operators, plants
from renkei.commons.parts.model import PartFilter
from renkei.commons.parts.service import list_parts
from renkei.connectors.spreadsheet import bom_import
from renkei.connectors.spreadsheet.activities import Group, find_activities, read_groups
from renkei.connectors.spreadsheet.bom_mapping import BomMapping
from renkei.connectors.spreadsheet.cells import plain_word
from renkei.connectors.spreadsheet.errors import PartNameUnknown
from renkei.connectors.spreadsheet.reading import read_file
from renkei.connectors.spreadsheet.reports import report_json, result_json
from renkei.connectors.spreadsheet.table import Findings
from renkei.connectors.spreadsheet.workbooks import limits_of
from renkei.database.transaction import Database, Entry, Transaction, act_as
from renkei.kit.errors import RenkeiError
from renkei.kit.strict_json import dumps
from renkei.settings import Settings
from renkei.usecases.footprint.calculator.service import put_sheet

log = structlog.get_logger(__name__)

MAPPING: Final = "watched"
SETTLED_SECONDS: Final = 5.0
"""A file that changed within this time may still be written."""
_KINDS: Final = ("bom", "activities")
_TYPES: Final = frozenset({".xlsx", ".csv", ".tsv", ".txt"})
_MOST_FILES: Final = 20
"""Files of one company in one look, so that others get turns."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a file goes, and its report."""

    folder: str
    report: dict[str, Any]


def look(database: Database, settings: Settings) -> int:
    """Take in what lies in the watched folder; how many files. One file's trouble is its own."""
    root = settings.watch_dir
    if root is None or not root.is_dir():
        return 0
    count = 0
    for company in database.owner(list_operators):
        folder = root / str(company.operator_id)
        if company.state not in ACTED_FOR or not folder.is_dir():
            continue
        for kind in _KINDS:
            for file in _files(folder / kind):
                _take(database, settings, company, kind, file)
                count += 1
    return count


def _files(folder: Path) -> Iterator[Path]:
    """Settled files of known types, oldest first; links are not followed."""
    if not folder.is_dir():
        return
    settled = time.time() - SETTLED_SECONDS
    found = [
        (file.stat().st_mtime, file)
        for file in folder.iterdir()
        if file.suffix.lower() in _TYPES and file.is_file() and not file.is_symlink()
    ]
    yield from [file for changed, file in sorted(found) if changed <= settled][:_MOST_FILES]


def _take(database: Database, settings: Settings, company: Operator, kind: str, file: Path) -> None:
    entry = act_as(company.operator_key, company.operator_id, roles=("editor",))
    try:
        if file.stat().st_size > settings.spreadsheet_size_limit_bytes:
            outcome = Outcome("refused", {"error": "too_large"})
        else:
            content = file.read_bytes()
            take = _take_bom if kind == "bom" else _take_activities
            outcome = take(database, settings, entry, file.name, content)
    except RenkeiError as error:
        faults = [
            {"code": one.code, "pointer": one.pointer, "en": one.sentence("en"), "ja": one.sentence("ja")}
            for one in error.faults
        ]
        outcome = Outcome("refused", {"error": error.code, "faults": faults})
    target = file.parent / outcome.folder
    target.mkdir(exist_ok=True)
    stamp = database.clock.now().strftime("%Y%m%dT%H%M%S")
    kept = target / f"{stamp}-{file.name}"
    kept.with_name(f"{kept.name}.report.json").write_bytes(dumps(outcome.report))
    file.replace(kept)
    log.info("watched_file_taken", operator=str(company.operator_id), kind=kind, outcome=outcome.folder)


def _take_bom(database: Database, settings: Settings, entry: Entry, name: str, content: bytes) -> Outcome:
    def read(tx: Transaction) -> tuple[BomMapping, Any, Any]:
        try:
            chosen = bom_import.mapping_from(imports.mapping_of(tx, bom_import.KIND, MAPPING).content)
        except MappingMissing:
            chosen = BomMapping()
        return chosen, plants(tx), tx.now.date()

    mapping, own_plants, today = database.read(entry, read)
    limit = settings.parts_per_operator_limit
    with bom_import.look(content, mapping, own_plants, today, limits_of(settings)) as looked:
        shown = database.run(entry, lambda tx: bom_import.show(tx, looked, part_limit=limit))
        if shown.fingerprint is None:
            return Outcome("refused", shown.report)
        if not shown.findings.asks:
            stored = database.run(
                entry, lambda tx: bom_import.store(tx, looked, part_limit=limit, expect=shown.fingerprint)
            )
            return Outcome("done", shown.report | {"result": result_json(stored)})
    draft = ImportDraft(
        kind=bom_import.KIND,
        file_name=name,
        size_bytes=len(content),
        digest=hashlib.sha256(content).digest(),
        content=content,
        options=bom_import.mapping_json(mapping),
        report=shown.report,
        fingerprint=shown.fingerprint,
    )
    kept = database.run(entry, lambda tx: imports.put_import(tx, draft, limit=settings.imports_waiting_limit))
    return Outcome("waiting", shown.report | {"import_id": str(kept.import_id)})


def _take_activities(database: Database, settings: Settings, entry: Entry, _: str, content: bytes) -> Outcome:
    findings = Findings()
    body = find_activities(read_file(content, limits_of(settings), findings), findings)
    groups = [] if body is None else read_groups(body, findings)

    def work(tx: Transaction) -> list[dict[str, Any]]:
        kept = []
        for group in groups:
            assert body is not None
            part = _part_of(tx, group)
            if part is None:
                findings.add("fault", PartNameUnknown(value=group.label[:60]), body.place(group.rows[0]))
                continue
            try:
                stored = put_sheet(tx, replace(group.sheet, trace_id=part), draft=True)
            except RenkeiError as error:
                for fault in error.faults:
                    findings.note("fault", fault, group.place(body, fault))
            else:
                kept.append(
                    {"part": group.label, "sheet_id": str(stored.sheet_id), "version": stored.version}
                )
        if findings.blocked:
            raise _RefusedError
        return kept

    try:
        kept = [] if findings.blocked else database.run(entry, work)
    except _RefusedError:
        kept = []
    folder = "refused" if findings.blocked else "done"
    return Outcome(
        folder, report_json(findings, {"sheets": len(groups)}, None) | {"result": {"drafts": kept}}
    )


class _RefusedError(Exception):
    """Ends a transaction of which nothing shall stay."""


def _part_of(tx: Transaction, group: Group) -> UUID | None:
    """The trace id of the only own part of this number."""
    found = list_parts(tx, PartFilter(name=group.label), limit=2).items
    same = [part for part in found if plain_word(part.name) == plain_word(group.label)]
    return same[0].trace_id if len(same) == 1 else None

"""From a file with a bill of materials to stored parts: look, show, store.

`look` reads the file outside of any transaction; `show` and `store` are work for one. A page, the door and the command
line go the same way:

    looked = look(content, mapping, plants, today, limits)
    with looked:                                        # rows wait in temporary files
        shown = database.run(entry, lambda tx: show(tx, looked, part_limit=…))
        if not shown.findings.blocked:
            database.run(entry, lambda tx: store(tx, looked, part_limit=…, expect=shown.fingerprint))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self
from uuid import UUID

from renkei.commons.operators.model import Plant
from renkei.commons.parts.bulk import compare, promote, stage
from renkei.commons.parts.model import BulkResult, BulkRow
from renkei.commons.parts.staging import Staged
from renkei.connectors.spreadsheet.bom import jumps, read_bom
from renkei.connectors.spreadsheet.bom_mapping import BomMapping
from renkei.connectors.spreadsheet.bom_reader import Bom
from renkei.connectors.spreadsheet.reading import read_file
from renkei.connectors.spreadsheet.reports import SHOWN_CHANGES, changes_json, report_json
from renkei.connectors.spreadsheet.table import Findings
from renkei.connectors.spreadsheet.workbooks import Limits
from renkei.database.transaction import Transaction
from renkei.kit.errors import Fault, SeveralFaults

KIND: Final = "bom"
Progress = Callable[[int, int], None]
"""Told how many rows of how many are done."""


@dataclass(slots=True)
class Looked:
    """A file as it was read; with it open, its rows can be shown and stored any number of times."""

    findings: Findings
    bom: Bom | None
    staged: Staged | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()


@dataclass(frozen=True, slots=True)
class Shown:
    """What was found, and what would change; `fingerprint` None: there are faults."""

    findings: Findings
    report: dict[str, Any]
    fingerprint: str | None


def look(
    content: bytes,
    mapping: BomMapping,
    plants: Sequence[Plant],
    today: date,
    limits: Limits,
    *,
    progress: Progress | None = None,
) -> Looked:
    """Read a file and check every row for itself. Raises `RenkeiError` for a file that cannot be read at all."""
    findings = Findings()
    source = read_file(content, limits, findings)
    looked = Looked(findings, read_bom(source, mapping, plants, today, findings))
    if looked.bom is not None and not findings.blocked:
        rows = looked.bom.rows
        looked.staged = looked._open.enter_context(  # noqa: SLF001 - its own maker
            stage(rows if progress is None else _told(rows, progress), merge=True)
        )
        for fault in looked.staged.faults:
            findings.note("fault", fault, looked.bom.place_of(fault))
    return looked


def show(tx: Transaction, looked: Looked, *, part_limit: int, most: int = SHOWN_CHANGES) -> Shown:
    """What would change, and what is wrong in the light of what is stored. Stores nothing."""
    findings, bom = deepcopy(looked.findings), looked.bom
    if bom is None or looked.staged is None or findings.blocked:
        return Shown(findings, report_json(findings, _read(bom), None), None)
    try:
        changes = compare(tx, looked.staged, part_limit=part_limit, most=most)
    except SeveralFaults as several:
        for fault in several.faults:
            findings.note("fault", fault, bom.place_of(fault))
        return Shown(findings, report_json(findings, _read(bom), None), None)
    jumps(changes, bom, findings)
    return Shown(findings, report_json(findings, _read(bom), changes_json(changes)), changes.fingerprint)


def store(tx: Transaction, looked: Looked, *, part_limit: int, expect: str | None = None) -> BulkResult:
    """Store it. Raises `ChangedMeanwhile` if that would not do what was shown, `SeveralFaults` with places in the file."""
    bom, staged = looked.bom, looked.staged
    if bom is None or staged is None or looked.findings.blocked:
        raise SeveralFaults(tuple(one.fault for one in looked.findings.of("fault")))
    try:
        return promote(tx, staged, part_limit=part_limit, expect=expect)
    except SeveralFaults as several:
        raise SeveralFaults(
            tuple(
                Fault(one.code, bom.place_of(one).pointer, one.parameters, one.en, one.ja)
                for one in several.faults
            )
        ) from None


def _told(rows: Sequence[BulkRow], progress: Progress) -> Iterator[BulkRow]:
    for number, row in enumerate(rows):
        if number % 1_000 == 0:
            progress(number, len(rows))
        yield row
    progress(len(rows), len(rows))


def _read(bom: Bom | None) -> dict[str, Any]:
    if bom is None:
        return {}
    return {"sheet": bom.sheet, "layout": bom.layout, "parts": bom.part_count, "lines": bom.line_count}


# -- mappings as documents ---------------------------------------------------------------------------------------------
def mapping_json(mapping: BomMapping) -> dict[str, Any]:
    """A mapping as it is saved."""
    return {
        "columns": dict(mapping.columns),
        "sheet": mapping.sheet,
        "layout": mapping.layout,
        "plant_id": None if mapping.plant_id is None else str(mapping.plant_id),
        "product": mapping.product,
        "default_unit": mapping.default_unit,
        "base_quantity": mapping.base_quantity,
        "units": dict(mapping.units),
        "words": dict(mapping.words),
        "skip_hidden_rows": mapping.skip_hidden_rows,
        "complete": mapping.complete,
        "decimal_comma": mapping.decimal_comma,
    }


def mapping_from(saved: Mapping[str, Any]) -> BomMapping:
    """The mapping that `mapping_json` wrote."""
    said = dict(saved)
    plant_id = said.pop("plant_id", None)
    base = said.pop("base_quantity", 1)
    return BomMapping(
        **said,
        plant_id=None if plant_id is None else UUID(plant_id),
        base_quantity=base if isinstance(base, Decimal) else Decimal(str(base)),
    )

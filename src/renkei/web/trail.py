"""How a value came out of a sheet: its lines with their factors, the largest first, and what is asked about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renkei.database.transaction import Transaction
from renkei.kit.ids import parse_id
from renkei.usecases.footprint.calculator.model import StoredSheet
from renkei.usecases.footprint.calculator.service import sheet_version
from renkei.web.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRow:
    """One line of a sheet and what came of it."""

    name: str
    pieces: Sequence[Mapping[str, Any]]
    emission: float
    per_unit: float
    share: float | None
    is_counted: bool
    is_licensed: bool
    """Its number is of a licensed set and does not stand here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """How a result came about: its lines, the largest first, and what is asked about them."""

    rows: Sequence[TrailRow]
    questions: Sequence[tuple[str, str, bool]]
    """Line, sentence, and whether something is not counted because of it."""
    result: Mapping[str, Any]
    largest: float


def trail_of(words: Words, stored: StoredSheet) -> Trail:
    """The trail of a stored sheet, in the reader's language."""
    result = stored.result
    names = {line.line_id: line.name or line.line_id for line in stored.sheet.lines}
    whole = float(result["period_total"]) or None
    rows = [
        TrailRow(
            name=names.get(line["line_id"], line["line_id"]),
            pieces=line["pieces"],
            emission=float(line["emission"] or 0),
            per_unit=float(line["per_unit"] or 0),
            share=None if whole is None or line["emission"] is None else float(line["emission"]) / whole,
            is_counted=line["status"] == "counted",
            is_licensed=line["emission"] is None,
        )
        for line in result["lines"]
    ]
    rows.sort(key=lambda row: -abs(row.emission))
    return Trail(
        rows=rows,
        questions=[
            (names.get(one["line_id"], ""), one[words.language], one["blocks"]) for one in result["questions"]
        ],
        result=result,
        largest=max((abs(row.emission) for row in rows), default=0.0),
    )


def factor_name(words: Words, piece: Mapping[str, Any]) -> str:
    """What a multiplication's factor is called."""
    return str(piece["name_ja"] if words.language == "ja" else piece["name_en"])


def sheet_behind(tx: Transaction, method: Mapping[str, Any]) -> StoredSheet | None:
    """The version of the sheet from which a statement was made; None if it was not made from one."""
    sheet_id, _, version = str(method.get("sheet") or "").partition("/")
    found = parse_id(sheet_id)
    return sheet_version(tx, found, int(version)) if found is not None and version.isdecimal() else None

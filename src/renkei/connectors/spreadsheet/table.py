"""What was read from a file, and where everything stands in it; what was found about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final, Literal

from renkei.kit.errors import Fault, RenkeiError

Cell = str | float | int | bool | date
"""A cell as it stands; an empty one is ""."""
Kind = Literal["fault", "question", "note"]

MOST_FINDINGS: Final = 1_000
"""Findings of one kind that are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file. `row`: of the sheet, or the record of a text file, whose first line is `line`; `column` a letter."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    line: int | None = None

    @property
    def pointer(self) -> str:
        """The same in one text: "sheet:部品表/row:12/column:C"."""
        said = (("sheet", self.sheet), ("row", self.row), ("line", self.line), ("column", self.column))
        return "/".join(f"{name}:{value}" for name, value in said if value is not None)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a file: a fault blocks, a question wants a confirmation, a note is only said."""

    kind: Kind
    fault: Fault
    place: Place


def _order(one: Finding) -> tuple[int, int]:
    return one.place.row or 0, number_of(one.place.column or "")


@dataclass(slots=True)
class Findings:
    """Everything that was found: the first of each kind in order, and how many there are."""

    found: list[Finding] = field(default_factory=list)
    counts: dict[Kind, int] = field(default_factory=lambda: {"fault": 0, "question": 0, "note": 0})

    def add(self, kind: Kind, error: RenkeiError, place: Place | None = None) -> None:
        """Note one more."""
        for fault in error.faults:
            self.note(kind, fault, place or Place())

    def note(self, kind: Kind, fault: Fault, place: Place) -> None:
        """Note a fault that another room told, at its place in the file."""
        self.counts[kind] += 1
        if self.counts[kind] <= MOST_FINDINGS:
            told = Fault(fault.code, place.pointer, fault.parameters, fault.en, fault.ja)
            self.found.append(Finding(kind, told, place))

    def of(self, kind: Kind) -> list[Finding]:
        """Those of one kind, in the order of their places."""
        return sorted((one for one in self.found if one.kind == kind), key=_order)

    @property
    def blocked(self) -> bool:
        """Whether there is a fault."""
        return self.counts["fault"] > 0

    @property
    def asks(self) -> bool:
        """Whether there is a question."""
        return self.counts["question"] > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet, or a text file (`sheet` None).

    `rows[i]` is the row `row_numbers[i]`; its first cell stands in column `first_column` (1 is A).
    `lines[i]`: the first line of a record in a text file. `anchors`: of a cell in a merged range, its top-left cell
    (row and column numbers); its value is that of the whole range. `formulas`: cells of which the value was calculated.
    """

    sheet: str | None
    rows: Sequence[Sequence[Cell]]
    row_numbers: Sequence[int]
    first_column: int = 1
    lines: Sequence[int] | None = None
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    anchors: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    formulas: frozenset[tuple[int, int]] = frozenset()

    def place(self, index: int | None = None, column: int | None = None) -> Place:
        """Where row `index` (of `rows`) and column `column` (of its cells) stand; of a merged range, its top-left cell."""
        if index is None:
            return Place(self.sheet, None, None if column is None else letters(self.first_column + column))
        row = self.row_numbers[index]
        line = None if self.lines is None else self.lines[index]
        if column is None:
            return Place(self.sheet, row, None, line)
        at = row, self.first_column + column
        row, number = self.anchors.get(at, at)
        return Place(self.sheet, row, letters(number), line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A whole file: its visible sheets with something in them, and the names of the hidden ones."""

    tables: Sequence[Table]
    hidden_sheets: Sequence[str] = ()


@lru_cache(maxsize=1_000)
def letters(number: int) -> str:
    """The letters of a column: 1 is A, 27 is AA."""
    text = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def number_of(text: str) -> int:
    """The number of a column by its letters; the inverse of `letters`."""
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number


def shortened(values: Iterable[object], most: int = 10) -> str:
    """The first few of many for a sentence."""
    named = [str(value) for value in values]
    return ", ".join(named[:most]) + (f" … ({len(named)})" if len(named) > most else "")

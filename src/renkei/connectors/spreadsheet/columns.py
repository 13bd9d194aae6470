"""Finding the headings of a table, and taking its columns.

Headings are recognised by what people call them, in Japanese and English, or by the names that a mapping gives. A unit in
brackets behind a heading ("単重(g)") is kept for whoever wants it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from renkei.connectors.spreadsheet.cells import (
    decimal_of,
    has_bad_character,
    number_of_text,
    plain_word,
    style_of,
    text_of,
)
from renkei.connectors.spreadsheet.errors import (
    CellBadText,
    CellNotNumber,
    CellTooLong,
    FormulasTaken,
    FormulaWithoutValue,
    HeadingMissing,
    HeadingTwice,
    NumbersAmbiguous,
    NumbersByComma,
    NumbersMixed,
    RowsHidden,
    RowsHiddenSkipped,
)
from renkei.connectors.spreadsheet.table import Cell, Findings, Place, Table, letters, shortened
from renkei.kit.decimals import plain_text

SEARCHED_ROWS: Final = 50
"""A heading row comes within these: titles, dates and a customer's name may stand above it."""
_BRACKETS: Final = re.compile(r"[\(\[【〔]([^\)\]】〕]*)[\)\]】〕]$")
_NUMBERED: Final = re.compile(r"\*+$|^\*+|[.:：．]+$")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: which cell of a row, what its heading says, and a unit in that heading."""

    index: int
    heading: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Where the headings stand (index of the row), and the column of each field that was found."""

    row: int
    columns: Mapping[str, Column]
    unused: tuple[str, ...]


def find_head(
    table: Table,
    words: Mapping[str, Sequence[str]],
    enough: Callable[[Collection[str]], bool],
    *,
    named: Mapping[str, str],
    findings: Findings,
) -> Head | None:
    """The first row with headings enough; None if there is none.

    `words`: what each field may be called; earlier ones win. `named`: the headings that a mapping gives, which hold alone
    for their fields; where one is missing or stands twice, that is a fault.
    """
    lists = {field: [plain_word(one) for one in said] for field, said in words.items()}
    lists |= {field: [plain_word(heading)] for field, heading in named.items()}
    order: dict[str, tuple[str, int]] = {}
    for field, said in lists.items():
        for rank, word in enumerate(said):
            if word not in order or field in named:
                order[word] = (field, rank)
    for index, row in enumerate(table.rows[:SEARCHED_ROWS]):
        found = _fields(row, order)
        if enough(found) and (not named or set(named) & set(found)):
            return _head(table, index, found, named, findings)
    return None


def _fields(row: Sequence[Cell], order: Mapping[str, tuple[str, int]]) -> dict[str, list[tuple[int, int]]]:
    """The columns that may be each field, with the rank of the word they go by."""
    found: dict[str, list[tuple[int, int]]] = {}
    for index, cell in enumerate(row):
        if not isinstance(cell, str) or not cell:
            continue
        word = plain_word(cell)
        known = order.get(word) or order.get(_NUMBERED.sub("", _BRACKETS.sub("", word)))
        if known is not None:
            found.setdefault(known[0], []).append((known[1], index))
    return found


def _head(
    table: Table,
    index: int,
    found: Mapping[str, list[tuple[int, int]]],
    named: Mapping[str, str],
    findings: Findings,
) -> Head:
    row = table.rows[index]
    columns: dict[str, Column] = {}
    for field, places in found.items():
        best = min(rank for rank, _ in places)
        of_best = [at for rank, at in places if rank == best]
        if len(of_best) > 1:
            shown = ", ".join(letters(table.first_column + at) for at in of_best)
            findings.add("fault", HeadingTwice(field=field, columns=shown), table.place(index))
        heading = text_of(row[of_best[0]])
        unit = _BRACKETS.search(plain_word(heading))
        columns[field] = Column(of_best[0], heading, unit.group(1) if unit else None)
    for field, heading in named.items():
        if field not in columns:
            findings.add("fault", HeadingMissing(heading=heading, field=field), table.place(index))
    used = {column.index for column in columns.values()}
    unused = tuple(text_of(cell) for at, cell in enumerate(row) if at not in used and text_of(cell))
    return Head(index, columns, unused)


@dataclass(slots=True)
class Body:
    """The rows below the headings that count, and how to take and complain about their cells.

    `at[i]`: the index in the table of the i-th row of the body.
    """

    table: Table
    head: Head
    at: Sequence[int]
    findings: Findings
    _rows: list[Sequence[Cell]] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        rows = self.table.rows
        self._rows = [rows[index] for index in self.at]

    def __len__(self) -> int:
        return len(self._rows)

    def has(self, field: str) -> bool:
        """Whether there is a column of it."""
        return field in self.head.columns

    def heading(self, field: str) -> str:
        """What the column's heading says."""
        return self.head.columns[field].heading

    def cells(self, field: str) -> list[Cell]:
        """The cells of a column; of a row that ends before it, ""."""
        index = self.head.columns[field].index
        return [row[index] if index < len(row) else "" for row in self._rows]

    def place(self, row: int, field: str | None = None) -> Place:
        """Where a cell of the body stands."""
        return self.table.place(self.at[row], None if field is None else self.head.columns[field].index)

    def texts(self, field: str, most: int) -> list[str]:
        """A column as texts of at most `most` characters."""
        found = [text_of(cell) for cell in self.cells(field)]
        for row, text in enumerate(found):
            if len(text) > most:
                error = CellTooLong(heading=self.heading(field), maximum=most)
                self.findings.add("fault", error, self.place(row, field))
            elif text and not text.isprintable() and has_bad_character(text):
                self.findings.add("fault", CellBadText(heading=self.heading(field)), self.place(row, field))
        return found

    def numbers(self, field: str, *, decimal_comma: bool | None = None) -> list[Decimal | None]:
        """A column as exact numbers; None where a cell is empty or (a fault) no number."""
        cells = self.cells(field)
        comma = self._comma(field, cells) if decimal_comma is None else decimal_comma
        found: list[Decimal | None] = []
        for row, cell in enumerate(cells):
            if type(cell) is float or type(cell) is int:
                found.append(decimal_of(cell))
                continue
            text = text_of(cell)
            if not text:
                found.append(None)
                if self._is_formula(row, field):
                    error = FormulaWithoutValue(heading=self.heading(field))
                    self.findings.add("fault", error, self.place(row, field))
                continue
            number = number_of_text(text, decimal_comma=comma)
            if number is None:
                self.complain(row, field, text)
            found.append(number)
        return found

    def complain(self, row: int, field: str, text: str) -> None:
        """A cell is no number."""
        error = CellNotNumber(heading=self.heading(field), value=text[:_SHOWN])
        self.findings.add("fault", error, self.place(row, field))

    def _comma(self, field: str, cells: Sequence[Cell]) -> bool:
        """Whether the column has decimal commas; what is doubtful about that is noted once for the column."""
        style = style_of(cell for cell in cells if isinstance(cell, str) and cell)
        heading = self.heading(field)
        if style.mixed:
            error = NumbersMixed(heading=heading, value=style.mixed[:_SHOWN])
            self.findings.add("fault", error, self.place(cells.index(style.mixed), field))
        elif style.ambiguous:
            read = number_of_text(style.ambiguous)
            said = {
                "heading": heading,
                "value": style.ambiguous,
                "read": "" if read is None else plain_text(read),
            }
            self.findings.add(
                "question", NumbersAmbiguous(**said), self.place(cells.index(style.ambiguous), field)
            )
        elif style.decimal_comma:
            value = next(cell for cell in cells if isinstance(cell, str) and "," in cell)
            read = number_of_text(value, decimal_comma=True)
            said = {
                "heading": heading,
                "value": value[:_SHOWN],
                "read": "" if read is None else plain_text(read),
            }
            self.findings.add("note", NumbersByComma(**said), self.place(cells.index(value), field))
        return style.decimal_comma

    def _is_formula(self, row: int, field: str) -> bool:
        table = self.table
        column = self.head.columns[field].index + table.first_column
        return bool(table.formulas) and (table.row_numbers[self.at[row]], column) in table.formulas

    def tell_formulas(self, fields: Iterable[str]) -> None:
        """Say once which cells of these columns are formulas."""
        if not self.table.formulas:
            return
        wanted = {self.head.columns[field].index + self.table.first_column for field in fields}
        rows = {self.table.row_numbers[at] for at in self.at}
        cells = sorted(one for one in self.table.formulas if one[1] in wanted and one[0] in rows)
        if cells:
            named = shortened(f"{letters(column)}{row}" for row, column in cells)
            self.findings.add("note", FormulasTaken(count=len(cells), cells=named), Place(self.table.sheet))


def body_below(
    table: Table, head: Head, findings: Findings, *, fields: Collection[str], skip_hidden: bool
) -> Body:
    """The rows below the headings with something in one of `fields`; headings that come again (a new page) are none.

    Hidden rows are asked about, or left out and told.
    """
    wanted = [head.columns[field].index for field in fields if field in head.columns]
    headings = table.rows[head.row]
    at = []
    hidden = []
    for index in range(head.row + 1, len(table.rows)):
        row = table.rows[index]
        width = len(row)
        if not any(row[i] != "" for i in wanted if i < width):
            continue
        if row == headings or not any(text_of(row[i]) for i in wanted if i < width):
            continue
        if table.row_numbers[index] in table.hidden_rows:
            hidden.append(table.row_numbers[index])
            if skip_hidden:
                continue
        at.append(index)
    if hidden:
        place = Place(table.sheet, hidden[0])
        rows = shortened(hidden)
        if skip_hidden:
            findings.add("note", RowsHiddenSkipped(count=len(hidden), rows=rows), place)
        else:
            findings.add("question", RowsHidden(count=len(hidden), rows=rows), place)
    return Body(table, head, at, findings)

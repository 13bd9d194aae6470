"""Rows of activity data (電力, 燃料, 材料 …) as sheets of the calculator: of the supplier's workbook, or of any table.

Rows of one part and period are one sheet. What holds for a whole sheet (production, unit) is said once or everywhere the
same, or beside the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from renkei.connectors.spreadsheet.book_fields import ACTIVITIES, ACTIVITY_WORDS
from renkei.connectors.spreadsheet.cells import date_of, plain_word, text_of
from renkei.connectors.spreadsheet.columns import Body, body_below, find_head
from renkei.connectors.spreadsheet.errors import (
    CellMissing,
    CellNotDate,
    CellOutOfRange,
    CellUnknownUnit,
    CellUnknownWord,
    HeadingsMissing,
    PeriodMissing,
    SaidTwice,
    SheetsHidden,
)
from renkei.connectors.spreadsheet.table import Findings, Place, Source, shortened
from renkei.connectors.spreadsheet.words import unit_of
from renkei.kit.decimals import plain_text
from renkei.kit.errors import Fault, RenkeiError
from renkei.kit.quantities import DECLARED_UNITS, ConversionFacts, Unit, parse_unit
from renkei.usecases.footprint.calculator.model import Sheet, SheetLine
from renkei.usecases.footprint.factors.model import parse_ref
from renkei.usecases.footprint.factors.units import read_unit

WORDS: Final[dict[str, tuple[str, ...]]] = {one.name: (one.ja, one.en) for one in ACTIVITIES} | {
    "part": ("自社品番", "品番", "Own part", "Part number", "Part"),
    "activity": ("活動の種類", "活動", "種類", "Activity"),
    "name": ("名称", "品名", "項目", "Name", "Item"),
    "amount": ("活動量", "使用量", "数量", "量", "Amount", "Quantity"),
    "production": ("期間の生産量", "生産量", "生産数", "Made in the period", "Production"),
    "price_year": ("価格年", "Price year"),
    "money_rate": ("換算レート", "Money rate"),
    "category": ("区分", "Category"),
}
"""What the columns may be called; the last three are only read where there are any."""
_ACTIVITIES: Final = {
    plain_word(word): activity
    for activity, words in ACTIVITY_WORDS.items()
    for word in (*words, activity.value)
}
_YES: Final = frozenset({"○", "〇", "◯", "1", "yes", "y", "true", "はい"})
_MOST_TEXT: Final = 1_000
NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is said beside a file, for rows that do not say it."""

    part: str = ""
    period_from: date | None = None
    period_to: date | None = None
    production: Decimal | None = None
    declared_unit: Unit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The sheet of one part and period; whose part that is, the caller says. `rows`: those of its lines, in the body."""

    label: str
    sheet: Sheet
    rows: tuple[int, ...]

    def place(self, body: Body, fault: Fault) -> Place:
        """Where a fault of the sheet stands: at its line, or at the first row."""
        steps = fault.pointer.split("/")
        number = int(steps[2]) if len(steps) > 2 and steps[1] == "lines" and steps[2].isdigit() else 0
        return body.place(self.rows[min(number, len(self.rows) - 1)])


def find_activities(source: Source, findings: Findings) -> Body | None:
    """The first table of a file that has activity data in it."""
    if source.hidden_sheets:
        findings.add("question", SheetsHidden(sheets=shortened(source.hidden_sheets)))
    for table in source.tables:
        head = find_head(
            table,
            WORDS,
            lambda found: {"activity", "amount", "unit"} <= set(found),
            named={},
            findings=findings,
        )
        if head is not None:
            fields = [
                name for name in ("part", "activity", "amount", "name", "factor") if name in head.columns
            ]
            body = body_below(table, head, findings, fields=fields, skip_hidden=False)
            body.tell_formulas(head.columns)
            return body
    needed = "活動の種類 (Activity), 活動量 (Amount), 単位 (Unit)"
    findings.add("fault", HeadingsMissing(needed=needed), Place(source.tables[0].sheet))
    return None


def read_groups(
    body: Body,
    findings: Findings,
    *,
    beside: Beside | None = None,
    usual_unit: Callable[[str], Unit | None] = lambda _: None,
) -> list[Group]:
    """The sheets in a table. `usual_unit`: that of a part, where nothing else says it. Faults go into `findings`."""
    return _Reader(body, findings, beside or Beside(), usual_unit).groups()


class _Reader:
    def __init__(
        self, body: Body, findings: Findings, beside: Beside, usual_unit: Callable[[str], Unit | None]
    ) -> None:
        self.body = body
        self.findings = findings
        self.beside = beside
        self.usual_unit = usual_unit

    def groups(self) -> list[Group]:
        body, beside = self.body, self.beside
        parts = self._texts("part")
        froms, tos = self._days("period_from"), self._days("period_to")
        units, made = self._units(), self._numbers("production")
        lines = self._lines()
        grouped: dict[tuple[str, date, date], list[int]] = {}
        for row, text in enumerate(parts):
            label = text or beside.part
            begin, end = froms[row] or beside.period_from, tos[row] or beside.period_to
            if body.has("part") and not label:
                self._fault(CellMissing(heading=body.heading("part")), row, "part")
            elif begin is None or end is None:
                self._fault(PeriodMissing(part=label[:60]), row, "period_from")
            else:
                grouped.setdefault((label, begin, end), []).append(row)
        found = []
        for (label, begin, end), rows in grouped.items():
            self._agree(rows, made, "production")
            self._agree(rows, units, "declared_unit")
            unit = _first(units, rows) or beside.declared_unit or self.usual_unit(label)
            production = _first(made, rows) or beside.production
            if unit not in DECLARED_UNITS:
                self._lacking("declared_unit", rows[0])
            elif production is None:
                self._lacking("production", rows[0])
            else:
                sheet = Sheet(
                    trace_id=NOBODY,
                    period_from=begin,
                    period_to=end,
                    declared_unit=unit,
                    production=production,
                    lines=tuple(line for row in rows if (line := lines[row]) is not None),
                )
                taken = [row for row in rows if lines[row] is not None]
                found.append(Group(label=label, sheet=sheet, rows=tuple(taken or rows)))
        return found

    # .. cells ..
    def _fault(self, error: RenkeiError, row: int, name: str | None = None) -> None:
        field = name if name is not None and self.body.has(name) else None
        self.findings.add("fault", error, self.body.place(row, field))

    def _lacking(self, name: str, row: int) -> None:
        heading = self.body.heading(name) if self.body.has(name) else WORDS[name][0]
        self._fault(CellMissing(heading=heading), row, name)

    def _texts(self, name: str) -> list[str]:
        return self.body.texts(name, _MOST_TEXT) if self.body.has(name) else [""] * len(self.body)

    def _numbers(self, name: str) -> list[Decimal | None]:
        return self.body.numbers(name) if self.body.has(name) else [None] * len(self.body)

    def _days(self, name: str) -> list[date | None]:
        if not self.body.has(name):
            return [None] * len(self.body)
        found = []
        for row, cell in enumerate(self.body.cells(name)):
            day = None if cell == "" else date_of(cell)
            if day is None and text_of(cell):
                error = CellNotDate(heading=self.body.heading(name), value=text_of(cell)[:60])
                self._fault(error, row, name)
            found.append(day)
        return found

    def _units(self) -> list[Unit | None]:
        found = []
        for row, text in enumerate(self._texts("declared_unit")):
            unit = parse_unit(unit_of(text, {}) or "") if text else None
            if text and unit not in DECLARED_UNITS:
                error = CellUnknownUnit(heading=self.body.heading("declared_unit"), value=text[:60])
                self._fault(error, row, "declared_unit")
                unit = None
            found.append(unit)
        return found

    def _agree(self, rows: Sequence[int], values: Sequence[Any], name: str) -> None:
        """What holds for the whole sheet is said once, or everywhere the same."""
        said = [row for row in rows if values[row] is not None]
        for row in said[1:]:
            if values[row] != values[said[0]]:
                first = self.body.table.row_numbers[self.body.at[said[0]]]
                self._fault(SaidTwice(row=first), row, name)

    # .. lines ..
    def _lines(self) -> list[SheetLine | None]:
        names = ("name", "unit", "factor", "evidence", "note", "activity", "primary", "category")
        texts = {name: self._texts(name) for name in names}
        numbers = {
            name: self._numbers(name) for name in ("amount", "distance_km", "price_year", "money_rate")
        }
        amount_cells = self.body.cells("amount")
        found: list[SheetLine | None] = []
        for row in range(len(self.body)):
            said = {name: column[row] for name, column in texts.items()}
            counted = {name: column[row] for name, column in numbers.items()}
            if counted["amount"] is None and not text_of(amount_cells[row]):
                self._lacking("amount", row)
            found.append(self._line(row, said, counted))
        return found

    def _line(self, row: int, said: dict[str, str], counted: dict[str, Decimal | None]) -> SheetLine | None:
        activity = _ACTIVITIES.get(plain_word(said["activity"]))
        unit = read_unit(said["unit"]) if said["unit"] else None
        ref = parse_ref(said["factor"]) if said["factor"] else None
        if activity is None:
            self._word(row, "activity", said["activity"], ", ".join(ja for ja, _ in ACTIVITY_WORDS.values()))
        if unit is None:
            self._word(row, "unit", said["unit"], "kWh, kg, m3, JPY …")
        if said["factor"] and ref is None:
            self._word(row, "factor", said["factor"], "set@version#factor")
        for name, number in counted.items():
            if number is not None and number < 0:
                bounds = {"value": plain_text(number), "minimum": "0", "maximum": "∞"}
                self._fault(CellOutOfRange(heading=self.body.heading(name), **bounds), row, name)
        amount, year = counted["amount"], counted["price_year"]
        if activity is None or unit is None or amount is None or amount < 0:
            return None
        return SheetLine(
            line_id=f"row-{self.body.table.row_numbers[self.body.at[row]]}",
            activity=activity,
            amount=amount,
            unit=unit,
            name=said["name"],
            factor=ref,
            primary=plain_word(said["primary"]) in _YES,
            category=said["category"] or None,
            facts=ConversionFacts(transport_km=counted["distance_km"] or None),
            price_year=int(year) if year is not None and 1900 <= year <= 2200 else None,
            money_rate=counted["money_rate"] or None,
            evidence=said["evidence"],
            note=said["note"],
        )

    def _word(self, row: int, name: str, text: str, allowed: str) -> None:
        if not text:
            self._lacking(name, row)
            return
        error = CellUnknownWord(heading=self.body.heading(name), value=text[:60], allowed=allowed)
        self._fault(error, row, name)


def _first(values: Sequence[Any], rows: Sequence[int]) -> Any:
    return next((values[row] for row in rows if values[row] is not None), None)

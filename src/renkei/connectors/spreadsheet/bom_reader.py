"""The rows of a bill of materials: columns taken, who is whose child settled, what cannot be or should be asked told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID

from renkei.commons.operators.model import Plant
from renkei.commons.parts.model import BulkRow, LineDraft, PartDraft, Sourcing
from renkei.connectors.spreadsheet.bom_mapping import NO, SOURCING, YES, BomMapping, Layout
from renkei.connectors.spreadsheet.cells import date_of, half_width, plain_word, text_of
from renkei.connectors.spreadsheet.columns import Body, Head
from renkei.connectors.spreadsheet.errors import (
    AmountSuspicious,
    AmountZero,
    BomLoops,
    CellMissing,
    CellNotDate,
    CellOutOfRange,
    CellUnknownUnit,
    CellUnknownWord,
    ChildAdded,
    ChildDiffers,
    ChildTwice,
    DatesDiffer,
    LevelJumps,
    LevelUnreadable,
    LineEnded,
    MergedCells,
    OwnChild,
    PartDiffers,
    PartNumberRewritten,
    PartNumbersAreNumbers,
    PartNumbersHalved,
    PlantNone,
    PlantNotChosen,
    PlantUnknownInFile,
    PositionTwice,
    SharesInPercent,
    StructureDiffers,
    UnitsAssumed,
)
from renkei.connectors.spreadsheet.table import Cell, Findings, Place, shortened
from renkei.connectors.spreadsheet.words import unit_of
from renkei.kit.decimals import CONTEXT, plain_text
from renkei.kit.errors import Fault, RenkeiError
from renkei.kit.quantities import ConversionFacts, NotConvertible, Unit, convert, parse_unit

T = TypeVar("T")
Key = tuple[str, str, str | None]
"""The id of the plant as text, which is looked up sooner than a UUID; name, support name."""

_LEVEL: Final = re.compile(r"[.・…+\-_*> ]*([0-9]{1,3})")
_OUTLINE: Final = re.compile(r"[0-9]+(?:[.\-][0-9]+)*\.?")
_REWRITTEN: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}")
_MOST_NAME: Final = 256
_MOST_TEXT: Final = 1_000
_MANY: Final = Decimal(1_000_000)
_ONE: Final = Decimal(1)


@dataclass(slots=True)
class _Part:
    """A part of the file, and where it is first named."""

    row: int
    label: str = ""
    unit: str | None = None
    mass: Decimal | None = None
    density: Decimal | None = None
    infos: tuple[str, str, str] = ("", "", "")
    lines: list[_Line] | None = None


@dataclass(slots=True)
class _Line:
    """A line: which row states it, and its child."""

    row: int
    child: Key
    amount: Decimal
    unit: str
    base: Decimal
    position: str = ""
    sourcing: Sourcing | None = None
    phantom: bool = False
    group: str | None = None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """The columns that lines are made of, read once; None where there is no such column."""

    amounts: Sequence[Decimal | None]
    amount_cells: Sequence[Cell]
    units: Sequence[str | None] | None
    unit_cells: Sequence[Cell]
    default: str | None
    bases: Sequence[Decimal | None] | None
    positions: Sequence[str]
    sourcings: Sequence[Sourcing | None] | None
    phantoms: Sequence[bool] | None
    groups: Sequence[str]
    shares: Sequence[Decimal | None] | None


@dataclass(slots=True, kw_only=True)
class Bom:
    """A bill of materials ready to be registered: rows, and where in the file what they say was found."""

    rows: list[BulkRow]
    layout: Layout
    sheet: str | None
    part_count: int
    line_count: int
    mapping: BomMapping
    _places: list[tuple[int, tuple[int, ...]]]
    _body: Body

    def place(self, row: int, line: int | None = None) -> Place:
        """Where row `row` (from 1), or its line `line` (from 0), comes from."""
        part, lines = self._places[row - 1]
        return self._body.place(part if line is None or line >= len(lines) else lines[line])

    def place_of(self, fault: Fault) -> Place:
        """The place of a fault of the room, which stands at "line:<row>/lines/<i>…"."""
        steps = fault.pointer.split("/")
        number = steps[0].removeprefix("line:")
        if not number.isdigit() or not 1 <= int(number) <= len(self._places):
            return Place(self.sheet)
        at = int(steps[2]) if len(steps) > 2 and steps[1] == "lines" and steps[2].isdigit() else None
        return self.place(int(number), at)


class BomReader:
    """Takes one table. Everything that is wrong goes into the common findings."""

    def __init__(
        self,
        body: Body,
        layout: Layout,
        mapping: BomMapping,
        plants: Sequence[Plant],
        today: date,
        findings: Findings,
    ) -> None:
        self.body = body
        self.layout = layout
        self.mapping = mapping
        self.findings = findings
        self.today = today
        self.plants = plants
        self.parts: dict[Key, _Part] = {}
        self.blank = [""] * len(body)

    def bom(self) -> Bom | None:
        """Everything in turn."""
        self._ask_about_merged()
        self.left_out = self._left_out()
        self.plant_ids = self._plant_ids()
        if self.plant_ids is None:
            return None
        self.keys = self._keys()
        parents = self._parents_by_column() if self.layout == "parent_child" else self._parents_by_level()
        self._describe()
        self._add_lines(parents)
        for key, part in self.parts.items():
            if part.lines:
                part.lines = self._one_line_a_child(key, part.lines)
        starts = self._starts(parents)
        return self._written(starts)

    # .. columns ..
    def _texts(self, name: str, most: int = _MOST_TEXT) -> list[str]:
        return self.body.texts(name, most) if self.body.has(name) else self.blank

    def _numbers(self, name: str) -> list[Decimal | None] | None:
        if not self.body.has(name):
            return None
        return self.body.numbers(name, decimal_comma=self.mapping.decimal_comma)

    def _fault(self, error: RenkeiError, row: int, name: str | None = None) -> None:
        self.findings.add("fault", error, self.body.place(row, name))

    def _ask(self, error: RenkeiError, row: int, name: str | None = None) -> None:
        self.findings.add("question", error, self.body.place(row, name))

    def _row(self, row: int) -> int:
        """The number of a row as the person sees it."""
        return self.body.table.row_numbers[self.body.at[row]]

    def _ask_about_merged(self) -> None:
        """An amount or a part number in a merged cell counts for each of its rows."""
        body = self.body
        if not body.table.anchors:
            return
        for name in ("amount", "part"):
            if not body.has(name):
                continue
            column = body.head.columns[name].index + body.table.first_column
            rows: dict[tuple[int, int], list[int]] = {}
            for row in range(len(body)):
                anchor = body.table.anchors.get((self._row(row), column))
                if anchor is not None:
                    rows.setdefault(anchor, []).append(row)
            for merged in rows.values():
                if len(merged) > 1:
                    self._ask(MergedCells(heading=body.heading(name), count=len(merged)), merged[0], name)

    def _left_out(self) -> frozenset[int]:
        """Rows whose time is over."""
        if not self.body.has("valid_to"):
            return frozenset()
        ends = self._dates("valid_to")
        rows = [row for row, end in enumerate(ends) if end is not None and end < self.today]
        if rows:
            error = LineEnded(count=len(rows), rows=shortened(self._row(row) for row in rows))
            self.findings.add("note", error, self.body.place(rows[0], "valid_to"))
        return frozenset(rows)

    def _dates(self, name: str) -> list[date | None]:
        found: list[date | None] = []
        for row, cell in enumerate(self.body.cells(name)):
            day = None if cell == "" else date_of(cell)
            if day is None and text_of(cell):
                error = CellNotDate(heading=self.body.heading(name), value=text_of(cell)[:60])
                self._fault(error, row, name)
            found.append(day)
        return found

    def _plant_ids(self) -> list[str] | str | None:
        """The plant of each row, or the one of all."""
        plants = self.plants
        if not plants:
            self.findings.add("fault", PlantNone())
            return None
        if not self.body.has("plant"):
            chosen = self.mapping.plant_id or (plants[0].plant_id if len(plants) == 1 else None)
            if chosen is None:
                self.findings.add("fault", PlantNotChosen())
            return None if chosen is None else str(chosen)
        by_word = {
            plain_word(word): str(plant.plant_id)
            for plant in reversed(plants)
            for word in (plant.name, plant.open_plant_id, str(plant.plant_id))
            if word
        }
        usual = None if self.mapping.plant_id is None else str(self.mapping.plant_id)
        found = []
        for row, text in enumerate(self._texts("plant")):
            plant_id = by_word.get(plain_word(text)) if text else usual
            if plant_id is None:
                if text:
                    self._fault(PlantUnknownInFile(value=text[:60]), row, "plant")
                else:
                    self._fault(CellMissing(heading=self.body.heading("plant")), row, "plant")
                plant_id = str(plants[0].plant_id)
            found.append(plant_id)
        return found

    def _plant(self, row: int) -> str:
        ids = self.plant_ids
        assert ids is not None
        return ids[row] if isinstance(ids, list) else ids

    # .. who ..
    def _keys(self) -> list[Key]:
        """The part of each row; what is doubtful about part numbers is said once."""
        numbers = (
            self._stepped_numbers() if level_columns(self.body.head) and not self.body.has("part") else None
        )
        name = "part"
        if numbers is None:
            cells = self.body.cells(name)
            self._ask_about_numbers(cells, name)
            numbers = self._texts(name, _MOST_NAME)
        halved = [half_width(number) for number in numbers]
        changed = [number for number, half in zip(numbers, halved, strict=True) if number != half]
        if changed:
            self.findings.add("note", PartNumbersHalved(count=len(changed), value=changed[0][:60]))
        for row, number in enumerate(halved):
            if not number and row not in self.left_out:
                heading = self.body.heading(name) if self.body.has(name) else "品番"
                self._fault(CellMissing(heading=heading), row, name if self.body.has(name) else None)
        supports = self._texts("support_name", _MOST_NAME)
        return [
            (self._plant(row), number, support or None)
            for row, (number, support) in enumerate(zip(halved, supports, strict=True))
        ]

    def _ask_about_numbers(self, cells: Sequence[Cell], name: str) -> None:
        numeric = [row for row, cell in enumerate(cells) if type(cell) is float or type(cell) is int]
        if numeric:
            value = text_of(cells[numeric[0]])
            self._ask(PartNumbersAreNumbers(count=len(numeric), value=value), numeric[0], name)
        for row, cell in enumerate(cells):
            if isinstance(cell, str) and "+" in cell and _REWRITTEN.fullmatch(cell.strip()):
                self._ask(PartNumberRewritten(value=cell.strip()), row, name)

    def _stepped_numbers(self) -> list[str]:
        """Part numbers that stand in the column of their level."""
        columns = sorted(level_columns(self.body.head), key=level_columns(self.body.head).__getitem__)
        found = self.blank[:]
        self.stepped_levels: list[int | None] = [None] * len(self.body)
        for column in columns:
            for row, text in enumerate(self._texts(column, _MOST_NAME)):
                if text and not found[row]:
                    found[row] = text
                    self.stepped_levels[row] = level_columns(self.body.head)[column]
        return found

    def _parents_by_column(self) -> list[Key | None]:
        """The parent of each row; a blank one in a merged or grouped table is an error, not the one above."""
        supports: dict[str, Key] = {}
        for key in self.keys:
            supports.setdefault(key[1], key)
        found: list[Key | None] = []
        labels = self._texts("parent_label")
        self._ask_about_numbers(self.body.cells("parent"), "parent")
        for row, raw in enumerate(self._texts("parent", _MOST_NAME)):
            text = half_width(raw)
            if not text:
                if self.mapping.product:
                    text = self.mapping.product
                elif not (self.amounts_of_tops()[row] is None and self.keys[row][1]):
                    self._fault(CellMissing(heading=self.body.heading("parent")), row, "parent")
                    found.append(None)
                    continue
                else:
                    found.append(None)
                    self._part(self.keys[row], row)
                    continue
            key = (self._plant(row), text, None)
            known = supports.get(text)
            if known is not None and known[0] == key[0]:
                key = known
            part = self._part(key, row)
            if labels[row] and not part.label:
                part.label = labels[row]
            found.append(key)
        return found

    def amounts_of_tops(self) -> list[Decimal | None]:
        """The amounts, read once."""
        if not hasattr(self, "_amounts"):
            self._amounts = self._numbers("amount") or [None] * len(self.body)
        return self._amounts

    def _parents_by_level(self) -> list[Key | None]:
        """The parent of each row: the last row above it that is one level higher."""
        levels = self._levels()
        known = [level for level in levels if level is not None]
        if not known:
            return [None] * len(self.body)
        base = min(known)
        product: Key | None = None
        if self.mapping.product:
            product = (self._plant(0), self.mapping.product, None)
            self._part(product, 0)
        path: list[int] = []
        found: list[Key | None] = [None] * len(self.body)
        self.occurrence: list[int | None] = [None] * len(self.body)
        for row, level in enumerate(levels):
            if level is None or row in self.left_out:
                continue
            depth = level - base
            if depth > len(path):
                before = base + len(path) - 1
                self._fault(LevelJumps(level=level, before=before if path else base), row, self._level_name())
                depth = len(path)
            del path[depth:]
            found[row] = self.keys[path[-1]] if path else product
            self.occurrence[row] = path[-1] if path else None
            path.append(row)
        return found

    def _level_name(self) -> str | None:
        return "level" if self.body.has("level") else None

    def _levels(self) -> list[int | None]:
        if not self.body.has("level"):
            return self.stepped_levels
        cells = self.body.cells("level")
        texts = [unicodedata.normalize("NFKC", text_of(cell)) for cell in cells]
        outline = any(
            isinstance(cell, str) and _OUTLINE.fullmatch(text) and "." in text.strip(".")
            for cell, text in zip(cells, texts, strict=True)
        )
        found: list[int | None] = []
        for row, text in enumerate(texts):
            level: int | None = None
            if outline and _OUTLINE.fullmatch(text):
                level = len(re.split(r"[.\-]", text.strip(".")))
            elif match := _LEVEL.fullmatch(text):
                level = int(match.group(1))
            if level is None and row not in self.left_out:
                heading = self.body.heading("level")
                if text:
                    self._fault(LevelUnreadable(value=text[:60]), row, "level")
                else:
                    self._fault(CellMissing(heading=heading), row, "level")
            found.append(level)
        return found

    def _part(self, key: Key, row: int) -> _Part:
        part = self.parts.get(key)
        if part is None:
            part = self.parts[key] = _Part(row)
        return part

    # .. what ..
    def _describe(self) -> None:
        """What the rows say of their own parts; the first that says something holds."""
        labels = self._texts("label")
        infos = [self._texts(name) for name in ("info1", "info2", "info3")]
        units = self._units("part_unit")
        masses = self._masses()
        densities = self._numbers("density")
        for row, key in enumerate(self.keys):
            if not key[1] or row in self.left_out:
                continue
            part = self.parts.get(key)
            if part is None:
                part = self.parts[key] = _Part(row)
            if not part.label:
                part.label = labels[row]
            if infos[0] is not self.blank or infos[1] is not self.blank or infos[2] is not self.blank:
                first, second, third = part.infos
                part.infos = (first or infos[0][row], second or infos[1][row], third or infos[2][row])
            if units is not None:
                part.unit = self._settled(part, row, part.unit, units[row], "part_unit", key)
            if masses is not None:
                part.mass = self._settled(part, row, part.mass, masses[row], "mass", key)
            if densities is not None:
                part.density = self._settled(part, row, part.density, densities[row], "density", key)

    def _settled(
        self, part: _Part, row: int, held: T | None, said: T | None, name: str, key: Key
    ) -> T | None:
        if held is None or said is None or held == said:
            return said if held is None else held
        self._ask(PartDiffers(part=key[1], field=self.body.heading(name), row=self._row(part.row)), row, name)
        return held

    def _masses(self) -> list[Decimal | None] | None:
        """Kilograms a piece; the heading may name another unit of mass."""
        found = self._numbers("mass")
        if found is None:
            return None
        unit = parse_unit(
            unit_of(self.body.head.columns["mass"].unit or "kg", self.mapping.units) or "kilogram"
        )
        assert unit is not None
        # A part says its mass in every row in which it stands.
        masses = {mass: convert(mass, unit, Unit.KILOGRAM) for mass in set(found) if mass is not None}
        for row, mass in enumerate(found):
            if mass is None:
                continue
            kilograms = masses[mass]
            if isinstance(kilograms, NotConvertible) or kilograms < 0:
                self._out_of_range(row, "mass", mass, "0", "∞")
                kilograms = mass
            found[row] = kilograms or None
        return found

    def _out_of_range(self, row: int, name: str, value: Decimal, minimum: str, maximum: str) -> None:
        said = {"value": plain_text(value), "minimum": minimum, "maximum": maximum}
        self._fault(CellOutOfRange(heading=self.body.heading(name), **said), row, name)

    def _units(self, name: str) -> list[str | None] | None:
        """A column of units in our names; None where a cell is empty or (a fault) unknown."""
        if not self.body.has(name):
            return None
        known: dict[str, str | None] = {"": None}
        found: list[str | None] = []
        for row, text in enumerate(self._texts(name)):
            if text not in known:
                known[text] = unit_of(text, self.mapping.units)
            unit = known[text]
            if unit is None and text:
                self._fault(CellUnknownUnit(heading=self.body.heading(name), value=text[:60]), row, name)
            found.append(unit)
        return found

    # .. lines ..
    def _add_lines(self, parents: Sequence[Key | None]) -> None:
        """A line for every row that has a parent."""
        columns = self._columns_of_lines()
        indented = self.layout == "indented"
        owners: dict[Key, int | None] = {}
        copies: dict[tuple[Key, int], list[_Line]] = {}
        for row, parent in enumerate(parents):
            if parent is None or not self.keys[row][1] or row in self.left_out:
                continue
            line = self._line(row, parent, columns)
            if line is None:
                continue
            part = self.parts[parent]
            if indented:
                occurrence = self.occurrence[row]
                if parent not in owners:
                    owners[parent] = occurrence
                if owners[parent] != occurrence and occurrence is not None:
                    copies.setdefault((parent, occurrence), []).append(line)
                    continue
            if part.lines is None:
                part.lines = []
            part.lines.append(line)
        for (parent, occurrence), lines in copies.items():
            self._compare_copy(parent, occurrence, lines)

    def _columns_of_lines(self) -> _Columns:
        units = self._units("unit")
        return _Columns(
            amounts=self.amounts_of_tops(),
            amount_cells=self.body.cells("amount"),
            units=units,
            unit_cells=self.body.cells("unit") if units is not None else self.blank,
            default=self._default_unit(units),
            bases=self._numbers("base_quantity"),
            positions=self._texts("position"),
            sourcings=self._sourcings(),
            phantoms=self._flags("phantom"),
            groups=self._texts("alternative_group", 100),
            shares=self._shares(),
        )

    def _line(self, row: int, parent: Key, columns: _Columns) -> _Line | None:
        """The line that a row states, or None if anything is wrong with it."""
        key = self.keys[row]
        if key == parent:
            self._fault(OwnChild(part=key[1]), row, "part" if self.body.has("part") else None)
            return None
        amount = columns.amounts[row]
        unit = (columns.units[row] if columns.units is not None else None) or columns.default
        base = (columns.bases[row] if columns.bases is not None else None) or self.mapping.base_quantity
        if amount is None and text_of(columns.amount_cells[row]) == "":
            self._fault(CellMissing(heading=self.body.heading("amount")), row, "amount")
        if unit is None and columns.units is not None and text_of(columns.unit_cells[row]) == "":
            self._fault(CellMissing(heading=self.body.heading("unit")), row, "unit")
        if amount is not None and amount < 0:
            self._out_of_range(row, "amount", amount, "0", "∞")
            return None
        if base <= 0:
            self._out_of_range(row, "base_quantity", base, "0", "∞")
            return None
        if amount is None or unit is None:
            return None
        line = _Line(
            row,
            key,
            amount,
            unit,
            base,
            columns.positions[row],
            columns.sourcings[row] if columns.sourcings is not None else None,
            columns.phantoms[row] if columns.phantoms is not None else False,
            columns.groups[row] or None,
            columns.shares[row] if columns.shares is not None else None,
        )
        self._ask_about_amount(line, parent)
        return line

    def _ask_about_amount(self, line: _Line, parent: Key) -> None:
        if not line.amount:
            if line.group is None:
                self._ask(AmountZero(child=line.child[1]), line.row, "amount")
        elif line.amount > _MANY * line.base:
            each = plain_text(CONTEXT.divide(line.amount, line.base))
            said = {"parent": parent[1], "child": line.child[1], "amount": each, "unit": line.unit}
            self._ask(AmountSuspicious(**said), line.row, "amount")

    def _compare_copy(self, parent: Key, occurrence: int, lines: list[_Line]) -> None:
        """An assembly that is taken apart again must be so in the same way."""

        def said(some: Sequence[_Line]) -> list[tuple[object, ...]]:
            return sorted(
                (line.child[1], line.child[2] or "", line.amount, line.unit, line.base, line.position)
                for line in some
            )

        first = self.parts[parent].lines or []
        if said(first) != said(lines):
            row = self._row(first[0].row) - 1 if first else self._row(occurrence)
            self._fault(StructureDiffers(part=parent[1], row=row), occurrence, None)

    def _default_unit(self, units: list[str | None] | None) -> str | None:
        if self.mapping.default_unit is not None:
            return unit_of(self.mapping.default_unit, self.mapping.units) or "unit"
        if units is not None:
            return None
        heading = self.body.head.columns["amount"].unit
        of_heading = unit_of(heading, self.mapping.units) if heading else None
        if of_heading is not None:
            return of_heading
        self.findings.add(
            "question", UnitsAssumed(unit="unit (個)"), self.body.table.place(self.body.head.row)
        )
        return "unit"

    def _sourcings(self) -> list[Sourcing | None] | None:
        if not self.body.has("sourcing"):
            return None
        own = {plain_word(word): sourcing for word, sourcing in self.mapping.words.items()}
        found: list[Sourcing | None] = []
        for row, text in enumerate(self._texts("sourcing")):
            word = plain_word(text)
            sourcing = own.get(word) or SOURCING.get(word)
            if sourcing is None and word:
                allowed = "内作, 購入, 無償支給, 有償支給 / made, bought, consigned_free, consigned_paid"
                said = {"heading": self.body.heading("sourcing"), "value": text[:60], "allowed": allowed}
                self._fault(CellUnknownWord(**said), row, "sourcing")
            found.append(sourcing)
        return found

    def _flags(self, name: str) -> list[bool] | None:
        if not self.body.has(name):
            return None
        found = []
        for row, text in enumerate(self._texts(name)):
            word = text.strip() if text == "×" else plain_word(text)
            if word not in YES and word not in NO:
                said = {"heading": self.body.heading(name), "value": text[:60], "allowed": "○, × / yes, no"}
                self._fault(CellUnknownWord(**said), row, name)
            found.append(word in YES)
        return found

    def _shares(self) -> list[Decimal | None] | None:
        """Usage shares from 0 to 1; if one is above 1, all are percent."""
        found = self._numbers("usage_share")
        if found is None:
            return None
        if any(share is not None and share > 1 for share in found):
            self.findings.add("note", SharesInPercent(), self.body.table.place(self.body.head.row))
            found = [None if share is None else share.scaleb(-2) for share in found]
        for row, share in enumerate(found):
            if share is not None and not 0 <= share <= 1:
                self._out_of_range(row, "usage_share", share, "0", "1")
        return found

    def _one_line_a_child(self, parent: Key, lines: list[_Line]) -> list[_Line]:
        """A position stands once; the same child at several positions becomes one line."""
        positions: dict[str, _Line] = {}
        children: dict[Key, _Line] = {}
        kept: list[_Line] = []
        for line in lines:
            if line.position:
                first = positions.setdefault(line.position, line)
                if first is not line and (line.group is None or line.group != first.group):
                    error = PositionTwice(
                        position=line.position[:60], parent=parent[1], row=self._row(first.row)
                    )
                    self._fault(error, line.row, "position")
                    continue
            held = children.setdefault(line.child, line)
            if held is line:
                kept.append(line)
            else:
                self._add_up(parent, held, line)
        return kept

    def _add_up(self, parent: Key, held: _Line, line: _Line) -> None:
        said = {"child": line.child[1], "parent": parent[1]}
        unit, other = parse_unit(held.unit), parse_unit(line.unit)
        amount = None if unit is None or other is None else convert(line.amount, other, unit)
        treated = (held.sourcing, held.phantom, held.group, held.share)
        if (
            amount is None
            or isinstance(amount, NotConvertible)
            or treated != (line.sourcing, line.phantom, line.group, line.share)
            or held.group is not None
        ):
            self._fault(ChildDiffers(**said, row=self._row(held.row)), line.row)
            return
        if held.position and line.position:
            self.findings.add("note", ChildAdded(**said), self.body.place(line.row))
        else:
            self._ask(ChildTwice(**said, row=self._row(held.row)), line.row)
        if held.base == line.base:
            held.amount = CONTEXT.add(held.amount, amount)
        else:
            held.amount = CONTEXT.add(
                CONTEXT.multiply(held.amount, line.base), CONTEXT.multiply(amount, held.base)
            )
            held.base = CONTEXT.multiply(held.base, line.base)

    def _starts(self, parents: Sequence[Key | None]) -> dict[Key, date]:
        """The day on which each structure begins."""
        if not self.body.has("valid_from"):
            return {}
        found: dict[Key, date] = {}
        for row, day in enumerate(self._dates("valid_from")):
            parent = parents[row]
            if day is None or parent is None or row in self.left_out:
                continue
            if found.setdefault(parent, day) != day:
                self._fault(DatesDiffer(parent=parent[1]), row, "valid_from")
        return found

    # .. out ..
    def _written(self, starts: Mapping[Key, date]) -> Bom:
        rows: list[BulkRow] = []
        places: list[tuple[int, tuple[int, ...]]] = []
        plant_ids = {plant: UUID(plant) for plant in {key[0] for key in self.parts}}
        drafts = {key: _draft(plant_ids[key[0]], key, part) for key, part in self.parts.items()}
        count = 0
        for key in self._children_first():
            part = self.parts[key]
            lines = part.lines
            if lines is None and self.mapping.complete:
                lines = []
            stated = None
            if lines is not None:
                count += len(lines)
                stated = tuple(
                    LineDraft(
                        child=drafts[line.child],
                        amount=line.amount,
                        unit=line.unit,
                        base_quantity=line.base,
                        sourcing=line.sourcing,
                        phantom=line.phantom,
                        alternative_group=line.group,
                        usage_share=line.share,
                    )
                    for line in lines
                )
            rows.append(
                BulkRow(
                    number=len(rows) + 1,
                    parent=drafts[key],
                    lines=stated,
                    effective_from=starts.get(key) if stated is not None else None,
                )
            )
            places.append((part.row, tuple(line.row for line in lines or ())))
        return Bom(
            rows=rows,
            layout=self.layout,
            sheet=self.body.table.sheet,
            part_count=len(rows),
            line_count=count,
            mapping=self.mapping,
            _places=places,
            _body=self.body,
        )

    def _children_first(self) -> list[Key]:
        """The parts so that children come before their parents, as far as there are no loops, which are asked about."""
        done: dict[Key, bool] = {}
        order: list[Key] = []
        for top in self.parts:
            if top in done:
                continue
            done[top] = False
            stack: list[tuple[Key, Iterator[_Line]]] = [(top, iter(self.parts[top].lines or ()))]
            while stack:
                key, lines = stack[-1]
                for line in lines:
                    state = done.get(line.child)
                    if state is None:
                        done[line.child] = False
                        stack.append((line.child, iter(self.parts[line.child].lines or ())))
                        break
                    if not state:
                        self._ask(BomLoops(part=line.child[1]), line.row)
                else:
                    done[key] = True
                    order.append(key)
                    stack.pop()
        return order


def _draft(plant_id: UUID, key: Key, part: _Part) -> PartDraft:
    facts = None
    if part.mass is not None or part.density is not None:
        facts = ConversionFacts(mass_kg_per_unit=part.mass, density_kg_per_liter=part.density)
    first, second, third = part.infos
    return PartDraft(
        plant_id=plant_id,
        name=key[1],
        support_name=key[2],
        unit=part.unit,
        label=part.label or None,
        info1=first or None,
        info2=second or None,
        info3=third or None,
        facts=facts,
    )


def level_columns(head: Head) -> dict[str, int]:
    """Columns of levels, and which level each is of."""
    return {name: int(name[6:]) for name in head.columns if name.startswith("level_")}

"""The rows of a list of emission factors: columns taken, units brought to kgCO2e per one, what is wrong or doubtful told.

A row is a factor; a row with a name and nothing else is the heading of a group, which is asked about. What a row leaves
open (kind, scope, region, the mass that a value is in) is what the mapping says, or else asked about once for all rows.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from renkei.connectors.spreadsheet.cells import date_of, plain_word, text_of
from renkei.connectors.spreadsheet.columns import Body, body_below, find_head
from renkei.connectors.spreadsheet.errors import (
    CellMissing,
    CellNotDate,
    CellNotNumber,
    CellOutOfRange,
    CellUnknownWord,
    ColumnUnused,
    FactorIdsMade,
    FactorNegative,
    FactorPriceYearMissing,
    FactorRowsLeftOut,
    FactorsAssumed,
    FactorsEmpty,
    FactorsUnderstood,
    FactorTwiceInFile,
    FactorUnitMissing,
    FactorUnitUnknown,
    HeadingsMissing,
    MergedCells,
    SheetMissing,
    SheetsHidden,
    SheetsUnread,
)
from renkei.connectors.spreadsheet.factor_mapping import (
    FIELDS,
    GWP_WORDS,
    KIND_WORDS,
    MIX_WORDS,
    NAMES_JA,
    REGION_WORDS,
    SCOPE_WORDS,
    FactorMapping,
)
from renkei.connectors.spreadsheet.factor_units import MASSES, Rate, energy_of, rate_of, unit_in
from renkei.connectors.spreadsheet.table import Cell, Findings, Place, Source, shortened
from renkei.kit.decimals import CONTEXT, plain_text
from renkei.kit.errors import RenkeiError
from renkei.kit.quantities import Dimension, parse_unit
from renkei.usecases.footprint.factors.model import (
    MOST_ID,
    Factor,
    FactorKind,
    FactorRef,
    FactorScope,
    GwpSet,
    Mix,
    parse_ref,
)
from renkei.usecases.footprint.factors.units import is_money

E = TypeVar("E", bound=StrEnum)

IN_THIS_FILE: Final = ("", "")
"""Name and version of a reference to another row of the file, before the set has any."""
_MOST_TEXT: Final = 1_000
_SHOWN: Final = 60
_LARGEST: Final = Decimal("1E+12")
_NOT_OF_ID: Final = re.compile(r"[^\w.\-]+")
_YEAR: Final = re.compile(r"(?:FY)?\s*((?:19|20|21)[0-9]{2})\s*(?:年度|年|FY)?", re.IGNORECASE)
_ERA_YEAR: Final = re.compile(r"(令和|平成|R|H)\.?\s*([0-9]{1,2}|元)\s*(?:年度|年)?", re.IGNORECASE)
_ERAS: Final = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}
_REGION: Final = re.compile(r"[A-Z]{2,3}(?:-[A-Z0-9]{1,3})?")
_POWER: Final = re.compile(r"電力|電気|electric", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorList:
    """What a file says. The factors name no set yet: `IN_THIS_FILE` stands for it. `year` None: the set's.

    `sources`, `licences`: what stands in those columns, each once. `begin`, `end`: for when the factors are meant, as far
    as the file says; `years`: the first and last year of their data, and whether those are fiscal years.
    """

    sheet: str | None
    factors: tuple[Factor, ...]
    gwp_set: GwpSet
    sources: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    begin: date | None = None
    end: date | None = None
    years: tuple[int, int] | None = None
    is_fiscal: bool = False
    places: tuple[Place, ...] = ()


def read_factors(source: Source, mapping: FactorMapping, findings: Findings) -> FactorList | None:
    """The factors in a file; None if what is wrong leaves nothing to look at further.

    Whether anything is wrong stands in `findings`: with a fault nothing may be stored.
    """
    body = _body(source, mapping, findings)
    return None if body is None else _Reader(body, mapping, findings).factors()


def _body(source: Source, mapping: FactorMapping, findings: Findings) -> Body | None:
    tables = [one for one in source.tables if mapping.sheet in {None, one.sheet}]
    if not tables:
        shown = shortened(table.sheet or "" for table in source.tables)
        findings.add("fault", SheetMissing(sheet=mapping.sheet, sheets=shown))
        return None
    for table in tables:
        head = find_head(table, FIELDS, _is_enough, named=mapping.columns, findings=findings)
        if head is None:
            continue
        if source.hidden_sheets:
            findings.add("question", SheetsHidden(sheets=shortened(source.hidden_sheets)))
        others = [one.sheet or "" for one in source.tables if one is not table]
        if others:
            findings.add("note", SheetsUnread(sheet=table.sheet, others=shortened(others)))
        if head.unused:
            findings.add("note", ColumnUnused(columns=shortened(head.unused)), table.place(head.row))
        fields = {"factor_id", "name_ja", "name_en", "value"} & set(head.columns)
        body = body_below(table, head, findings, fields=fields, skip_hidden=mapping.skip_hidden_rows)
        body.tell_formulas(head.columns)
        return body
    needed = "名称 (name) + 排出係数 (emission factor) + 単位 (unit)"
    findings.add("fault", HeadingsMissing(needed=needed), Place(tables[0].sheet))
    return None


def _is_enough(found: Collection[str]) -> bool:
    return "value" in found and bool({"name_ja", "name_en", "factor_id"} & set(found))


class _Reader:
    """Takes one table. Everything that is wrong goes into the common findings."""

    def __init__(self, body: Body, mapping: FactorMapping, findings: Findings) -> None:
        self.body = body
        self.mapping = mapping
        self.findings = findings
        self.words = {plain_word(said): meant for said, meant in mapping.words.items()}
        self.bad: set[int] = set()
        """Rows with a fault: what they leave open is not asked."""
        self.assumed: Counter[tuple[str, str, bool]] = Counter()
        """What was not said, as what it is read, and whether that is asked: how many rows."""

    def factors(self) -> FactorList | None:
        """Everything in turn."""
        body = self.body
        names = self._texts("name_ja"), self._texts("name_en")
        self.names = [ja or en for ja, en in zip(*names, strict=True)]
        self.said_ids = self._texts("factor_id")
        self.rows = self._rows()
        if not self.rows:
            self.findings.add("fault", FactorsEmpty(), body.table.place(body.head.row))
            return None
        self._ask_about_merged()
        numbers = {name: self._numbers(name) for name in ("value", "energy_mj_per_unit")}
        years, price_years = self._years("year"), self._years("price_year")
        days = self._days("period_from"), self._days("period_to")
        texts = {
            name: self._texts(name) for name in ("unit", "per", "source", "licence", "family", "upstream")
        }
        texts |= {name: self._texts(name) for name in ("proxy_of", "tags", "note")}
        regions = self._texts("region")
        kinds = self._words("kind", KIND_WORDS, FactorKind)
        scopes = self._words("scope", SCOPE_WORDS, FactorScope)
        mixes = self._words("mix", MIX_WORDS, Mix)
        gwps = self._words("gwp_set", GWP_WORDS, GwpSet)
        sources = _each_once(texts["source"][row] for row in self.rows)
        ids = self._ids(regions, texts, years)
        found: list[Factor] = []
        places: list[Place] = []
        for row in self.rows:
            rate = self._rate(row, texts["unit"][row], texts["per"][row])
            value = self._value(row, numbers["value"][row], rate)
            price_year = self._price_year(row, rate, price_years[row])
            energy = self._energy(row, numbers["energy_mj_per_unit"][row], rate)
            region = self._region(row, regions[row])
            upstream = self._upstream(row, texts["upstream"][row], ids)
            if rate is None or value is None or row not in ids or row in self.bad:
                continue
            note, source = texts["note"][row], texts["source"][row]
            if source and len(sources) > 1:
                note = f"{note} [{source}]".strip()
            found.append(
                Factor(
                    ref=FactorRef(*IN_THIS_FILE, ids[row]),
                    name_ja=names[0][row] or names[1][row] or self.said_ids[row],
                    name_en=names[1][row] or names[0][row] or self.said_ids[row],
                    kind=kinds[row] or self._kind(row, rate),
                    scope=scopes[row] or self._scope(),
                    mix=mixes[row],
                    value=value,
                    unit=rate.unit,
                    region=region,
                    gwp_set=gwps[row] or self._gwp_set(),
                    year=years[row],
                    price_year=price_year,
                    family=texts["family"][row],
                    upstream=upstream,
                    energy_mj_per_unit=energy,
                    proxy_of=texts["proxy_of"][row],
                    tags=texts["tags"][row],
                    note=note,
                )
            )
            places.append(body.place(row, "value"))
        self._tell_assumed()
        said = [years[row] for row in self.rows if years[row] is not None]
        begins = [day for row in self.rows if (day := days[0][row]) is not None]
        ends = [day for row in self.rows if (day := days[1][row]) is not None]
        return FactorList(
            sheet=body.table.sheet,
            factors=tuple(found),
            gwp_set=_of_all({one.gwp_set for one in found}),
            sources=sources,
            licences=_each_once(texts["licence"][row] for row in self.rows),
            begin=min(begins, default=None),
            end=max(ends, default=None),
            years=(min(y for y in said if y), max(y for y in said if y)) if said else None,
            is_fiscal=bool(said) and "年度" in body.heading("year") + "".join(self._texts("year")),
            places=tuple(places),
        )

    # .. what counts ..
    def _rows(self) -> list[int]:
        """Rows that are factors: those that have more in them than a name."""
        body = self.body
        fields = [name for name in ("value", "unit", "per", "region", "year") if body.has(name)]
        columns = [body.cells(name) for name in fields]
        rows: list[int] = []
        titles: list[int] = []
        for row in range(len(body)):
            (rows if any(text_of(cells[row]) for cells in columns) else titles).append(row)
        if titles:
            numbers = shortened(self._number(row) for row in titles)
            error = FactorRowsLeftOut(count=len(titles), rows=numbers)
            self.findings.add("question", error, body.place(titles[0]))
        return rows

    def _ask_about_merged(self) -> None:
        """A value in a merged cell counts for each of its rows."""
        body = self.body
        if not body.table.anchors:
            return
        column = body.head.columns["value"].index + body.table.first_column
        merged: dict[tuple[int, int], list[int]] = {}
        for row in self.rows:
            anchor = body.table.anchors.get((self._number(row), column))
            if anchor is not None:
                merged.setdefault(anchor, []).append(row)
        for rows in merged.values():
            if len(rows) > 1:
                error = MergedCells(heading=body.heading("value"), count=len(rows))
                self.findings.add("question", error, body.place(rows[0], "value"))

    # .. cells ..
    def _number(self, row: int) -> int:
        """The row's number in the file."""
        return self.body.table.row_numbers[self.body.at[row]]

    def _fault(self, error: RenkeiError, row: int, name: str | None = None) -> None:
        self.bad.add(row)
        field = name if name is not None and self.body.has(name) else None
        self.findings.add("fault", error, self.body.place(row, field))

    def _texts(self, name: str) -> list[str]:
        return self.body.texts(name, _MOST_TEXT) if self.body.has(name) else [""] * len(self.body)

    def _numbers(self, name: str) -> list[Decimal | None]:
        if not self.body.has(name):
            return [None] * len(self.body)
        return self.body.numbers(name, decimal_comma=self.mapping.decimal_comma)

    def _days(self, name: str) -> list[date | None]:
        if not self.body.has(name):
            return [None] * len(self.body)
        found = []
        for row, cell in enumerate(self.body.cells(name)):
            day = None if cell == "" else date_of(cell)
            if day is None and text_of(cell):
                error = CellNotDate(heading=self.body.heading(name), value=text_of(cell)[:_SHOWN])
                self._fault(error, row, name)
            found.append(day)
        return found

    def _years(self, name: str) -> list[int | None]:
        if not self.body.has(name):
            return [None] * len(self.body)
        found = []
        for row, cell in enumerate(self.body.cells(name)):
            year = _year(cell)
            if year is None and text_of(cell):
                error = CellNotNumber(heading=self.body.heading(name), value=text_of(cell)[:_SHOWN])
                self._fault(error, row, name)
            found.append(year)
        return found

    def _words(self, name: str, known: Mapping[str, E], sort: type[E]) -> list[E | None]:
        """A column of words, by the company's own and by those that everybody knows."""
        found: list[E | None] = []
        for row, text in enumerate(self._texts(name)):
            word = plain_word(text)
            word = plain_word(self.words.get(word, word))
            meant = known.get(word)
            if text and meant is None:
                allowed = ", ".join(_both(one.value) for one in sort)
                error = CellUnknownWord(heading=self.body.heading(name), value=text[:_SHOWN], allowed=allowed)
                self._fault(error, row, name)
            found.append(meant)
        return found

    # .. what a factor is per ..
    def _rate(self, row: int, unit: str, per: str) -> Rate | None:
        body, own = self.body, self.mapping.units
        text = unit or unit_in(body.heading("value")) or (self.mapping.unit or "")
        if not text and not per:
            self._fault(FactorUnitMissing(), row, "unit")
            return None
        rate = rate_of(text, own, per)
        if rate is None:
            field = "unit" if unit else "per" if per else "value"
            self._fault(FactorUnitUnknown(value=(text or per)[:_SHOWN]), row, field)
            return None
        if rate.is_stated:
            return rate
        said = self.mapping.emission_unit
        if said is None and (stated := self._by_heading(text)) is not None:
            return stated
        if said is None:
            self.assumed["emission_unit", "kgCO2e", True] += 1
        return Rate(rate.unit, rate.shift + MASSES[said or "kg"], is_stated=True)

    def _by_heading(self, text: str) -> Rate | None:
        """The mass that the heading of the value names in brackets, per what stands in the column of units."""
        heading, own = unit_in(self.body.heading("value")), self.mapping.units
        whole = rate_of(heading, own) if heading else None
        if not heading or (whole is not None and not whole.is_stated):
            return None
        found = rate_of(heading, own, text)
        return found if found is not None and found.is_stated else None

    def _value(self, row: int, number: Decimal | None, rate: Rate | None) -> Decimal | None:
        body = self.body
        if number is None:
            if not text_of(body.cells("value")[row]) and not self._is_told(row):
                self._fault(CellMissing(heading=body.heading("value")), row, "value")
            return None
        if rate is None:
            return None
        value = CONTEXT.scaleb(number, rate.shift)
        if abs(value) > _LARGEST:
            bounds = {"value": plain_text(number), "minimum": "-1E12", "maximum": "1E12"}
            self._fault(CellOutOfRange(heading=body.heading("value"), **bounds), row, "value")
            return None
        if number < 0:
            error = FactorNegative(name=self._shown(row), value=plain_text(number))
            self.findings.add("question", error, body.place(row, "value"))
        # Exactly that number, written as people do: 2.14 t is 2140 kg, and not 2.14E+3.
        return Decimal(plain_text(value))

    def _is_told(self, row: int) -> bool:
        """Whether the empty cell is a formula without a value, which is told already."""
        table = self.body.table
        column = self.body.head.columns["value"].index + table.first_column
        return (self._number(row), column) in table.formulas

    def _price_year(self, row: int, rate: Rate | None, said: int | None) -> int | None:
        if rate is None or not is_money(rate.unit):
            return said
        year = said or self.mapping.price_year
        if year is None:
            name = "price_year" if self.body.has("price_year") else "unit"
            self._fault(FactorPriceYearMissing(unit=rate.unit), row, name)
        return year

    def _energy(self, row: int, number: Decimal | None, rate: Rate | None) -> Decimal | None:
        """The heating value in MJ per one of the factor's unit."""
        if number is None or rate is None:
            return None
        body, name = self.body, "energy_mj_per_unit"
        text = unit_in(body.heading(name))
        said = energy_of(text, self.mapping.units) if text else (0, None)
        if said is None or (said[1] is not None and said[1].unit != rate.unit):
            self._fault(FactorUnitUnknown(value=text[:_SHOWN]), row, name)
            return None
        if not text and "mj" not in plain_word(body.heading(name)):
            self.assumed["energy", "MJ", True] += 1
        if number <= 0:
            bounds = {"value": plain_text(number), "minimum": "0", "maximum": "∞"}
            self._fault(CellOutOfRange(heading=body.heading(name), **bounds), row, name)
            return None
        return CONTEXT.scaleb(number, said[0] + (0 if said[1] is None else said[1].shift))

    # .. what it is ..
    def _ids(
        self, regions: Sequence[str], texts: Mapping[str, Sequence[str]], years: Sequence[int | None]
    ) -> dict[int, str]:
        """An id for each row: as it stands, or made of its name, then of region, unit and year where names are alike."""
        made: dict[int, str] = {}
        for row in self.rows:
            said = self.said_ids[row] or self.names[row]
            plain = _as_id(said)
            if not plain:
                name = "factor_id" if self.body.has("factor_id") and not self.names[row] else "name_ja"
                self._fault(CellMissing(heading=self._heading(name)), row, name)
                continue
            made[row] = plain
        for parts in (regions, texts["unit"], [str(year or "") for year in years]):
            alike = {one for one, count in Counter(made.values()).items() if count > 1}
            for row, plain in list(made.items()):
                if plain in alike and parts[row] and not self.said_ids[row]:
                    made[row] = _ending(plain, _as_id(parts[row]))
        # Names that are alike only because they were cut.
        cut: dict[str, set[str]] = {}
        for row, plain in made.items():
            if not self.said_ids[row]:
                cut.setdefault(plain, set()).add(self.names[row])
        for row, plain in list(made.items()):
            if not self.said_ids[row] and len(cut[plain]) > 1 and len(_plain(self.names[row])) > MOST_ID:
                made[row] = _ending(plain, hashlib.sha256(self.names[row].encode()).hexdigest()[:8])
        first: dict[str, int] = {}
        for row, plain in list(made.items()):
            former = first.setdefault(plain, row)
            if former != row:
                error = FactorTwiceInFile(value=plain, row=self._number(former))
                self._fault(error, row, "factor_id" if self.said_ids[row] else "name_ja")
                del made[row]
        own = [row for row, plain in made.items() if plain != self.said_ids[row]]
        if own:
            said = self.said_ids[own[0]] or self.names[own[0]]
            told = FactorIdsMade(count=len(own), said=said[:_SHOWN], made=made[own[0]])
            self.findings.add("note", told, self.body.place(own[0]))
        return made

    def _region(self, row: int, text: str) -> str:
        if not text:
            if self.mapping.region is None:
                self.assumed["region", "GLO", True] += 1
            return self.mapping.region or "GLO"
        word = plain_word(text)
        meant = self.words.get(word, text)
        code = REGION_WORDS.get(plain_word(meant)) or unicodedata.normalize("NFKC", meant).strip().upper()
        if not _REGION.fullmatch(code):
            allowed = "JP, CN, US …, GLO (世界)"
            error = CellUnknownWord(heading=self.body.heading("region"), value=text[:_SHOWN], allowed=allowed)
            self._fault(error, row, "region")
        return code

    def _upstream(self, row: int, text: str, ids: Mapping[int, str]) -> FactorRef | None:
        """What completes it: a factor of any set, or another row of the file by its id."""
        if not text:
            return None
        ref = parse_ref(text)
        if ref is None and _as_id(text) in ids.values():
            ref = FactorRef(*IN_THIS_FILE, _as_id(text))
        if ref is None:
            allowed = "set@version#factor, 係数ID"
            error = CellUnknownWord(
                heading=self.body.heading("upstream"), value=text[:_SHOWN], allowed=allowed
            )
            self._fault(error, row, "upstream")
        return ref

    def _kind(self, row: int, rate: Rate) -> FactorKind:
        unit = parse_unit(rate.unit)
        if is_money(rate.unit):
            found, asked = FactorKind.SPEND, False
        elif unit is not None and unit.dimension is Dimension.TRANSPORT:
            found, asked = FactorKind.TRANSPORT, False
        elif self.mapping.kind is not None:
            return self.mapping.kind
        elif unit is not None and unit.dimension is Dimension.ENERGY and _POWER.search(self.names[row]):
            found, asked = FactorKind.ELECTRICITY, True
        else:
            found, asked = FactorKind.MATERIAL, True
        self.assumed["kind", found.value, asked] += 1
        return found

    def _scope(self) -> FactorScope:
        if self.mapping.scope is None:
            self.assumed["scope", FactorScope.LIFE_CYCLE.value, True] += 1
        return self.mapping.scope or FactorScope.LIFE_CYCLE

    def _gwp_set(self) -> GwpSet:
        if self.mapping.gwp_set is None:
            self.assumed["gwp_set", GwpSet.UNKNOWN.value, True] += 1
        return self.mapping.gwp_set or GwpSet.UNKNOWN

    def _tell_assumed(self) -> None:
        """Each thing that was not said, once for all rows."""
        place = self.body.table.place(self.body.head.row)
        for (name, value, asked), count in self.assumed.items():
            if asked:
                error = FactorsAssumed(count=count, what=_WHAT[name], value=_both(value))
                self.findings.add("question", error, place)
            else:
                told = FactorsUnderstood(count=count, what=_WHAT[name], value=_both(value))
                self.findings.add("note", told, place)

    def _heading(self, name: str) -> str:
        return self.body.heading(name) if self.body.has(name) else FIELDS[name][0]

    def _shown(self, row: int) -> str:
        return (self.names[row] or self.said_ids[row])[:_SHOWN]


_WHAT: Final = {
    "emission_unit": "値の質量単位 (mass of CO2e)",
    "energy": "発熱量の単位 (unit of the heating value)",
    "kind": "種類 (kind)",
    "scope": "範囲 (scope)",
    "region": "地域 (region)",
    "gwp_set": "GWPの版 (GWP set)",
}


def _both(word: str) -> str:
    """A word of ours with the Japanese one that is read as it."""
    ja = NAMES_JA.get(word)
    return word if ja is None else f"{word}（{ja}）"


def _year(cell: Cell) -> int | None:
    """A year: 2024, 2024年度, FY2024, 令和6年度, the year of a date."""
    if isinstance(cell, date):
        return _possible(cell.year)
    text = unicodedata.normalize("NFKC", text_of(cell)).strip()
    if found := _YEAR.fullmatch(text):
        return int(found.group(1))
    if found := _ERA_YEAR.fullmatch(text):
        number = 1 if found.group(2) == "元" else int(found.group(2))
        return _ERAS[found.group(1).upper()] + number
    day = date_of(text) if text else None
    return None if day is None else _possible(day.year)


def _possible(year: int) -> int | None:
    """The year of a date, within the bounds of one that is written as such."""
    return year if 1900 <= year <= 2199 else None


def _as_id(text: str) -> str:
    """A text as it can stand in a reference."""
    return _plain(text)[:MOST_ID]


def _plain(text: str) -> str:
    return _NOT_OF_ID.sub("-", unicodedata.normalize("NFKC", text).strip()).strip("-")


def _ending(plain: str, end: str) -> str:
    """An id with something behind it, which stays whole."""
    return f"{plain[: max(0, MOST_ID - len(end) - 1)]}-{end}"[:MOST_ID]


def _each_once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _of_all(said: Collection[GwpSet]) -> GwpSet:
    """The GWP set of a set whose factors have these: CO2 alone fits beside any."""
    others = set(said) - {GwpSet.CO2}
    if len(others) > 1:
        return GwpSet.UNKNOWN
    return next(iter(others or said), GwpSet.UNKNOWN)

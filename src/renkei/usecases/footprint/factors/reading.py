"""A table of factors from CSV text: the product's own data files and what companies upload, by the same rules.

One heading line, English or Japanese; comma, semicolon or tab. Needed: factor_id, value, unit, and a name in either
language. A currency as unit needs `price_year`. Every fault is told at "line:<n>/<column>".
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from renkei.kit.decimals import parse_decimal
from renkei.kit.errors import Fault, RenkeiError, SeveralFaults
from renkei.usecases.footprint.factors.errors import (
    FactorCellBadForm,
    FactorCellMissing,
    FactorCellNotNumber,
    FactorCellUnknownUnit,
    FactorCellUnknownWord,
    FactorColumnMissing,
    FactorColumnTwice,
    FactorColumnUnknown,
    FactorRowTooLong,
    FactorTableEmpty,
    FactorTableTooLong,
    FactorTableUnreadable,
    FactorTwice,
)
from renkei.usecases.footprint.factors.model import (
    MOST_ID,
    Factor,
    FactorKind,
    FactorRef,
    FactorScope,
    FactorSet,
    Mix,
    parse_ref,
)
from renkei.usecases.footprint.factors.units import is_money, read_unit

E = TypeVar("E", bound=StrEnum)

COLUMNS: Final[dict[str, str]] = {
    "factor_id": "係数ID",
    "name_en": "英語名",
    "name_ja": "名称",
    "kind": "種類",
    "scope": "範囲",
    "mix": "電源構成",
    "value": "係数",
    "unit": "単位",
    "region": "地域",
    "year": "年",
    "price_year": "価格年",
    "family": "分類",
    "upstream": "上流係数",
    "energy_mj_per_unit": "発熱量MJ",
    "proxy_of": "代用元",
    "tags": "検索語",
    "note": "備考",
}
"""The columns of a table, and their Japanese headings."""
MOST_FAULTS: Final = 1_000
MOST_TEXT: Final = 1_000
LARGEST: Final = Decimal("1E+12")
_BY_HEADING: Final = {heading: name for name, heading in COLUMNS.items()} | {name: name for name in COLUMNS}
_ID: Final = re.compile(r"[\w.\-]+")
_REGION: Final = re.compile(r"[A-Z]{2,3}(?:-[A-Z0-9]{1,3})?", re.ASCII)
_YEAR: Final = re.compile(r"(?:19|20|21)[0-9]{2}", re.ASCII)
_THOUSANDS: Final = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", re.ASCII)


def read_table(text: str, of: FactorSet, *, limit: int) -> list[Factor]:
    """The factors in `text`, as those of the set `of`. Raises `SeveralFaults` with every fault, up to 1,000."""
    faults: list[Fault] = []
    rows = _rows(text.removeprefix("\ufeff"), faults)
    first = next(rows, None)
    headings = _headings(first[1], faults) if first is not None else {}
    found: list[Factor] = []
    lines: dict[str, int] = {}
    if not faults:
        for line, cells in rows:
            if len(found) >= limit:
                faults += FactorTableTooLong("", limit=limit).faults
                break
            if len(faults) >= MOST_FAULTS:
                break
            row = _Row(line, cells, headings, faults)
            factor = row.factor(of)
            if factor is None:
                continue
            former = lines.setdefault(factor.ref.factor_id, line)
            if former != line:
                row.fault(FactorTwice, "factor_id", value=factor.ref.factor_id, first=former)
            found.append(factor)
        if not found and not faults:
            faults += FactorTableEmpty("").faults
    if faults:
        raise SeveralFaults(tuple(faults[:MOST_FAULTS]))
    return found


def _rows(text: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; empty ones are left out."""
    head = text.partition("\n")[0]
    delimiter = max((",", "\t", ";"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            faults += FactorTableUnreadable(f"line:{line}", line=line).faults
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _headings(cells: list[str], faults: list[Fault]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        heading = unicodedata.normalize("NFKC", cell).strip()
        name = _BY_HEADING.get(heading) or _BY_HEADING.get(heading.casefold())
        place = f"line:1/{position + 1}"
        if name is None:
            if heading:
                allowed = ", ".join(COLUMNS)
                faults += FactorColumnUnknown(place, column=heading[:MOST_ID], allowed=allowed).faults
        elif name in found:
            faults += FactorColumnTwice(place, column=name).faults
        else:
            found[name] = position
    for name in ("factor_id", "value", "unit"):
        if name not in found:
            faults += FactorColumnMissing("line:1", column=name).faults
    if not {"name_en", "name_ja"} & set(found):
        faults += FactorColumnMissing("line:1", column="name_ja").faults
    return found


class _Row:
    """One record while it is read; what is wrong goes into the common list."""

    def __init__(self, line: int, cells: list[str], headings: Mapping[str, int], faults: list[Fault]) -> None:
        self.line = line
        self.raw = {
            name: cells[position].strip() if position < len(cells) else ""
            for name, position in headings.items()
        }
        self.cells = {name: unicodedata.normalize("NFKC", cell) for name, cell in self.raw.items()}
        self.faults = faults
        if len(cells) > max(headings.values()) + 1 and any(
            c.strip() for c in cells[max(headings.values()) + 1 :]
        ):
            self.fault(FactorRowTooLong, "")

    def fault(self, error: type[RenkeiError], column: str, **parameters: object) -> None:
        """Something is wrong with a cell (or, without a column, with the record)."""
        if column:
            parameters["column"] = column
        self.faults += error(f"line:{self.line}/{column}".rstrip("/"), line=self.line, **parameters).faults

    def factor(self, of: FactorSet) -> Factor | None:
        """The factor, or None if anything is wrong with it."""
        before = len(self.faults)
        factor_id = self.required("factor_id")
        if factor_id and (len(factor_id) > MOST_ID or not _ID.fullmatch(factor_id)):
            self.fault(FactorCellBadForm, "factor_id")
        value = self.number("value", required=True)
        unit = self.unit()
        price_year = self.year("price_year")
        if unit is not None and is_money(unit) and price_year is None and not self.cells.get("price_year"):
            self.fault(FactorCellMissing, "price_year")
        name_ja, name_en = self.text("name_ja"), self.text("name_en")
        if not name_ja and not name_en:
            self.fault(FactorCellMissing, "name_ja" if "name_ja" in self.cells else "name_en")
        kind = self.word("kind", FactorKind) or FactorKind.MATERIAL
        scope = self.word("scope", FactorScope) or FactorScope.LIFE_CYCLE
        mix = self.word("mix", Mix)
        region = self.cells.get("region", "") or "GLO"
        if not _REGION.fullmatch(region):
            self.fault(FactorCellBadForm, "region")
        year = self.year("year")
        upstream = parse_ref(self.text("upstream")) if self.text("upstream") else None
        if upstream is None and self.text("upstream"):
            self.fault(FactorCellBadForm, "upstream")
        energy = self.number("energy_mj_per_unit")
        if energy is not None and energy <= 0:
            self.fault(FactorCellNotNumber, "energy_mj_per_unit")
        family, proxy_of, tags, note = (self.text(name) for name in ("family", "proxy_of", "tags", "note"))
        if len(self.faults) > before or value is None or unit is None:
            return None
        return Factor(
            ref=FactorRef(of.set_id, of.version, factor_id),
            name_en=name_en or name_ja,
            name_ja=name_ja or name_en,
            kind=kind,
            scope=scope,
            mix=mix,
            value=value,
            unit=unit,
            region=region,
            gwp_set=of.gwp_set,
            year=year if year is not None else of.period_to.year,
            price_year=price_year,
            upstream=upstream,
            energy_mj_per_unit=energy,
            own=of.own,
            restricted=of.restricted,
            family=family,
            proxy_of=proxy_of,
            tags=tags,
            note=note,
        )

    def required(self, column: str) -> str:
        """A text that must be there."""
        text = self.cells.get(column, "")
        if not text:
            self.fault(FactorCellMissing, column)
        return text

    def text(self, column: str) -> str:
        """A text that may be there, of bounded length."""
        text = self.raw.get(column, "")
        if len(text) > MOST_TEXT:
            self.fault(FactorCellBadForm, column)
            return ""
        return text

    def number(self, column: str, *, required: bool = False) -> Decimal | None:
        """A number; thousands may be set apart by commas."""
        text = self.required(column) if required else self.cells.get(column, "")
        if not text:
            return None
        plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
        number = parse_decimal(plain, max_exponent=30)
        if number is None or abs(number) > LARGEST:
            self.fault(FactorCellNotNumber, column)
            return None
        return number

    def unit(self) -> str | None:
        """The unit, by any of its names; "kgCO2e/kWh" is "kWh"."""
        text = self.required("unit")
        if not text:
            return None
        found = read_unit(re.sub(r"^kg-?CO2e?\s*/\s*", "", text, flags=re.IGNORECASE))
        if found is None:
            self.fault(FactorCellUnknownUnit, "unit", value=text[:MOST_ID])
        return found

    def word(self, column: str, words: type[E]) -> E | None:
        """One of the words of an enumeration."""
        text = self.cells.get(column, "").casefold()
        if not text:
            return None
        try:
            return words(text)
        except ValueError:
            self.fault(FactorCellUnknownWord, column, allowed=", ".join(one.value for one in words))
            return None

    def year(self, column: str) -> int | None:
        """A year of our calendar."""
        text = self.cells.get(column, "")
        if not text:
            return None
        if not _YEAR.fullmatch(text):
            self.fault(FactorCellNotNumber, column)
            return None
        return int(text)

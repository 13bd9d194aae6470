"""The yearly list of coefficients of Japanese electricity suppliers (電気事業者別排出係数), as METI and MOE publish it.

A table of text (CSV from the published workbook): number, supplier, perhaps a menu (メニュー), basic coefficient (基礎排出係数)
and adjusted one (調整後排出係数) in t-CO2/kWh. Headings are found by their words, below any title; a cell that is merged
downwards holds for the rows below. Each coefficient becomes a factor per kWh: the basic one of the supplier's mix, the
adjusted one market-based. They hold the CO2 of generation alone: getting the fuel is not in them, and the calculator says so.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from renkei.kit.decimals import CONTEXT, parse_decimal
from renkei.kit.errors import Fault, SeveralFaults
from renkei.usecases.footprint.factors.errors import (
    FactorCellNotNumber,
    FactorColumnMissing,
    FactorTableEmpty,
    FactorTableTooLong,
    FactorTableUnreadable,
)
from renkei.usecases.footprint.factors.model import (
    Factor,
    FactorKind,
    FactorRef,
    FactorScope,
    FactorSet,
    GwpSet,
    Mix,
)

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("登録番号", "事業者番号", "番号"),
    "name": ("事業者名", "電気事業者", "小売電気事業者"),
    "menu": ("メニュー",),
    "base": ("基礎排出係数", "基礎"),
    "adjusted": ("調整後排出係数", "調整後"),
}
_KILOGRAMS: Final = Decimal(1000)
_NONE: Final = {"", "-", "―", "－", "*", "※"}
_LARGEST: Final = Decimal(5)
"""t-CO2/kWh: nothing that generates electricity comes near; a table in kg is told, not taken."""
_NOT_PLAIN: Final = re.compile(r"[^\w.\-]+")


def read_utilities(text: str, of: FactorSet, *, limit: int) -> list[Factor]:
    """The factors of a list. Raises `SeveralFaults` with every fault, at "line:<n>/<column>"."""
    faults: list[Fault] = []
    rows = _rows(text.removeprefix("\ufeff"), faults)
    at, columns = _headings(rows)
    if not faults and (at < 0 or "name" not in columns or not {"base", "adjusted"} & set(columns)):
        wanted = "事業者名・基礎排出係数または調整後排出係数"
        faults += FactorColumnMissing("line:1", column=wanted).faults
    found: list[Factor] = []
    if not faults:
        held: dict[str, str] = {}
        taken: dict[str, int] = {}
        for line, cells in rows[at + 1 :]:
            row = _row(cells, columns, held)
            if not row["name"]:
                continue
            for column, mix in (("base", Mix.CONSUMPTION), ("adjusted", Mix.MARKET)):
                value = _value(row.get(column, ""), line, column, faults)
                if value is not None:
                    found.append(_factor(of, row, column, mix, value, taken))
        if len(found) > limit:
            faults += FactorTableTooLong("", limit=limit).faults
        if not found and not faults:
            faults += FactorTableEmpty("").faults
    if faults:
        raise SeveralFaults(tuple(faults))
    return found


def _rows(text: str, faults: list[Fault]) -> list[tuple[int, list[str]]]:
    head = text[:10_000]
    delimiter = max((",", "\t", ";"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error:
            faults += FactorTableUnreadable(f"line:{line}", line=line).faults
            return found
        found.append((line, [unicodedata.normalize("NFKC", cell).strip() for cell in cells]))


def _headings(rows: list[tuple[int, list[str]]]) -> tuple[int, dict[str, int]]:
    """The first row that names suppliers and coefficients, and which column is which."""
    for place, (_, cells) in enumerate(rows[:50]):
        columns: dict[str, int] = {}
        for name, words in _WORDS.items():
            for number, cell in enumerate(cells):
                plain = re.sub(r"\s", "", cell)
                if number not in columns.values() and any(word in plain for word in words):
                    columns[name] = number
                    break
        if "name" in columns and {"base", "adjusted"} & set(columns):
            return place, columns
    return -1, {}


def _row(cells: list[str], columns: Mapping[str, int], held: dict[str, str]) -> dict[str, str]:
    """The cells by name; number and supplier hold until the next one."""
    row = {name: cells[number] if number < len(cells) else "" for name, number in columns.items()}
    if row.get("number") or row["name"]:
        held["number"], held["name"] = row.get("number", ""), row["name"] or held.get("name", "")
    row["number"], row["name"] = held.get("number", ""), held.get("name", "")
    return row


def _value(text: str, line: int, column: str, faults: list[Fault]) -> Decimal | None:
    if text in _NONE:
        return None
    value = parse_decimal(text)
    if value is None or value < 0 or value > _LARGEST:
        faults += FactorCellNotNumber(
            f"line:{line}/{_WORDS[column][0]}", line=line, column=_WORDS[column][0]
        ).faults
        return None
    return CONTEXT.multiply(value, _KILOGRAMS)


def _factor(
    of: FactorSet, row: Mapping[str, str], column: str, mix: Mix, value: Decimal, taken: dict[str, int]
) -> Factor:
    menu = row.get("menu", "")
    stem = _NOT_PLAIN.sub("-", "-".join(one for one in (row["number"] or row["name"], menu) if one))[:80]
    key = f"{stem}-{column}"
    taken[key] = taken.get(key, 0) + 1
    factor_id = key if taken[key] == 1 else f"{key}-{taken[key]}"
    japanese = " ".join(one for one in (row["name"], menu, _WORDS[column][0]) if one)
    english = " ".join(one for one in (row["name"], menu, f"({column} coefficient)") if one)
    return Factor(
        ref=FactorRef(of.set_id, of.version, factor_id),
        name_en=english[:1000],
        name_ja=japanese[:1000],
        kind=FactorKind.ELECTRICITY,
        scope=FactorScope.COMBUSTION,
        mix=mix,
        value=value,
        unit="kilowatt-hour",
        region="JP",
        gwp_set=GwpSet.CO2,
        year=of.period_to.year,
        tags="電気 電力 electricity 小売電気事業者",
        note="CO2 of generation only; getting the fuel is not in it / 発電時のCO2のみ（燃料の上流を含まない）",
        own=of.own,
        restricted=of.restricted,
    )

"""Units as lists of parts write them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from renkei.connectors.spreadsheet.cells import plain_word
from renkei.kit.quantities import Unit, parse_unit
from renkei.usecases.footprint.factors.units import is_money, read_unit

_MORE: Final[dict[str, Unit]] = {
    name: unit
    for unit, names in {
        Unit.UNIT: "ea each pce stk st set sets セット 式 組 ヶ ケ ｹ コ こ 箇 丁 巻 袋 缶 基 足 対 ペア pr piece",
        Unit.SHEET: "葉 sht sheets",
        Unit.KILOGRAM: "kgs ㎏",
        Unit.SQUARE_METER: "sqm ㎡ 平米",
        Unit.METER: "mtr ｍ",
    }.items()
    for name in (plain_word(one) for one in names.split())
}


def unit_of(text: str, own: Mapping[str, str]) -> str | None:
    """The name of the unit that is meant, or None; `own` are the company's words for units."""
    if own:
        for word, unit in own.items():
            if plain_word(word) == plain_word(text):
                return unit_of(unit, {})
    return _unit_of(text)


@lru_cache(maxsize=1_000)
def _unit_of(text: str) -> str | None:
    more = _MORE.get(plain_word(text))
    if more is not None:
        return more.value
    found = read_unit(text)
    if found is None or is_money(found) or parse_unit(found) is None:
        return None
    return found

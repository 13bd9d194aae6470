"""How factors are found: pure decisions."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from renkei.kit.quantities import parse_unit
from renkei.usecases.footprint.factors.model import Factor, FactorQuery, Mix
from renkei.usecases.footprint.factors.units import is_money


def plain(text: str) -> str:
    """Text as it is compared: full width is half width, capitals are small."""
    return unicodedata.normalize("NFKC", text).casefold()


def words_of(text: str) -> list[str]:
    """The words of a search, each once."""
    return list(dict.fromkeys(plain(text).split()))


def search_text(factor: Factor) -> str:
    """Where the words are looked for."""
    return plain(f"{factor.ref.factor_id} {factor.name_en} {factor.name_ja} {factor.tags}")


def same_sort(unit: str, other: str) -> bool:
    """Whether amounts in one unit can be written in the other without any fact."""
    if is_money(unit) or is_money(other):
        return unit == other
    one, two = parse_unit(unit), parse_unit(other)
    return one is not None and two is not None and one.dimension is two.dimension


def admits(query: FactorQuery) -> Callable[[Factor], bool]:
    """Whether a factor fits what is asked beside the words."""

    def fits(factor: Factor) -> bool:
        return (
            (query.kind is None or factor.kind is query.kind)
            and (query.set_id is None or factor.ref.set_id == query.set_id)
            and (query.version is None or factor.ref.version == query.version)
            and (query.unit is None or same_sort(query.unit, factor.unit))
            and (not query.region_only or query.region is None or factor.region == query.region)
        )

    return fits


def order(query: FactorQuery) -> Callable[[Factor], tuple[int, int, int, int, int, str]]:
    """What is shown first: named so, of the region, a mix, no proxy, the company's own."""
    words = words_of(query.text)

    def rank(factor: Factor) -> tuple[int, int, int, int, int, str]:
        names = plain(f"{factor.name_en} {factor.name_ja}")
        region = 0 if query.region in {None, factor.region} else 1 if factor.region == "GLO" else 2
        return (
            0 if all(word in names for word in words) else 1,
            region,
            0
            if any(plain(name).startswith(tuple(words)) for name in (factor.name_en, factor.name_ja))
            else 1,
            2 if factor.is_proxy else 1 if factor.mix is Mix.TECHNOLOGY else 0,
            0 if factor.own else 1,
            str(factor.ref),
        )

    return rank

"""Data quality of one line and its factor, from the table of the rule set (`data/rule_sets.json`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from renkei.usecases.footprint.calculator.model import Sheet, SheetLine, Technology
from renkei.usecases.footprint.factors.model import Factor

WORLD: Final = "GLO"
_FILE: Final = Path(__file__).parent / "data" / "rule_sets.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """How lines are rated and what counts as primary. Data, with a version."""

    name: str
    version: str
    pds: Literal["pact", "activity"]
    technology: Mapping[str, Decimal]
    region: Mapping[str, Decimal]
    years: tuple[tuple[int, Decimal], ...]
    years_beyond: Decimal
    proxy_at_least: Decimal
    groups: Mapping[str, int]


@cache
def rule_sets() -> Mapping[str, RuleSet]:
    """Every rule set, by name."""
    said: dict[str, Any] = msgspec.json.decode(_FILE.read_bytes())
    groups = {region: number for number, group in enumerate(said["region_groups"]) for region in group}
    return {
        name: RuleSet(
            name=name,
            version=one["version"],
            pds=one["pds"],
            technology={word: Decimal(rating) for word, rating in one["technology"].items()},
            region={word: Decimal(rating) for word, rating in one["region"].items()},
            years=tuple((years, Decimal(rating)) for years, rating in one["years"]),
            years_beyond=Decimal(one["years_beyond"]),
            proxy_at_least=Decimal(one["proxy_at_least"]),
            groups=groups,
        )
        for name, one in said["rule_sets"].items()
    }


def rate(rules: RuleSet, sheet: Sheet, line: SheetLine, factor: Factor) -> tuple[Decimal, Decimal, Decimal]:
    """TeR, GeR, TiR from 1 to 5: technology, region and year of the factor against those of the line.

    A proxy rates `proxy_at_least` or worse in all three. What the line says by hand wins.
    """
    ter = rules.technology[_technology(line, factor)]
    ger = rules.region[_region(rules, line.region or sheet.region, factor.region)]
    tir = _years(rules, sheet, factor.year)
    if factor.is_proxy:
        least = rules.proxy_at_least
        ter, ger, tir = max(ter, least), max(ger, least), max(tir, least)
    said = line.rating
    if said is not None:
        ter = ter if said.ter is None else said.ter
        ger = ger if said.ger is None else said.ger
        tir = tir if said.tir is None else said.tir
    return ter, ger, tir


def _technology(line: SheetLine, factor: Factor) -> str:
    if line.technology is not None:
        return line.technology
    if factor.is_proxy:
        return Technology.UNKNOWN
    if line.specific or (line.own_value is not None and line.own_value.specific):
        return Technology.SPECIFIC
    return Technology.SAME if factor.own else Technology.SIMILAR


def _region(rules: RuleSet, here: str, there: str) -> str:
    if not there:
        return "unknown"
    if here == there:
        return "same"
    if there == WORLD:
        return "world"
    group = rules.groups.get(here)
    return "neighbour" if group is not None and group == rules.groups.get(there) else "other"


def _years(rules: RuleSet, sheet: Sheet, year: int | None) -> Decimal:
    if year is None:
        return rules.years_beyond
    apart = max(sheet.period_from.year - year, year - sheet.period_to.year, 0)
    for years, rating in rules.years:
        if apart <= years:
            return rating
    return rules.years_beyond

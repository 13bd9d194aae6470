"""The sets that came with the product (`data/`): read once, never written. Every company sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec

from renkei.usecases.footprint.factors.model import Factor, FactorRef, FactorSet, GwpSet
from renkei.usecases.footprint.factors.reading import read_table
from renkei.usecases.footprint.factors.rules import search_text

_DATA: Final = Path(__file__).parent / "data"
_MOST: Final = 10_000


@cache
def platform_sets() -> tuple[FactorSet, ...]:
    """The sets of the platform, as `data/sets.json` lists them."""
    return tuple(one for one, _ in _read())


@cache
def platform_factors() -> Mapping[FactorRef, Factor]:
    """Every factor of the platform."""
    return MappingProxyType({factor.ref: factor for _, factors in _read() for factor in factors})


@cache
def platform_texts() -> Mapping[FactorRef, str]:
    """What a search looks through."""
    return MappingProxyType({ref: search_text(factor) for ref, factor in platform_factors().items()})


@cache
def platform_names() -> frozenset[str]:
    """Names that no company's own set may have."""
    return frozenset(one.set_id for one in platform_sets())


@cache
def _read() -> tuple[tuple[FactorSet, tuple[Factor, ...]], ...]:
    found = []
    said: list[dict[str, Any]] = msgspec.json.decode((_DATA / "sets.json").read_bytes())
    for row in said:
        of = FactorSet(
            set_id=row["set_id"],
            version=row["version"],
            title_en=row["title_en"],
            title_ja=row["title_ja"],
            source=row["source"],
            licence=row["licence"],
            attribution=row["attribution"],
            gwp_set=GwpSet(row["gwp_set"]),
            period_from=date.fromisoformat(row["period_from"]),
            period_to=date.fromisoformat(row["period_to"]),
            note=row["note"],
        )
        factors = read_table((_DATA / f"{row['file']}.csv").read_text(encoding="utf-8"), of, limit=_MOST)
        found.append((replace(of, factors=len(factors)), tuple(factors)))
    return tuple(found)

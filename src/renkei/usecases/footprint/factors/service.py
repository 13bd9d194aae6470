"""Operations on emission factors: the platform's sets, which everybody sees, and the company's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from renkei.database.caller import WRITERS
from renkei.database.transaction import Transaction
from renkei.usecases.footprint.factors import store
from renkei.usecases.footprint.factors.errors import (
    FactorMissing,
    FactorSetExists,
    FactorSetMissing,
    FactorSetReserved,
)
from renkei.usecases.footprint.factors.library import (
    platform_factors,
    platform_names,
    platform_sets,
    platform_texts,
)
from renkei.usecases.footprint.factors.model import Factor, FactorQuery, FactorRef, FactorSet, parse_ref
from renkei.usecases.footprint.factors.reading import read_table
from renkei.usecases.footprint.factors.rules import admits, order, words_of

MOST_FOUND: Final = 2_000
"""Own factors that one search looks at; more words find fewer."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search; `following` opens the next one."""

    factors: tuple[Factor, ...]
    following: str | None


def factor_sets(tx: Transaction) -> list[FactorSet]:
    """Every set the caller may use: own ones first."""
    return [*store.sets(tx), *platform_sets()]


def factor_set(tx: Transaction, set_id: str, version: str) -> FactorSet:
    """One version of a set. Raises `FactorSetMissing`."""
    for one in platform_sets():
        if (one.set_id, one.version) == (set_id, version):
            return one
    found = store.sets(tx, (set_id, version))
    if not found:
        raise FactorSetMissing
    return found[0]


def put_factor_set(tx: Transaction, of: FactorSet, table: str, *, limit: int) -> FactorSet:
    """Store a version of an own set from CSV text (see `reading`); it never changes afterwards.

    Raises `FactorSetReserved`, `FactorSetExists`, and `SeveralFaults` with everything wrong in the table; then nothing
    is stored.
    """
    tx.caller.require(*WRITERS)
    if of.set_id in platform_names():
        raise FactorSetReserved("/set_id")
    own = replace(of, own=True)
    factors = read_table(table, own, limit=limit)
    if not store.insert(tx, own, factors):
        raise FactorSetExists("/version")
    return replace(own, factors=len(factors))


def find_factors(tx: Transaction, query: FactorQuery, *, after: str | None = None, limit: int = 50) -> Found:
    """Factors by words in Japanese or English, best first (see `FactorQuery`); `after` is `following` of a page."""
    words = words_of(query.text)
    fits = admits(query)
    texts = platform_texts()
    found = [
        factor
        for ref, factor in platform_factors().items()
        if all(word in texts[ref] for word in words) and fits(factor)
    ]
    found += [factor for factor in store.matching(tx, query, MOST_FOUND) if fits(factor)]
    found.sort(key=order(query))
    begin = 0
    if after is not None:
        asked = parse_ref(after)
        begin = next((place for place, factor in enumerate(found) if factor.ref == asked), len(found))
    page = found[begin : begin + limit]
    following = found[begin + limit : begin + limit + 1]
    return Found(tuple(page), str(following[0].ref) if following else None)


def factors_by_ref(tx: Transaction, refs: Iterable[FactorRef]) -> dict[FactorRef, Factor]:
    """The factors among `refs` that the caller may use. At most one statement."""
    asked = set(refs)
    platform = platform_factors()
    found = {ref: platform[ref] for ref in asked if ref in platform}
    others = [ref for ref in asked if ref not in platform]
    return found | (store.named(tx, others) if others else {})


def factor(tx: Transaction, ref: FactorRef) -> Factor:
    """One factor. Raises `FactorMissing`."""
    found = factors_by_ref(tx, [ref]).get(ref)
    if found is None:
        raise FactorMissing
    return found

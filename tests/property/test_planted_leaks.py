"""The comparison of worlds (`test_noninterference`) finds leaks that are planted, and each lock holds without the other."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import product

import pytest

from tests.property.noninterference.comparing import Base, Tally, base_of, changes_of, compare
from tests.property.noninterference.mutants import MUTANTS, happened, lifted, rewritten
from tests.property.noninterference.sites import Place

ALL = os.environ.get("RENKEI_NONINTERFERENCE_MUTANTS", "") not in {"", "0"}
IN_SUITE = ("notification to the wrong inbox", "consents unfiltered")
WORLDS = ("six", *(f"planted {number}" for number in range(1, 16)), "planted 6", "planted 7", "five", "four")
"""One comparison in each, until a planted leak counts as missed; in the last four of them everybody calls everything."""
AT_ONCE = 5

pytestmark = pytest.mark.timeout(3_600)
outcomes: dict[str, bool] = {}
"""Planted leaks so far, and whether each was found."""


@pytest.fixture(scope="module")
def base(place: Place, template: str) -> Iterator[Base]:
    """One world for several tests."""
    with base_of(place, template, WORLDS[0]) as made:
        yield made


@pytest.fixture(scope="module")
def bases(place: Place, template: str, base: Base) -> Iterator[Callable[[int], Base]]:
    """Worlds by number, each made when it is first asked for: what one has no room for shows in another."""
    with ExitStack() as stack:

        @cache
        def world(number: int) -> Base:
            if number == 0:
                return base
            first = WORLDS.index(WORLDS[number])  # each is made once
            return (
                stack.enter_context(base_of(place, template, WORLDS[number]))
                if first == number
                else world(first)
            )

        yield world


def test_row_level_security_holds_without_the_first_lock(place: Place, base: Base) -> None:
    """Every query that only reads forgets whose rows it wants."""
    met: set[str] = set()

    def without_first_lock(sql: str) -> str:
        head = sql.lstrip().upper()
        if not head.startswith(("SELECT", "WITH")) or any(
            word in head for word in ("INSERT ", "UPDATE ", "DELETE ")
        ):
            return sql
        now = lifted(sql)
        if now != sql:
            met.add(sql)
        return now

    tally = Tally()
    with rewritten(without_first_lock):
        compare(place, base, changes_of(base.cast, random.Random(1), 2), tally, plan=1)
    assert len(met) > 50
    assert tally.compared > 200
    assert not tally.differences, tally.told()


def test_the_first_lock_holds_without_row_level_security(place: Place, base: Base) -> None:
    """No table of the copies is under row-level security."""
    tally = Tally()
    compare(place, base, changes_of(base.cast, random.Random(2), 2), tally, plan=2, unlocked=True)
    assert tally.compared > 200
    assert not tally.differences, tally.told()


def found(place: Place, bases: Callable[[int], Base], name: str) -> str | None:
    """How a planted leak was found, if it was: where it is known to show at first, then everywhere."""
    mutant = MUTANTS[name]
    happened.clear()
    for attempt in range(len(WORLDS)):
        base = bases(attempt)
        rng = random.Random(f"{name}/{attempt}")
        changes = list(product(mutant.acts, range(len(base.cast.companies))))
        tally = Tally()
        with mutant.plant():
            compare(
                place,
                base,
                rng.sample(changes, min(AT_ONCE, len(changes))),
                tally,
                plan=10 + attempt,
                unlocked=mutant.unlocked,
                calls=200,
                thorough=True,
                first_only=True,
                routes=mutant.shows if attempt < len(WORLDS) - 4 else (),
                then=mutant.then,
            )
        if tally.differences:
            return str(tally.differences[0])
    assert happened, "the leak is nowhere: what it changes is no longer called so"
    return None


@pytest.mark.parametrize("name", MUTANTS if ALL else IN_SUITE)
def test_a_planted_leak_is_found(
    place: Place, bases: Callable[[int], Base], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    how = found(place, bases, name)
    outcomes[name] = how is not None
    with capsys.disabled():
        seen = f": {how.splitlines()[1].strip()}" if how else ""
        print(f"\n  {'found ' if how else 'MISSED'}  {name}{seen}")
        print(f"planted leaks: {sum(outcomes.values())} found of {len(outcomes)} planted", flush=True)
    assert how is not None


def test_there_are_enough_planted_leaks() -> None:
    assert len(MUTANTS) >= 20
    assert set(IN_SUITE) <= MUTANTS.keys()

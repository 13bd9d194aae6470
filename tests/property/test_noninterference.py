"""Two worlds that are equal in what somebody may learn (`renkei.declassified`) give that somebody equal bytes.

Worlds of four to six companies in tiers are copied; in each copy somebody does one thing (`variants`), history goes on
alike, and then everybody calls everything (`callers`, `calls`): status, headers, body and the number of statements must
be those of the copy in which nobody did it, for all to whom it is not declassified. Leaks planted on purpose
(`mutants`) show that the comparison finds what it should.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import structlog

from tests.property.noninterference.calls import route_table
from tests.property.noninterference.comparing import Base, Tally, base_of, changes_of, compare
from tests.property.noninterference.mutants import MUTANTS, lifted, rewritten
from tests.property.noninterference.sites import Place
from tests.property.noninterference.variants import ACTS

PAIRS = int(os.environ.get("RENKEI_NONINTERFERENCE_PAIRS", "20"))
SECONDS = float(os.environ.get("RENKEI_NONINTERFERENCE_SECONDS", "600"))
"""No new pairs after so long."""
ALL_MUTANTS = os.environ.get("RENKEI_NONINTERFERENCE_MUTANTS", "") not in {"", "0"}
AT_ONCE = 10
"""Copies of a world that are compared with one."""
IN_SUITE = ("notification to the wrong inbox", "consents unfiltered")
ATTEMPTS = 6
KINSHIPS = {
    "direct customer", "customer's customer", "sibling supplier", "supplier", "stranger", "viewer of", "platform staff",
    "key of another application", "person with the key of another application", "person for another company",
    "expired token", "forged token", "nobody", "data space", "application of company",
}  # fmt: skip


pytestmark = pytest.mark.timeout(3_600)


@pytest.fixture(scope="module")
def place(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield Place(server_url, tmp_path_factory.mktemp("noninterference"))
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def base(place: Place, template: str) -> Iterator[Base]:
    """One world for several tests."""
    with base_of(place, template, "six") as made:
        yield made


def told(tally: Tally) -> str:
    """The first differences, for a person."""
    return "\n\n".join(str(one)[:3_000] for one in tally.differences[:5])


def test_nobody_learns_what_is_not_declassified(place: Place, template: str) -> None:
    """PAIRS pairs of worlds; every route is called in each, and every kind of caller calls."""
    tally = Tally()
    end = time.monotonic() + SECONDS
    rounds = 0
    acts = list(ACTS)
    random.Random("acts").shuffle(acts)
    table = []
    while tally.pairs < PAIRS and time.monotonic() < end:
        seed = f"world {rounds}"
        with base_of(place, template, seed) as made:
            rng = random.Random(seed)
            table = route_table(made.site.app)
            for plan in range(1 if PAIRS < 100 else 3):
                among = [acts[(rounds * AT_ONCE + n) % len(acts)] for n in range(AT_ONCE)]
                changes = [(act, rng.randrange(len(made.cast.companies))) for act in among]
                compare(place, made, changes[: PAIRS - tally.pairs], tally, plan=plan, thorough=PAIRS >= 100)
                rounds += 1
        assert not tally.differences, told(tally)
    print(
        f"noninterference: {tally.pairs} pairs of worlds, {tally.compared} answers compared, {len(table)} routes"
    )
    assert tally.pairs > 0
    assert {route for route in table if route not in tally.statuses} == set(), "routes that nobody called"
    if PAIRS >= 100:  # `make noninterference`: in a few pairs not every route meets a caller that it lets in
        refused = {route for route, seen in tally.statuses.items() if seen <= {401, 403}}
        assert refused == set(), "routes that nobody got into"
        assert tally.kinships >= KINSHIPS
        assert tally.compared > 100 * tally.pairs


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
    assert not tally.differences, told(tally)


def test_the_first_lock_holds_without_row_level_security(place: Place, base: Base) -> None:
    """No table of the copies is under row-level security."""
    tally = Tally()
    compare(place, base, changes_of(base.cast, random.Random(2), 2), tally, plan=2, unlocked=True)
    assert tally.compared > 200
    assert not tally.differences, told(tally)


def found(place: Place, bases: list[Base], name: str) -> str | None:
    """How a planted leak was found, if it was."""
    mutant = MUTANTS[name]
    for attempt in range(ATTEMPTS):
        base = bases[attempt % len(bases)]
        rng = random.Random(f"{name}/{attempt}")
        tally = Tally()
        with mutant.plant():
            compare(
                place,
                base,
                changes_of(base.cast, rng, 4, mutant.acts),
                tally,
                plan=10 + attempt,
                unlocked=mutant.unlocked,
                calls=250,
                thorough=True,
                first_only=True,
            )
        if tally.differences:
            return str(tally.differences[0])
    return None


@pytest.mark.skipif(ALL_MUTANTS, reason="all of them are planted")
@pytest.mark.parametrize("name", IN_SUITE)
def test_a_planted_leak_is_found(place: Place, base: Base, name: str) -> None:
    assert found(place, [base], name) is not None


@pytest.mark.skipif(not ALL_MUTANTS, reason="make noninterference MUTANTS=1")
def test_every_planted_leak_is_found(
    place: Place, template: str, base: Base, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as stack:
        bases = [base, *(stack.enter_context(base_of(place, template, seed)) for seed in ("five", "four"))]
        missed = []
        for name in MUTANTS:
            how = found(place, bases, name)
            if how is None:
                missed.append(name)
            with capsys.disabled():
                print(
                    f"  {'found ' if how else 'MISSED'}  {name}"
                    + (f": {how.splitlines()[1].strip()}" if how else ""),
                    flush=True,
                )
        with capsys.disabled():
            print(f"planted leaks: {len(MUTANTS) - len(missed)} found of {len(MUTANTS)}", flush=True)
    assert missed == []
    assert len(MUTANTS) >= 20

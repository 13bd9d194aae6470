"""Two worlds that are equal in what somebody may learn (`renkei.declassified`) give that somebody equal bytes.

Worlds of four to six companies in tiers are copied; in each copy somebody does one thing (`variants`), history goes on
alike, and then everybody calls everything (`callers`, `calls`): status, headers, body and the number of statements must
be those of the copy in which nobody did it, for all to whom it is not declassified. `test_planted_leaks` shows that the
comparison finds what it should.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.property.noninterference.calls import Route, is_read, route_table
from tests.property.noninterference.comparing import Tally, base_of, compare
from tests.property.noninterference.sites import Place
from tests.property.noninterference.variants import ACTS

PAIRS = int(os.environ.get("RENKEI_NONINTERFERENCE_PAIRS", "100"))
SECONDS = float(os.environ.get("RENKEI_NONINTERFERENCE_SECONDS", "900"))
"""No new pairs after so long."""
AT_ONCE = 10
"""Copies of a world that are compared with one."""
PLANS = 4
"""How often a world is copied."""
KINSHIPS = {
    "direct customer", "customer's customer", "sibling supplier", "supplier", "stranger", "viewer of", "platform staff",
    "key of another application", "person with the key of another application", "person for another company",
    "expired token", "forged token", "nobody", "data space", "application of company",
}  # fmt: skip
SWITCHED_OFF = {("GET", "/app/login/openid"), ("GET", "/app/login/openid/return")}
"""Not there, as these worlds are set up, for anybody (`tests/web/test_openid.py` sets them up with a provider)."""
pytestmark = pytest.mark.timeout(3_600)


def test_nobody_learns_what_is_not_declassified(place: Place, template: str) -> None:
    """PAIRS pairs of worlds; every route is called in each, every route lets somebody in, and every kind of caller calls."""
    tally = Tally()
    began = time.monotonic()
    acts = list(ACTS)
    random.Random("acts").shuffle(acts)
    table: list[Route] = []
    rounds = 0
    while tally.pairs < PAIRS and time.monotonic() < began + SECONDS:
        seed = f"world {rounds}"
        with base_of(place, template, seed) as made:
            rng = random.Random(seed)
            table = route_table(made.site.app)
            for plan in range(PLANS):
                if tally.pairs >= PAIRS or time.monotonic() >= began + SECONDS:
                    break
                among = [acts[(rounds * AT_ONCE + n) % len(acts)] for n in range(AT_ONCE)]
                changes = [(act, rng.randrange(len(made.cast.companies))) for act in among]
                compare(
                    place,
                    made,
                    changes[: PAIRS - tally.pairs],
                    tally,
                    plan=plan,
                    thorough=PAIRS > 100,
                    quarter=None if PAIRS > 100 else rounds % 4,
                )
                rounds += 1
        assert not tally.differences, tally.told()
    print(
        f"noninterference: {tally.pairs} pairs of worlds, {tally.compared} answers compared, {len(table)} routes, "
        f"{time.monotonic() - began:.0f} s"
    )
    assert tally.pairs > 0
    seen = tally.statuses
    wrong = {"called by nobody": [route for route in table if route not in seen]}
    if PAIRS > 100:  # of a quarter of the routes in each pair not every one meets a caller that it lets in
        wrong["let nobody in"] = [route for route in table if seen.get(route, set()) <= {401, 403}]
        wrong["answered nobody"] = [
            route
            for route in table
            if is_read(route)
            and route not in SWITCHED_OFF
            and not any(status < 400 for status in seen.get(route, ()))
        ]
        wrong["not switched off"] = [route for route in SWITCHED_OFF if seen.get(route) != {404}]
    assert not any(wrong.values()), wrong
    if PAIRS > 100:
        assert tally.kinships >= KINSHIPS
        assert tally.acts == set(ACTS)
        assert tally.compared > 100 * tally.pairs

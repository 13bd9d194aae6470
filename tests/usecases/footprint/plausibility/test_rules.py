"""Questions about what looks like a slip."""

from __future__ import annotations

from decimal import Decimal

import pytest

from renkei.kit.quantities import Unit
from renkei.usecases.footprint.model import Quality, Stage
from renkei.usecases.footprint.plausibility.rules import questions

RATED = {Stage.PRODUCTION: Quality(Decimal(2), Decimal(2), Decimal(2))}


@pytest.mark.parametrize(
    ("own", "component", "asked"),
    [
        (1, 0, ()),
        (0, 0, ("zero",)),
        (-1, 0, ("negative",)),
        (3, -1, ("negative",)),
        (1, -1, ("zero", "negative")),
    ],
)
def test_a_value_alone(chain, a, own, component, asked):
    said = chain.state(a, chain.part(a, "P"), own, component, quality=RATED)
    # Quality is weighted by emissions: where they are 0 none is left.
    assert [one for one in questions(said) if one != "no_quality"] == list(asked)


def test_a_value_without_quality_is_asked_for_it(chain, a):
    assert questions(chain.state(a, chain.part(a, "P"), 1)) == ("no_quality",)
    assert questions(chain.state(a, chain.part(a, "Q"), 1, quality=RATED)) == ()


@pytest.mark.parametrize(
    ("before", "now", "asked"),
    [
        (1, 1000, ()),
        (1, 1001, ("much_larger",)),
        (1000, 1, ()),
        (1001, 1, ("much_smaller",)),
        (-1, 1001, ("much_larger",)),
    ],
)
def test_a_value_beside_the_former_one(chain, a, before, now, asked):
    part = chain.part(a, "P")
    former = chain.state(a, part, before, quality=RATED)
    assert questions(chain.state(a, part, now, again=True, quality=RATED), former) == asked


def test_another_unit_is_asked_about_instead_of_compared(chain, a):
    part = chain.part(a, "P")
    former = chain.state(a, part, 1, quality=RATED)
    said = chain.state(a, part, 5000, again=True, unit=Unit.KILOGRAM, quality=RATED)
    assert questions(said, former) == ("unit_changed",)

"""Totals as of a date and of a reference year, and that every version can be calculated again from what it names."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from renkei.commons.consents.service import consents_of, withdraw
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import PartDraft
from renkei.commons.parts.service import put_part
from renkei.kit.quantities import ConversionFacts, Unit
from renkei.usecases.footprint import as_of as recorded
from renkei.usecases.footprint.as_of import as_of, reproduce
from renkei.usecases.footprint.errors import DateToCome, NoneAtThatTime
from renkei.usecases.footprint.model import Stage
from tests.clocks import Turnable

FIRST = datetime(2026, 4, 1, 9, tzinfo=UTC)


@pytest.fixture
def clock(database):
    former = database.clock
    database.clock = Turnable()
    database.clock.time = FIRST
    yield database.clock
    database.clock = former


def asked(chain, operator, part, day, year=None):
    return chain.run(operator, lambda tx: as_of(tx, part.trace_id, day, year))


def production(found):
    return found.statement.in_force.stages[Stage.PRODUCTION].total


class TestOfADate:
    def test_the_version_that_was_current_at_the_end_of_the_day(self, chain, a, clock):
        """T = 1 + 2 × E; E is 5 from 1 April, 4 from 11 April; the amount is 3 from 21 April."""
        top = chain.part(a, "T")
        [end] = chain.structure(a, top, [("E", 2, {"terminated": True})])
        chain.state(a, end, 5)
        chain.state(a, top, 1)
        clock.turn(days=10)
        chain.state(a, end, 4, again=True)
        clock.turn(days=10)
        chain.structure(a, top, [("E", 3, {"terminated": True})])
        expected = {1: 11, 10: 11, 11: 9, 20: 9, 21: 13}
        for day, total in expected.items():
            found = asked(chain, a, top, date(2026, 4, day))
            assert (production(found), found.is_same, found.reason) == (total, True, None), day
            assert found.structure.version == (2 if day == 21 else 1)
        assert production(asked(chain, a, top, None)) == 13

    def test_none_before_the_first_none_in_the_future_none_of_others(self, chain, a, create_operator, clock):
        part = chain.part(a, "P", terminated=True)
        chain.state(a, part, 5)
        with pytest.raises(NoneAtThatTime):
            asked(chain, a, part, date(2026, 3, 31))
        with pytest.raises(DateToCome):
            asked(chain, a, part, date(2026, 4, 2))
        with pytest.raises(PartMissing):
            asked(chain, create_operator(), part, date(2026, 4, 1))


class TestOfAYear:
    def test_the_period_goes_before_the_day_of_recording(self, chain, a, clock):
        """The value for 2025 is stated in April 2026, that for 2026 in May; the former is known from April on."""
        part = chain.part(a, "P", terminated=True)
        chain.state(a, part, 7, period_from=date(2025, 1, 1), period_to=date(2025, 12, 31))
        clock.turn(days=40)
        chain.state(a, part, 8, again=True, period_from=date(2026, 1, 1), period_to=date(2026, 12, 31))
        last_year, this_year = (asked(chain, a, part, None, year) for year in (2025, 2026))
        assert [(production(one), one.basis) for one in (last_year, this_year)] == [
            (7, "period"),
            (8, "period"),
        ]
        as_known = asked(chain, a, part, date(2026, 4, 30), 2026)
        assert (production(as_known), as_known.basis) == (7, "date")

    def test_without_any_period_the_end_of_the_year_counts(self, chain, a, clock):
        part = chain.part(a, "P", terminated=True)
        chain.state(a, part, 7)
        clock.turn(days=300)  # January 2027
        chain.state(a, part, 8, again=True)
        assert [production(asked(chain, a, part, None, year)) for year in (2026, 2027)] == [7, 8]
        with pytest.raises(NoneAtThatTime):
            asked(chain, a, part, None, 2025)


class TestReproducibility:
    @pytest.mark.parametrize("seed", range(3))
    def test_every_version_gives_its_digits_again_whatever_happened_since(self, chain, create_operator, seed):
        """A chance history of two companies: values, structures, phantoms, shares, estimates, facts, withdrawals."""
        chance = random.Random(seed)
        buyer, supplier = create_operator(), create_operator()
        sold = chain.part(supplier, "納入品", terminated=True)
        chain.state(supplier, sold, 3, unit=Unit.KILOGRAM)
        top, middle, ghost = (chain.part(buyer, name) for name in ("T", "M", "ファントム"))

        def amount():
            return Decimal(chance.randint(1, 999)) / 100

        def structures():
            chain.structure(buyer, ghost, [("B", amount()), ("E", amount(), {"terminated": True})])
            chain.structure(buyer, middle, [("B", amount()), ("E", amount(), {"terminated": True})])
            chain.structure(
                buyer, top, [("M", amount()), ("ファントム", amount(), {"phantom": True}), ("B", amount())]
            )

        structures()
        bought = chain.part(buyer, "B")
        end = chain.part(buyer, "E", terminated=True)
        request = chain.buy(buyer, bought, supplier, sold)
        for part in (end, middle, top):
            chain.state(buyer, part, amount())
        chain.settle()

        def weigh():
            draft = PartDraft(
                plant_id=buyer.plant_id,
                name="B",
                unit="unit",
                facts=ConversionFacts(mass_kg_per_unit=amount()),
            )
            chain.run(buyer, lambda tx: put_part(tx, draft))

        def take_back():
            [consent] = chain.run(supplier, lambda tx: consents_of(tx, trace_ids=[sold.trace_id]))
            chain.run(supplier, lambda tx: withdraw(tx, consent.consent_id))

        steps = [
            lambda: chain.state(supplier, sold, amount(), again=True, unit=Unit.KILOGRAM),
            lambda: chain.state(buyer, end, amount(), again=True),
            lambda: chain.state(buyer, middle, amount(), again=True),
            lambda: chain.estimate(buyer, bought, amount()),
            lambda: chain.share(buyer, request, Decimal(chance.randint(1, 99)) / 100, date(2026, 1, 1)),
            structures,
            weigh,
            take_back,
            lambda: chain.disclose(supplier, sold, buyer),
        ]
        for step in [*steps, *chance.choices(steps, k=6)]:
            step()
            chain.settle()
        versions = [one for part in (top, middle) for one in chain.history(buyer, part)]
        assert len(versions) > 15
        values = [chain.run(buyer, lambda tx, one=one: reproduce(tx, one)) for one in versions]
        for version, value in zip(versions, values, strict=True):
            assert replace(value, notes=()) == replace(version.in_force, notes=()), version.causes
        assert len({value.stages[Stage.PRODUCTION].total for value in values}) > 10

    def test_a_value_that_does_not_follow_from_its_inputs_is_told(self, chain, a, database):
        part = chain.part(a, "T")
        [end] = chain.structure(a, part, [("E", 2, {"terminated": True})])
        chain.state(a, end, 5)
        stated = chain.state(a, part, 1)

        def wrong(tx):
            good = stated.in_force.stages[Stage.PRODUCTION]
            bad = replace(stated.in_force, stages={Stage.PRODUCTION: replace(good, component=Decimal(9))})
            return recorded.AsOf(
                part=part,
                moment=tx.now,
                basis="date",
                statement=replace(stated, in_force=bad),
                structure=None,
                reproduced=reproduce(tx, stated),
                reason=None,
            )

        assert asked(chain, a, part, None).is_same
        assert not chain.run(a, wrong).is_same

    def test_versions_of_other_rules_are_not_judged(self, chain, a, monkeypatch):
        part = chain.part(a, "P", terminated=True)
        chain.state(a, part, 5)
        monkeypatch.setattr(recorded, "RULES", "2")
        found = asked(chain, a, part, None)
        assert (found.reproduced, found.reason, production(found)) == (None, "other_rules", 5)

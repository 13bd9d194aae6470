"""Questions before sending and on receipt, over real chains; none of them stops anything."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from renkei.commons.parts.errors import PartMissing
from renkei.kit.quantities import ConversionFacts, Unit
from renkei.usecases.footprint.calculator.service import put_sheet
from renkei.usecases.footprint.model import Quality, Stage
from renkei.usecases.footprint.plausibility.rules import (
    Asked,
    beside,
    bounds,
    is_beyond,
    looks_like_slip,
    median,
)
from renkei.usecases.footprint.plausibility.service import of_own, of_received, outliers
from renkei.usecases.footprint.plausibility.words import SENTENCES, sentence
from tests.usecases.footprint.calculator.sheets import STEEL, line, sheet

RATED = {Stage.PRODUCTION: Quality(Decimal(2), Decimal(2), Decimal(2))}
FY2025 = {"period_from": date(2025, 4, 1), "period_to": date(2026, 3, 31)}
FY2026 = {"period_from": date(2026, 4, 1), "period_to": date(2027, 3, 31)}


def own(chain, operator, part):
    return {one.code: one for one in chain.run(operator, lambda tx: of_own(tx, part.trace_id))}


def received(chain, operator, part):
    return chain.run(operator, lambda tx: of_received(tx, part.trace_id))


class TestBeforeSending:
    def test_an_ordinary_value_is_not_asked_about(self, chain, a):
        part = chain.part(a, "ボルト")
        chain.state(a, part, 5, quality=RATED)
        assert own(chain, a, part) == {}
        assert own(chain, a, chain.part(a, "値なし")) == {}

    def test_production_without_emission_of_its_own_misses_its_energy(self, chain, a):
        part = chain.part(a, "組立品")
        chain.state(a, part, 0, 7, quality=RATED)
        assert set(own(chain, a, part)) == {"missing_energy"}
        bought = chain.part(a, "購入品", terminated=True)
        chain.state(a, bought, 0, 7, quality=RATED)
        assert own(chain, a, bought) == {}, "nothing is made where a chain ends"

    def test_the_sheets_own_questions_come_along(self, database, chain, a):
        part = chain.part(a, "鋼板")
        one = sheet(line("steel", "material", 2, "kilogram", STEEL, basis="unit"), trace_id=part.trace_id)
        database.run(a, lambda tx: put_sheet(tx, one))
        assert {"no_energy", "missing_energy"} <= set(own(chain, a, part))

    def test_grams_for_kilograms_are_a_slip_beside_similar_parts(self, chain, a):
        """Three bolts of 4, 5 and 6; the fourth of 5,000: the middle is 5, a thousand times apart."""
        for number, value in enumerate((4, 5, 6)):
            chain.state(a, chain.part(a, f"ボルト M{number}"), value, quality=RATED)
        part = chain.part(a, "ボルト M9")
        chain.state(a, part, 5000, quality=RATED)
        told = own(chain, a, part)
        assert told["unit_slip"].parameters == {"value": 5000, "other": 5, "against": "unlike_similar"}
        chain.state(a, part, 30, again=True, quality=RATED)
        assert own(chain, a, part)["unlike_similar"].parameters == {"value": 30, "other": 5}
        chain.state(a, part, 25, again=True, quality=RATED)
        assert own(chain, a, part) == {}, "five times is within the bounds"

    def test_similar_is_the_same_label_and_by_mass_where_names_say_nothing(self, chain, a):
        """Without a name in common: 10 kg at 2, 4 and 6 per kg; the middle is 4 x 10 = 40."""
        for number, value in enumerate((2, 4, 6)):
            part = chain.part(a, f"{number}番", facts=ConversionFacts(mass_kg_per_unit=Decimal(1)))
            chain.state(a, part, value, quality=RATED)
        heavy = chain.part(a, "筐体", facts=ConversionFacts(mass_kg_per_unit=Decimal(10)))
        chain.state(a, heavy, 250, quality=RATED)
        assert own(chain, a, heavy)["unlike_similar"].parameters == {"value": 250, "other": 40}
        for number in range(3):
            chain.state(a, chain.part(a, f"{number}号", label="筐体類"), 240, quality=RATED)
        labelled = chain.part(
            a, "別筐体", label="筐体類", facts=ConversionFacts(mass_kg_per_unit=Decimal(10))
        )
        chain.state(a, labelled, 250, quality=RATED)
        assert own(chain, a, labelled) == {}

    def test_another_year(self, chain, a):
        part = chain.part(a, "年次品")
        chain.state(a, part, 10, quality=RATED, **FY2025)
        chain.state(a, part, 16, again=True, quality=RATED, **FY2026)
        assert own(chain, a, part)["unlike_last_year"].parameters == {"value": 16, "other": 10}
        chain.state(a, part, 15, again=True, quality=RATED, **FY2026)
        assert own(chain, a, part) == {}, "the former version of the same year is not last year"

    def test_more_mass_comes_out_than_goes_in(self, chain, a):
        """2 pieces of 0.5 kg and 3 kg of steel make 4 kg, and the part weighs 5 kg."""
        part = chain.part(a, "溶接品", facts=ConversionFacts(mass_kg_per_unit=Decimal(5)))
        chain.structure(
            a,
            part,
            [
                ("ナット", 2, {"facts": ConversionFacts(mass_kg_per_unit=Decimal("0.5"))}),
                ("鋼材", 3, {"unit": "kilogram", "part_unit": "kilogram"}),
            ],
        )
        chain.state(a, part, 5, quality=RATED)
        assert own(chain, a, part)["mass_balance"].parameters == {"input": 4, "output": 5}

    def test_nobody_elses(self, chain, a, b):
        part = chain.part(a, "P")
        for work in (of_own, of_received):
            with pytest.raises(PartMissing):
                chain.run(b, lambda tx, work=work: work(tx, part.trace_id))


class TestOnReceipt:
    @pytest.fixture
    def bought(self, chain, a, b):
        """B answers 10 for what A buys."""
        product, theirs = chain.part(a, "製品"), chain.part(b, "Q", terminated=True)
        [part] = chain.structure(a, product, [("購入品", 2)])
        chain.state(b, theirs, 10, quality=RATED)
        chain.buy(a, part, b, theirs)
        chain.settle()
        return part, theirs

    def test_an_ordinary_answer_is_no_outlier(self, chain, a, bought):
        [one] = received(chain, a, bought[0])
        assert (one.total, one.unit, one.asked) == (10, "unit", ())
        assert chain.run(a, outliers).items == ()

    def test_beside_the_buyers_estimate(self, chain, a, b, bought):
        chain.estimate(a, bought[0], 3)
        [one] = received(chain, a, bought[0])
        assert one.asked == (Asked("unlike_estimate", {"value": Decimal(10), "other": Decimal(3)}),)
        chain.estimate(a, bought[0], 9000)
        [one] = received(chain, a, bought[0])
        assert one.asked == (
            Asked("unit_slip", {"value": Decimal(10), "other": Decimal(9000), "against": "unlike_estimate"}),
        )
        [listed] = chain.run(a, outliers).items
        assert listed == one
        assert chain.run(b, outliers).items == (), "the supplier's list is its own"

    def test_beside_what_came_before(self, chain, a, b, bought):
        chain.state(b, bought[1], 16, again=True, quality=RATED)
        chain.settle()
        [one] = received(chain, a, bought[0])
        assert (one.before, one.asked) == (
            10,
            (Asked("unlike_before", {"value": Decimal(16), "other": Decimal(10)}),),
        )

    def test_beside_the_other_suppliers_of_the_part(self, chain, a, b, bought, create_operator):
        d = create_operator("D社")
        theirs = chain.part(d, "R", terminated=True)
        chain.state(d, theirs, 31, quality=RATED)
        chain.buy(a, bought[0], d, theirs)
        chain.settle()
        asked = {one.supplier_id: one.asked for one in received(chain, a, bought[0])}
        assert asked[d.operator_id] == (
            Asked("unlike_other_suppliers", {"value": Decimal(31), "other": Decimal(10)}),
        )
        assert [one.code for one in asked[b.operator_id]] == ["unlike_other_suppliers"]

    def test_what_is_not_disclosed_is_not_asked_about(self, chain, a, b, bought):
        chain.disclose(b, bought[1], a, attributes=("quality",))
        chain.settle()
        [one] = received(chain, a, bought[0])
        assert (one.total, one.asked) == (None, ())

    def test_pages_look_through_everything_once(self, chain, a, b, bought, create_operator):
        """Two answers, one to be asked about: a page of one is empty and has a next one."""
        product, theirs = chain.part(a, "製品2"), chain.part(b, "ゼロ", terminated=True)
        [second] = chain.structure(a, product, [("購入品2", 1)])
        chain.state(b, theirs, 0, quality=RATED)
        chain.buy(a, second, b, theirs)
        chain.settle()
        first = chain.run(a, lambda tx: outliers(tx, limit=1))
        assert first.items == ()
        rest = chain.run(a, lambda tx: outliers(tx, limit=1, after=first.next_cursor))
        assert [one.trace_id for one in rest.items] == [second.trace_id]
        assert rest.next_cursor is None
        assert chain.run(b, lambda tx: outliers(tx, after=first.next_cursor)).items == ()


@pytest.mark.parametrize(
    ("one", "other", "slip", "beyond"),
    [
        ("1", "1000", True, True),
        ("0.4", "1000", True, True),
        ("1", "3001", False, True),
        ("1", "333", False, True),
        ("-1", "1000", True, True),
        ("0", "1000", False, False),
        ("2", "6", False, False),
        ("2", "6.01", False, True),
    ],
)
def test_apart(one, other, slip, beyond):
    x, y = Decimal(one), Decimal(other)
    assert looks_like_slip(x, y, bounds()) == looks_like_slip(y, x, bounds()) == slip
    assert is_beyond(x, y, Decimal(3)) == is_beyond(y, x, Decimal(3)) == beyond
    assert (beside("unlike_similar", x, y, Decimal(3), bounds()) is not None) == beyond


def test_the_middle():
    assert median([Decimal(3), Decimal(1), Decimal(2)]) == 2
    assert median([Decimal(4), Decimal(1), Decimal(2), Decimal(3)]) == Decimal("2.5")
    with pytest.raises(ValueError, match="nothing"):
        median([])


@pytest.mark.parametrize("code", SENTENCES)
def test_every_question_is_a_sentence_in_both_languages(code):
    said = {"value": Decimal(1), "other": Decimal(2), "against": "unlike_similar", "input": Decimal(1)}
    asked = Asked(code, said | {"output": Decimal(2), "sets": ["AR5", "AR6"]})
    english, japanese = sentence(asked, "en"), sentence(asked, "ja")
    assert english.isascii() or "“" in english
    assert not japanese.isascii()
    assert "{" not in english + japanese


def test_units_of_both_versions_are_compared(chain, a):
    part = chain.part(a, "P")
    chain.state(a, part, 1, quality=RATED)
    chain.state(a, part, 5000, again=True, unit=Unit.KILOGRAM, quality=RATED)
    assert set(own(chain, a, part)) == {"unit_changed"}

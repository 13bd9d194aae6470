"""Where a number comes from, what would be, and the indicators, each with its arithmetic."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest

from renkei.commons.trades.model import ShareDraft
from renkei.commons.trades.service import put_shares
from renkei.kit.quantities import ConversionFacts, Unit
from renkei.kit.remembered import NewestOfEach
from renkei.usecases.footprint.analysis import (
    AmountChange,
    ShareChange,
    ValueChange,
    breakdown,
    graph_of,
    load,
    what_if,
)
from renkei.usecases.footprint.errors import ChangeUnknown, StatementOfPartMissing, UnsolvableProduct
from renkei.usecases.footprint.indicators import indicators, scope3_category1
from renkei.usecases.footprint.model import Stage

D = Decimal


@pytest.fixture
def car(chain, a, b, c):
    """a: car = 10 + 4 × wheel + 1 × battery; wheel = 1 + 0.5 × rubber (3); battery half from b (100), half from c (60).

    wheel 1 + 1.5 = 2.5; battery 80; car 10 + 4 × 2.5 + 80 = 100
    """
    whole, wheel = chain.part(a, "車"), chain.part(a, "輪")
    [rubber] = chain.structure(a, wheel, [("ゴム", 0.5, {"terminated": True})])
    _, battery = chain.structure(a, whole, [("輪", 4), ("電池", 1)])
    requests = {}
    for supplier, value in ((b, 100), (c, 60)):
        own = chain.part(supplier, "Q", terminated=True)
        chain.state(supplier, own, value, categories={"energy:electricity": {Stage.PRODUCTION: D(10)}})
        requests[supplier] = chain.buy(a, battery, supplier, own)
    chain.state(a, rubber, 3)
    chain.state(a, wheel, 1)
    chain.state(a, whole, 10)
    chain.settle()
    assert chain.total(a, whole)[0] == 100
    return SimpleNamespace(
        car=whole, wheel=wheel, rubber=rubber, battery=battery, of_b=requests[b], of_c=requests[c]
    )


def loaded(chain, operator):
    return chain.run(operator, load)


class TestBreakdown:
    def test_contributions_make_the_total(self, chain, a, car):
        found = breakdown(loaded(chain, a), car.car.trace_id)
        assert found.total == pytest.approx(100, rel=1e-12)
        assert {(item.node.part.name, round(item.total, 9)) for item in found.items} == {
            ("電池", 50.0),
            ("電池", 30.0),
            ("車", 10.0),
            ("輪", 4.0),
            ("ゴム", 6.0),
        }
        assert sum(item.total for item in found.items) == pytest.approx(100)
        assert (found.own, found.bought, found.rest) == pytest.approx((20, 80, 0))
        assert found.by_stage[Stage.PRODUCTION] == pytest.approx(100)
        assert found.categories == {"energy:electricity": 10.0}

    def test_amounts_are_multiplied_down_the_structure(self, chain, a, car):
        found = breakdown(loaded(chain, a), car.car.trace_id)
        [rubber] = [item for item in found.items if item.node.part.name == "ゴム"]
        assert (rubber.amount, rubber.tier) == (pytest.approx(2), 0)

    def test_the_rest_is_told_when_only_some_are_shown(self, chain, a, car):
        found = breakdown(loaded(chain, a), car.car.trace_id, top=2)
        assert [round(item.total, 9) for item in found.items] == [50.0, 30.0]
        assert found.rest == pytest.approx(20)

    def test_a_part_without_a_footprint_and_a_foreign_one_are_not_there(self, chain, a, b, car):
        for operator, trace_id in ((a, car.battery.trace_id), (b, car.car.trace_id), (a, uuid4())):
            with pytest.raises(StatementOfPartMissing):
                breakdown(loaded(chain, operator), trace_id)

    def test_an_unsolvable_loop_is_told(self, chain, a):
        x, y = chain.part(a, "X"), chain.part(a, "Y")
        chain.structure(a, x, [("Y", 1)])
        chain.structure(a, y, [("X", 1)])
        chain.state(a, x, 1)
        chain.state(a, y, 1)
        with pytest.raises(UnsolvableProduct):
            breakdown(loaded(chain, a), x.trace_id)


class TestWhatIf:
    def try_out(self, chain, a, car, *changes):
        result = what_if(loaded(chain, a), car.car.trace_id, changes)
        assert result.before.total == pytest.approx(100)
        return result.after.total

    def test_a_lighter_part(self, chain, a, car):
        """20 % fewer batteries: 100 − 0.2 × 80 = 84"""
        change = AmountChange(child=car.battery.trace_id, factor=D("0.8"))
        assert self.try_out(chain, a, car, change) == pytest.approx(84)

    def test_an_amount_deep_down_and_only_in_one_parent(self, chain, a, car):
        change = AmountChange(child=car.rubber.trace_id, factor=D(2), parent=car.wheel.trace_id)
        assert self.try_out(chain, a, car, change) == pytest.approx(106)
        with pytest.raises(ChangeUnknown):
            self.try_out(
                chain,
                a,
                car,
                AmountChange(child=car.rubber.trace_id, factor=D(2), parent=car.car.trace_id),
            )

    def test_other_shares(self, chain, a, car):
        """20 + 0.25 × 100 + 0.75 × 60 = 90"""
        shares = {car.of_b.trade.trade_id: D("0.25"), car.of_c.trade.trade_id: D("0.75")}
        change = ShareChange(part=car.battery.trace_id, shares=shares)
        assert self.try_out(chain, a, car, change) == pytest.approx(90)

    def test_everything_from_a_supplier_that_delivers_nothing_today(self, chain, a, car):
        begin = date(2026, 1, 1)
        chain.share(a, car.of_b, 1, begin)
        assert chain.total(a, car.car)[0] == 120
        change = ShareChange(part=car.battery.trace_id, shares={car.of_c.trade.trade_id: D(1)})
        result = what_if(loaded(chain, a), car.car.trace_id, [change])
        assert (result.before.total, result.after.total) == (pytest.approx(120), pytest.approx(80))

    def test_cleaner_suppliers_and_own_processes(self, chain, a, car):
        """battery × 0.5 = 40, the wheel's own 1 → 0: 10 + 4 × 1.5 + 40 = 56"""
        changes = [
            ValueChange(part=car.battery.trace_id, factor=D("0.5")),
            ValueChange(part=car.wheel.trace_id, factor=D(0)),
        ]
        assert self.try_out(chain, a, car, *changes) == pytest.approx(56)

    def test_nothing_is_stated(self, chain, a, car):
        self.try_out(chain, a, car, ValueChange(part=car.battery.trace_id, factor=D(0)))
        assert chain.total(a, car.car)[0] == 100
        assert len(chain.history(a, car.car)) == 1

    def test_what_names_nothing_of_ones_own_is_refused_at_its_place(self, chain, a, car):
        for change in (
            AmountChange(child=uuid4(), factor=D(1)),
            ValueChange(part=uuid4(), factor=D(1)),
            ShareChange(part=car.battery.trace_id, shares={uuid4(): D(1)}),
        ):
            with pytest.raises(ChangeUnknown) as told:
                self.try_out(chain, a, car, change)
            assert told.value.faults[0].pointer == "/changes/0/trace_id"


class TestLoading:
    def test_the_graph_gives_what_is_published_whatever_the_lines(self, chain, a, b):
        """Plain lines come as numbers alone, all others by the rules of `inputs`; both end in the stated totals."""
        weighed = {
            "part_unit": "unit",
            "unit": "kilogram",
            "facts": ConversionFacts(mass_kg_per_unit=D("0.4")),
        }
        top, middle, whole, ghost, per_kg, simple = (chain.part(a, name) for name in "TMWGKL")
        chain.structure(a, ghost, [("E", 3, {"terminated": True}), ("B", "0.25")])
        chain.structure(
            a, middle, [("E", 2, {"terminated": True}), ("C", 1), ("E2", 7, {"terminated": True})]
        )
        chain.structure(a, whole, [("E", 5, {"terminated": True})])
        chain.structure(a, simple, [("E", 2, {"terminated": True}), ("W", "0.3"), ("N", 1)])
        chain.structure(a, per_kg, [("E", "0.1", {"terminated": True})])
        chain.structure(
            a,
            top,
            [
                ("M", "1.5"),
                ("W", 2),
                ("G", 2, {"phantom": True}),
                ("K", "0.3", weighed),
                ("B", 1),
                ("E", 10, {"base_quantity": D(4), "terminated": True}),
                ("H", 1, {"sourcing": "consigned_free", "counted_by": "supplier", "terminated": True}),
                ("I", 1, {"sourcing": "consigned_free", "counted_by": "customer", "terminated": True}),
                ("A1", 1, {"alternative_group": "g", "usage_share": D("0.25"), "terminated": True}),
                ("A2", 1, {"alternative_group": "g", "usage_share": D("0.75"), "terminated": True}),
                ("N", 1),
            ],
        )
        ends = [chain.part(a, name, terminated=True) for name in ("E", "H", "I", "A1", "A2")]
        for number, end in enumerate(ends, 1):
            chain.state(a, end, number, "0.125")
        chain.estimate(a, chain.part(a, "C"), 4)
        sold = chain.part(b, "S", terminated=True)
        chain.state(b, sold, 6)
        chain.buy(a, chain.part(a, "B"), b, sold)
        chain.settle()
        chain.state(a, per_kg, 9, unit=Unit.KILOGRAM)
        chain.state(a, whole, 1, 30, component_scope="whole")
        for part in (middle, simple, top):
            chain.state(a, part, 1, 2)
        graph = loaded(chain, a)
        stated = [*ends, per_kg, whole, middle, simple, top]
        assert sorted(graph.at) == sorted(part.trace_id for part in stated)
        for part in stated:
            published = chain.statement(a, part).in_force.stages[Stage.PRODUCTION].total
            computed = graph.totals.of([graph.at[part.trace_id]]).sum()
            assert computed == pytest.approx(float(published), rel=1e-12), part.name
        assert graph.columns.child.size  # some lines are plain
        assert graph.columns.others  # and some parents are not


class TestCache:
    def test_a_kept_graph_is_used_until_anything_of_the_companys_changes(self, chain, a, b, car):
        kept = NewestOfEach(1000)
        first = chain.run(a, lambda tx: graph_of(tx, kept))
        assert chain.run(a, lambda tx: graph_of(tx, kept)) is first
        assert chain.run(b, lambda tx: graph_of(tx, kept)) is not first
        assert chain.run(a, lambda tx: graph_of(tx, kept)) is first
        chain.state(a, car.wheel, 2, again=True)
        second = chain.run(a, lambda tx: graph_of(tx, kept))
        assert breakdown(second, car.car.trace_id).total == pytest.approx(104)

    def test_a_delivery_makes_it_anew(self, chain, a, b, car):
        kept = NewestOfEach(1000)
        chain.run(a, lambda tx: graph_of(tx, kept))
        view = chain.run(b, lambda tx: None)
        assert view is None
        [own] = [part for part in chain.run(b, load).nodes if part.part.name == "Q"]
        chain.state(b, own.part, 50, again=True)
        chain.settle()
        assert breakdown(
            chain.run(a, lambda tx: graph_of(tx, kept)), car.car.trace_id
        ).total == pytest.approx(75)

    def test_it_is_bounded(self, chain, a, b, car):
        kept = NewestOfEach(1)
        first = chain.run(a, lambda tx: graph_of(tx, kept))
        chain.run(b, lambda tx: graph_of(tx, kept))
        assert chain.run(a, lambda tx: graph_of(tx, kept)) is not first


class TestIndicators:
    def of(self, chain, a, car, **options):
        return chain.run(a, lambda tx: indicators(tx, load(tx), car.car.trace_id, **options))

    def test_contribution_needs_own_values_to_compare_with(self, chain, a, car):
        """simplified 20 + 160 = 180, with the answers 100: (180 − 100) / 180 = 0.444444444444"""
        assert self.of(chain, a, car).primary_data_contribution is None
        chain.estimate(a, car.battery, 160)
        found = self.of(chain, a, car)
        assert found.total == 100
        assert found.primary_data_contribution == D("0.444444444444")

    def test_calculation_ratio_counts_lines_over_all_own_structures(self, chain, a, car):
        """2 lines of the car and 1 of the wheel; one more without a value: 3 of 4"""
        assert self.of(chain, a, car).calculation_ratio == 1
        chain.structure(a, car.wheel, [("ゴム", 0.5, {"terminated": True}), ("鉄", 1)])
        assert self.of(chain, a, car).calculation_ratio == D("0.75")

    def test_changes_and_gate_to_gate(self, chain, a, car):
        chain.state(a, car.car, 20, again=True)
        found = self.of(chain, a, car, base_year=2020)
        assert found.gate_to_gate == 20
        assert (found.change.version, found.change.absolute, found.change.relative) == (1, 10, D("0.1"))
        assert found.change_to_base_year is None

    def test_category_1_of_scope_3(self, chain, a, car):
        """b: 30 × 100; c: 20 × 60, of which half of the period lies in the year: 600; 3 600 kg, all suppliers' own."""
        for request, share, quantity, begin, end in (
            (car.of_b, "0.5", 30, date(2026, 1, 1), date(2026, 12, 31)),
            (car.of_c, "0.5", 20, date(2025, 12, 31), date(2026, 1, 1)),
        ):
            draft = ShareDraft(
                valid_from=begin,
                valid_to=end,
                share=D(share),
                purchased_quantity=D(quantity),
                quantity_unit="unit",
            )
            chain.run(a, lambda tx, r=request, d=draft: put_shares(tx, r.trade.trade_id, [d]))
        found = chain.run(a, lambda tx: scope3_category1(tx, load(tx), 2026))
        assert (found.total_kg, found.supplier_share, found.lines_with_value) == (3600, 1, 1)
        assert sorted(one.emission_kg for one in found.purchases) == [600, 3000]
        assert chain.run(a, lambda tx: scope3_category1(tx, load(tx), 2024)).purchases == ()

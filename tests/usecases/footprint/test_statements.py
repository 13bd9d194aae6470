"""Statements, and what carries them up: own structures, trades, estimates, shares, units, loops."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.service import begin_structures
from renkei.commons.trades.deletion import delete_part
from renkei.commons.trades.model import ShareDraft
from renkei.commons.trades.service import cancel, put_shares, reject, trades_into
from renkei.commons.trades.shares import owners_of_turning_shares, turn_shares
from renkei.database.transaction import Transaction, as_role
from renkei.kit.clock import SetClock
from renkei.kit.errors import SeveralFaults
from renkei.kit.quantities import Unit
from renkei.usecases.footprint import recalculation
from renkei.usecases.footprint.errors import (
    NotBought,
    StatementExists,
    StatementMissing,
    TradeMissing,
)
from renkei.usecases.footprint.model import Emission, Quality, Stage, StatementDraft
from renkei.usecases.footprint.service import LARGEST, put_statement
from tests.usecases.footprint.conftest import mass

D = Decimal
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(database, monkeypatch):
    """It is the same day from the first line of a test to the last."""
    monkeypatch.setattr(database, "clock", SetClock(NOON))


class TestStating:
    def test_versions_are_kept_and_numbered(self, chain, a):
        part = chain.part(a, "P")
        first = chain.state(a, part, 1)
        second = chain.state(a, part, 2, again=True)
        assert (first.version, second.version, first.cfp_id == second.cfp_id) == (1, 2, True)
        newest, oldest = chain.history(a, part)
        assert newest == second
        assert oldest.declared[Stage.PRODUCTION].own == 1
        assert oldest.superseded_at == second.created_at

    def test_what_is_stored_reads_back_as_it_was_said(self, chain, a):
        part = chain.part(a, "P")
        said = chain.state(
            a,
            part,
            "0.123456789012345",
            -2,
            quality={Stage.PRODUCTION: Quality(D("1.5"), None, D(0))},
            categories={"fossil": {Stage.PRODUCTION: D("0.1")}},
            primary_data_share=D("0.25"),
            gate_to_gate=D(3),
            method={"standard": "ISO 14067", "factor_set": "2026-04"},
            period_from=date(2026, 4, 1),
            period_to=date(2027, 3, 31),
        )
        assert chain.statement(a, part) == said

    def test_a_second_first_statement_and_an_unknown_id_are_refused(self, chain, a):
        part, other = chain.part(a, "P"), chain.part(a, "Q")
        stated = chain.state(a, part, 1)
        with pytest.raises(StatementExists):
            chain.state(a, part, 2)
        draft = StatementDraft(
            trace_id=other.trace_id, cfp_id=stated.cfp_id, declared_unit=Unit.UNIT, declared={}
        )
        with pytest.raises(StatementMissing):
            chain.run(a, lambda tx: put_statement(tx, draft))
        assert chain.statement(a, other) is None

    def test_another_companys_part_is_not_there(self, chain, a, b):
        part = chain.part(b, "P")
        with pytest.raises(PartMissing):
            chain.state(a, part, 1)

    def test_every_wrong_number_is_told_at_once(self, chain, a):
        part = chain.part(a, "P")
        draft = StatementDraft(
            trace_id=part.trace_id,
            declared_unit=Unit.GRAM,
            declared={Stage.PRODUCTION: Emission(LARGEST * 2, D("NaN"))},
            quality={Stage.PRODUCTION: Quality(D(-1))},
            primary_data_share=D("1.1"),
            period_from=date(2026, 2, 1),
            period_to=date(2026, 1, 1),
        )
        with pytest.raises(SeveralFaults) as told:
            chain.run(a, lambda tx: put_statement(tx, draft))
        assert [fault.pointer for fault in told.value.faults] == [
            "/declared_unit",
            "/declared/production/own",
            "/declared/production/component",
            "/quality/production/ter",
            "/primary_data_share",
            "/period_to",
        ]

    def test_a_deleted_part_takes_its_statement_along(self, chain, a):
        part = chain.part(a, "P")
        chain.state(a, part, 1)
        chain.run(a, lambda tx: delete_part(tx, part.trace_id))
        again = chain.part(a, "P")
        assert chain.statement(a, again) is None


class TestOwnStructures:
    def test_a_change_deep_down_reaches_the_top_in_the_same_transaction(self, chain, a):
        """top = 1 + 2 × middle, middle = 1 + 3 × end: 1 + 2 × (1 + 3 × 5) = 33, then with 4: 27"""
        middle, top = chain.part(a, "M"), chain.part(a, "T")
        [end] = chain.structure(a, middle, [("E", 3, {"terminated": True})])
        chain.structure(a, top, [("M", 2)])
        chain.state(a, end, 5)
        chain.state(a, middle, 1)
        chain.state(a, top, 1)
        assert chain.total(a, top)[0] == 33
        chain.state(a, end, 4, again=True)
        assert chain.total(a, top)[0] == 27
        newest = chain.history(a, top)[0]
        assert (newest.version, newest.automatic) == (2, True)
        assert [cause.kind for cause in newest.causes] == ["child"]
        assert newest.causes[0].ids == (chain.statement(a, middle).statement_id,)

    def test_no_version_where_the_value_stays(self, chain, a):
        part = chain.part(a, "P")
        chain.structure(a, part, [("E", 0, {"terminated": True}), ("F", 1, {"terminated": True})])
        [end, _] = [line.child for line in self.lines(chain, a, part)]
        chain.state(a, end, 5)
        chain.state(a, part, 1)
        chain.state(a, end, 7, again=True)
        assert len(chain.history(a, part)) == 1

    @staticmethod
    def lines(chain, a, part):
        from renkei.commons.parts.service import structure_of

        return chain.run(a, lambda tx: structure_of(tx, part.trace_id)).lines

    def test_a_new_structure_counts_at_once_and_a_future_one_from_its_day(self, chain, a, database):
        part = chain.part(a, "P")
        [end] = chain.structure(a, part, [("E", 2, {"terminated": True})])
        chain.state(a, end, 5)
        chain.state(a, part, 1)
        chain.structure(a, part, [("E", 3, {"terminated": True})])
        assert chain.total(a, part)[0] == 16
        assert chain.history(a, part)[0].causes[0].kind == "structure"
        tomorrow = TODAY + timedelta(days=1)
        chain.structure(a, part, [("E", 4, {"terminated": True})], effective_from=tomorrow)
        assert chain.total(a, part)[0] == 16

        database.clock = SetClock(NOON + timedelta(days=2))
        chain.run(a, begin_structures)
        assert chain.total(a, part)[0] == 21

    def test_base_quantity_phantom_alternatives_and_consigned_lines(self, chain, a):
        """0 + 5 per 100 of E(2) = 0.1; phantom 2 × (3 × E) = 12; alternatives 0.25 × 8 + 0.75 × 4 = 5; consigned 0 = 17.1"""
        phantom, part = chain.part(a, "まとめ"), chain.part(a, "P")
        [end] = chain.structure(a, phantom, [("E", 3, {"terminated": True})])
        chain.state(a, end, 2)
        alternative = {"terminated": True, "alternative_group": "g"}
        _, _, one, other, given = chain.structure(
            a,
            part,
            [
                ("E", 5, {"terminated": True, "base_quantity": D(100)}),
                ("まとめ", 2, {"phantom": True}),
                ("X", 1, alternative | {"usage_share": D("0.25")}),
                ("Y", 1, alternative | {"usage_share": D("0.75")}),
                ("Z", 1, {"terminated": True, "sourcing": "consigned_free"}),
            ],
        )
        chain.state(a, one, 8)
        chain.state(a, other, 4)
        chain.state(a, given, 1000)
        chain.state(a, part, 0)
        assert chain.total(a, part) == (D("17.1"), 1, 1)

    def test_amounts_are_converted_to_the_unit_of_the_value(self, chain, a):
        """500 g of 2 kgCO2e/kg = 1; 4 pieces of 0.25 kg, stated per kg 3 = 3"""
        part = chain.part(a, "P")
        powder, piece = chain.structure(
            a,
            part,
            [
                ("粉", 500, {"terminated": True, "unit": "gram", "part_unit": "kilogram"}),
                ("片", 4, {"terminated": True, "facts": mass(0.25)}),
            ],
        )
        chain.state(a, powder, 2, unit=Unit.KILOGRAM)
        chain.state(a, piece, 3, unit=Unit.KILOGRAM)
        chain.state(a, part, 0)
        assert chain.total(a, part) == (D(4), 1, 1)

    def test_a_change_with_much_above_it_goes_on_after_the_transaction(self, chain, a, monkeypatch):
        """A chain of 7 parts above the end, 3 at once: 3 with the change, 3 and 1 after it."""
        monkeypatch.setattr(recalculation, "MOST_AT_ONCE", 3)
        parts = [chain.part(a, f"P{level}") for level in range(7)]
        [end] = chain.structure(a, parts[0], [("E", 1, {"terminated": True})])
        for below, above in pairwise(parts):
            chain.structure(a, above, [(below.name, 1)])
        chain.state(a, end, 5)
        for part in parts:
            chain.state(a, part, 1)
        assert chain.total(a, parts[-1])[0] == 12
        chain.state(a, end, 4, again=True)
        assert [chain.total(a, part)[0] for part in parts] == [5, 6, 8, 9, 10, 11, 12]
        chain.settle()
        assert [chain.total(a, part)[0] for part in parts] == [5, 6, 7, 8, 9, 10, 11]

    def test_a_change_inside_a_phantom_reaches_what_it_stands_in(self, chain, a):
        """phantom 2 × E(3) = 6, then 5 × E(3) = 15"""
        phantom, part = chain.part(a, "まとめ"), chain.part(a, "P")
        [end] = chain.structure(a, phantom, [("E", 2, {"terminated": True})])
        chain.state(a, end, 3)
        chain.structure(a, part, [("まとめ", 1, {"phantom": True})])
        chain.state(a, part, 0)
        assert chain.total(a, part)[0] == 6
        chain.structure(a, phantom, [("E", 5, {"terminated": True})])
        assert chain.total(a, part)[0] == 15

    def test_a_missing_conversion_is_told_and_lowers_the_coverage(self, chain, a):
        part = chain.part(a, "P")
        [piece] = chain.structure(a, part, [("片", 4, {"terminated": True})])
        chain.state(a, piece, 3, unit=Unit.KILOGRAM)
        chain.state(a, part, 1)
        assert chain.total(a, part) == (D(1), 0, 0)
        assert chain.statement(a, part).in_force.notes == (
            {"code": "not_convertible", "trace_id": str(piece.trace_id), "missing": ["mass_kg_per_unit"]},
        )

    def test_a_loop_of_own_parts_is_solved(self, chain, a):
        """x = 1 + 0.5 y, y = 1 + 0.5 x: both 2"""
        x, y = chain.part(a, "X"), chain.part(a, "Y")
        chain.structure(a, x, [("Y", 0.5)])
        chain.structure(a, y, [("X", 0.5)])
        chain.state(a, x, 1)
        chain.state(a, y, 1)
        assert chain.total(a, x) == chain.total(a, y) == (2, 1, 1)

    def test_a_loop_that_cannot_be_solved_is_told_to_its_owner(self, chain, a):
        x, y = chain.part(a, "X"), chain.part(a, "Y")
        chain.structure(a, x, [("Y", 1)])
        chain.structure(a, y, [("X", 1)])
        chain.state(a, x, 1)
        chain.state(a, y, 1)
        assert chain.statement(a, x).in_force.notes[0]["code"] == "unsolvable_loop"
        assert chain.total(a, x) == (1, 0, 0)


class TestTrades:
    def test_what_is_not_disclosed_does_not_count(self, chain, a, b):
        product, own = chain.part(a, "P"), chain.part(b, "Q", terminated=True)
        [bought] = chain.structure(a, product, [("B", 1)])
        chain.state(a, product, 1)
        chain.state(b, own, 10)
        request = chain.ask(a, bought, b)
        chain.link(b, request, own)
        chain.disclose(b, own, a, ["quality"])
        chain.settle()
        assert chain.total(a, product) == (1, 0, 0)
        response = chain.view(a, bought).response
        assert (response.stages, response.answers[0].answered) == (None, True)

    def test_shares_weigh_the_suppliers(self, chain, a, b, c):
        """0.75 × 10 + 0.25 × 2 = 8; without shares each counts half: 6"""
        product = chain.part(a, "P")
        [bought] = chain.structure(a, product, [("B", 1)])
        chain.state(a, product, 0)
        requests = {}
        for supplier, value in ((b, 10), (c, 2)):
            own = chain.part(supplier, "Q", terminated=True)
            chain.state(supplier, own, value)
            requests[supplier] = chain.buy(a, bought, supplier, own)
        chain.settle()
        assert chain.total(a, product) == (6, 1, 1)
        chain.share(a, requests[c], 0.25, YESTERDAY)
        # b has no share stated now: it counts nothing, and its three quarters are missing
        assert chain.total(a, product) == (D("0.5"), D("0.25"), D("0.25"))
        chain.share(a, requests[b], 0.75, YESTERDAY)
        assert chain.total(a, product) == (8, 1, 1)
        assert chain.view(a, bought).response.stages == {Stage.PRODUCTION: D(8)}

    def test_a_share_that_begins_with_a_day_counts_from_that_day(self, chain, a, b, c, database):
        """b until the day before the change, c from then on: 10, then 2."""
        product = chain.part(a, "P")
        [bought] = chain.structure(a, product, [("B", 1)])
        chain.state(a, product, 0)
        requests = {}
        for supplier, value in ((b, 10), (c, 2)):
            own = chain.part(supplier, "Q", terminated=True)
            chain.state(supplier, own, value)
            requests[supplier] = chain.buy(a, bought, supplier, own)
        chain.settle()
        change = TODAY + timedelta(days=3)
        for supplier, begin, end in ((b, YESTERDAY, change - timedelta(days=1)), (c, change, None)):
            draft = ShareDraft(valid_from=begin, valid_to=end, share=D(1))
            trade_id = requests[supplier].trade.trade_id
            chain.run(a, lambda tx, t=trade_id, d=draft: put_shares(tx, t, [d]))
        assert chain.total(a, product)[0] == 10

        database.clock = SetClock(NOON + timedelta(days=4))
        engine = as_role("renkei_engine")
        assert database.run(engine, owners_of_turning_shares, write=False) == [
            (a.operator_key, a.operator_id)
        ]
        assert chain.run(a, turn_shares) == 1
        assert chain.total(a, product)[0] == 2
        assert [cause.kind for cause in chain.history(a, product)[0].causes] == ["delivery"]

    def test_an_estimate_fills_exactly_the_share_without_a_value(self, chain, a, b, c):
        """half from b at 10, half estimated at 4: 7; the estimate gives way when c answers 2: 6"""
        product = chain.part(a, "P")
        [bought] = chain.structure(a, product, [("B", 1)])
        chain.state(a, product, 0)
        own = chain.part(b, "Q", terminated=True)
        chain.state(b, own, 10)
        chain.buy(a, bought, b, own)
        request = chain.ask(a, bought, c)
        chain.settle()
        chain.estimate(a, bought, 4)
        assert chain.total(a, product) == (7, 1, 1)
        # 2 of 7 kg are the estimate's
        assert chain.statement(a, product).in_force.secondary_share == D("0.285714285714286")
        own = chain.part(c, "R", terminated=True)
        chain.state(c, own, 2)
        chain.link(c, request, own)
        chain.disclose(c, own, a)
        chain.settle()
        assert chain.total(a, product) == (6, 1, 1)
        assert chain.statement(a, product).in_force.secondary_share == 0

    def test_an_estimate_that_is_taken_back_leaves_the_total(self, chain, a):
        product = chain.part(a, "P")
        [bought] = chain.structure(a, product, [("B", 2)])
        chain.state(a, product, 1)
        chain.estimate(a, bought, 4)
        assert chain.total(a, product) == (9, 1, 1)
        chain.estimate(a, bought, None)
        assert chain.total(a, product) == (1, 0, 0)
        assert [one.causes[0].kind for one in chain.history(a, product)] == [
            "estimate",
            "estimate",
            "declared",
        ]

    def test_only_a_bought_part_is_estimated(self, chain, a):
        with pytest.raises(NotBought):
            chain.estimate(a, chain.part(a, "E", terminated=True), 4)

    def test_facts_of_both_sides_convert_and_the_customers_win(self, chain, a, b):
        """4 pieces at 3 kgCO2e/kg: with the supplier's 0.5 kg a piece 6; with the customer's own 0.25 kg 3"""
        product = chain.part(a, "P")
        [bought] = chain.structure(a, product, [("B", 4)])
        chain.state(a, product, 0)
        own = chain.part(b, "Q", terminated=True, unit="kilogram", facts=mass(0.5))
        chain.state(b, own, 3, unit=Unit.KILOGRAM)
        chain.buy(a, bought, b, own)
        chain.settle()
        assert chain.total(a, product)[0] == 6
        chain.structure(a, product, [("B", 4, {"facts": mass(0.25)})])
        assert chain.total(a, product)[0] == 3

    def test_a_statement_for_one_customer_goes_to_that_customer_alone(self, chain, a, b, c):
        own = chain.part(b, "Q", terminated=True)
        chain.state(b, own, 10)
        bought = {}
        for customer in (a, c):
            product = chain.part(customer, "P")
            [bought[customer]] = chain.structure(customer, product, [("B", 1)])
            chain.buy(customer, bought[customer], b, own)
        [trade] = [
            trade
            for trade in chain.run(b, lambda tx: trades_into(tx, [own.part_key]))
            if trade.downstream_operator_id == c.operator_id
        ]
        chain.state(b, own, 7, trade_id=trade.trade_id)
        chain.settle()
        shown = {
            customer: chain.view(customer, bought[customer]).response.stages[Stage.PRODUCTION]
            for customer in (a, c)
        }
        assert shown == {a: 10, c: 7}

    def test_a_statement_for_a_trade_of_another_part_is_refused(self, chain, a, b):
        own, other = chain.part(b, "Q"), chain.part(b, "R")
        [bought] = chain.structure(a, chain.part(a, "P"), [("B", 1)])
        request = chain.ask(a, bought, b)
        chain.link(b, request, own)
        with pytest.raises(TradeMissing):
            chain.state(b, other, 7, trade_id=request.trade.trade_id)

    @pytest.mark.parametrize("end", ["cancel", "reject"])
    def test_an_ended_request_takes_the_value_out(self, chain, a, b, end):
        product, own = chain.part(a, "P"), chain.part(b, "Q", terminated=True)
        [bought] = chain.structure(a, product, [("B", 1)])
        chain.state(a, product, 1)
        chain.state(b, own, 10)
        request = chain.buy(a, bought, b, own)
        chain.settle()
        assert chain.total(a, product)[0] == 11
        if end == "cancel":
            chain.run(a, lambda tx: cancel(tx, request.request_id, request.trade.trade_id))
        else:
            chain.run(b, lambda tx: reject(tx, request.request_id, request.trade.trade_id))
        chain.settle()
        assert chain.total(a, product) == (1, 0, 0)

    def test_a_loop_of_companies_settles(self, chain, a, b):
        """a = 1 + 0.5 b, b = 1 + 0.5 a (recycled material goes back): both 2 at 15 digits"""
        own_a, own_b = chain.part(a, "PA"), chain.part(b, "PB")
        [bought_a] = chain.structure(a, own_a, [("B", 0.5)])
        [bought_b] = chain.structure(b, own_b, [("A", 0.5)])
        chain.state(a, own_a, 1)
        chain.state(b, own_b, 1)
        chain.buy(a, bought_a, b, own_b)
        chain.buy(b, bought_b, a, own_a)
        chain.settle()
        for operator, part in ((a, own_a), (b, own_b)):
            total = chain.total(operator, part)[0]
            assert abs(total - 2) <= D("1e-14")


def test_a_viewer_may_not_state(chain, a, database):
    from renkei.database.transaction import act_as
    from renkei.kit.errors import Forbidden

    part = chain.part(a, "P")
    viewer = act_as(a.operator_key, a.operator_id, door="v1", roles=["viewer"])
    draft = StatementDraft(trace_id=part.trace_id, declared_unit=Unit.UNIT, declared={})

    def work(tx: Transaction):
        return put_statement(tx, draft)

    with pytest.raises(Forbidden):
        database.run(viewer, work)

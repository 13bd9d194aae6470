"""A company that is not a member yet: its customer enters a value, it joins, it confirms or replaces."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest

from renkei.app import handlers
from renkei.commons.consents.model import ConsentDraft
from renkei.commons.consents.service import consents_of, decide
from renkei.commons.operators.model import InvitationDraft, PlantDraft, Registration
from renkei.commons.operators.service import invite, put_plant, register_operator
from renkei.commons.parts.model import LineDraft, PartDraft
from renkei.commons.parts.service import put_part, put_structure
from renkei.commons.trades.model import RequestDraft
from renkei.commons.trades.service import cancel, put_request, request_of
from renkei.database.events import drain
from renkei.database.transaction import act_as
from renkei.kit.errors import Forbidden
from renkei.kit.quantities import Unit
from renkei.usecases.footprint.errors import (
    ProposalDecided,
    ProposalMissing,
    ProposalOutdated,
    StatementExists,
    SupplierIsMember,
    TradeMissing,
)
from renkei.usecases.footprint.model import Emission, Quality, Stage, StatementDraft
from renkei.usecases.footprint.proposals import confirm, proposals, propose, replace
from renkei.usecases.footprint.proposals_store import unconfirmed
from renkei.usecases.footprint.service import footprints, history, put_statement

RAW, PRODUCTION = Stage.RAW_MATERIAL, Stage.PRODUCTION


@pytest.fixture
def buyer(create_operator):
    return create_operator("自動車")


@pytest.fixture
def stranger(create_operator):
    return create_operator("他社")


@pytest.fixture
def invited(database, buyer):
    """A company that the buyer has invited."""
    return database.run(buyer, lambda tx: invite(tx, InvitationDraft(name="町工場", country="JP")))


@pytest.fixture
def bought(database, buyer):
    return database.run(
        buyer, lambda tx: put_part(tx, PartDraft(plant_id=buyer.plant_id, name="ねじ", unit="unit"))
    )


def ask(database, buyer, bought, supplier_id):
    draft = RequestDraft(downstream_trace_id=bought.trace_id, upstream_operator_id=supplier_id)
    return database.run(buyer, lambda tx: put_request(tx, draft))


@pytest.fixture
def asked(database, buyer, bought, invited):
    return ask(database, buyer, bought, invited.operator_id)


def enter(database, buyer, request, raw="2.5", **quality):
    return database.run(
        buyer,
        lambda tx: propose(
            tx,
            request.trade.trade_id,
            declared_unit=Unit.UNIT,
            stages={RAW: Decimal(raw), PRODUCTION: Decimal("0.5")},
            quality={RAW: Quality(**quality)} if quality else None,
        ),
    )


def listed(database, company):
    return list(database.read(company, proposals).items)


def join(database, invited):
    """The invited company becomes a member, under its id, with a plant and a part of its own."""
    draft = Registration(
        operator_id=invited.operator_id,
        name="町工場株式会社",
        address="大阪府",
        open_operator_id="1180301018771",
    )
    joined = database.owner(lambda tx: register_operator(tx, draft))
    entry = act_as(joined.operator_key, joined.operator_id, door="v1")
    plant = database.run(
        entry,
        lambda tx: put_plant(
            tx,
            PlantDraft(operator_id=joined.operator_id, name="工場", address="大阪府", open_plant_id="000001"),
        ),
    )
    own = database.run(
        entry, lambda tx: put_part(tx, PartDraft(plant_id=plant.plant_id, name="M4", unit="unit"))
    )
    return SimpleNamespace(entry=entry, operator_id=joined.operator_id, part=own, plant_id=plant.plant_id)


class TestProposing:
    def test_a_proposal_is_unconfirmed_and_keeps_its_numbers_exactly(self, database, buyer, asked, bought):
        made = enter(database, buyer, asked, "2.50000000000000000001", ter=Decimal("1.5"))
        assert made.state == "unconfirmed"
        assert made.decided_at is None
        assert made.stages == {RAW: Decimal("2.50000000000000000001"), PRODUCTION: Decimal("0.5")}
        assert made.quality == {RAW: Quality(ter=Decimal("1.5"))}
        assert made.downstream_trace_id == bought.trace_id
        assert listed(database, buyer) == [made]

    def test_of_two_proposals_for_a_trade_the_newer_counts(self, database, buyer, asked):
        enter(database, buyer, asked, "2.5")
        second = enter(database, buyer, asked, "3.5")
        key = asked.trade.trade_key
        assert database.read(buyer, lambda tx: unconfirmed(tx, [key])) == {key: second}
        assert listed(database, buyer) == [second]

    def test_the_list_comes_in_pages(self, database, buyer, bought, invited):
        made = [enter(database, buyer, ask(database, buyer, bought, invited.operator_id)) for _ in range(3)]
        first = database.read(buyer, lambda tx: proposals(tx, None, 2))
        assert first.items == (made[2], made[1])
        second = database.read(buyer, lambda tx: proposals(tx, first.next_cursor, 2))
        assert (second.items, second.next_cursor) == ((made[0],), None)
        assert database.read(buyer, lambda tx: proposals(tx, uuid4(), 2)).items == ()

    def test_a_member_answers_for_itself(self, database, buyer, bought, stranger):
        asked = ask(database, buyer, bought, stranger.operator_id)
        with pytest.raises(SupplierIsMember):
            enter(database, buyer, asked)

    def test_only_the_buyer_of_a_living_trade_may_propose(self, database, buyer, stranger, asked):
        with pytest.raises(TradeMissing):
            enter(database, stranger, asked)
        database.run(buyer, lambda tx: cancel(tx, asked.request_id, asked.trade.trade_id))
        with pytest.raises(TradeMissing):
            enter(database, buyer, asked)
        assert listed(database, buyer) == []

    def test_an_unknown_trade_is_missing(self, database, buyer):
        with pytest.raises(TradeMissing):
            database.run(
                buyer,
                lambda tx: propose(tx, uuid4(), declared_unit=Unit.UNIT, stages={RAW: Decimal(1)}),
            )

    def test_a_viewer_may_not_propose(self, database, buyer, asked):
        viewer = act_as(buyer.operator_key, buyer.operator_id, door="v1", roles=("viewer",))
        with pytest.raises(Forbidden):
            enter(database, viewer, asked)

    def test_a_stranger_sees_nothing(self, database, buyer, stranger, asked):
        enter(database, buyer, asked)
        assert listed(database, stranger) == []
        assert database.read(stranger, lambda tx: unconfirmed(tx, [asked.trade.trade_key])) == {}


class TestJoining:
    def test_the_joined_company_finds_the_request_and_the_proposal(self, database, buyer, asked, invited):
        made = enter(database, buyer, asked)
        joined = join(database, invited)
        assert listed(database, joined.entry) == [made]
        assert (
            database.read(joined.entry, lambda tx: request_of(tx, asked.request_id)).state == "NOT_COMPLETED"
        )

    def test_a_member_gets_no_further_proposals(self, database, buyer, asked, invited):
        join(database, invited)
        with pytest.raises(SupplierIsMember):
            enter(database, buyer, asked)


@pytest.fixture
def car(database, buyer, bought):
    """The buyer's product: two of the bought part, own 10."""

    def work(tx):
        car = put_part(tx, PartDraft(plant_id=buyer.plant_id, name="車", unit="unit"))
        put_structure(tx, car.trace_id, [LineDraft(child=bought.trace_id, amount=Decimal(2), unit="unit")])
        put_statement(
            tx,
            StatementDraft(
                trace_id=car.trace_id,
                declared_unit=Unit.UNIT,
                declared={RAW: Emission(own=Decimal(10))},
            ),
        )
        return car

    return database.run(buyer, work)


def in_force(database, buyer, car):
    """Total of raw material, coverage, and the share that stands on the buyer's own values."""
    [view] = database.read(buyer, lambda tx: footprints(tx, [car.trace_id]))
    value = view.statement.in_force
    return (value.stages[RAW].total, value.coverage_direct, value.secondary_share)


def settle(database):
    return drain(database, handlers())


class TestCounting:
    def test_a_proposal_counts_as_an_estimate(self, database, buyer, asked, car):
        """10 + 2 x 2.5 = 15, of which production 2 x 0.5 = 1 is beside; the proposal's part is secondary."""
        assert in_force(database, buyer, car) == (10, 0, 0)
        made = enter(database, buyer, asked, "2.5")
        total, coverage, secondary = in_force(database, buyer, car)
        assert (total, coverage) == (15, 1)
        # (2 x 2.5 + 2 x 0.5) / (10 + 6) = 6 / 16
        assert secondary == Decimal("0.375")
        [view] = database.read(buyer, lambda tx: footprints(tx, [car.trace_id]))
        assert [cause.kind for cause in view.statement.causes] == ["proposal"]
        assert view.statement.causes[0].ids == (made.proposal_id,)

    def test_a_correction_counts_instead(self, database, buyer, asked, car):
        enter(database, buyer, asked, "2.5")
        enter(database, buyer, asked, "4")
        assert in_force(database, buyer, car)[0] == 18

    def test_a_value_of_zero_is_a_value(self, database, buyer, asked, car):
        enter(database, buyer, asked, "0")
        assert in_force(database, buyer, car)[:2] == (10, 1)


class TestConfirming:
    def test_the_value_becomes_the_suppliers_own_and_arrives_at_the_buyer(
        self, database, buyer, asked, invited, car
    ):
        made = enter(database, buyer, asked, "2.5", ter=Decimal(2))
        joined = join(database, invited)
        statement = database.run(joined.entry, lambda tx: confirm(tx, made.proposal_id, joined.part.trace_id))
        assert statement.in_force.stages[RAW].total == Decimal("2.5")
        assert statement.in_force.stages[PRODUCTION].total == Decimal("0.5")
        assert statement.declared_quality == {RAW: Quality(ter=Decimal(2))}
        settle(database)
        request = database.read(buyer, lambda tx: request_of(tx, asked.request_id))
        assert (request.state, request.trade.upstream_trace_id) == ("COMPLETED", joined.part.trace_id)
        [decided] = listed(database, buyer)
        assert decided.state == "confirmed"
        assert decided.decided_at is not None
        # The same number, but the supplier's: nothing secondary in it any more.
        assert in_force(database, buyer, car) == (15, 1, 0)
        [consent] = database.read(joined.entry, consents_of)
        assert (consent.consumer_id, consent.attributes) == (buyer.operator_id, {"total", "quality"})

    def test_a_confirmed_value_stands_whatever_lines_the_part_has(self, database, buyer, asked, invited):
        made = enter(database, buyer, asked, "2.5")
        joined = join(database, invited)

        def work(tx):
            child = put_part(tx, PartDraft(plant_id=joined.plant_id, name="鋼", unit="unit", terminated=True))
            put_statement(
                tx,
                StatementDraft(
                    trace_id=child.trace_id, declared_unit=Unit.UNIT, declared={RAW: Emission(own=Decimal(7))}
                ),
            )
            line = LineDraft(child=child.trace_id, amount=Decimal(1), unit="unit")
            put_structure(tx, joined.part.trace_id, [line])
            return confirm(tx, made.proposal_id, joined.part.trace_id)

        confirmed = database.run(joined.entry, work)
        assert confirmed.in_force.stages[RAW].total == Decimal("2.5")
        assert [cause.kind for cause in confirmed.causes][:2] == ["declared", "confirmed"]

        # What it states later, at a door that knows no scope, has that of its application: rest, 1 + 7 = 8.
        def state(raw, scope=None):
            draft = StatementDraft(
                trace_id=joined.part.trace_id,
                cfp_id=confirmed.cfp_id,
                declared_unit=Unit.UNIT,
                declared={RAW: Emission(own=Decimal(raw))},
                component_scope=scope,
            )
            return database.run(joined.entry, lambda tx: put_statement(tx, draft))

        assert state(1).in_force.stages[RAW].total == 8
        # Its own choice is a setting, and stays.
        assert state(2, "whole").in_force.stages[RAW].total == 2
        assert state(3).in_force.stages[RAW].total == 3

    def test_a_proposal_is_decided_once(self, database, buyer, asked, invited):
        made = enter(database, buyer, asked)
        joined = join(database, invited)
        database.run(joined.entry, lambda tx: confirm(tx, made.proposal_id, joined.part.trace_id))
        with pytest.raises(ProposalDecided):
            database.run(joined.entry, lambda tx: confirm(tx, made.proposal_id, joined.part.trace_id))

    def test_a_corrected_proposal_cannot_be_decided_any_more(self, database, buyer, asked, invited):
        first = enter(database, buyer, asked, "2.5")
        second = enter(database, buyer, asked, "3.5")
        joined = join(database, invited)
        with pytest.raises(ProposalOutdated):
            database.run(joined.entry, lambda tx: confirm(tx, first.proposal_id, joined.part.trace_id))
        database.run(joined.entry, lambda tx: confirm(tx, second.proposal_id, joined.part.trace_id))
        found = {one.proposal_id: one.state for one in listed(database, buyer)}
        assert found == {second.proposal_id: "confirmed", first.proposal_id: "replaced"}

    def test_a_part_with_a_footprint_is_left_alone(self, database, buyer, asked, invited):
        made = enter(database, buyer, asked)
        joined = join(database, invited)
        draft = StatementDraft(
            trace_id=joined.part.trace_id, declared_unit=Unit.UNIT, declared={RAW: Emission(own=Decimal(1))}
        )
        database.run(joined.entry, lambda tx: put_statement(tx, draft))
        with pytest.raises(StatementExists):
            database.run(joined.entry, lambda tx: confirm(tx, made.proposal_id, joined.part.trace_id))
        [still] = listed(database, joined.entry)
        assert still.state == "unconfirmed"

    def test_neither_the_buyer_nor_a_stranger_may_decide(self, database, buyer, stranger, bought, asked):
        made = enter(database, buyer, asked)
        for company in (buyer, stranger):
            with pytest.raises(ProposalMissing):
                database.run(company, lambda tx: confirm(tx, made.proposal_id, bought.trace_id))


class TestReplacing:
    def test_another_value_is_linked_and_disclosed_only_by_consent(
        self, database, buyer, asked, invited, car
    ):
        """The proposal of 2.5 leaves the buyer's total (15 to 10); the supplier's 4 comes with its consent: 18."""
        made = enter(database, buyer, asked, "2.5")
        joined = join(database, invited)
        draft = StatementDraft(
            trace_id=joined.part.trace_id, declared_unit=Unit.UNIT, declared={RAW: Emission(own=Decimal(4))}
        )
        database.run(joined.entry, lambda tx: replace(tx, made.proposal_id, draft))
        settle(database)
        assert database.read(buyer, lambda tx: request_of(tx, asked.request_id)).state == "COMPLETED"
        assert in_force(database, buyer, car) == (10, 0, 0)
        consent = ConsentDraft(
            trace_id=joined.part.trace_id,
            consumer_id=buyer.operator_id,
            kind="CFP",
            attributes=frozenset({"total"}),
        )
        database.run(joined.entry, lambda tx: decide(tx, consent))
        settle(database)
        assert in_force(database, buyer, car) == (18, 1, 0)
        [decided] = listed(database, joined.entry)
        assert decided.state == "replaced"

    def test_a_part_that_has_a_footprint_gets_a_new_version(self, database, buyer, asked, invited):
        made = enter(database, buyer, asked, "2.5")
        joined = join(database, invited)
        first = StatementDraft(
            trace_id=joined.part.trace_id, declared_unit=Unit.UNIT, declared={RAW: Emission(own=Decimal(1))}
        )
        stated = database.run(joined.entry, lambda tx: put_statement(tx, first))
        again = StatementDraft(
            trace_id=joined.part.trace_id,
            cfp_id=stated.cfp_id,
            declared_unit=Unit.UNIT,
            declared={RAW: Emission(own=Decimal(4))},
        )
        database.run(joined.entry, lambda tx: replace(tx, made.proposal_id, again))
        versions = database.read(joined.entry, lambda tx: history(tx, joined.part.trace_id)).items
        assert [one.in_force.stages[RAW].total for one in versions] == [4, 1]

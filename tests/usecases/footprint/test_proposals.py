"""A company that is not a member yet: its customer enters a value, it joins, it confirms or replaces."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest

from renkei.commons.operators.model import InvitationDraft, PlantDraft, Registration
from renkei.commons.operators.service import invite, put_plant, register_operator
from renkei.commons.parts.model import PartDraft
from renkei.commons.parts.service import put_part
from renkei.commons.trades.model import RequestDraft
from renkei.commons.trades.service import cancel, put_request, request_of
from renkei.database.transaction import act_as
from renkei.kit.errors import Forbidden
from renkei.kit.quantities import Unit
from renkei.usecases.footprint.errors import (
    SupplierIsMember,
    TradeMissing,
)
from renkei.usecases.footprint.model import Quality, Stage
from renkei.usecases.footprint.proposals import proposals, propose
from renkei.usecases.footprint.proposals_store import unconfirmed

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
        assert database.read(buyer, proposals) == [made]

    def test_of_two_proposals_for_a_trade_the_newer_counts(self, database, buyer, asked):
        enter(database, buyer, asked, "2.5")
        second = enter(database, buyer, asked, "3.5")
        key = asked.trade.trade_key
        assert database.read(buyer, lambda tx: unconfirmed(tx, [key])) == {key: second}
        assert database.read(buyer, proposals) == [second]

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
        assert database.read(buyer, proposals) == []

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
        assert database.read(stranger, proposals) == []
        assert database.read(stranger, lambda tx: unconfirmed(tx, [asked.trade.trade_key])) == {}


class TestJoining:
    def test_the_joined_company_finds_the_request_and_the_proposal(self, database, buyer, asked, invited):
        made = enter(database, buyer, asked)
        joined = join(database, invited)
        assert database.read(joined.entry, proposals) == [made]
        assert (
            database.read(joined.entry, lambda tx: request_of(tx, asked.request_id)).state == "NOT_COMPLETED"
        )

    def test_a_member_gets_no_further_proposals(self, database, buyer, asked, invited):
        join(database, invited)
        with pytest.raises(SupplierIsMember):
            enter(database, buyer, asked)

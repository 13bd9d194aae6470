"""The state machine of a request, and what each party may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from renkei.commons.notifications.service import list_notifications
from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import PartDraft
from renkei.commons.parts.service import put_part
from renkei.commons.trades.errors import (
    AlreadyRequested,
    IdsIncomplete,
    KindUnknown,
    NotReviewable,
    PartTerminated,
    PartyChanged,
    PeriodReversed,
    ReasonMissing,
    RequestExists,
    RequestMissing,
    SelfRequest,
    SupplierMissing,
    TradeMissing,
)
from renkei.commons.trades.model import RequestDraft
from renkei.commons.trades.service import (
    cancel,
    mark_answered,
    messages,
    put_request,
    reject,
    reply,
    request_of,
    requests_received,
    review,
    trades_into,
    trades_out_of,
    trades_sent,
    update_request,
)


@pytest.fixture
def bought(world, maker):
    return world.part(maker, "ねじ", unit="unit", label="L")


@pytest.fixture
def own(world, supplier):
    return world.part(supplier, "SC-1")


@pytest.fixture
def asked(world, maker, supplier, bought):
    return world.ask(maker, bought, supplier, message="お願いします", due_date=date(2027, 3, 31))


def again(request, **values):
    return RequestDraft(
        downstream_trace_id=request.trade.downstream_trace_id,
        upstream_operator_id=request.trade.upstream_operator_id,
        trade_id=request.trade.trade_id,
        request_id=request.request_id,
        **values,
    )


def told(world, operator):
    page = world.read(operator, list_notifications)
    return [notice.type for notice in reversed(page.items)]


class TestAsking:
    def test_a_new_request_is_open_and_seen_by_both(self, world, maker, supplier, asked, bought):
        assert (asked.state, asked.tree_terminated) == ("NOT_COMPLETED", False)
        assert (asked.completed_count, asked.trades_count) == (0, 1)
        assert asked.trade.upstream_trace_id is None
        assert asked.customer_part.name == "ねじ"
        assert asked.customer_part.plant_id == maker.plant_id
        received = world.read(supplier, requests_received).items
        assert received == (asked,)
        assert world.read(maker, trades_sent).items == (asked,)
        assert told(world, supplier) == ["REQUEST_NEW"]
        [word] = world.read(supplier, lambda tx: messages(tx, asked.request_id))
        assert (word.kind, word.text, word.sender_operator_id) == (
            "message",
            "お願いします",
            maker.operator_id,
        )

    def test_a_third_company_sees_nothing(self, world, miller, asked):
        assert world.read(miller, requests_received).items == ()
        assert world.read(miller, trades_sent).items == ()
        with pytest.raises(RequestMissing):
            world.read(miller, lambda tx: request_of(tx, asked.request_id))

    def test_single_refuses_a_second_trade_until_the_first_is_cancelled(
        self, world, maker, supplier, miller, asked, bought
    ):
        with pytest.raises(AlreadyRequested):
            world.ask(maker, bought, miller, single=True)
        world.run(maker, lambda tx: cancel(tx, asked.request_id, asked.trade.trade_id))
        assert world.ask(maker, bought, miller, single=True).state == "NOT_COMPLETED"

    def test_several_trades_share_a_bought_part(self, world, maker, miller, asked, bought):
        world.ask(maker, bought, miller)
        shares = [trade.share for trade in world.read(maker, lambda tx: trades_out_of(tx, [bought.part_key]))]
        assert shares == [0.5, 0.5]

    def test_oneself_is_not_asked(self, world, maker, bought):
        with pytest.raises(SelfRequest):
            world.ask(maker, bought, maker)

    def test_nobody_is_asked_for_an_end_part(self, world, maker, supplier):
        with pytest.raises(PartTerminated):
            world.ask(maker, world.part(maker, "鉄", terminated=True), supplier)

    def test_foreign_and_unknown_parts_are_refused_alike(self, world, maker, supplier, own):
        for part in (own, replace(own, trace_id=uuid4())):
            with pytest.raises(PartMissing):
                world.ask(maker, part, supplier)

    def test_a_company_that_is_unknown_or_gone_is_not_asked(self, world, maker, create_operator, bought):
        for operator in (create_operator("閉鎖", state="closed"), replace(maker, operator_id=uuid4())):
            with pytest.raises(SupplierMissing):
                world.ask(maker, bought, operator)

    def test_only_installed_kinds_can_be_asked(self, world, maker, supplier, bought):
        with pytest.raises(KindUnknown):
            world.ask(maker, bought, supplier, kind="WEATHER")

    def test_a_period_does_not_end_before_it_begins(self, world, maker, supplier, bought):
        with pytest.raises(PeriodReversed):
            world.ask(maker, bought, supplier, period_from=date(2027, 1, 2), period_to=date(2027, 1, 1))

    def test_a_further_period_goes_under_the_same_trade_once(self, world, maker, supplier, asked, bought):
        more = {
            "trade_id": asked.trade.trade_id,
            "period_from": date(2027, 1, 1),
            "period_to": date(2027, 12, 31),
        }
        second = world.ask(maker, bought, supplier, **more)
        assert second.trade == asked.trade
        assert second.request_id != asked.request_id
        with pytest.raises(RequestExists):
            world.ask(maker, bought, supplier, **more)
        world.run(maker, lambda tx: cancel(tx, asked.request_id, asked.trade.trade_id))
        assert world.read(supplier, requests_received).items == (second,)


class TestUpdating:
    def test_message_and_due_date_change_and_former_words_stay(self, world, maker, supplier, asked):
        now = world.run(
            maker, lambda tx: update_request(tx, again(asked, message="至急", due_date=date(2027, 1, 1)))
        )
        assert (now.message, now.due_date, now.state) == ("至急", date(2027, 1, 1), "NOT_COMPLETED")
        words = world.read(supplier, lambda tx: messages(tx, asked.request_id))
        assert [word.text for word in words] == ["お願いします", "至急"]

    def test_a_rejected_request_is_asked_anew(self, world, maker, supplier, asked, own):
        world.link(supplier, asked, own)
        world.run(supplier, lambda tx: reject(tx, asked.request_id, asked.trade.trade_id, "違います"))
        now = world.run(maker, lambda tx: put_request(tx, again(asked, message="再度")))
        assert (now.state, now.trade.upstream_trace_id, now.reply_message) == (
            "NOT_COMPLETED",
            None,
            "違います",
        )
        assert told(world, supplier) == ["REQUEST_NEW", "REQUEST_NEW"]

    def test_parties_stay(self, world, maker, miller, asked):
        other = world.part(maker, "別")
        for change in ({"upstream_operator_id": miller.operator_id}, {"downstream_trace_id": other.trace_id}):
            with pytest.raises(PartyChanged):
                world.run(maker, lambda tx, change=change: put_request(tx, replace(again(asked), **change)))

    def test_ids_of_others_and_ids_that_do_not_belong_together_are_unknown(
        self, world, maker, supplier, miller, asked, bought
    ):
        second = world.ask(maker, bought, miller)
        wrong = replace(again(asked), trade_id=second.trade.trade_id)
        for operator, draft in ((maker, wrong), (supplier, again(asked)), (miller, again(asked))):
            with pytest.raises(RequestMissing):
                world.run(operator, lambda tx, draft=draft: put_request(tx, draft))

    def test_a_request_id_needs_its_trade(self, world, maker, asked):
        with pytest.raises(IdsIncomplete):
            world.run(maker, lambda tx: put_request(tx, replace(again(asked), trade_id=None)))


class TestAnswering:
    def test_linking_a_part_without_an_answer_leaves_the_request_open(
        self, world, maker, supplier, asked, own
    ):
        trade = world.link(supplier, asked, own)
        assert trade.upstream_trace_id == own.trace_id
        seen = world.read(maker, lambda tx: request_of(tx, asked.request_id))
        assert (seen.state, seen.trade.upstream_trace_id) == ("NOT_COMPLETED", own.trace_id)
        assert seen.trade.linked_at is not None

    def test_an_answer_completes_linked_open_requests_once(self, world, maker, supplier, asked, own):
        world.link(supplier, asked, own)
        assert world.run(supplier, lambda tx: mark_answered(tx, "CFP", [own.part_key])) == 1
        assert world.run(supplier, lambda tx: mark_answered(tx, "CFP", [own.part_key])) == 0
        seen = world.read(maker, lambda tx: request_of(tx, asked.request_id))
        assert (seen.state, seen.completed_count) == ("COMPLETED", 1)
        assert told(world, maker) == ["CFP_RESPONSED"]

    def test_an_answer_of_another_kind_completes_nothing(self, world, supplier, asked, own):
        world.link(supplier, asked, own)
        assert world.run(supplier, lambda tx: mark_answered(tx, "DD", [own.part_key])) == 0

    def test_only_the_addressee_links_and_only_an_own_part(
        self, world, maker, supplier, miller, asked, own, bought
    ):
        theirs = world.part(miller, "X")
        for operator, part in ((maker, bought), (miller, theirs)):
            with pytest.raises(TradeMissing):
                world.link(operator, asked, part)
        for part in (bought, theirs, replace(own, trace_id=uuid4())):
            with pytest.raises(PartMissing):
                world.link(supplier, asked, part)

    def test_relinking_moves_the_trade(self, world, supplier, asked, own):
        other = world.part(supplier, "SC-2")
        world.link(supplier, asked, own)
        world.run(supplier, lambda tx: mark_answered(tx, "CFP", [own.part_key]))
        world.link(supplier, asked, other)
        keys = [own.part_key, other.part_key]
        [trade] = world.read(supplier, lambda tx: trades_into(tx, keys, "CFP"))
        assert (trade.upstream_part_key, trade.state) == (other.part_key, "NOT_COMPLETED")

    def test_rejecting_drops_link_and_counts(self, world, maker, supplier, asked, own):
        world.link(supplier, asked, own)
        world.run(supplier, lambda tx: mark_answered(tx, "CFP", [own.part_key]))
        seen = world.run(supplier, lambda tx: reject(tx, asked.request_id, asked.trade.trade_id, "違います"))
        assert (seen.state, seen.reply_message, seen.completed_count, seen.tree_terminated) == (
            "REJECT",
            "違います",
            0,
            False,
        )
        assert seen.trade.upstream_trace_id is None
        assert world.read(supplier, lambda tx: trades_into(tx, [own.part_key])) == ()
        assert told(world, maker) == ["CFP_RESPONSED", "REQUEST_REJECTED"]

    def test_only_the_supplier_rejects_and_replies_and_only_the_customer_cancels_and_reviews(
        self, world, maker, supplier, miller, asked
    ):
        ids = (asked.request_id, asked.trade.trade_id)
        refused = [
            (maker, lambda tx: reject(tx, *ids)),
            (miller, lambda tx: reject(tx, *ids)),
            (maker, lambda tx: reply(tx, ids[0], "x")),
            (miller, lambda tx: reply(tx, ids[0], "x")),
            (supplier, lambda tx: cancel(tx, *ids)),
            (miller, lambda tx: cancel(tx, *ids)),
            (supplier, lambda tx: review(tx, ids[0], "accepted")),
            (maker, lambda tx: cancel(tx, ids[0], uuid4())),
            (supplier, lambda tx: reject(tx, uuid4(), ids[1])),
        ]
        for operator, work in refused:
            with pytest.raises(RequestMissing):
                world.run(operator, work)
        assert world.read(maker, lambda tx: request_of(tx, ids[0])) == asked

    def test_a_cancelled_request_is_gone_for_both(self, world, maker, supplier, asked, own):
        world.link(supplier, asked, own)
        world.run(maker, lambda tx: cancel(tx, asked.request_id, asked.trade.trade_id))
        assert world.read(maker, trades_sent).items == ()
        assert world.read(supplier, requests_received).items == ()
        assert world.read(supplier, lambda tx: trades_into(tx, [own.part_key])) == ()
        for work in (
            lambda tx: reject(tx, asked.request_id, asked.trade.trade_id),
            lambda tx: reply(tx, asked.request_id, "x"),
        ):
            with pytest.raises(RequestMissing):
                world.run(supplier, work)
        with pytest.raises(TradeMissing):
            world.link(supplier, asked, own)
        page = world.read(supplier, list_notifications)
        assert [notice.type for notice in page.items] == ["REQUEST_CANCELED", "REQUEST_NEW"]
        assert {notice.relation.trade_id for notice in page.items} == {asked.trade.trade_id}

    def test_replies_reach_the_customer(self, world, maker, supplier, asked):
        world.run(supplier, lambda tx: reply(tx, asked.request_id, "来週です"))
        seen = world.read(maker, lambda tx: request_of(tx, asked.request_id))
        assert seen.reply_message == "来週です"
        assert told(world, maker) == ["REPLY_MESSAGE_REGISTERED"]


class TestReview:
    def test_there_must_be_an_answer(self, world, maker, asked):
        with pytest.raises(NotReviewable):
            world.run(maker, lambda tx: review(tx, asked.request_id, "accepted"))

    def test_a_returned_answer_opens_the_request_and_a_new_one_completes_it(
        self, world, maker, supplier, asked, own
    ):
        world.link(supplier, asked, own)
        world.run(supplier, lambda tx: mark_answered(tx, "CFP", [own.part_key]))
        with pytest.raises(ReasonMissing):
            world.run(maker, lambda tx: review(tx, asked.request_id, "returned", ""))
        seen = world.run(maker, lambda tx: review(tx, asked.request_id, "returned", "単位が違います"))
        assert (seen.state, seen.review, seen.completed_count) == ("NOT_COMPLETED", "returned", 0)
        assert seen.trade.upstream_trace_id == own.trace_id
        words = world.read(supplier, lambda tx: messages(tx, asked.request_id))
        assert [(word.kind, word.text) for word in words][-1] == ("return", "単位が違います")
        world.run(supplier, lambda tx: mark_answered(tx, "CFP", [own.part_key]))
        seen = world.read(maker, lambda tx: request_of(tx, asked.request_id))
        assert (seen.state, seen.review, seen.completed_count) == ("COMPLETED", None, 1)

    def test_accepting_keeps_it_complete(self, world, maker, supplier, asked, own):
        world.link(supplier, asked, own)
        world.run(supplier, lambda tx: mark_answered(tx, "CFP", [own.part_key]))
        seen = world.run(maker, lambda tx: review(tx, asked.request_id, "accepted"))
        assert (seen.state, seen.review) == ("COMPLETED", "accepted")


def test_the_suppliers_copy_follows_the_customers_part(world, maker, supplier, asked):
    world.run(
        maker, lambda tx: put_part(tx, PartDraft(plant_id=maker.plant_id, name="ねじ", label="M8", info1="i"))
    )
    seen = world.read(supplier, lambda tx: request_of(tx, asked.request_id))
    assert (seen.customer_part.label, seen.customer_part.info1, seen.customer_part.unit) == ("M8", "i", None)

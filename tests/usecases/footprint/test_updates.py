"""CFP値自動更新: what is published by itself, what waits, who decides; and what was declared stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import ClassVar

import pytest

from renkei.commons.consents.service import consents_of, withdraw
from renkei.commons.notifications.service import list_notifications
from renkei.commons.parts.errors import PartMissing
from renkei.commons.trades.deletion import delete_part
from renkei.database.transaction import act_as
from renkei.kit.errors import Forbidden, SeveralFaults
from renkei.usecases.footprint.declarations import declaration, declarations, file_declaration
from renkei.usecases.footprint.errors import (
    NothingToDeclare,
    StatementMissing,
    UpdateMissing,
    UpdateOutdated,
)
from renkei.usecases.footprint.model import FOLLOW_AT_ONCE, Emission, Stage, UpdatePolicy, Value
from renkei.usecases.footprint.rules import due_day, goes_beyond, total
from renkei.usecases.footprint.updates import approve, policy_of, publish_due, put_policy, refuse, updates

D = Decimal
REVIEW = UpdatePolicy(mode="review")


@pytest.fixture
def following(chain, a):
    """a: top = 1 + 1 × middle, middle = 1 + 1 × end, end 5; the middle's policy is the test's to choose."""
    middle, top = chain.part(a, "M"), chain.part(a, "T")
    [end] = chain.structure(a, middle, [("E", 1, {"terminated": True})])
    chain.structure(a, top, [("M", 1)])
    chain.state(a, end, 5)
    chain.state(a, middle, 1)
    chain.state(a, top, 1)

    def policy(**values):
        return chain.run(a, lambda tx: put_policy(tx, middle.trace_id, UpdatePolicy(**values)))

    def waiting(state="waiting"):
        return [update for update, _ in chain.run(a, lambda tx: updates(tx, state=state)).items]

    def totals():
        return (chain.total(a, end)[0], chain.total(a, middle)[0], chain.total(a, top)[0])

    def change(value):
        chain.state(a, end, value, again=True)

    assert totals() == (5, 6, 7)
    return SimpleNamespace(
        end=end, middle=middle, top=top, policy=policy, waiting=waiting, totals=totals, change=change
    )


class TestReview:
    def test_the_wave_stops_until_an_approver_decides(self, chain, a, following):
        following.policy(mode="review")
        following.change(4)
        assert following.totals() == (4, 6, 7)
        [update] = following.waiting()
        assert [cause.kind for cause in update.causes] == ["child"]
        published = chain.run(a, lambda tx: approve(tx, update.update_id))
        assert following.totals() == (4, 5, 6)
        assert (published.automatic, [cause.kind for cause in published.causes]) == (
            False,
            ["child", "approval"],
        )
        assert following.waiting() == []
        assert [one.update_id for one in following.waiting("published")] == [update.update_id]

    def test_a_newer_value_takes_the_place_of_the_older_which_can_no_more_be_approved(
        self, chain, a, following
    ):
        following.policy(mode="review")
        following.change(4)
        [older] = following.waiting()
        following.change(3)
        [newer] = following.waiting()
        with pytest.raises(UpdateOutdated):
            chain.run(a, lambda tx: approve(tx, older.update_id))
        assert following.totals() == (3, 6, 7)
        chain.run(a, lambda tx: approve(tx, newer.update_id))
        assert following.totals() == (3, 4, 5)

    def test_what_is_refused_is_not_proposed_again_and_another_value_is(self, chain, a, following):
        following.policy(mode="review")
        following.change(4)
        [update] = following.waiting()
        assert chain.run(a, lambda tx: refuse(tx, update.update_id)).state == "refused"
        chain.state(a, following.end, 4, again=True)
        assert following.waiting() == []
        following.change(3)
        assert len(following.waiting()) == 1
        assert following.totals() == (3, 6, 7)

    def test_a_change_that_is_taken_back_leaves_nothing_to_decide(self, following):
        following.policy(mode="review")
        following.change(4)
        following.change(5)
        assert following.waiting() == []

    def test_the_owners_own_edit_is_its_own_approval(self, chain, a, following):
        following.policy(mode="review")
        following.change(4)
        chain.state(a, following.middle, 2, again=True)
        assert following.totals() == (4, 6, 7)
        assert following.waiting() == []
        assert chain.total(a, following.middle)[0] == 2 + 4

    def test_back_to_following_at_once_publishes_what_waits(self, following):
        following.policy(mode="review")
        following.change(4)
        following.policy(mode="at_once")
        assert following.totals() == (4, 5, 6)

    def test_only_an_approver_decides(self, chain, a, following, database):
        following.policy(mode="review")
        following.change(4)
        [update] = following.waiting()
        editor = act_as(a.operator_key, a.operator_id, door="v1", roles=["editor"])
        with pytest.raises(Forbidden):
            database.run(editor, lambda tx: approve(tx, update.update_id))
        approver = act_as(a.operator_key, a.operator_id, door="v1", roles=["approver"])
        database.run(approver, lambda tx: approve(tx, update.update_id))
        assert following.totals() == (4, 5, 6)

    def test_another_company_sees_and_decides_nothing(self, chain, a, b, following):
        following.policy(mode="review")
        following.change(4)
        [update] = following.waiting()
        assert chain.run(b, updates).items == ()
        for decide in (approve, refuse):
            with pytest.raises(UpdateMissing):
                chain.run(b, lambda tx, decide=decide: decide(tx, update.update_id))
        with pytest.raises(PartMissing):
            chain.run(b, lambda tx: put_policy(tx, following.middle.trace_id, REVIEW))

    def test_a_withdrawal_upstream_waits_too(self, chain, a, b):
        product, own = chain.part(a, "P"), chain.part(b, "Q", terminated=True)
        [bought] = chain.structure(a, product, [("B", 1)])
        chain.state(a, product, 1)
        chain.state(b, own, 10)
        chain.buy(a, bought, b, own)
        chain.settle()
        chain.run(a, lambda tx: put_policy(tx, product.trace_id, REVIEW))
        [consent] = chain.run(b, lambda tx: consents_of(tx, trace_ids=[own.trace_id]))
        chain.run(b, lambda tx: withdraw(tx, consent.consent_id))
        chain.settle()
        assert chain.total(a, product) == (11, 1, 1)
        [(update, trace_id)] = chain.run(a, updates).items
        assert (trace_id, [cause.kind for cause in update.causes]) == (product.trace_id, ["withdrawal"])

    def test_a_loop_goes_on_around_a_part_under_review(self, chain, a):
        """x = 1 + 0.5 y, y = 1 + 0.5 x, both 2; x under review at 2: y's own 2 gives y = 2 + 1 = 3, x waits with 2.5."""
        x, y = chain.part(a, "X"), chain.part(a, "Y")
        chain.structure(a, x, [("Y", 0.5)])
        chain.structure(a, y, [("X", 0.5)])
        chain.state(a, x, 1)
        chain.state(a, y, 1)
        chain.run(a, lambda tx: put_policy(tx, x.trace_id, REVIEW))
        chain.state(a, y, 2, again=True)
        assert (chain.total(a, x)[0], chain.total(a, y)[0]) == (2, 3)
        [(update, _)] = chain.run(a, updates).items
        assert total(update.in_force) == D("2.5")


class TestThreshold:
    def test_a_small_change_waits_and_a_larger_one_is_published(self, following):
        """published 6: 10 % is 0.6"""
        following.policy(mode="threshold", threshold=D("0.1"))
        following.change("4.5")
        assert following.totals() == (D("4.5"), 6, 7)
        assert [one.mode for one in following.waiting()] == ["threshold"]
        following.change("4.3")
        assert following.totals() == (D("4.3"), D("5.3"), D("6.3"))
        assert following.waiting() == []

    def test_any_change_from_zero_is_large(self):
        assert goes_beyond(D(1), Value(stages={}), value(D("0.001")))
        assert not goes_beyond(D(1), value(D(1)), value(D(2)))

    @pytest.mark.parametrize(
        "policy",
        [
            UpdatePolicy(mode="threshold"),
            UpdatePolicy(mode="threshold", threshold=D(0)),
            UpdatePolicy(mode="threshold", threshold=D("NaN")),
            UpdatePolicy(mode="review", threshold=D(1)),
            UpdatePolicy(mode="yearly", first_month=13),
        ],
    )
    def test_a_policy_that_says_nothing_is_refused(self, chain, a, following, policy):
        with pytest.raises(SeveralFaults):
            chain.run(a, lambda tx: put_policy(tx, following.middle.trace_id, policy))
        assert chain.run(a, lambda tx: policy_of(tx, following.middle.trace_id)) == FOLLOW_AT_ONCE


class TestRhythm:
    def test_values_wait_for_their_day(self, chain, a, following, database):
        following.policy(mode="monthly")
        following.change(4)
        [update] = following.waiting()
        first = due_day(UpdatePolicy(mode="monthly"), database.clock.now().date())
        assert update.due == first
        assert chain.run(a, publish_due) == 0
        now = database.clock.now()

        class Later:
            def now(self) -> datetime:
                return now + timedelta(days=32)

        database.clock = Later()
        assert chain.run(a, publish_due) == 1
        assert following.totals() == (4, 5, 6)
        newest = chain.history(a, following.middle)[0]
        assert (newest.automatic, [cause.kind for cause in newest.causes]) == (True, ["child"])

    @pytest.mark.parametrize(
        ("policy", "today", "day"),
        [
            (UpdatePolicy(mode="monthly"), date(2026, 12, 31), date(2027, 1, 1)),
            (UpdatePolicy(mode="monthly"), date(2026, 1, 1), date(2026, 2, 1)),
            (UpdatePolicy(mode="yearly"), date(2026, 3, 31), date(2026, 4, 1)),
            (UpdatePolicy(mode="yearly"), date(2026, 4, 1), date(2027, 4, 1)),
            (UpdatePolicy(mode="yearly", first_month=1), date(2026, 6, 1), date(2027, 1, 1)),
            (REVIEW, date(2026, 6, 1), None),
        ],
    )
    def test_the_day(self, policy, today, day):
        assert due_day(policy, today) == day


class TestDeclarations:
    PERIOD: ClassVar = {"period_from": date(2026, 4, 1), "period_to": date(2027, 3, 31)}

    def file(self, chain, a, part, **values):
        return chain.run(
            a, lambda tx: file_declaration(tx, part.trace_id, rule_set="Annex II", **(self.PERIOD | values))
        )

    def test_what_was_declared_stays_and_shows_the_difference(self, chain, a):
        part = chain.part(a, "P")
        chain.state(a, part, 5)
        filed = self.file(chain, a, part)
        chain.state(a, part, 4, again=True)
        view = chain.run(a, lambda tx: declaration(tx, filed.declaration.declaration_id))
        pinned = view.declaration.statement
        assert pinned.statement_id == filed.declaration.statement.statement_id
        assert (pinned.version, total(pinned.in_force)) == (1, 5)
        assert (view.current.version, total(view.current.in_force)) == (2, 4)

    def test_an_earlier_version_can_be_declared(self, chain, a):
        part = chain.part(a, "P")
        chain.state(a, part, 5)
        chain.state(a, part, 4, again=True)
        assert self.file(chain, a, part, version=1).declaration.statement.version == 1

    def test_a_version_that_is_not_there_cannot_be_declared(self, chain, a):
        part = chain.part(a, "P")
        chain.state(a, part, 5)
        for version in (2, 2**31 - 1):
            with pytest.raises(StatementMissing):
                self.file(chain, a, part, version=version)

    def test_it_says_when_an_input_was_taken_back(self, chain, a, b):
        product, own = chain.part(a, "P"), chain.part(b, "Q", terminated=True)
        [bought] = chain.structure(a, product, [("B", 1)])
        chain.state(b, own, 10)
        chain.buy(a, bought, b, own)
        chain.settle()
        chain.state(a, product, 1)
        filed = self.file(chain, a, product)
        assert filed.withdrawn == ()
        [consent] = chain.run(b, lambda tx: consents_of(tx, trace_ids=[own.trace_id]))
        chain.run(b, lambda tx: withdraw(tx, consent.consent_id))
        chain.settle()
        view = chain.run(a, lambda tx: declaration(tx, filed.declaration.declaration_id))
        assert view.withdrawn == tuple(
            source.source_id for source in filed.declaration.statement.sources if source.kind == "delivery"
        )
        assert len(view.withdrawn) == 1

    def test_nothing_to_declare_and_nobody_elses(self, chain, a, b):
        part = chain.part(a, "P")
        with pytest.raises(NothingToDeclare):
            self.file(chain, a, part)
        chain.state(a, part, 1)
        with pytest.raises(PartMissing):
            self.file(chain, b, part)
        self.file(chain, a, part)
        assert chain.run(b, declarations).items == ()

    def test_a_declaration_outlives_its_part(self, chain, a):
        part = chain.part(a, "P")
        chain.state(a, part, 1)
        filed = self.file(chain, a, part)
        chain.run(a, lambda tx: delete_part(tx, part.trace_id))
        [view] = chain.run(a, declarations).items
        assert (view.declaration.declaration_id, view.current) == (filed.declaration.declaration_id, None)


def value(own):
    return Value(stages={Stage.PRODUCTION: Emission(own, None)})


class TestNotifications:
    def test_one_for_each_recipient_of_a_change(self, chain, create_operator):
        """A material under three products: two go to P, one to Q. Both are told once, P of which two."""
        maker, p, q = create_operator(), create_operator(), create_operator()
        material = chain.part(maker, "材料", terminated=True)
        chain.state(maker, material, 1)
        requests = []
        for number, customer in enumerate((p, p, q)):
            product = chain.part(maker, f"製品{number}")
            chain.structure(maker, product, [("材料", 2, {"terminated": True})])
            chain.state(maker, product, 5)
            requests.append(chain.buy(customer, chain.part(customer, f"購入品{number}"), maker, product))
        chain.settle()
        assert [_updates(chain, one) for one in (p, q)] == [[], []]
        for turn in (1, 2):
            chain.state(maker, material, 1 + turn, again=True)
            chain.settle()
            first, second, third = (one.trade.trade_id for one in requests)
            assert _updates(chain, p) == [(first, (second,))] * turn
            assert _updates(chain, q) == [(third, ())] * turn


def _updates(chain, operator):
    told = chain.run(operator, lambda tx: list_notifications(tx).items)
    return [
        (one.relation.trade_id, one.further_trade_ids)
        for one in told
        if one.type == "CFP_UPDATED" and one.relation.request_id is not None
    ]

"""A company is told once of each own value that comes due for renewal, and nobody else is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from renkei.commons.notifications.service import list_notifications
from renkei.commons.trades.deletion import delete_part
from renkei.database.transaction import act_as, as_role
from renkei.usecases.footprint.calculator.service import (
    owners_to_remind,
    put_sheet,
    remind_of_renewals,
    renewals,
)
from tests.clocks import Turnable
from tests.usecases.footprint.calculator.sheets import POWER, line, sheet

YEAR = {"period_from": date(2024, 4, 1), "period_to": date(2025, 3, 31)}
NEXT = {"period_from": date(2025, 4, 1), "period_to": date(2026, 3, 31)}


@pytest.fixture
def clock(database):
    database.clock = Turnable()
    database.clock.time = datetime(2026, 3, 30, 3, tzinfo=UTC)
    return database.clock


def keep(database, operator, part, amount=1000, **period):
    power = line("power", "energy", amount, "kilowatt-hour", POWER, primary=True)
    return database.run(
        operator, lambda tx: put_sheet(tx, sheet(power, trace_id=part.trace_id, **(period or YEAR)))
    )


def a_day(database):
    """The worker's daily duty: operator id → of how many values it was told."""
    found = database.run(as_role("renkei_engine"), owners_to_remind, write=False)
    return {
        operator_id: database.run(act_as(operator_key, operator_id), remind_of_renewals)
        for operator_key, operator_id in found
    }


def told(database, operator):
    """Newest first: which part, and how many more."""
    return [
        (one.type, one.part_name, one.further_parts)
        for one in database.read(operator, list_notifications).items
        if one.type == "CFP_RENEWAL_DUE"
    ]


def test_it_is_told_on_the_day_once_and_not_again_while_nothing_newer_is_stated(database, clock, chain, a, b):
    part = chain.part(a, "製品")
    keep(database, a, part)
    assert a_day(database) == {}, "a year is not over yet"
    clock.turn(days=1)
    assert a_day(database) == {a.operator_id: 1}
    assert told(database, a) == [("CFP_RENEWAL_DUE", "製品", 0)]
    assert told(database, b) == []
    for days in (0, 1, 200, 365):
        clock.turn(days=days)
        assert a_day(database) == {}, "not again while undone"
    keep(database, a, part, amount=1200)
    assert a_day(database) == {}, "another number for the same period is the same value"
    assert len(told(database, a)) == 1


def test_a_renewed_value_is_told_of_again_when_it_comes_due_itself(database, clock, chain, a):
    part = chain.part(a, "製品")
    keep(database, a, part)
    clock.turn(days=1)
    a_day(database)
    keep(database, a, part, **NEXT)
    clock.turn(days=364)  # 30 March 2027
    assert a_day(database) == {}
    clock.turn(days=1)
    assert a_day(database) == {a.operator_id: 1}
    assert len(told(database, a)) == 2


def test_what_comes_due_on_one_day_is_one_notification_and_each_company_gets_its_own(
    database, clock, chain, a, b
):
    for name in ("部品1", "部品2", "部品3"):
        keep(database, a, chain.part(a, name))
    keep(database, a, chain.part(a, "旧年度"), period_from=date(2023, 4, 1), period_to=date(2024, 3, 31))
    keep(database, b, chain.part(b, "B社の部品"))
    gone = chain.part(b, "廃止品")
    keep(database, b, gone)
    database.run(b, lambda tx: delete_part(tx, gone.trace_id))
    clock.turn(days=1)
    assert a_day(database) == {a.operator_id: 4, b.operator_id: 1}
    assert told(database, a) == [("CFP_RENEWAL_DUE", "旧年度", 3)], "the oldest by name"
    assert told(database, b) == [("CFP_RENEWAL_DUE", "B社の部品", 0)]
    later = chain.part(a, "後から")
    keep(database, a, later)
    assert a_day(database) == {a.operator_id: 1}, "only what is new"
    assert told(database, a)[0] == ("CFP_RENEWAL_DUE", "後から", 0)


def test_what_is_told_is_what_is_listed(database, clock, chain, a):
    """A value without a period and one whose period is not over are neither."""
    keep(database, a, chain.part(a, "製品"))
    chain.state(a, chain.part(a, "期間なし"), own=1)
    keep(database, a, chain.part(a, "今年度"), **NEXT)
    clock.turn(days=1)
    a_day(database)
    [told_of] = database.read(a, list_notifications).items
    [listed] = database.read(a, renewals).items
    assert (told_of.trace_id, told_of.further_parts) == (listed.trace_id, 0)
    assert told_of.sender_operator_id == a.operator_id

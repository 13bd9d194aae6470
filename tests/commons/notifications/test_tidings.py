"""Who waits is told that something new has come: the own company's, once each time, and nothing is missed."""

from __future__ import annotations

import asyncio

import pytest

from renkei.commons.notifications import tidings as room
from renkei.commons.notifications.service import notify
from renkei.commons.notifications.tidings import Tidings
from renkei.database.transaction import Busy
from tests.factories import create_operator


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(room, "LOOK_SECONDS", 0.02)


@pytest.fixture
def a(database):
    return create_operator(database, "A社")


@pytest.fixture
def b(database):
    return create_operator(database, "B社")


async def tell(database, by, whom):
    await asyncio.to_thread(database.run, by, lambda tx: notify(tx, whom.operator_key, "REQUEST_NEW"))


def test_what_comes_while_one_waits_is_told_once_and_to_nobody_else(database, a, b):
    async def play():
        tidings = Tidings(database)
        told = {a.operator_key: 0, b.operator_key: 0}

        async def wait(key, seconds):
            async for _ in tidings.changes(key, seconds):
                told[key] += 1

        waiting = [asyncio.create_task(wait(one.operator_key, 3)) for one in (a, b)]
        await asyncio.sleep(0.5)
        for _ in range(2):
            await tell(database, b, a)
            await asyncio.sleep(0.5)
        await asyncio.gather(*waiting)
        assert told == {a.operator_key: 3, b.operator_key: 1}, "the first says that one listens"
        assert tidings.waiting == 0

    asyncio.run(play())


def test_what_comes_right_after_one_listens_is_not_missed(database, a, b):
    async def play():
        await tell(database, b, a)
        changes = Tidings(database).changes(a.operator_key, 30)
        await anext(changes)
        await tell(database, b, a)
        await anext(changes)
        await changes.aclose()

    asyncio.run(play())


def test_a_database_that_is_away_for_a_moment_ends_nothing(database, a, b, monkeypatch):
    async def play():
        tidings = Tidings(database)
        changes = tidings.changes(a.operator_key, 30)
        await anext(changes)
        look, failed = tidings._newest, []

        def away(keys):
            if len(failed) < 3:
                failed.append(keys)
                raise Busy
            return look(keys)

        monkeypatch.setattr(tidings, "_newest", away)
        await tell(database, b, a)
        await anext(changes)
        assert len(failed) == 3
        await changes.aclose()

    asyncio.run(play())


def test_the_end_of_the_server_ends_the_waiting(database, a):
    async def play():
        tidings = Tidings(database)
        changes = tidings.changes(a.operator_key, 3_600)
        await anext(changes)
        asyncio.get_running_loop().call_later(0.1, tidings.end)
        with pytest.raises(StopAsyncIteration):
            await anext(changes)

    asyncio.run(play())

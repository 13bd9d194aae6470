"""One owner a duty: taking it, waiting for it, losing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from renkei.database.duties import DutyLock, DutyLostError, Fence, hold, is_owned
from renkei.database.events import work_off
from renkei.database.transaction import Database, Event, Transaction, as_role
from tests.factories import create_operator

ENGINE = as_role("renkei_engine")
DUTY = "events"
SAID = "jp.example.said.v1"


@pytest.fixture
def open_lock(database: Database, database_url: str) -> Iterator[Callable[..., DutyLock]]:
    opened: list[DutyLock] = []

    def make(owner: str = "one", *, listen: bool = False) -> DutyLock:
        opened.append(DutyLock(database_url, DUTY, owner, listen=listen))
        return opened[-1]

    yield make
    for lock in opened:
        lock.close()


def end_connection(database_url: str) -> None:
    """The server ends every connection that owns a duty, as when it restarts."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'renkei duty %'"
        )


def test_a_duty_has_one_owner_at_a_time(database: Database, open_lock: Callable[..., DutyLock]) -> None:
    first, second = open_lock("one"), open_lock("two")
    assert not database.read(ENGINE, lambda tx: is_owned(tx, DUTY))
    assert first.take() == Fence(DUTY, 1)
    assert first.take() == Fence(DUTY, 1), "asking again changes nothing"
    assert second.take() is None
    assert database.read(ENGINE, lambda tx: is_owned(tx, DUTY))
    first.close()
    for _ in range(1000):  # the server lets go a moment after the client has closed
        if second.take() is not None:
            break
        time.sleep(0.01)
    assert second.fence == Fence(DUTY, 2)


def test_a_former_owner_cannot_commit(
    database: Database, database_url: str, open_lock: Callable[..., DutyLock]
) -> None:
    """The owner's connection ends, another takes over, and the former, which noticed nothing, writes nothing."""
    company = create_operator(database)
    former = open_lock("one").take()
    assert former is not None
    end_connection(database_url)
    assert open_lock("two").take() == Fence(DUTY, 2)
    handled: list[object] = []
    database.run(company, lambda tx: tx.emit(Event(SAID, company.operator_key, company.operator_id)))
    with pytest.raises(DutyLostError):
        work_off(database, {SAID: [lambda tx, received: handled.extend(received)]}, fence=former)
    assert handled == []
    assert (
        work_off(database, {SAID: [lambda tx, received: handled.extend(received)]}, fence=Fence(DUTY, 2)) == 1
    )
    assert len(handled) == 1


def test_the_next_owner_waits_for_what_is_being_committed(
    database: Database, database_url: str, open_lock: Callable[..., DutyLock]
) -> None:
    fence = open_lock("one").take()
    assert fence is not None
    end_connection(database_url)
    successor = open_lock("two")

    def work(tx: Transaction) -> None:
        hold(tx, fence)
        with psycopg.connect(database_url, autocommit=True, options="-c role=renkei_engine") as connection:
            connection.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                connection.execute("UPDATE commons.duties SET epoch = epoch + 1 WHERE duty = %s", (DUTY,))

    database.run(ENGINE, work)
    assert successor.take() == Fence(DUTY, 2)


def test_waiting_ends_when_another_company_wrote(
    database: Database, open_lock: Callable[..., DutyLock]
) -> None:
    a, b = create_operator(database, "A社"), create_operator(database, "B社")
    lock = open_lock(listen=True)
    lock.take()
    assert lock.wait(0.01) is False
    database.run(a, lambda tx: tx.emit(Event(SAID, b.operator_key, b.operator_id)))
    assert lock.wait(10) is True


def test_an_owner_notices_that_its_connection_is_gone(
    database_url: str, open_lock: Callable[..., DutyLock]
) -> None:
    lock = open_lock()
    lock.take()
    end_connection(database_url)
    with pytest.raises(psycopg.OperationalError):
        lock.wait(10)
    with pytest.raises(psycopg.OperationalError):
        lock.check()

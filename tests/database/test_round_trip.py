"""Several statements in one round trip: answers in order, failures alone, and connections that stay usable."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
import pytest

from renkei.database.round_trip import BEGIN, COMMIT, Prepared, exchange
from renkei.database.transaction import Database, Entry, Transaction

ROLLBACK = Prepared("ROLLBACK")
TWICE = Prepared("SELECT $1::int * 2 AS twice")
MANY = Prepared(
    """
    SELECT n + 0.5 AS number, jsonb_build_object('n', n) AS document,
           '2026-10-01T00:00Z'::timestamptz + n * interval '1 minute' AS at, lpad(to_hex(n), 32, '0')::uuid AS id
      FROM generate_series(0, $1::int - 1) AS n ORDER BY n
    """
)
BROKEN = Prepared("SELECT 1 / $1::int AS share")
ECHO = Prepared("SELECT $1::uuid AS id, $2::uuid[] AS ids, $3::bytea AS bytes, $4::text AS nothing")


def test_answers_come_in_the_order_of_the_questions(database: Database) -> None:
    with database.pool.connection() as connection:
        _, first, second, done = exchange(connection, (BEGIN, ()), (TWICE, (3,)), (TWICE, (4,)), (COMMIT, ()))
    assert [first.tuples(), second.first()] == [[(6,)], {"twice": 8}]
    assert done.command == b"COMMIT"


def test_values_of_every_kind_arrive_as_they_are(database: Database) -> None:
    one, other = uuid4(), uuid4()
    with database.pool.connection() as connection:
        [answer] = exchange(connection, (ECHO, (one, [one, other], b"\x00\xff", None)))
    assert answer.first() == {"id": one, "ids": [one, other], "bytes": b"\x00\xff", "nothing": None}


def test_rows_on_demand_outlive_their_connection_and_are_shared_by_threads(database: Database) -> None:
    """Numbers, documents and moments, whose reading may depend on the connection (its time zone)."""
    with database.pool.connection() as connection:
        [answer] = exchange(connection, (MANY, (500,)))
        rows = answer.on_demand()
        connection.close()
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(rows.__getitem__, [*range(500)] * 8))
    assert found[:500] == found[500:1000] == found[3500:]
    number, document, at, one = found[7]
    assert (number, document) == (Decimal("7.5"), {"n": 7})
    assert at == datetime(2026, 10, 1, 0, 7, tzinfo=UTC)
    assert one == UUID(int=7)


def test_what_follows_a_failure_is_not_carried_out(database: Database) -> None:
    with database.pool.connection() as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            exchange(connection, (BEGIN, ()), (BROKEN, (0,)), (COMMIT, ()))
        assert exchange(connection, (ROLLBACK, ()))[0].command == b"ROLLBACK"
        assert exchange(connection, (TWICE, (1,)))[0].tuples() == [(2,)]


def test_a_connection_that_forgot_its_statements_prepares_them_anew(
    database: Database, create_operator: Callable[..., Entry]
) -> None:
    with database.pool.connection() as connection:
        exchange(connection, (TWICE, (1,)))
        connection.execute("DEALLOCATE ALL")
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            exchange(connection, (TWICE, (1,)))
        connection.rollback()
        assert exchange(connection, (TWICE, (1,)))[0].tuples() == [(2,)]


def test_a_transaction_that_hides_a_failure_is_not_taken_for_committed(
    database: Database, create_operator: Callable[..., Entry]
) -> None:
    entry = create_operator()

    def hide(tx: Transaction) -> UUID:
        with pytest.raises(psycopg.errors.DivisionByZero):
            tx.execute("SELECT 1 / 0")
        return uuid4()

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        database.run(entry, hide)
    assert database.read(entry, lambda tx: tx.execute("SELECT 1").fetchone()) == (1,)


class TestSilence:
    """A failure is rolled back by the transaction, not by the pool, which would say so in the log."""

    @pytest.fixture
    def entry(self, create_operator: Callable[..., Entry]) -> Entry:
        return create_operator()

    def fail(self, database: Database, entry: Entry, work: Callable[[Transaction], object]) -> None:
        # Often enough for psycopg to prepare a statement of its own, on every connection of the pool.
        for _ in range(30):
            database.read(entry, lambda tx: tx.execute("SELECT 7").fetchone())
        with pytest.raises(psycopg.Error):
            database.run(entry, work)
        for _ in range(database.pool.max_size):
            assert database.run(entry, lambda tx: tx.ask((TWICE, (1,))).tuples()) == [(2,)]

    @pytest.mark.parametrize(
        "work",
        [
            lambda tx: tx.execute("SELECT 1 / 0"),
            lambda tx: tx.ask((BROKEN, (0,))),
            lambda tx: tx.send((BROKEN, (0,))),
            lambda tx: tx.execute("DEALLOCATE ALL") and tx.execute("SELECT 1 / 0"),
        ],
    )
    def test_a_failure_is_no_news_to_the_pool(
        self,
        database: Database,
        entry: Entry,
        caplog: pytest.LogCaptureFixture,
        work: Callable[[Transaction], object],
    ) -> None:
        self.fail(database, entry, work)
        assert [record for record in caplog.records if record.name.startswith("psycopg")] == []

    def test_nor_is_a_savepoint(
        self, database: Database, entry: Entry, caplog: pytest.LogCaptureFixture
    ) -> None:
        def undone(tx: Transaction) -> list[tuple[int]]:
            try:
                with tx.savepoint():
                    tx.execute("SET LOCAL renkei.kept = 'no'")
                    tx.send((BROKEN, (0,)))
            except psycopg.errors.DivisionByZero:
                pass
            else:
                pytest.fail("what was sent inside fails inside")
            assert tx.execute("SELECT current_setting('renkei.kept', true)").fetchone() in {("",), (None,)}
            with tx.savepoint():
                tx.execute("SET LOCAL renkei.kept = 'yes'")
            assert tx.execute("SELECT current_setting('renkei.kept')").fetchone() == ("yes",)
            return tx.ask((TWICE, (2,))).tuples()

        for _ in range(30):
            assert database.run(entry, undone) == [(4,)]

        def failed(tx: Transaction) -> None:
            with tx.savepoint():
                tx.execute("SELECT 1 / 0")

        self.fail(database, entry, failed)
        assert [record for record in caplog.records if record.name.startswith("psycopg")] == []

    def test_what_is_sent_takes_effect_before_the_next_statement(
        self, database: Database, entry: Entry
    ) -> None:
        def work(tx: Transaction) -> object:
            tx.send((Prepared("SELECT set_config('renkei.sent', $1::text, true)"), ("first",)))
            return tx.execute("SELECT current_setting('renkei.sent')").fetchone()

        assert database.run(entry, work) == ("first",)

"""Several statements in one round trip: answers in order, failures alone, and connections that stay usable."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest

from renkei.database.round_trip import BEGIN, COMMIT, ROLLBACK, Prepared, exchange
from renkei.database.transaction import Database, Entry, Transaction

TWICE = Prepared("SELECT $1::int * 2 AS twice")
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

"""Arrays written by ourselves arrive as psycopg's own do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.database.round_trip import Prepared, exchange
from renkei.database.transaction import Database

_ECHO = Prepared("SELECT $1::text[]")
TEXTS = [
    "",
    "null",
    "NULL",
    "{}",
    "a,b",
    'he said "no"',
    "back\\slash",
    ' {"a": ["\\""]} ',
    "\n",
    "部品",
    " ",
    None,
]


def echoed(database: Database, given: list[Any], kind: str) -> list[Any]:
    with database.pool.connection() as connection:
        row = connection.execute("SELECT %s::" + kind + "[]", (given,)).fetchone()  # type: ignore[arg-type]
    assert row is not None
    found: list[Any] = row[0]
    return found


@pytest.mark.parametrize("given", [TEXTS, TEXTS[::-1], [None, None], [], ["x"]])
def test_texts_arrive_as_they_are(database: Database, given: list[str | None]) -> None:
    assert echoed(database, given, "text") == given
    with database.pool.connection() as connection:
        [answer] = exchange(connection, (_ECHO, (given,)))
    assert answer.tuples() == [(given,)]


def test_any_texts_arrive_as_they_are(database: Database) -> None:
    some = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))

    @given(st.lists(st.none() | some))
    def arrive(texts: list[str | None]) -> None:
        assert echoed(database, texts, "text") == texts

    arrive()


def test_ids_numbers_and_dates_arrive_as_they_are(database: Database) -> None:
    ids = [uuid4(), None, uuid4()]
    assert echoed(database, ids, "uuid") == ids
    assert echoed(database, [1, None, 2**40], "bigint") == [1, None, 2**40]
    assert echoed(database, [Decimal("1.50"), None], "numeric") == [Decimal("1.50"), None]
    assert echoed(database, [date(2026, 4, 1)], "date") == [date(2026, 4, 1)]
    assert echoed(database, [["a", 'b"'], ["c", "d,"]], "text") == [["a", 'b"'], ["c", "d,"]]


@pytest.mark.parametrize("given", [["a\0b"], ["a", "\0", None]])
def test_what_postgresql_cannot_hold_is_refused(database: Database, given: list[str | None]) -> None:
    with pytest.raises(psycopg.DataError):
        echoed(database, given, "text")


def test_half_a_surrogate_pair_is_refused(database: Database) -> None:
    with pytest.raises(UnicodeEncodeError):
        echoed(database, ["\ud800"], "text")

"""How many SQL statements a request takes, beside BEGIN, COMMIT and the one entry statement of a transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import psycopg
import pytest
from httpx2 import Response

from renkei.database import round_trip, transaction


class Count(Protocol):
    """The statements of a request that must succeed, without those of its entries (one a transaction)."""

    def __call__(self, request: Callable[[], Response], *, entries: int = 1) -> list[str]: ...


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Counts what any connection executes."""
    seen: list[str] = []
    execute = psycopg.Cursor.execute

    def noted(cursor: psycopg.Cursor[Any], query: Any, *args: Any, **options: Any) -> psycopg.Cursor[Any]:
        seen.append(" ".join(str(query).split()))
        return execute(cursor, query, *args, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    at_once = round_trip.exchange

    def noted_at_once(connection: Any, *questions: round_trip.Question) -> list[round_trip.Rows]:
        texts = (" ".join(statement.text.decode().split()) for statement, _ in questions)
        seen.extend(text for text in texts if text.split()[0] not in {"BEGIN", "COMMIT", "ROLLBACK"})
        return at_once(connection, *questions)

    monkeypatch.setattr(transaction, "exchange", noted_at_once)

    def counted(request: Callable[[], Response], *, entries: int = 1) -> list[str]:
        seen.clear()
        answer = request()
        assert answer.is_success, answer.text
        others = [text for text in seen if "commons.enter(" not in text]
        assert len(seen) - len(others) == entries
        return others

    return counted


def at_most(limit: int, statements: list[str], what: object) -> None:
    """Fail with the statements if there are more."""
    shown = "\n".join(statements)
    assert len(statements) <= limit, f"{what}: {len(statements)} statements\n{shown}"

"""Every stored state of an earlier release comes up to date with its data, by the real command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from renkei.app import branches
from renkei.database.migrate import create_roles, heads
from tests.acceptance.make_state import MASTER_KEY, STATES, dump, told
from tests.acceptance.small_world import answers, companies_of
from tests.conftest import database_of
from tests.service import Service, as_url

NAMES = sorted(path.stem for path in STATES.glob("*.sql"))


@pytest.fixture(params=NAMES)
def state(request: pytest.FixtureRequest, server_url: str) -> Iterator[tuple[str, str]]:
    """The name of a stored state, and a database that holds it."""
    name = f"upgrade_{request.param}"
    database = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
    url = database_of(server_url, name)
    with psycopg.connect(url, autocommit=True) as connection:
        create_roles(connection)
        connection.execute((STATES / f"{request.param}.sql").read_bytes())
    yield request.param, url
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


def test_a_stored_state_comes_up_to_date_with_its_data(
    state: tuple[str, str], database_url: str, tmp_path: Path
) -> None:
    """The schema is then that of a new database, rights and policies included, and what was answered still is."""
    name, url = state
    service = Service(tmp_path, extra={"RENKEI_DATABASE_URL": as_url(url), "RENKEI_MASTER_KEY": MASTER_KEY})
    assert service.command("db", "upgrade") == {"revisions": list(heads(branches()))}
    assert service.command("db", "status")["current"] is True
    assert difference(dump(url, "--schema-only"), dump(database_url, "--schema-only")) == ([], [])

    record = json.loads((STATES / f"{name}.json").read_text(encoding="utf-8"))
    # Without a worker: the state grows old, and what is past its retention would go.
    service.launch()
    service.wait_ready()
    try:
        with companies_of(service, record["operators"]) as companies:
            for company, before in zip(companies, record["answers"], strict=True):
                now = told(answers(company, contents=False))
                missing = {target for target in before if not contains(now.get(target), before[target])}
                assert {target: (before[target], now.get(target)) for target in missing} == {}
            part = companies[0].make_part("後から")
            assert part
        if "ledger_heads" in (STATES / f"{name}.sql").read_text(encoding="utf-8"):
            # What was recorded stands, each fact in the words of its time, and what is new beside it.
            checked = service.command("ledger", "verify")
            assert (checked["ok"], checked["findings"]) == (True, 0)
            assert checked["facts"] > 0
    finally:
        assert service.stop() == 0


def test_a_state_is_stored_of_every_release_but_this_one() -> None:
    """`make_state` writes it; without an older state there is nothing to upgrade."""
    assert NAMES


def difference(one: str, other: str) -> tuple[list[str], list[str]]:
    """The lines that only one of two dumps has; parentheses aside, which PostgreSQL sets anew each time it reads."""
    first, second = (set(re.sub("[() ]", "", dump).splitlines()) for dump in (one, other))
    return sorted(first - second), sorted(second - first)


def contains(now: Any, before: Any) -> bool:
    """Whether everything that was answered before still is; more may be said now."""
    if isinstance(before, dict):
        return isinstance(now, dict) and all(key in now and contains(now[key], before[key]) for key in before)
    if isinstance(before, list):
        return (
            isinstance(now, list)
            and len(now) == len(before)
            and all(contains(one, other) for one, other in zip(now, before, strict=True))
        )
    return bool(now == before)

"""Statements of everyday requests are planned once a connection.

PostgreSQL plans a prepared statement anew for its first five executions, and goes on doing so where a plan that knows the
values looks cheaper. For our longer statements the planning takes more time than the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from renkei.app import create_app, reactions
from renkei.database.transaction import Database, open_pool
from renkei.settings import Settings
from tests.connectors.ouranos.world import CLIENT, World

FIRST = 5
"""Executions that are planned with their values, whatever the statement (PostgreSQL's `choose_custom_plan`)."""
CONNECTIONS = 2
TIMES = 60
"""Requests of a kind: with so few connections, many times `FIRST` on each."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """As the suite's, with so few connections that each sees a statement often."""
    pool = open_pool(database_url, size=CONNECTIONS)
    try:
        yield Database(pool, reactions=reactions())
    finally:
        pool.close()


@pytest.fixture
def world(tmp_path: Path, database: Database) -> Iterator[World]:
    settings = Settings(data_dir=tmp_path, public_base_url="http://plans.test")
    with TestClient(create_app(settings, database), client=CLIENT) as http:
        yield World(http.app, http, database)  # type: ignore[arg-type]


def test_no_statement_is_planned_with_every_request(world: World, database: Database) -> None:
    a, b = world.company("A社"), world.company("B社")
    parent, children = a.make_structure("P", *(a.child(f"C{n}") for n in range(20)))
    for child in children[:10]:
        trade_id, _ = a.ask(b, child)
        own = b.make_part(f"OWN {child[:8]}")
        b.link(trade_id, own)
        b.state(own)
        b.release(a, own)
    a.state(parent)
    world.settle()
    for number in range(TIMES):
        lines = [a.child(f"C{n}", number + n + 0.5) for n in range(20)]
        a.make_structure("P", *lines, traceId=parent)
        assert len(a.get("cfp", traceIds=",".join([parent, *children[:10]])).json()) == 8 + 20
        assert len(b.get("tradeResponse").json()) == 10

    planned: dict[str, int] = {}
    again: dict[str, tuple[int, int]] = {}
    with ExitStack() as borrowed:
        for _ in range(database.pool.max_size):
            connection = borrowed.enter_context(database.pool.connection())
            for text, custom, generic in connection.execute(
                "SELECT statement, custom_plans, generic_plans FROM pg_prepared_statements"
                " WHERE name LIKE 'renkei%%' AND custom_plans + generic_plans > %s",
                (3 * FIRST,),
            ):
                words = " ".join(text.split())
                planned[words] = custom
                # The server counts its rows when it likes (autovacuum). Where that falls between the first five plans
                # and the general one, tables have grown in between, the general plan looks dearer, and some more plans
                # are made until their mean has caught up. What matters is that it ends.
                if 2 * custom > custom + generic:
                    again[words] = custom, generic
    assert any("commons.enter(" in text for text in planned)
    assert any("INSERT INTO commons.structures" in text for text in planned)
    assert again == {}

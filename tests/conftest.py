"""Fixtures: one embedded PostgreSQL a test session, one database cloned from a migrated template a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from renkei.app import branches, reactions
from renkei.database import embedded
from renkei.database.migrate import upgrade
from renkei.database.transaction import Database, Entry, act_as, open_pool

TEMPLATE = "renkei_template"


def database_of(url: str, name: str) -> str:
    """The same server and login as `url`, another database."""
    return psycopg.conninfo.make_conninfo(url, dbname=name)


def drop_database(server_url: str, name: str) -> None:
    """Drop a database and end our connections to it.

    Not WITH (FORCE): that ends every process in it, and is refused where one is the server's own (autovacuum), which a
    plain DROP asks to leave and waits for.
    """
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            (name,),
        )
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server for the session: the embedded one, or the one named by RENKEI_TEST_DATABASE_URL."""
    given = os.environ.get("RENKEI_TEST_DATABASE_URL")
    if given:
        yield given
        return
    data_dir: Path = tmp_path_factory.mktemp("renkei")
    server = embedded.start(
        data_dir, settings={"fsync": "off", "full_page_writes": "off", "max_connections": "200"}
    )
    try:
        yield server.url
    finally:
        embedded.destroy(data_dir)


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a migrated, empty database to clone from."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(TEMPLATE)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    upgrade(database_of(server_url, TEMPLATE), branches())
    return TEMPLATE


@pytest.fixture
def database_url(server_url: str, template: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh migrated database of this test's own."""
    name = f"test_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**12}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    try:
        yield database_of(server_url, name)
    finally:
        drop_database(server_url, name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The product's own `Database` on this test's database, with every room's reactions wired in."""
    pool = open_pool(database_url, size=8)
    try:
        yield Database(pool, reactions=reactions())
    finally:
        pool.close()


@pytest.fixture
def create_operator(database: Database) -> Callable[..., Entry]:
    """`create_operator("A社")` registers a member with one plant and returns the entry that acts as it.

    The entry carries `.operator_key`, `.operator_id` and `.plant_id` for the test's use.
    """
    from tests.factories import create_operator as create

    return lambda name="A社", **options: create(database, name, **options)


__all__ = ["UUID", "act_as"]

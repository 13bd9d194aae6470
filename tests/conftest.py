"""Fixtures: one embedded PostgreSQL a test session, one empty migrated database a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as of_examples
from psycopg import sql

from renkei.app import branches, reactions
from renkei.database import embedded
from renkei.database.migrate import upgrade
from renkei.database.transaction import Database, Entry, act_as, open_pool

# How long an example takes on a busy machine says nothing about the product.
of_examples.register_profile("renkei", deadline=None, suppress_health_check=[HealthCheck.too_slow])
of_examples.load_profile("renkei")

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


LONGEST_FIRST = (
    "tests/property/test_noninterference.py",
    "tests/fault",
    "tests/acceptance",
    "tests/test_serve.py",
    "tests/property",
    "tests/fuzz",
    "tests/test_worker.py",
    "tests/database",
)
"""What takes a minute and more begins first, so that no process ends long after the others."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order files by how long they take (see `LONGEST_FIRST`); within a file nothing moves."""

    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(config.rootpath).as_posix()
        return next(
            (at for at, name in enumerate(LONGEST_FIRST) if path.startswith(name)), len(LONGEST_FIRST)
        )

    items.sort(key=place)


def pytest_xdist_auto_num_workers() -> int:
    """One process more than cores: tests that start and kill real processes wait for them a third of the time."""
    return (os.cpu_count() or 1) + 1


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


_SHAPE = """
    SELECT md5(concat_ws('/',
      (SELECT string_agg(concat_ws(' ', c.oid, c.relname, c.relacl, c.relowner, c.relrowsecurity, c.relforcerowsecurity,
                                   c.reloptions, c.relnatts), ',' ORDER BY c.oid)
         FROM pg_class c WHERE c.relnamespace >= 16384 AND c.relkind <> 'S'),
      (SELECT string_agg(p::text, ',' ORDER BY p.oid) FROM pg_policy p),
      (SELECT string_agg(concat_ws(' ', t.tgrelid, t.tgname, t.tgenabled), ',' ORDER BY t.oid)
         FROM pg_trigger t WHERE NOT t.tgisinternal),
      (SELECT string_agg(concat_ws(' ', f.oid, f.proacl, md5(f.prosrc)), ',' ORDER BY f.oid)
         FROM pg_proc f WHERE f.pronamespace >= 16384),
      (SELECT string_agg(concat_ws(' ', n.oid, n.nspname, n.nspacl), ',' ORDER BY n.oid) FROM pg_namespace n
        WHERE n.nspname NOT LIKE 'pg\\_%'),
      (SELECT string_agg(s::text, ',') FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
        WHERE d.datname = current_database()),
      (SELECT sum(analyze_count + autoanalyze_count) FROM pg_stat_user_tables)))
"""
"""What a test may have changed beside rows: tables, rights, rules, functions, statistics."""
_WRITTEN = """
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND pg_relation_size(c.oid) > 0
     ORDER BY 1
"""
"""The tables that were written to."""


@dataclass
class Cleaned:
    """Databases that are as the template is; emptying one is several times cheaper than cloning another."""

    server_url: str
    template: str
    names: list[str] = field(default_factory=list)
    cloned: int = 0
    seeded: dict[str, str] = field(default_factory=dict)
    """The rows that migrations wrote, by table."""
    shape: str = ""

    def take(self) -> str:
        """The name of a clean database, for one test."""
        if self.names:
            return self.names.pop()
        self.cloned += 1
        name = f"test_{os.getpid()}_{self.cloned}"
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(self.template)
                )
            )
        if self.cloned == 1:
            with psycopg.connect(database_of(self.server_url, name), autocommit=True) as connection:
                self.seeded = {table: _rows(connection, table) for table in _written(connection)}
                self.shape = _shape(connection)
        return name

    def give_back(self, name: str) -> None:
        """Empty it if nothing but rows has changed in it, else drop it."""
        if self._emptied(name):
            self.names.append(name)
        else:
            drop_database(self.server_url, name)

    def _emptied(self, name: str) -> bool:
        try:
            with psycopg.connect(database_of(self.server_url, name), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
                )
                seeded = {table: _rows(connection, table) for table in self.seeded}
                if (_shape(connection), seeded) != (self.shape, self.seeded):
                    return False
                if written := [table for table in _written(connection) if table not in seeded]:
                    tables = sql.SQL(", ").join(map(sql.SQL, written))
                    connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(tables))
                # What stands on a table that was written to is emptied with it, though nobody wrote there.
                return {table: _rows(connection, table) for table in self.seeded} == self.seeded
        except psycopg.Error:
            return False


def _shape(connection: psycopg.Connection[Any]) -> str:
    return str(connection.execute(_SHAPE).fetchone())


def _written(connection: psycopg.Connection[Any]) -> list[Any]:
    return [table for (table,) in connection.execute(_WRITTEN).fetchall()]


def _rows(connection: psycopg.Connection[Any], table: Any) -> str:
    return str(connection.execute(sql.SQL("SELECT * FROM {} ORDER BY 1").format(sql.SQL(table))).fetchall())


@pytest.fixture(scope="session")
def cleaned(server_url: str, template: str) -> Iterator[Cleaned]:
    """The clean databases of this process."""
    pool = Cleaned(server_url, template)
    yield pool
    for name in pool.names:
        drop_database(server_url, name)


@pytest.fixture
def database_url(server_url: str, cleaned: Cleaned) -> Iterator[str]:
    """A migrated database without rows, this test's own."""
    name = cleaned.take()
    try:
        yield database_of(server_url, name)
    finally:
        cleaned.give_back(name)


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

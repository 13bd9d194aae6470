"""One running server for the whole suite, with companies, people and keys, and a few things of each kind."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from starlette.testclient import TestClient

from renkei.app import create_app, reactions
from renkei.database.transaction import Database, open_pool
from renkei.settings import Settings
from tests.conftest import database_of, drop_database
from tests.connectors.native.world import CLIENT
from tests.fuzz.target import Target, populate, serving


@pytest.fixture(scope="package")
def target(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    name = f"fuzz_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    pool = open_pool(database_of(server_url, name), size=8)
    try:
        database = Database(pool, reactions=reactions())
        settings = Settings(
            data_dir=tmp_path_factory.mktemp("fuzz"),
            requests_per_second_per_operator=100_000,
            request_burst_per_operator=100_000,
            login_failures_before_lock=1_000,
            renkei_after_wait_seconds=0.01,
            live_seconds=0,
        )
        app = create_app(settings, database)
        with TestClient(app, client=CLIENT, raise_server_exceptions=False) as http, serving(app) as port:
            yield populate(app, http, port, database)
    finally:
        pool.close()
        drop_database(server_url, name)

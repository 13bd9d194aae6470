"""One running application for the whole suite, with a company, a person and a key, and a few rows to hit."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
import schemathesis
from fastapi import FastAPI
from psycopg import sql
from starlette.testclient import TestClient

from renkei.app import create_app, reactions
from renkei.commons.access import registry
from renkei.database.transaction import Database, open_pool
from renkei.settings import Settings
from tests.conftest import database_of
from tests.factories import create_operator

KEY = "fuzz-suite-key"
PASSWORD = "Fuzz!Suite1"
EMAIL = "fuzz@example.com"
EXAMPLES = int(os.environ.get("RENKEI_FUZZ_EXAMPLES", "12"))


@schemathesis.serializer("application/x-ndjson")
def one_line(_: object, value: object) -> bytes:
    """A generated value as the one line of a bulk body."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@dataclass(frozen=True)
class Target:
    """The application and the headers that let a caller in at either door."""

    app: FastAPI
    headers: dict[str, str]


@pytest.fixture(scope="session")
def target(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    name = f"fuzz_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    pool = open_pool(database_of(server_url, name), size=8)
    database = Database(pool, reactions=reactions())
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("fuzz"),
        requests_per_second_per_operator=100_000,
        request_burst_per_operator=100_000,
    )
    app = create_app(settings, database)
    context = app.state.context
    operator = create_operator(database, "Fuzz")
    registry.add_account(context.access, operator.operator_id, EMAIL, "admin", PASSWORD)
    registry.add_api_key(
        context.access,
        application_name="fuzz",
        attribute="Application",
        networks=["0.0.0.0/0", "::/0"],
        key=KEY,
        all_operators=True,
    )
    with TestClient(app, client=("127.0.0.1", 50_000), raise_server_exceptions=False) as http:
        answer = http.post(
            "/auth/login",
            json={"operatorAccountId": EMAIL, "accountPassword": PASSWORD},
            headers={"apiKey": KEY},
        )
        assert answer.status_code == 201, answer.text
        token = answer.json()["accessToken"]
        yield Target(app, {"apiKey": KEY, "Authorization": f"Bearer {token}"})
    pool.close()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

"""Fixtures of the `/v1` door: the whole server on a database of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.database.transaction import Database
from renkei.settings import Settings
from tests.connectors.native.world import CLIENT, Member, World


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, public_base_url="http://v1.test", renkei_after_wait_seconds=0.05)


@pytest.fixture
def world(settings: Settings, database: Database) -> Iterator[World]:
    app = create_app(settings, database)
    with TestClient(app, raise_server_exceptions=False, client=CLIENT) as http:
        yield World(app, http, database)


@pytest.fixture
def a(world: World) -> Member:
    """The customer."""
    return world.member("A株式会社")


@pytest.fixture
def b(world: World) -> Member:
    """The supplier."""
    return world.member("B株式会社")


@pytest.fixture
def c(world: World) -> Member:
    """A stranger."""
    return world.member("C株式会社")

"""Fixtures of the Ouranos door: the whole server on a database of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.database.transaction import Database
from renkei.settings import Settings
from tests.connectors.ouranos.world import CLIENT, World


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, public_base_url="http://ouranos.test")


@pytest.fixture
def world(settings: Settings, database: Database) -> Iterator[World]:
    app = create_app(settings, database)
    with TestClient(app, raise_server_exceptions=False, client=CLIENT) as http:
        yield World(app, http, database)


@pytest.fixture
def a(world: World):
    """The customer."""
    return world.company("A株式会社")


@pytest.fixture
def b(world: World):
    """The supplier."""
    return world.company("B株式会社")


@pytest.fixture
def c(world: World):
    """A stranger."""
    return world.company("C株式会社")

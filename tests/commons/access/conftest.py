"""Fixtures of access: keys on a clock that tests move, and people and applications of the register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from tests.factories import Operator, create_operator

from renkei.commons.access import registry, service
from renkei.commons.access.model import AccessPolicy, ApiKey, ApiKeyDraft
from renkei.commons.access.tokens import AccessKeys
from renkei.database.transaction import Database
from renkei.kit.clock import SetClock
from renkei.kit.secret_box import SecretBox

login = partial(service.login, client_ip="10.1.2.3")
EMAIL, PASSWORD = "user@example.com", "Pass@1234"


@pytest.fixture
def clock(database: Database) -> SetClock:
    clock = SetClock(datetime(2026, 4, 1, 9, 0, tzinfo=UTC))
    database.clock = clock
    return clock


@pytest.fixture
def keys(database: Database, clock: SetClock) -> AccessKeys:
    policy = AccessPolicy(
        refresh_token_seconds=3600 * 24,
        login_failures_before_lock=3,
        lock_seconds=600,
        publish_ahead_seconds=60,
        keys_fresh_seconds=0,
    )
    return AccessKeys(database, SecretBox([b"x" * 32]), policy)


@pytest.fixture
def a(database: Database) -> Operator:
    return create_operator(database, "A社")


@pytest.fixture
def b(database: Database) -> Operator:
    return create_operator(database, "B社")


@pytest.fixture
def person(keys: AccessKeys, a: Operator) -> str:
    """The address of a person with one role in A."""
    registry.add_account(keys, EMAIL, a.operator_id, "editor", PASSWORD)
    return EMAIL


@pytest.fixture
def add_key(keys: AccessKeys) -> Callable[..., tuple[ApiKey, str]]:
    """Let an application in; the register's entry and the key."""

    def add(*operators: Operator, networks: tuple[str, ...] = ("10.0.0.0/8",), **said) -> tuple[ApiKey, str]:
        draft = ApiKeyDraft(
            application_name="app",
            attribute=said.pop("attribute", "Application"),
            networks=networks,
            operators=tuple(operator.operator_id for operator in operators),
            **said,
        )
        return registry.add_api_key(keys, draft)

    return add


def later(clock: SetClock, **by: float) -> None:
    """Move the clock on."""
    clock.at += timedelta(**by)

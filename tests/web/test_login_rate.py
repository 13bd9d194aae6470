"""Wrong passwords from one network address are counted over all doors, accounts and processes: then 429."""

from __future__ import annotations

import pytest

from renkei.settings import Settings
from tests.connectors.ouranos.world import PASSWORD, World, add_key
from tests.web.conftest import Person


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(
        data_dir=tmp_path, public_base_url="http://rates.test", login_failures_per_minute_per_address=3
    )


def by_v1(world: World, email: str, password: str):
    return world.http.post("/v1/auth/login", json={"email": email, "password": password})


def by_ouranos(world: World, email: str, password: str):
    return world.http.post(
        "/auth/login",
        json={"operatorAccountId": email, "accountPassword": password},
        headers={"apiKey": "the-key-of-all"},
    )


def test_one_password_with_many_accounts_is_stopped_at_every_door(world: World) -> None:
    world.company("A社")
    add_key(world.context, "the-key-of-all", all_operators=True)
    assert by_v1(world, "nobody1@example.com", "Wrong@123").status_code == 401
    assert by_ouranos(world, "nobody2@example.com", "Wrong@123").status_code == 401
    somebody = Person(world.app)
    assert somebody.sign_in("nobody3@example.com", "Wrong@123").status == 401

    first = by_v1(world, "user1@example.com", PASSWORD)
    assert (first.status_code, first.json()["code"]) == (429, "too_many_logins")
    assert 1 <= int(first.headers["Retry-After"]) <= 60
    second = by_ouranos(world, "user1@example.com", PASSWORD)
    assert second.status_code == 429
    assert 1 <= int(second.headers["Retry-After"]) <= 60
    third = somebody.sign_in("user1@example.com")
    assert third.status == 429
    assert "Too many logins" in third.text


def test_who_knows_the_password_is_never_counted(world: World) -> None:
    world.company("A社")
    for _ in range(5):
        assert by_v1(world, "user1@example.com", PASSWORD).status_code == 200


def test_another_address_is_not_held_back(world: World) -> None:
    world.company("A社")
    for _ in range(4):
        by_v1(world, "user1@example.com", "Wrong@123")
    elsewhere = Person(world.app)
    elsewhere.http._transport.client = ("10.9.9.9", 50_000)  # type: ignore[attr-defined]
    assert elsewhere.sign_in("user1@example.com").status == 200

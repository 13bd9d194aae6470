"""Passkeys: added, used, forgotten; and everything that must not get in by one."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from renkei.commons.access.registry import disable_account
from tests.authenticator import PRESENT, Authenticator
from tests.web.conftest import Person

ADD, USE = "/app/me/passkeys", "/app/login/passkey"


@pytest.fixture
def device(world):
    address = world.context.settings.base_url
    return Authenticator(address, urlsplit(address).hostname)


def options(somebody, path, page):
    csrf = page.html.split('name="csrf" value="')[1].split('"')[0]
    return somebody.http.post(f"{path}/options", data={"csrf": csrf}).json()


def add(somebody, device, name="会社のPC", twist=lambda answer: answer):
    page = somebody.open("/app/me")
    answer = twist(device.make(options(somebody, ADD, page)))
    return somebody.send(page, ADD, credential=answer, passkey_name=name)


def sign_in(world, device, browser=None, twist=lambda answer: answer):
    browser = browser or Person(world.app)
    page = browser.open("/app/login")
    answer = twist(device.use(options(browser, USE, page)))
    return browser, browser.send(page, USE, credential=answer)


@pytest.fixture
def added(world, person, device):
    somebody = person("A社")
    assert "The passkey is there" in add(somebody, device).text
    return somebody


def test_a_passkey_signs_in_without_password_and_is_forgotten(world, added, device):
    assert "not used yet" in added.open("/app/me").text
    _, shown = sign_in(world, device)
    assert (shown.address, shown.status) == ("/app/", 200)
    assert "A社" in shown.text
    page = added.open("/app/me")
    assert "last used" in page.text
    passkey_id = page.html.split('name="passkey_id" value="')[1][:36]
    stranger = world.company("B社")
    other = Person(world.app)
    other.sign_in(f"user{stranger.operator.operator_key}@example.com")
    csrf = other.open("/app/me").form("/app/logout")["csrf"]
    refused = other.http.post(f"{ADD}/remove", data={"csrf": csrf, "passkey_id": passkey_id})
    assert refused.status_code == 404
    assert "is forgotten" in added.send(page, f"{ADD}/remove", passkey_id=passkey_id).text
    assert sign_in(world, device)[1].status == 401


@pytest.mark.parametrize("bent", ["origin", "rp_id", "flags", "key", "count"])
def test_what_the_device_must_say_of_itself_is_checked(world, added, device, bent):
    assert sign_in(world, device)[1].status == 200
    other = Authenticator("https://renkei.example.evil", "renkei.example.evil")
    if bent == "flags":
        device.flags = PRESENT  # nobody showed a finger
    elif bent == "count":
        device.count = 0  # the key was copied before its last use
    else:
        setattr(device, bent, getattr(other, bent))
    browser, shown = sign_in(world, device)
    assert (shown.status, "was not accepted" in shown.text) == (401, True)
    assert browser.open("/app/parts").address == "/app/login"


def test_a_challenge_is_good_once_in_its_own_session_and_not_for_long(world, added, device, monkeypatch):
    browser = Person(world.app)
    page = browser.open("/app/login")
    answer = device.use(options(browser, USE, page))
    stranger = Person(world.app)
    theirs = stranger.open("/app/login")
    options(stranger, USE, theirs)
    assert stranger.send(theirs, USE, credential=answer).status == 401, "another session's challenge"
    assert browser.send(page, USE, credential=answer).status == 200
    again = Person(world.app)
    assert again.send(again.open("/app/login"), USE, credential=answer).status == 401, "no challenge at all"
    late = Person(world.app)
    page = late.open("/app/login")
    answer = device.use(options(late, USE, page))
    now = world.database.clock.now()
    monkeypatch.setattr(type(world.database.clock), "now", lambda _: now + timedelta(minutes=6))
    assert late.send(page, USE, credential=answer).status == 401


@pytest.mark.parametrize(
    "nonsense",
    ["", "{", "[]", "null", '{"id": 1}', '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}'],
)
def test_nonsense_is_refused(world, person, added, device, nonsense):
    assert sign_in(world, device, twist=lambda _: nonsense)[1].status == 401
    told = add(added, Authenticator(device.origin, device.rp_id), twist=lambda _: nonsense)
    assert told.status == 422
    assert "Name of the device" in told.text


def test_the_same_key_is_not_added_twice_nor_without_a_challenge(world, person, added, device):
    assert add(added, device).status == 422
    page = added.open("/app/me")
    answer = Authenticator(device.origin, device.rp_id).make({"challenge": "AAAA"})
    assert added.send(page, ADD, credential=answer, passkey_name="x").status == 422


def test_a_code_is_not_asked_for_and_a_disabled_account_stays_out(world, added, device):
    email = f"user{added.company.operator.operator_key}@example.com"
    disable_account(world.context.access, email)
    assert sign_in(world, device)[1].status == 401

"""A passkey in a real browser, with an authenticator that the browser itself plays."""

from __future__ import annotations

import socket

import pytest

from renkei.settings import Settings
from tests.connectors.ouranos.world import PASSWORD


@pytest.fixture
def listener():
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    return found


@pytest.fixture
def settings(settings: Settings, listener) -> Settings:
    address = f"http://localhost:{listener.getsockname()[1]}"
    return settings.model_copy(update={"public_base_url": address})


def test_added_and_used(world, window, site):
    company = world.company("A社")
    page = window("ja")
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    page.goto("/app/login")
    page.fill("[name=email]", f"user{company.operator.operator_key}@example.com")
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/app/login'] button")
    page.wait_for_url("**/app/")
    page.goto("/app/me")
    page.fill("[name=passkey_name]", "会社のPC")
    page.click("form[action='/app/me/passkeys'] button")
    page.wait_for_selector("text=パスキーを登録しました")
    page.click("form[action='/app/logout'] button")
    page.wait_for_url("**/app/login")
    page.click("form[action='/app/login/passkey'] button")
    page.wait_for_url("**/app/")
    assert page.is_visible("text=A社")

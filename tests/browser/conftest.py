"""A real browser before the real server: the system's Chromium, driven over loopback, with nothing from elsewhere."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time

import pytest
import uvicorn

from tests.connectors.ouranos.conftest import settings, world
from tests.connectors.ouranos.world import PASSWORD

__all__ = ["settings", "world"]

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium():
    """The browser to use: RENKEI_CHROMIUM, or what the system has."""
    given = os.environ.get("RENKEI_CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium():
    """One browser for the session."""
    path = find_chromium()
    if path is None:
        pytest.skip(
            "no Chromium: apt-get install chromium fonts-noto-cjk (or set RENKEI_CHROMIUM to its path)"
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=[*ARGUMENTS, *(("--no-sandbox",) if os.geteuid() == 0 else ())]
        )
        yield browser
        browser.close()


@pytest.fixture
def listener():
    """Where the server listens: on loopback."""
    found = socket.socket()
    found.bind(("127.0.0.1", 0))
    return found


@pytest.fixture
def site(world, listener):
    """The address of the server: that of its settings if it is on this machine, for passkeys are good for that alone."""
    server = uvicorn.Server(uvicorn.Config(world.app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = listener.getsockname()[1]
    own = world.context.settings.base_url
    yield own if own == f"http://localhost:{port}" else f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def window(chromium, site):
    """`window(language="ja", width=1440)`: a window of a person who has never been here."""
    opened = []

    def new(language="ja", width=1440, height=900, *, scripts=True, dark=False):
        context = chromium.new_context(
            base_url=site,
            locale={"ja": "ja-JP", "en": "en-GB"}[language],
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        return context.new_page()

    yield new
    for context in opened:
        context.close()


@pytest.fixture
def signed_in(world, window):
    """`signed_in("A社", language="ja")`: the same, signed in as that company's person (made at first use)."""

    def new(name, language="ja", **more):
        company = world.companies.get(name) or world.company(name)
        page = window(language, **more)
        page.goto("/app/login")
        page.fill("[name=email]", f"user{company.operator.operator_key}@example.com")
        page.fill("[name=password]", PASSWORD)
        page.click("form[action='/app/login'] button")
        page.wait_for_url("**/app/")
        page.company = company
        return page

    return new

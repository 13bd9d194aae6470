"""What a page is told while it is open: that something changed, and then how much is unread."""

from __future__ import annotations

import pytest

from renkei.settings import Settings
from tests.connectors.ouranos.world import PASSWORD
from tests.web.conftest import Person

CHANGES = "/app/notifications/changes"


@pytest.fixture
def settings(tmp_path):
    return Settings(
        data_dir=tmp_path, public_base_url="http://testserver", live_seconds=0, live_pages_limit=1
    )


def test_a_page_listens_and_then_reads_how_much_is_unread(world, person):
    somebody = person("A社")
    told = somebody.http.get(CHANGES)
    assert told.status_code == 200
    assert told.headers["content-type"].startswith("text/event-stream")
    assert told.text == "retry: 2000\n\nevent: changed\ndata:\n\n"
    shown = somebody.http.get("/app/notifications/unread")
    assert shown.text.strip() == ""


def test_neither_keeps_a_session_alive(person):
    somebody = person("A社")
    for address in (CHANGES, "/app/notifications/unread"):
        assert "set-cookie" not in somebody.http.get(address).headers


def test_who_may_not_listen_is_not_to_ask_again(world, person, monkeypatch):
    stranger = Person(world.app)
    assert stranger.http.get(CHANGES).status_code == 204
    assert stranger.open("/app/notifications/unread").address == "/app/login"
    monkeypatch.setattr(type(world.context.tidings), "waiting", 1)
    assert person("A社").http.get(CHANGES).status_code == 204, "enough pages listen here"


def test_each_page_has_the_place_for_it(person):
    somebody = person("A社")
    shown = somebody.open("/app/")
    assert 'id="unread"' in shown.html
    assert 'id="news"' in shown.html
    assert 'id="unread"' not in Person(somebody.http.app).open("/app/login").html
    assert PASSWORD not in shown.html

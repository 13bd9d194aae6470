"""What the platform tells everybody, and doors that are closed while it is worked on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renkei.kit.clock import JAPAN
from tests.web.conftest import Person

PLATFORM = "/app/platform"
ANNOUNCE = "/app/platform/announcements"


pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def announce(staff, clock):
    """`announce(begins_in, ends_in, kind)`: hours from now."""

    def tell(begins_in, ends_in, kind="notice", **more):
        def at(hours):
            return f"{clock.now().astimezone(JAPAN) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"

        given = {
            "kind": kind,
            "text_ja": "新機能のお知らせ <b>",
            "text_en": "Fresh paint <b>",
            "shown_from": at(begins_in),
            "shown_until": at(ends_in),
        }
        return staff.send(staff.open(PLATFORM), ANNOUNCE, **given | more)

    return tell


def test_an_announcement_shows_on_every_page_while_it_is_its_time(person, announce, clock, world):
    assert "The announcement is made." in announce(0.2, 0.5).text
    somebody = person("A社")
    assert "Fresh paint" not in somebody.open("/app/").text
    clock.turn(minutes=20)
    shown = somebody.open("/app/parts")
    assert "Fresh paint <b>" in shown.text, "as it was typed, not as markup"
    assert "新機能のお知らせ" in Person(world.app, "ja").open("/app/login").text
    clock.turn(minutes=20)
    assert "Fresh paint" not in somebody.open("/app/").text


def test_one_that_is_taken_back_shows_no_longer(person, announce, staff):
    announce(-1, 3)
    somebody = person("A社")
    assert "Fresh paint" in somebody.open("/app/").text
    staff.send(staff.open(PLATFORM), "/app/platform/announcements/end", announcement_id=_first(staff))
    assert "Fresh paint" not in somebody.open("/app/").text


def _first(staff):
    shown = staff.open(PLATFORM).html
    return shown.split('name="announcement_id" value="')[1].split('"')[0]


def test_a_span_that_cannot_be_meant_is_told_beside_what_was_typed(announce):
    for begins, ends, more in ((2, 1, {}), (-3, -1, {}), (0, 1, {"shown_from": "tomorrow"})):
        told = announce(begins, ends, **more)
        assert told.status == 422
        assert "The end must be after the beginning" in told.text
        assert "Fresh paint" in told.html


def test_only_staff_announces(person, staff):
    admin = person("A社")
    csrf = admin.open("/app/").form("/app/logout")["csrf"]
    given = {"csrf": csrf, "kind": "notice", "text_ja": "x", "text_en": "x"}
    more = {"shown_from": "2026-01-01T00:00", "shown_until": "2099-01-01T00:00"}
    assert admin.http.post(ANNOUNCE, data=given | more).status_code == 403


def test_during_maintenance_the_doors_are_closed_and_staff_opens_them(world, person, announce, staff, clock):
    somebody = person("A社")
    company = somebody.company
    announce(0.2, 0.5, "maintenance")
    assert somebody.open("/app/parts").status == 200
    clock.turn(minutes=20)
    for address in ("/app/", "/app/parts", "/app/notifications/changes"):
        told = somebody.http.get(address)
        assert told.status_code == 503, address
        assert int(told.headers["retry-after"]) == pytest.approx(600, abs=70)
    assert "Fresh paint" in somebody.open("/app/parts").text
    problem = world.http.get("/v1/parts", headers={"accept-language": "ja"})
    assert (problem.status_code, problem.json()["code"]) == (503, "under_maintenance")
    assert "メンテナンス中" in problem.json()["detail"]
    ouranos = company.get("parts")
    assert ouranos.status_code == 503
    assert "Now under system maintenance." in ouranos.text
    assert world.http.post("/auth/login", json={}).status_code == 503
    assert world.http.get("/healthz").status_code == 200
    assert Person(world.app).open("/app/login").status == 200
    shown = staff.open(PLATFORM)
    assert shown.status == 200
    staff.send(shown, "/app/platform/announcements/end", announcement_id=_first(staff))
    assert somebody.open("/app/parts").status == 200


def test_what_a_page_shows_can_be_had_at_the_api(world, person, announce):
    company = person("A社").company
    announce(5, 6, "maintenance")
    answer = world.http.get("/v1/announcements", headers={"authorization": f"Bearer {company.token}"})
    [one] = answer.json()["announcements"]
    assert (one["kind"], one["en"]) == ("maintenance", "Fresh paint <b>")


def test_other_processes_learn_of_it(world, announce):
    other = type(world.context.board)(world.database)
    announce(-1, 3)
    assert other.shown == ()
    other.look()
    [one] = other.shown
    assert one.text("ja").startswith("新機能")

"""Terms of use: published by the staff, read by everybody, accepted by administrators and by who joins."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from renkei.web.words import Words
from tests.connectors.ouranos.world import add_account
from tests.web.conftest import Person
from tests.web.test_people import GOOD

pytestmark = pytest.mark.usefixtures("clock")

TERMS = {
    "text_ja": "第1条　誠実に利用します。",
    "text_en": "1. Use it in good faith.",
    "in_force_from": "2026-12-01",
}


@pytest.fixture
def published(staff):
    def publish(version="2026-12"):
        here = "/app/platform/terms"
        return staff.send(staff.open(here), here, version=version, **TERMS)

    return publish


def test_an_administrator_is_reminded_until_the_company_has_accepted(world, person, staff, published):
    admin = person("A社")
    assert "terms of use have a new version" not in admin.open("/app/").text
    assert admin.company.call("GET", "/v1/terms").json() == {"terms": None}
    assert "are published" in published().text
    assert "terms of use have a new version" in admin.open("/app/").text
    page = admin.open("/app/terms")
    assert all(one in page.text for one in ("1. Use it in good faith.", "Version 2026-12"))
    assert "第1条" in Person(world.app, "ja").open("/app/terms").text
    assert admin.company.call("GET", "/v1/terms").json()["terms"]["accepted_at"] is None
    assert "has accepted the terms" in admin.send(page, "/app/terms").text
    assert "terms of use have a new version" not in admin.open("/app/").text
    assert "accepted on" in admin.open("/app/terms").text
    assert admin.company.call("GET", "/v1/terms").json()["terms"]["accepted_at"] is not None
    row = staff.open("/app/platform/terms").html.split("2026-12</th>")[1].split("</tr>")[0]
    assert row.endswith('<td class="n">1</td>')
    published("2027-01")
    assert "terms of use have a new version" in admin.open("/app/").text


def test_a_version_is_published_once(world, staff, published):
    published()
    again = published()
    assert again.status == 422
    assert "is published already" in again.text
    assert TERMS["text_en"] in again.text, "what was written is not lost"


def test_only_an_administrator_accepts_and_only_staff_publishes(world, person, published):
    published()
    company = person("A社").company
    add_account(world.context, company.operator, "viewer@example.com", role="viewer")
    viewer = Person(world.app)
    viewer.sign_in("viewer@example.com")
    assert "terms of use have a new version" not in viewer.open("/app/").text
    page = viewer.open("/app/terms")
    assert "Accept for the company" not in page.text
    csrf = page.form("/app/logout")["csrf"]
    admin = person("A社").open("/app/terms")
    terms_id = admin.form("/app/terms")["terms_id"]
    assert viewer.http.post("/app/terms", data={"csrf": csrf, "terms_id": terms_id}).status_code == 403
    assert person("A社").open("/app/platform/terms").status == 403
    other = person("B社")
    wrong = other.http.post(
        "/app/terms", data=other.open("/app/terms").form("/app/terms") | {"terms_id": str(company.id)}
    )
    assert wrong.status_code == 404


def test_who_joins_accepts_the_newest(world, person, staff, published):
    published("old")
    published("new")
    customer = person("A社")
    _, [bought] = customer.company.make_structure("製品", customer.company.child("A12345"))
    suppliers = f"/app/parts/{bought}/suppliers"
    shown = customer.send(customer.open(suppliers), suppliers, who="guest", company="新町製作所")
    [address] = [one["action"] for one in shown.page.forms if one["action"].endswith("/link")]
    link = customer.send(shown, address)
    path = "/app/join/" + link.html.split("/app/join/")[1].split('"')[0].split("<")[0]
    guest = Person(world.app)
    form = guest.open(path)
    assert "accepts the terms of use" in form.text
    said = {
        "name": "新町製作所", "address": "東京都大田区1-1", "open_operator_id": "7000012050002",
        "email": "new@shinmachi.example", "password": GOOD, "may_act": "yes",
    }  # fmt: skip
    refused = guest.send(form, path, **said)
    assert (refused.status, "accept them" in refused.text) == (422, True)
    terms_id = form.html.split('name="terms_id" value="')[1][:36]
    done = guest.send(refused, path, terms_id=terms_id, **said)
    assert done.status == 200
    assert 'name="terms_id"' not in done.html


def test_a_day_is_that_of_the_clock_in_japan():
    moment = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
    assert (Words("ja").day(moment), Words("ja").day(date(2026, 11, 30))) == ("2026/12/01", "2026/11/30")
    assert Words("en").day(moment) == "1 Dec 2026"

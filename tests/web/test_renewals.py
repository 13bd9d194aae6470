"""Values due for renewal: on the first page, in the notifications, in a list that leads to the new year's sheet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from renkei.database.transaction import act_as, as_role
from renkei.usecases.footprint.calculator.service import owners_to_remind, remind_of_renewals

SHEET = json.loads((Path(__file__).parents[2] / "examples/year-of-bills/sheet.json").read_bytes())


@pytest.fixture
def due(world):
    """Two values of A社 of long ago; the worker's day has been."""
    company = world.company("A社")
    made = {}
    for name in ("ブラケット", "カバー"):
        made[name] = company.make_part(name)
        assert company.call("PUT", f"/v1/parts/{made[name]}/sheets", json_body=SHEET).status_code in {
            200,
            201,
        }
    database = world.context.database
    for operator_key, operator_id in database.run(as_role("renkei_engine"), owners_to_remind, write=False):
        database.run(act_as(operator_key, operator_id), remind_of_renewals)
    return made


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ("A value of yours is due for renewal", "and 1 more", "Values due for renewal", "31 Mar 2025"),
        ),
        (
            "ja",
            (
                "自社のCFP値が更新時期を迎えました",
                "ほか1件",
                "更新時期を迎えたCFP値",
                "2025/03/31",
            ),
        ),
    ],
)
def test_a_reminder_leads_to_the_list_and_the_list_to_the_new_years_sheet(person, due, language, words):
    somebody = person("A社", language)
    told = somebody.open("/app/notifications")
    assert words[0] in told.text
    assert "ブラケット" in told.text
    assert words[1] in told.text
    listed = somebody.follow(told, "/app/renewals")
    assert words[2] in listed.text
    assert words[3] in listed.text
    assert all(name in listed.text for name in due)
    begin = next(link for link in listed.page.links if f"/app/parts/{due['カバー']}/bills?next=1" in link)
    form = somebody.open(begin)
    assert 'value="2025-04-01"' in form.html, "the year after"
    assert "/app/renewals" in somebody.open("/app/").page.links


def test_nobody_else_is_told_and_a_renewed_value_leaves_the_list(world, person, due):
    other = person("B社")
    assert "/app/renewals" not in other.open("/app/").page.links
    assert "No value is due for renewal." in other.open("/app/renewals").text
    assert "unread" not in other.open("/app/").text
    company = world.companies["A社"]
    for part in due.values():
        later = SHEET | {"period_from": "2999-04-01", "period_to": "2999-05-01"}
        assert company.call("PUT", f"/v1/parts/{part}/sheets", json_body=later).status_code in {200, 201}
    assert "No value is due for renewal." in person("A社").open("/app/renewals").text


def test_an_application_is_told_of_which_part_and_the_export_says_so(world, due):
    company = world.companies["A社"]
    [one] = company.call("GET", "/v1/notifications").json()["items"]
    assert (one["type"], one["trace_id"], one["further_parts"]) == ("CFP_RENEWAL_DUE", due["ブラケット"], 1)
    assert (one["relation"], one["sender_operator_id"]) == (None, company.id)
    exported = [json.loads(line) for line in company.call("GET", "/v1/export").text.splitlines()]
    assert any("renewal_reminders" in json.dumps(line) for line in exported)

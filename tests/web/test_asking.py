"""A customer finds whom it is worth asking, asks many at once, follows how they answer, and reminds."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def product(world, person):
    """A社's product of four bought parts: estimates of 80, 15 and 5 kg, and one that nobody has estimated."""
    somebody = person("A社")
    a = somebody.company
    names = ("大物", "中物", "小物", "不明品")
    parent, children = a.make_structure("製品", *(a.child(name, amountRequiredUnit="unit") for name in names))
    for part, kilograms in zip(children, (80, 15, 5), strict=False):
        body = {"declared_unit": "unit", "stages": {"raw_material": kilograms}, "source": "見積り"}
        assert a.call("PUT", f"/v1/parts/{part}/estimate", json_body=body).status_code == 200
    a.state(parent, cfp=(0, 0, 0, 0), pre=(0, 0, 0), main=(0, 0, 0))  # nothing of its own
    world.settle()
    return somebody, f"/app/parts/{parent}/ask", dict(zip(names, children, strict=True))


def ticked(shown, address):
    found = shown.form(address).get("part", [])
    return set(found if isinstance(found, list) else [found])


def test_what_adds_most_and_what_nobody_knows_is_ticked(product):
    somebody, address, parts = product
    shown = somebody.open(address)
    # 80 of 100 is known and reaches the 80 %; 15 and 5 are trifles; what nobody estimated could be anything
    assert ticked(shown, address) == {parts["大物"], parts["不明品"]}
    assert "80%" in shown.text


def test_many_are_asked_at_once_members_and_others(world, person, product):
    somebody, address, parts = product
    member = world.company("B社")
    number = member.call("GET", "/v1/me").json()["operator"]["open_operator_id"]
    shown = somebody.send(
        somebody.open(address),
        address,
        part=[parts["大物"], parts["中物"], parts["不明品"]],
        due_date="2101-03-31",
        message="お願いします",
        **{
            f"who.{parts['大物']}": number,
            f"who.{parts['中物']}": "新町製作所",
            f"who.{parts['不明品']}": "新町製作所",
        },
    )
    assert "3 requests have been sent." in shown.text
    assert "0 of 3 requests are answered." in shown.text
    world.settle()
    assert "大物" in person("B社").open("/app/").text
    again = somebody.open(address)
    assert ticked(again, address) == set()
    invited = [one for one in again.page.links if one.startswith("/app/requests/")]
    assert len(invited) == 3
    sent = somebody.company.call("GET", "/v1/requests?direction=sent").json()["items"]
    assert len({one["upstream_operator_id"] for one in sent}) == 2


def test_all_or_nothing_is_asked_and_every_fault_stands_at_its_row(product):
    somebody, address, parts = product
    told = somebody.send(
        somebody.open(address),
        address,
        part=[parts["大物"], parts["中物"]],
        **{f"who.{parts['中物']}": "新町製作所"},
    )
    assert told.status == 422
    assert f'id="fault-who.{parts["大物"]}"' in told.html
    assert told.form(address)[f"who.{parts['中物']}"] == "新町製作所"
    assert "You have not asked anybody yet" in somebody.open("/app/requests?side=sent").text
    nobody = somebody.http.post(address, data={"csrf": told.form(address)["csrf"]})
    assert "Tick at least one part" in nobody.text


def test_suppliers_that_are_late_are_reminded_once_a_day(world, person, product, clock):
    somebody, address, parts = product
    number = world.company("B社").call("GET", "/v1/me").json()["operator"]["open_operator_id"]
    somebody.send(
        somebody.open(address), address, part=parts["大物"], due_date=f"{clock.now().date()}",
        **{f"who.{parts['大物']}": number},
    )  # fmt: skip
    clock.turn(days=3)
    late = "/app/requests?side=sent&state=overdue"
    shown = person("A社").open(late)
    assert "1 overdue" in shown.text
    reminder = "/app/requests/remind"
    somebody = person("A社")
    shown = somebody.send(somebody.open(late), reminder, text="いかがでしょうか")
    assert "1 suppliers have been reminded" in shown.text
    shown = somebody.send(somebody.open(late), reminder)
    assert "0 suppliers have been reminded" in shown.text
    clock.turn(days=1, minutes=1)
    somebody = person("A社")
    assert "1 suppliers" in somebody.send(somebody.open(late), reminder).text
    world.settle()
    supplier = person("B社")
    assert "A社 has written to you" in supplier.open("/app/notifications").text
    request = next(
        one for one in supplier.open("/app/requests").page.links if one.startswith("/app/requests/")
    )
    assert "いかがでしょうか" in supplier.open(request).text


def test_nobody_reminds_of_anothers_request(world, person, product):
    somebody, address, parts = product
    number = world.company("B社").call("GET", "/v1/me").json()["operator"]["open_operator_id"]
    somebody.send(somebody.open(address), address, part=parts["大物"], **{f"who.{parts['大物']}": number})
    sent = somebody.company.call("GET", "/v1/requests?direction=sent").json()["items"][0]["request_id"]
    for name in ("B社", "C社"):
        other = person(name)
        csrf = other.open("/app/").form("/app/logout")["csrf"]
        shown = other.http.post("/app/requests/remind", data={"csrf": csrf, "ids": sent, "text": "x"})
        assert "0 suppliers have been reminded" in shown.text

"""A supplier answers: what it sees, what it types, what the customer gets, and how many clicks and fields that takes."""

from __future__ import annotations

import re

import pytest

VALUE = {"raw_bought": "1.5", "raw_own": "0", "production_own": "0.7", "production_bought": "0.3"}


@pytest.fixture
def asked(world, person):
    """B社 is asked by A社 for A12345, which A社 counts in kilogram."""

    def ask(customer="A社", number="A12345", supplier="B社", unit="kilogram", product="製品"):
        buyer, seller = (world.companies.get(name) or world.company(name) for name in (customer, supplier))
        _, [bought] = buyer.make_structure(product, buyer.child(number, amountRequiredUnit=unit))
        _, request_id = buyer.ask(seller, bought)
        return f"/app/requests/{request_id}"

    return ask


def answer_fully(somebody, request, **value):
    """From the first page to "sent", typing a value for a new item."""
    home = somebody.open("/app/")
    shown = somebody.follow(home, request)
    shown = somebody.follow(shown, f"{request}/answer")
    assert shown.address == f"{request}/answer/item"
    shown = somebody.send(shown, f"{request}/answer/item", name="ボルト M8", unit="kilogram")
    assert shown.address == f"{request}/answer/value"
    shown = somebody.send(shown, f"{request}/answer/value", **(value or VALUE))
    assert shown.address == f"{request}/answer/result", shown.text
    shown = somebody.follow(shown, f"{request}/answer/disclose")
    shown = somebody.look_up(shown, f"{request}/answer/send")
    return shown, somebody.send(shown, f"{request}/answer/send")


def test_a_typed_value_is_sent_with_few_clicks_and_fields(world, person, asked):
    request = asked()
    somebody = person("B社")
    somebody.clicks = somebody.filled = 0
    checked, sent = answer_fully(somebody, request)
    assert sent.address == f"{request}/answer/sent"
    assert "Your answer has been sent to A社" in sent.text
    assert somebody.clicks <= 12
    assert somebody.filled <= 15
    # raw material 1.5 + 0, production 0.7 + 0.3
    assert "What A社 will see" in checked.text
    assert re.search(r"2\.5 kgCO₂e/kg", checked.text)
    world.settle()
    received = person("A社").open(request)
    assert re.search(r"2\.5 kgCO₂e/kg", received.text)
    assert "Answered" in received.text


def test_the_preview_is_what_the_customer_gets(world, person, asked):
    request = asked()
    checked, _ = answer_fully(person("B社"), request)
    world.settle()
    received = person("A社").open(request)
    facts = re.compile(r"<dl class=\"facts\">\s*<dt>Footprint.*?</dl>", re.DOTALL)
    assert facts.search(checked.html).group() == facts.search(received.html).group()


def test_the_next_customer_takes_three_clicks(world, person, asked):
    somebody = person("B社")
    answer_fully(somebody, asked())
    request = asked(customer="C社", number="C-77")
    somebody.clicks = 0
    shown = somebody.follow(somebody.open("/app/"), request)
    shown = somebody.follow(shown, f"{request}/answer")
    assert "ボルト M8" in shown.text
    assert "as you decided for another customer" in shown.text
    sent = somebody.send(shown, f"{request}/answer/send")
    assert "Your answer has been sent to C社" in sent.text
    assert somebody.clicks == 3
    world.settle()
    assert "2.5 kgCO₂e/kg" in person("C社").open(request).text


def test_a_number_is_remembered_for_the_customer_who_uses_it(world, person, asked):
    b = world.company("B社")
    b.make_part("他の品")
    somebody = person("B社")
    request = asked()
    answer_fully(somebody, request)
    customer = person("A社")
    customer.send(customer.open(request), f"{request}/cancel")
    again = asked(number="A12345", product="別の製品")
    shown = somebody.open(f"{again}/answer")
    assert "as you said before" in shown.text
    other = somebody.open(f"{asked(customer='C社', number='Z-1')}/answer")
    assert other.address.endswith("/answer/item")


def test_what_is_not_chosen_does_not_reach_the_customer(world, person, asked):
    request = asked()
    somebody = person("B社")
    answer_fully(somebody, request)
    shown = somebody.open(f"{request}/answer/send?attributes=quality&purpose=answer&standing=on")
    assert "2.5" not in shown.text
    somebody.send(shown, f"{request}/answer/send")
    world.settle()
    assert "2.5" not in person("A社").open(request).text


def test_the_name_of_an_item_that_is_there_means_that_item(world, person, asked):
    b = world.company("B社")
    there = b.make_part("ボルト M8", partsLabelName="六角ボルト", amountRequiredUnit="liter")
    b.make_part("他の品")
    request = asked()
    answer_fully(person("B社"), request)
    part = b.call("GET", f"/v1/parts/{there}").json()
    assert (part["label"], part["unit"]) == ("六角ボルト", "liter")
    footprint = b.call("GET", f"/v1/parts/{there}/footprint").json()
    assert footprint["statement"]["declared"]["raw_material"]["component"] == 1.5


def test_every_step_can_be_left_and_come_back_to(person, asked):
    request = asked()
    somebody = person("B社")
    shown = somebody.open(f"{request}/answer/item")
    somebody.send(shown, f"{request}/answer/item", name="ボルト")
    assert somebody.open(f"{request}/answer").address == f"{request}/answer/value"
    assert somebody.open(f"{request}/answer/result").address == f"{request}/answer/value"
    somebody.send(somebody.open(f"{request}/answer/value"), f"{request}/answer/value", **VALUE)
    assert somebody.open(f"{request}/answer").address == f"{request}/answer"
    shown = somebody.open(f"{request}/answer/value")
    assert shown.form(f"{request}/answer/value")["production_own"] == "0.7"
    assert "Not answered" in person("A社").open(request).text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"raw_bought": "0"}, "The value is 0."),
        ({"raw_bought": "-3"}, "A value is below 0."),
        ({"raw_bought": "1"}, "No data quality is stated."),
        ({"raw_bought": "1", "declared_unit": "unit"}, "counts this item in kg"),
    ],
)
def test_what_looks_odd_is_asked_and_never_in_the_way(person, asked, typed, told):
    request = asked()
    somebody = person("B社")
    somebody.send(somebody.open(f"{request}/answer/item"), f"{request}/answer/item", name="ボルト")
    shown = somebody.send(somebody.open(f"{request}/answer/value"), f"{request}/answer/value", **typed)
    assert shown.address == f"{request}/answer/result"
    assert told in shown.text
    assert f"{request}/answer/disclose" in shown.page.links


def test_the_mass_of_one_piece_lets_the_customer_convert(world, person, asked):
    request = asked()
    somebody = person("B社")
    somebody.send(somebody.open(f"{request}/answer/item"), f"{request}/answer/item", name="ボルト")
    value = f"{request}/answer/value"
    shown = somebody.send(somebody.open(value), value, raw_bought="1", declared_unit="unit")
    assert value in shown.page.links
    told = somebody.send(somebody.open(value), value, mass="0")
    assert 'id="fault-mass"' in told.html
    shown = somebody.send(somebody.open(value), value, mass="0.5")
    assert "counts this item in kg" not in shown.text
    somebody.send(somebody.open(f"{request}/answer"), f"{request}/answer/send")
    world.settle()
    assert "0.5 kg" in person("A社").open(request).text


def test_a_slip_of_three_digits_is_asked_about(person, asked):
    request = asked()
    somebody = person("B社")
    answer_fully(somebody, request, raw_bought="0.002")
    # 2.5 is 1,250 times 0.002
    shown = somebody.send(
        somebody.open(f"{request}/answer/value"), f"{request}/answer/value", raw_bought="2.5"
    )
    assert "more than 1,000 times the former one" in shown.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"raw_bought": "abc"}, "raw_bought"),
        ({"raw_own": "1e30"}, "raw_own"),
        ({"raw_ter": "9"}, "raw_ter"),
        ({}, "raw_own"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(person, asked, typed, field):
    request = asked()
    somebody = person("B社")
    somebody.send(somebody.open(f"{request}/answer/item"), f"{request}/answer/item", name="ボルト")
    shown = somebody.send(somebody.open(f"{request}/answer/value"), f"{request}/answer/value", **typed)
    assert shown.status == 422
    assert f'id="fault-{field}"' in shown.html
    kept = shown.form(f"{request}/answer/value")
    assert all(kept[name] == value for name, value in typed.items())


def test_numbers_may_be_typed_as_in_japan(person, asked):
    request = asked()
    somebody = person("B社")
    somebody.send(somebody.open(f"{request}/answer/item"), f"{request}/answer/item", name="ボルト")
    shown = somebody.send(
        somebody.open(f"{request}/answer/value"), f"{request}/answer/value", raw_bought="１，２３４．５"
    )
    assert 'title="1234.5"' in shown.html


def test_a_value_that_changed_meanwhile_is_not_sent_unseen(world, person, asked):
    request = asked()
    somebody = person("B社")
    somebody.send(somebody.open(f"{request}/answer/item"), f"{request}/answer/item", name="ボルト")
    somebody.send(somebody.open(f"{request}/answer/value"), f"{request}/answer/value", **VALUE)
    checked = somebody.open(f"{request}/answer")
    somebody.send(somebody.open(f"{request}/answer/value"), f"{request}/answer/value", raw_bought="99")
    shown = somebody.send(checked, f"{request}/answer/send")
    assert shown.status == 409
    assert "has changed since this page was opened" in shown.text
    assert "Not answered" in person("A社").open(request).text


def test_a_disclosure_ends_with_the_day_it_names(world, person, asked):
    request = asked()
    somebody = person("B社")
    answer_fully(somebody, request)
    shown = somebody.open(f"{request}/answer/send?attributes=total&valid_until=2020-01-01")
    assert 'id="fault-valid_until"' in shown.html
    shown = somebody.open(f"{request}/answer/send?attributes=total&valid_until=2999-03-31")
    somebody.send(shown, f"{request}/answer/send")
    assert "31 Mar 2999" in somebody.open(f"{request}/answer").text


def test_own_items_are_found_by_search(world, person, asked):
    b = world.company("B社")
    for name in ("ナット_1", "ナット%2", "ワッシャー"):
        b.make_part(name)
    request = asked()
    somebody = person("B社")
    found = somebody.open(f"{request}/answer/item?text=ナット")
    assert ("ナット_1" in found.text, "ワッシャー" in found.text) == (True, False)
    found = somebody.open(f"{request}/answer/item?text=%25")
    assert ("ナット%2" in found.text, "ナット_1" in found.text) == (True, False)


@pytest.mark.parametrize("page", ["", "/item", "/value", "/result", "/disclose", "/send", "/sent"])
def test_only_the_one_asked_answers(person, asked, page):
    request = asked()
    for name in ("A社", "C社"):
        assert person(name).open(f"{request}/answer{page}").status == 404


def test_who_may_only_read_is_not_led_to_a_form(world, person, asked):
    request = asked()
    world.database.owner(lambda tx: tx.execute("UPDATE commons.memberships SET role = 'viewer'"))
    somebody = person("B社")
    shown = somebody.open(request)
    assert "Your role may read, not answer." in shown.text
    assert f"{request}/answer" not in shown.page.links
    answer = somebody.send(somebody.open(f"{request}/answer/item"), f"{request}/answer/item", name="x")
    assert answer.status == 403

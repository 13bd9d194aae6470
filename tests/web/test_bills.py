"""A year of bills answers a request: the right value, few fields, questions, the trail; kept, changed, begun anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from renkei.web import bills
from tests.web.test_answer import asked

__all__ = ["asked"]

EXAMPLE = Path(__file__).parents[2] / "examples/year-of-bills"
ANSWER = json.loads((EXAMPLE / "answer.json").read_bytes())["total"]
LANDFILL = "uk-ghg@2025#waste-20-505-5383-15-1"
BILLS = {
    "period_from": "2024-04-01",
    "period_to": "2025-03-31",
    "production": "20,000",
    "power.amount": "9820+9540+9910+10850+11240+10480+9760+9530+9880+10120+9430+9440",
    "fuel-city-gas.amount": "8000",
    "fuel-lpg.amount": "600",
    "material-0.factor": "metal-averages@1#steel",
    "material-0.amount": "26000",
    "material-1.factor": "renkei-proxies@2026.1#copper",
    "material-1.amount": "600",
    "material-2.factor": "renkei-proxies@2026.1#engineering-plastic",
    "material-2.amount": "4",
    "material-2.unit": "tonne",
    "work-0.factor": "renkei-proxies@2026.1#plating",
    "work-0.amount": "2,400,000",
    "yen_per_dollar": "153.85",
    "transport-0.factor": "uk-ghg@2025#transport-304-3140-14-1",
    "transport-0.amount": "26",
    "transport-0.km": "150",
    "waste-0.factor": LANDFILL,
    "waste-0.amount": "200",
    "scrap": "2100",
}
"""The example's bills as the form takes them."""


@pytest.fixture
def at_bills(person, asked):
    """B社 before the form of bills for a new item; the person, the request, the form."""
    request = asked()
    somebody = person("B社")
    item = f"{request}/answer/item"
    shown = somebody.send(somebody.open(item), item, name="ブラケット", unit="unit")
    shown = somebody.follow(shown, f"{request}/answer/bills")
    return somebody, request, shown


def test_a_year_of_bills_gives_the_right_value_with_few_fields(world, person, at_bills):
    somebody, request, shown = at_bills
    somebody.filled = 0
    shown = somebody.send(shown, f"{request}/answer/bills", do="keep", **BILLS)
    assert shown.address == f"{request}/answer/result"
    assert somebody.filled - 1 <= 40  # `do` is the button
    part = world.companies["B社"].call("GET", "/v1/parts").json()["items"][0]["trace_id"]
    stated = world.companies["B社"].call("GET", f"/v1/parts/{part}/footprint").json()["statement"]
    total = sum(
        amount
        for stage in stated["in_force"]["stages"].values()
        for name, amount in stage.items()
        if name in {"own", "component"} and amount is not None
    )
    assert total == pytest.approx(ANSWER, rel=0.01)
    assert "Steel, global average" in shown.text
    assert "A proxy is used here" in shown.text
    # 120,000 kWh × 0.485392 = 58,247 of 153,045
    assert "38.1%" in shown.text
    shown = somebody.follow(shown, f"{request}/answer/disclose")
    shown = somebody.look_up(shown, f"{request}/answer/send")
    somebody.send(shown, f"{request}/answer/send")
    world.settle()
    assert "7.65 kgCO₂e" in person("A社").open(request).text


def test_a_draft_states_nothing_and_is_gone_on_with(world, at_bills):
    somebody, request, shown = at_bills
    address = f"{request}/answer/bills"
    kept = somebody.send(shown, address, do="draft", **{"power.amount": "1000", "material-0.amount": "5"})
    assert "Kept. You can leave and come back" in kept.text
    assert kept.address == address
    again = somebody.open(address)
    assert "It is a draft" in again.text
    form = again.form(address)
    assert (form["power.amount"], form["material-0.amount"]) == ("1000", "5")
    assert somebody.open(f"{request}/answer/result").address == f"{request}/answer/value"
    done = somebody.send(again, address, do="keep", production="100")
    assert done.address == f"{request}/answer/result"
    # 1,000 kWh × 0.485392 ÷ 100; what nobody chose a factor for is asked about
    assert "4.85" in done.text
    assert "No factor was chosen" in done.text


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_kept(world, at_bills):
    somebody, request, shown = at_bills
    address = f"{request}/answer/bills"
    wrong = {
        "period_from": "2024-13-01",
        "power.amount": "many",
        "material-0.factor": "metal-averages@1#steel",
        "material-1.value": "2",
        "material-1.amount": "1",
        "mass": "0",
        "yen_per_dollar": "x",
        "work-0.factor": "renkei-proxies@2026.1#plating",
        "work-0.amount": "1",
    }
    told = somebody.send(shown, address, do="keep", **wrong)
    assert told.status == 422
    for name in (
        "period_from", "power.amount", "material-0.amount", "material-1.source", "mass", "yen_per_dollar", "production",
    ):  # fmt: skip
        assert f'id="fault-{name}"' in told.html, name
    kept = told.form(address)
    assert {name: kept[name] for name in wrong} == wrong
    nothing = somebody.send(shown, address, do="keep", production="1")
    assert "Please enter at least one amount" in nothing.text
    assert somebody.open(address).form(address).get("sheet") is None


def test_more_rows_keep_what_was_typed(at_bills):
    somebody, request, shown = at_bills
    address = f"{request}/answer/bills"
    more = somebody.send(shown, address, do="more-material", **{"material-3.amount": "7"})
    form = more.form(address)
    assert form["material-3.amount"] == "7"
    assert "material-6.amount" in form
    assert "material-7.amount" not in form


def test_a_sheet_made_elsewhere_keeps_what_the_form_does_not_show(world, person):
    b = world.company("B社")
    part = b.make_part("ブラケット", amountRequiredUnit="unit")
    sheet = json.loads((EXAMPLE / "sheet.json").read_bytes())
    sheet["lines"][3] |= {"basis": "unit", "amount": 1.3, "yield_share": 0.92}
    assert b.call("PUT", f"/v1/parts/{part}/sheets", json_body=sheet).status_code == 201
    somebody = person("B社")
    address = f"/app/parts/{part}/bills"
    shown = somebody.open(address)
    form = shown.form(address)
    assert form["other-0.amount"] == "1.3"
    assert form["scrap"] == "2100"
    somebody.send(shown, address, do="keep", **{"power.amount": "60000", "fuel-lpg.amount": ""})
    kept = b.call("GET", f"/v1/parts/{part}/sheets").json()["items"]
    assert len(kept) == 1
    now = b.call("GET", f"/v1/sheets/{kept[0]['sheet_id']}").json()["sheet"]
    lines = {line["line_id"]: line for line in now["lines"]}
    assert (lines["steel"]["basis"], lines["steel"]["yield_share"]) == ("unit", 0.92)
    assert (lines["electricity"]["amount"], lines["electricity"]["evidence"]) == (60000, "electricity.csv")
    assert lines["copper"]["category"] == "material:copper"
    assert "lpg" not in lines
    assert now["co_products"] == [
        {"name": "鋼スクラップ（売却）", "basis": 0, "treatment": "cut_off", "mass_kg": 2100}
    ]


def test_the_example_shown_in_the_form_is_the_same_sheet(world, person):
    b = world.company("B社")
    part = b.make_part("ブラケット", amountRequiredUnit="unit")
    sheet = json.loads((EXAMPLE / "sheet.json").read_bytes())
    stored = b.call("PUT", f"/v1/parts/{part}/sheets", json_body=sheet).json()
    somebody = person("B社")
    address = f"/app/parts/{part}/bills"
    shown = somebody.send(somebody.open(address), address, do="keep")
    assert shown.address == f"/app/parts/{part}/sheets/{stored['sheet_id']}"
    again = b.call("GET", f"/v1/sheets/{stored['sheet_id']}").json()
    assert again["version"] == 2
    assert again["result"]["total"] == pytest.approx(stored["result"]["total"], rel=1e-3)
    assert "7.65 kgCO₂e" in shown.text
    file = somebody.http.get(f"{shown.address}/trail.csv").content.decode("utf-8-sig")
    assert file.splitlines()[1].startswith(
        '電力,120000,kilowatt-hour,"Electricity, national generation mix, Japan",0.485392,58247.04'
    )


def test_next_year_asks_only_for_the_amounts(world, person):
    b = world.company("B社")
    part = b.make_part("ブラケット", amountRequiredUnit="unit")
    sheet = json.loads((EXAMPLE / "sheet.json").read_bytes())
    b.call("PUT", f"/v1/parts/{part}/sheets", json_body=sheet)
    somebody = person("B社")
    address = f"/app/parts/{part}/bills"
    shown = somebody.open(address)
    further = next(one for one in shown.page.links if "next=1" in one)
    shown = somebody.follow(shown, further)
    form = shown.form(address)
    assert (form["period_from"], form["period_to"], form["production"]) == ("2025-04-01", "2026-03-31", "")
    assert form["material-0.factor"] == "metal-averages@1#steel"
    assert form["material-0.amount"] == ""
    rows = {name.partition(".")[0] for name in form if name.endswith(".line")}
    somebody.send(shown, address, do="keep", production="10", **{f"{row}.amount": "10" for row in rows})
    kept = b.call("GET", f"/v1/parts/{part}/sheets").json()["items"]
    assert [one["period_from"] for one in kept] == ["2025-04-01", "2024-04-01"]
    following = b.call("GET", f"/v1/sheets/{kept[0]['sheet_id']}").json()["sheet"]
    assert {line["line_id"] for line in following["lines"]} == {line["line_id"] for line in sheet["lines"]}


def test_two_windows_do_not_overwrite_each_other_unseen(world, person):
    b = world.company("B社")
    part = b.make_part("ブラケット", amountRequiredUnit="unit")
    somebody = person("B社")
    address = f"/app/parts/{part}/bills"
    somebody.send(somebody.open(address), address, do="keep", production="1", **{"power.amount": "1"})
    one, two = somebody.open(address), somebody.open(address)
    somebody.send(one, address, do="keep", **{"power.amount": "2"})
    told = somebody.send(two, address, do="keep", **{"power.amount": "3"})
    assert "has been changed meanwhile" in told.text
    assert told.form(address)["power.amount"] == "3"
    done = somebody.send(told, address, do="keep")
    assert done.address != address


def test_a_typed_value_over_a_calculated_one_no_longer_names_the_sheet(world, at_bills):
    somebody, request, shown = at_bills
    somebody.send(shown, f"{request}/answer/bills", do="keep", **BILLS)
    value = f"{request}/answer/value"
    shown = somebody.send(somebody.open(value), value, production_own="9")
    assert "Steel, global average" not in shown.text


@pytest.mark.parametrize("page", ["bills", "sheets/6b4dcb3c-5c7a-4f67-8f3a-111111111111"])
def test_nobody_sees_the_bills_of_another(world, person, page):
    part = world.company("B社").make_part("ブラケット")
    assert person("C社").open(f"/app/parts/{part}/{page}").status == 404


def test_every_usual_factor_exists():
    from renkei.usecases.footprint.factors.library import platform_factors

    known = {str(ref) for ref in platform_factors()}
    usual = {*(ref for ref, _ in bills.FUELS.values()), *bills.TRANSPORTS, *bills.WASTES}
    assert usual <= known


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1,234.5", "1234.5"),
        ("１２＋３", "15"),
        ("1+x", "1+x"),
        ("+5", "+5"),
        ("1e999999+1", "1e999999+1"),
        ("", ""),
    ],
)
def test_amounts_may_be_sums(typed, read):
    assert bills.amount_of(typed) == read

"""Understanding the number: its suppliers, where it comes from, what would be, Scope 3; as tables that leave the page."""

from __future__ import annotations

import csv
import io
import re

import pytest

from renkei.web.charts import Flow, Tile, sankey, squarified, treemap
from renkei.web.downloads import cell, safe_name
from tests.web.test_parts import open_part


@pytest.fixture
def a(world):
    return world.company("A社")


@pytest.fixture
def b(world):
    return world.company("B社")


@pytest.fixture
def bought(world, a, b):
    """A社's product 製品 = 8 own + 2 × B社's 3 per kg; the product, its bought part, B社's part."""
    product, (part,) = a.make_structure("製品", a.child("鋼板", 2))
    a.state(product, cfp=(1, 7, 0, 0))
    own = b.make_part("鋼板B")
    trade, _ = a.ask(b, part)
    b.link(trade, own)
    b.state(own, cfp=(1, 2, 0, 0))
    b.release(a, own)
    world.settle()
    return product, part, own


def table(person, address):
    answer = person.http.get(address)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_breakdown_adds_up_and_leaves_as_a_table(world, person, a, bought):
    product, _, _ = bought
    somebody = person("A社")
    shown = open_part(somebody, product, "/breakdown")
    assert "14 kgCO₂e/kg" in shown.text
    assert "42.9%" in shown.text
    rows = table(somebody, f"/app/parts/{product}/breakdown.csv")
    totals = [float(row[8]) for row in rows[1:]]
    assert (sorted(totals), {row[0] for row in rows[1:]}) == ([6.0, 8.0], {"製品", "鋼板"})


def test_stages_and_versions_leave_as_tables_too(world, person, a, bought):
    product, _, _ = bought
    somebody = person("A社")
    stages = table(somebody, f"/app/parts/{product}/stages.csv")
    assert [row[3] for row in stages[1:]] == ["3", "11"]
    versions = table(somebody, f"/app/parts/{product}/versions.csv")
    assert versions[1][:1] + versions[1][2:3] == ["2", "14"]
    assert "鋼板" in versions[1][5]


def test_what_would_be_is_shown_and_nothing_is_stored(world, person, a, bought):
    product, part, _ = bought
    somebody = person("A社")
    page = open_part(somebody, product, "/what-if")
    address = f"/app/parts/{product}/what-if"
    tried = somebody.send(page, address, **{f"amount.{part}": "50", f"value.{product}": "75"})
    # 8 × 0.75 + 2 × 0.5 × 3
    assert "9 kgCO₂e/kg" in tried.text
    assert "-5" in tried.text
    assert "14 kgCO₂e/kg" in open_part(somebody, product).text
    wrong = somebody.send(page, address, **{f"amount.{part}": "-3"})
    assert f'id="fault-amount.{part}"' in wrong.html


def test_the_way_from_one_version_to_the_next_names_the_cause(world, person, a, b, bought):
    product, part, own = bought
    b.state(
        own,
        cfp=(1, 1, 0, 0),
        cfp_id=b.call("GET", f"/v1/parts/{own}/footprint").json()["statement"]["cfp_id"],
    )
    world.settle()
    shown = open_part(person("A社"), product, "/versions")
    assert "Supplier answered anew: 鋼板" in shown.text
    assert "-2" in shown.text
    assert "12 kgCO₂e/kg" in shown.text
    assert part


def number_of(company):
    """The public id under which others find it."""
    return company.call("GET", f"/v1/operators/{company.id}").json()["open_operator_id"]


def test_a_supplier_is_asked_by_its_number_or_invited(world, person, a, b):
    _, (part,) = a.make_structure("製品", a.child("鋼板", 2))
    somebody = person("A社")
    address = f"/app/parts/{part}/suppliers"
    page = somebody.open(address)
    number = number_of(b)
    unknown = somebody.send(page, address, who="member", open_operator_id="nobody")
    assert "No member has this number" in unknown.text
    asked = somebody.send(page, address, who="member", open_operator_id=number, message="お願いします")
    assert "B社 has been asked." in asked.text
    invited = somebody.send(asked, address, who="guest", company="未参加工業", email="x@example.com")
    assert "未参加工業 has been asked." in invited.text
    assert "invited, not a member yet" in invited.text


def test_a_part_is_split_over_two_suppliers(world, person, a, b, bought):
    _, part, _ = bought
    c = world.company("C社")
    somebody = person("A社")
    address = f"/app/parts/{part}/suppliers"
    page = somebody.send(somebody.open(address), address, who="member", open_operator_id=number_of(c))
    form = page.form(f"/app/parts/{part}/shares")
    one, two = [name for name in form if name.startswith("share.")]
    too_much = somebody.send(page, f"/app/parts/{part}/shares", **{one: "70", two: "40"})
    assert "more than 1" in too_much.text
    stored = somebody.send(page, f"/app/parts/{part}/shares", **{one: "70", two: "30"})
    assert "The shares are stored." in stored.text
    now = stored.form(f"/app/parts/{part}/shares")
    assert (now[one], now[two]) == ("70", "30")
    again = somebody.send(stored, f"/app/parts/{part}/shares", **{one: "60", two: "40"})
    assert again.form(f"/app/parts/{part}/shares")[one] == "60"


def test_an_estimate_counts_until_it_is_removed(world, person, a):
    product, (part,) = a.make_structure("製品", a.child("鋼板", 2))
    a.state(product, cfp=(1, 7, 0, 0))
    somebody = person("A社")
    address = f"/app/parts/{part}/estimate"
    page = somebody.open(f"/app/parts/{part}/suppliers")
    empty = somebody.send(page, address)
    assert empty.status == 422
    somebody.send(
        page, address, **{"declared_unit": "kilogram", "stages.production": "1.5", "source": "IDEA"}
    )
    assert "11 kgCO₂e/kg" in open_part(somebody, product).text
    somebody.send(somebody.open(f"/app/parts/{part}/suppliers"), address, remove="yes")
    assert "8 kgCO₂e/kg" in open_part(somebody, product).text


def test_scope3_counts_what_was_bought_in_a_year(world, person, a, bought):
    _, part, _ = bought
    trade = a.call("GET", "/v1/trades", trace_id=part).json()["items"][0]["trade_id"]
    share = {
        "valid_from": "2025-04-01",
        "valid_to": "2025-12-31",
        "share": 1,
        "purchased_quantity": 500,
        "quantity_unit": "kilogram",
    }
    assert a.call("PUT", f"/v1/trades/{trade}/shares", json_body={"shares": [share]}).status_code < 300
    somebody = person("A社")
    shown = somebody.open("/app/scope3?year=2025")
    assert "1.5 tCO₂e" in shown.text
    rows = table(somebody, "/app/scope3.csv?year=2025")
    assert rows[1][:4] == ["鋼板", "500", "kg", "1500"]
    assert "No purchased quantities" in somebody.open("/app/scope3?year=2020").text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_of_text_is_never_a_formula(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("電池 A/B", "電池_A_B"),
        ("../../etc/passwd", "etc_passwd"),
        ('a"b\r\nSet-Cookie: x', "a_bSet-Cookie_x"),
        ("\u202efdp.exe", "fdp.exe"),
        ("…", "…"),
        ("///", "table"),
    ],
)
def test_a_file_has_a_name_that_harms_nobody(name, safe):
    assert safe_name(name) == safe


def test_areas_fill_the_whole_in_proportion():
    values = [50.0, 25.0, 12.5, 12.5]
    places = squarified(values, 0, 0, 640, 360)
    areas = [width * height for _, _, width, height in places]
    assert areas == pytest.approx([value / 100 * 640 * 360 for value in values])
    assert all(x + width <= 640.001 and y + height <= 360.001 for x, y, width, height in places)


def test_what_a_chart_says_is_never_markup():
    drawn = treemap("T", "D", [Tile(label="<script>", value=1.0, shown="1", kind="own", address='/a"b')])
    assert "<script>" not in drawn
    assert 'href="/a&#34;b"' in drawn


def test_the_flow_through_the_stages_keeps_what_flows(world, person, a, bought):
    """製品 declares 1 and 7, 2 x (1 and 2) come with 鋼板: 3 of raw material, 11 of production, 14 together."""
    product, _, _ = bought
    shown = open_part(person("A社"), product, "/breakdown")
    assert shown.html.count('class="band band-own"') == 2
    assert shown.html.count('class="band band-delivery"') == 2
    thick = [float(x) for x in re.findall(r'<rect class="soft" x="350"[^>]*height="([\d.]+)"', shown.html)]
    assert thick[1] / thick[0] == pytest.approx(11 / 3, rel=0.01)


def test_credits_and_nothing_have_no_thickness():
    flows = [Flow(label="a", values=(-1.0, 2.0), kind="own"), Flow(label="b", values=(0.0, 0.0), kind="rest")]
    assert sankey("t", "d", flows, ("x", "y"), ("w", "2")).count("<path") == 2
    assert sankey("t", "d", [], ("x",), ("w", "0")) == ""
    assert "<b>" not in sankey("<b>", "<b>", flows, ("<b>", "<b>"), ("<b>", "<b>"))

"""Parts at the pages: found, registered, put together, and their number with what is missing in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from renkei.web.pages.structures import MOST_PASTED


@pytest.fixture
def a(world):
    return world.company("A社")


def open_part(person, trace_id, tail=""):
    shown = person.open(f"/app/parts/{trace_id}{tail}")
    assert shown.status == 200, shown.text
    return shown


def register(person, name, **fields):
    shown = person.send(person.open("/app/parts/new"), "/app/parts/new", name=name, **fields)
    assert shown.status == 200, shown.text
    return shown.address.rpartition("/")[2]


def fill(shown, action, person, **fields):
    return person.send(shown, action, **{name.replace("__", "."): value for name, value in fields.items()})


def test_a_first_part_is_registered_and_found_by_its_number(world, person):
    somebody = person("A社")
    assert "You have no parts yet." in somebody.open("/app/parts").text
    trace_id = register(somebody, "電池", number="BAT-1", mass_kg_per_unit="2.5")
    assert "電池" in somebody.open("/app/parts?q=bat-1").text
    assert "No part has" in somebody.open("/app/parts?q=other").text
    assert "BAT-1" in open_part(somebody, trace_id, "/details").text


def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(world, person):
    somebody = person("A社")
    shown = somebody.send(
        somebody.open("/app/parts/new"), "/app/parts/new", name=" ", number="N-1", mass_kg_per_unit="-1"
    )
    assert shown.status == 422
    assert 'id="fault-name"' in shown.html
    assert 'id="fault-mass_kg_per_unit"' in shown.html
    assert 'value="N-1"' in shown.html


def test_a_structure_is_typed_and_pasted_and_stands_as_a_tree(world, person):
    somebody = person("A社")
    product = register(somebody, "製品")
    known = register(somebody, "既存部品", number="K-9")
    edit = open_part(somebody, product, "/structure/edit")
    stored = fill(
        edit,
        f"/app/parts/{product}/structure/edit",
        somebody,
        new__0__child="K-9",
        new__0__amount="2",
        new__0__unit="unit",
        pasted="鋼板\t1.5\tkg\n塗料,0.2,L",
    )
    assert "The structure is stored." in stored.text
    assert f"/app/parts/{known}" in stored.page.links
    assert all(name in stored.text for name in ("鋼板", "塗料", "1.5", "0.2"))
    opened = open_part(somebody, known, "/structure/edit")
    fill(opened, f"/app/parts/{known}/structure/edit", somebody, new__0__child="ねじ", new__0__amount="4")
    assert "ねじ" not in open_part(somebody, product, "/structure").text
    assert "ねじ" in open_part(somebody, product, f"/structure?open={known}").text


def test_a_line_is_changed_and_another_removed_while_the_rest_stays(world, person, a):
    product, (one, two, three) = a.make_structure(
        "製品", a.child("一", 1), a.child("二", 2), a.child("三", 3)
    )
    somebody = person("A社")
    edit = open_part(somebody, product, "/structure/edit")
    shown = somebody.send(
        edit,
        f"/app/parts/{product}/structure/edit",
        **{f"line.{one}.amount": "1.25", f"line.{two}.remove": "yes"},
    )
    assert shown.address.endswith("/structure")
    assert "1.25" in shown.text
    assert f"/app/parts/{three}" in shown.page.links
    assert f"/app/parts/{two}" not in shown.page.links


def test_a_bad_amount_is_told_in_its_row(world, person, a):
    product, (child,) = a.make_structure("製品", a.child("一", 1))
    somebody = person("A社")
    edit = open_part(somebody, product, "/structure/edit")
    shown = somebody.send(
        edit, f"/app/parts/{product}/structure/edit", **{f"line.{child}.amount": "-1"}, pasted="a\tb\tc"
    )
    assert shown.status == 422
    assert f'id="fault-line.{child}.amount"' in shown.html


def test_a_part_on_two_lines_and_too_many_pasted_lines_are_refused(world, person, a):
    product, _ = a.make_structure("製品", a.child("一", 1))
    somebody = person("A社")
    edit = open_part(somebody, product, "/structure/edit")
    address = f"/app/parts/{product}/structure/edit"
    twice = fill(edit, address, somebody, new__0__child="一", new__0__amount="1")
    assert "already on another line" in twice.text
    many = fill(edit, address, somebody, pasted="x\t1\tkg\n" * (MOST_PASTED + 1))
    assert f"at most {MOST_PASTED} lines" in many.text
    assert "Line 1 is not" in fill(edit, address, somebody, pasted="x\t1\tparsec").text


def test_a_form_of_an_older_version_changes_nothing(world, person, a):
    product, (child,) = a.make_structure("製品", a.child("一", 1))
    somebody = person("A社")
    edit = open_part(somebody, product, "/structure/edit")
    a.make_structure("製品", a.child("一", 7))
    shown = somebody.send(edit, f"/app/parts/{product}/structure/edit", **{f"line.{child}.amount": "3"})
    assert "Somebody has changed this structure meanwhile" in shown.text
    assert "7" in open_part(somebody, product, "/structure").text


def test_hundreds_of_lines_are_searched_and_paged(world, person, a):
    product = a.make_part("製品")
    somebody = person("A社")
    edit = open_part(somebody, product, "/structure/edit")
    rows = "\n".join(f"部品{i:03}\t1\tkg" for i in range(120))
    fill(edit, f"/app/parts/{product}/structure/edit", somebody, pasted=rows)
    first = open_part(somebody, product, "/structure")
    assert "部品000" in first.text
    assert "部品119" not in first.text
    assert "部品119" in open_part(somebody, product, "/structure?page=3").text
    found = open_part(somebody, product, "/structure?q=部品11")
    assert "部品110" in found.text
    assert "部品000" not in found.text


def test_the_number_shows_what_is_missing_and_what_to_do(world, person, a):
    product, (one, two) = a.make_structure("製品", a.child("一", 1), a.child("二", 1))
    a.state(product, cfp=(2, 8, 0, 0))
    somebody = person("A社")
    shown = open_part(somebody, product)
    assert "10 kgCO₂e/kg" in shown.text
    assert "0%" in shown.text
    assert "has no value yet" in shown.text
    assert f"/app/parts/{one}/suppliers" in shown.page.links
    assert f"/app/parts/{two}/suppliers" in shown.page.links


def test_a_value_is_typed_and_becomes_a_version_with_its_cause(world, person, a):
    product = a.make_part("製品")
    somebody = person("A社")
    address = f"/app/parts/{product}/footprint"
    form = open_part(somebody, product, "/footprint")
    shown = somebody.send(
        form, address, **{"declared.raw_material.own": "1.5", "declared.production.own": "10"}
    )
    assert "Version 1 is stored." in shown.text
    assert "11.5 kgCO₂e/kg" in shown.text
    form = open_part(somebody, product, "/footprint")
    assert form.form(address)["declared.production.own"] == "10"
    changed = somebody.send(form, address, **{"declared.production.own": "8", "primary_data_share": "80"})
    assert "9.5 kgCO₂e/kg" in changed.text
    assert "80%" in changed.text
    history = open_part(somebody, product, "/versions")
    assert "Own value entered" in history.text
    assert "-2" in history.text


def test_a_bad_number_is_told_in_its_cell(world, person, a):
    product = a.make_part("製品")
    somebody = person("A社")
    shown = somebody.send(
        open_part(somebody, product, "/footprint"),
        f"/app/parts/{product}/footprint",
        **{"declared.production.own": "viel", "quality.production.ter": "9", "primary_data_share": "101"},
    )
    assert shown.status == 422
    for name in ("declared.production.own", "quality.production.ter", "primary_data_share"):
        assert f'id="fault-{name}"' in shown.html
    assert 'value="101"' in shown.html


def test_another_companys_part_is_not_there(world, person, a):
    part = world.company("B社").make_part("秘密")
    somebody = person("A社")
    for tail in (
        "",
        "/structure",
        "/structure/edit",
        "/footprint",
        "/versions",
        "/details",
        "/suppliers",
        "/breakdown",
    ):
        shown = somebody.open(f"/app/parts/{part}{tail}")
        assert shown.status == 404
        assert "秘密" not in shown.text
    assert somebody.open("/app/parts/not-an-id").status == 404


def test_how_a_part_follows_is_chosen(world, person, a):
    product = a.make_part("製品")
    somebody = person("A社")
    address = f"/app/parts/{product}/policy"
    page = open_part(somebody, product, "/versions")
    missing = somebody.send(page, address, mode="threshold", threshold="")
    assert missing.status == 422
    somebody.send(page, address, mode="threshold", threshold="5")
    shown = open_part(somebody, product, "/versions")
    assert Decimal(shown.form(address)["threshold"]) == 5

"""Files on the pages: a bill of materials and a supplier's workbook, checked, looked at, confirmed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.connectors.spreadsheet.test_supplier_book import filled, tables

EXAMPLES = Path(__file__).parents[2] / "examples/bom"


def send_file(somebody, form, name, content, **fields):
    """Fill in the form with this address on the page of files, choose a file, send it."""
    shown = somebody.open("/app/uploads")
    given = {key: value for key, value in shown.form(form).items() if key != "file"} | fields
    return somebody._shown(somebody.http.post(form, data=given, files={"file": (name, content)}))


def send_bom(somebody, name, **fields):
    return send_file(somebody, "/app/uploads/bom", name, (EXAMPLES / name).read_bytes(), **fields)


def parts_of(company):
    return {one["name"] for one in company.call("GET", "/v1/parts?limit=100").json()["items"]}


@pytest.mark.parametrize(
    "name", ["water-pump-indented-ja.xlsx", "water-pump-parent-child-cp932.csv", "water-pump-messy.xlsx"]
)
def test_a_bill_of_materials_is_shown_and_stored_when_confirmed(person, name):
    somebody = person("A社")
    shown = send_bom(somebody, name)
    assert shown.address.startswith("/app/uploads/"), shown.text
    assert "waits for you" in shown.text
    assert "What changes" in shown.text
    assert parts_of(somebody.company) == set(), "nothing is stored yet"
    done = somebody.send(shown, f"{shown.address}/confirm")
    assert "The file is taken in." in done.text
    assert "taken in" in done.text
    assert len(parts_of(somebody.company)) > 5
    again = send_bom(somebody, name)
    assert "New parts 0" in again.text


def test_every_fault_stands_with_its_place_and_nothing_can_be_stored(person):
    somebody = person("A社")
    shown = send_bom(somebody, "water-pump-with-faults.csv")
    assert "What is wrong (5)" in shown.text
    assert "with faults" in shown.text
    assert not [one for one in shown.page.forms if one["action"].endswith("/confirm")]
    assert parts_of(somebody.company) == set()
    assert "ファイル" in person("A社", "ja").open(shown.address).text


def test_other_headings_are_named_once_and_saved(person):
    """The mapping of the example, typed in; its one word of its own is asked about."""
    somebody = person("A社")
    columns = json.loads((EXAMPLES / "mapping-plm.json").read_bytes())["columns"]
    said = {f"column-{name}": heading for name, heading in columns.items()}
    shown = send_bom(
        somebody, "water-pump-plm.tsv", **said, product="WP-1000", default_unit="個", mapping_name="PLM"
    )
    assert shown.address.startswith("/app/uploads/"), shown.text
    saved = somebody.company.call("GET", "/v1/import-mappings/bom/PLM").json()["mapping"]
    assert saved["columns"] == columns
    assert (saved["product"], saved["default_unit"]) == ("WP-1000", "個")
    assert '<option value="PLM"' in somebody.open("/app/uploads").html
    again = send_bom(somebody, "water-pump-plm.tsv", mapping="PLM")
    assert again.text.count("What is wrong") == shown.text.count("What is wrong")


def test_a_supplier_answers_with_the_workbook(world, person):
    buyer, supplier = world.company("A社"), world.company("B社")
    _, [bought] = buyer.make_structure("製品", buyer.child("A12345", amountRequiredUnit="kilogram"))
    _, request = buyer.ask(supplier, bought)
    own, _ = supplier.make_structure("ボルト")
    somebody = person("B社")
    answer = somebody.http.get("/app/uploads/workbook.xlsx")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = tables(answer.content)["Answers"]
    assert rows[1][0] == request
    entries = {"part": "ボルト", "declared_unit": "kg", "production_own": 3}
    content = filled(answer.content, {("answers", 2, name): value for name, value in entries.items()}, "en")
    shown = send_file(somebody, "/app/uploads/workbook", "answers.xlsx", content)
    assert "Answers to requests" in shown.text, shown.text
    done = somebody.send(shown, f"{shown.address}/confirm")
    assert "The file is taken in." in done.text
    world.settle()
    assert own in str(supplier.call("GET", f"/v1/requests/{request}").json())


def test_what_is_no_such_file_is_told_beside_the_field(person):
    somebody = person("A社")
    for form, name, content in (
        ("/app/uploads/bom", "", b""),
        ("/app/uploads/bom", "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("/app/uploads/workbook", "nothing.xlsx", b""),
        ("/app/uploads/workbook", "broken.xlsx", b"PK\x03\x04 broken"),
    ):
        shown = send_file(somebody, form, name, content)
        assert shown.status == 422, (name, shown.text)
        assert f'id="fault-{form.rpartition("/")[2]}-file"' in shown.html


def test_a_form_that_is_none_or_of_another_site_stores_nothing(person, settings):
    somebody = person("A社")
    content = (EXAMPLES / "water-pump-messy.xlsx").read_bytes()
    for sent in (
        {"files": {"file": ("x.xlsx", content)}, "data": {"csrf": "forged"}},
        {"content": b"--broken", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"file=x", "headers": {"content-type": "application/x-www-form-urlencoded"}},
    ):
        answer = somebody.http.post("/app/uploads/bom", **sent)
        assert answer.status_code in {400, 403, 409, 422}, answer.text
    assert "No file has come yet." in somebody.open("/app/uploads").text
    too_large = bytes(settings.spreadsheet_size_limit_bytes + 100_000)
    answer = somebody.http.post("/app/uploads/bom", files={"file": ("x.csv", too_large)})
    assert answer.status_code == 413


def test_a_file_is_its_companys_own(person):
    somebody, other = person("A社"), person("B社")
    address = send_bom(somebody, "water-pump-indented-ja.xlsx").address
    csrf = other.open("/app/").form("/app/logout")["csrf"]
    assert other.open(address).status == 404
    for action in ("confirm", "discard"):
        assert other.http.post(f"{address}/{action}", data={"csrf": csrf}).status_code == 404
    shown = somebody.open(address)
    gone = somebody.send(shown, f"{address}/discard")
    assert "The file is forgotten." in gone.text
    late = somebody.send(shown, f"{address}/confirm")
    assert late.status == 422
    assert "does not wait for a confirmation" in late.text

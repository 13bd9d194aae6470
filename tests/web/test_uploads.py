"""Files on the pages: a bill of materials and a supplier's workbook, checked, looked at, confirmed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.connectors.spreadsheet.test_supplier_book import filled, tables

EXAMPLES = Path(__file__).parents[2] / "examples/bom"
FACTORS = Path(__file__).parents[2] / "examples/factors"
YEAR = {"set_from": "2025-04-01", "set_to": "2026-03-31"}


def send_file(somebody, form, name, content, **fields):
    """Fill in the form with this address on the page of files, choose a file, send it."""
    shown = somebody.open("/app/uploads")
    given = {key: value for key, value in shown.form(form).items() if key != "file"} | fields
    return somebody._shown(somebody.http.post(form, data=given, files={"file": (name, content)}))


def send_bom(somebody, name, **fields):
    return send_file(somebody, "/app/uploads/bom", name, (EXAMPLES / name).read_bytes(), **fields)


def send_factors(somebody, name, **fields):
    return send_file(somebody, "/app/uploads/factors", name, (FACTORS / name).read_bytes(), **fields)


def versions_of(company):
    found = company.call("GET", "/v1/factor-sets?limit=100").json()["items"]
    return [(one["set_id"], one["version"], one["factors"]) for one in found if one["own"]]


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


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_list_of_factors_is_shown_and_becomes_the_next_version_when_confirmed(person, language):
    somebody = person("A社", language)
    for version in ("1", "2"):
        shown = send_factors(somebody, "factor-list-ja.xlsx", set_id="in-house", **YEAR)
        assert shown.address.startswith("/app/uploads/"), shown.text
        assert len(versions_of(somebody.company)) == int(version) - 1, "nothing is stored yet"
        assert ("0.0026 kgCO₂e/JPY" in shown.text) == (version == "1")
        assert ("2140" in shown.text) == (version == "1"), "the second time nothing differs"
        somebody.send(shown, f"{shown.address}/confirm")
        assert versions_of(somebody.company)[0] == ("in-house", version, 8)
    assert '<option value="in-house">' in somebody.open("/app/uploads").html
    uploaded = somebody.company.call("GET", f"/v1/imports/{shown.address.rpartition('/')[2]}").json()
    assert uploaded["result"] == {"set_id": "in-house", "version": "2", "factors": 8}
    assert uploaded["report"]["changes"]["former_version"] == "1"


def test_faults_in_a_list_of_factors_stand_with_their_places(person):
    somebody = person("A社")
    said = {"set_id": "in-house", "set_source": "own", "set_licence": "internal"} | YEAR
    shown = send_factors(somebody, "factor-list-with-faults.csv", **said)
    assert "What is wrong (8)" in shown.text
    assert not [one for one in shown.page.forms if one["action"].endswith("/confirm")]
    assert versions_of(somebody.company) == []


def test_headings_of_a_list_of_factors_are_named_once_and_saved(person):
    somebody = person("A社")
    mapping = json.loads((FACTORS / "mapping-purchasing.json").read_bytes())
    said = {f"factor-column-{name}": heading for name, heading in mapping["columns"].items()}
    said |= {"set_id": "purchasing", "set_source": "own", "set_licence": "internal"} | YEAR
    shown = send_factors(
        somebody,
        "purchasing-cp932.csv",
        emission_unit="kg",
        gwp_set="AR5",
        factor_mapping_name="購買",
        **said,
    )
    assert "What is wrong (1)" in shown.text, "only the word for the works in Shanghai is not known"
    kept = somebody.company.call("GET", "/v1/import-mappings").json()["items"]
    assert [(one["kind"], one["name"], one["mapping"]["columns"]) for one in kept] == [
        ("factors", "購買", mapping["columns"])
    ]
    again = send_factors(somebody, "purchasing-cp932.csv", set_id="purchasing", factor_mapping="購買")
    assert "What is wrong (3)" in again.text, "source, licence and that word"


def test_what_a_set_cannot_be_called_is_told_beside_its_name(person):
    somebody = person("A社")
    send = "factor-list-ja.xlsx"
    for field, said in (
        ("set_id", {"set_id": "uk-ghg"}),
        ("set_id", {"set_id": "二 つ"}),
        ("set_id", {"set_id": ""}),
        ("set_from", {"set_id": "in-house", "set_from": "yesterday"}),
        ("set_version", {"set_id": "in-house", "set_version": "a b"}),
        ("factors-file", {"set_id": "in-house", "factor_mapping": "none"}),
    ):
        shown = send_factors(somebody, send, **said)
        assert shown.status in {404, 422}, (said, shown.text)
        assert f'id="fault-{field}"' in shown.html, (said, shown.text)
    assert versions_of(somebody.company) == []


def test_a_waiting_list_of_factors_is_looked_at_anew(person):
    """Between showing and confirming another version came."""
    somebody = person("A社")
    first, second = (
        send_factors(somebody, "factor-list-ja.xlsx", set_id="in-house", **YEAR) for _ in range(2)
    )
    somebody.send(first, f"{first.address}/confirm")
    late = somebody.send(second, f"{second.address}/confirm")
    assert "Your data changed since this was shown." in late.text
    import_id = second.address.rpartition("/")[2]
    anew = somebody.company.call("POST", f"/v1/imports/{import_id}/check").json()
    assert anew["report"]["changes"]["version"] == "2"
    done = somebody.company.call("POST", f"/v1/imports/{import_id}/confirm").json()
    assert done["state"] == "done"
    assert [one[1] for one in versions_of(somebody.company)] == ["2", "1"]


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

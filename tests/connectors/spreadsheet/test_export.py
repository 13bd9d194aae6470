"""`GET /v1/export/tables`: what a company owns, and nothing else; texts that are no formulas."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.connectors.spreadsheet import export
from renkei.settings import Settings
from tests.connectors.native.world import CLIENT, Member, World, good
from tests.connectors.spreadsheet.test_supplier_book import tables

EVIL = "=1+1"


def filled(a: Member, b: Member) -> dict[str, str]:
    bought = a.part(EVIL, label="@x")
    product = a.part("完成品", unit="unit")
    line = {"child": {"trace_id": bought}, "amount": 2.5, "unit": "kilogram", "base_quantity": 100}
    good(a.put(f"/parts/{product}/structure", {"lines": [line]}))
    stated = {"declared_unit": "unit", "declared": {"production": {"own": 1.5}}}
    good(a.put(f"/parts/{product}/footprint", stated))
    a.ask(b, bought, message="-2")
    good(a.post("/consents", {"trace_id": product, "consumer_id": b.id, "attributes": ["total"]}))
    return {"bought": bought, "product": product}


def texts(content: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(package.read(name).decode("utf-8-sig")))
            )
            for name in package.namelist()
        }


def test_everything_is_in_it_in_both_forms(a: Member, b: Member) -> None:
    ids = filled(a, b)
    found = texts(a.get("/export/tables", format="csv").content)
    assert [(one["trace_id"], one["name"], one["label"]) for one in found["parts"]] == [
        (ids["bought"], "'=1+1", "'@x"),
        (ids["product"], "完成品", ""),
    ]
    [line] = found["structures"]
    assert (line["parent"], line["child_trace_id"], line["amount"], line["base_quantity"]) == (
        "完成品",
        ids["bought"],
        "2.5",
        "100",
    )
    [footprint] = found["footprints"]
    assert (footprint["trace_id"], footprint["production_own"], footprint["version"]) == (
        ids["product"],
        "1.5",
        "1",
    )
    assert [one["message"] for one in found["requests_sent"]] == ["'-2"]
    assert [len(found[name]) for name in ("plants", "requests_received", "consents")] == [1, 0, 1]
    book = tables(a.get("/export/tables", format="xlsx").content)
    assert book["parts"][1][2] == EVIL
    assert book["structures"][1][5] == 2.5
    with zipfile.ZipFile(io.BytesIO(a.get("/export/tables").content)) as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist())


def test_what_is_stored_otherwise_goes_along_as_it_is(a: Member, b: Member) -> None:
    filled(a, b)
    good(a.post("/groups", {"name": "=顧客", "members": [b.id]}))
    found = texts(a.get("/export/tables", format="csv").content)
    assert {
        "files",
        "certificates",
        "declarations",
        "estimates",
        "factors",
        "sheets",
        "update_policies",
    } <= set(found)
    [group] = found["groups_and_families"]
    assert (group["sort"], group["name"]) == ("group", "'=顧客")
    [member] = found["group_and_family_members"]
    assert b.id in member.values()
    book = tables(a.get("/export/tables", format="xlsx").content)
    assert "=顧客" in book["groups_and_families"][1]


def test_a_text_too_long_for_a_cell_is_said_to_be_so() -> None:
    long = "x" * 40_000
    book = tables(export.as_workbook({"sheets": [["content"], [long]]}))
    assert book["sheets"][1] == ["(too long for a cell: take the CSV files or /v1/export)"]
    with zipfile.ZipFile(io.BytesIO(export.as_texts({"sheets": [["content"], [long]]}))) as package:
        assert long in package.read("sheets.csv").decode()


def test_others_things_are_not(a: Member, b: Member) -> None:
    filled(a, b)
    found = texts(b.get("/export/tables", format="csv").content)
    assert [
        len(found[name]) for name in ("parts", "structures", "footprints", "requests_sent", "consents")
    ] == [0] * 5
    [request] = found["requests_received"]
    assert request["upstream_operator_id"] == b.id


def test_more_than_the_limit_is_refused(tmp_path: Path, database: Any) -> None:
    settings = Settings(data_dir=tmp_path, export_rows_limit=1)
    with TestClient(create_app(settings, database), raise_server_exceptions=False, client=CLIENT) as http:
        a = World(http.app, http, database).member("A")
        a.part("1")
        assert a.get("/export/tables").status_code == 200
        a.part("2")
        refused = a.get("/export/tables")
        assert (refused.status_code, refused.json()["code"]) == (413, "too_much_to_export")

"""`/v1/imports`: uploaded, shown, confirmed; and the files in `examples/bom` through it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.commons.access import registry
from renkei.commons.imports import service as imports
from renkei.connectors.spreadsheet.bom_mapping import FIELDS, BomField
from renkei.database.transaction import as_role
from renkei.settings import Settings
from tests.connectors.native.world import CLIENT, PASSWORD, Member, World, good
from tests.connectors.spreadsheet.books import workbook

EXAMPLES = Path(__file__).parents[3] / "examples" / "bom"
BOM = "親品番,子品番,品名,員数,単位\nP,A,軸,2,個\nP,B,樹脂,0.5,kg\n"


def upload(member: Member, content: bytes | str, path: str = "/imports/bom", **query: str) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    return member.call("POST", path, data, params=query, headers={"Content-Type": "application/octet-stream"})


def codes(view: Any, kind: str) -> list[tuple[str, str]]:
    return [(one["code"], one["pointer"]) for one in view["report"][kind]["items"]]


def names(member: Member) -> list[str]:
    return [one["name"] for one in good(member.get("/parts"))["items"]]


def structure(member: Member, name: str) -> list[tuple[Any, ...]]:
    [part] = good(member.get("/parts", name=name))["items"]
    lines = good(member.get(f"/parts/{part['trace_id']}/structure"))["lines"]
    return [
        (line["child"]["name"], line["amount"], line["unit"], line["base_quantity"], line["sourcing"])
        for line in lines
    ]


class TestUploads:
    def test_nothing_is_stored_before_it_is_confirmed(self, a: Member) -> None:
        view = good(upload(a, BOM, file_name="部品表.csv"))
        assert (view["state"], view["file_name"], view["kind"]) == ("ready", "部品表.csv", "bom")
        changes = view["report"]["changes"]
        assert (changes["parts_new"], changes["structures"], changes["lines_added"]) == (3, 1, 2)
        assert [(one["kind"], one["parent"], one["child"], one["amount"]) for one in changes["lines"]] == [
            ("added", "P", "A", 2),
            ("added", "P", "B", 0.5),
        ]
        assert names(a) == []
        done = good(a.post(f"/imports/{view['import_id']}/confirm"))
        assert (done["state"], done["result"]) == (
            "done",
            {"parts_created": 3, "parts_updated": 0, "structures": 1},
        )
        assert structure(a, "P") == [("A", 2, "unit", 1, "bought"), ("B", 0.5, "kilogram", 1, "bought")]
        assert a.post(f"/imports/{view['import_id']}/confirm").json()["code"] == "import_not_ready"

    def test_a_nightly_delta_writes_only_what_changed(self, a: Member) -> None:
        """P gets C for B and another amount of A; Q is as it was, so it gets no version."""
        both = BOM + "Q,A,軸,1,個\n"
        good(a.post(f"/imports/{good(upload(a, both))['import_id']}/confirm"))
        again = good(upload(a, both))["report"]["changes"]
        assert [again[name] for name in ("parts_new", "parts_changed", "structures", "lines_added")] == [
            0
        ] * 4
        view = good(upload(a, "親品番,子品番,品名,員数,単位\nP,A,主軸,3,個\nP,C,板,1,枚\nQ,A,,1,個\n"))
        changes = view["report"]["changes"]
        assert (changes["parts_new"], changes["parts_changed"], changes["structures"]) == (1, 1, 1)
        assert [
            (one["kind"], one["child"], one["before_amount"], one["amount"]) for one in changes["lines"]
        ] == [
            ("changed", "A", 2, 3),
            ("added", "C", None, 1),
            ("removed", "B", 0.5, None),
        ]
        assert [(one["kind"], one["name"], one["label"]) for one in changes["parts"]] == [
            ("changed", "A", "主軸"),
            ("new", "C", "板"),
        ]
        result = good(a.post(f"/imports/{view['import_id']}/confirm"))["result"]
        assert result == {"parts_created": 1, "parts_updated": 1, "structures": 1}
        [q] = good(a.get("/parts", name="Q"))["items"]
        assert len(good(a.get(f"/parts/{q['trace_id']}/structures"))["items"]) == 1

    def test_a_blank_cell_says_nothing(self, a: Member) -> None:
        """The part keeps its label, unit, mass and its own structure where the file is silent."""
        child = a.part("A", label="軸", unit="unit", mass_kg_per_unit=1.5, info1="x")
        line = {"child": {"plant_id": a.plant_id, "name": "Z"}, "amount": 1, "unit": "unit"}
        good(a.put(f"/parts/{child}/structure", {"lines": [line]}))
        good(
            a.post(
                f"/imports/{good(upload(a, '親品番,子品番,品名,員数,単位' + chr(10) + 'P,A,,2,個'))['import_id']}/confirm"
            )
        )
        part = good(a.get(f"/parts/{child}"))
        assert (part["label"], part["unit"], part["mass_kg_per_unit"], part["info1"]) == (
            "軸",
            "unit",
            1.5,
            "x",
        )
        assert part["has_lines"]
        assert structure(a, "P") == [("A", 2, "unit", 1, "made")]

    def test_a_complete_file_clears_what_has_no_lines_in_it(self, a: Member) -> None:
        good(a.put("/import-mappings/bom/full", {"complete": True}))
        good(a.post(f"/imports/{good(upload(a, BOM + 'A,C,,1,個' + chr(10)))['import_id']}/confirm"))
        view = good(upload(a, BOM, mapping="full"))
        assert [(one["kind"], one["parent"], one["child"]) for one in view["report"]["changes"]["lines"]] == [
            ("removed", "A", "C"),
            ("changed", "P", "A"),  # bought now, no more made
        ]
        good(a.post(f"/imports/{view['import_id']}/confirm"))
        assert structure(a, "A") == []

    def test_a_faulty_file_is_answered_whole_and_cannot_be_confirmed(self, a: Member) -> None:
        view = good(upload(a, "親品番,子品番,員数,単位\nP,,1,個\nP,A,x,束\n"))
        assert view["state"] == "faulty"
        assert codes(view, "faults") == [
            ("cell_missing", "row:2/line:2/column:B"),
            ("cell_not_number", "row:3/line:3/column:C"),
            ("cell_unknown_unit", "row:3/line:3/column:D"),
        ]
        assert view["report"]["faults"]["items"][1]["ja"] == "「員数」の「x」は数値ではありません。"
        assert a.post(f"/imports/{view['import_id']}/confirm").status_code == 409
        assert names(a) == []

    def test_faults_of_the_rooms_stand_at_their_rows_too(self, a: Member) -> None:
        text = "親品番,子品番,員数,単位,代替グループ,使用比率\nP,A,1,個,G,0.5\nP,B,1,個,G,0.4\nQ,C,1,個,G,\n"
        view = good(upload(a, text))
        assert codes(view, "faults") == [
            ("usage_shares", "row:2/line:2"),
            ("usage_share_missing", "row:4/line:4"),
        ]

    def test_what_changed_meanwhile_is_shown_again(self, a: Member) -> None:
        view = good(upload(a, BOM))
        a.part("A")
        refused = a.post(f"/imports/{view['import_id']}/confirm")
        assert (refused.status_code, refused.json()["code"]) == (409, "changed_meanwhile")
        again = good(a.post(f"/imports/{view['import_id']}/check"))
        assert (again["state"], again["report"]["changes"]["parts_new"]) == ("ready", 2)
        assert good(a.post(f"/imports/{view['import_id']}/confirm"))["result"]["parts_created"] == 2

    def test_amounts_that_change_a_hundredfold_are_asked_about(self, a: Member) -> None:
        good(a.post(f"/imports/{good(upload(a, BOM))['import_id']}/confirm"))
        view = good(upload(a, BOM.replace("0.5", "500")))
        assert codes(view, "questions") == [("amount_jumped", "row:3/line:3")]
        assert view["report"]["questions"]["items"][0]["parameters"]["before"] == "0.5 kilogram"

    def test_an_unreadable_file_is_refused(self, a: Member) -> None:
        for content, code, status in (
            (b"", "file_empty", 422),
            (b"GIF89a\x00", "file_unreadable", 422),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook_old_or_locked", 422),
        ):
            answer = upload(a, content)
            assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_discarded_and_forgotten_uploads_are_gone(self, a: Member, world: World) -> None:
        first, second = (good(upload(a, BOM))["import_id"] for _ in range(2))
        assert good(a.delete(f"/imports/{first}"))["state"] == "discarded"
        assert a.delete(f"/imports/{first}").status_code == 409
        due = world.database.read(
            as_role("renkei_engine"), lambda tx: imports.owners_with_expired(tx, tx.now)
        )
        assert due == [(a.operator.operator_key, a.operator.operator_id)]
        world.database.run(a.operator, lambda tx: imports.expire(tx, tx.now))
        assert [one["state"] for one in good(a.get("/imports"))["items"]] == ["expired", "discarded"]
        assert a.post(f"/imports/{second}/confirm").status_code == 409

    def test_uploads_are_listed_page_by_page(self, a: Member) -> None:
        ids = [good(upload(a, BOM))["import_id"] for _ in range(3)]
        page = good(a.get("/imports", limit=2))
        assert [one["import_id"] for one in page["items"]] == ids[:0:-1]
        rest = good(a.get("/imports", limit=2, after=page["next"]))
        assert ([one["import_id"] for one in rest["items"]], rest["next"]) == ([ids[0]], None)

    def test_so_many_may_wait(self, tmp_path: Path, database: Any) -> None:
        small = Settings(data_dir=tmp_path, imports_waiting_limit=1, spreadsheet_size_limit_bytes=1_000)
        with TestClient(create_app(small, database), raise_server_exceptions=False, client=CLIENT) as http:
            a = World(http.app, http, database).member("A")
            good(upload(a, BOM))
            assert upload(a, BOM).json()["code"] == "too_many_waiting_imports"
            assert upload(a, b"x" * 1_001).status_code == 413

    def test_a_viewer_may_look_and_not_import(self, a: Member, world: World) -> None:
        view = good(upload(a, BOM))
        email = "viewer@example.com"
        registry.add_account(world.context.access, email, a.operator.operator_id, "viewer", PASSWORD)
        viewer = Member(a.http, a.operator, email, world.login(email), a.contract)
        assert upload(viewer, BOM).status_code == 403
        assert viewer.post(f"/imports/{view['import_id']}/confirm").status_code == 403
        assert good(viewer.get(f"/imports/{view['import_id']}"))["state"] == "ready"
        stranger = world.member("X社")
        for method, path in (
            ("GET", ""),
            ("POST", "/confirm"),
            ("POST", "/check"),
            ("DELETE", ""),
        ):
            assert stranger.call(method, f"/imports/{view['import_id']}{path}").status_code == 404


class TestMappings:
    def test_a_mapping_is_saved_in_versions_and_used(self, a: Member) -> None:
        body = {"columns": {"level": "LV", "part": "図番", "amount": "数"}, "default_unit": "個"}
        assert good(a.put("/import-mappings/bom/PLM", body))["version"] == 1
        assert good(a.put("/import-mappings/bom/PLM", body))["version"] == 1
        assert good(a.put("/import-mappings/bom/PLM", body | {"product": "P"}))["version"] == 2
        view = good(upload(a, "LV,図番,数\n1,A,2\n", mapping="PLM"))
        assert [(one["parent"], one["child"]) for one in view["report"]["changes"]["lines"]] == [("P", "A")]
        assert [one["name"] for one in good(a.get("/import-mappings"))["items"]] == ["PLM"]
        assert a.delete("/import-mappings/bom/PLM").status_code == 204
        assert a.get("/import-mappings/bom/PLM").status_code == 404
        assert upload(a, BOM, mapping="PLM").status_code == 404
        # What was uploaded by it is confirmed as it was read.
        assert good(a.post(f"/imports/{view['import_id']}/confirm"))["state"] == "done"

    def test_another_company_has_mappings_of_its_own(self, a: Member, b: Member) -> None:
        good(a.put("/import-mappings/bom/PLM", {}))
        assert good(b.get("/import-mappings"))["items"] == []
        assert b.get("/import-mappings/bom/PLM").status_code == 404

    def test_a_mapping_names_known_fields_and_own_plants(self, a: Member, b: Member) -> None:
        bad = a.put("/import-mappings/bom/x", {"columns": {"colour": "色"}})
        assert bad.status_code == 422
        assert (
            a.put("/import-mappings/bom/x", {"plant_id": b.plant_id}).json()["errors"][0]["code"]
            == "plant_unknown"
        )

    def test_every_field_that_is_read_may_be_named(self) -> None:
        assert set(get_args(BomField)) == set(FIELDS)


class TestExamples:
    def confirmed(self, member: Member, name: str, **query: str) -> Any:
        view = good(upload(member, (EXAMPLES / name).read_bytes(), file_name=name, **query))
        assert view["state"] == "ready", view["report"]["faults"]
        assert good(member.post(f"/imports/{view['import_id']}/confirm"))["state"] == "done"
        return view

    def test_the_indented_workbook(self, a: Member) -> None:
        view = self.confirmed(a, "water-pump-indented-ja.xlsx")
        assert view["report"]["read"] == {
            "sheet": "部品構成表",
            "layout": "indented",
            "parts": 11,
            "lines": 11,
        }
        assert codes(view, "questions") == []
        assert structure(a, "WP-1000") == [
            ("WP-1100", 1, "unit", 1, "made"),
            ("WP-1200", 1, "unit", 1, "made"),
            ("BL-M6-16", 6, "unit", 1, "bought"),
        ]
        assert structure(a, "WP-1900") == [
            ("OR-P20", 2, "unit", 1, "bought"),
            ("GR-001", 1.5, "gram", 1, "bought"),
        ]
        [seal] = good(a.get("/parts", name="OR-P20"))["items"]
        assert (seal["mass_kg_per_unit"], seal["label"]) == (0.0006, "Oリング P20")

    def test_the_export_in_shift_jis(self, a: Member) -> None:
        view = self.confirmed(a, "water-pump-parent-child-cp932.csv")
        assert view["report"]["read"]["layout"] == "parent_child"
        assert structure(a, "WP-1000")[2] == ("BL-M6-16", 600, "unit", 100, "bought")
        assert structure(a, "WP-1200")[2] == ("OIL-32", 1250, "gram", 1000, "bought")
        [housing] = good(a.get("/parts", name="WP-1110"))["items"]
        assert housing["info1"] == "髙圧品"

    def test_the_messy_workbook_asks_before_it_is_taken(self, a: Member) -> None:
        view = self.confirmed(a, "water-pump-messy.xlsx")
        assert codes(view, "questions") == [
            ("sheets_hidden", ""),
            ("rows_hidden", "sheet:BOM/row:12"),
        ]
        assert [code for code, _ in codes(view, "notes")] == [
            "sheets_unread",
            "formulas_taken",
            "part_numbers_half_width",
            "child_added",
        ]
        assert structure(a, "KIT-01") == [
            ("BL-M6-16", 6, "unit", 1, "bought"),
            ("WS-06", 4, "sheet", 1, "bought"),
        ]
        [product] = good(a.get("/parts", name="WP-1000"))["items"]
        found = good(a.get(f"/parts/{product['trace_id']}/structure"))
        assert found["effective_from"] == "2026-04-01"
        assert [(line["child"]["name"], line["phantom"]) for line in found["lines"]] == [
            ("WP-1100", False),
            ("WP-1200", False),
            ("KIT-01", True),
            ("OIL-32", False),
        ]
        assert found["lines"][3]["base_quantity"] == 1000
        [motor] = good(a.get("/parts", name="WP-1200"))["items"]
        lines = good(a.get(f"/parts/{motor['trace_id']}/structure"))["lines"]
        assert [(line["alternative_group"], line["usage_share"]) for line in lines] == [
            ("MAG", 0.7),
            ("MAG", 0.3),
            (None, None),
            (None, None),
        ]

    def test_the_export_by_a_mapping(self, a: Member) -> None:
        mapping = (EXAMPLES / "mapping-plm.json").read_bytes()
        good(a.call("PUT", "/import-mappings/bom/PLM", mapping, headers={"Content-Type": "application/json"}))
        self.confirmed(a, "water-pump-plm.tsv", mapping="PLM")
        assert structure(a, "WP-1100") == [
            ("WP-1110", 1, "unit", 1, "consigned_free"),
            ("WP-1120", 1, "unit", 1, "bought"),
        ]

    def test_every_fault_of_the_broken_one(self, a: Member) -> None:
        view = good(upload(a, (EXAMPLES / "water-pump-with-faults.csv").read_bytes()))
        assert sorted(codes(view, "faults")) == sorted(
            [
                ("level_jumps", "row:4/line:4/column:A"),
                ("cell_not_number", "row:5/line:5/column:D"),
                ("cell_unknown_unit", "row:6/line:6/column:E"),
                ("cell_missing", "row:7/line:7/column:B"),
                ("position_twice", "row:8/line:8/column:F"),
            ]
        )
        assert names(a) == []


def test_a_workbook_that_ends_its_reader_harms_nobody(a: Member) -> None:
    from tests.connectors.spreadsheet.books import SHEET, bent, sheet_xml

    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    answer = upload(a, bent(workbook(("s", [["a"]])), SHEET, sheet_xml(rows, b"A1:XFD1048576")))
    assert (answer.status_code, answer.json()["code"]) == (413, "workbook_too_large")
    assert good(upload(a, BOM))["state"] == "ready"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_sentences_come_in_both_languages(a: Member, language: str) -> None:
    view = good(upload(a, "親品番,子品番,員数,単位\nP,A,x,個\n"))
    assert view["report"]["faults"]["items"][0][language]

"""The supplier's workbook: downloaded, filled in, shown, confirmed."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
import xlsxwriter

from renkei.connectors.spreadsheet.book_fields import SHEETS
from renkei.connectors.spreadsheet.reading import read_file
from renkei.connectors.spreadsheet.table import Findings
from renkei.connectors.spreadsheet.workbooks import limits_of
from renkei.settings import Settings
from tests.connectors.native.world import Member, World, good
from tests.connectors.spreadsheet.test_imports import codes, upload

LIMITS = limits_of(Settings())
EVIL = '=HYPERLINK("http://evil.example","x")'


def download(member: Member, language: str = "ja") -> bytes:
    answer = member.get("/workbook", language=language)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    return answer.content


def tables(content: bytes) -> dict[str, list[list[Any]]]:
    return {
        one.sheet or "": [list(row) for row in one.rows]
        for one in read_file(content, LIMITS, Findings()).tables
    }


def filled(content: bytes, changes: dict[tuple[str, int, str], Any], language: str = "ja") -> bytes:
    """The workbook as a person sends it back: cells by sheet, row (from 1) and name of the column."""
    at = 0 if language == "ja" else 1
    found = tables(content)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    for key, (names, columns) in SHEETS.items():
        if not columns:
            continue
        sheet = book.add_worksheet(names[at])
        rows = found[names[at]]
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if hasattr(cell, "isoformat"):
                    sheet.write_string(number, column, cell.isoformat())
                elif cell != "":
                    sheet.write(number, column, cell)
        for (of, row, name), value in changes.items():
            if of == key:
                sheet.write(row - 1, [one.name for one in columns].index(name), value)
    book.close()
    return file.getvalue()


@pytest.fixture
def asked(world: World, a: Member, b: Member) -> dict[str, Any]:
    """A asks B for a part whose name is a formula; B has two parts."""
    bought = a.part(EVIL, label="購入品")
    request = a.ask(b, bought, message="+1+1", due_date="2027-01-31")
    own = b.part("ブラケット", label="@SUM(1)", unit="unit")
    other = b.part("ピン", unit="unit")
    good(
        b.put(f"/parts/{other}/footprint", {"declared_unit": "unit", "declared": {"production": {"own": 2}}})
    )
    return {"request": request, "own": own, "other": other}


class TestDownload:
    @pytest.mark.parametrize(
        ("language", "sheet", "heading"), [("ja", "回答", "依頼ID"), ("en", "Answers", "Request id")]
    )
    def test_it_is_prefilled_in_the_language_asked_for(
        self, asked: dict[str, Any], b: Member, language: str, sheet: str, heading: str
    ) -> None:
        found = tables(download(b, language))
        head, row = found[sheet]
        assert head[0] == heading
        assert row[:6] == [
            asked["request"]["request_id"], "A株式会社", EVIL, "購入品", row[4], "+1+1",
        ]  # fmt: skip
        assert row[4].isoformat() == "2027-01-31"
        parts = found[SHEETS["parts"][0][0 if language == "ja" else 1]]
        assert [one[1] for one in parts[1:]] == ["ピン", "ブラケット"]
        assert parts[1][3:8] == ["unit", "", "", 2.0, ""]
        assert len(found) == 5

    def test_no_text_of_others_becomes_a_formula_or_a_link(self, asked: dict[str, Any], b: Member) -> None:
        with zipfile.ZipFile(io.BytesIO(download(b))) as package:
            for name in package.namelist():
                if name.startswith("xl/worksheets/"):
                    xml = package.read(name)
                    assert b"<f>" not in xml
                    assert b"<hyperlink" not in xml
                assert "externalLink" not in name

    def test_entries_have_drop_downs(self, asked: dict[str, Any], b: Member) -> None:
        with zipfile.ZipFile(io.BytesIO(download(b))) as package:
            answers, activities = (package.read(f"xl/worksheets/sheet{n}.xml") for n in (2, 4))
        assert b'type="list"' in answers
        assert "部品".encode() in answers
        assert "輸送".encode() in activities
        assert "係数一覧".encode() in activities

    def test_others_see_nothing_of_it(self, asked: dict[str, Any], c: Member) -> None:
        found = tables(download(c))
        assert (len(found["回答"]), len(found["部品"])) == (1, 1)


class TestUpload:
    def test_as_it_was_downloaded_there_is_nothing_to_do(self, asked: dict[str, Any], b: Member) -> None:
        view = good(upload(b, filled(download(b), {}), "/imports/workbook"))
        assert (view["state"], codes(view, "faults")) == ("faulty", [("nothing_in_workbook", "")])

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_an_answer_with_its_footprint_is_shown_then_given(
        self, asked: dict[str, Any], world: World, a: Member, b: Member, language: str
    ) -> None:
        changes = {
            ("answers", 2, "part"): "ブラケット",
            ("answers", 2, "declared_unit"): "個",
            ("answers", 2, "raw_own"): 1.25,
            ("answers", 2, "production_own"): "０．７５",
            ("answers", 2, "period_from"): "令和7年4月1日",
            ("answers", 2, "period_to"): "2026/3/31",
            ("answers", 2, "primary_share"): 80,
        }
        view = good(upload(b, filled(download(b, language), changes, language), "/imports/workbook"))
        assert view["state"] == "ready", view["report"]["faults"]
        shown = view["report"]["changes"]
        assert shown["answers"] == [
            {"request_id": asked["request"]["request_id"], "customer_part": EVIL, "part": "ブラケット"}
        ]
        [statement] = shown["statements"]
        assert (statement["before"], statement["after"]["raw_own"], statement["after"]["period_from"]) == (
            None,
            1.25,
            "2025-04-01",
        )
        request = f"/requests/{asked['request']['request_id']}"
        assert good(b.get(request))["state"] == "NOT_COMPLETED"
        assert b.get(f"/parts/{asked['own']}/footprint").json().get("statement") is None
        done = good(b.post(f"/imports/{view['import_id']}/confirm"))
        assert done["result"] == {"statements": 1, "sheets": 0, "answers": 1}
        assert good(b.get(request))["state"] == "COMPLETED"
        stated = good(b.get(f"/parts/{asked['own']}/footprint"))["statement"]
        assert stated["declared"]["production"]["own"] == 0.75
        assert stated["primary_data_share"] == 0.8

    def test_a_changed_value_keeps_what_the_workbook_has_no_column_for(
        self, asked: dict[str, Any], b: Member
    ) -> None:
        changes = {("parts", 2, "production_own"): 200}
        view = good(upload(b, filled(download(b), changes), "/imports/workbook"))
        [shown] = view["report"]["changes"]["statements"]
        assert (shown["before"]["production_own"], shown["after"]["production_own"]) == (2, 200)
        assert codes(view, "questions") == [("value_jumped", "sheet:部品/row:2/column:G")]
        good(b.post(f"/imports/{view['import_id']}/confirm"))
        assert good(b.get(f"/parts/{asked['other']}/footprint"))["statement"]["version"] == 2

    def test_activities_become_a_calculation(self, asked: dict[str, Any], b: Member) -> None:
        """120,000 kWh × 0.485392 over 20,000 pieces are 2.912352 kgCO2e a piece."""
        head = {"part": "ブラケット", "period_from": "2024/4/1", "period_to": "2025/3/31"}
        row = head | {
            "production": "20,000",
            "activity": "電力・熱",
            "name": "電力",
            "amount": "120,000.0",
            "unit": "kWh",
            "factor": "owid-grid@2023#electricity-jp",
            "primary": "○",
        }
        changes = {("activities", 2, name): value for name, value in row.items()}
        view = good(upload(b, filled(download(b), changes), "/imports/workbook"))
        assert view["state"] == "ready", view["report"]["faults"]
        [sheet] = view["report"]["changes"]["sheets"]
        assert (sheet["part"], sheet["lines"], sheet["unit"], sheet["total"]) == (
            "ブラケット",
            1,
            "unit",
            2.912352,
        )
        assert good(b.get(f"/parts/{asked['own']}/sheets"))["items"] == []
        good(b.post(f"/imports/{view['import_id']}/confirm"))
        [kept] = good(b.get(f"/parts/{asked['own']}/sheets"))["items"]
        assert kept["total"] == 2.912352

    def test_every_fault_of_every_sheet_is_told_at_once(self, asked: dict[str, Any], b: Member) -> None:
        changes = {
            ("answers", 2, "part"): "知らない部品",
            ("answers", 2, "production_own"): "多い",
            ("answers", 3, "request_id"): "x",
            ("answers", 3, "part"): "ピン",
            ("parts", 2, "declared_unit"): "束",
            ("parts", 3, "production_own"): 1,
            ("activities", 2, "part"): "ピン",
            ("activities", 2, "activity"): "電気かも",
            ("activities", 2, "period_from"): "いつか",
            ("activities", 2, "period_to"): "2025/3/31",
            ("activities", 2, "amount"): -1,
            ("activities", 2, "unit"): "kWh",
        }
        view = good(upload(b, filled(download(b), changes), "/imports/workbook"))
        assert view["state"] == "faulty"
        assert set(codes(view, "faults")) == {
            ("part_name_unknown", "sheet:回答/row:2/column:G"),
            ("cell_not_number", "sheet:回答/row:2/column:K"),
            ("request_not_waiting", "sheet:回答/row:3/column:A"),
            ("cell_unknown_unit", "sheet:部品/row:2/column:D"),
            ("cell_missing", "sheet:部品/row:2/column:D"),
            ("cell_missing", "sheet:部品/row:3/column:D"),
            ("cell_unknown_word", "sheet:算定/row:2/column:F"),
            ("cell_not_date", "sheet:算定/row:2/column:B"),
            ("period_missing", "sheet:算定/row:2/column:B"),
            ("cell_out_of_range", "sheet:算定/row:2/column:H"),
        }
        assert b.get(f"/parts/{asked['own']}/sheets").json()["items"] == []

    def test_what_a_room_refuses_stands_at_its_row(self, asked: dict[str, Any], b: Member) -> None:
        row = {
            "part": "ブラケット",
            "period_from": "2024/4/1",
            "period_to": "2025/3/31",
            "production": 10,
            "activity": "燃料",
            "amount": 5,
            "unit": "kg",
            "factor": "jp-fuels@2024#no-such",
        }
        changes = {("activities", 2, name): value for name, value in row.items()}
        view = good(upload(b, filled(download(b), changes), "/imports/workbook"))
        assert [place for _, place in codes(view, "faults")] == ["sheet:算定/row:2"]

    def test_a_request_that_went_meanwhile_is_noticed(
        self, asked: dict[str, Any], a: Member, b: Member
    ) -> None:
        view = good(upload(b, filled(download(b), {("answers", 2, "part"): "ピン"}), "/imports/workbook"))
        assert a.post(f"/requests/{asked['request']['request_id']}/cancel").is_success
        refused = b.post(f"/imports/{view['import_id']}/confirm")
        assert (refused.status_code, refused.json()["code"]) == (409, "changed_meanwhile")
        again = good(b.post(f"/imports/{view['import_id']}/check"))
        assert (again["state"], codes(again, "faults")) == (
            "faulty",
            [("request_not_waiting", "sheet:回答/row:2/column:A")],
        )

    def test_any_other_workbook_is_told_from_it(self, b: Member) -> None:
        view = good(upload(b, "a,b\n1,2\n", "/imports/workbook"))
        assert codes(view, "faults") == [("book_sheets_not_found", "")]

"""Reading files: workbooks in a limited process, texts in many encodings, cells as people write them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from renkei.connectors.spreadsheet import cells, workbooks
from renkei.connectors.spreadsheet.errors import (
    FileEmpty,
    FileUnreadable,
    QuoteUnclosed,
    ReadersBusy,
    TextUndecodable,
    TooManyCells,
    WorkbookHasMacros,
    WorkbookOldOrLocked,
    WorkbookTooLarge,
)
from renkei.connectors.spreadsheet.reading import read_file
from renkei.connectors.spreadsheet.table import Findings, letters, number_of
from renkei.connectors.spreadsheet.workbooks import Limits, limits_of
from renkei.settings import Settings
from tests.connectors.spreadsheet.books import SHEET, bent, sheet_xml, workbook

LIMITS = limits_of(Settings())
SMALL = Limits(
    memory_bytes=400_000_000, cpu_seconds=20, unpacked_bytes=20_000_000, rows=1_000, cells=10_000, processes=2
)


def read(content: bytes, limits: Limits = LIMITS):
    return read_file(content, limits, Findings())


class TestWorkbooks:
    def test_rows_keep_their_places_where_the_table_does_not_begin_at_a1(self):
        source = read(workbook(("部品表", [[], [None, None, "品番", "員数"], [None, None, "ボルト", 2]])))
        [table] = source.tables
        assert (table.sheet, table.first_column, list(table.row_numbers)) == ("部品表", 3, [2, 3])
        assert table.rows == [["品番", "員数"], ["ボルト", 2.0]]
        assert table.place(1, 1).pointer == "sheet:部品表/row:3/column:D"

    def test_dates_and_truth_values_are_told_from_text(self):
        [table] = read(workbook(("s", [[datetime(2026, 4, 1, tzinfo=UTC), "2026-04-01", True]]))).tables
        assert table.rows == [[date(2026, 4, 1), "2026-04-01", True]]

    def test_hidden_rows_columns_and_sheets_are_known(self):
        def hide(book):
            sheet = book.get_worksheet_by_name("s")
            sheet.set_row(1, None, None, {"hidden": True})
            sheet.set_column("B:C", None, None, {"hidden": True})
            book.get_worksheet_by_name("裏").hide()
            book.get_worksheet_by_name("奥").very_hidden()

        content = workbook(("s", [["a"], ["b"], ["c"]]), ("裏", [["x"]]), ("奥", [["y"]]), then=hide)
        source = read(content)
        [table] = source.tables
        assert (table.hidden_rows, table.hidden_columns) == ({2}, {2, 3})
        assert source.hidden_sheets == ["裏", "奥"]

    def test_a_formula_gives_the_value_saved_with_it_and_is_known_as_one(self):
        def calculate(book):
            book.get_worksheet_by_name("s").write_formula("B2", "=1+1", None, 2)

        [table] = read(workbook(("s", [["a", "b"], ["x"]]), then=calculate)).tables
        assert table.rows[1] == ["x", 2.0]
        assert table.formulas == {(2, 2)}

    def test_every_cell_of_a_merged_range_has_its_value_and_is_named_by_its_top_left_cell(self):
        def merge(book):
            book.get_worksheet_by_name("s").merge_range("A2:A4", "親")

        [table] = read(
            workbook(("s", [["p", "c"], [None, "1"], [None, "2"], [None, "3"]]), then=merge)
        ).tables
        assert [row[0] for row in table.rows] == ["p", "親", "親", "親"]
        assert table.place(3, 0).pointer == "sheet:s/row:2/column:A"
        assert table.place(3, 1).pointer == "sheet:s/row:4/column:B"

    def test_two_cells_that_claim_the_whole_sheet_end_only_their_reader(self):
        rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        content = bent(workbook(("s", [["a"]])), SHEET, sheet_xml(rows, b"A1:XFD1048576"))
        with pytest.raises(WorkbookTooLarge):
            read(content)
        assert read(workbook(("s", [["a"]]))).tables

    def test_a_small_file_that_opens_to_much_is_refused_before_it_is_opened(self):
        cell = b'<c t="inlineStr"><is><t>' + b"x" * 1_000_000 + b"</t></is></c>"
        content = bent(workbook(("s", [["a"]])), SHEET, sheet_xml(b'<row r="1">' + cell * 100 + b"</row>"))
        assert len(content) < 180_000
        began = time.monotonic()
        with pytest.raises(WorkbookTooLarge):
            read(content, SMALL)
        assert time.monotonic() - began < SMALL.cpu_seconds

    def test_a_package_that_lies_about_its_size_is_stopped_by_the_limit_on_memory(self):
        strings = (
            b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
            + b"x" * (SMALL.memory_bytes // 2)
            + b"</t></si></sst>"
        )
        honest = bent(workbook(("s", [["a"]])), "xl/sharedStrings.xml", strings)
        lying = honest.replace(len(strings).to_bytes(4, "little"), (90).to_bytes(4, "little"))
        assert lying != honest
        with pytest.raises((WorkbookTooLarge, FileUnreadable)):
            read(lying, SMALL)

    def test_a_million_rows_are_refused_with_the_limit(self):
        rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 1_000_001))
        content = bent(workbook(("s", [["a"]])), SHEET, sheet_xml(rows, b"A1:A1000000"))
        with pytest.raises(TooManyCells) as refused:
            read(content)
        assert refused.value.parameters == {"rows": LIMITS.rows, "cells": LIMITS.cells}

    def test_too_many_cells_are_refused(self):
        with pytest.raises(TooManyCells):
            read(workbook(("s", [[1] * 101] * 100)), SMALL)

    def test_macros_are_refused(self):
        content = bent(workbook(("s", [["a"]])), "", b"", ("xl/vbaProject.bin", b"x"))
        with pytest.raises(WorkbookHasMacros):
            read(content)

    def test_old_and_locked_workbooks_are_told_apart_from_broken_ones(self):
        with pytest.raises(WorkbookOldOrLocked):
            read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
        with pytest.raises(FileUnreadable):
            read(b"PK\x03\x04 broken")
        with pytest.raises(FileUnreadable):
            read(bent(workbook(("s", [["a"]])), SHEET, b"<worksheet"))

    def test_entities_that_grow_are_stopped(self):
        def grow(xml: bytes) -> bytes:
            bomb = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1_000 + b'">'
            for name, of in ("ba", "cb", "dc", "ed", "fe"):
                bomb += f'<!ENTITY {name} "{f"&{of};" * 50}">'.encode()
            return bomb + b"]>" + xml.partition(b"?>")[2].replace(b'name="s"', b'name="&f;"')

        with pytest.raises((FileUnreadable, WorkbookTooLarge)):
            read(bent(workbook(("s", [["a"]])), "xl/workbook.xml", grow), SMALL)

    def test_only_so_many_are_opened_at_once(self, monkeypatch):
        monkeypatch.setattr(workbooks, "_running", SMALL.processes)
        with pytest.raises(ReadersBusy):
            read(workbook(("s", [["a"]])), SMALL)

    def test_the_reader_knows_no_secret_of_ours(self, monkeypatch):
        seen = {}
        really = subprocess.Popen

        def look(*arguments, **options):
            seen.update(options["env"])
            return really(*arguments, **options)

        monkeypatch.setenv("RENKEI_MASTER_KEY", "secret")
        monkeypatch.setattr(subprocess, "Popen", look)
        read(workbook(("s", [["a"]])))
        assert not [name for name in seen if name.startswith("RENKEI")]

    @pytest.mark.skipif(sys.platform == "win32", reason="limits are set by POSIX calls")
    def test_the_reader_limits_itself_before_it_looks_at_the_file(self):
        program = (
            "import resource, json, sys; from renkei.connectors.spreadsheet import child; child._limit(500000000, 7);"
            "print(json.dumps([resource.getrlimit(n)[0] for n in (resource.RLIMIT_AS, resource.RLIMIT_CPU,"
            " resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)]))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == [500_000_000, 7, 0, 0]

    def test_no_process_is_left_behind(self):
        read(workbook(("s", [["a"]])))
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)


class TestTexts:
    @pytest.mark.parametrize(
        ("encoding", "shown"),
        [
            ("utf-8", "UTF-8"),
            ("utf-8-sig", "UTF-8"),
            ("cp932", "Shift_JIS (cp932)"),
            ("utf-16", "UTF-16"),
        ],
    )
    def test_the_usual_encodings_are_known_by_themselves(self, encoding, shown):
        findings = Findings()
        content = "品番,数量\r\n①髙橋,１\r\n".encode(encoding)
        [table] = read_file(content, LIMITS, findings).tables
        assert table.rows == [["品番", "数量"], ["①髙橋", "１"]]
        [note] = findings.of("note")
        assert note.fault.parameters["encoding"] == shown

    @pytest.mark.parametrize("delimiter", [",", "\t", ";"])
    def test_the_delimiter_is_the_one_that_the_headings_have(self, delimiter):
        [table] = read(f"a{delimiter}b{delimiter}c\n1{delimiter}2{delimiter}3\n".encode()).tables
        assert table.rows == [["a", "b", "c"], ["1", "2", "3"]]

    def test_a_record_knows_its_number_and_its_first_line(self):
        [table] = read(b'a,b\n"x\ny\r\nz",1\n"2",3\n').tables
        assert table.rows[1] == ["x\ny\r\nz", "1"]
        assert [table.place(i).pointer for i in range(3)] == ["row:1/line:1", "row:2/line:2", "row:3/line:5"]

    def test_what_cannot_be_read_is_told_with_its_line(self):
        with pytest.raises(QuoteUnclosed) as unclosed:
            read(b'a,b\n1,"2\n3,4\n')
        assert unclosed.value.pointer == "line:2"
        with pytest.raises(TextUndecodable) as undecodable:
            read(b"a,b\n1,\x81\n")
        assert undecodable.value.pointer == "line:2"
        with pytest.raises(FileUnreadable):
            read(b"GIF89a\x00\x01")

    def test_nothing_is_refused_as_such(self):
        for content in (b"", b"\n\n", b",,\n", "\ufeff".encode(), workbook(("s", []))):
            with pytest.raises(FileEmpty):
                read(content)

    def test_limits_hold_for_texts_too(self):
        with pytest.raises(TooManyCells):
            read(b"a\n" * 1_001, SMALL)
        with pytest.raises(TooManyCells):
            read(b",".join([b"1"] * 10_001), SMALL)


class TestNumbers:
    @pytest.mark.parametrize(
        ("column", "read_as"),
        [
            (["1,234", "12.5"], ["1234", "12.5"]),
            (["1.234,5", "12"], ["1234.5", "12"]),
            (["0,125", "1.234"], ["0.125", "1234"]),
            (["0.125", "1,234"], ["0.125", "1234"]),
            (["１，２３４．５", "１２"], ["1234.5", "12"]),
            (["1 234,5", "2'000,1"], ["1234.5", "2000.1"]),
            (["1,234,567"], ["1234567"]),
            (["1.234.567"], ["1234567"]),
            (["▲1.5", "−2"], ["-1.5", "-2"]),
            (["50%", "2.5%"], ["0.5", "0.025"]),
            (["1.5E-3", "2E3"], ["0.0015", "2E+3"]),
            (["007", ".5"], ["7", "0.5"]),
        ],
    )
    def test_comma_and_point_are_decided_for_the_whole_column(self, column, read_as):
        style = cells.style_of(column)
        assert not style.mixed
        found = [cells.number_of_text(text, decimal_comma=style.decimal_comma) for text in column]
        assert found == [Decimal(text) for text in read_as]

    def test_a_column_of_both_is_mixed_and_one_that_may_be_either_is_asked(self):
        assert cells.style_of(["1.5", "2,5"]).mixed == "2,5"
        assert cells.style_of(["1,234", "5"]) == cells.NumberStyle(ambiguous="1,234")

    @pytest.mark.parametrize(
        "text", ["", "x", "1,23,4", "1..2", "NaN", "inf", "1e999", "0x1", "--1", "1-", "12 kg"]
    )
    def test_what_is_no_number_is_none(self, text):
        assert cells.number_of_text(text) is None

    def test_numbers_of_workbooks_have_the_digits_that_are_shown(self):
        assert [cells.number_text(n) for n in (1001.0, 0.1 + 0.2, 1e-7, 1e20, 2.5)] == [
            "1001",
            "0.3",
            "0.0000001",
            "100000000000000000000",
            "2.5",
        ]


class TestDates:
    @pytest.mark.parametrize(
        "written",
        [
            "2026/4/1",
            "2026-04-01",
            "2026.4.1",
            "2026年4月1日",
            "20260401",
            "２０２６／４／１",
            "令和8年4月1日",
            "R8.4.1",
            "r08/04/01",
            "令和 8 年 4 月 1 日",
            "01.04.2026",
            "2026-04-01T00:00:00",
            46113.0,
            20260401.0,
            date(2026, 4, 1),
        ],
    )
    def test_one_day_in_many_ways(self, written):
        assert cells.date_of(written) == date(2026, 4, 1)

    def test_the_first_year_of_an_era_and_days_outside_of_it(self):
        assert cells.date_of("令和元年5月1日") == date(2019, 5, 1)
        assert cells.date_of("平成31年4月30日") == date(2019, 4, 30)
        assert cells.date_of("S64.1.7") == date(1989, 1, 7)
        for wrong in (
            "平成31年5月1日",
            "令和0年1月1日",
            "R1.4.30",
            "2026/2/30",
            "4/1/2026",
            "来週",
            1.5,
            True,
        ):
            assert cells.date_of(wrong) is None


def test_full_width_part_numbers_become_half_width_and_names_stay():
    assert cells.half_width("ＡＢＣ－１２３") == "ABC-123"
    assert cells.half_width("ボルトＭ６") == "ボルトＭ６"
    assert cells.half_width("ﾎﾞﾙﾄ") == "ﾎﾞﾙﾄ"


def test_letters_of_columns():
    assert [letters(n) for n in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(number_of(letters(n)) == n for n in range(1, 16_385))

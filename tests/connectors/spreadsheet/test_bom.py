"""Bills of materials: what a table means, and every fault and question with its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import pytest

from renkei.commons.operators.model import Plant
from renkei.connectors.spreadsheet.bom import read_bom
from renkei.connectors.spreadsheet.bom_mapping import BomMapping
from renkei.connectors.spreadsheet.bom_reader import Bom
from renkei.connectors.spreadsheet.reading import read_file
from renkei.connectors.spreadsheet.table import Findings
from renkei.connectors.spreadsheet.workbooks import limits_of
from renkei.settings import Settings
from tests.connectors.spreadsheet.books import workbook

LIMITS = limits_of(Settings())
TODAY = date(2026, 11, 26)
PLANT = UUID("7f3c1a52-9a53-4bcb-8d86-0d7a4e6f1c11")
OTHER = UUID("d17833fe-22b7-4a4a-b097-bc3f2150c9a6")


def plant(plant_id: UUID = PLANT, name: str = "本社工場", number: str = "000001") -> Plant:
    return Plant(
        plant_key=1,
        plant_id=plant_id,
        operator_id=OTHER,
        name=name,
        address="愛知県",
        open_plant_id=number,
        global_plant_id=None,
    )


def read(
    content: bytes | str, mapping: BomMapping | None = None, plants: list[Plant] | None = None
) -> tuple[Bom | None, Findings]:
    findings = Findings()
    data = content if isinstance(content, bytes) else content.encode()
    source = read_file(data, LIMITS, findings)
    bom = read_bom(source, mapping or BomMapping(), [plant()] if plants is None else plants, TODAY, findings)
    return bom, findings


def told(findings: Findings, kind: str = "fault") -> list[tuple[str, str]]:
    return [(one.fault.code, one.place.pointer) for one in findings.of(kind)]  # type: ignore[arg-type]


def structures(bom: Bom | None) -> dict[str, list[tuple[object, ...]]]:
    """Parent → (child, amount of one parent, unit) in order."""
    assert bom is not None
    return {
        row.parent.name: [
            (line.child.name, line.amount / line.base_quantity, line.unit) for line in row.lines
        ]
        for row in bom.rows
        if row.lines is not None
    }


class TestLayouts:
    EXPECTED: ClassVar = {
        "P": [("A", 2, "unit"), ("B", Decimal("0.5"), "kilogram")],
        "A": [("C", 4, "unit")],
    }

    def test_indented_by_numbers(self):
        bom, findings = read("レベル,品番,員数,単位\n0,P,,\n1,A,2,個\n2,C,4,本\n1,B,0.5,kg\n")
        assert structures(bom) == self.EXPECTED
        assert not findings.blocked
        assert bom.layout == "indented"

    @pytest.mark.parametrize(
        "levels",
        [
            ("1", ".2", "..3", ".2"),
            ("1", "1.1", "1.1.1", "1.2"),
            ("+1", "++2", "+++3", "++2"),
            ("・1", "・・2", "・・・3", "・・2"),
        ],
    )
    def test_indented_in_the_ways_of_other_systems(self, levels):
        rows = zip(levels, ["P,,", "A,2,個", "C,4,個", "B,0.5,kg"], strict=True)
        bom, findings = read("Level,Part No.,Qty,UOM\n" + "".join(f"{a},{b}\n" for a, b in rows))
        assert structures(bom) == self.EXPECTED, told(findings)

    def test_a_column_for_each_level(self):
        text = "L1,L2,L3,品名,員数,単位\nP,,,製品,,\n,A,,組立,2,個\n,,C,ねじ,4,個\n,B,,樹脂,0.5,kg\n"
        bom, findings = read(text)
        assert structures(bom) == self.EXPECTED, told(findings)

    def test_parent_and_child(self):
        bom, findings = read("親品番,子品番,員数,単位\nP,A,2,個\nP,B,0.5,kg\nA,C,4,個\n")
        assert structures(bom) == self.EXPECTED, told(findings)
        assert bom.layout == "parent_child"

    def test_a_title_and_a_customer_may_stand_above(self):
        rows = [
            ["部品構成表"],
            [],
            ["得意先", "A自動車"],
            ["レベル", "品番", "員数", "単位"],
            [1, "P"],
            [2, "A", 2, "個"],
        ]
        bom, findings = read(workbook(("BOM", rows)))
        assert structures(bom) == {"P": [("A", 2, "unit")]}, told(findings)

    def test_the_product_may_be_named_beside_the_file(self):
        bom, _ = read("レベル,品番,員数,単位\n1,A,2,個\n2,C,4,個\n1,B,0.5,kg\n", BomMapping(product="P"))
        assert structures(bom) == self.EXPECTED

    def test_children_come_before_their_parents(self):
        bom, _ = read("親品番,子品番,員数,単位\nP,A,2,個\nA,C,4,個\n")
        assert [row.parent.name for row in bom.rows] == ["C", "A", "P"]

    def test_headings_by_a_mapping(self):
        mapping = BomMapping(columns={"level": "構成LV", "part": "図番", "amount": "使用"})
        bom, findings = read("構成LV,図番,品番,使用,単位\n0,P,x,,\n1,A,y,2,個\n", mapping)
        assert structures(bom) == {"P": [("A", 2, "unit")]}, told(findings)

    def test_a_heading_that_a_mapping_names_and_that_is_missing_is_told(self):
        mapping = BomMapping(columns={"part": "図番", "level": "構成LV"})
        _, findings = read("レベル,図番,員数,単位\n0,P,,\n", mapping)
        assert told(findings) == [("headings_not_found", "")]

    def test_a_heading_twice_is_told_with_both_columns(self):
        _, findings = read("レベル,品番,品番,員数,単位\n0,P,P,,\n1,A,A,1,個\n")
        assert told(findings) == [("heading_twice", "row:1/line:1")]
        assert findings.of("fault")[0].fault.parameters["columns"] == "B, C"


class TestAmounts:
    def test_per_so_many_parents_in_a_column_or_for_all(self):
        """250 g for 1,000 pieces, 3 for 100: 0.25 g and 0.03 pieces each."""
        text = '親品番,子品番,員数,単位,基準数量\nP,A,250,g,"1,000"\nP,B,3,個,100\nP,C,1,個,\n'
        bom, findings = read(text)
        assert structures(bom)["P"] == [
            ("A", Decimal("0.25"), "gram"),
            ("B", Decimal("0.03"), "unit"),
            ("C", 1, "unit"),
        ]
        bom, _ = read("親品番,子品番,員数,単位\nP,A,250,g\n", BomMapping(base_quantity=Decimal(1000)))
        assert structures(bom)["P"] == [("A", Decimal("0.25"), "gram")]
        assert told(findings, "question") == [("numbers_ambiguous", "row:2/line:2/column:E")]

    def test_the_same_child_at_two_positions_is_added_up(self):
        """4 pieces at 10 and 2 dozen at 30: 28 pieces; 2 for 1 and 3 for 100: 2.03 each."""
        text = "親品番,位置番号,子品番,員数,単位,基準数量\nP,10,A,4,個,\nP,20,B,2,個,1\nP,30,A,2,ダース,\nP,40,B,3,個,100\n"
        bom, findings = read(text)
        assert structures(bom)["P"] == [("A", 28, "unit"), ("B", Decimal("2.03"), "unit")]
        assert told(findings) == told(findings, "question") == []
        assert ("child_added", "row:4/line:4") in told(findings, "note")

    def test_the_same_position_twice_is_a_fault_but_not_for_alternatives(self):
        text = "親品番,位置番号,子品番,員数,単位,代替グループ,使用比率\nP,10,A,4,個,,\nP,10,B,2,個,,\nP,20,C,1,個,G,60\nP,20,D,1,個,G,40\n"
        bom, findings = read(text)
        assert told(findings) == [("position_twice", "row:3/line:3/column:B")]
        assert findings.of("fault")[0].fault.parameters == {"position": "10", "parent": "P", "row": 2}
        [row] = [row for row in bom.rows if row.parent.name == "P"]
        assert [line.usage_share for line in row.lines] == [None, Decimal("0.6"), Decimal("0.4")]
        assert ("shares_in_percent", "row:1/line:1") in told(findings, "note")

    def test_the_same_child_twice_without_positions_is_asked(self):
        bom, findings = read("親品番,子品番,員数,単位\nP,A,4,個\nP,A,2,個\n")
        assert structures(bom)["P"] == [("A", 6, "unit")]
        assert told(findings, "question") == [("child_twice", "row:3/line:3")]

    def test_the_same_child_in_other_units_or_treatment_is_a_fault(self):
        text = "親品番,子品番,員数,単位,内外作区分\nP,A,4,個,\nP,A,2,kg,\nP,B,1,個,購入\nP,B,1,個,無償支給\n"
        _, findings = read(text)
        assert told(findings) == [("child_differs", "row:3/line:3"), ("child_differs", "row:5/line:5")]

    def test_phantoms_sourcing_and_own_words(self):
        text = (
            "親品番,子品番,員数,単位,ファントム,調達区分\nP,A,1,ヶ,○,内作\nP,B,1,巻,×,K\nP,C,1,本,,有償支給\n"
        )
        mapping = BomMapping(words={"K": "consigned_free"}, units={"巻": "meter"})
        bom, findings = read(text, mapping)
        assert told(findings) == []
        [row] = [row for row in bom.rows if row.parent.name == "P"]
        assert [(line.phantom, line.sourcing, line.unit) for line in row.lines] == [
            (True, "made", "unit"),
            (False, "consigned_free", "meter"),
            (False, "consigned_paid", "unit"),
        ]

    def test_decimal_commas_and_full_width_digits(self):
        bom, findings = read("親品番;子品番;員数;単位\nP;A;1.234,5;g\nP;B;０,５;kg\n")
        assert structures(bom)["P"] == [("A", Decimal("1234.5"), "gram"), ("B", Decimal("0.5"), "kilogram")]
        assert [one.fault.code for one in findings.of("note")] == ["text_encoding", "numbers_by_comma"]

    def test_a_column_with_both_decimal_marks_is_a_fault_at_the_first_other_one(self):
        _, findings = read("親品番;子品番;員数;単位\nP;A;1.5;g\nP;B;2,5;kg\n")
        assert ("numbers_mixed", "row:3/line:3/column:C") in told(findings)

    def test_zero_and_too_much_are_asked(self):
        _, findings = read("親品番,子品番,員数,単位\nP,A,0,個\nP,B,5000000,mg\n")
        assert told(findings, "question") == [
            ("amount_zero", "row:2/line:2/column:C"),
            ("amount_suspicious", "row:3/line:3/column:C"),
        ]

    def test_without_a_column_of_units_pieces_are_asked_about_unless_the_heading_names_one(self):
        bom, findings = read("親品番,子品番,員数\nP,A,1\n")
        assert told(findings, "question") == [("units_assumed", "row:1/line:1")]
        bom, findings = read("親品番,子品番,使用量(g)\nP,A,1\n")
        assert structures(bom)["P"] == [("A", 1, "gram")]
        assert told(findings, "question") == []

    def test_masses_are_in_the_unit_of_the_heading(self):
        bom, findings = read("親品番,子品番,員数,単位,単重(g)\nP,A,1,個,250\n")
        [row] = [row for row in bom.rows if row.parent.name == "A"]
        assert row.parent.facts.mass_kg_per_unit == Decimal("0.25"), told(findings)


class TestFaults:
    def test_every_fault_is_told_at_once_with_its_place(self):
        text = (
            "親品番,子品番,員数,単位,位置番号,適用開始日\n"
            "P,,1,個,10,\n"
            "P,A,,個,20,\n"
            "P,B,x,個,30,\n"
            "P,C,1,束,40,\n"
            "P,D,1,,50,\n"
            "P,P,1,個,60,\n"
            "P,E,-1,個,70,\n"
            ",F,1,個,80,\n"
            "P,G,1,個,90,令和8年13月1日\n"
        )
        _, findings = read(text)
        assert sorted(told(findings)) == sorted(
            [
                ("cell_missing", "row:2/line:2/column:B"),
                ("cell_missing", "row:3/line:3/column:C"),
                ("cell_not_number", "row:4/line:4/column:C"),
                ("cell_unknown_unit", "row:5/line:5/column:D"),
                ("cell_missing", "row:6/line:6/column:D"),
                ("own_child", "row:7/line:7/column:B"),
                ("cell_out_of_range", "row:8/line:8/column:C"),
                ("cell_missing", "row:9/line:9/column:A"),
                ("cell_not_date", "row:10/line:10/column:F"),
            ]
        )

    def test_a_level_that_is_missing_and_one_that_is_none(self):
        _, findings = read("レベル,品番,員数,単位\n0,P,,\n2,A,1,個\nX,B,1,個\n,C,1,個\n")
        assert told(findings) == [
            ("level_jumps", "row:3/line:3/column:A"),
            ("level_unreadable", "row:4/line:4/column:A"),
            ("cell_missing", "row:5/line:5/column:A"),
        ]

    def test_an_assembly_that_comes_again_must_be_the_same(self):
        head = "レベル,品番,員数,単位\n0,P,,\n1,A,1,個\n2,C,4,個\n1,B,1,個\n2,A,2,個\n"
        bom, findings = read(head + "3,C,4,個\n")
        assert structures(bom)["A"] == [("C", 4, "unit")]
        assert not findings.blocked
        _, findings = read(head + "3,C,5,個\n")
        assert told(findings) == [("structure_differs", "row:6/line:6")]
        bom, findings = read(head)
        assert structures(bom)["A"] == [("C", 4, "unit")]

    def test_loops_are_asked_about(self):
        bom, findings = read("親品番,子品番,員数,単位\nP,A,1,個\nA,P,0.1,個\n")
        assert [code for code, _ in told(findings, "question")] == ["bom_loops"]
        assert len(bom.rows) == 2

    def test_lines_of_one_structure_begin_on_one_day_and_ended_ones_are_left_out(self):
        text = "親品番,子品番,員数,単位,適用開始日,適用終了日\nP,A,1,個,R8.4.1,\nP,B,1,個,2026/4/1,\nP,C,1,個,,令和7年3月31日\n"
        bom, findings = read(text)
        [row] = [row for row in bom.rows if row.parent.name == "P"]
        assert (row.effective_from, [line.child.name for line in row.lines]) == (date(2026, 4, 1), ["A", "B"])
        assert ("line_ended", "row:4/line:4/column:F") in told(findings, "note")
        _, findings = read(text + "P,D,1,個,2026/5/1,\n")
        assert told(findings) == [("dates_differ", "row:5/line:5/column:E")]

    def test_plants_are_known_by_number_or_name_and_must_be_chosen_among_several(self):
        plants = [plant(), plant(OTHER, "第二工場", "000002")]
        text = "親品番,子品番,員数,単位,工場\nP,A,1,個,第二工場\nP,B,1,個,000002\n"
        bom, findings = read(text, plants=plants)
        assert {row.parent.plant_id for row in bom.rows} == {OTHER}
        _, findings = read(text.replace("第二工場", "第三工場"), plants=plants)
        assert told(findings) == [("plant_of_row_unknown", "row:2/line:2/column:E")]
        simple = "親品番,子品番,員数,単位\nP,A,1,個\n"
        assert told(read(simple, plants=plants)[1]) == [("plant_not_chosen", "")]
        assert told(read(simple, plants=[])[1]) == [("plant_none", "")]
        bom, _ = read(simple, BomMapping(plant_id=OTHER), plants)
        assert {row.parent.plant_id for row in bom.rows} == {OTHER}

    def test_nothing_below_the_headings(self):
        assert told(read("レベル,品番,員数,単位\n,,,\n")[1]) == [("bom_empty", "row:1/line:1")]

    def test_no_headings_at_all(self):
        assert told(read("a,b\n1,2\n")[1]) == [("headings_not_found", "")]

    def test_problems_of_a_quoted_record_name_it_and_its_first_line(self):
        _, findings = read('親品番,子品番,員数,単位,備考\nP,A,1,個,"一\n二"\nP,B,x,個,\n')
        assert told(findings) == [("cell_not_number", "row:3/line:4/column:C")]


class TestWorkbookQuestions:
    def test_hidden_rows_are_asked_or_left_out(self):
        def hide(book):
            book.get_worksheet_by_name("BOM").set_row(2, None, None, {"hidden": True})

        rows = [["親品番", "子品番", "員数", "単位"], ["P", "A", 1, "個"], ["P", "B", 1, "個"]]
        content = workbook(("BOM", rows), then=hide)
        bom, findings = read(content)
        assert told(findings, "question") == [("rows_hidden", "sheet:BOM/row:3")]
        assert len(structures(bom)["P"]) == 2
        bom, findings = read(content, BomMapping(skip_hidden_rows=True))
        assert (told(findings, "question"), len(structures(bom)["P"])) == ([], 1)
        assert ("rows_hidden_skipped", "sheet:BOM/row:3") in told(findings, "note")

    def test_hidden_sheets_are_asked_and_other_sheets_said(self):
        rows = [["親品番", "子品番", "員数", "単位"], ["P", "A", 1, "個"]]
        content = workbook(
            ("表紙", [["x"]]),
            ("BOM", rows),
            ("旧", rows),
            then=lambda book: book.get_worksheet_by_name("旧").hide(),
        )
        _, findings = read(content)
        assert told(findings, "question") == [("sheets_hidden", "")]
        assert [one.fault.code for one in findings.of("note")] == ["sheets_unread"]
        _, findings = read(content, BomMapping(sheet="旧"))
        assert told(findings) == [("worksheet_not_found", "")]

    def test_formulas_are_said_and_one_without_a_value_is_a_fault(self):
        def calculate(book):
            sheet = book.get_worksheet_by_name("BOM")
            sheet.write_formula("C2", "=1+1", None, 2)
            sheet.write_formula("C3", "=1/0", None, "#DIV/0!")

        rows = [["親品番", "子品番", "員数", "単位"], ["P", "A", None, "個"], ["P", "B", None, "個"]]
        bom, findings = read(workbook(("BOM", rows), then=calculate))
        assert structures(bom)["P"] == [("A", 2, "unit")]
        assert ("formula_without_value", "sheet:BOM/row:3/column:C") in told(findings)
        assert ("formulas_taken", "sheet:BOM") in told(findings, "note")

    def test_a_merged_parent_counts_for_its_rows_and_is_named_by_its_first_cell(self):
        def merge(book):
            sheet = book.get_worksheet_by_name("BOM")
            sheet.merge_range("A2:A3", "P")
            sheet.merge_range("C2:C3", 2)

        rows = [["親品番", "子品番", "員数", "単位"], [None, "A", None, "個"], [None, "B", None, "個"]]
        bom, findings = read(workbook(("BOM", rows), then=merge))
        assert structures(bom)["P"] == [("A", 2, "unit"), ("B", 2, "unit")]
        assert told(findings, "question") == [("merged_cells", "sheet:BOM/row:2/column:C")]

    def test_part_numbers_that_are_numbers_are_asked_and_full_width_ones_said(self):
        rows = [
            ["親品番", "子品番", "員数", "単位"],
            ["Ｐ－１", 123, 1, "個"],
            ["Ｐ－１", "1.2E+10", 1, "個"],
        ]
        bom, findings = read(workbook(("BOM", rows)))
        assert told(findings, "question") == [
            ("part_numbers_are_numbers", "sheet:BOM/row:2/column:B"),
            ("part_number_rewritten", "sheet:BOM/row:3/column:B"),
        ]
        assert [line[0] for line in structures(bom)["P-1"]] == ["123", "1.2E+10"]


def test_ten_thousand_faults_take_no_longer_than_reading():
    """Every fault costs the same however many there are; the first thousand are listed, all are counted."""
    text = "親品番,子品番,員数,単位\n" + "P,A,,\n" * 20_000
    _, findings = read(text)
    assert findings.counts["fault"] == 40_000
    assert len(findings.of("fault")) == 1_000

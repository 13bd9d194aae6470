"""Writes the workbooks of this folder anew: python examples/bom/make.py. The text files are written by hand.

They are made up, in the manner of exports that suppliers have: a bill of an electric water pump.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
CREATED = datetime(2026, 4, 1)  # noqa: DTZ001 - the library takes times without a zone


def indented() -> None:
    """部品構成表: levels, a title above, an assembly that stands at two places, masses in grams."""
    book = xlsxwriter.Workbook(HERE / "water-pump-indented-ja.xlsx")
    book.set_properties({"created": CREATED})
    sheet = book.add_worksheet("部品構成表")
    bold = book.add_format({"bold": True, "border": 1})
    sheet.merge_range("A1:H1", "部品構成表　電動ウォーターポンプ", bold)
    sheet.write_row("A2", ["作成日", "令和8年4月1日", None, "作成部署", "生産技術課"])
    sheet.write_row("A4", ["レベル", "品番", "品名", "員数", "単位", "単重(g)", "内外作区分", "備考"], bold)
    rows = [
        (0, "WP-1000", "電動ウォーターポンプ", None, None, 1250, "内作", None),
        (1, "WP-1100", "ポンプ本体", 1, "個", 480, "内作", None),
        (2, "WP-1110", "ハウジング（ADC12）", 1, "個", 410, "購入", "ダイカスト"),
        (2, "WP-1120", "インペラ（PPS）", 1, "個", 35, "購入", None),
        (2, "WP-1900", "シールセット", 1, "セット", None, "内作", None),
        (3, "OR-P20", "Oリング P20", 2, "個", 0.6, "購入", None),
        (3, "GR-001", "グリース", 1.5, "g", None, "購入", "1個当たり"),
        (1, "WP-1200", "モータ", 1, "個", 640, "内作", None),
        (2, "MG-200", "マグネット（Nd）", 8, "個", 11.5, "購入", None),
        (2, "CW-050", "銅線 0.5mm", 38.5, "m", None, "購入", None),
        (2, "WP-1900", "シールセット", 1, "セット", None, "内作", "WP-1100と共通"),
        (3, "OR-P20", "Oリング P20", 2, "個", 0.6, "購入", None),
        (3, "GR-001", "グリース", 1.5, "g", None, "購入", "1個当たり"),
        (1, "BL-M6-16", "六角ボルト M6x16", 6, "本", 5.4, "購入", None),
    ]
    for number, row in enumerate(rows, start=4):
        sheet.write_row(number, 0, row)
    sheet.set_column("B:C", 22)
    book.close()


def messy() -> None:
    """What really comes: hidden row, formula, merged parents, full-width digits, amounts per 1,000, phantom, alternatives."""
    book = xlsxwriter.Workbook(HERE / "water-pump-messy.xlsx")
    book.set_properties({"created": CREATED})
    sheet = book.add_worksheet("BOM")
    book.add_worksheet("旧版").hide()
    note = book.add_worksheet("メモ")
    note.write("A1", "設変 2026-03 反映済み")
    heads = [
        "親品番",
        "位置番号",
        "子品番",
        "品名",
        "数量",
        "単位",
        "基準数量",
        "ファントム",
        "代替グループ",
        "使用比率",
        "適用開始日",
    ]
    sheet.write_row(0, 0, heads)
    rows = [
        (None, 10, "ＷＰ－１１００", "ポンプ本体", "１", "個", None, None, None, None, "令和8年4月1日"),
        (None, 20, "WP-1200", "モータ", 1, "個", None, None, None, None, "R8.4.1"),
        (None, 30, "KIT-01", "締結キット", 1, "式", None, "○", None, None, "2026/4/1"),
        (None, 40, "OIL-32", "潤滑油", "1,250", "g", 1000, None, None, None, "2026年4月1日"),
        ("KIT-01", 10, "BL-M6-16", "六角ボルト M6x16", 4, "本", None, None, None, None, None),
        ("KIT-01", 20, "WS-06", "座金 6", 4, "枚", None, None, None, None, None),
        ("KIT-01", 30, "BL-M6-16", "六角ボルト M6x16", 2, "本", None, None, None, None, None),
        ("WP-1200", 10, "MG-200", "マグネット A社", 8, "個", None, None, "MAG", "70%", None),
        ("WP-1200", 10, "MG-210", "マグネット B社", 8, "個", None, None, "MAG", "30%", None),
        ("WP-1200", 20, "CW-050", "銅線 0.5mm", None, "m", None, None, None, None, None),
        ("WP-1200", 30, "TP-010", "絶縁テープ", "0.8", "m", None, None, None, None, None),
    ]
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, row)
    sheet.merge_range("A2:A5", "WP-1000")
    sheet.write_formula("E11", "=ROUND(38.46,1)", None, 38.5)
    sheet.set_row(11, None, None, {"hidden": True})
    book.close()


if __name__ == "__main__":
    indented()
    messy()

"""Writes the files of this folder anew: python examples/factors/make.py. All numbers are invented."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
CREATED = datetime(2026, 4, 1)  # noqa: DTZ001 - the library takes times without a zone

HEADS = [
    "No.",
    "管理番号",
    "名称",
    "種別",
    "範囲",
    "排出係数",
    "単位",
    "国・地域",
    "データ年度",
    "GWP",
    "価格年",
    "出典",
    "利用条件",
    "備考",
]
SUPPLIER = ("仕入先回答", "社内限り")
OWN = ("自社推計", "社内限り")
GROUPS = [
    (
        "■ エネルギー",
        [
            ("E-001", "購入電力（A電力 低炭素メニュー）", "電力", "燃焼", 0.287, "t-CO2/千kWh", "日本", "2024年度", "CO2", None, *SUPPLIER, "契約メニュー"),
            ("E-002", "工場蒸気（隣接発電所から）", "熱", "ライフサイクル", 58.4, "kg-CO2e/GJ", "日本", "2024年度", "AR5", None, *SUPPLIER, None),
        ],
    ),
    (
        "■ 材料",
        [
            ("M-101", "冷延鋼板 SPCC t1.2", "材料", "原料採取から製造まで", 2.14, "t-CO2e/t", "日本", "令和5年度", "AR5", None, *SUPPLIER, "電炉比率30%"),
            ("M-102", "ADC12 再生地金", "材料", "原料採取から製造まで", 1.05, "kg-CO2e/kg", "中国", 2023, "AR6", None, *SUPPLIER, None),
            ("M-103", "PPS-GF40 ペレット", "材料", "原料採取から製造まで", 8.9, "kg-CO2e/kg", "日本", 2022, "AR5", None, *OWN, None),
        ],
    ),
    (
        "■ 外注加工・購入金額",
        [
            ("P-201", "三価クロメートめっき", "加工", "ライフサイクル", 310, "g-CO2e/m2", "日本", 2024, "AR5", None, *OWN, "膜厚8μm"),
            ("S-301", "梱包資材（購入金額）", "金額", "ライフサイクル", 2.6, "t-CO2e/百万円", "日本", 2023, "AR5", 2023, *OWN, None),
            ("T-401", "10tトラック輸送", "輸送", "ライフサイクル", "0.118", "kg-CO2e/t・km", "日本", 2024, "AR5", None, *OWN, None),
        ],
    ),
]  # fmt: skip


def list_of_the_company() -> None:
    """原単位一覧: a title, headings of groups, units of every sort, years of both calendars, another sheet beside."""
    book = xlsxwriter.Workbook(HERE / "factor-list-ja.xlsx")
    book.set_properties({"created": CREATED})
    sheet = book.add_worksheet("原単位一覧")
    bold = book.add_format({"bold": True, "border": 1})
    sheet.write("A1", "CFP算定用 排出原単位一覧（2025年度版）", bold)
    sheet.write_row("A2", ["作成", "令和7年5月12日", None, "環境管理部"])
    sheet.write_row("A4", HEADS, bold)
    row, number = 4, 0
    for title, factors in GROUPS:
        sheet.write(row, 2, title)
        row += 1
        for factor in factors:
            number += 1
            sheet.write_row(row, 0, [number, *factor])
            row += 1
    sheet.set_column("C:C", 32)
    other = book.add_worksheet("改訂履歴")
    other.write_row("A1", ["版", "日付", "内容"])
    other.write_row("A2", ["2025", "2025/5/12", "電力係数を更新"])
    book.close()


def export_of_purchasing() -> None:
    """The export of a purchasing system in Shift_JIS with headings of its own: read by mapping-purchasing.json."""
    rows = [
        ["品種CD", "品種名", "CO2排出(kg)", "あたり", "生産国", "算出年"],
        ["10-0001", "六角ボルト（鋼・三価）", "2.31", "KG", "国内", "2024"],
        ["10-0002", "Ｏリング（NBR）", "4.05", "KG", "国内", "2024"],
        ["20-0001", "段ボール箱 A式", '"1,020.5"', "TON", "国内", "2023"],
        ["20-0002", "ストレッチフィルム", "3.2", "KG", "上海工場", "2023"],
    ]
    text = "".join(",".join(row) + "\r\n" for row in rows)
    (HERE / "purchasing-cp932.csv").write_bytes(text.encode("cp932"))


def with_faults() -> None:
    """Faults of every sort, told at once."""
    rows = [
        ["係数ID", "名称", "種類", "範囲", "係数", "単位", "地域", "年度"],
        ["steel", "鋼板", "材料", "ライフサイクル", "2.1程度", "kg-CO2e/kg", "日本", "2024年度"],
        ["copper", "銅線", "材料", "ライフサイクル", "", "kg-CO2e/kg", "日本", "2024年度"],
        ["coke", "コークス", "燃料", "燃焼", "0.0294", "tC/GJ", "日本", "2024年度"],
        ["paint", "塗装", "塗装工程", "ライフサイクル", "1.2", "kg-CO2e/m2", "日本", "2024年度"],
        ["resin", "樹脂", "材料", "ライフサイクル", "3.4", "kg-CO2e/kg", "国産", "昨年度"],
        ["steel", "鋼帯", "材料", "ライフサイクル", "2.0", "kg-CO2e/kg", "日本", "2024年度"],
        ["packing", "梱包材", "金額", "ライフサイクル", "2.6", "t-CO2e/百万円", "日本", "2024年度"],
    ]
    text = "".join(",".join(row) + "\r\n" for row in rows)
    (HERE / "factor-list-with-faults.csv").write_bytes(text.encode("utf-8-sig"))


list_of_the_company()
export_of_purchasing()
with_faults()

"""The sheets of the workbook for suppliers: their names, columns and words, in Japanese and English.

One description serves both ways: `supplier_book` writes the workbook, `supplier_import` reads it in either language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from renkei.usecases.footprint.calculator.model import Activity

Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class BookField:
    """A column. `entry`: filled in by the person; the others are there to be read."""

    name: str
    ja: str
    en: str
    width: int = 14
    entry: bool = False

    def heading(self, language: Language) -> str:
        """What stands above the column."""
        return self.ja if language == "ja" else self.en


_VALUES: Final = (
    BookField("declared_unit", "CFPの単位", "Declared unit", 14, entry=True),
    BookField("raw_own", "原材料・自社分 (kgCO2e)", "Raw material, own (kgCO2e)", 16, entry=True),
    BookField(
        "raw_component", "原材料・構成部品分 (kgCO2e)", "Raw material, components (kgCO2e)", 16, entry=True
    ),
    BookField("production_own", "製造・自社分 (kgCO2e)", "Production, own (kgCO2e)", 16, entry=True),
    BookField(
        "production_component", "製造・構成部品分 (kgCO2e)", "Production, components (kgCO2e)", 16, entry=True
    ),
    BookField("period_from", "対象期間の開始日", "Period from", 14, entry=True),
    BookField("period_to", "対象期間の終了日", "Period to", 14, entry=True),
    BookField("primary_share", "一次データ比率 (%)", "Primary data share (%)", 12, entry=True),
)
ANSWERS: Final = (
    BookField("request_id", "依頼ID", "Request id", 38),
    BookField("customer", "依頼元", "Customer", 22),
    BookField("customer_part", "依頼元の品番", "Customer's part", 20),
    BookField("customer_label", "依頼元の品名", "Customer's description", 24),
    BookField("due", "回答期限", "Due", 12),
    BookField("message", "依頼メッセージ", "Message", 30),
    BookField("part", "自社品番", "Own part", 24, entry=True),
    *_VALUES,
)
PARTS: Final = (
    BookField("trace_id", "トレース識別子", "Trace id", 38),
    BookField("part", "自社品番", "Own part", 24),
    BookField("label", "品名", "Description", 24),
    *_VALUES,
)
ACTIVITIES: Final = (
    BookField("part", "自社品番", "Own part", 24, entry=True),
    BookField("period_from", "対象期間の開始日", "Period from", 14, entry=True),
    BookField("period_to", "対象期間の終了日", "Period to", 14, entry=True),
    BookField("declared_unit", "CFPの単位", "Declared unit", 14, entry=True),
    BookField("production", "期間の生産量", "Made in the period", 14, entry=True),
    BookField("activity", "活動の種類", "Activity", 12, entry=True),
    BookField("name", "名称", "Name", 24, entry=True),
    BookField("amount", "活動量", "Amount", 12, entry=True),
    BookField("unit", "単位", "Unit", 10, entry=True),
    BookField("factor", "係数", "Factor", 34, entry=True),
    BookField("primary", "実測・請求書", "Measured or billed", 12, entry=True),
    BookField("distance_km", "輸送距離 (km)", "Distance (km)", 12, entry=True),
    BookField("evidence", "根拠資料", "Evidence", 26, entry=True),
    BookField("note", "備考", "Note", 26, entry=True),
)
FACTORS: Final = (
    BookField("factor", "係数", "Factor", 40),
    BookField("name", "名称", "Name", 40),
    BookField("value", "kgCO2e", "kgCO2e", 14),
    BookField("unit", "単位", "Unit", 10),
    BookField("region", "地域", "Region", 8),
)
SHEETS: Final[Mapping[str, tuple[tuple[str, str], tuple[BookField, ...]]]] = {
    "help": (("使い方", "Help"), ()),
    "answers": (("回答", "Answers"), ANSWERS),
    "parts": (("部品", "Parts"), PARTS),
    "activities": (("算定", "Activities"), ACTIVITIES),
    "factors": (("係数一覧", "Factors"), FACTORS),
}
"""Key → names in Japanese and English, columns."""

ACTIVITY_WORDS: Final[Mapping[Activity, tuple[str, str]]] = {
    Activity.ENERGY: ("電力・熱", "energy"),
    Activity.FUEL: ("燃料", "fuel"),
    Activity.MATERIAL: ("材料", "material"),
    Activity.PART: ("購入部品", "part"),
    Activity.TRANSPORT: ("輸送", "transport"),
    Activity.GAS: ("プロセスガス", "gas"),
    Activity.WASTE: ("廃棄物", "waste"),
    Activity.PROCESS: ("外注加工", "process"),
}
YES_WORDS: Final = ("○", "yes")

HELP: Final[Mapping[Language, tuple[str, ...]]] = {
    "ja": (
        "このブックは、貴社の部品と、回答待ちの依頼をあらかじめ記入したものです。",
        "1. 「回答」シート: 依頼ごとに自社品番を選び、分かる場合は排出量を入力します。排出量は1単位（CFPの単位）当たりのkgCO2eです。",
        "2. 「部品」シート: 部品の排出量を直接入力または変更します。変更した行だけが登録されます。",
        "3. 「算定」シート: 電気・燃料・材料などの活動量を1行ずつ入力すると、排出量を計算します。同じ部品・期間の行は1つの算定になります。",
        "4. 色の付いた列に入力してください。ほかの列は変更しないでください。行の追加は「算定」シートでのみ行えます。",
        "5. 保存したブックをアップロードすると、誤りがシート・行・列とともにすべて表示されます。誤りがなくなるまで何も登録されません。",
        "6. 次に変更内容が表示されます。確定すると登録され、依頼への回答となります。",
        "「自社分」は自社工程の排出量、「構成部品分」は部品構成に登録していない投入物（副資材・包装など）の排出量です。",
    ),
    "en": (
        "This workbook is filled in with your parts and the requests that wait for your answer.",
        "1. Answers: choose your own part for each request, and enter its emissions if you know them: kgCO2e per declared unit.",
        "2. Parts: enter or change the emissions of a part. Only rows that you change are stored.",
        "3. Activities: enter electricity, fuels, materials … a row each, and the emissions are calculated. Rows of the same part and period are one calculation.",
        "4. Fill in the coloured columns only. Rows may be added in Activities.",
        "5. Upload the saved workbook: everything that is wrong is shown with its sheet, row and column. Nothing is stored until nothing is wrong.",
        "6. Then it is shown what will change. Confirm, and it is stored and answers the requests.",
        "“Own” are the emissions of your own processes, “components” those of inputs that are not lines of the structure (auxiliaries, packaging).",
    ),
}

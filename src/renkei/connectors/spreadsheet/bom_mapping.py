"""What may stand in which column of a bill of materials, and how a company says that its exports differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from renkei.commons.parts.model import Sourcing

Layout = Literal["indented", "parent_child"]
BomField = Literal[
    "level",
    "parent",
    "part",
    "support_name",
    "label",
    "parent_label",
    "amount",
    "unit",
    "base_quantity",
    "position",
    "phantom",
    "alternative_group",
    "usage_share",
    "sourcing",
    "part_unit",
    "mass",
    "density",
    "info1",
    "info2",
    "info3",
    "plant",
    "valid_from",
    "valid_to",
]

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "level": ("レベル", "階層", "階層レベル", "構成レベル", "レベルNo", "LV", "BOM level", "explosion level", "level", "indent"),
    "parent": (
        "親品番", "親部品番号", "親品目番号", "親品目コード", "親品目", "親部品", "親図番", "上位品番", "上位品目", "親番号",
        "parent part number", "parent part no", "parent number", "parent item", "parent material", "parent part", "parent",
    ),
    "part": (
        "子品番", "子部品番号", "子品目番号", "子品目コード", "子品目", "子部品", "構成品番", "構成部品番号", "品番", "部品番号",
        "部品コード", "品目番号", "品目コード", "品目", "図番", "component part number", "component number", "component",
        "child part number", "child part", "child item", "child", "part number", "part no", "partno", "part", "item number",
        "item code", "item", "material number", "material", "pn",
    ),
    "support_name": ("補助項目", "部品補助項目", "support name"),
    "label": (
        "子品名", "品名", "部品名", "部品名称", "品目名", "品目名称", "名称", "品目テキスト", "component description",
        "object description", "part name", "item name", "description", "name",
    ),
    "parent_label": ("親品名", "親部品名", "親品目名", "parent description", "parent name"),
    "amount": (
        "員数", "所要量", "所要数", "構成数量", "構成数", "使用数", "使用量", "必要数", "原単位", "数量", "個数", "comp. qty",
        "component quantity", "quantity per", "qty per", "quantity", "qty", "amount", "usage quantity",
    ),
    "unit": ("単位", "数量単位", "員数単位", "所要量単位", "構成数量単位", "unit of measure", "quantity unit", "uom", "unit", "un"),
    "base_quantity": ("基準数量", "基本数量", "基準数", "親基準数", "base quantity", "base qty", "per"),
    "position": (
        "位置番号", "位置", "明細番号", "明細No", "構成番号", "取付位置", "位置No", "find number", "find no", "position number",
        "position no", "position", "pos", "item position",
    ),
    "phantom": ("ファントム", "ファントム区分", "みなし品", "みなし品目", "phantom", "phantom item"),
    "alternative_group": ("代替グループ", "代替品グループ", "代替群", "alternative group", "alternative item group", "alt group"),
    "usage_share": ("使用比率", "使用率", "代替比率", "usage share", "usage probability", "usage probability (%)"),
    "sourcing": ("調達区分", "内外作区分", "内外作", "支給区分", "手配区分", "procurement type", "make or buy", "make/buy", "sourcing"),
    "part_unit": ("基本単位", "在庫単位", "管理単位", "base unit of measure", "base unit", "stock unit"),
    "mass": ("単重", "単位質量", "単位重量", "質量", "重量", "製品質量", "製品重量", "unit weight", "net weight", "weight", "mass"),
    "density": ("密度", "density"),
    "info1": ("追加情報1", "備考1", "備考", "remarks", "note", "info1"),
    "info2": ("追加情報2", "備考2", "info2"),
    "info3": ("追加情報3", "備考3", "info3"),
    "plant": ("事業所", "事業所コード", "事業所番号", "工場", "工場コード", "プラント", "plant", "plant code", "site"),
    "valid_from": ("適用開始日", "有効開始日", "適用日", "開始日", "valid from", "effective from", "effective date"),
    "valid_to": ("適用終了日", "有効終了日", "有効期限", "終了日", "valid to", "effective to"),
}  # fmt: skip
"""What may stand in which column, and what its heading may be; `level_1`, `level_2` … are found apart."""

YES: Final = frozenset(
    {"○", "〇", "◯", "●", "1", "y", "yes", "true", "x", "はい", "有", "ファントム", "phantom", "レ", "✓"}
)
NO: Final = frozenset({"", "0", "n", "no", "false", "×", "-", "いいえ", "無", "―"})
_SOURCINGS: Final[dict[Sourcing, str]] = {
    "made": "内作 自製 製作 社内 made make inhouse in-house manufactured",
    "bought": "購入 購買 買入 外注 外作 外購 bought buy purchased purchase",
    "consigned_free": "無償支給 無償 consigned_free freeissue consigned",
    "consigned_paid": "有償支給 有償 consigned_paid",
}
SOURCING: Final = {word: sourcing for sourcing, words in _SOURCINGS.items() for word in words.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class BomMapping:
    """How to read one company's export. Everything may be left to be recognised.

    `columns`: field → its heading. `product`: what the parts of the top level go into, where the file does not say.
    `base_quantity`: all amounts are per so many parents. `units`, `words`: the company's own words for units and for
    made, bought and consigned. `complete`: a part without lines in the file has none.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    layout: Layout | None = None
    plant_id: UUID | None = None
    product: str | None = None
    default_unit: str | None = None
    base_quantity: Decimal = Decimal(1)
    units: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Sourcing] = field(default_factory=dict)
    skip_hidden_rows: bool = False
    complete: bool = False
    decimal_comma: bool | None = None


AS_RECOGNISED: Final = BomMapping()

"""What may stand in which column of a list of emission factors, and how a company says that its lists differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from renkei.usecases.footprint.factors.model import FactorKind, FactorScope, GwpSet, Mix

FactorField = Literal[
    "factor_id",
    "name_ja",
    "name_en",
    "value",
    "unit",
    "per",
    "region",
    "year",
    "period_from",
    "period_to",
    "kind",
    "scope",
    "mix",
    "gwp_set",
    "source",
    "licence",
    "price_year",
    "family",
    "upstream",
    "energy_mj_per_unit",
    "proxy_of",
    "tags",
    "note",
]
EmissionUnit = Literal["g", "kg", "t"]

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "factor_id": (
        "係数ID", "原単位ID", "排出係数ID", "係数コード", "原単位コード", "排出係数コード", "係数番号", "管理番号", "コード", "ID",
        "factor id", "factor code", "factor_id", "code",
    ),
    "name_ja": (
        "係数名", "係数名称", "排出係数名", "原単位名", "原単位名称", "名称", "材料名", "素材名", "燃料名", "エネルギー名", "品名",
        "品目名", "品目", "製品名", "項目名", "項目", "対象", "factor name", "name_ja", "name", "item", "material", "description",
    ),
    "name_en": ("英語名", "英名", "英語名称", "名称（英語）", "名称（英）", "english name", "name (english)", "name_en"),
    "value": (
        "排出係数", "排出係数値", "係数", "係数値", "排出原単位", "GHG排出原単位", "CO2排出原単位", "CO2排出係数", "CO2原単位",
        "GHG原単位", "LCA原単位", "CFP原単位", "原単位", "値", "数値", "emission factor", "ghg emission factor", "co2 emission factor",
        "factor value", "factor", "value",
    ),
    "unit": (
        "係数の単位", "係数単位", "排出係数単位", "排出係数の単位", "原単位の単位", "単位", "factor unit", "emission factor unit",
        "unit",
    ),
    "per": (
        "活動量の単位", "活動量単位", "単位（分母）", "分母の単位", "分母", "単位当たり", "基準単位", "activity unit", "per unit", "per",
    ),
    "region": ("地域", "国・地域", "国／地域", "対象地域", "国名", "国", "国コード", "地域コード", "region", "country", "location", "geography"),
    "year": (
        "年", "年度", "対象年", "対象年度", "データ年", "データ年度", "基準年", "基準年度", "データの年", "year", "reference year",
        "data year",
    ),
    "period_from": ("適用開始日", "適用開始", "有効開始日", "期間開始", "開始日", "valid from", "period from", "period_from"),
    "period_to": ("適用終了日", "適用終了", "有効終了日", "有効期限", "期間終了", "終了日", "valid to", "valid until", "period to", "period_to"),
    "kind": ("種類", "種別", "係数の種類", "係数種別", "区分", "カテゴリ", "カテゴリー", "kind", "category", "type"),
    "scope": ("範囲", "対象範囲", "算定範囲", "システム境界", "バウンダリ", "バウンダリー", "scope", "boundary", "system boundary"),
    "mix": ("電源構成", "mix", "electricity mix"),
    "gwp_set": ("GWP", "GWP値", "GWPセット", "GWPの版", "地球温暖化係数", "gwp set", "gwp version", "gwp_set"),
    "source": ("出典", "出所", "データ出典", "データソース", "引用元", "参照元", "source", "data source", "reference"),
    "licence": ("ライセンス", "利用許諾", "使用許諾", "利用条件", "licence", "license", "terms of use"),
    "price_year": ("価格年", "価格基準年", "価格の年", "price year", "price_year"),
    "family": ("分類", "大分類", "family", "group"),
    "upstream": ("上流係数", "上流の係数", "upstream factor", "upstream"),
    "energy_mj_per_unit": ("発熱量", "単位発熱量", "発熱量MJ", "heating value", "calorific value", "energy_mj_per_unit"),
    "proxy_of": ("代用元", "代替元", "proxy of", "proxy_of"),
    "tags": ("検索語", "キーワード", "tags", "keywords"),
    "note": ("備考", "注記", "注", "メモ", "remarks", "remark", "notes", "note", "comment"),
}  # fmt: skip
"""What may stand in which column, and what its heading may be."""

_WORDS: Final[dict[str, str]] = {
    FactorKind.ELECTRICITY: "electricity 電力 電気 購入電力 買電 power",
    FactorKind.HEAT: "heat 熱 蒸気 温水 冷水 steam",
    FactorKind.FUEL: "fuel 燃料 fuels 化石燃料",
    FactorKind.MATERIAL: "material 材料 素材 原材料 原料 部材 materials 資材",
    FactorKind.TRANSPORT: "transport 輸送 物流 運送 transportation freight logistics",
    FactorKind.GAS: "gas 冷媒 プロセスガス フロン 温室効果ガス gases",
    FactorKind.WASTE: "waste 廃棄物 廃棄 廃棄物処理 処理",
    FactorKind.PROCESS: "process 加工 工程 プロセス 外注加工 processing",
    FactorKind.SPEND: "spend 金額 購入金額 支出 金額ベース",
    FactorScope.COMBUSTION: "combustion 燃焼 燃焼のみ 直接燃焼 ttw tank-to-wheel",
    FactorScope.UPSTREAM: "upstream 上流 燃料上流 採掘～供給 wtt well-to-tank",
    FactorScope.LIFE_CYCLE: "life_cycle ライフサイクル lifecycle life-cycle lca cradle-to-gate cradletogate 上流+燃焼 "
    "ゆりかごから出荷まで ゆりかごからゲートまで 原料採取から製造まで 資源採取から製造まで 原材料調達から製造まで",
    FactorScope.DIRECT: "direct 直接排出 漏えい 漏洩 放出",
    Mix.GENERATION: "generation 発電端 発電平均 国平均",
    Mix.CONSUMPTION: "consumption 需要端 使用端",
    Mix.TECHNOLOGY: "technology 電源別 発電方式",
    Mix.MARKET: "market 契約 契約メニュー メニュー別 マーケット基準 market-based",
    GwpSet.AR4: "ar4 ipccar4 第4次 第4次評価報告書 ipcc第4次評価報告書",
    GwpSet.AR5: "ar5 ipccar5 第5次 第5次評価報告書 ipcc第5次評価報告書",
    GwpSet.AR6: "ar6 ipccar6 第6次 第6次評価報告書 ipcc第6次評価報告書",
    GwpSet.CO2: "co2 co2のみ co2only 二酸化炭素のみ",
    GwpSet.UNKNOWN: "unknown 不明 -",
}
# A word may mean one thing as a kind and another one as a mix, so each sort has a table of its own.
KIND_WORDS: Final = {word: one for one in FactorKind for word in _WORDS[one].split()}
SCOPE_WORDS: Final = {word: one for one in FactorScope for word in _WORDS[one].split()}
MIX_WORDS: Final = {word: one for one in Mix for word in _WORDS[one].split()}
GWP_WORDS: Final = {word: one for one in GwpSet for word in _WORDS[one].split()}
_REGIONS: Final = {
    "GLO": "世界 世界平均 グローバル 全世界 global world glo row",
    "JP": "日本 国内 日本国 japan jpn",
    "CN": "中国 中華人民共和国 china chn prc",
    "TW": "台湾 taiwan twn",
    "KR": "韓国 大韓民国 korea southkorea kor",
    "US": "米国 アメリカ アメリカ合衆国 usa unitedstates unitedstatesofamerica",
    "CA": "カナダ canada",
    "MX": "メキシコ mexico",
    "BR": "ブラジル brazil",
    "CL": "チリ chile",
    "AU": "オーストラリア 豪州 australia",
    "IN": "インド india",
    "ID": "インドネシア indonesia",
    "TH": "タイ thailand",
    "VN": "ベトナム vietnam",
    "MY": "マレーシア malaysia",
    "PH": "フィリピン philippines",
    "SG": "シンガポール singapore",
    "DE": "ドイツ germany",
    "FR": "フランス france",
    "GB": "英国 イギリス uk unitedkingdom greatbritain",
    "IT": "イタリア italy",
    "ES": "スペイン spain",
    "NL": "オランダ netherlands",
    "BE": "ベルギー belgium",
    "AT": "オーストリア austria",
    "CH": "スイス switzerland",
    "SE": "スウェーデン sweden",
    "FI": "フィンランド finland",
    "NO": "ノルウェー norway",
    "DK": "デンマーク denmark",
    "PL": "ポーランド poland",
    "CZ": "チェコ czechia czechrepublic",
    "HU": "ハンガリー hungary",
    "RO": "ルーマニア romania",
    "TR": "トルコ turkey türkiye",
    "ZA": "南アフリカ southafrica",
    "SA": "サウジアラビア saudiarabia",
    "AE": "アラブ首長国連邦 uae",
}
NAMES_JA: Final = {
    str(one): words.split()[1] for one, words in _WORDS.items() if not isinstance(one, GwpSet)
} | {
    GwpSet.UNKNOWN.value: "不明",
    "GLO": "世界",
}
"""How each is called in Japanese: the first of its Japanese words."""
REGION_WORDS: Final = {word: code for code, words in _REGIONS.items() for word in words.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorMapping:
    """How to read one company's list of factors. Everything may be left to be recognised.

    `columns`: field → its heading. `source` … `restricted`: what holds for the set, where the file does not say it.
    `kind` … `price_year`: what rows are that do not say it; then nobody is asked. `emission_unit`: in what a value is
    (kgCO2e …) whose unit names only what it is per. `units`, `words`: the company's own words for units and for regions,
    kinds, scopes, mixes and GWP sets.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    title: str | None = None
    source: str | None = None
    licence: str | None = None
    attribution: str | None = None
    restricted: bool = False
    kind: FactorKind | None = None
    scope: FactorScope | None = None
    region: str | None = None
    gwp_set: GwpSet | None = None
    unit: str | None = None
    emission_unit: EmissionUnit | None = None
    price_year: int | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    skip_hidden_rows: bool = False
    decimal_comma: bool | None = None


FACTORS_AS_RECOGNISED: Final = FactorMapping()

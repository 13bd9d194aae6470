"""What the calculator asks, in two languages. A question stops nothing (design rule 4)."""

from __future__ import annotations

from typing import Any, Final

from renkei.usecases.footprint.calculator.model import Question

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "no_factor": (
        "No factor was chosen, so this line is not counted. Choose one, a proxy, or enter a value of your own.",
        "係数が選択されていないため、この行は集計されていません。係数・代用値を選ぶか、値を直接入力してください。",
    ),
    "factor_unknown": (
        "The factor {factor} does not exist (any more), so this line is not counted.",
        "係数{factor}が存在しないため、この行は集計されていません。",
    ),
    "not_convertible": (
        "{unit} cannot be converted into {target}, so this line is not counted. Needed: {missing}.",
        "{unit}を{target}に換算できないため、この行は集計されていません。必要な情報：{missing}",
    ),
    "money": (
        "This factor is per {target} of {price_year}; the amount is in {unit}. Enter its price year and the rate.",
        "この係数は{price_year}年の{target}当たりの値です。金額（{unit}）の価格年と、必要な場合は換算レートを入力してください。",
    ),
    "upstream_missing": (
        "Burning is counted, but no factor is known for getting the fuel (well-to-tank). Add a line for it.",
        "燃焼分のみ集計されています。燃料の採掘～供給（上流）の係数がないため、別の行で追加してください。",
    ),
    "only_upstream": (
        "Only getting the fuel is counted here, not burning it. Is there a line missing?",
        "燃料の上流分のみが集計されています。燃焼分の行が不足していませんか。",
    ),
    "scope_twice": (
        "The line “{other}” already covers the whole life cycle, so this upstream line is not counted again.",
        "「{other}」の行が上流を含んでいるため、この上流の行は二重計上を避けて集計していません。",
    ),
    "same_line_twice": (
        "This is the same as the line “{other}”. Is it counted twice?",
        "「{other}」の行と同じ内容です。二重計上ではありませんか。",
    ),
    "mixed_gwp": (
        "The factors were made with different GWPs: {sets}. The result says so.",
        "異なるGWP（{sets}）に基づく係数が混在しています。結果に記録されます。",
    ),
    "no_energy": (
        "There is neither energy nor fuel in this sheet. Is the electricity bill missing?",
        "電力・燃料の行がありません。電気料金の請求書などの入力漏れではありませんか。",
    ),
    "proxy": (
        "A proxy is used here; its data quality is poor. Ask the supplier for a value.",
        "代用値を使用しています（データ品質は低くなります）。可能であれば仕入先に値を確認してください。",
    ),
    "mass_balance": (
        "More mass comes out ({output} kg) than goes in ({input} kg).",
        "投入質量（{input} kg）より産出質量（{output} kg）が大きくなっています。",
    ),
    "mass_unaccounted": (
        "Of {input} kg that go in, only {output} kg come out. Is waste or scrap missing?",
        "投入質量{input} kgに対し、産出は{output} kgです。廃棄物やスクラップの入力漏れではありませんか。",
    ),
    "component_beside_structure": (
        "The part also has a structure whose lines are added. Are the same inputs in this sheet?",
        "この部品には構成が登録されており、その値も加算されます。同じ投入物がこのシートに含まれていませんか。",
    ),
    "older_period": (
        "The part's footprint is of a later period, so this sheet is kept without stating a footprint.",
        "より新しい期間の排出量が登録されているため、このシートは保存のみ行い、排出量としては登録していません。",
    ),
}


def sentence(question: Question, language: str) -> str:
    """The question in `language` ("ja", otherwise English)."""
    en, ja = SENTENCES[question.code]
    shown: dict[str, Any] = {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in question.parameters.items()
    }
    return (ja if language == "ja" else en).format_map(shown)

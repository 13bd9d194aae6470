"""What is asked about a value, in two languages."""

from __future__ import annotations

from typing import Any, Final

from renkei.kit.decimals import plain_text, to_15_digits
from renkei.usecases.footprint.calculator.questions import SENTENCES as OF_SHEETS
from renkei.usecases.footprint.plausibility.rules import Asked

_AGAINST: Final[dict[str, tuple[str, str]]] = {
    "unlike_similar": ("similar parts", "類似部品"),
    "unlike_last_year": ("last year", "前年"),
    "unlike_estimate": ("your own estimate", "自社の推計値"),
    "unlike_before": ("the value before", "前回の値"),
    "unlike_other_suppliers": ("the other suppliers of this part", "この部品の他の仕入先"),
}
SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "zero": ("The total is 0. Is that meant?", "合計が0です。間違いありませんか。"),
    "negative": (
        "There is a negative emission. Is it a credit that the rules admit?",
        "負の排出量があります。基準で認められる控除（クレジット）ですか。",
    ),
    "much_larger": (
        "The value is more than a thousand times that of the version before. Is the unit right?",
        "前の版の1,000倍を超えています。単位に誤りはありませんか。",
    ),
    "much_smaller": (
        "The value is less than a thousandth of that of the version before. Is the unit right?",
        "前の版の1,000分の1未満です。単位に誤りはありませんか。",
    ),
    "unit_changed": (
        "The value is per another unit than before. Is that meant?",
        "前回と異なる単位当たりの値です。間違いありませんか。",
    ),
    "no_quality": ("No data quality is stated.", "データ品質が記載されていません。"),
    "unit_slip": (
        "{value} is about a thousand times apart from {other} ({against}). Is the unit right (g and kg, Wh and kWh)?",
        "{value}は{against}（{other}）と約1,000倍の開きがあります。単位（gとkg、WhとkWhなど）に誤りはありませんか。",
    ),
    "unlike_similar": (
        "{value} is far from similar parts (in the middle {other}). What is different here?",
        "{value}は類似部品の中央値（{other}）と大きく異なります。違いの理由は何ですか。",
    ),
    "unlike_last_year": (
        "{value} differs much from last year ({other}). What has changed?",
        "{value}は前年（{other}）と大きく異なります。何が変わりましたか。",
    ),
    "unlike_estimate": (
        "{value} is far from your own estimate ({other}).",
        "{value}は自社の推計値（{other}）と大きく異なります。",
    ),
    "unlike_before": (
        "{value} is far from what this supplier answered before ({other}).",
        "{value}はこの仕入先の前回の回答（{other}）と大きく異なります。",
    ),
    "unlike_other_suppliers": (
        "{value} is far from the other suppliers of this part (in the middle {other}).",
        "{value}はこの部品の他の仕入先の中央値（{other}）と大きく異なります。",
    ),
    "missing_energy": (
        "Production causes no emission at all here. Is the energy missing?",
        "製造段階の自社排出量がありません。電力・燃料の計上漏れではありませんか。",
    ),
    "mass_balance": OF_SHEETS["mass_balance"],
    "low_coverage": (
        "Only {value} of the inputs have a value behind this answer.",
        "この回答の根拠となる投入物のうち、値があるのは{value}のみです。",
    ),
    **{
        code: OF_SHEETS[code]
        for code in ("no_energy", "mass_unaccounted", "mixed_gwp", "same_line_twice", "only_upstream")
    },
}


def sentence(asked: Asked, language: str) -> str:
    """The question in `language` ("ja", otherwise English); numbers with at most six digits."""
    japanese = language == "ja"
    shown: dict[str, Any] = {}
    for name, value in asked.parameters.items():
        if name == "against":
            shown[name] = _AGAINST[value][japanese]
        elif isinstance(value, list | tuple):
            shown[name] = ", ".join(map(str, value))
        else:
            shown[name] = value if isinstance(value, str) else plain_text(to_15_digits(round(value, 6)))
    return SENTENCES[asked.code][japanese].format_map(shown)

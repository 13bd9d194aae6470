"""Units as people write them on bills and in tables: kWh, m3N, 個, JPY."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from renkei.kit.quantities import Unit, parse_unit

_NAMES: Final[dict[str, Unit]] = {
    name: unit
    for unit, names in {
        Unit.WATT_HOUR: "wh",
        Unit.KILOWATT_HOUR: "kwh キロワット時",
        Unit.MEGAWATT_HOUR: "mwh",
        Unit.KILOJOULE: "kj",
        Unit.MEGAJOULE: "mj メガジュール",
        Unit.GIGAJOULE: "gj ギガジュール",
        Unit.MILLIGRAM: "mg",
        Unit.GRAM: "g グラム",
        Unit.KILOGRAM: "kg キログラム キロ",
        Unit.TONNE: "t ton tonnes ton(s) トン",
        Unit.MILLILITER: "ml",
        Unit.LITER: "l litre litres liters リットル",
        Unit.KILOLITER: "kl キロリットル",
        Unit.CUBIC_CENTIMETER: "cm3 cc",
        Unit.CUBIC_METER: "m3 立方メートル 立米",
        Unit.NORMAL_CUBIC_METER: "m3n nm3 nm3n",
        Unit.MILLIMETER: "mm",
        Unit.CENTIMETER: "cm",
        Unit.METER: "m メートル",
        Unit.KILOMETER: "km",
        Unit.SQUARE_METER: "m2 平方メートル",
        Unit.SQUARE_CENTIMETER: "cm2",
        Unit.SQUARE_MILLIMETER: "mm2",
        Unit.TON_KILOMETER: "tkm t·km t・km t-km t.km tonne.km トンキロ",
        Unit.KILOGRAM_KILOMETER: "kgkm",
        Unit.UNIT: "pc pcs pieces units 個 本 台 枚数 ピース",
        Unit.SHEET: "枚",
        Unit.DOZEN: "ダース",
        Unit.SECOND: "s sec",
        Unit.MINUTE: "min 分",
        Unit.HOUR: "h hr 時間",
    }.items()
    for name in names.split()
}
_CURRENCY: Final = re.compile("[A-Z]{3}", re.ASCII)
_CURRENCIES: Final = {"円": "JPY", "yen": "JPY", "$": "USD", "€": "EUR"}


def read_unit(text: str) -> str | None:
    """The name of the unit (of `kit.quantities`) or the currency (three capital letters) that is meant, or None.

    Full-width and half-width, ³ and 3 are the same; upper and lower case too, but in currencies.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = parse_unit(plain) or _NAMES.get(plain.casefold()) or parse_unit(plain.casefold())
    if found is not None:
        return found.value
    if plain in _CURRENCIES:
        return _CURRENCIES[plain]
    return plain if _CURRENCY.fullmatch(plain) else None


def is_money(unit: str) -> bool:
    """Whether a unit that was read is a currency."""
    return _CURRENCY.fullmatch(unit) is not None

"""In what a list states its factors: "t-CO2e/百万円" is a mass of CO2e per so many of a unit.

Everything that is shifted is a power of ten, so values stay exact:

    >>> rate_of("t-CO2e/百万円", {})
    Rate(unit='JPY', shift=-3, is_stated=True)
    >>> rate_of("kg-CO2/kWh", {})
    Rate(unit='kilowatt-hour', shift=0, is_stated=True)
    >>> rate_of("100g", {})
    Rate(unit='gram', shift=-2, is_stated=False)
    >>> rate_of("tC/GJ", {}) is None
    True
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from renkei.connectors.spreadsheet.cells import plain_word
from renkei.connectors.spreadsheet.words import unit_of
from renkei.usecases.footprint.factors.units import is_money, read_unit

MASSES: Final = {"mg": -6, "g": -3, "kg": 0, "t": 3, "kt": 6}
"""By how many places a mass of CO2e is moved to be kilograms."""
_MASS_NAMES: Final = {"グラム": "g", "キログラム": "kg", "トン": "t", "千t": "kt", "千トン": "kt", "Mg": "t"}
"""Masses by other names; a capital M makes it a megagram, which is a tonne."""
_EMISSION: Final = re.compile(
    r"(?P<mass>mg|kg|g|kt|千t|千トン|t|トン|キログラム|グラム)?[\s\-・]*"
    r"(?P<gas>(?:CO2|二酸化炭素|GHG|温室効果ガス)[\s\-]*(?:equivalent|eq|e|換算|相当)?\.?)?"
    r"\s*(?:(?:/|per\s|あたり|当たり)\s*(?P<per>.+))?",
    re.IGNORECASE,
)
_MANY: Final = re.compile(r"(?P<count>1[0,]*|千万|百万|十万|千|万|億)?\s*(?P<unit>.+)")
_ZEROS: Final = {"千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "億": 8}
_DASHES: Final = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2013": "-", "\u00b7": "・"})
_IN_BRACKETS: Final = re.compile(r"[\(\[【〔]([^\)\]】〕]*)[\)\]】〕]\s*$")
_ENERGY: Final = re.compile(r"(?P<energy>kj|mj|gj|tj)(?:\s*/\s*(?P<per>.+))?", re.IGNORECASE)
_ENERGIES: Final = {"kj": -3, "mj": 0, "gj": 3, "tj": 6}


@dataclass(frozen=True, slots=True)
class Rate:
    """Per what a number is, and by how many places it moves to be in kgCO2e (or MJ) per one of `unit`.

    `is_stated`: whether it was said in what the number itself is.
    """

    unit: str
    shift: int
    is_stated: bool


def rate_of(text: str, own: Mapping[str, str], per: str = "") -> Rate | None:
    """The reading of a unit; `per` is what stands in a column of its own. None: not known.

    `own` are the company's words, for the whole or for what it is per.
    """
    found = _EMISSION.fullmatch(_plain(_own(text, own)))
    if found is None:
        return None if per else _per(text, own)
    mass, gas, of = found["mass"], found["gas"], found["per"]
    if per:
        if of is not None and _per(of, own) != _per(per, own):
            return None
        of = per
    if of is None:
        # "t" alone is what a value is per, "kg-CO2e" alone is half a unit.
        return None if gas else _per(text, own)
    if mass is None:
        return _moved(_per(of, own), 0, is_stated=False)
    name = _MASS_NAMES.get(mass, mass.casefold())
    return _moved(_per(of, own), MASSES[name], is_stated=True)


def energy_of(text: str, own: Mapping[str, str]) -> tuple[int, Rate | None] | None:
    """Of the unit of a heating value the places by which it moves to be MJ, and per what (None: not said)."""
    found = _ENERGY.fullmatch(_plain(text))
    if found is None:
        return None
    shift = _ENERGIES[found["energy"].casefold()]
    if found["per"] is None:
        return shift, None
    per = _per(found["per"], own)
    return None if per is None else (shift, per)


def unit_in(heading: str) -> str:
    """The unit in brackets at the end of a heading, as it is written; "" if there is none."""
    found = _IN_BRACKETS.search(unicodedata.normalize("NFKC", heading))
    return "" if found is None else found.group(1).strip()


def _per(text: str, own: Mapping[str, str]) -> Rate | None:
    """A unit that a value is per, such as kWh, 千円, 100 g."""
    plain = _plain(_own(text, own))
    whole = _unit(plain)
    if whole is not None:
        return Rate(whole, 0, is_stated=False)
    found = _MANY.fullmatch(plain)
    if found is None or found["count"] is None:
        return None
    count = found["count"].replace(",", "")
    unit = _unit(_plain(_own(found["unit"], own)))
    if unit is None:
        return None
    return Rate(unit, -(_ZEROS[count] if count in _ZEROS else len(count) - 1), is_stated=False)


def _unit(text: str) -> str | None:
    found = unit_of(text, {}) or unit_of(text.replace("・", "·"), {})
    if found is not None:
        return found
    money = read_unit(text)
    return money if money is not None and is_money(money) else None


def _moved(per: Rate | None, shift: int, *, is_stated: bool) -> Rate | None:
    return None if per is None else Rate(per.unit, per.shift + shift, is_stated)


def _own(text: str, own: Mapping[str, str]) -> str:
    """The company's own word, in words that everybody knows."""
    if own:
        word = plain_word(text)
        for said, meant in own.items():
            if plain_word(said) == word:
                return meant
    return text


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_DASHES).strip()

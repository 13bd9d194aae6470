"""Words and numbers as people write them, in Japanese and English.

The English sentence is the key; `locale/ja.po` holds the Japanese one. A test finds every sentence of the templates and
modules that has none. `%(name)s` stands for a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final, Literal

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po

from renkei.kit.clock import JAPAN
from renkei.kit.decimals import plain_text

Language = Literal["ja", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("ja", "en")
LOCALE: Final = Path(__file__).parent / "locale"
_BABEL: Final[Mapping[Language, str]] = {"ja": "ja_JP", "en": "en_GB"}
SHOWN_DIGITS: Final = 3
"""Significant digits of a number on a page; the exact value stands in its title."""


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """English sentence → sentence in `language`; empty for English."""
    if language == "en":
        return {}
    with (LOCALE / f"{language}.po").open("rb") as file:
        found = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in found if message.id and message.string}


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: Language

    def __call__(self, sentence: str, **values: object) -> str:
        """The sentence in this language, with its values."""
        said = catalogue(self.language).get(sentence, sentence)
        return said % values if values else said

    def number(self, x: Decimal | float | None, digits: int = SHOWN_DIGITS) -> str:
        """`x` with so many significant digits; "–" for None."""
        if x is None:
            return "–"
        value = Decimal(str(x)) if isinstance(x, float) else Decimal(x)
        if not value.is_finite():
            return "–"
        rounded = round(value, digits - 1 - value.adjusted()) if value else value
        return _grouped(rounded)

    def exact(self, x: Decimal | float | None) -> str:
        """Every digit of `x`."""
        if x is None:
            return ""
        return plain_text(Decimal(str(x)) if isinstance(x, float) else Decimal(x))

    def percent(self, x: Decimal | float | None) -> str:
        """A share from 0 to 1 as per cent; "–" for None."""
        if x is None:
            return "–"
        share = Decimal(str(x)) if isinstance(x, float) else Decimal(x)
        return f"{_grouped(round(share * 100, 1))}%"

    def day(self, x: date | None) -> str:
        """A day as people write it, that of a moment by the clock in Japan; "–" for None."""
        x = x.astimezone(JAPAN) if isinstance(x, datetime) else x
        return "–" if x is None else format_date(x, format="medium", locale=_BABEL[self.language])

    def moment(self, x: datetime | None) -> str:
        """A moment in Japan's time; "–" for None."""
        if x is None:
            return "–"
        return format_datetime(x, format="short", tzinfo=JAPAN, locale=_BABEL[self.language])


def _grouped(x: Decimal) -> str:
    """Groups of three and a point, as both languages write numbers (CLDR: ja, en-GB); no zeros behind the last digit."""
    text = f"{x:,f}" if x else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text

"""What people write into cells: numbers, dates, words, in the ways of Japan and elsewhere.

Whether a comma sets thousands apart or decimals is decided once for a column, from everything in it:

    >>> style_of(["1.234,5", "12"]).decimal_comma
    True
    >>> style_of(["1,234", "12.5"]).decimal_comma
    False
    >>> style_of(["1,234"]).ambiguous
    '1,234'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from renkei.connectors.spreadsheet.table import Cell
from renkei.kit.decimals import parse_decimal

_SPACES: Final = re.compile(r"[\s\u3000]+")
_BAD: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ASCII_AFTER: Final = re.compile(r"[ -~]+")
_FULL_WIDTH: Final = re.compile("[\uff01-\uff5e\u3000]")
_APART: Final = str.maketrans({"'": None, "\u2019": None, " ": None, "_": None, "\u00a0": None})
_MINUS: Final = str.maketrans({"\u2212": "-", "\u25b2": "-", "\u25b3": "-", "\u2010": "-", "\u2013": "-"})
_PLAIN: Final = re.compile(r"-?[0-9]+")
# Groups of three behind a first one that does not begin with 0.
_GROUPED_COMMA: Final = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_GROUPED_POINT: Final = re.compile(r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_BY_POINT: Final = re.compile(r"-?(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)?\.[0-9]+(?:[eE][+-]?[0-9]{1,3})?")
_BY_COMMA: Final = re.compile(r"-?(?:[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)?,[0-9]+(?:[eE][+-]?[0-9]{1,3})?")
_EXPONENT: Final = re.compile(r"-?[0-9]+[eE][+-]?[0-9]{1,3}")
_LARGEST: Final = 30

_ERAS: Final = {
    "令和": ("R", date(2019, 5, 1), date.max),
    "平成": ("H", date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": ("S", date(1926, 12, 25), date(1989, 1, 7)),
}
_BY_ERA: Final = dict(_ERAS.items()) | {era[0]: era for era in _ERAS.values()}
_ERA_DATE: Final = re.compile(
    r"(令和|平成|昭和|[RHS])\.?([0-9]{1,2}|元)[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?", re.IGNORECASE
)
_DATE: Final = re.compile(r"([0-9]{4})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?(?:[T ][0-9:.]+Z?)?")
_COMPACT: Final = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_FIRST_DAY_OF_EXCEL: Final = date(1899, 12, 30)


def text_of(cell: Cell) -> str:
    """What a cell says, without space around it. A whole number is written without a point."""
    if isinstance(cell, str):
        return cell.strip(" \t\r\n\u3000") if cell else ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, date):
        return cell.isoformat()
    return number_text(cell)


def number_text(number: float) -> str:
    """A number of a workbook in the 15 digits that a spreadsheet shows, without an exponent."""
    if isinstance(number, int):
        return str(number)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    text = repr(number)
    if len(text) > 16:
        text = f"{number:.15g}"
    return text if "e" not in text else f"{Decimal(text):f}"


def plain_word(cell: Cell) -> str:
    """A word for comparing: of one width and case, without spaces."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text_of(cell))).casefold()


def half_width(text: str) -> str:
    """A part number with full-width letters and digits in half width; one with anything else in it is as it was."""
    if text.isascii() or not _FULL_WIDTH.search(text):
        return text
    plain = unicodedata.normalize("NFKC", text)
    return plain if _ASCII_AFTER.fullmatch(plain) else text


def has_bad_character(text: str) -> bool:
    """Whether there is a character in it that cannot be stored (line ends may be)."""
    return _BAD.search(text) is not None


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a column writes numbers. `ambiguous`: a number that may mean two things, where nothing else in it decides.

    `mixed`: a number of the other style, if the column has both.
    """

    decimal_comma: bool = False
    ambiguous: str = ""
    mixed: str = ""


def style_of(texts: Iterable[str]) -> NumberStyle:
    """The style of a column, from its cells that are text."""
    by_point = by_comma = grouped_comma = grouped_point = ""
    for raw in texts:
        text = _prepared(raw)
        if not text or _PLAIN.fullmatch(text):
            continue
        if _GROUPED_COMMA.fullmatch(text):
            grouped_comma = grouped_comma or raw
            if text.count(",") > 1:
                by_point = by_point or raw
        elif _GROUPED_POINT.fullmatch(text):
            grouped_point = grouped_point or raw
            if text.count(".") > 1:
                by_comma = by_comma or raw
        elif _BY_POINT.fullmatch(text):
            by_point = by_point or raw
        elif _BY_COMMA.fullmatch(text):
            by_comma = by_comma or raw
    if by_point and by_comma:
        return NumberStyle(mixed=by_comma)
    if by_point or by_comma:
        return NumberStyle(decimal_comma=bool(by_comma))
    # 1,234 sets thousands apart and 1.234 decimals, as Japan writes; asked, because others write it otherwise.
    return NumberStyle(ambiguous=grouped_comma)


def number_of_text(raw: str, *, decimal_comma: bool = False) -> Decimal | None:
    """The number, or None. A percent sign divides by 100."""
    text = _prepared(raw)
    percent = text.endswith("%")
    if percent:
        text = text[:-1]
    if decimal_comma:
        if _BY_COMMA.fullmatch(text) or _GROUPED_POINT.fullmatch(text):
            text = text.replace(".", "").replace(",", ".")
        elif not (_PLAIN.fullmatch(text) or _EXPONENT.fullmatch(text)):
            return None
    elif _BY_POINT.fullmatch(text) or _GROUPED_COMMA.fullmatch(text):
        text = text.replace(",", "")
    elif not (_PLAIN.fullmatch(text) or _EXPONENT.fullmatch(text)):
        return None
    sign = "-" if text.startswith("-") else ""
    digits = text.removeprefix("-")
    digits = digits.lstrip("0") or "0"
    if digits[0] in ".eE":
        digits = f"0{digits}"
    found = parse_decimal(sign + digits, max_exponent=_LARGEST)
    return found if found is None or not percent else found.scaleb(-2)


def _prepared(raw: str) -> str:
    if raw.isascii() and raw.isdigit():
        return raw
    return unicodedata.normalize("NFKC", raw).translate(_MINUS).translate(_APART)


@lru_cache(maxsize=10_000)
def decimal_of(number: float) -> Decimal:
    """A number of a workbook, in the 15 digits that a spreadsheet shows."""
    return Decimal(number_text(number))


def date_of(cell: Cell) -> date | None:
    """The day: of a date cell, in our calendar or the Japanese one, or as Excel's number; None if it is none."""
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)):
        if isinstance(cell, bool) or not float(cell).is_integer():
            return None
        compact = _COMPACT.fullmatch(str(int(cell)))
        if compact:
            return _day(*compact.groups())
        return _FIRST_DAY_OF_EXCEL + timedelta(days=int(cell)) if 20_000 <= cell <= 80_000 else None
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", cell)).strip()
    if found := _ERA_DATE.fullmatch(text.replace(" ", "")):
        _, first, last = _BY_ERA[found.group(1).upper()]
        year = 1 if found.group(2) == "元" else int(found.group(2))
        day = _day(str(first.year + year - 1), found.group(3), found.group(4)) if year else None
        return day if day is not None and first <= day <= last else None
    if found := _DATE.fullmatch(text) or _COMPACT.fullmatch(text):
        return _day(*found.groups())
    if found := _DAY_FIRST.fullmatch(text):
        return _day(found.group(3), found.group(2), found.group(1))
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None

"""法人番号, the corporate number of a Japanese company: 13 digits of which the first is a check digit.

Source: the rule of the Ministry of Finance ordinance behind the National Tax Agency's corporate-number site:
check digit = 9 - (sum of p_i * q_i mod 9), where p_i is the i-th digit of the 12-digit base number counted from the
right, and q_i is 1 for odd i and 2 for even i.
A good check digit proves that the number is well written, not that the company exists.
"""

from __future__ import annotations

import re
from typing import Final

_BASE: Final = re.compile(r"[0-9]{12}", re.ASCII)
_NUMBER: Final = re.compile(r"[1-9][0-9]{12}", re.ASCII)


def check_digit(base12: str) -> int:
    """The check digit (1 to 9) of a 12-digit base number. Raises `ValueError` if it is not 12 ASCII digits."""
    if _BASE.fullmatch(base12) is None:
        message = "a base number has exactly 12 digits"
        raise ValueError(message)
    digits = [int(character) for character in reversed(base12)]
    total = sum(digit * (1 if place % 2 == 0 else 2) for place, digit in enumerate(digits))
    return 9 - total % 9


def is_corporate_number(text: str) -> bool:
    """Whether `text` is 13 ASCII digits with the right check digit in front (no spaces, no hyphens, no "T")."""
    return _NUMBER.fullmatch(text) is not None and int(text[0]) == check_digit(text[1:])

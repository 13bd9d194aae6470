"""Searching text as people type it: a piece of it, in any case of letters."""

from __future__ import annotations

import re
from typing import Final

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_SPECIAL: Final = re.compile(r"([%_\\])")


def containing(text: str) -> str:
    r"""The pattern for ILIKE of everything that contains `text`; its own %, _ and \ are letters like others.

    >>> containing("50%")
    '%50\\%%'
    """
    return "%" + _SPECIAL.sub(r"\\\1", _UNSTORABLE.sub("", text.strip())) + "%"

"""Public identifiers: UUID version 4, lower case, made by us."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid4

IdSource = Callable[[], UUID]
"""Makes one new identifier a call; passed in so that two runs can be made equal."""

new_id: IdSource = uuid4

_LENGTH: Final = 36
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")


def parse_id(text: object) -> UUID | None:
    """The identifier written as 36 characters, or None if `text` is anything else (braces, no hyphens, NUL …)."""
    return _parse(text) if isinstance(text, str) and len(text) == _LENGTH else None


@lru_cache(maxsize=10_000)
def _parse(text: str) -> UUID | None:
    """The same ids come again and again, many times in one body: of 10,000 (3 MB) it is remembered what they are."""
    return UUID(text) if _UUID.match(text) else None

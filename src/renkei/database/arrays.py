"""Arrays on their way to PostgreSQL: long lists of texts and ids, written several times faster than psycopg does.

psycopg asks a regular expression of each element whether it needs quotes, and another to escape it. For documents in
JSON, full of quotes, that takes longer than everything else about a statement with some hundred rows. Every element is
quoted here instead, which PostgreSQL reads the same (its manual, section 8.15.6).
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg.adapt import AdaptersMap
from psycopg.types.array import ListDumper

if TYPE_CHECKING:
    from psycopg.abc import Buffer


class _QuickLists(ListDumper):
    """As `ListDumper`, with a short way for lists of texts and for lists of UUIDs, each with or without None."""

    def dump(self, obj: list[Any]) -> Buffer | None:
        """The array as text."""
        kinds = set(map(type, obj))
        kinds.discard(NoneType)
        if kinds == {str}:
            texts = ["NULL" if one is None else _quoted(one) for one in obj]
        elif kinds == {UUID}:
            texts = ["NULL" if one is None else str(one) for one in obj]
        else:
            return super().dump(obj)
        written = "{" + ",".join(texts) + "}"
        if "\0" in written:
            return super().dump(obj)  # which says what is wrong with it
        return written.encode()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def with_quick_lists() -> AdaptersMap:
    """What psycopg knows by now, and arrays written so: for `psycopg.connect(context=…)`."""
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_dumper(list, _QuickLists)
    return adapters

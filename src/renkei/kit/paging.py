"""Pages of a long list, by keyset: a cursor is the public id of the first row of the page it opens.

A store asks the database for one row more than the limit; `page_of` keeps that row back and names it as the cursor.

    >>> from uuid import UUID
    >>> rows = [UUID(int=1), UUID(int=2), UUID(int=3)]
    >>> page = page_of(rows, 2, id_of=lambda row: row)
    >>> len(page.items), page.next_cursor
    (2, UUID('00000000-0000-0000-0000-000000000003'))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from renkei.kit.errors import FaultKind, RenkeiError
from renkei.kit.ids import parse_id

T = TypeVar("T")

_DIGITS: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


class BadLimit(RenkeiError):
    """The number of rows asked for is not a number within the bounds."""

    code = "bad_limit"
    kind = FaultKind.CONTENT
    en = "The limit must be a whole number from 1 to {maximum}."
    ja = "取得件数は1から{maximum}までの整数で指定してください。"


class BadCursor(RenkeiError):
    """The cursor is not the identifier that an earlier page named."""

    code = "bad_cursor"
    kind = FaultKind.CONTENT
    en = "The cursor must be the identifier (UUID) that the previous page named."
    ja = "カーソルには直前のページが示した識別子（UUID）を指定してください。"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in their order, and the id that opens the next page (None on the last one)."""

    items: tuple[T, ...]
    next_cursor: UUID | None = None


def page_of(rows: Sequence[T], limit: int, *, id_of: Callable[[T], UUID]) -> Page[T]:
    """The page made of `rows`, which were asked for with `limit` + 1."""
    if len(rows) <= limit:
        return Page(tuple(rows))
    return Page(tuple(rows[:limit]), id_of(rows[limit]))


def page_from(rows: Sequence[T], after: UUID | None, limit: int, *, id_of: Callable[[T], UUID]) -> Page[T]:
    """The page that `after` opens of a list that is short by nature and held whole (a company's plants, a part's trades).

    An `after` that names no row gives an empty page.
    """
    start = 0
    if after is not None:
        start = next((i for i, row in enumerate(rows) if id_of(row) == after), len(rows))
    return page_of(rows[start : start + limit + 1], limit, id_of=id_of)


def parse_limit(text: str | None, *, default: int, maximum: int, pointer: str = "query:limit") -> int:
    """The number of rows asked for, `default` if absent. Raises `BadLimit` at `pointer`."""
    if text is None:
        return default
    if _DIGITS.fullmatch(text) is None or not 1 <= int(text) <= maximum:
        raise BadLimit(pointer, maximum=maximum)
    return int(text)


def parse_cursor(text: str | None, *, pointer: str = "query:after") -> UUID | None:
    """The id that opens the page, None if absent (the first page). Raises `BadCursor` at `pointer`."""
    if text is None:
        return None
    cursor = parse_id(text)
    if cursor is None:
        raise BadCursor(pointer)
    return cursor

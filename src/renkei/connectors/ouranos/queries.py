"""Query parameters as the contract reads them: the first of a name counts, an empty one is absent.

Every function raises `Refusal` with `<name>: Unexpected query parameter` (section 5 and the tables of each target).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from renkei.connectors.ouranos.refusals import bad_query
from renkei.connectors.ouranos.texts import Source
from renkei.kit.ids import parse_id

DEFAULT_LIMIT: Final = 100
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
# strconv.ParseBool of the reference.
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_MOST_PARAMETERS: Final = 100


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of one request, and which service refuses them."""

    values: dict[str, str]
    source: Source
    pairs: tuple[tuple[str, str], ...] = ()
    """All of them as they came, for the few that may be repeated."""

    def text(self, name: str, *, longest: int | None = None) -> str | None:
        """The text, None if absent or empty. Refused: NUL, and more than `longest` characters."""
        value = self.values.get(name)
        if not value:
            return None
        if "\x00" in value or (longest is not None and len(value) > longest):
            raise bad_query(self.source, name)
        return value

    def one_of(self, name: str, *allowed: str) -> str | None:
        """One of `allowed`, None if absent or empty."""
        value = self.values.get(name)
        if not value:
            return None
        if value not in allowed:
            raise bad_query(self.source, name)
        return value

    def uuid(self, name: str) -> UUID | None:
        """The identifier, None if absent or empty."""
        value = self.values.get(name)
        if not value:
            return None
        found = parse_id(value)
        if found is None:
            raise bad_query(self.source, name)
        return found

    def required_uuid(self, name: str) -> UUID:
        """The identifier; absent or empty is refused too."""
        found = self.uuid(name)
        if found is None:
            raise bad_query(self.source, name)
        return found

    def uuids(self, name: str, *, most: int) -> tuple[UUID, ...] | None:
        """1 to `most` identifiers separated by commas, in their order; None if absent or empty."""
        value = self.values.get(name)
        if not value:
            return None
        found = [parse_id(one) for one in value.split(",", most)]
        if len(found) > most or any(one is None for one in found):
            raise bad_query(self.source, name)
        return tuple(one for one in found if one is not None)

    def flag(self, name: str) -> bool | None:
        """A Go boolean, None if absent or empty."""
        value = self.values.get(name)
        if not value:
            return None
        if value in _TRUE:
            return True
        if value in _FALSE:
            return False
        raise bad_query(self.source, name)

    def limit(self) -> int:
        """1 to 100, 100 if absent or empty."""
        value = self.values.get("limit")
        if not value:
            return DEFAULT_LIMIT
        if _INTEGER.fullmatch(value) is None or not 1 <= int(value) <= DEFAULT_LIMIT:
            raise bad_query(self.source, "limit")
        return int(value)

    def after(self) -> UUID | None:
        """The cursor: the first row of the page asked for."""
        return self.uuid("after")


def read_query(raw: bytes, source: Source) -> Query:
    """The parameters of the raw query string. A repeated one counts only once, the first."""
    values: dict[str, str] = {}
    pairs = raw.split(b"&", _MOST_PARAMETERS)[:_MOST_PARAMETERS]
    found = parse_qsl(b"&".join(pairs).decode("latin-1"), keep_blank_values=True, encoding="utf-8")
    for name, value in found:
        values.setdefault(name, value)
    return Query(values, source, tuple(found))

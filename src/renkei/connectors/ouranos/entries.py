"""Input of the section 10 paths: read like any other, but its faults are told one entry each, in Japanese."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.exchange import Exchange
from renkei.connectors.ouranos.fields import MOST_FAULTS, Faults, Fields
from renkei.connectors.ouranos.queries import Query
from renkei.connectors.ouranos.refusals import Refusal, SeveralRefusals, refuse
from renkei.database.transaction import Transaction
from renkei.kit.ids import parse_id

_MISSING = frozenset({texts.CANNOT_BE_BLANK, texts.IS_REQUIRED})


class Entries:
    """Every fault of one request, each naming its field."""

    def __init__(self) -> None:
        self._refusals: list[Refusal] = []

    def missing(self, name: str) -> None:
        """A required field is not there."""
        self._add(refuse(texts.REQUIRED, name))

    def invalid(self, name: str) -> None:
        """A field has no legal value."""
        self._add(refuse(texts.INVALID_VALUE, name))

    def take(self, fields: Fields) -> None:
        """All broken rules of an object."""
        for name in sorted(fields.broken):
            (self.missing if fields.broken[name] in _MISSING else self.invalid)(fields.at(name))

    def take_types(self, faults: Faults) -> None:
        """All values of the wrong JSON type."""
        for told in faults.types:
            self.invalid(told.split(": ", 1)[0] or "body")

    def refuse(self) -> None:
        """Raise all of them; do nothing if there is none."""
        if self._refusals:
            raise SeveralRefusals(self._refusals)

    def _add(self, refusal: Refusal) -> None:
        if len(self._refusals) < MOST_FAULTS:
            self._refusals.append(refusal)


class Body:
    """A body of section 10 being read."""

    def __init__(self, exchange: Exchange) -> None:
        self.faults = Faults(exchange.source)
        self.fields = Fields(self.faults, exchange.json(), expected="object")
        self.entries = Entries()

    def objects(self, name: str, *, most: int) -> list[Fields]:
        """The objects of a required array of 1 to `most`."""
        sent = self.fields.items(name, expected="array")
        if sent is None:
            if self.fields.raw(name) is None:
                self.fields.fault(name, texts.IS_REQUIRED)
            return []
        if not 1 <= len(sent) <= most:
            self.fields.fault(name, texts.length_between(1, most))
        return [Fields(self.faults, one, path=name, expected="object") for one in sent[:most]]

    def close(self, *objects: Fields) -> None:
        """Raise if anything was wrong."""
        self.entries.take_types(self.faults)
        for one in (self.fields, *objects):
            self.entries.take(one)
        self.entries.refuse()


class Asked:
    """The query of section 10 being read."""

    def __init__(self, query: Query) -> None:
        self._values = query.values
        self._pairs = query.pairs
        self.entries = Entries()

    def uuid(self, name: str, *, required: bool = False) -> UUID:
        """An identifier; meaningless (and told by `close`) if it is not legal."""
        return self.optional_uuid(name, required=required) or UUID(int=0)

    def optional_uuid(self, name: str, *, required: bool = False) -> UUID | None:
        """An identifier, None if absent."""
        value = self._values.get(name)
        if not value:
            if required:
                self.entries.missing(name)
            return None
        found = parse_id(value)
        if found is None:
            self.entries.invalid(name)
        return found

    def one_of(self, name: str, *allowed: str) -> str:
        """One of `allowed`."""
        value = self._values.get(name) or ""
        if not value:
            self.entries.missing(name)
        elif value not in allowed:
            self.entries.invalid(name)
        return value

    def moment(self, name: str, *, end_of_day: bool = False) -> datetime | None:
        """A moment (ISO 8601 with offset, else UTC) or a day: its beginning, or its last moment."""
        value = self._values.get(name)
        if not value:
            return None
        try:
            # A plus sign that was not escaped arrives as a space.
            found = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
            if end_of_day and "T" not in value:
                found += timedelta(days=1, microseconds=-1)
        except (ValueError, OverflowError):
            self.entries.invalid(name)
            return None
        return found

    def ids(self, *names: str, most: int) -> list[UUID]:
        """1 to `most` identifiers under any of `names`, repeated or separated by commas."""
        given = [one for name, value in self._pairs if name in names for one in value.split(",") if one]
        found = [parse_id(value) for value in given[: most + 1]]
        if not found:
            self.entries.missing(names[0])
        elif len(found) > most or None in found:
            self.entries.invalid(names[0])
        return [one for one in found if one is not None]

    def close(self) -> None:
        """Raise if anything was wrong."""
        self.entries.refuse()


def own(tx: Transaction, operator_id: UUID) -> None:
    """The request speaks for the caller's operator. Raises `Refusal` (403)."""
    if operator_id != tx.caller.operator_id:
        raise refuse(texts.OPERATOR_MISMATCH)

"""Policies: decisions for whoever meets a condition, put together from small parts. Pure.

    {"any_of": [part, …]}        one of them holds
    {"all_of": [part, …]}        all of them hold
    {"purpose_is": [word, …]}    the customer has said that it wants the value for one of these purposes
    {"consumer_in": group_id}    the customer is in an own group now
    {"until": moment}            it is not later than that

    >>> from datetime import datetime, UTC
    >>> policy = read_policy({"all_of": [{"purpose_is": ["scope3"]}, {"until": "2027-01-01T00:00:00Z"}]})
    >>> asking = Asking(groups=frozenset(), purposes=frozenset({"scope3"}), moment=datetime(2026, 10, 1, tzinfo=UTC))
    >>> policy.holds(asking).until.isoformat()
    '2027-01-01T00:00:00+00:00'

What it lets out is delivered until the moment at which it stops holding by itself, and a timer looks again then.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

MOST_PARTS: Final = 50
MOST_DEPTH: Final = 5
"""Of one policy: more than that nobody can oversee."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is known of a customer at a moment: own groups it is in, purposes it has named."""

    groups: frozenset[UUID]
    purposes: frozenset[str]
    moment: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """That a policy holds; `until`: the moment from which it does not any more (None: nothing ends it by itself)."""

    until: datetime | None = None


class Part(ABC):
    """One part of a policy."""

    @abstractmethod
    def holds(self, asking: Asking) -> Holding | None:
        """Whether it holds, and until when; None: it does not."""

    def parts(self) -> tuple[Part, ...]:
        """Those it is put together from."""
        return ()


@dataclass(frozen=True, slots=True)
class AnyOf(Part):
    """One of them; it holds as long as the longest."""

    of: tuple[Part, ...]

    def holds(self, asking: Asking) -> Holding | None:
        """The longest of those that hold."""
        found = [one for part in self.of if (one := part.holds(asking)) is not None]
        if not found:
            return None
        ends = [one.until for one in found if one.until is not None]
        return Holding(max(ends) if len(ends) == len(found) else None)

    def parts(self) -> tuple[Part, ...]:
        """Those of which one is enough."""
        return self.of


@dataclass(frozen=True, slots=True)
class AllOf(Part):
    """All of them; it holds as long as the shortest."""

    of: tuple[Part, ...]

    def holds(self, asking: Asking) -> Holding | None:
        """The shortest, if all hold."""
        found = [part.holds(asking) for part in self.of]
        ends = [one.until for one in found if one is not None and one.until is not None]
        return None if None in found else Holding(min(ends, default=None))

    def parts(self) -> tuple[Part, ...]:
        """Those that must all hold."""
        return self.of


@dataclass(frozen=True, slots=True)
class PurposeIs(Part):
    """The customer has named one of these purposes."""

    purposes: frozenset[str]

    def holds(self, asking: Asking) -> Holding | None:
        """Whether it has."""
        return Holding() if self.purposes & asking.purposes else None


@dataclass(frozen=True, slots=True)
class ConsumerIn(Part):
    """The customer is in an own group."""

    group_id: UUID

    def holds(self, asking: Asking) -> Holding | None:
        """Whether it is."""
        return Holding() if self.group_id in asking.groups else None


@dataclass(frozen=True, slots=True)
class Until(Part):
    """It is not later than a moment."""

    moment: datetime

    def holds(self, asking: Asking) -> Holding | None:
        """Whether it is earlier."""
        return Holding(self.moment) if asking.moment < self.moment else None


class PolicyRefused(ValueError):
    """A document is no policy. `place`: JSON pointer inside it."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def read_policy(document: object) -> Part:
    """The policy of a document. Raises `PolicyRefused`."""
    found = _read(document, "", MOST_DEPTH)
    if sum(1 for _ in walk(found)) > MOST_PARTS:
        raise PolicyRefused("")
    return found


def walk(part: Part) -> Iterator[Part]:
    """A part and all it is put together from."""
    yield part
    for one in part.parts():
        yield from walk(one)


def next_turn(part: Part, now: datetime) -> datetime | None:
    """The first moment after `now` at which it may begin or stop to hold by itself."""
    moments = (one.moment for one in walk(part) if isinstance(one, Until))
    return min((moment for moment in moments if moment > now), default=None)


def groups_of(part: Part) -> set[UUID]:
    """The groups it names."""
    return {one.group_id for one in walk(part) if isinstance(one, ConsumerIn)}


def document_of(part: Part) -> dict[str, object]:
    """The document of a policy, written in one way."""
    if isinstance(part, (AnyOf, AllOf)):
        return {"any_of" if isinstance(part, AnyOf) else "all_of": [document_of(one) for one in part.of]}
    if isinstance(part, PurposeIs):
        return {"purpose_is": sorted(part.purposes)}
    if isinstance(part, ConsumerIn):
        return {"consumer_in": str(part.group_id)}
    assert isinstance(part, Until)
    return {"until": part.moment.isoformat()}


def _read(document: object, place: str, depth: int) -> Part:
    if not isinstance(document, Mapping) or len(document) != 1 or depth == 0:
        raise PolicyRefused(place)
    [(name, value)] = document.items()
    here = f"{place}/{name}"
    if name in {"any_of", "all_of"}:
        if not isinstance(value, (list, tuple)) or not value:
            raise PolicyRefused(here)
        of = tuple(_read(one, f"{here}/{number}", depth - 1) for number, one in enumerate(value))
        return AnyOf(of) if name == "any_of" else AllOf(of)
    if name == "purpose_is":
        if not isinstance(value, (list, tuple)) or not value or not all(_is_word(one) for one in value):
            raise PolicyRefused(here)
        return PurposeIs(frozenset(value))
    read: Any = {"consumer_in": _group, "until": _until}.get(str(name))
    try:
        if read is None or not isinstance(value, str):
            raise PolicyRefused(here)
        part: Part = read(value)
    except (ValueError, OverflowError):
        raise PolicyRefused(here) from None
    return part


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 100 and "\x00" not in value


def _group(value: str) -> Part:
    return ConsumerIn(UUID(value))


def _until(value: str) -> Part:
    moment = datetime.fromisoformat(value.upper())
    if moment.tzinfo is None:
        raise ValueError(value)
    return Until(moment.astimezone(UTC))

"""What a provider lets whom see. Without a consent, nothing crosses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from renkei.client._json import ABSENT, plain
from renkei.client._wire import Wire, place
from renkei.client.model import (
    Consent,
    ConsentDraft,
    Consequences,
    Cursor,
    Glimpse,
    Listing,
    Page,
    Purpose,
    Read,
    Selection,
    Shared,
)


class Consents:
    """The own decisions about disclosure (開示)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(
        self,
        *,
        trace_id: UUID | None = None,
        consumer_id: UUID | None = None,
        kind: str | None = None,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Consent]:
        """The decisions that count now, newest first."""
        return self._wire.listing(
            Page[Consent],
            "/consents",
            trace_id=trace_id,
            consumer_id=consumer_id,
            kind=kind,
            page_size=page_size,
            after=after,
        )

    def history(
        self,
        *,
        trace_id: UUID | None = None,
        consumer_id: UUID | None = None,
        kind: str | None = None,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Consent]:
        """Every version, newest first."""
        return self._wire.listing(
            Page[Consent],
            "/consents",
            trace_id=trace_id,
            consumer_id=consumer_id,
            kind=kind,
            history=True,
            page_size=page_size,
            after=after,
        )

    def decide(self, draft: ConsentDraft) -> Consent:
        """Let a consumer see attributes of a subject; none of them withdraws."""
        return self._wire.write(Consent, "POST", "/consents", _body(draft))

    def would_see(
        self, trace_id: UUID, consumer_id: UUID, *, kind: str = "CFP", decision: ConsentDraft | None = None
    ) -> tuple[Glimpse, ...]:
        """What a company would see of an own part, trade by trade, and why (not); `decision`: if that were decided."""
        body = {
            "trace_id": trace_id,
            "consumer_id": consumer_id,
            "kind": kind,
            "decision": None if decision is None else _body(decision),
        }
        # Nothing is written, so nothing is repeated with a key of its own either.
        return self._wire.write(_Glimpses, "POST", place("consents", "try"), body).items

    def consequences(self, consent_id: UUID) -> Consequences:
        """What taking a consent back would do, customer by customer."""
        return self._wire.get(Consequences, place("consents", consent_id, "consequences"))

    def withdraw(self, consent_id: UUID, *, reason: str | None = None) -> Consent:
        """Take a consent back: what had been delivered under it leaves the customer's totals."""
        body = ABSENT if reason is None else {"reason": reason}
        return self._wire.write(Consent, "POST", place("consents", consent_id, "withdraw"), body)

    def purposes(self) -> tuple[Purpose, ...]:
        """Purposes to choose from; any other words will do."""
        return self._wire.get(_Purposes, "/purposes").purposes


class Selections:
    """Own groups of companies, or own families of parts."""

    def __init__(self, wire: Wire, noun: str) -> None:
        self._wire = wire
        self._noun = noun

    def list(self, *, page_size: int = 100, after: Cursor | None = None) -> Listing[Selection]:
        """All of them, the oldest first."""
        return self._wire.listing(Page[Selection], place(self._noun), page_size=page_size, after=after)

    def get(self, selection_id: UUID) -> Selection:
        """One. Raises `NotFoundError`."""
        return self._wire.get(Selection, place(self._noun, selection_id))

    def create(self, name: str, members: Iterable[UUID]) -> Selection:
        """Make one."""
        return self._wire.write(
            Selection, "POST", place(self._noun), {"name": name, "members": list(members)}
        )

    def replace(self, selection_id: UUID, name: str, members: Iterable[UUID]) -> Selection:
        """Give it this name and exactly these members; disclosures that name it follow."""
        body = {"name": name, "members": list(members)}
        return self._wire.write(Selection, "PUT", place(self._noun, selection_id), body)

    def delete(self, selection_id: UUID) -> None:
        """Delete one that no decision in force names."""
        self._wire.run("DELETE", place(self._noun, selection_id))


class SharedDisclosures:
    """What companies disclose to every member or to the public."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(
        self,
        *,
        operator_id: UUID | None = None,
        trace_id: UUID | None = None,
        kind: str | None = None,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Shared]:
        """What is in force, newest first."""
        return self._wire.listing(
            Page[Shared],
            "/shared",
            operator_id=operator_id,
            trace_id=trace_id,
            kind=kind,
            page_size=page_size,
            after=after,
        )


def _body(draft: ConsentDraft) -> dict[str, object]:
    body: dict[str, object] = {**plain(draft), "attributes": sorted(draft.attributes)}
    if draft.purpose is None:
        del body["purpose"]
    return body


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glimpses:
    items: tuple[Glimpse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Purposes:
    purposes: tuple[Purpose, ...]


class Reads:
    """Who read what this company disclosed, and when."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(
        self,
        *,
        trace_id: UUID | None = None,
        consumer_id: UUID | None = None,
        consent_id: UUID | None = None,
        delivery_id: UUID | None = None,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Read]:
        """Reads, newest first; a read is there within a second."""
        return self._wire.listing(
            Page[Read],
            "/reads",
            trace_id=trace_id,
            consumer_id=consumer_id,
            consent_id=consent_id,
            delivery_id=delivery_id,
            page_size=page_size,
            after=after,
        )

"""What a provider lets which customer see. Without a consent, nothing crosses."""

from __future__ import annotations

from uuid import UUID

from renkei.client._json import ABSENT, plain
from renkei.client._wire import Wire, place
from renkei.client.model import Consent, ConsentDraft, Cursor, Listing, Page, Read


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
        """Let one customer see attributes of one own part; none withdraws."""
        body = plain(draft) | {"attributes": sorted(draft.attributes)}
        if draft.purpose is None:
            body["purpose"] = ABSENT
        return self._wire.write(Consent, "POST", "/consents", body)

    def withdraw(self, consent_id: UUID) -> Consent:
        """Take a consent back: what had been delivered under it leaves the customer's totals."""
        return self._wire.write(Consent, "POST", place("consents", consent_id, "withdraw"))


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

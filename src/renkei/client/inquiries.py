"""Asking for more than is shown, past the direct supplier; answering, passing on and refusing what others ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from renkei.client._json import ABSENT
from renkei.client._wire import Wire, place
from renkei.client.model import Cursor, Inquiry, InquiryInList, Listing, Page, ReceivedInquiry


class Inquiries:
    """Inquiries (照会): the own ones, and those that customers put to this company."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def ask(
        self,
        trade_id: UUID,
        attributes: Iterable[str],
        *,
        kind: str = "CFP",
        purpose: str | None = None,
        message: str | None = None,
        ends_at: datetime | None = None,
    ) -> Inquiry:
        """Ask for more of what comes by a trade, or stands behind it."""
        body = {
            "trade_id": trade_id,
            "attributes": sorted(attributes),
            "kind": kind,
            "message": message,
            "ends_at": ends_at,
            "purpose": ABSENT if purpose is None else purpose,
        }
        return self._wire.write(Inquiry, "POST", "/inquiries", body)

    def get(self, inquiry_id: UUID) -> Inquiry:
        """One of the own, with what came back. Raises `NotFoundError`."""
        return self._wire.get(Inquiry, place("inquiries", inquiry_id))

    def list(self, *, page_size: int = 100, after: Cursor | None = None) -> Listing[InquiryInList]:
        """The own ones, newest first, without answers."""
        return self._wire.listing(Page[InquiryInList], "/inquiries", page_size=page_size, after=after)

    def received(self, *, page_size: int = 100, after: Cursor | None = None) -> Listing[ReceivedInquiry]:
        """Those that customers put to this company, for themselves or for others, newest first."""
        return self._wire.listing(
            Page[ReceivedInquiry], "/received-inquiries", page_size=page_size, after=after
        )

    def grant(
        self,
        hop_id: UUID,
        *,
        attributes: Iterable[str] | None = None,
        named: bool = False,
        valid_until: datetime | None = None,
        standing: bool = True,
        reason: str | None = None,
    ) -> ReceivedInquiry:
        """Let the asker have it (what it asked for, or `attributes`), named or as a supplier behind."""
        body = {
            "attributes": None if attributes is None else sorted(attributes),
            "named": named,
            "valid_until": valid_until,
            "standing": standing,
            "reason": reason,
        }
        return self._wire.write(ReceivedInquiry, "POST", place("received-inquiries", hop_id, "grant"), body)

    def pass_on(self, hop_id: UUID, *, reason: str | None = None) -> ReceivedInquiry:
        """Put it to the suppliers behind the own part."""
        body = {"reason": reason}
        return self._wire.write(ReceivedInquiry, "POST", place("received-inquiries", hop_id, "pass-on"), body)

    def refuse(self, hop_id: UUID, *, reason: str | None = None) -> ReceivedInquiry:
        """Show nothing more; nobody else learns it."""
        body = {"reason": reason}
        return self._wire.write(ReceivedInquiry, "POST", place("received-inquiries", hop_id, "refuse"), body)

"""Requests and answers, from both sides."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from renkei.client._json import ABSENT, Absent
from renkei.client._wire import Wire, place
from renkei.client.model import Cursor, Direction, Listing, Message, Page, Request, RequestDraft, Verdict


class Requests:
    """Requests (依頼): sent to suppliers, and received from customers."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(
        self,
        *,
        direction: Direction | None = None,
        kind: str | None = None,
        trace_id: UUID | None = None,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Request]:
        """Requests, newest first. `trace_id`: of the own bought part (with direction "sent")."""
        return self._wire.listing(
            Page[Request],
            "/requests",
            direction=direction,
            kind=kind,
            trace_id=trace_id,
            page_size=page_size,
            after=after,
        )

    def get(self, request_id: UUID) -> Request:
        """One request. Raises `NotFoundError`."""
        return self._wire.get(Request, place("requests", request_id))

    def messages(
        self, request_id: UUID, *, page_size: int = 100, after: Cursor | None = None
    ) -> Listing[Message]:
        """Every word said under a request, oldest first."""
        return self._wire.listing(
            Page[Message], place("requests", request_id, "messages"), page_size=page_size, after=after
        )

    # -- the customer ----------------------------------------------------------------------------------------------

    def create(self, draft: RequestDraft) -> Request:
        """Ask a supplier for a bought part."""
        return self._wire.write(Request, "POST", "/requests", draft)

    def update(
        self,
        request_id: UUID,
        *,
        message: str | Absent | None = ABSENT,
        due_date: date | Absent | None = ABSENT,
        period_from: date | Absent | None = ABSENT,
        period_to: date | Absent | None = ABSENT,
    ) -> Request:
        """Change a request that was sent; what is not given stays. A rejected request is asked anew."""
        body = {
            "message": message,
            "due_date": due_date,
            "period_from": period_from,
            "period_to": period_to,
        }
        return self._wire.write(Request, "PATCH", place("requests", request_id), body)

    def cancel(self, request_id: UUID) -> None:
        """Take a request back."""
        self._wire.run("POST", place("requests", request_id, "cancel"))

    def review(self, request_id: UUID, verdict: Verdict, reason: str | None = None) -> Request:
        """Accept, query or return an answer; the last two need a reason."""
        body = {"verdict": verdict, "reason": reason}
        return self._wire.write(Request, "POST", place("requests", request_id, "review"), body)

    # -- the supplier ----------------------------------------------------------------------------------------------

    def link(self, request_id: UUID, trace_id: UUID) -> Request:
        """Answer with an own part; may be repeated with another one."""
        return self._wire.write(
            Request, "POST", place("requests", request_id, "link"), {"trace_id": trace_id}
        )

    def reject(self, request_id: UUID, reply: str | None = None) -> Request:
        """Send a request back."""
        return self._wire.write(Request, "POST", place("requests", request_id, "reject"), {"reply": reply})

    def reply(self, request_id: UUID, text: str) -> Request:
        """Write a word to the customer."""
        return self._wire.write(Request, "POST", place("requests", request_id, "reply"), {"text": text})

"""Verification: a declaration is shown to another company for a while, which finds and concludes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from renkei.client._wire import Wire, place
from renkei.client.model import (
    ConclusionDraft,
    Cursor,
    Engagement,
    EngagementReads,
    Finding,
    Findings,
    Listing,
    Page,
    Verification,
    Verifications,
)


class Engagements:
    """Engagements (検証契約), on either side."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def offer(
        self, declaration_id: UUID, verifier_id: UUID, *, valid_until: datetime, message: str | None = None
    ) -> Engagement:
        """Ask another company to verify an own declaration."""
        body = {"verifier_id": verifier_id, "valid_until": valid_until, "message": message}
        return self._wire.write(
            Engagement, "POST", place("declarations", declaration_id, "engagements"), body
        )

    def list(
        self,
        *,
        declaration_id: UUID | None = None,
        side: Literal["declarant", "verifier"] | None = None,
        state: str | None = None,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Engagement]:
        """The company's engagements, newest first."""
        return self._wire.listing(
            Page[Engagement],
            "/engagements",
            declaration_id=declaration_id,
            side=side,
            state=state,
            page_size=page_size,
            after=after,
        )

    def get(self, engagement_id: UUID) -> Engagement:
        """One engagement. Raises `NotFoundError`."""
        return self._wire.get(Engagement, place("engagements", engagement_id))

    def accept(self, engagement_id: UUID) -> Engagement:
        """The verifier takes it on."""
        return self._wire.write(Engagement, "POST", place("engagements", engagement_id, "accept"))

    def decline(self, engagement_id: UUID) -> Engagement:
        """The verifier does not."""
        return self._wire.write(Engagement, "POST", place("engagements", engagement_id, "decline"))

    def end(self, engagement_id: UUID) -> Engagement:
        """Either party ends it; nothing can be opened from then on."""
        return self._wire.write(Engagement, "POST", place("engagements", engagement_id, "end"))

    def evidence(self, engagement_id: UUID) -> bytes:
        """The evidence without what suppliers delivered; on record when the verifier opens it."""
        return self._wire.send("GET", place("engagements", engagement_id, "evidence")).content

    def report_pdf(self, engagement_id: UUID, *, language: Literal["ja", "en"] = "en") -> bytes:
        """The report drawn from the same copy; on record as well."""
        path = place("engagements", engagement_id, "report.pdf")
        return self._wire.send("GET", path, parameters={"lang": language}).content

    def reads(self, engagement_id: UUID) -> EngagementReads:
        """What the verifier opened and when, newest first."""
        return self._wire.get(EngagementReads, place("engagements", engagement_id, "reads"))

    def findings(self, engagement_id: UUID) -> Findings:
        """Everything that was found, in its order."""
        return self._wire.get(Findings, place("engagements", engagement_id, "findings"))

    def find(
        self,
        engagement_id: UUID,
        text: str,
        *,
        kind: Literal["question", "observation", "nonconformity"] = "question",
        pointer: str = "",
    ) -> Finding:
        """The verifier found something."""
        body = {"kind": kind, "pointer": pointer, "text": text}
        return self._wire.write(Finding, "POST", place("engagements", engagement_id, "findings"), body)

    def reply(self, engagement_id: UUID, finding_id: UUID, text: str) -> Finding:
        """The declarant answers."""
        path = place("engagements", engagement_id, "findings", finding_id, "reply")
        return self._wire.write(Finding, "POST", path, {"text": text})

    def close(self, engagement_id: UUID, finding_id: UUID) -> Finding:
        """The verifier is content."""
        path = place("engagements", engagement_id, "findings", finding_id, "close")
        return self._wire.write(Finding, "POST", path)

    def conclude(self, engagement_id: UUID, draft: ConclusionDraft) -> Verification:
        """The verifier accepts or rejects. Raises `ConflictError` with open nonconformities."""
        return self._wire.write(Verification, "POST", place("engagements", engagement_id, "conclude"), draft)

    def verifications(self, declaration_id: UUID) -> Verifications:
        """What verifiers concluded about a declaration."""
        return self._wire.get(Verifications, place("declarations", declaration_id, "verifications"))

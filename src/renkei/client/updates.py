"""How own parts follow what they stand on, values that wait for a decision, and filed declarations."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from renkei.client._json import plain
from renkei.client._wire import Wire, place
from renkei.client.model import (
    Cursor,
    Declaration,
    DeclarationDraft,
    Listing,
    Page,
    Report,
    Statement,
    Update,
    UpdatePolicy,
    UpdateState,
)


class Updates:
    """Automatic update (CFP値自動更新)."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def policy(self, trace_id: UUID) -> UpdatePolicy:
        """How an own part follows what it stands on."""
        return self._wire.get(UpdatePolicy, place("parts", trace_id, "update-policy"))

    def replace_policy(self, trace_id: UUID, policy: UpdatePolicy) -> UpdatePolicy:
        """Choose how an own part follows; what waits is looked at anew under it."""
        return self._wire.write(UpdatePolicy, "PUT", place("parts", trace_id, "update-policy"), policy)

    def list(
        self, *, state: UpdateState = "waiting", page_size: int = 100, after: Cursor | None = None
    ) -> Listing[Update]:
        """Values that were calculated and not published at once, newest first."""
        return self._wire.listing(Page[Update], "/updates", state=state, page_size=page_size, after=after)

    def approve(self, update_id: UUID) -> Statement:
        """Publish exactly this value (role approver). Raises `ConflictError` if another has taken its place."""
        return self._wire.write(Statement, "POST", place("updates", update_id, "approve"))

    def refuse(self, update_id: UUID) -> Update:
        """Keep the published value (role approver)."""
        return self._wire.write(Update, "POST", place("updates", update_id, "refuse"))


class Declarations:
    """Filed documents (宣言), each of which pins one version of a footprint."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def file(self, trace_id: UUID, draft: DeclarationDraft) -> Declaration:
        """File a declaration of an own part."""
        return self._wire.write(Declaration, "POST", place("parts", trace_id, "declarations"), plain(draft))

    def get(self, declaration_id: UUID) -> Declaration:
        """One own declaration beside what is true now."""
        return self._wire.get(Declaration, place("declarations", declaration_id))

    def report(self, declaration_id: UUID, *, language: Literal["ja", "en"] = "en") -> Report:
        """The report of an own declaration. Raises `NotFoundError` for one that was filed before there were any."""
        return self._wire.get(Report, place("declarations", declaration_id, "report"), lang=language)

    def report_pdf(self, declaration_id: UUID, *, language: Literal["ja", "en"] = "en") -> bytes:
        """The same report as PDF."""
        path = place("declarations", declaration_id, "report.pdf")
        return self._wire.send("GET", path, parameters={"lang": language}).content

    def evidence(self, declaration_id: UUID) -> bytes:
        """The evidence file of an own declaration, byte by byte as the ledger holds its digest."""
        return self._wire.send("GET", place("declarations", declaration_id, "evidence")).content

    def list(
        self, *, trace_id: UUID | None = None, page_size: int = 100, after: Cursor | None = None
    ) -> Listing[Declaration]:
        """Own declarations (of one part), newest first."""
        return self._wire.listing(
            Page[Declaration], "/declarations", trace_id=trace_id, page_size=page_size, after=after
        )

"""Footprints of own parts, estimates for bought ones, and values on behalf of companies that are not members yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from renkei.client._json import plain
from renkei.client._wire import Wire, place
from renkei.client.model import (
    Cursor,
    Estimate,
    Footprint,
    FootprintDraft,
    Listing,
    Page,
    Proposal,
    Questions,
    ReceivedQuestions,
    Renewal,
    Statement,
    ValueDraft,
)

_AT_ONCE = 50


class Footprints:
    """Statements (排出量) of own parts, as immutable versions."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def state(self, trace_id: UUID, draft: FootprintDraft, *, cfp_id: UUID | None = None) -> Statement:
        """State a footprint: the first one, or a new version of `cfp_id`. Raises `ConflictError` if there is one."""
        body = plain(draft) | {"cfp_id": cfp_id}
        return self._wire.write(Statement, "PUT", place("parts", trace_id, "footprint"), body)

    def get(
        self, trace_id: UUID, *, as_of: date | None = None, reference_year: int | None = None
    ) -> Footprint:
        """An own part's statement, its suppliers' answers, the own estimates. Raises `NotFoundError`.

        `as_of` (a day, UTC) and `reference_year` ask for the version of another time instead, with `Footprint.as_of`.
        """
        return self._wire.get(
            Footprint, place("parts", trace_id, "footprint"), as_of=as_of, reference_year=reference_year
        )

    def questions(self, trace_id: UUID) -> Questions:
        """What looks like a slip in an own value, and in the answers of a bought part's suppliers."""
        return self._wire.get(Questions, place("parts", trace_id, "questions"))

    def renewals(
        self, *, months: int = 12, page_size: int = 100, after: Cursor | None = None
    ) -> Listing[Renewal]:
        """Own footprints whose period ended `months` ago or earlier, the oldest first."""
        return self._wire.listing(Page[Renewal], "/renewals", months=months, page_size=page_size, after=after)

    def outliers(self, *, page_size: int = 100, after: Cursor | None = None) -> Listing[ReceivedQuestions]:
        """Answers of all suppliers that something is asked about."""
        return self._wire.listing(Page[ReceivedQuestions], "/outliers", page_size=page_size, after=after)

    def of(self, trace_ids: Iterable[UUID]) -> Iterator[Footprint]:
        """The same for many own parts, read 50 at a time; ids that are not own parts are left out."""
        wanted = list(trace_ids)
        for start in range(0, len(wanted), _AT_ONCE):
            ids = wanted[start : start + _AT_ONCE]
            yield from self._wire.get(Page[Footprint], "/footprints", trace_ids=ids).items

    def versions(
        self,
        trace_id: UUID,
        *,
        trade_id: UUID | None = None,
        page_size: int = 100,
        after: Cursor | None = None,
    ) -> Listing[Statement]:
        """Every version, newest first, each with what caused it. `trade_id`: of what is stated for this customer only."""
        return self._wire.listing(
            Page[Statement],
            place("parts", trace_id, "footprint", "versions"),
            trade_id=trade_id,
            page_size=page_size,
            after=after,
        )


class Estimates:
    """The own values for bought parts (or for what comes by one trade), until the supplier discloses one."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def state(
        self, trace_id: UUID, draft: ValueDraft, *, source: str = "", trade_id: UUID | None = None
    ) -> Estimate:
        """Give an own bought part a value. `source`: where it comes from."""
        body = plain(draft) | {"source": source}
        return self._wire.write(
            Estimate, "PUT", place("parts", trace_id, "estimate"), body, trade_id=trade_id
        )

    def get(self, trace_id: UUID, *, trade_id: UUID | None = None) -> Estimate:
        """The estimate. Raises `NotFoundError`."""
        return self._wire.get(Estimate, place("parts", trace_id, "estimate"), trade_id=trade_id)

    def remove(self, trace_id: UUID, *, trade_id: UUID | None = None) -> None:
        """Take an estimate back; it leaves the totals at once."""
        self._wire.run("DELETE", place("parts", trace_id, "estimate"), trade_id=trade_id)


class Proposals:
    """Values entered on behalf of suppliers that are not members yet: unconfirmed until they join and decide."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def propose(self, trade_id: UUID, draft: ValueDraft) -> Proposal:
        """Enter a value for what comes by a trade; it counts like an estimate. Raises `ConflictError` for a member."""
        return self._wire.write(Proposal, "POST", place("trades", trade_id, "proposal"), draft)

    def list(self, *, page_size: int = 100, after: Cursor | None = None) -> Listing[Proposal]:
        """Those this company made and those it is asked to decide, newest first."""
        return self._wire.listing(Page[Proposal], "/proposals", page_size=page_size, after=after)

    def confirm(self, proposal_id: UUID, trace_id: UUID) -> Statement:
        """Make the proposed value the own statement of an own part, and disclose it to that customer."""
        return self._wire.write(
            Statement, "POST", place("proposals", proposal_id, "confirm"), {"trace_id": trace_id}
        )

    def replace(
        self, proposal_id: UUID, trace_id: UUID, draft: FootprintDraft, *, cfp_id: UUID | None = None
    ) -> Statement:
        """State another value instead; disclosing it is a decision of its own."""
        body = plain(draft) | {"trace_id": trace_id, "cfp_id": cfp_id}
        return self._wire.write(Statement, "POST", place("proposals", proposal_id, "replace"), body)

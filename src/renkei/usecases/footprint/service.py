"""Operations on footprints. Every function acts as the transaction's operator and sees its own rows only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from renkei.database.transaction import Transaction
from renkei.usecases.footprint.model import Estimate, EstimateDraft, FootprintView, Statement, StatementDraft


def put_statement(tx: Transaction, draft: StatementDraft) -> Statement:
    """State a part's footprint, and carry it up through the own structures."""
    raise NotImplementedError


def footprints(tx: Transaction, trace_ids: Sequence[UUID]) -> list[FootprintView]:
    """What there is to see of the own parts among `trace_ids`, in that order. At most 4 statements."""
    raise NotImplementedError


def history(tx: Transaction, trace_id: UUID, trade_id: UUID | None = None) -> list[Statement]:
    """Every version of a part's footprint, newest first. Raises `PartMissing`."""
    raise NotImplementedError


def put_estimate(tx: Transaction, draft: EstimateDraft) -> Estimate | None:
    """Give an own bought part (or one trade of it) the buyer's own value, until its supplier discloses one."""
    raise NotImplementedError


def estimates(tx: Transaction, trace_ids: Iterable[UUID]) -> list[Estimate]:
    """The current estimates of the own parts among `trace_ids`."""
    raise NotImplementedError

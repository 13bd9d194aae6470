"""Operations on trades and requests. Every function acts as the transaction's operator and sees its own trades only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from renkei.commons.trades.model import (
    RequestDraft,
    RequestMessage,
    RequestView,
    ShareDraft,
    Target,
    Trade,
    TradeInto,
    TradeOut,
    Verdict,
)
from renkei.database.events import Handler
from renkei.database.transaction import Reaction, Transaction
from renkei.kit.paging import Page


def put_request(tx: Transaction, draft: RequestDraft, *, single: bool = False) -> RequestView:
    """Ask a supplier for a bought part, or change what was asked."""
    raise NotImplementedError


def update_request(tx: Transaction, draft: RequestDraft) -> RequestView:
    """Change message, due date and period of a request; a rejected one is asked anew."""
    raise NotImplementedError


def request_of(tx: Transaction, request_id: UUID) -> RequestView:
    """One request the caller sent or received. Raises `Missing`."""
    raise NotImplementedError


def trades_sent(
    tx: Transaction,
    trace_ids: Sequence[UUID] | None = None,
    after: UUID | None = None,
    limit: int = 100,
    *,
    kind: str | None = None,
) -> Page[RequestView]:
    """Requests the caller sent, newest first; the cursor is the downstream trace id (or the request id if several)."""
    raise NotImplementedError


def requests_received(
    tx: Transaction, after: UUID | None = None, limit: int = 100, *, kind: str | None = None
) -> Page[RequestView]:
    """Requests the caller received, newest first; the cursor is the request id."""
    raise NotImplementedError


def statuses(
    tx: Transaction,
    target: Target | None = None,
    trace_id: UUID | None = None,
    request_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 100,
    *,
    kind: str | None = None,
) -> Page[RequestView]:
    """Requests sent, received or both; `trace_id` (downstream) counts with REQUEST only, `request_id` without it only."""
    raise NotImplementedError


def messages(tx: Transaction, request_id: UUID) -> tuple[RequestMessage, ...]:
    """Every word said under a request, oldest first. Raises `Missing`."""
    raise NotImplementedError


def link(tx: Transaction, trade_id: UUID, trace_id: UUID) -> Trade:
    """The addressee links its own part to a trade; may be repeated with another part."""
    raise NotImplementedError


def cancel(tx: Transaction, request_id: UUID, trade_id: UUID) -> None:
    """The customer takes a request back, in any state."""
    raise NotImplementedError


def reject(tx: Transaction, request_id: UUID, trade_id: UUID, reply: str | None = None) -> RequestView:
    """The supplier sends a request back; the link to its part is dropped."""
    raise NotImplementedError


def reply(tx: Transaction, request_id: UUID, text: str | None) -> RequestView:
    """The supplier writes a word to the customer."""
    raise NotImplementedError


def review(tx: Transaction, request_id: UUID, verdict: Verdict, reason: str | None = None) -> RequestView:
    """The customer accepts, queries or returns an answer."""
    raise NotImplementedError


def put_shares(tx: Transaction, trade_id: UUID, shares: Sequence[ShareDraft]) -> None:
    """State how much of the bought part comes by this trade, per period; replaces what was stated before."""
    raise NotImplementedError


def put_part_shares(tx: Transaction, trace_id: UUID, shares: Mapping[UUID, Sequence[ShareDraft]]) -> None:
    """`put_shares` for several trades of one bought part at once (trade id → shares)."""
    raise NotImplementedError


def shares_of(tx: Transaction, trade_ids: Iterable[UUID]) -> dict[UUID, tuple[ShareDraft, ...]]:
    """The shares as stated, by trade id."""
    raise NotImplementedError


def delete_part(tx: Transaction, trace_id: UUID) -> None:
    """Delete a part that nothing stands on."""
    raise NotImplementedError


def mark_answered(tx: Transaction, kind: str, part_keys: Iterable[int]) -> int:
    """Linked open requests of `kind` for these own parts are COMPLETED now; returns how many changed."""
    raise NotImplementedError


def trades_into(tx: Transaction, part_keys: Iterable[int], kind: str | None = None) -> tuple[TradeInto, ...]:
    """Trades the caller supplies with these own parts. One statement."""
    raise NotImplementedError


def trades_out_of(tx: Transaction, part_keys: Iterable[int], kind: str | None = None) -> tuple[TradeOut, ...]:
    """Trades by which the caller buys these own parts. One statement."""
    raise NotImplementedError


def refresh_chain(tx: Transaction, part_keys: set[int]) -> None:
    """Reaction: recount the requests received for these own parts and everything own above them."""
    raise NotImplementedError


REACTIONS: Mapping[str, Reaction] = {"part_inputs": refresh_chain, "chain": refresh_chain}
HANDLERS: Mapping[str, Handler] = {}

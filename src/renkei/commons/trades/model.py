"""Trades (取引関係) and requests (依頼・回答), and what the two parties see of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

RequestState = Literal["NOT_COMPLETED", "COMPLETED", "REJECT", "CANCEL"]
Verdict = Literal["accepted", "queried", "returned"]
Target = Literal["REQUEST", "RESPONSE"]
"""REQUEST: sent by the caller; RESPONSE: received by the caller."""
MessageKind = Literal["message", "reply", "reject", "query", "return", "accept"]

CHAIN_CAP = 1_000_000
"""The chain counters stop here."""
MAX_HOPS = 64
"""How many companies one recount may run through; no real chain is deeper, and a loop of companies ends there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDraft:
    """A request as the customer states it.

    Both ids None: a new trade with a new request. Both set: that request is updated (and asked anew if it was
    rejected). Only `trade_id` set: a further request (another kind or period) under an existing trade.
    """

    downstream_trace_id: UUID
    upstream_operator_id: UUID
    kind: str = "CFP"
    trade_id: UUID | None = None
    request_id: UUID | None = None
    message: str | None = None
    due_date: date | None = None
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPart:
    """The customer's part as the supplier may see it."""

    trace_id: UUID
    operator_id: UUID
    plant_id: UUID
    name: str
    support_name: str | None
    terminated: bool
    unit: str | None
    label: str | None
    info1: str | None
    info2: str | None
    info3: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A trade: the customer's bought part and, once linked, the supplier's own part."""

    trade_key: int
    trade_id: UUID
    downstream_key: int
    upstream_key: int
    downstream_operator_id: UUID
    upstream_operator_id: UUID
    downstream_part_key: int
    downstream_trace_id: UUID
    upstream_part_key: int | None
    upstream_trace_id: UUID | None
    created_at: datetime
    linked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request with its trade, as both parties may read it. `*_at` of a counter moves only when its number does."""

    request_key: int
    request_id: UUID
    trade: Trade
    kind: str
    state: RequestState
    period_from: date | None
    period_to: date | None
    message: str | None
    reply_message: str | None
    due_date: date | None
    tree_terminated: bool
    completed_count: int
    completed_count_at: datetime
    trades_count: int
    trades_count_at: datetime
    review: Verdict | None
    review_reason: str | None
    created_at: datetime
    updated_at: datetime
    customer_part: CustomerPart


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """Conditions on a list of requests; all that are given hold at once.

    `text` stands somewhere in the customer's part (name, support name, label) or in the name of the other company;
    `overdue_on`: unanswered or sent back, and due before that day.
    """

    state: RequestState | None = None
    request_ids: tuple[UUID, ...] | None = None
    text: str | None = None
    overdue_on: date | None = None


NO_FILTER = RequestFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMessage:
    """One word said under a request."""

    kind: MessageKind
    text: str
    sender_operator_id: UUID
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeInto:
    """A trade that the caller supplies with one of its own parts (linked, not cancelled)."""

    trade_key: int
    trade_id: UUID
    upstream_part_key: int
    upstream_trace_id: UUID
    downstream_key: int
    downstream_operator_id: UUID
    downstream_part_key: int
    downstream_trace_id: UUID
    request_key: int | None
    request_id: UUID | None
    state: RequestState | None
    """Of the newest request of the kind asked for; None without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCounts:
    """The requests that a company has sent, by how they stand; `overdue` are of those not answered."""

    sent: int
    answered: int
    returned: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOut:
    """A trade by which the caller buys one of its own parts (not cancelled).

    `share` is the part of the amount that comes by this trade today: as stated by `put_shares`; without any
    statement for the part today the trades share equally, and with some, a trade without one has 0.
    """

    trade_key: int
    trade_id: UUID
    downstream_part_key: int
    downstream_trace_id: UUID
    upstream_key: int
    upstream_operator_id: UUID
    upstream_trace_id: UUID | None
    linked: bool
    request_key: int | None
    request_id: UUID | None
    state: RequestState | None
    tree_terminated: bool
    share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDraft:
    """How much of a bought part comes by one trade in a period (both days included; open end: until further notice)."""

    valid_from: date
    share: Decimal
    valid_to: date | None = None
    purchased_quantity: Decimal | None = None
    quantity_unit: str | None = None

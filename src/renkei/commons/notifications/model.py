"""What an operator is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

NotificationType = Literal[
    "REQUEST_NEW",
    "REQUEST_CANCELED",
    "REQUEST_REJECTED",
    "CFP_RESPONSED",
    "CFP_UPDATED",
    "REPLY_MESSAGE_REGISTERED",
    "OPERATOR_CLOSED",
    "OPERATOR_MERGED",
    "CFP_RENEWAL_DUE",
    "CFP_UNSETTLED",
]
OWN_AFFAIRS: Final = frozenset({"CFP_RENEWAL_DUE", "CFP_UNSETTLED"})
"""What the platform tells a company of its own parts, and no other company causes alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRelation:
    """The trade and request a notification is about."""

    trade_id: UUID
    request_id: UUID | None
    downstream_operator_id: UUID
    upstream_operator_id: UUID
    downstream_trace_id: UUID
    upstream_trace_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One thing that happened, and who caused it. `further_trade_ids`: what else than `relation` it is about.

    `trace_id`, `part_name`: an own part that it is about, and `further_parts` how many more.
    """

    notification_id: UUID
    type: str
    sender_operator_id: UUID
    relation: TradeRelation | None
    notified_at: datetime
    read_at: datetime | None
    further_trade_ids: tuple[UUID, ...] = ()
    trace_id: UUID | None = None
    part_name: str | None = None
    further_parts: int = 0

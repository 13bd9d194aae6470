"""Handling events in commit order, as the operator each is addressed to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from renkei.database.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEvent:
    """One event as its addressee's duty gets it: ids only."""

    event_key: int
    event_id: UUID
    type: str
    addressee_key: int
    subject: UUID
    data: dict[str, object]
    origin: int


Handler = Callable[["Transaction", Sequence[ReceivedEvent]], None]
"""Handles a batch of events of one type for one addressee, in one transaction that acts as the addressee.

Must be idempotent: a batch may come again after a crash.
"""

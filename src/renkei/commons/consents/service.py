"""Operations on consents and deliveries. Every function acts as the transaction's operator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from renkei.commons.consents.model import ANSWER, Consent, ConsentDraft, Delivery, Payload
from renkei.database.transaction import Transaction


def decide(tx: Transaction, draft: ConsentDraft) -> Consent:
    """Disclose `draft.attributes` of an own part to one consumer from now on; empty attributes withdraw."""
    raise NotImplementedError


def release(
    tx: Transaction,
    trace_id: UUID,
    consumer_id: UUID,
    kind: str,
    changes: Mapping[str, bool],
    *,
    purpose: str = ANSWER,
) -> Consent:
    """Switch single attributes on or off, leaving the others of the current consent as they are (Ouranos: cfpAcl)."""
    raise NotImplementedError


def withdraw(tx: Transaction, consent_id: UUID) -> Consent:
    """Take a consent back: a tombstone goes to every consumer's inbox it had let something into."""
    raise NotImplementedError


def consents_of(
    tx: Transaction,
    *,
    trace_ids: Iterable[UUID] | None = None,
    consumer_id: UUID | None = None,
    kind: str | None = None,
    history: bool = False,
    after: UUID | None = None,
    limit: int = 1000,
) -> list[Consent]:
    """The caller's own decisions (as provider), current ones unless `history`, newest first."""
    raise NotImplementedError


def deliver(
    tx: Transaction,
    kind: str,
    payloads: Mapping[int, Payload],
    per_trade: Mapping[int, Payload] | None = None,
) -> None:
    """Bring every consumer's inbox up to date for the own parts in `payloads` (part key → what there is to say)."""
    raise NotImplementedError


def inbox(tx: Transaction, kind: str, trade_keys: Iterable[int]) -> dict[int, Delivery]:
    """The delivery in force of each trade the caller buys by; tombstones and expired ones left out."""
    raise NotImplementedError


def expire(tx: Transaction) -> int:
    """End the caller's consents whose day is over; returns how many (a duty)."""
    raise NotImplementedError

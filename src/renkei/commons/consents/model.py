"""Consents (開示) and deliveries (届け): what a provider decides, and what a consumer gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

ConsentState = Literal["granted", "withdrawn", "expired"]
ANSWER: Final = "answer"
"""The purpose of a consent that names none: to answer the consumer's request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDraft:
    """What the provider decides to disclose of one own part to one consumer.

    It covers every trade of that pair, also those that are linked later, and needs neither link nor value yet.
    `attributes` are names that the use case of `kind` offers; they replace those of the former version.
    `standing`: every new value is delivered too; otherwise only the value of the moment (once).
    """

    trace_id: UUID
    consumer_id: UUID
    kind: str
    attributes: frozenset[str]
    purpose: str = ANSWER
    valid_until: datetime | None = None
    standing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One version of a decision. `current` until a later version supersedes it."""

    consent_id: UUID
    version: int
    trace_id: UUID
    consumer_id: UUID
    kind: str
    attributes: frozenset[str]
    purpose: str
    valid_from: datetime
    valid_until: datetime | None
    standing: bool
    state: ConsentState
    decided_by: str
    created_at: datetime
    superseded_at: datetime | None

    @property
    def current(self) -> bool:
        """Whether no later version exists."""
        return self.superseded_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What a use case has to say of one own part: attribute name → content (plain JSON values).

    Only the consented attributes leave the company; an attribute that is absent has nothing to say.
    """

    statement_id: UUID | None
    version: int | None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of an inbox: the consented attributes of the provider's part in one trade, or a tombstone."""

    delivery_key: int
    delivery_id: UUID
    provider_key: int
    trade_key: int
    kind: str
    payload: Mapping[str, Mapping[str, Any]]
    statement_id: UUID | None
    statement_version: int | None
    consent_id: UUID
    consent_version: int
    valid_until: datetime | None
    withdrawn: bool
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Delivery):
    """A row of the own inbox with the trade it came by."""

    trade_id: UUID


Reader = Literal["person", "application"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry:
    """That a consumer read a delivery, as its provider sees it. `times` reads between `first_at` and `last_at`.

    Which person it was is the consumer's own affair.
    """

    read_id: UUID
    delivery_id: UUID
    consumer_id: UUID
    trade_id: UUID
    trace_id: UUID | None
    kind: str
    statement_version: int | None
    consent_id: UUID
    consent_version: int
    door: str
    reader: Reader
    first_at: datetime
    last_at: datetime
    times: int

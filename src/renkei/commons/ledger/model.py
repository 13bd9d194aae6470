"""What the ledger holds and what it says: facts, receipts, heads, proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Party = tuple[int, UUID]
"""A company, by its key and its public id."""
FactState = Literal["pending", "in_log", "erased"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDraft:
    """A fact as a room tells it, its content as canonical JSON already."""

    kind: str
    subject_id: UUID
    content: bytes
    parties: tuple[Party, ...] = ()
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact as it is committed to: what, about what, by whom, when, and who may read it.

    `content` is canonical JSON (RFC 8785). `parties` are the other companies' ids, sorted.
    """

    kind: str
    subject_id: UUID
    version: int | None
    operator_id: UUID
    parties: tuple[UUID, ...]
    actor: str
    recorded_at: datetime
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A recorded fact as its parties may read it; `fact` and `salt` are None once it was erased."""

    fact_key: int
    kind: str
    subject_id: UUID
    version: int | None
    recorded_at: datetime
    fact: Fact | None
    salt: bytes | None
    commitment: bytes
    leaf_index: int | None

    @property
    def state(self) -> FactState:
        """Pending until a head covers it."""
        if self.salt is None:
            return "erased"
        return "pending" if self.leaf_index is None else "in_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A signed head of the log. `note` is the whole checkpoint with its signatures (see `notes`)."""

    number: int
    size: int
    root: bytes
    signed_at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """How the log stands: leaves under the newest head, when that was signed, and facts that wait for a leaf."""

    size: int
    signed_at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A receipt with the proof that its leaf is under a head; without one while it is pending."""

    receipt: Receipt
    proof: Sequence[bytes] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key that heads are, or were, signed with. `verifier` is its one-line form for `renkei ledger check --key`."""

    key_id: str
    verifier: str
    public_key: bytes
    created_at: datetime
    retired_at: datetime | None

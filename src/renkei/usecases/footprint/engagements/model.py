"""Engagements (検証契約), findings, and what a verifier concludes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

EngagementState = Literal["offered", "accepted", "declined", "ended", "concluded"]
FindingKind = Literal["question", "observation", "nonconformity"]
FindingState = Literal["open", "answered", "closed"]
Verdict = Literal["verified", "rejected"]
Assurance = Literal["limited", "reasonable"]
Side = Literal["declarant", "verifier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """One verifier, one declaration, one span of time. `copy_sha256` is of what the verifier is given to open.

    That is the evidence without what suppliers delivered: they consented to the declarant, not to its verifier.
    """

    engagement_key: int
    engagement_id: UUID
    operator_key: int
    verifier_key: int
    declarant_id: UUID
    verifier_id: UUID
    declaration_id: UUID
    trace_id: UUID
    statement_id: UUID
    version: int
    evidence_sha256: bytes
    copy_sha256: bytes
    message: str | None
    state: EngagementState
    valid_until: datetime
    created_at: datetime
    decided_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the verifier found; `pointer` is a place in the evidence, "" for the whole."""

    finding_id: UUID
    kind: FindingKind
    pointer: str
    text: str
    state: FindingState
    reply: str | None
    created_at: datetime
    replied_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """That somebody of the verifier opened the evidence or its report."""

    what: str
    door: str
    reader: Literal["person", "application"]
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionDraft:
    """What a verifier says in the end: of this version and this evidence, and of no other."""

    verdict: Verdict
    assurance: Assurance
    standard: str
    scope: str
    accreditation: str
    opinion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A conclusion as it stands for ever."""

    verification_id: UUID
    engagement_id: UUID
    declaration_id: UUID
    verifier_id: UUID
    verifier_name: str
    statement_id: UUID
    version: int
    evidence_sha256: bytes
    verdict: Verdict
    assurance: Assurance
    standard: str
    scope: str
    accreditation: str
    opinion: str
    concluded_at: datetime

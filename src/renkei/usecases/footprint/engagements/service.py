"""Operations on engagements. The declarant offers, the verifier accepts, looks, finds and concludes; either may end it.

The verifier opens a copy of the evidence without what suppliers delivered to the declarant: they consented to the
declarant alone. Each such answer is still named with its share, and that it may not be opened. Everything that is opened
is put on record, in the transaction that opens it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from renkei.commons.ledger import service as ledger
from renkei.commons.operators import service as operators
from renkei.database.caller import WRITERS
from renkei.database.transaction import Event, Transaction
from renkei.kit.canonical import canonical_json
from renkei.kit.paging import Page, page_of
from renkei.usecases.footprint import declarations_store
from renkei.usecases.footprint.engagements import store
from renkei.usecases.footprint.engagements.errors import (
    EngagementExists,
    EngagementMissing,
    EngagementSide,
    FindingMissing,
    FindingsOpen,
    SelfVerified,
    SpanOver,
    VerifierMissing,
    WrongState,
)
from renkei.usecases.footprint.engagements.model import (
    ConclusionDraft,
    Engagement,
    EngagementState,
    Finding,
    FindingKind,
    Read,
    Side,
    Verification,
)
from renkei.usecases.footprint.errors import DeclarationMissing
from renkei.usecases.footprint.reports.model import Evidence
from renkei.usecases.footprint.reports.service import evidence_of

CHANGED: Final = "jp.renkei.footprint.engagement_changed.v1"
MOST_READS: Final = 500
_KEPT: Final = ("trace_id", "name", "kind", "source_id", "share")
"""What a verifier is told of a supplier's answer."""


# -- the declarant ---------------------------------------------------------------------------------------------------
def offer(
    tx: Transaction,
    declaration_id: UUID,
    *,
    verifier_id: UUID,
    valid_until: datetime,
    message: str | None = None,
) -> Engagement:
    """Ask another company to verify an own declaration, until a moment.

    Raises `DeclarationMissing`, `EvidenceMissing`, `VerifierMissing`, `SelfVerified`, `SpanOver`, `EngagementExists`.
    """
    tx.caller.require(*WRITERS)
    evidence = evidence_of(tx, declaration_id)
    verifier = next(iter(operators.operators_by_ids(tx, [verifier_id])), None)
    if verifier is None or verifier.state != "member":
        raise VerifierMissing("/verifier_id")
    if verifier.operator_key == tx.caller.operator_key:
        raise SelfVerified("/verifier_id")
    if valid_until <= tx.now:
        raise SpanOver("/valid_until")
    if store.live(tx, declaration_id, verifier.operator_key):
        raise EngagementExists
    copy = canonical_json(for_verifier(msgspec.json.decode(evidence.content)))
    engagement_id = store.insert(
        tx,
        declaration_id=declaration_id,
        verifier_key=verifier.operator_key,
        evidence_sha256=evidence.sha256,
        copy=copy,
        copy_sha256=hashlib.sha256(copy).digest(),
        message=message,
        valid_until=valid_until,
    )
    found = engagement(tx, engagement_id)
    ledger.record(
        tx,
        "footprint.engagement",
        engagement_id,
        {
            "engagement_id": engagement_id,
            "declaration_id": declaration_id,
            "verifier_id": verifier_id,
            "version": found.version,
            "evidence_sha256": found.evidence_sha256.hex(),
            "copy_sha256": found.copy_sha256.hex(),
            "message": message,
            "valid_until": valid_until,
            "created_at": found.created_at,
        },
        parties=[(verifier.operator_key, verifier_id)],
    )
    _tell(tx, found)
    return found


def for_verifier(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence as a verifier may open it: of each answer of a supplier only that it is there, and its share."""
    return {
        **evidence,
        "inputs": [
            {name: one[name] for name in _KEPT} | {"verification": "not_opened"}
            if one["kind"] == "delivery"
            else one
            for one in evidence["inputs"]
        ],
    }


def reply(tx: Transaction, engagement_id: UUID, finding_id: UUID, text: str) -> Finding:
    """The declarant answers a finding. Raises `EngagementMissing`, `FindingMissing`, `EngagementSide`, `WrongState`."""
    tx.caller.require(*WRITERS)
    of = _going_on(tx, engagement_id, "declarant", "accepted")
    found = _finding(tx, of, finding_id)
    if found.state == "closed":
        raise WrongState(state="closed")
    store.reply_finding(tx, finding_id, text)
    _tell(tx, of)
    return _finding(tx, of, finding_id)


# -- the verifier ----------------------------------------------------------------------------------------------------
def decide(tx: Transaction, engagement_id: UUID, *, accept: bool) -> Engagement:
    """The verifier takes the engagement on, or not. Raises `EngagementMissing`, `EngagementSide`, `WrongState`."""
    tx.caller.require(*WRITERS)
    of = _going_on(tx, engagement_id, "verifier", "offered")
    return _now(tx, of, "accepted" if accept else "declined")


def opened(tx: Transaction, engagement_id: UUID, what: str) -> Evidence:
    """The copy of the evidence: for the verifier only while the engagement holds, each time on record.

    `sha256` is that of the whole evidence, to which everything is bound.
    Raises `EngagementMissing`, `WrongState` (not accepted, ended, or its time is over).
    """
    of = engagement(tx, engagement_id)
    if of.verifier_key == tx.caller.operator_key:
        _require(tx, of, "accepted", "concluded")
    content = store.copy_of(tx, of.engagement_key)
    if content is None:
        raise WrongState(state=of.state)
    if of.verifier_key == tx.caller.operator_key:
        store.note_read(tx, of, what)
    check_id = UUID(msgspec.json.decode(content)["declaration"]["check_id"])
    return Evidence(
        declaration_id=of.declaration_id, check_id=check_id, content=content, sha256=of.evidence_sha256
    )


def find(tx: Transaction, engagement_id: UUID, *, kind: FindingKind, pointer: str, text: str) -> Finding:
    """The verifier found something. Raises `EngagementMissing`, `EngagementSide`, `WrongState`."""
    tx.caller.require(*WRITERS)
    of = _going_on(tx, engagement_id, "verifier", "accepted")
    finding_id = store.insert_finding(tx, of, kind, pointer, text)
    _tell(tx, of)
    return _finding(tx, of, finding_id)


def close(tx: Transaction, engagement_id: UUID, finding_id: UUID) -> Finding:
    """The verifier is content. Raises `EngagementMissing`, `FindingMissing`, `EngagementSide`, `WrongState`."""
    tx.caller.require(*WRITERS)
    of = _going_on(tx, engagement_id, "verifier", "accepted")
    _finding(tx, of, finding_id)
    store.close_finding(tx, finding_id)
    _tell(tx, of)
    return _finding(tx, of, finding_id)


def conclude(tx: Transaction, engagement_id: UUID, draft: ConclusionDraft) -> Verification:
    """The verifier's word on exactly this version and this evidence; it stays for ever, and the engagement is done.

    Raises `EngagementMissing`, `EngagementSide`, `WrongState`, `FindingsOpen` (verified with open nonconformities).
    """
    tx.caller.require(*WRITERS)
    of = _going_on(tx, engagement_id, "verifier", "accepted")
    open_ones = [
        one
        for one in store.findings(tx, of.engagement_key)
        if one.kind == "nonconformity" and one.state != "closed"
    ]
    if draft.verdict == "verified" and open_ones:
        raise FindingsOpen("/verdict", count=len(open_ones))
    verification_id = store.insert_verification(tx, of, draft)
    store.set_state(tx, of.engagement_key, "concluded")
    [found] = [
        one for one in store.verifications(tx, [of.declaration_id]) if one.verification_id == verification_id
    ]
    ledger.record(
        tx,
        "footprint.verification",
        verification_id,
        {
            "verification_id": verification_id,
            "declaration_id": of.declaration_id,
            "statement_id": of.statement_id,
            "version": of.version,
            "evidence_sha256": of.evidence_sha256.hex(),
            "verdict": draft.verdict,
            "assurance": draft.assurance,
            "standard": draft.standard,
            "scope": draft.scope,
            "accreditation": draft.accreditation,
            "opinion": draft.opinion,
            "concluded_at": found.concluded_at,
        },
        parties=[(of.operator_key, of.declarant_id)],
    )
    _tell(tx, of)
    return found


# -- both ------------------------------------------------------------------------------------------------------------
def end(tx: Transaction, engagement_id: UUID) -> Engagement:
    """Either party ends it: nothing can be opened from then on. Raises `EngagementMissing`, `WrongState`."""
    tx.caller.require(*WRITERS)
    store.lock(tx, engagement_id)
    of = engagement(tx, engagement_id)
    if of.state not in {"offered", "accepted"}:
        raise WrongState(state=of.state)
    return _now(tx, of, "ended")


def engagement(tx: Transaction, engagement_id: UUID) -> Engagement:
    """One engagement of the caller's, on either side. Raises `EngagementMissing`."""
    found = store.listed(tx, engagement_id=engagement_id, limit=1)
    if not found:
        raise EngagementMissing
    return found[0]


def engagements(
    tx: Transaction,
    *,
    declaration_id: UUID | None = None,
    side: Side | None = None,
    state: EngagementState | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> Page[Engagement]:
    """Engagements of the caller's, newest first."""
    found = store.listed(
        tx, declaration_id=declaration_id, side=side, state=state, after=after, limit=limit + 1
    )
    return page_of(found, limit, id_of=lambda one: one.engagement_id)


def findings(tx: Transaction, engagement_id: UUID) -> list[Finding]:
    """Everything that was found. Raises `EngagementMissing`."""
    return store.findings(tx, engagement(tx, engagement_id).engagement_key)


def reads(tx: Transaction, engagement_id: UUID) -> list[Read]:
    """What the verifier opened and when, newest first, at most `MOST_READS`. Raises `EngagementMissing`."""
    return store.reads(tx, engagement(tx, engagement_id).engagement_key, MOST_READS)


def verifications_of(tx: Transaction, declaration_id: UUID) -> list[Verification]:
    """What was concluded about an own declaration, or one that the caller verifies. Raises `DeclarationMissing`."""
    if not store.listed(tx, declaration_id=declaration_id, limit=1) and not declarations_store.listed(
        tx, declaration_id=declaration_id, limit=1
    ):
        raise DeclarationMissing
    return store.verifications(tx, [declaration_id])


def _going_on(tx: Transaction, engagement_id: UUID, side: Side, state: EngagementState) -> Engagement:
    """The engagement, locked, if the caller is on this side of it and it stands so and is in its time."""
    store.lock(tx, engagement_id)
    of = engagement(tx, engagement_id)
    mine: Side = "verifier" if of.verifier_key == tx.caller.operator_key else "declarant"
    if mine != side:
        raise EngagementSide(side=side)
    _require(tx, of, state)
    return of


def _require(tx: Transaction, of: Engagement, *states: EngagementState) -> None:
    if of.state not in states:
        raise WrongState(state=of.state)
    if of.valid_until <= tx.now:
        raise WrongState(state="over")


def _now(tx: Transaction, of: Engagement, state: EngagementState) -> Engagement:
    store.set_state(tx, of.engagement_key, state)
    found = engagement(tx, of.engagement_id)
    _tell(tx, found)
    return found


def _finding(tx: Transaction, of: Engagement, finding_id: UUID) -> Finding:
    for one in store.findings(tx, of.engagement_key):
        if one.finding_id == finding_id:
            return one
    raise FindingMissing


def _tell(tx: Transaction, of: Engagement) -> None:
    other = of.operator_key if of.verifier_key == tx.caller.operator_key else of.verifier_key
    for addressee in (tx.caller.operator_key, other):
        tx.emit(Event(CHANGED, addressee, of.engagement_id, {"state": of.state}))

"""All SQL of verification: rows of two parties, the company that declares and the one that verifies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from renkei.database.transaction import Transaction
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

# The columns of `Engagement`, from `footprint.engagements e` with its two companies `d` and `v`.
_ENGAGEMENT = """
    e.engagement_key, e.engagement_id, e.operator_key, e.verifier_key, d.operator_id AS declarant_id,
    v.operator_id AS verifier_id, e.declaration_id, e.trace_id, e.statement_id, e.version, e.evidence_sha256,
    e.copy_sha256, e.message, e.state, e.valid_until, e.created_at, e.decided_at, e.ended_at
"""


def insert(
    tx: Transaction,
    *,
    declaration_id: UUID,
    verifier_key: int,
    evidence_sha256: bytes,
    copy: bytes,
    copy_sha256: bytes,
    message: str | None,
    valid_until: datetime,
) -> UUID:
    """Offer a verifier an engagement for an own declaration, with the copy that it may open once it has accepted."""
    engagement_id = tx.new_id()
    row = tx.row(
        """
        INSERT INTO footprint.engagements (engagement_id, operator_key, verifier_key, declaration_key, declaration_id,
               trace_id, statement_id, version, evidence_sha256, copy_sha256, message, valid_until, created_by, created_at)
        SELECT %(id)s, commons.me(), %(verifier)s, d.declaration_key, d.declaration_id, d.trace_id, s.statement_id,
               s.version, %(evidence)s, %(copy)s, %(message)s, %(until)s, %(actor)s, %(now)s
          FROM footprint.declarations d
          JOIN footprint.statements s ON s.statement_key = d.statement_key AND s.operator_key = commons.me()
         WHERE d.operator_key = commons.me() AND d.declaration_id = %(declaration)s
        RETURNING engagement_key
        """,
        {
            "id": engagement_id,
            "verifier": verifier_key,
            "declaration": declaration_id,
            "evidence": evidence_sha256,
            "copy": copy_sha256,
            "message": message,
            "until": valid_until,
            "actor": tx.caller.actor,
            "now": tx.now,
        },
    )
    assert row is not None
    tx.execute(
        """
        INSERT INTO footprint.engagement_evidence (engagement_key, operator_key, verifier_key, content)
        VALUES (%s, commons.me(), %s, %s)
        """,
        (row["engagement_key"], verifier_key, copy),
    )
    return engagement_id


def live(tx: Transaction, declaration_id: UUID, verifier_key: int) -> bool:
    """Whether this verifier has an offered or accepted engagement for this own declaration, in its time."""
    row = tx.row(
        """
        SELECT 1 AS one FROM footprint.engagements e
         WHERE e.operator_key = commons.me() AND e.declaration_id = %s AND e.verifier_key = %s
           AND e.state IN ('offered', 'accepted') AND e.valid_until > %s
        """,
        (declaration_id, verifier_key, tx.now),
    )
    return row is not None


def listed(
    tx: Transaction,
    *,
    engagement_id: UUID | None = None,
    declaration_id: UUID | None = None,
    side: Side | None = None,
    state: EngagementState | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[Engagement]:
    """Engagements of the caller, on either side, newest first; `after` opens the page."""
    rows = tx.rows(
        f"""
        SELECT {_ENGAGEMENT}
          FROM footprint.engagements e
          JOIN commons.operators d ON d.operator_key = e.operator_key
          JOIN commons.operators v ON v.operator_key = e.verifier_key
         WHERE commons.me() IN (e.operator_key, e.verifier_key)
           AND (%(id)s::uuid IS NULL OR e.engagement_id = %(id)s)
           AND (%(declaration)s::uuid IS NULL OR e.declaration_id = %(declaration)s)
           AND (%(state)s::text IS NULL OR e.state = %(state)s)
           AND (%(side)s::text IS NULL OR (%(side)s = 'verifier') = (e.verifier_key = commons.me()))
           AND (%(after)s::uuid IS NULL OR e.engagement_key <= (
                 SELECT a.engagement_key FROM footprint.engagements a
                  WHERE commons.me() IN (a.operator_key, a.verifier_key) AND a.engagement_id = %(after)s))
         ORDER BY e.engagement_key DESC LIMIT %(limit)s
        """,
        {
            "id": engagement_id,
            "declaration": declaration_id,
            "state": state,
            "side": side,
            "after": after,
            "limit": limit,
        },
    )
    return [Engagement(**row) for row in rows]


def lock(tx: Transaction, engagement_id: UUID) -> None:
    """Let nobody else change an engagement of the caller's until this transaction ends."""
    tx.execute(
        """
        SELECT e.engagement_key FROM footprint.engagements e
         WHERE commons.me() IN (e.operator_key, e.verifier_key) AND e.engagement_id = %s FOR UPDATE
        """,
        (engagement_id,),
    )


def set_state(tx: Transaction, engagement_key: int, state: EngagementState) -> None:
    """An engagement goes on: decided by the verifier, or ended by either party, or concluded."""
    tx.execute(
        """
        UPDATE footprint.engagements SET state = %(state)s,
               decided_at = CASE WHEN %(state)s IN ('accepted', 'declined') THEN %(now)s ELSE decided_at END,
               ended_at = CASE WHEN %(state)s IN ('ended', 'concluded') THEN %(now)s ELSE ended_at END
         WHERE commons.me() IN (operator_key, verifier_key) AND engagement_key = %(key)s
        """,
        {"state": state, "now": tx.now, "key": engagement_key},
    )


def copy_of(tx: Transaction, engagement_key: int) -> bytes | None:
    """What the verifier is given to open; None where the caller may not."""
    row = tx.row(
        """
        SELECT c.content FROM footprint.engagement_evidence c
         WHERE commons.me() IN (c.operator_key, c.verifier_key) AND c.engagement_key = %s
        """,
        (engagement_key,),
    )
    return None if row is None else row["content"]


def note_read(tx: Transaction, of: Engagement, what: str) -> None:
    """Put on record that the caller, the verifier, opens something."""
    tx.execute(
        """
        INSERT INTO footprint.engagement_reads (engagement_key, operator_key, verifier_key, what, door, reader, read_at)
        VALUES (%s, %s, commons.me(), %s, %s, %s, %s)
        """,
        (
            of.engagement_key,
            of.operator_key,
            what,
            tx.caller.door,
            "person" if tx.caller.account_id is not None else "application",
            tx.now,
        ),
    )


def reads(tx: Transaction, engagement_key: int, limit: int) -> list[Read]:
    """What the verifier opened and when, newest first."""
    rows = tx.rows(
        """
        SELECT r.what, r.door, r.reader, r.read_at FROM footprint.engagement_reads r
         WHERE commons.me() IN (r.operator_key, r.verifier_key) AND r.engagement_key = %s
         ORDER BY r.read_key DESC LIMIT %s
        """,
        (engagement_key, limit),
    )
    return [Read(**row) for row in rows]


# -- findings --------------------------------------------------------------------------------------------------------
def insert_finding(tx: Transaction, of: Engagement, kind: FindingKind, pointer: str, text: str) -> UUID:
    """The caller, the verifier, found something."""
    finding_id = tx.new_id()
    tx.execute(
        """
        INSERT INTO footprint.findings (finding_id, engagement_key, operator_key, verifier_key, kind, pointer, text,
                                        created_by, created_at)
        VALUES (%s, %s, %s, commons.me(), %s, %s, %s, %s, %s)
        """,
        (
            finding_id,
            of.engagement_key,
            of.operator_key,
            kind,
            pointer,
            text,
            tx.caller.actor,
            tx.now,
        ),
    )
    return finding_id


def findings(tx: Transaction, engagement_key: int) -> list[Finding]:
    """Everything that was found, in its order."""
    rows = tx.rows(
        """
        SELECT f.finding_id, f.kind, f.pointer, f.text, f.state, f.reply, f.created_at, f.replied_at, f.closed_at
          FROM footprint.findings f
         WHERE commons.me() IN (f.operator_key, f.verifier_key) AND f.engagement_key = %s
         ORDER BY f.finding_key
        """,
        (engagement_key,),
    )
    return [Finding(**row) for row in rows]


def reply_finding(tx: Transaction, finding_id: UUID, text: str) -> None:
    """The caller, the declarant, answers."""
    tx.execute(
        """
        UPDATE footprint.findings SET reply = %s, replied_at = %s, state = 'answered'
         WHERE operator_key = commons.me() AND finding_id = %s
        """,
        (text, tx.now, finding_id),
    )


def close_finding(tx: Transaction, finding_id: UUID) -> None:
    """The caller, the verifier, is content."""
    tx.execute(
        """
        UPDATE footprint.findings SET closed_at = %s, state = 'closed'
         WHERE verifier_key = commons.me() AND finding_id = %s
        """,
        (tx.now, finding_id),
    )


# -- conclusions -----------------------------------------------------------------------------------------------------
def insert_verification(tx: Transaction, of: Engagement, draft: ConclusionDraft) -> UUID:
    """The caller, the verifier, concludes."""
    verification_id = tx.new_id()
    tx.execute(
        """
        INSERT INTO footprint.verifications (verification_id, engagement_key, operator_key, verifier_key, declaration_id,
               trace_id, statement_id, version, evidence_sha256, verdict, assurance, standard, scope, accreditation, opinion,
               concluded_by, concluded_at)
        VALUES (%s, %s, %s, commons.me(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            verification_id,
            of.engagement_key,
            of.operator_key,
            of.declaration_id,
            of.trace_id,
            of.statement_id,
            of.version,
            of.evidence_sha256,
            draft.verdict,
            draft.assurance,
            draft.standard,
            draft.scope,
            draft.accreditation,
            draft.opinion,
            tx.caller.actor,
            tx.now,
        ),
    )
    return verification_id


def verifications(tx: Transaction, declaration_ids: Iterable[UUID]) -> list[Verification]:
    """What was concluded about these declarations, as either party reads it, in its order."""
    rows = tx.rows(
        """
        SELECT w.verification_id, e.engagement_id, w.declaration_id, o.operator_id AS verifier_id, o.name AS verifier_name,
               w.statement_id, w.version, w.evidence_sha256, w.verdict, w.assurance, w.standard, w.scope, w.accreditation,
               w.opinion, w.concluded_at
          FROM footprint.verifications w
          JOIN footprint.engagements e ON e.engagement_key = w.engagement_key
          JOIN commons.operators o ON o.operator_key = w.verifier_key
         WHERE commons.me() IN (w.operator_key, w.verifier_key) AND w.declaration_id = ANY(%s)
         ORDER BY w.verification_key
        """,
        (list(declaration_ids),),
    )
    return [Verification(**row) for row in rows]

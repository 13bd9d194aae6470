"""SQL of inquiries: what is asked, how it is put to suppliers, what they decide, and what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from renkei.commons.consents.model import Answered, Hop, HopDecision, Inquiry, InquiryAnswer, InquiryDraft
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """One row to be written straight to who asked."""

    answer_id: UUID
    asker_key: int
    inquiry_id: UUID
    hop_key: int
    thread_id: UUID
    provider_id: UUID | None
    payload: Any
    purpose: str
    valid_until: datetime | None
    withdrawn: bool


def bought_trade(tx: Transaction, trade_id: UUID) -> tuple[int, int] | None:
    """The key and the supplier of a trade by which the caller buys."""
    row = tx.row(
        """
        SELECT trade_key, upstream_key FROM commons.trade_relations
         WHERE downstream_key = commons.me() AND trade_id = %s
        """,
        (trade_id,),
    )
    return None if row is None else (row["trade_key"], row["upstream_key"])


def insert(tx: Transaction, inquiry_id: UUID, trade_key: int, draft: InquiryDraft, ends_at: datetime) -> None:
    """Write what is asked."""
    tx.execute(
        """
        INSERT INTO commons.inquiries (inquiry_id, operator_key, trade_key, kind, attributes, purpose, message, ends_at,
                                       created_at)
        VALUES (%s, commons.me(), %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            inquiry_id,
            trade_key,
            draft.kind,
            sorted(draft.attributes),
            draft.purpose,
            draft.message,
            ends_at,
            tx.now,
        ),
    )


def put(
    tx: Transaction,
    inquiry_id: UUID,
    asker_key: int,
    to: Sequence[tuple[int, int]],
    draft: InquiryDraft,
    ends_at: datetime,
) -> list[tuple[int, UUID]]:
    """Put an inquiry to suppliers (trade, supplier), once a trade; to whom it was put now, with the hop's id."""
    rows = tx.execute(
        """
        INSERT INTO commons.inquiry_hops (hop_id, inquiry_id, asker_key, from_key, to_key, trade_key, kind, attributes,
                                          purpose, message, ends_at, asked_at)
        SELECT n.hop_id, %(inquiry)s, %(asker)s, commons.me(), n.to_key, n.trade_key, %(kind)s, %(attributes)s::text[],
               %(purpose)s, %(message)s, %(ends)s, %(now)s
          FROM unnest(%(ids)s::uuid[], %(trades)s::bigint[], %(suppliers)s::bigint[]) AS n(hop_id, trade_key, to_key)
        ON CONFLICT (inquiry_id, trade_key) DO NOTHING
        RETURNING to_key, hop_id
        """,
        {
            "inquiry": inquiry_id,
            "asker": asker_key,
            "kind": draft.kind,
            "attributes": sorted(draft.attributes),
            "purpose": draft.purpose,
            "message": draft.message,
            "ends": ends_at,
            "now": tx.now,
            "ids": [tx.new_id() for _ in to],
            "trades": [trade_key for trade_key, _ in to],
            "suppliers": [supplier for _, supplier in to],
        },
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def asked(
    tx: Transaction, *, inquiry_id: UUID | None = None, after: UUID | None = None, limit: int = 1
) -> list[Inquiry]:
    """What the caller asked for, newest first, without answers; `after` opens the page."""
    rows = tx.rows(
        """
        SELECT i.inquiry_id, t.trade_id, i.kind, i.attributes, i.purpose, i.message, i.ends_at, i.created_at,
               CASE WHEN i.ends_at > %(now)s THEN 'open' ELSE 'ended' END AS state
          FROM commons.inquiries i
          JOIN commons.trade_relations t ON t.trade_key = i.trade_key AND t.downstream_key = commons.me()
         WHERE i.operator_key = commons.me()
           AND (%(id)s::uuid IS NULL OR i.inquiry_id = %(id)s)
           AND (%(after)s::uuid IS NULL OR i.inquiry_key <= (
                 SELECT a.inquiry_key FROM commons.inquiries a
                  WHERE a.operator_key = commons.me() AND a.inquiry_id = %(after)s))
         ORDER BY i.inquiry_key DESC LIMIT %(limit)s
        """,
        {"now": tx.now, "id": inquiry_id, "after": after, "limit": limit},
    )
    return [Inquiry(**{**row, "attributes": frozenset(row["attributes"])}) for row in rows]


def answers(tx: Transaction, inquiry_id: UUID, limit: int) -> list[InquiryAnswer]:
    """What came for an inquiry of the caller, newest first."""
    rows = tx.rows(
        """
        SELECT answer_id, thread_id, provider_id, payload, purpose, valid_until, withdrawn, delivered_at
          FROM commons.inquiry_answers
         WHERE operator_key = commons.me() AND inquiry_id = %s ORDER BY answer_key DESC LIMIT %s
        """,
        (inquiry_id, limit),
    )
    return [InquiryAnswer(**row) for row in rows]


def received(
    tx: Transaction, *, hop_id: UUID | None = None, after: UUID | None = None, limit: int = 1
) -> list[Hop]:
    """Inquiries that were put to the caller, newest first; `after` opens the page."""
    rows = tx.rows(
        """
        SELECT h.hop_key, h.hop_id, h.inquiry_id, h.asker_key, a.operator_id AS asker_id, h.from_key,
               t.downstream_operator_id AS from_id, h.trade_key, t.trade_id, t.upstream_part_key AS part_key,
               t.upstream_trace_id AS trace_id, h.kind, h.attributes, h.purpose, h.message, h.ends_at, h.asked_at,
               ARRAY(SELECT d.decision FROM commons.inquiry_decisions d
                      WHERE d.operator_key = commons.me() AND d.hop_key = h.hop_key ORDER BY d.decision_key) AS decisions
          FROM commons.inquiry_hops h
          JOIN commons.trade_relations t ON t.trade_key = h.trade_key AND t.upstream_key = commons.me()
          JOIN commons.directory a ON a.operator_key = h.asker_key
         WHERE h.to_key = commons.me()
           AND (%(id)s::uuid IS NULL OR h.hop_id = %(id)s)
           AND (%(after)s::uuid IS NULL OR h.hop_key <= (
                 SELECT x.hop_key FROM commons.inquiry_hops x WHERE x.to_key = commons.me() AND x.hop_id = %(after)s))
         ORDER BY h.hop_key DESC LIMIT %(limit)s
        """,
        {"id": hop_id, "after": after, "limit": limit},
    )
    return [
        Hop(**{**row, "attributes": frozenset(row["attributes"]), "decisions": tuple(row["decisions"])})
        for row in rows
    ]


def decide(
    tx: Transaction,
    hop: Hop,
    decision: HopDecision,
    *,
    named: bool = False,
    part_key: int | None = None,
    reason: str | None = None,
) -> None:
    """Write the caller's decision about an inquiry."""
    tx.execute(
        """
        INSERT INTO commons.inquiry_decisions (operator_key, hop_key, decision, named, part_key, reason, decided_by,
                                               decided_at)
        VALUES (commons.me(), %s, %s, %s, %s, %s, %s, %s)
        """,
        (hop.hop_key, decision, named, part_key, reason, tx.caller.actor, tx.now),
    )


def granted(tx: Transaction, kind: str, part_keys: Iterable[int]) -> list[Answered]:
    """Inquiries from past the own customers that the caller granted about these parts, with what was delivered last."""
    rows = tx.rows(
        """
        SELECT h.hop_key, h.inquiry_id, h.asker_key, a.operator_id AS asker_id, d.part_key, d.named, n.thread_id,
               n.payload, n.purpose, n.provider_id, n.valid_until, n.withdrawn
          FROM (SELECT DISTINCT ON (hop_key) * FROM commons.inquiry_decisions
                 WHERE operator_key = commons.me() AND decision = 'granted' AND part_key = ANY(%(parts)s)
                 ORDER BY hop_key, decision_key DESC) d
          JOIN commons.inquiry_hops h ON h.hop_key = d.hop_key AND h.to_key = commons.me()
          JOIN commons.directory a ON a.operator_key = h.asker_key
          LEFT JOIN LATERAL (
               SELECT x.* FROM commons.inquiry_answers x
                WHERE x.hop_key = h.hop_key AND x.operator_key = h.asker_key ORDER BY x.answer_key DESC LIMIT 1) n ON true
         WHERE h.kind = %(kind)s AND h.from_key <> h.asker_key
         ORDER BY h.hop_key
        """,
        {"kind": kind, "parts": list(part_keys)},
    )
    return [Answered(**row) for row in rows]


def answer(tx: Transaction, kind: str, rows: Sequence[NewAnswer]) -> None:
    """Write rows straight to who asked."""
    # guard: row-level security lets a company write only where an inquiry was put to it
    tx.execute(
        """
        INSERT INTO commons.inquiry_answers (answer_id, operator_key, inquiry_id, hop_key, thread_id, provider_id, kind,
                                             payload, purpose, valid_until, withdrawn, delivered_at)
        SELECT n.answer_id, n.asker_key, n.inquiry_id, n.hop_key, n.thread_id, n.provider_id, %(kind)s, n.payload::jsonb,
               n.purpose, n.valid_until, n.withdrawn, %(now)s
          FROM unnest(%(ids)s::uuid[], %(askers)s::bigint[], %(inquiries)s::uuid[], %(hops)s::bigint[],
                      %(threads)s::uuid[], %(providers)s::uuid[], %(payloads)s::text[], %(purposes)s::text[],
                      %(untils)s::timestamptz[], %(withdrawn)s::bool[]) WITH ORDINALITY
               AS n(answer_id, asker_key, inquiry_id, hop_key, thread_id, provider_id, payload, purpose, valid_until,
                    withdrawn, place)
         ORDER BY n.place
        """,
        {
            "kind": kind,
            "now": tx.now,
            "ids": [row.answer_id for row in rows],
            "askers": [row.asker_key for row in rows],
            "inquiries": [row.inquiry_id for row in rows],
            "hops": [row.hop_key for row in rows],
            "threads": [row.thread_id for row in rows],
            "providers": [row.provider_id for row in rows],
            "payloads": [dumps(row.payload).decode() for row in rows],
            "purposes": [row.purpose for row in rows],
            "untils": [row.valid_until for row in rows],
            "withdrawn": [row.withdrawn for row in rows],
        },
    )

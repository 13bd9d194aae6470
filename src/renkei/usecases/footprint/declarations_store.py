"""SQL of declarations: the caller's own rows, written once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from renkei.commons.parts.model import Part
from renkei.database.transaction import Transaction
from renkei.usecases.footprint import store
from renkei.usecases.footprint.model import Declaration, Statement


def insert(
    tx: Transaction,
    part: Part,
    statement: Statement,
    *,
    rule_set: str,
    period_from: date,
    period_to: date,
    reference: str | None,
) -> UUID:
    """File a declaration of one version."""
    declaration_id = tx.new_id()
    tx.execute(
        """
        INSERT INTO footprint.declarations (declaration_id, operator_key, part_key, statement_key, trace_id, plant_id, rule_set,
                                            period_from, period_to, reference, filed_by, filed_at)
        VALUES (%s, commons.me(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            declaration_id,
            statement.part_key,
            statement.statement_key,
            part.trace_id,
            part.plant_id,
            rule_set,
            period_from,
            period_to,
            reference,
            tx.caller.actor,
            tx.now,
        ),
    )
    return declaration_id


def listed(
    tx: Transaction,
    *,
    declaration_id: UUID | None = None,
    part_key: int | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> list[Declaration]:
    """Own declarations, newest first; `after` names the one that opens the page. Two statements."""
    rows = tx.rows(
        """
        SELECT d.declaration_id, d.part_key, d.statement_key, d.rule_set, d.period_from, d.period_to, d.reference,
               d.filed_by, d.filed_at, d.trace_id, d.plant_id
          FROM footprint.declarations d
         WHERE d.operator_key = commons.me()
           AND (%(id)s::uuid IS NULL OR d.declaration_id = %(id)s)
           AND (%(part)s::bigint IS NULL OR d.part_key = %(part)s)
           AND (%(after)s::uuid IS NULL OR d.declaration_key <= (
                 SELECT a.declaration_key FROM footprint.declarations a
                  WHERE a.operator_key = commons.me() AND a.declaration_id = %(after)s))
         ORDER BY d.declaration_key DESC LIMIT %(limit)s
        """,
        {"id": declaration_id, "part": part_key, "after": after, "limit": limit},
    )
    pinned = store.read_by_key(tx, {row["statement_key"] for row in rows})
    return [
        Declaration(
            declaration_id=row["declaration_id"],
            part_key=row["part_key"],
            trace_id=row["trace_id"],
            plant_id=row["plant_id"],
            statement=pinned[row["statement_key"]],
            rule_set=row["rule_set"],
            period_from=row["period_from"],
            period_to=row["period_to"],
            reference=row["reference"],
            filed_by=row["filed_by"],
            filed_at=row["filed_at"],
        )
        for row in rows
    ]


def withdrawn_deliveries(tx: Transaction, delivery_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these deliveries of the caller's inbox were taken back: the newest of their trade is a tombstone."""
    rows = tx.execute(
        """
        SELECT d.delivery_id
          FROM commons.deliveries d
         CROSS JOIN LATERAL (
               SELECT n.withdrawn FROM commons.deliveries n
                WHERE n.operator_key = commons.me() AND n.trade_key = d.trade_key AND n.kind = d.kind
                ORDER BY n.delivery_key DESC LIMIT 1) newest
         WHERE d.operator_key = commons.me() AND d.delivery_id = ANY(%s) AND newest.withdrawn
        """,
        (list(delivery_ids),),
    ).fetchall()
    return {row[0] for row in rows}

"""All SQL of evidence: the company's own, written once; and the one look-up by the code on a printed report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from renkei.database.transaction import Transaction
from renkei.usecases.footprint.reports.model import Evidence


def insert(tx: Transaction, evidence: Evidence) -> None:
    """Keep the evidence of an own declaration that was just filed."""
    tx.execute(
        """
        INSERT INTO footprint.declaration_evidence (declaration_key, operator_key, declaration_id, check_id, content, sha256)
        SELECT d.declaration_key, commons.me(), d.declaration_id, %(check)s, %(content)s, %(sha256)s
          FROM footprint.declarations d
         WHERE d.operator_key = commons.me() AND d.declaration_id = %(id)s
        """,
        {
            "id": evidence.declaration_id,
            "check": evidence.check_id,
            "content": evidence.content,
            "sha256": evidence.sha256,
        },
    )


def read(tx: Transaction, declaration_id: UUID) -> Evidence | None:
    """The evidence of an own declaration; None if it was filed before there was any."""
    row = tx.row(
        """
        SELECT e.declaration_id, e.check_id, e.content, e.sha256
          FROM footprint.declaration_evidence e
         WHERE e.operator_key = commons.me() AND e.declaration_id = %s
        """,
        (declaration_id,),
    )
    return None if row is None else Evidence(**row)


def delivered_in(tx: Transaction, declaration_id: UUID) -> list[tuple[int, int]]:
    """The deliveries that an own declaration stands on: provider and delivery, by key."""
    return tx.execute(
        """
        SELECT d.provider_key, d.delivery_key
          FROM footprint.declarations f
          JOIN footprint.statements s ON s.statement_key = f.statement_key AND s.operator_key = commons.me()
         CROSS JOIN LATERAL jsonb_array_elements(s.in_force->'sources') AS c
          JOIN commons.deliveries d ON d.operator_key = commons.me()
               AND d.delivery_id = CASE WHEN c->>1 = 'delivery' THEN (c->>2)::uuid END
         WHERE f.operator_key = commons.me() AND f.declaration_id = %s
        """,
        (declaration_id,),
    ).fetchall()


def digests(tx: Transaction, declaration_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """SHA-256 of the evidence of own declarations."""
    rows = tx.rows(
        """
        SELECT e.declaration_id, e.sha256 FROM footprint.declaration_evidence e
         WHERE e.operator_key = commons.me() AND e.declaration_id = ANY(%s)
        """,
        (list(declaration_ids),),
    )
    return {row["declaration_id"]: row["sha256"] for row in rows}


def newest(tx: Transaction, trace_id: UUID) -> UUID | None:
    """The newest own declaration of a part that has evidence."""
    row = tx.row(
        """
        SELECT d.declaration_id
          FROM footprint.declarations d
          JOIN footprint.declaration_evidence e ON e.declaration_key = d.declaration_key
         WHERE d.operator_key = commons.me() AND d.trace_id = %s
         ORDER BY d.declaration_key DESC LIMIT 1
        """,
        (trace_id,),
    )
    return None if row is None else row["declaration_id"]


def every(tx: Transaction) -> list[UUID]:
    """Own declarations that have evidence, in the order in which they were filed."""
    rows = tx.rows(
        """
        SELECT e.declaration_id FROM footprint.declaration_evidence e
         WHERE e.operator_key = commons.me() ORDER BY e.declaration_key
        """
    )
    return [row["declaration_id"] for row in rows]


def owner_of_check(tx: Transaction, check_id: UUID) -> tuple[int, UUID, UUID] | None:
    """Whose report a printed code is on: key and id of the company, the declaration. As `renkei_access` only."""
    # guard: as renkei_access, which may read these columns and no content, and only by a code that cannot be guessed
    row = tx.row(
        """
        SELECT e.operator_key, o.operator_id, e.declaration_id
          FROM footprint.declaration_evidence e
          JOIN commons.operators o ON o.operator_key = e.operator_key
         WHERE e.check_id = %s
        """,
        (check_id,),
    )
    return None if row is None else (row["operator_key"], row["operator_id"], row["declaration_id"])


def owner_of_part(tx: Transaction, trace_id: UUID) -> bool:
    """Whether the caller has (or had) a part of this id."""
    row = tx.row(
        "SELECT 1 AS one FROM commons.parts p WHERE p.operator_key = commons.me() AND p.trace_id = %s",
        (trace_id,),
    )
    return row is not None


def deliveries(tx: Transaction, delivery_ids: Iterable[UUID]) -> dict[UUID, DictRow]:
    """Rows of the caller's inbox by their ids, each with its supplier."""
    rows = tx.rows(
        """
        SELECT d.delivery_id, d.payload, d.statement_id, d.statement_version, d.consent_id, d.consent_version,
               d.delivered_at, d.delivery_key, d.provider_key, r.upstream_operator_id AS supplier_id
          FROM commons.deliveries d
          JOIN commons.trade_relations r ON r.trade_key = d.trade_key AND r.downstream_key = commons.me()
         WHERE d.operator_key = commons.me() AND d.delivery_id = ANY(%s)
        """,
        (list(delivery_ids),),
    )
    return {row["delivery_id"]: row for row in rows}


def sheet_content(tx: Transaction, sheet_id: UUID, version: int) -> Mapping[str, Any]:
    """What was entered into a version of an own sheet, as it lies there."""
    row = tx.row(
        """
        SELECT s.content FROM footprint.sheets s
         WHERE s.operator_key = commons.me() AND s.sheet_id = %s AND s.version = %s
        """,
        (sheet_id, version),
    )
    assert row is not None
    content: Mapping[str, Any] = row["content"]
    return content

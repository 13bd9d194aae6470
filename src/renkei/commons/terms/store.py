"""SQL of the terms of use. What is written is written as the owner of the platform's tables."""

from __future__ import annotations

from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.terms.model import TermsDraft
from renkei.database.transaction import Transaction


def insert(tx: Transaction, draft: TermsDraft, by: str) -> bool:
    """A new version; whether its name was free."""
    return (
        tx.execute(
            """
            INSERT INTO commons.terms (terms_id, version, ja, en, in_force_from, created_by, created_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (version) DO NOTHING
            """,
            (tx.new_id(), draft.version, draft.ja, draft.en, draft.in_force_from, by, tx.now),
        ).rowcount
        == 1
    )


def published(tx: Transaction) -> list[DictRow]:
    """Every version, the last to come into force in front."""
    return tx.rows(
        """
        SELECT t.terms_id, t.version, t.ja, t.en, t.in_force_from, t.created_at FROM commons.terms t
         ORDER BY t.in_force_from DESC, t.terms_key DESC
        """
    )


def newest(tx: Transaction) -> DictRow | None:
    """The last to come into force, with when the caller's company accepted it, if it did."""
    return tx.row(
        """
        SELECT t.terms_id, t.version, t.ja, t.en, t.in_force_from, t.created_at, a.accepted_at FROM commons.terms t
          LEFT JOIN commons.terms_acceptances a ON a.terms_key = t.terms_key AND a.operator_key = (SELECT commons.me())
         ORDER BY t.in_force_from DESC, t.terms_key DESC LIMIT 1
        """
    )


def accept(tx: Transaction, terms_id: UUID, operator_key: int, by: str) -> bool:
    """Record that a company accepted a version, once; whether there is such a version."""
    row = tx.row(
        """
        WITH version AS (SELECT t.terms_key FROM commons.terms t WHERE t.terms_id = %(terms)s), written AS (
          INSERT INTO commons.terms_acceptances (operator_key, terms_key, accepted_by, accepted_at)
          SELECT %(operator)s, v.terms_key, %(by)s, %(now)s FROM version v
              ON CONFLICT (operator_key, terms_key) DO NOTHING)
        SELECT EXISTS (SELECT FROM version) AS found
        """,
        {"terms": terms_id, "operator": operator_key, "by": by, "now": tx.now},
    )
    assert row is not None
    return bool(row["found"])


def counts(tx: Transaction) -> dict[UUID, int]:
    """How many members have accepted each version."""
    rows = tx.execute(
        """
        SELECT t.terms_id, count(*) FROM commons.terms_acceptances a JOIN commons.terms t USING (terms_key)
          JOIN commons.operators o USING (operator_key) WHERE o.state = 'member' GROUP BY t.terms_id
        """
    ).fetchall()
    return dict(rows)

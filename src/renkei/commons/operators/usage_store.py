"""SQL of usage: counts by the key of the company."""

from __future__ import annotations

from datetime import datetime

from renkei.database.transaction import Transaction


def people_and_applications(tx: Transaction) -> tuple[dict[int, int], dict[int, int]]:
    """How many people have a role in each company, and how many applications act for it. As the owner."""
    people = tx.execute(
        """
        SELECT m.operator_key, count(DISTINCT m.account_key) FROM commons.memberships m
         WHERE m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until > %s) GROUP BY m.operator_key
        """,
        (tx.now,),
    ).fetchall()
    applications = tx.execute(
        """
        SELECT o.operator_key, count(*) FROM commons.api_key_operators o JOIN commons.api_keys k USING (api_key_key)
         WHERE k.state = 'active' GROUP BY o.operator_key
        """
    ).fetchall()
    return dict(people), dict(applications)


def parts_and_requests(tx: Transaction, since: datetime, until: datetime) -> dict[str, dict[int, int]]:
    """How many parts each company has, and how many requests it sent and received in the span. As the engine."""
    parts = tx.execute("SELECT c.operator_key, c.parts FROM commons.part_counts c").fetchall()
    span = (since, until)
    sent = tx.execute(
        """
        SELECT r.downstream_key, count(*) FROM commons.requests r
         WHERE r.created_at >= %s AND r.created_at < %s AND r.state <> 'CANCEL' GROUP BY r.downstream_key
        """,
        span,
    ).fetchall()
    received = tx.execute(
        """
        SELECT r.upstream_key, count(*) FROM commons.requests r
         WHERE r.created_at >= %s AND r.created_at < %s AND r.state <> 'CANCEL' GROUP BY r.upstream_key
        """,
        span,
    ).fetchall()
    return {"parts": dict(parts), "requests_sent": dict(sent), "requests_received": dict(received)}

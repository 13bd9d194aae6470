"""SQL of the record of access: written in the transaction of what it tells, or where that was refused, in one of its own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.rows import DictRow

from renkei.commons.access.model import AuditKind
from renkei.database.transaction import Transaction


def note(
    tx: Transaction,
    kind: AuditKind,
    *,
    account_id: UUID | None = None,
    account_key: int | None = None,
    operator_id: UUID | None = None,
    operator_key: int | None = None,
    client_ip: str | None = None,
    by: str | None = None,
    about: str | None = None,
) -> None:
    """Record one thing; person and company are named by id or by key, whichever is at hand."""
    tx.execute(
        """
        INSERT INTO commons.access_log (at, kind, account_key, operator_key, client_ip, by, about)
        VALUES (%s, %s, coalesce(%s, (SELECT a.account_key FROM commons.accounts a WHERE a.account_id = %s)),
                coalesce(%s, (SELECT o.operator_key FROM commons.operators o WHERE o.operator_id = %s)), %s::inet, %s, %s)
        """,
        (tx.now, kind, account_key, account_id, operator_key, operator_id, client_ip, by, about),
    )


def read(
    tx: Transaction, email: str, client_ip: str | None, open_operator_id: str, *, limit: int
) -> list[DictRow]:
    """The entries of any of these, newest first."""
    return tx.rows(
        """
        SELECT l.at, l.kind, a.email, o.name AS company, host(l.client_ip) AS client_ip, coalesce(b.email, l.by) AS by,
               l.about
          FROM commons.access_log l
          LEFT JOIN commons.accounts a USING (account_key)
          LEFT JOIN commons.operators o USING (operator_key)
          LEFT JOIN commons.accounts b ON l.by = 'account:' || b.account_id
         WHERE l.account_key = (SELECT e.account_key FROM commons.accounts e WHERE e.email = %(email)s)
            OR l.by = (SELECT 'account:' || e.account_id FROM commons.accounts e WHERE e.email = %(email)s)
            OR l.client_ip = %(ip)s::inet
            OR l.operator_key = (SELECT c.operator_key FROM commons.operators c WHERE c.open_operator_id = %(open)s)
         ORDER BY l.entry_key DESC LIMIT %(limit)s
        """,
        {"email": email, "ip": client_ip, "open": open_operator_id, "limit": limit},
    )


def purge(tx: Transaction, before: datetime) -> int:
    """Delete entries older than `before`; how many."""
    return tx.execute("DELETE FROM commons.access_log WHERE at < %s", (before,)).rowcount

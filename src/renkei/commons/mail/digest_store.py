"""SQL of the daily mail: recipients as the owner of the accounts, counts as the platform's engine."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from psycopg.rows import DictRow

from renkei.database.transaction import Transaction


def recipients(tx: Transaction, not_since: datetime) -> list[DictRow]:
    """Who may get one: (person, company) of every role that holds now, unless one went to the person since `not_since`."""
    return tx.rows(
        """
        SELECT DISTINCT a.account_key, a.email, d.sent_until, m.operator_key, o.name AS company
          FROM commons.accounts a
          JOIN commons.memberships m USING (account_key)
          JOIN commons.operators o USING (operator_key)
          LEFT JOIN commons.digests d USING (account_key)
         WHERE a.state = 'active' AND m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until > %s)
           AND o.state IN ('member', 'merged') AND coalesce(d.wanted, true) AND (d.sent_until IS NULL OR d.sent_until < %s)
         ORDER BY a.account_key, m.operator_key
        """,
        (tx.now, not_since),
    )


def unread(tx: Transaction, after: datetime, until: datetime) -> list[tuple[int, str, int]]:
    """How many notifications of each type wait unread in each inbox: (operator, type, count); as `renkei_engine`."""
    # guard: the platform tells everybody how many there are, once a day
    return tx.execute(
        """
        SELECT n.operator_key, n.type, count(*) FROM commons.notifications n
         WHERE n.notified_at > %s AND n.notified_at <= %s AND n.read_at IS NULL
         GROUP BY n.operator_key, n.type ORDER BY n.operator_key, n.type
        """,
        (after, until),
    ).fetchall()


def set_sent(tx: Transaction, account_keys: Collection[int], until: datetime) -> None:
    """Note that these people have been told what happened up to `until`."""
    tx.execute(
        """
        INSERT INTO commons.digests (account_key, wanted, sent_until) SELECT k, true, %s FROM unnest(%s::bigint[]) AS k
        ON CONFLICT (account_key) DO UPDATE SET sent_until = excluded.sent_until
        """,
        (until, list(account_keys)),
    )


def take_back(tx: Transaction, account_keys: Collection[int], before: Collection[datetime | None]) -> None:
    """Undo `set_sent` for whom the mail could not be handed over."""
    tx.execute(
        """
        UPDATE commons.digests d SET sent_until = u.before
          FROM unnest(%s::bigint[], %s::timestamptz[]) AS u(account_key, before) WHERE d.account_key = u.account_key
        """,
        (list(account_keys), list(before)),
    )


def is_wanted(tx: Transaction, account_id: object) -> bool:
    """Whether the person wants the daily mail."""
    row = tx.execute(
        """
        SELECT coalesce(d.wanted, true) FROM commons.accounts a LEFT JOIN commons.digests d USING (account_key)
         WHERE a.account_id = %s
        """,
        (account_id,),
    ).fetchone()
    return row is None or bool(row[0])


def set_wanted(tx: Transaction, account_id: object, *, wanted: bool) -> None:
    """Whether the person wants the daily mail from now on."""
    tx.execute(
        """
        INSERT INTO commons.digests (account_key, wanted)
        SELECT a.account_key, %s FROM commons.accounts a WHERE a.account_id = %s
        ON CONFLICT (account_key) DO UPDATE SET wanted = excluded.wanted
        """,
        (wanted, account_id),
    )

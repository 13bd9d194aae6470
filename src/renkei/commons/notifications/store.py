"""SQL of notifications: an inbox that others write into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from renkei.commons.notifications.model import Notification, TradeRelation
from renkei.database.transaction import Transaction

Notice = tuple[int, str, int | None, int | None]
"""Addressee, type, trade, request (keys)."""


def insert(
    tx: Transaction, notices: Sequence[Notice], further: Sequence[Sequence[int]] | None = None
) -> None:
    """Write notifications in one statement; `further` are more trades that each is about, one for one."""
    tx.execute(
        """
        INSERT INTO commons.notifications (notification_id, operator_key, sender_key, type, trade_key, request_key,
                                           further_trades, notified_at)
        SELECT n.id, n.operator_key, commons.me(), n.type, n.trade_key, n.request_key, n.further::bigint[], %(now)s
          FROM unnest(%(ids)s::uuid[], %(addressees)s::bigint[], %(types)s::text[], %(trades)s::bigint[],
                      %(requests)s::bigint[], %(further)s::text[]) WITH ORDINALITY
               AS n(id, operator_key, type, trade_key, request_key, further, position)
         ORDER BY n.position
        """,
        {
            "now": tx.now,
            "ids": [tx.new_id() for _ in notices],
            "addressees": [notice[0] for notice in notices],
            "types": [notice[1] for notice in notices],
            "trades": [notice[2] for notice in notices],
            "requests": [notice[3] for notice in notices],
            "further": [f"{{{','.join(map(str, keys))}}}" for keys in further or [()] * len(notices)],
        },
    )


def insert_about_parts(tx: Transaction, type_: str, part_key: int, further: int, *, repeat: bool) -> None:
    """Write a notification to the caller, by the caller, about an own part and so many more.

    Without `repeat`, not while the same is unread.
    """
    tx.execute(
        """
        INSERT INTO commons.notifications (notification_id, operator_key, sender_key, type, part_key, further_parts,
                                           notified_at)
        SELECT %(id)s, commons.me(), commons.me(), %(type)s, %(part)s, %(further)s, %(now)s
         WHERE %(repeat)s OR NOT EXISTS (
               SELECT FROM commons.notifications n
                WHERE n.operator_key = commons.me() AND n.type = %(type)s AND n.part_key = %(part)s
                  AND n.further_parts = %(further)s AND n.read_at IS NULL)
        """,
        {
            "id": tx.new_id(),
            "type": type_,
            "part": part_key,
            "further": further,
            "now": tx.now,
            "repeat": repeat,
        },
    )


_START: Final[LiteralString] = """
           AND n.notification_key <= (SELECT s.notification_key FROM commons.notifications s
                                       WHERE s.notification_id = %(after)s AND s.operator_key = commons.me())
"""
_FROM: Final[LiteralString] = " AND n.notified_at >= %(from)s "
_TO: Final[LiteralString] = " AND n.notified_at <= %(to)s "


def read(
    tx: Transaction, since: datetime | None, until: datetime | None, after: UUID | None, rows_wanted: int
) -> list[Notification]:
    """Own notifications, newest first, from the one named by `after` on."""
    rows = tx.execute(
        """
        SELECT n.notification_id, n.type, d.operator_id, n.notified_at, n.read_at,
               t.trade_id, r.request_id, t.downstream_operator_id, t.upstream_operator_id, t.downstream_trace_id,
               t.upstream_trace_id,
               CASE WHEN n.further_trades <> '{}' THEN (
                 SELECT array_agg(f.trade_id ORDER BY f.trade_key) FROM commons.trade_relations f
                  WHERE f.trade_key = ANY(n.further_trades)) END,
               p.trace_id, p.name, n.further_parts
          FROM commons.notifications n
          JOIN commons.directory d ON d.operator_key = n.sender_key
          LEFT JOIN commons.trade_relations t ON t.trade_key = n.trade_key
          LEFT JOIN commons.request_ids r ON r.request_key = n.request_key
          LEFT JOIN commons.parts p ON p.part_key = n.part_key AND p.operator_key = commons.me()
         WHERE n.operator_key = commons.me()
        """
        + (_START if after is not None else "")
        + (_FROM if since is not None else "")
        + (_TO if until is not None else "")
        + """
         ORDER BY n.notification_key DESC LIMIT %(limit)s
        """,
        {"after": after, "from": since, "to": until, "limit": rows_wanted},
    ).fetchall()
    return [
        Notification(
            notification_id=row[0],
            type=row[1],
            sender_operator_id=row[2],
            notified_at=row[3],
            read_at=row[4],
            relation=None
            if row[5] is None
            else TradeRelation(
                trade_id=row[5],
                request_id=row[6],
                downstream_operator_id=row[7],
                upstream_operator_id=row[8],
                downstream_trace_id=row[9],
                upstream_trace_id=row[10],
            ),
            further_trade_ids=tuple(row[11] or ()),
            trace_id=row[12],
            part_name=row[13],
            further_parts=row[14],
        )
        for row in rows
    ]


COUNT_UNREAD: Final = """
    SELECT count(*) FILTER (WHERE newest.read_at IS NULL) FROM (
      SELECT n.read_at FROM commons.notifications n WHERE n.operator_key = commons.me()
       ORDER BY n.notification_key DESC LIMIT $6::int) AS newest
    """
"""How many of the newest own notifications are unread; asked with the entry of a page, whose places are $1 to $5."""


def newest(tx: Transaction, operator_keys: Sequence[int]) -> dict[int, int]:
    """The newest notification (its key) in each of these inboxes that has one; as `renkei_engine`."""
    # guard: one look for everybody who waits at this process; it tells keys, which nobody is shown
    rows = tx.execute(
        """
        SELECT o.operator_key, n.notification_key FROM unnest(%s::bigint[]) AS o(operator_key)
         CROSS JOIN LATERAL (SELECT i.notification_key FROM commons.notifications i WHERE i.operator_key = o.operator_key
                              ORDER BY i.notification_key DESC LIMIT 1) AS n
        """,
        (list(operator_keys),),
    ).fetchall()
    return dict(rows)


def set_read(tx: Transaction, notification_ids: Iterable[UUID]) -> int:
    """Mark own unread notifications as read; how many there were."""
    return tx.execute(
        """
        UPDATE commons.notifications SET read_at = %s
         WHERE notification_id = ANY(%s) AND operator_key = commons.me() AND read_at IS NULL
        """,
        (tx.now, list(notification_ids)),
    ).rowcount


def purge(tx: Transaction, before: datetime) -> int:
    """Delete notifications written before `before`, whoever's they are; as `renkei_engine`."""
    # guard: retention is the platform's duty for all inboxes at once
    return tx.execute("DELETE FROM commons.notifications WHERE notified_at < %s", (before,)).rowcount

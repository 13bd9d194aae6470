"""SQL of the chain counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from psycopg.rows import DictRow

from renkei.commons.trades.chain import Received, Recount, Sent
from renkei.commons.trades.shares_store import SHARE_TODAY
from renkei.database.round_trip import Prepared, Question, Rows
from renkei.database.transaction import Transaction

_LINKED_ABOVE: Final = Prepared(
    """
    WITH RECURSIVE above AS (
      SELECT unnest($1::bigint[]) AS part_key
      UNION
      SELECT u.parent_key FROM above a
        JOIN commons.uses u ON u.child_key = a.part_key AND u.operator_key = (SELECT commons.me())
    ), copies AS (
      UPDATE commons.requests r SET customer_part = c.card
        FROM commons.trades t
        JOIN commons.part_cards c ON c.part_key = t.downstream_part_key AND c.operator_key = (SELECT commons.me())
       WHERE t.downstream_part_key = ANY($1::bigint[]) AND t.downstream_key = (SELECT commons.me())
         AND t.cancelled_at IS NULL
         AND r.trade_key = t.trade_key AND r.downstream_key = (SELECT commons.me()) AND r.state <> 'CANCEL'
         AND r.customer_part IS DISTINCT FROM c.card
    )
    SELECT DISTINCT t.upstream_part_key
      FROM above a
      JOIN commons.trades t
        ON t.upstream_part_key = a.part_key AND t.upstream_key = (SELECT commons.me()) AND t.cancelled_at IS NULL
    """
)


def ask_linked_above(keys: Iterable[int]) -> Question:
    """Asks for the parts among `keys` and everything own above them that a received request is linked to.

    The same statement brings the copies up to date that suppliers hold of the parts `keys` themselves.
    """
    return _LINKED_ABOVE, (list(keys),)


def linked_above(answer: Rows) -> list[int]:
    """The keys that `ask_linked_above` asked for."""
    return [row[0] for row in answer.tuples()]


def read_below(tx: Transaction, keys: Iterable[int]) -> tuple[dict[int, list[int]], set[int], set[int]]:
    """Children by part over the lines that take part in the chain; the end parts; all parts met.

    Goes down from `keys` and stops at end parts.
    """
    rows = tx.execute(
        """
        WITH RECURSIVE below AS (
          SELECT c.part_key, c.terminated FROM commons.part_cards c
           WHERE c.part_key = ANY(%(keys)s::bigint[]) AND c.operator_key = commons.me()
          UNION
          SELECT c.part_key, c.terminated
            FROM below b
            JOIN commons.lines_in_force l ON l.parent_key = b.part_key AND l.operator_key = commons.me()
            JOIN commons.part_cards c ON c.part_key = l.child_key AND c.operator_key = commons.me()
           WHERE NOT b.terminated AND l.amount > 0 AND l.usage_share IS DISTINCT FROM 0
             AND l.sourcing <> 'consigned_free'
        )
        SELECT b.part_key, b.terminated, ARRAY(
                 SELECT l.child_key FROM commons.lines_in_force l
                  WHERE l.parent_key = b.part_key AND l.operator_key = commons.me() AND NOT b.terminated
                    AND l.amount > 0 AND l.usage_share IS DISTINCT FROM 0 AND l.sourcing <> 'consigned_free')
          FROM below b
        """,
        {"keys": list(keys)},
    ).fetchall()
    children = {row[0]: row[2] for row in rows if row[2]}
    return children, {row[0] for row in rows if row[1]}, {row[0] for row in rows}


def read_received(tx: Transaction, part_keys: Iterable[int]) -> list[Received]:
    """The living requests received and linked to these own parts."""
    rows = tx.execute(
        """
        SELECT r.request_key, t.upstream_part_key, r.kind, r.state = 'COMPLETED', r.state = 'REJECT',
               r.tree_terminated, r.completed_count, r.trades_count
          FROM commons.trades t
          JOIN commons.requests r
            ON r.trade_key = t.trade_key AND r.upstream_key = commons.me() AND r.state <> 'CANCEL'
         WHERE t.upstream_part_key = ANY(%s) AND t.upstream_key = commons.me() AND t.cancelled_at IS NULL
        """,
        (list(part_keys),),
    ).fetchall()
    return [Received(*row) for row in rows]


def read_sent(tx: Transaction, part_keys: Iterable[int]) -> list[Sent]:
    """The living requests the caller sent for these own parts; a trade without one gives one row of kind None."""
    # guard: both pieces are literals of this package (shares_store.SHARE_TODAY)
    rows = tx.execute(
        "WITH "
        + SHARE_TODAY
        + """
        SELECT t.downstream_part_key, t.trade_key, coalesce(r.request_key, 0), r.kind, s.share > 0,
               coalesce(r.tree_terminated, false), coalesce(r.completed_count, 0), coalesce(r.trades_count, 0)
          FROM commons.trades t
          JOIN share_today s ON s.trade_key = t.trade_key
          LEFT JOIN commons.requests r
            ON r.trade_key = t.trade_key AND r.downstream_key = commons.me() AND r.state <> 'CANCEL'
         WHERE t.downstream_part_key = ANY(%(parts)s) AND t.downstream_key = commons.me() AND t.cancelled_at IS NULL
        """,
        {"parts": list(part_keys), "today": tx.now.date()},
    ).fetchall()
    return [Sent(*row) for row in rows]


def write_counts(tx: Transaction, counts: Sequence[Recount]) -> list[DictRow]:
    """Store counters; a number's moment moves only with the number. The customers to tell."""
    return tx.rows(
        """
        UPDATE commons.requests r
           SET tree_terminated = u.terminated, completed_count = u.completed, trades_count = u.trades,
               completed_count_at = CASE WHEN r.completed_count = u.completed THEN r.completed_count_at
                                         ELSE %(now)s END,
               trades_count_at = CASE WHEN r.trades_count = u.trades THEN r.trades_count_at ELSE %(now)s END
          FROM unnest(%(keys)s::bigint[], %(terminated)s::bool[], %(completed)s::int[], %(trades)s::int[])
                 AS u(request_key, terminated, completed, trades)
          JOIN commons.request_ids i ON i.request_key = u.request_key AND i.upstream_key = commons.me()
          JOIN commons.trades t ON t.trade_key = i.trade_key AND t.upstream_key = commons.me()
         WHERE r.request_key = u.request_key AND r.upstream_key = commons.me() AND r.state <> 'CANCEL'
        RETURNING r.request_id, r.downstream_key, t.downstream_part_key
        """,
        {
            "now": tx.now,
            "keys": [count.request_key for count in counts],
            "terminated": [count.tree_terminated for count in counts],
            "completed": [count.completed_count for count in counts],
            "trades": [count.trades_count for count in counts],
        },
    )

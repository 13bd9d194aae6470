"""SQL of shares: how a bought part is split over its trades. The customer's own rows; the supplier never sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from renkei.commons.trades.model import ShareDraft
from renkei.database.transaction import Transaction

SHARE_TODAY: Final[LiteralString] = """
    stated AS (
      SELECT t.trade_key, t.downstream_part_key, s.share
        FROM commons.trades t
        LEFT JOIN LATERAL (
          SELECT s.share FROM commons.trade_shares s
           WHERE s.trade_key = t.trade_key AND s.operator_key = commons.me() AND s.superseded_at IS NULL
             AND s.valid_from <= %(today)s AND (s.valid_to IS NULL OR s.valid_to >= %(today)s)
           ORDER BY s.valid_from DESC LIMIT 1
        ) s ON true
       WHERE t.downstream_part_key = ANY(%(parts)s) AND t.downstream_key = commons.me() AND t.cancelled_at IS NULL
    ), share_today AS (
      SELECT trade_key,
             CASE WHEN count(share) OVER part > 0 THEN coalesce(share, 0) ELSE 1::numeric / count(*) OVER part END
               AS share
        FROM stated
      WINDOW part AS (PARTITION BY downstream_part_key)
    )
"""
"""Two CTEs for `WITH`: `share_today(trade_key, share)` of the uncancelled trades that buy the parts %(parts)s."""


def bought_trades(
    tx: Transaction, trace_id: UUID | None, trade_id: UUID | None
) -> dict[UUID, tuple[int, int, UUID]]:
    """All uncancelled trades that buy one own part (named itself or by one of them): trade id → keys, trace id."""
    rows = tx.execute(
        """
        SELECT t.trade_id, t.trade_key, t.downstream_part_key, t.downstream_trace_id
          FROM commons.trades t
         WHERE t.downstream_key = commons.me() AND t.cancelled_at IS NULL
           AND t.downstream_trace_id = coalesce(%(trace)s::uuid, (
                 SELECT o.downstream_trace_id FROM commons.trades o
                  WHERE o.trade_id = %(trade)s AND o.downstream_key = commons.me() AND o.cancelled_at IS NULL))
        """,
        {"trace": trace_id, "trade": trade_id},
    ).fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def read_shares(tx: Transaction, trade_ids: Iterable[UUID]) -> dict[UUID, tuple[ShareDraft, ...]]:
    """The shares as stated, by trade id, in order of their days; trades without any are left out."""
    rows = tx.execute(
        """
        SELECT t.trade_id, s.valid_from, s.share, s.valid_to, s.purchased_quantity, s.quantity_unit
          FROM commons.trades t
          JOIN commons.trade_shares s
            ON s.trade_key = t.trade_key AND s.operator_key = commons.me() AND s.superseded_at IS NULL
         WHERE t.trade_id = ANY(%s) AND t.downstream_key = commons.me() AND t.cancelled_at IS NULL
         ORDER BY t.trade_id, s.valid_from
        """,
        (list(trade_ids),),
    ).fetchall()
    found: dict[UUID, list[ShareDraft]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(
            ShareDraft(
                valid_from=row[1],
                share=row[2],
                valid_to=row[3],
                purchased_quantity=row[4],
                quantity_unit=row[5],
            )
        )
    return {trade_id: tuple(shares) for trade_id, shares in found.items()}


def write_shares(tx: Transaction, shares: Mapping[int, Sequence[ShareDraft]]) -> None:
    """Replace what was stated for these trades (by key)."""
    rows = [(trade_key, share) for trade_key, stated in shares.items() for share in stated]
    tx.execute(
        """
        WITH former AS (
          UPDATE commons.trade_shares SET superseded_at = %(now)s
           WHERE trade_key = ANY(%(trades)s) AND operator_key = commons.me() AND superseded_at IS NULL
        )
        INSERT INTO commons.trade_shares (operator_key, trade_key, valid_from, valid_to, share, purchased_quantity,
                                          quantity_unit, created_at)
        SELECT commons.me(), u.trade_key, u.valid_from, u.valid_to, u.share, u.quantity, u.unit, %(now)s
          FROM unnest(%(keys)s::bigint[], %(from)s::date[], %(to)s::date[], %(shares)s::numeric[],
                      %(quantities)s::numeric[], %(units)s::text[])
               AS u(trade_key, valid_from, valid_to, share, quantity, unit)
        """,
        {
            "now": tx.now,
            "trades": list(shares),
            "keys": [key for key, _ in rows],
            "from": [share.valid_from for _, share in rows],
            "to": [share.valid_to for _, share in rows],
            "shares": [share.share for _, share in rows],
            "quantities": [share.purchased_quantity for _, share in rows],
            "units": [share.quantity_unit for _, share in rows],
        },
    )


def owners_with_turning_days(tx: Transaction, since: date) -> list[tuple[int, UUID]]:
    """Operators with a share that began after `since`, or ended since, up to today; as `renkei_engine`."""
    rows = tx.execute(
        """
        SELECT DISTINCT o.operator_key, o.operator_id
          FROM commons.trade_shares s
          JOIN commons.operators o ON o.operator_key = s.operator_key
         WHERE s.superseded_at IS NULL
           AND ((s.valid_from > %(since)s AND s.valid_from <= %(today)s)
                OR (s.valid_to >= %(since)s AND s.valid_to < %(today)s))
         ORDER BY o.operator_key
        """,
        {"since": since, "today": tx.now.date()},
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def parts_with_turning_days(tx: Transaction, since: date) -> list[int]:
    """The caller's bought parts with such a share."""
    rows = tx.execute(
        """
        SELECT DISTINCT t.downstream_part_key
          FROM commons.trade_shares s
          JOIN commons.trades t ON t.trade_key = s.trade_key AND t.downstream_key = commons.me()
         WHERE s.operator_key = commons.me() AND s.superseded_at IS NULL AND t.cancelled_at IS NULL
           AND ((s.valid_from > %(since)s AND s.valid_from <= %(today)s)
                OR (s.valid_to >= %(since)s AND s.valid_to < %(today)s))
        """,
        {"since": since, "today": tx.now.date()},
    ).fetchall()
    return [row[0] for row in rows]

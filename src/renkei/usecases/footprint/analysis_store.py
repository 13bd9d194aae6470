"""SQL of analyses: whether anything of the caller's changed, and what it buys."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from renkei.database.transaction import Transaction


def fingerprint(tx: Transaction) -> tuple[int, ...]:
    """Numbers of which at least one differs once anything that the caller's graph is made of has changed.

    Every own write of a part, structure, share, estimate, proposal or statement leaves an event of the caller's own;
    what comes from others is a delivery; a share or an end of validity that begins with a day changes with the day.
    """
    row = tx.execute(
        """
        SELECT coalesce((SELECT max(e.event_key) FROM commons.events e WHERE e.sender_key = commons.me()), 0),
               coalesce((SELECT max(d.delivery_key) FROM commons.deliveries d WHERE d.operator_key = commons.me()), 0),
               coalesce((SELECT max(s.statement_key) FROM footprint.statements s WHERE s.operator_key = commons.me()), 0),
               (%s::date - DATE '2000-01-01')
        """,
        (tx.now.date(),),
    ).fetchone()
    assert row is not None
    return tuple(row)


def purchases(
    tx: Transaction, begin: date, end: date
) -> list[tuple[int, int, Decimal, str | None, date, date | None]]:
    """Shares of the caller's trades with a purchased quantity whose period touches the days from `begin` to `end`.

    Bought part, trade, quantity, unit of the quantity, first and last day of the period.
    """
    rows = tx.execute(
        """
        SELECT t.downstream_part_key, s.trade_key, s.purchased_quantity, s.quantity_unit, s.valid_from, s.valid_to
          FROM commons.trade_shares s
          JOIN commons.trade_relations t ON t.trade_key = s.trade_key AND t.downstream_key = commons.me()
         WHERE s.operator_key = commons.me() AND s.superseded_at IS NULL AND s.purchased_quantity IS NOT NULL
           AND s.valid_from <= %(end)s AND (s.valid_to IS NULL OR s.valid_to >= %(begin)s)
         ORDER BY t.downstream_part_key, s.trade_key, s.valid_from
        """,
        {"begin": begin, "end": end},
    ).fetchall()
    return [tuple(row) for row in rows]

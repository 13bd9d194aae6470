"""SQL of purchases in loops that do not settle: the buyer's own rows."""

from __future__ import annotations

from collections.abc import Collection

from renkei.database.transaction import Transaction


def cut(tx: Transaction, trade_keys: Collection[int]) -> list[int]:
    """Let the answers to these purchases add nothing; the own parts that are bought by those that counted until now."""
    rows = tx.execute(
        """
        WITH cut AS (
          INSERT INTO footprint.unsettled (trade_key, operator_key, since)
          SELECT u, commons.me(), %s FROM unnest(%s::bigint[]) AS u ON CONFLICT (trade_key) DO NOTHING
          RETURNING trade_key
        )
        SELECT DISTINCT t.downstream_part_key FROM cut JOIN commons.trades t USING (trade_key)
         WHERE t.downstream_key = commons.me() ORDER BY t.downstream_part_key
        """,
        (tx.now, list(trade_keys)),
    ).fetchall()
    return [row[0] for row in rows]


def mend(tx: Transaction, trade_keys: Collection[int]) -> None:
    """Let them count again."""
    tx.execute(
        "DELETE FROM footprint.unsettled WHERE operator_key = commons.me() AND trade_key = ANY(%s)",
        (list(trade_keys),),
    )


def among(tx: Transaction, trade_keys: Collection[int]) -> frozenset[int]:
    """Those of the caller's purchases that are cut."""
    rows = tx.execute(
        "SELECT trade_key FROM footprint.unsettled WHERE operator_key = commons.me() AND trade_key = ANY(%s)",
        (list(trade_keys),),
    ).fetchall()
    return frozenset(row[0] for row in rows)

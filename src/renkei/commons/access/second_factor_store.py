"""SQL of second factors: run as the owner of the tables."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.rows import DictRow

from renkei.database.transaction import Transaction


def factor(tx: Transaction, account_id: UUID, *, hold: bool = False) -> DictRow | None:
    """The second factor of an account; held until the transaction ends, so that a code is used once."""
    if hold:
        tx.execute("SELECT FROM commons.accounts WHERE account_id = %s FOR UPDATE", (account_id,))
    return tx.row(
        """
        SELECT f.account_key, f.sealed, f.confirmed_at, f.last_step, f.locked_until
          FROM commons.second_factors f JOIN commons.accounts a USING (account_key) WHERE a.account_id = %s
        """,
        (account_id,),
    )


def begin(tx: Transaction, account_id: UUID, sealed: bytes) -> bool:
    """A secret to be confirmed, in place of one that was not; whether none was there that is in force."""
    return (
        tx.execute(
            """
            INSERT INTO commons.second_factors AS f (account_key, sealed, created_at, last_step, wrong)
            SELECT account_key, %(sealed)s, %(now)s, 0, 0 FROM commons.accounts WHERE account_id = %(account)s
            ON CONFLICT (account_key) DO UPDATE
               SET sealed = excluded.sealed, created_at = excluded.created_at, last_step = 0
             WHERE f.confirmed_at IS NULL
            """,
            {"sealed": sealed, "now": tx.now, "account": account_id},
        ).rowcount
        > 0
    )


def use_step(tx: Transaction, account_key: int, step: int) -> None:
    """A right code: its step and those before are over, wrong ones are forgiven."""
    tx.execute(
        """
        UPDATE commons.second_factors
           SET last_step = %s, wrong = 0, locked_until = NULL, confirmed_at = coalesce(confirmed_at, %s)
         WHERE account_key = %s
        """,
        (step, tx.now, account_key),
    )


def count_wrong(tx: Transaction, account_key: int, *, most: int, until: datetime) -> None:
    """A wrong code; after `most` of them nothing is good until the moment given."""
    tx.execute(
        """
        UPDATE commons.second_factors
           SET wrong = CASE WHEN wrong + 1 >= %(most)s THEN 0 ELSE wrong + 1 END,
               locked_until = CASE WHEN wrong + 1 >= %(most)s THEN %(until)s END
         WHERE account_key = %(account)s
        """,
        {"most": most, "until": until, "account": account_key},
    )


def held(tx: Transaction) -> list[tuple[int, bytes]]:
    """Everybody's secret, sealed; held until the transaction ends."""
    rows = tx.rows("SELECT account_key, sealed FROM commons.second_factors ORDER BY account_key FOR UPDATE")
    return [(int(row["account_key"]), bytes(row["sealed"])) for row in rows]


def reseal(tx: Transaction, account_key: int, sealed: bytes) -> None:
    """Store the same secret, sealed again."""
    tx.execute("UPDATE commons.second_factors SET sealed = %s WHERE account_key = %s", (sealed, account_key))


def forget(tx: Transaction, account_id: UUID) -> None:
    """No second factor any more."""
    tx.execute(
        "DELETE FROM commons.second_factors WHERE account_key = "
        "(SELECT account_key FROM commons.accounts WHERE account_id = %s)",
        (account_id,),
    )

"""SQL of passkeys: run as the owner of the tables."""

from __future__ import annotations

from uuid import UUID

from psycopg.rows import DictRow

from renkei.database.transaction import Transaction


def of_account(tx: Transaction, account_id: UUID) -> list[DictRow]:
    """The passkeys of an account, the oldest first."""
    return tx.rows(
        """
        SELECT p.passkey_id, p.name, p.created_at, p.used_at, p.credential_id
          FROM commons.passkeys p JOIN commons.accounts a USING (account_key)
         WHERE a.account_id = %s ORDER BY p.passkey_key
        """,
        (account_id,),
    )


def insert(
    tx: Transaction, account_id: UUID, credential_id: bytes, public_key: bytes, sign_count: int, name: str
) -> bool:
    """A new passkey of an account; whether it was not there."""
    return (
        tx.execute(
            """
            INSERT INTO commons.passkeys (passkey_id, account_key, credential_id, public_key, sign_count, name, created_at)
            SELECT %s, a.account_key, %s, %s, %s, %s, %s FROM commons.accounts a WHERE a.account_id = %s
                ON CONFLICT (credential_id) DO NOTHING
            """,
            (tx.new_id(), credential_id, public_key, sign_count, name, tx.now, account_id),
        ).rowcount
        == 1
    )


def delete(tx: Transaction, account_id: UUID, passkey_id: UUID) -> bool:
    """Delete a passkey of an account; whether it had it."""
    return (
        tx.execute(
            """
            DELETE FROM commons.passkeys p USING commons.accounts a
             WHERE p.account_key = a.account_key AND a.account_id = %s AND p.passkey_id = %s
            """,
            (account_id, passkey_id),
        ).rowcount
        == 1
    )


def held(tx: Transaction, credential_id: bytes) -> DictRow | None:
    """The passkey of an active account by the device's name of it; held until the transaction ends."""
    return tx.row(
        """
        SELECT p.passkey_key, p.public_key, p.sign_count, a.account_id
          FROM commons.passkeys p JOIN commons.accounts a USING (account_key)
         WHERE p.credential_id = %s AND a.state = 'active' FOR UPDATE OF p
        """,
        (credential_id,),
    )


def use(tx: Transaction, passkey_key: int, sign_count: int) -> None:
    """Record a use."""
    tx.execute(
        "UPDATE commons.passkeys SET sign_count = %s, used_at = %s WHERE passkey_key = %s",
        (sign_count, tx.now, passkey_key),
    )

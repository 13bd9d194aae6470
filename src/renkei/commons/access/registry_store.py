"""SQL of the register of accounts and applications: run as the owner of the tables, by the platform only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.rows import DictRow

from renkei.database.transaction import Transaction


def operator_keys(tx: Transaction, operator_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Internal keys of member operators, by public id."""
    rows = tx.execute(
        "SELECT operator_id, operator_key FROM commons.operators WHERE operator_id = ANY(%s::uuid[]) AND state IN ('member', 'merged')",
        (list(operator_ids),),
    )
    return {row[0]: row[1] for row in rows}


# -- accounts -------------------------------------------------------------------------------------------------------


def account_by_email(tx: Transaction, email: str) -> DictRow | None:
    """The account of this address, locked until the transaction ends."""
    return tx.row(
        "SELECT account_key, account_id, email, staff, state FROM commons.accounts WHERE email = %s FOR UPDATE",
        (email,),
    )


def add_account(tx: Transaction, email: str, password_hash: str, *, staff: bool) -> DictRow | None:
    """A new account; None if somebody else has just made one with the same address."""
    return tx.row(
        """
        INSERT INTO commons.accounts (account_id, email, password_hash, staff, password_changed_at, created_at)
        VALUES (%(id)s, %(email)s, %(hash)s, %(staff)s, %(now)s, %(now)s) ON CONFLICT (email) DO NOTHING
        RETURNING account_key, account_id, email, staff, state
        """,
        {"id": tx.new_id(), "email": email, "hash": password_hash, "staff": staff, "now": tx.now},
    )


def has_memberships(tx: Transaction, account_key: int) -> bool:
    """Whether the account has a role in any operator now."""
    return (
        tx.row(
            "SELECT membership_key FROM commons.memberships WHERE account_key = %s AND revoked_at IS NULL LIMIT 1",
            (account_key,),
        )
        is not None
    )


def grant_administrators(tx: Transaction, of_key: int, operator_key: int) -> int:
    """Make the lasting administrators of one company administrators of another too; how many were not."""
    return tx.execute(
        """
        INSERT INTO commons.memberships AS m (account_key, operator_key, role, granted_at)
        SELECT a.account_key, %(to)s, 'admin', %(now)s FROM commons.memberships a
         WHERE a.operator_key = %(of)s AND a.role = 'admin' AND a.revoked_at IS NULL AND a.valid_until IS NULL
            ON CONFLICT (account_key, operator_key, role) DO UPDATE
           SET mandate = NULL, valid_until = NULL, granted_at = excluded.granted_at, revoked_at = NULL
         WHERE m.revoked_at IS NOT NULL OR m.valid_until IS NOT NULL
        """,
        {"of": of_key, "to": operator_key, "now": tx.now},
    ).rowcount


def grant(
    tx: Transaction,
    account_key: int,
    operator_key: int,
    role: str,
    *,
    mandate: str | None,
    valid_until: datetime | None,
) -> bool:
    """Give a role, or give one again that was revoked or has ended; whether the account did not have it."""
    return (
        tx.execute(
            """
            INSERT INTO commons.memberships AS m (account_key, operator_key, role, mandate, valid_until, granted_at)
            VALUES (%(account)s, %(operator)s, %(role)s, %(mandate)s, %(until)s, %(now)s)
            ON CONFLICT (account_key, operator_key, role) DO UPDATE
               SET mandate = excluded.mandate, valid_until = excluded.valid_until, granted_at = excluded.granted_at,
                   revoked_at = NULL
             WHERE m.revoked_at IS NOT NULL OR m.valid_until <= %(now)s
            """,
            {
                "account": account_key,
                "operator": operator_key,
                "role": role,
                "mandate": mandate,
                "until": valid_until,
                "now": tx.now,
            },
        ).rowcount
        > 0
    )


def revoke_roles(tx: Transaction, email: str, operator_id: UUID, role: str | None) -> int:
    """Take away one role, or all roles, of an account in an operator, and end its sessions there. How many roles."""
    taken = tx.execute(
        """
        UPDATE commons.memberships m SET revoked_at = %(now)s
          FROM commons.accounts a, commons.operators o
         WHERE a.account_key = m.account_key AND o.operator_key = m.operator_key AND m.revoked_at IS NULL
           AND a.email = %(email)s AND o.operator_id = %(operator)s AND (%(role)s::text IS NULL OR m.role = %(role)s)
        """,
        {"email": email, "operator": operator_id, "role": role, "now": tx.now},
    ).rowcount
    tx.execute(
        """
        UPDATE commons.refresh_tokens t SET revoked_at = %(now)s
          FROM commons.accounts a, commons.operators o
         WHERE a.account_key = t.account_key AND o.operator_key = t.operator_key AND t.revoked_at IS NULL
           AND a.email = %(email)s AND o.operator_id = %(operator)s
           AND NOT EXISTS (SELECT FROM commons.memberships m WHERE m.account_key = a.account_key
                              AND m.operator_key = o.operator_key AND m.revoked_at IS NULL)
        """,
        {"email": email, "operator": operator_id, "now": tx.now},
    )
    return taken


def set_account_state(tx: Transaction, email: str, state: str, *, staff: bool) -> bool:
    """Disable or enable an account; a disabled one loses its sessions, an enabled one its lock. Whether there is one."""
    found = tx.row(
        """
        WITH changed AS (
          UPDATE commons.accounts SET state = %(state)s, failed_logins = 0, locked_until = NULL
           WHERE email = %(email)s AND staff = %(staff)s RETURNING account_key, state),
        ended AS (
          UPDATE commons.refresh_tokens t SET revoked_at = %(now)s
            FROM changed c WHERE c.state = 'disabled' AND t.account_key = c.account_key AND t.revoked_at IS NULL)
        SELECT account_key FROM changed
        """,
        {"state": state, "email": email, "staff": staff, "now": tx.now},
    )
    return found is not None


def set_password(tx: Transaction, email: str, password_hash: str) -> bool:
    """Give an account another password, without its lock and its sessions. Whether there is one."""
    found = tx.row(
        """
        WITH changed AS (
          UPDATE commons.accounts
             SET password_hash = %(hash)s, password_changed_at = %(now)s, failed_logins = 0, locked_until = NULL
           WHERE email = %(email)s RETURNING account_key),
        ended AS (
          UPDATE commons.refresh_tokens t SET revoked_at = %(now)s
            FROM changed c WHERE t.account_key = c.account_key AND t.revoked_at IS NULL)
        SELECT account_key FROM changed
        """,
        {"hash": password_hash, "email": email, "now": tx.now},
    )
    return found is not None


def end_staff(tx: Transaction, email: str) -> bool:
    """Take the role of platform staff away for good; whether the account had it."""
    return (
        tx.execute(
            "UPDATE commons.accounts SET staff = false, state = 'disabled' WHERE email = %s AND staff",
            (email,),
        ).rowcount
        > 0
    )


def accounts(tx: Transaction, *, staff: bool) -> list[DictRow]:
    """All accounts (of people of companies, or of platform staff) by address, each with its memberships."""
    return tx.rows(
        """
        SELECT a.account_id, a.email, a.staff, a.state, a.locked_until, a.created_at,
               coalesce(jsonb_agg(jsonb_build_array(o.operator_id, m.role, m.mandate, m.valid_until, m.granted_at, m.revoked_at)
                                  ORDER BY m.membership_key) FILTER (WHERE m.membership_key IS NOT NULL), '[]') AS memberships
          FROM commons.accounts a
          LEFT JOIN commons.memberships m USING (account_key) LEFT JOIN commons.operators o USING (operator_key)
         WHERE a.staff = %s
         GROUP BY a.account_key ORDER BY a.email
        """,
        (staff,),
    )


# -- applications ---------------------------------------------------------------------------------------------------


def add_api_key(
    tx: Transaction,
    key_hash: bytes,
    *,
    application_name: str,
    attribute: str,
    networks: Sequence[str],
    operators: Sequence[int],
    all_operators: bool,
    component_scope: str,
) -> DictRow | None:
    """A new application with its networks and operators; None if the key is in use."""
    row = tx.row(
        """
        INSERT INTO commons.api_keys (api_key_id, application_name, attribute, key_hash, all_operators, component_scope, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (key_hash) DO NOTHING
        RETURNING api_key_key, api_key_id, state, created_at
        """,
        (tx.new_id(), application_name, attribute, key_hash, all_operators, component_scope, tx.now),
    )
    if row is not None:
        tx.execute(
            "INSERT INTO commons.api_key_networks (api_key_key, network) SELECT %s, unnest(%s::cidr[])",
            (row["api_key_key"], list(networks)),
        )
        tx.execute(
            "INSERT INTO commons.api_key_operators (api_key_key, operator_key) SELECT %s, unnest(%s::bigint[])",
            (row["api_key_key"], list(operators)),
        )
    return row


def set_api_key_state(
    tx: Transaction, api_key_id: UUID, state: str, *, former: Sequence[str]
) -> DictRow | None:
    """Move a key from one of the `former` states into `state`; whose it is, None if it was in none of them."""
    return tx.row(
        """
        UPDATE commons.api_keys k SET state = %s WHERE k.api_key_id = %s AND k.state = ANY(%s)
        RETURNING k.application_name,
                  ARRAY(SELECT a.operator_key FROM commons.api_key_operators a WHERE a.api_key_key = k.api_key_key) AS operators
        """,
        (state, api_key_id, list(former)),
    )


def api_keys(tx: Transaction) -> list[DictRow]:
    """All applications, the oldest first; never a key."""
    return tx.rows(
        """
        SELECT k.api_key_id, k.application_name, k.attribute, k.all_operators, k.component_scope, k.state, k.created_at,
               ARRAY(SELECT n.network::text FROM commons.api_key_networks n
                      WHERE n.api_key_key = k.api_key_key ORDER BY n.network) AS networks,
               ARRAY(SELECT o.operator_id FROM commons.api_key_operators x JOIN commons.operators o USING (operator_key)
                      WHERE x.api_key_key = k.api_key_key ORDER BY o.operator_key) AS operators
          FROM commons.api_keys k ORDER BY k.api_key_key
        """
    )

"""SQL of logins, tokens and signing keys. The transactions run as the role `renkei_access`, the entry as anyone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Final, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from renkei.database.round_trip import Prepared
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps

_KEY_CREATION_LOCK = 7_264_002


_ENTER: Final = """
    SELECT e.*, set_config('role', 'renkei_app', true),
           set_config('renkei.operator', CASE WHEN e.admitted THEN e.operator_key::text ELSE '' END, true)
      FROM commons.enter($1::bytea, $2::inet, $3::uuid, $4::uuid, $5::timestamptz) AS e
    """
ENTER: Final = Prepared(_ENTER)
"""The one entry statement: checks, and names the operator if all checks are good.

Values: hash of the API key, address of the client, operator, account, now. Who is not admitted names no operator.
"""
ENTER_WRITING: Final = Prepared(
    """
    SELECT e.*, set_config('role', 'renkei_app', true),
           set_config('renkei.operator', CASE WHEN e.admitted THEN e.operator_key::text ELSE '' END, true),
           CASE WHEN e.admitted AND e.operator_key IS NOT NULL
                THEN pg_advisory_xact_lock(7264, (e.operator_key % 2147483647)::int)::text END
      FROM commons.enter($1::bytea, $2::inet, $3::uuid, $4::uuid, $5::timestamptz) AS e
    """
)
"""The entry statement of who will write: takes the operator's write lock besides, the one of `database.transaction.act_as`.

A statement of its own: with a place for "whether it will write" PostgreSQL makes a new plan for every request that reads.
"""


@cache
def entering_beside(sql: LiteralString) -> Prepared:
    """The entry statement of who will read, with one value more: a query of its own, as the operator that is let in.

    The query is asked after the operator is named (it depends on the row that names it), so row-level security admits
    what is the operator's; who is not let in names nobody, and it finds nothing. Its values are $6 and on, its column
    is called `beside`.
    """
    # guard: the query is a literal of the room that asks it, as the type demands; its values are places
    return Prepared(
        "WITH entered AS MATERIALIZED ("
        + _ENTER
        + ") SELECT entered.*, (SELECT found.* FROM ("
        + sql
        + ") AS found WHERE entered.admitted) AS beside FROM entered"
    )


# -- signing keys ---------------------------------------------------------------------------------------------------


def signing_keys(tx: Transaction) -> list[DictRow]:
    """All signing keys, newest first."""
    return tx.rows(
        "SELECT key_id, private_key, public_jwk, created_at, retired_at FROM commons.signing_keys "
        "ORDER BY created_at DESC, key_id"
    )


def hold_key_creation(tx: Transaction) -> None:
    """Let one process at a time make a signing key (until the transaction ends)."""
    tx.execute("SELECT pg_advisory_xact_lock(%s)", (_KEY_CREATION_LOCK,))


def add_signing_key(tx: Transaction, key_id: str, sealed: bytes, public_jwk: Mapping[str, str]) -> None:
    """Store a new key, which is the newest from now on."""
    tx.execute(
        "INSERT INTO commons.signing_keys (key_id, private_key, public_jwk, created_at) "
        "VALUES (%s, %s, %s::text::jsonb, %s)",
        (key_id, sealed, dumps(dict(public_jwk)).decode(), tx.now),
    )


def retire_signing_keys(tx: Transaction, *, but: str, at: datetime) -> None:
    """Retire every key except `but`, at the moment `at`; never later than it was already retired."""
    tx.execute(
        "UPDATE commons.signing_keys SET retired_at = %(at)s "
        "WHERE key_id <> %(but)s AND (retired_at IS NULL OR retired_at > %(at)s)",
        {"but": but, "at": at},
    )


def reseal_signing_key(tx: Transaction, key_id: str, sealed: bytes) -> None:
    """Store the same private key, sealed again."""
    tx.execute("UPDATE commons.signing_keys SET private_key = %s WHERE key_id = %s", (sealed, key_id))


def sealed_secret(tx: Transaction, name: str) -> bytes | None:
    """The secret of this name, sealed with the master key."""
    row = tx.row("SELECT sealed FROM commons.sealed_secrets WHERE name = %s", (name,))
    return None if row is None else bytes(row["sealed"])


def add_sealed_secret(tx: Transaction, name: str, sealed: bytes) -> None:
    """Store a secret, unless another process was first."""
    tx.execute(
        "INSERT INTO commons.sealed_secrets (name, sealed, created_at) VALUES (%s, %s, %s) ON CONFLICT (name) DO NOTHING",
        (name, sealed, tx.now),
    )


def reseal_secret(tx: Transaction, name: str, sealed: bytes) -> None:
    """Store the same secret, sealed again."""
    tx.execute("UPDATE commons.sealed_secrets SET sealed = %s WHERE name = %s", (sealed, name))


# -- logins ---------------------------------------------------------------------------------------------------------


def do_not_wait_for_disk(tx: Transaction) -> None:
    """Let this transaction commit without waiting for the disk: what it writes may be lost with the machine's power."""
    tx.execute("SET LOCAL synchronous_commit = off")


def take_attempt(tx: Transaction, email: str, *, limit: int) -> DictRow | None:
    """Count one attempt against the account before its password is looked at; None if there is none to be had.

    At most `limit` attempts are out at once or failed since the last success, however many come in parallel.
    When a lock has run out, counting starts again.
    """
    return tx.row(
        """
        UPDATE commons.accounts
           SET failed_logins = CASE WHEN locked_until IS NULL THEN failed_logins + 1 ELSE 1 END, locked_until = NULL
         WHERE email = %(email)s AND state = 'active'
           AND (CASE WHEN locked_until IS NULL THEN failed_logins < %(limit)s ELSE locked_until <= %(now)s END)
        RETURNING account_key, account_id, email, password_hash, staff
        """,
        {"email": email, "limit": limit, "now": tx.now},
    )


def is_waiting_for_others(tx: Transaction, email: str, *, limit: int) -> bool:
    """Whether all attempts of the account are out, and none has been found wrong so often that it is locked."""
    found = tx.row(
        "SELECT account_key FROM commons.accounts WHERE email = %s AND state = 'active' "
        "AND locked_until IS NULL AND failed_logins >= %s",
        (email, limit),
    )
    return found is not None


def lock_if_exhausted(tx: Transaction, email: str, *, limit: int, until: datetime) -> bool:
    """Lock the account if its attempts are used up; whether this did it."""
    return (
        tx.execute(
            "UPDATE commons.accounts SET locked_until = %(until)s "
            "WHERE email = %(email)s AND failed_logins >= %(limit)s AND locked_until IS NULL",
            {"email": email, "limit": limit, "until": until},
        ).rowcount
        > 0
    )


def clear_attempts(tx: Transaction, account_key: int, *, new_hash: str | None) -> bool:
    """Forget the failures after a right password (and store its fresh hash); whether the account is still active."""
    return (
        tx.execute(
            "UPDATE commons.accounts SET failed_logins = 0, locked_until = NULL, "
            "password_hash = coalesce(%s, password_hash) WHERE account_key = %s AND state = 'active'",
            (new_hash, account_key),
        ).rowcount
        > 0
    )


def account_of_id(tx: Transaction, account_id: UUID) -> DictRow | None:
    """An active account."""
    return tx.row(
        "SELECT account_key, account_id, email, staff FROM commons.accounts WHERE account_id = %s AND state = 'active'",
        (account_id,),
    )


def account_of_subject(tx: Transaction, issuer: str, subject: str) -> DictRow | None:
    """The active account that an external provider's identifier is bound to."""
    return tx.row(
        """
        SELECT a.account_key, a.account_id, a.email, a.staff FROM commons.openid_subjects s
          JOIN commons.accounts a USING (account_key)
         WHERE s.issuer = %s AND s.subject = %s AND a.state = 'active'
        """,
        (issuer, subject),
    )


def bind_subject(tx: Transaction, issuer: str, subject: str, email: str) -> DictRow | None:
    """Bind an identifier to the active account of an address, unless either is bound already; that account."""
    return tx.row(
        """
        WITH bound AS (
          INSERT INTO commons.openid_subjects (account_key, issuer, subject, bound_at)
          SELECT a.account_key, %(issuer)s, %(subject)s, %(now)s FROM commons.accounts a
           WHERE a.email = %(email)s AND a.state = 'active'
              ON CONFLICT DO NOTHING RETURNING account_key)
        SELECT a.account_key, a.account_id, a.email, a.staff FROM commons.accounts a JOIN bound USING (account_key)
        """,
        {"issuer": issuer, "subject": subject, "email": email, "now": tx.now},
    )


def operators_of_account(tx: Transaction, account_key: int) -> list[DictRow]:
    """The member operators in which the account has a role now, the one granted first in front."""
    return tx.rows(
        """
        SELECT o.operator_key, o.operator_id, array_agg(m.role ORDER BY m.role) AS roles
          FROM commons.memberships m JOIN commons.operators o USING (operator_key)
         WHERE m.account_key = %s AND m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until > %s)
           AND o.state IN ('member', 'merged')
         GROUP BY o.operator_key, o.operator_id
         ORDER BY min(m.granted_at), min(m.membership_key)
        """,
        (account_key, tx.now),
    )


def operators_to_act_for(tx: Transaction, account_id: UUID) -> list[DictRow]:
    """The member operators in which the account has a role now, with names and the end of the last role."""
    return tx.rows(
        """
        SELECT o.operator_id, o.name, array_agg(m.role ORDER BY m.role) AS roles,
               CASE WHEN bool_and(m.valid_until IS NOT NULL) THEN max(m.valid_until) END AS valid_until
          FROM commons.accounts a JOIN commons.memberships m USING (account_key)
          JOIN commons.operators o USING (operator_key)
         WHERE a.account_id = %s AND m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until > %s)
           AND o.state IN ('member', 'merged')
         GROUP BY o.operator_id, o.name
         ORDER BY min(m.granted_at), min(m.membership_key)
        """,
        (account_id, tx.now),
    )


def email_of(tx: Transaction, account_id: UUID) -> str | None:
    """The address of an active account."""
    row = tx.row(
        "SELECT email FROM commons.accounts WHERE account_id = %s AND state = 'active'", (account_id,)
    )
    return None if row is None else str(row["email"])


def change_password(tx: Transaction, account_id: UUID, password_hash: str) -> bool:
    """Store a new hash, and end every session of the account; whether there is such an active account."""
    return (
        tx.row(
            """
            WITH changed AS (
              UPDATE commons.accounts SET password_hash = %(hash)s, password_changed_at = %(now)s
               WHERE account_id = %(account)s AND state = 'active' RETURNING account_key),
            ended AS (
              UPDATE commons.refresh_tokens t SET revoked_at = %(now)s
                FROM changed c WHERE t.account_key = c.account_key AND t.revoked_at IS NULL)
            SELECT account_key FROM changed
            """,
            {"hash": password_hash, "account": account_id, "now": tx.now},
        )
        is not None
    )


# -- refresh tokens -------------------------------------------------------------------------------------------------


def add_refresh_token(
    tx: Transaction,
    token_hash: bytes,
    *,
    family_id: UUID,
    account_key: int,
    operator_key: int | None,
    kind: str,
    expires_at: datetime,
) -> None:
    """Store the hash of a new refresh token."""
    tx.execute(
        "INSERT INTO commons.refresh_tokens (token_hash, family_id, account_key, operator_key, kind, issued_at, expires_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (token_hash, family_id, account_key, operator_key, kind, tx.now, expires_at),
    )


def use_rotating_token(tx: Transaction, token_hash: bytes) -> DictRow | None:
    """Use up a rotating token: its session, or None if it was not good. Two at once: one gets it."""
    return tx.row(
        """
        UPDATE commons.refresh_tokens t SET used_at = %(now)s
          FROM commons.accounts a
         WHERE t.token_hash = %(hash)s AND t.kind = 'rotating' AND t.used_at IS NULL AND t.revoked_at IS NULL
           AND t.expires_at > %(now)s AND a.account_key = t.account_key AND a.state = 'active'
        RETURNING t.family_id, t.account_key, t.operator_key, t.expires_at, a.account_id, a.email, a.staff,
          (SELECT min(f.issued_at) FROM commons.refresh_tokens f WHERE f.family_id = t.family_id) AS authenticated_at
        """,
        {"hash": token_hash, "now": tx.now},
    )


def standing_token(tx: Transaction, token_hash: bytes) -> DictRow | None:
    """The session of a token that may be used again and again, or None if it is not good."""
    return tx.row(
        """
        SELECT t.family_id, t.account_key, t.operator_key, t.expires_at, a.account_id, a.email, a.staff,
               t.issued_at AS authenticated_at
          FROM commons.refresh_tokens t JOIN commons.accounts a USING (account_key)
         WHERE t.token_hash = %(hash)s AND t.kind = 'ouranos' AND t.revoked_at IS NULL AND t.expires_at > %(now)s
           AND a.state = 'active'
        """,
        {"hash": token_hash, "now": tx.now},
    )


def revoke_family_of_used(tx: Transaction, token_hash: bytes) -> int:
    """A token that was used up came again: revoke all tokens of its session. How many that were."""
    return tx.execute(
        """
        UPDATE commons.refresh_tokens SET revoked_at = %(now)s
         WHERE revoked_at IS NULL AND family_id = (
           SELECT family_id FROM commons.refresh_tokens
            WHERE token_hash = %(hash)s AND kind = 'rotating' AND used_at IS NOT NULL)
        """,
        {"hash": token_hash, "now": tx.now},
    ).rowcount


def revoke_family_of(tx: Transaction, token_hash: bytes) -> int:
    """Log out: revoke all tokens of the session this token belongs to."""
    return tx.execute(
        "UPDATE commons.refresh_tokens SET revoked_at = %(now)s WHERE revoked_at IS NULL AND family_id = "
        "(SELECT family_id FROM commons.refresh_tokens WHERE token_hash = %(hash)s)",
        {"hash": token_hash, "now": tx.now},
    ).rowcount


def delete_expired_tokens(tx: Transaction, before: datetime) -> int:
    """Delete refresh tokens that expired before the moment given."""
    return tx.execute("DELETE FROM commons.refresh_tokens WHERE expires_at < %s", (before,)).rowcount


# -- systemAuth -----------------------------------------------------------------------------------------------------


def networks_of_key(tx: Transaction, key_hash: bytes, client_ip: str | None) -> bool | None:
    """Whether the address is inside the key's networks; None if there is no such active key."""
    row = tx.row(
        """
        SELECT EXISTS (SELECT FROM commons.api_key_networks n
                        WHERE n.api_key_key = k.api_key_key AND %s::inet <<= n.network) AS inside
          FROM commons.api_keys k WHERE k.key_hash = %s AND k.state = 'active'
        """,
        (client_ip, key_hash),
    )
    return None if row is None else bool(row["inside"])


def acting_operator(tx: Transaction, account_id: UUID, operator_id: UUID) -> bool:
    """Whether the account is active and has a role in this member operator now."""
    return (
        tx.row(
            """
            SELECT a.account_key FROM commons.accounts a
              JOIN commons.memberships m USING (account_key) JOIN commons.operators o USING (operator_key)
             WHERE a.account_id = %s AND a.state = 'active' AND o.operator_id = %s AND o.state IN ('member', 'merged')
               AND m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until > %s)
            """,
            (account_id, operator_id, tx.now),
        )
        is not None
    )

"""SQL of a company's people and the links that let them in: run as the owner of the tables, for one operator each time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.rows import DictRow

from renkei.database.transaction import Transaction


def people(tx: Transaction, operator_key: int) -> list[DictRow]:
    """The accounts with a role in the operator now, each with its roles, by address."""
    return tx.rows(
        """
        SELECT a.account_id, a.email, a.state, f.confirmed_at IS NOT NULL AS second_factor,
               jsonb_agg(jsonb_build_array(m.role, m.mandate, m.valid_until) ORDER BY m.membership_key) AS roles
          FROM commons.memberships m JOIN commons.accounts a USING (account_key)
          LEFT JOIN commons.second_factors f USING (account_key)
         WHERE m.operator_key = %s AND m.revoked_at IS NULL AND (m.valid_until IS NULL OR m.valid_until > %s)
         GROUP BY a.account_key, f.account_key ORDER BY a.email
        """,
        (operator_key, tx.now),
    )


def hold_people(tx: Transaction, operator_key: int) -> None:
    """Let one change of the operator's people at a time through (until the transaction ends)."""
    tx.execute("SELECT FROM commons.operators WHERE operator_key = %s FOR UPDATE", (operator_key,))


def invitations(tx: Transaction, operator_key: int) -> list[DictRow]:
    """The links that are still good, newest first."""
    return tx.rows(
        """
        SELECT invitation_id, email, role, mandate, valid_until, created_at, expires_at FROM commons.account_invitations
         WHERE operator_key = %s AND ended_at IS NULL AND expires_at > %s ORDER BY invitation_key DESC
        """,
        (operator_key, tx.now),
    )


def add_invitation(
    tx: Transaction,
    token_hash: bytes,
    *,
    operator_key: int,
    email: str | None,
    role: str,
    mandate: str | None,
    valid_until: datetime | None,
    invited_by: str,
    expires_at: datetime,
) -> None:
    """A new link; a former one for the same person (or, without an address, for the same company) ends."""
    tx.execute(
        """
        UPDATE commons.account_invitations SET ended_at = %s
         WHERE operator_key = %s AND email IS NOT DISTINCT FROM %s AND role = %s AND ended_at IS NULL
        """,
        (tx.now, operator_key, email, role),
    )
    tx.execute(
        """
        INSERT INTO commons.account_invitations (invitation_id, token_hash, operator_key, email, role, mandate, valid_until,
                                                 invited_by, created_at, expires_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (tx.new_id(), token_hash, operator_key, email, role, mandate, valid_until, invited_by, tx.now, expires_at),
    )  # fmt: skip


def invitation(tx: Transaction, token_hash: bytes, *, hold: bool = False) -> DictRow | None:
    """The link that is still good, with its company and whoever invited that; held until the transaction ends."""
    if hold:
        tx.execute(
            "SELECT FROM commons.account_invitations WHERE token_hash = %s AND ended_at IS NULL FOR UPDATE",
            (token_hash,),
        )
    return tx.row(
        """
        SELECT i.invitation_key, i.operator_key, i.email, i.role, i.mandate, i.valid_until, o.operator_id,
               o.name AS company, o.state, o.sandbox, o.country, b.name AS inviter
          FROM commons.account_invitations i JOIN commons.operators o USING (operator_key)
          LEFT JOIN commons.operators b ON b.operator_key = o.invited_by_key
         WHERE i.token_hash = %s AND i.ended_at IS NULL AND i.expires_at > %s AND o.state IN ('member', 'provisional')
        """,
        (token_hash, tx.now),
    )


def end_invitation(tx: Transaction, invitation_key: int) -> None:
    """The link was used."""
    tx.execute(
        "UPDATE commons.account_invitations SET ended_at = %s WHERE invitation_key = %s AND ended_at IS NULL",
        (tx.now, invitation_key),
    )


def withdraw_invitation(tx: Transaction, operator_key: int, invitation_id: UUID) -> bool:
    """Withdraw a link of the operator; whether there was one."""
    return (
        tx.execute(
            """
            UPDATE commons.account_invitations SET ended_at = %s
             WHERE operator_key = %s AND invitation_id = %s AND ended_at IS NULL AND expires_at > %s
            """,
            (tx.now, operator_key, invitation_id, tx.now),
        ).rowcount
        > 0
    )


def email_of(tx: Transaction, account_id: UUID) -> str | None:
    """The address of an account."""
    row = tx.row("SELECT email FROM commons.accounts WHERE account_id = %s", (account_id,))
    return None if row is None else str(row["email"])


# -- companies that ask to join ----------------------------------------------------------------------------------------


def add_registration(
    tx: Transaction,
    *,
    operator_key: int,
    account_key: int,
    name: str,
    address: str,
    country: str,
    open_operator_id: str,
) -> None:
    """What an invited company says of itself."""
    tx.execute(
        """
        INSERT INTO commons.registrations (registration_id, operator_key, account_key, name, address, country,
                                           open_operator_id, stated_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (tx.new_id(), operator_key, account_key, name, address, country, open_operator_id, tx.now),
    )


def registrations(tx: Transaction, registration_id: UUID | None = None) -> list[DictRow]:
    """Those that wait for a decision, the oldest first; or the one, held until the transaction ends."""
    return tx.rows(
        """
        SELECT r.registration_key, r.registration_id, r.operator_key, r.account_key, r.name, r.address, r.country,
               r.open_operator_id, r.stated_at, o.operator_id, o.sandbox, a.email, b.name AS inviter
          FROM commons.registrations r JOIN commons.operators o USING (operator_key)
          JOIN commons.accounts a USING (account_key)
          LEFT JOIN commons.operators b ON b.operator_key = o.invited_by_key
         WHERE r.decided_at IS NULL AND (%(id)s::uuid IS NULL OR r.registration_id = %(id)s)
         ORDER BY r.registration_key FOR UPDATE OF r
        """,
        {"id": registration_id},
    )


def decide_registration(tx: Transaction, registration_key: int, outcome: str, by: str) -> None:
    """Record the decision."""
    tx.execute(
        "UPDATE commons.registrations SET decided_at = %s, decided_by = %s, outcome = %s WHERE registration_key = %s",
        (tx.now, by, outcome, registration_key),
    )

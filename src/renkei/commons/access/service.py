"""Sessions: log in, refresh, change the password, log out; and what other systems may ask about tokens and keys.

Wrong password, unknown address, locked and disabled account have one answer and take the same time.
Failures must survive the refusal, so they are committed on purpose in transactions of their own (`_take_attempt`,
`_settle_failure`, `_revoke_reused`); without waiting for the disk, so that an address that exists costs no more.
An attempt is counted before the password is looked at: guesses in parallel cannot pass the count.
Besides the account, the network address is counted, against one password tried with many accounts.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from datetime import datetime, timedelta
from math import ceil
from typing import Final
from uuid import UUID

import structlog
from psycopg.rows import DictRow

from renkei.commons.access import store
from renkei.commons.access.audit_store import note
from renkei.commons.access.errors import (
    AccountMissing,
    InvalidCredentials,
    NoMembership,
    OldPasswordWrong,
    OpenidUnknown,
    RefreshRefused,
    TokenInvalid,
    TooManyLogins,
)
from renkei.commons.access.model import ActingFor, AuditKind, Identity, KeyVerdict, TokenKind, Tokens
from renkei.commons.access.network import normal_ip
from renkei.commons.access.passwords import check_new_password
from renkei.commons.access.tokens import AccessKeys
from renkei.database.caller import Caller
from renkei.database.rates import forget, take
from renkei.database.transaction import Transaction, as_role

log = structlog.get_logger(__name__)

_ACCESS = as_role("renkei_access")
_PATIENCE_SECONDS: Final = 1.0
_NOBODYS_EMAIL: Final = ""


def login(
    keys: AccessKeys,
    email: str,
    password: str,
    *,
    client_ip: str,
    operator_id: UUID | None = None,
    kind: TokenKind = "rotating",
) -> Tokens:
    """A new session of the account in one operator (by default the one it was first given a role in).

    `client_ip` is where the attempt comes from. Platform staff get a session without an operator, over `rotating` only.
    Raises `InvalidCredentials` (also its kind `NoMembership`), `TooManyLogins`.
    """
    source = _source(client_ip)
    _take_turn(keys, source)
    address = normal_email(email)
    attempt = _take_attempt(keys, address)
    if not keys.passwords.verify(attempt["password_hash"] if attempt else None, password) or attempt is None:
        _settle_failure(keys, address, "sign_in_refused", attempt, client_ip)
        log.info("login_refused", account=str(attempt["account_id"]) if attempt else None)
        raise InvalidCredentials
    outdated = keys.passwords.is_outdated(attempt["password_hash"])
    new_hash = keys.passwords.hash(password) if outdated else None
    return _open_session(keys, attempt, client_ip, operator_id=operator_id, kind=kind, new_hash=new_hash)


def login_as(keys: AccessKeys, identity: Identity, *, client_ip: str, kind: TokenKind) -> Tokens:
    """A new session of whom an external provider vouches for, whose identifier is bound to the account the first time.

    Raises `OpenidUnknown`, `NoMembership`, `TooManyLogins`.
    """
    _take_turn(keys, _source(client_ip))
    email = normal_email(identity.email)

    def find(tx: Transaction) -> DictRow | None:
        found = store.account_of_subject(tx, identity.issuer, identity.subject)
        return found or store.bind_subject(tx, identity.issuer, identity.subject, email)

    account = keys.database.run(_ACCESS, find)
    if account is None:
        keys.database.run(_ACCESS, lambda tx: note(tx, "sign_in_refused", client_ip=normal_ip(client_ip)))
        raise OpenidUnknown
    return _open_session(keys, account, client_ip, operator_id=None, kind=kind, new_hash=None)


def login_proven(keys: AccessKeys, account_id: UUID, *, client_ip: str, kind: TokenKind) -> Tokens:
    """A new session of an account that has proven itself otherwise (a passkey).

    Raises `InvalidCredentials` (also its kind `NoMembership`), `TooManyLogins`.
    """
    _take_turn(keys, _source(client_ip))
    account = keys.database.read(_ACCESS, lambda tx: store.account_of_id(tx, account_id))
    if account is None:
        raise InvalidCredentials
    return _open_session(keys, account, client_ip, operator_id=None, kind=kind, new_hash=None)


def _open_session(
    keys: AccessKeys,
    account: DictRow,
    client_ip: str,
    *,
    operator_id: UUID | None,
    kind: TokenKind,
    new_hash: str | None,
) -> Tokens:
    """A session of an account that has proven who it is. Raises `NoMembership`."""
    token = secrets.token_urlsafe(32)

    def open_session(tx: Transaction) -> tuple[UUID | None] | None:
        """The operator of the new session, or None if the person has no role there (the attempt is forgiven even so)."""
        if not store.clear_attempts(tx, account["account_key"], new_hash=new_hash):
            return None
        take(tx, _source(client_ip), keys.policy.login_failures, -1)  # only failures count
        operators = store.operators_of_account(tx, account["account_key"])
        chosen = next((row for row in operators if operator_id in (None, row["operator_id"])), None)
        if chosen is None and not (account["staff"] and operator_id is None and kind == "rotating"):
            return None
        policy = keys.policy
        life = policy.refresh_token_seconds if kind == "rotating" else policy.ouranos_refresh_seconds
        store.add_refresh_token(
            tx,
            _token_hash(token),
            family_id=tx.new_id(),
            account_key=account["account_key"],
            operator_key=chosen["operator_key"] if chosen else None,
            kind=kind,
            expires_at=tx.now + timedelta(seconds=life),
        )
        opened_for: UUID | None = chosen["operator_id"] if chosen else None
        note(
            tx,
            "signed_in",
            account_id=account["account_id"],
            operator_id=opened_for,
            client_ip=normal_ip(client_ip),
        )
        return (opened_for,)

    opened = keys.database.run(_ACCESS, open_session)
    if opened is None:
        raise NoMembership
    log.info("login", account=str(account["account_id"]), operator=str(opened[0]))
    return _tokens(
        keys, account, operator_id=opened[0], refresh_token=token, authenticated_at=keys.database.clock.now()
    )


def refresh_rotating(keys: AccessKeys, refresh_token: str) -> Tokens:
    """New tokens for a rotating one, which is used up. Used a second time, its whole session is revoked.

    A session that is not used ends, and so does one that is older than `session_seconds`. Raises `RefreshRefused`.
    """
    old, fresh = _token_hash(refresh_token), secrets.token_urlsafe(32)

    def rotate(tx: Transaction) -> tuple[DictRow, UUID | None] | None:
        session = store.use_rotating_token(tx, old)
        if session is None:
            return None
        operator = _still_acting(tx, session)
        if operator is None:
            return None
        store.add_refresh_token(
            tx,
            _token_hash(fresh),
            family_id=session["family_id"],
            account_key=session["account_key"],
            operator_key=session["operator_key"],
            kind="rotating",
            expires_at=min(
                tx.now + timedelta(seconds=keys.policy.refresh_token_seconds),
                session["authenticated_at"] + timedelta(seconds=keys.policy.session_seconds),
            ),
        )
        return session, operator[0]

    rotated = keys.database.run(_ACCESS, rotate)
    if rotated is None:
        _revoke_reused(keys, old)
        raise RefreshRefused
    session, operator_id = rotated
    return _tokens(
        keys,
        session,
        operator_id=operator_id,
        refresh_token=fresh,
        authenticated_at=session["authenticated_at"],
    )


def refresh_ouranos(keys: AccessKeys, refresh_token: str) -> Tokens:
    """A new access token for a refresh token that stays as it is, until it expires or is revoked.

    Raises `RefreshRefused`.
    """

    def look(tx: Transaction) -> tuple[DictRow, UUID | None] | None:
        session = store.standing_token(tx, _token_hash(refresh_token))
        operator = _still_acting(tx, session) if session is not None else None
        return None if session is None or operator is None else (session, operator[0])

    found = keys.database.read(_ACCESS, look)
    if found is None:
        raise RefreshRefused
    session, operator_id = found
    return _tokens(
        keys,
        session,
        operator_id=operator_id,
        refresh_token=None,
        authenticated_at=session["authenticated_at"],
    )


def logout(keys: AccessKeys, refresh_token: str) -> None:
    """Revoke the session this refresh token belongs to; an unknown token is no fault (it tells nothing)."""
    keys.database.run(_ACCESS, lambda tx: store.revoke_family_of(tx, _token_hash(refresh_token)))


def change_password(
    keys: AccessKeys, caller: Caller, new_password: str, *, old_password: str | None = None
) -> None:
    """Set the password of the calling account and end its sessions (access tokens run out by themselves).

    `old_password` must be right; a wrong one counts as a failed login, so a stolen token does not let anybody guess.
    None where a door does not ask for it (ouranos-api.md, section 6.3).
    Raises `PasswordRefused`, `OldPasswordWrong`, `AccountMissing` (an application alone has no password).
    """
    check_new_password(new_password)
    if caller.account_id is None:
        raise AccountMissing
    account_id = caller.account_id
    if old_password is not None:
        _check_password(keys, account_id, old_password)
    password_hash = keys.passwords.hash(new_password)

    def work(tx: Transaction) -> bool:
        note(tx, "password_changed", account_id=account_id)
        return store.change_password(tx, account_id, password_hash)

    if not keys.database.run(_ACCESS, work):
        raise AccountMissing
    log.info("password_changed", account=str(account_id))


def _check_password(keys: AccessKeys, account_id: UUID, password: str) -> None:
    """The password of an account that is logged in, counted as a login is. Raises `OldPasswordWrong`."""
    address = keys.database.read(_ACCESS, lambda tx: store.email_of(tx, account_id)) or _NOBODYS_EMAIL
    attempt = _take_attempt(keys, address)
    if not keys.passwords.verify(attempt["password_hash"] if attempt else None, password) or attempt is None:
        _settle_failure(keys, address, "password_refused", attempt)
        log.info("old_password_wrong", account=str(account_id))
        raise OldPasswordWrong("/old_password")
    account_key = attempt["account_key"]
    keys.database.run(_ACCESS, lambda tx: store.clear_attempts(tx, account_key, new_hash=None))


def acting_for(keys: AccessKeys, caller: Caller) -> list[ActingFor]:
    """The member operators that the calling account may act for now, the first granted in front; none for an application."""
    account_id = caller.account_id
    if account_id is None:
        return []
    rows = keys.database.read(_ACCESS, lambda tx: store.operators_to_act_for(tx, account_id))
    return [ActingFor(**{**row, "roles": tuple(row["roles"])}) for row in rows]


def introspect_token(keys: AccessKeys, token: str) -> UUID | None:
    """The operator an access token acts for now, or None if it is not good (systemAuth)."""
    try:
        claims = keys.verify(token)
    except TokenInvalid:
        return None
    account_id, operator_id = claims.account_id, claims.operator_id
    if operator_id is None:
        return None
    acts = keys.database.read(_ACCESS, lambda tx: store.acting_operator(tx, account_id, operator_id))
    return operator_id if acts else None


def introspect_key(keys: AccessKeys, api_key: str, client_ip: str) -> KeyVerdict:
    """Whether there is such a key, and whether the address is inside its networks (systemAuth)."""
    inside = keys.database.read(
        _ACCESS, lambda tx: store.networks_of_key(tx, keys.key_hash(api_key), normal_ip(client_ip))
    )
    return KeyVerdict(is_key_valid=inside is not None, is_ip_valid=inside is True)


def forget_expired_sessions(keys: AccessKeys) -> int:
    """Delete refresh tokens that expired a day ago or earlier; how many. For a daily duty."""
    return keys.database.run(_ACCESS, lambda tx: store.delete_expired_tokens(tx, tx.now - timedelta(days=1)))


def forget_rates(keys: AccessKeys) -> int:
    """Delete the counts of rates that nobody has touched for a day; how many. For a daily duty."""
    return keys.database.run(_ACCESS, lambda tx: forget(tx, tx.now - timedelta(days=1)))


def normal_email(email: str) -> str:
    """The address as it is stored and compared: lower case, without spaces around; "" for what no address can be."""
    address = email.strip().lower()
    storable = len(address) <= 320 and address.isprintable()
    return address if storable else _NOBODYS_EMAIL


# -- what must survive a refusal --------------------------------------------------------------------------------------


def _take_turn(keys: AccessKeys, source: str) -> None:
    """Count one attempt from this place, committed on purpose. Raises `TooManyLogins`."""
    rate = keys.policy.login_failures
    left = keys.database.run(_ACCESS, lambda tx: take(tx, source, rate))
    if left < 0:
        log.warning("logins_refused", source=source)
        raise TooManyLogins(seconds=ceil(-left / rate.per_second))


def _source(client_ip: str) -> str:
    """Whose attempts are counted together: one address, or all of an IPv6 customer's network (/64)."""
    known = normal_ip(client_ip)
    if known is None or ":" not in known:
        return f"logins:{known or ''}"
    return f"logins:{ipaddress.ip_network((known, 64), strict=False)}"


def _take_attempt(keys: AccessKeys, email: str) -> DictRow | None:
    """Count one attempt, committed on purpose; None if there is no such account or it is locked.

    If all attempts are out with others, this waits for what becomes of them: many logins of one application at once
    are no attack. If nothing becomes of them (their process was killed), the account is locked for the usual time.
    """
    limit = keys.policy.login_failures_before_lock

    def work(tx: Transaction) -> tuple[DictRow | None, bool]:
        store.do_not_wait_for_disk(tx)
        attempt = store.take_attempt(tx, email, limit=limit)
        return attempt, attempt is None and store.is_waiting_for_others(tx, email, limit=limit)

    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        attempt, wait = keys.database.run(_ACCESS, work)
        if not wait or time.monotonic() > deadline:
            return attempt
        time.sleep(0.02)


def _settle_failure(
    keys: AccessKeys, email: str, kind: AuditKind, attempt: DictRow | None, client_ip: str | None = None
) -> None:
    """Record the failure, and lock the account if that was the last attempt; committed on purpose."""
    account_id = None if attempt is None else attempt["account_id"]
    source = None if client_ip is None else normal_ip(client_ip)

    def work(tx: Transaction) -> bool:
        store.do_not_wait_for_disk(tx)
        policy = keys.policy
        until = tx.now + timedelta(seconds=policy.lock_seconds)
        note(tx, kind, account_id=account_id, client_ip=source)
        locked = store.lock_if_exhausted(tx, email, limit=policy.login_failures_before_lock, until=until)
        if locked:
            note(tx, "locked", account_id=account_id, client_ip=source)
        return locked

    if keys.database.run(_ACCESS, work):
        log.warning("account_locked", seconds=keys.policy.lock_seconds)


def _revoke_reused(keys: AccessKeys, token_hash: bytes) -> None:
    """Revoke the session of a rotating token that came a second time, committed on purpose."""
    revoked = keys.database.run(_ACCESS, lambda tx: store.revoke_family_of_used(tx, token_hash))
    if revoked:
        log.warning("refresh_token_reused", revoked=revoked)


# -- inside -----------------------------------------------------------------------------------------------------------


def _still_acting(tx: Transaction, session: DictRow) -> tuple[UUID | None] | None:
    """The operator the session is for, if the account may still act for it; staff sessions have none."""
    if session["operator_key"] is None:
        return (None,) if session["staff"] else None
    operators = store.operators_of_account(tx, session["account_key"])
    return next(
        ((row["operator_id"],) for row in operators if row["operator_key"] == session["operator_key"]), None
    )


def _tokens(
    keys: AccessKeys,
    account: DictRow,
    *,
    operator_id: UUID | None,
    refresh_token: str | None,
    authenticated_at: datetime,
) -> Tokens:
    return Tokens(
        access_token=keys.issue(
            account_id=account["account_id"],
            email=account["email"],
            operator_id=operator_id,
            authenticated_at=authenticated_at,
            staff=account["staff"],
        ),
        refresh_token=refresh_token,
        expires_in_seconds=keys.policy.access_token_seconds,
        account_id=account["account_id"],
        operator_id=operator_id,
    )


def _token_hash(token: str) -> bytes:
    """256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

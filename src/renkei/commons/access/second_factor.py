"""The second factor of a person: time-based codes of an authenticator (RFC 6238: SHA-1, 30 seconds, six digits).

The secret is sealed with the master key. A code is good within one step before and after now, and only once. After
`MOST_WRONG` wrong codes nothing is good for a while, so that six digits cannot be tried out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import quote
from uuid import UUID

import structlog

from renkei.commons.access import second_factor_store as store
from renkei.commons.access.audit_store import note
from renkei.commons.access.errors import CodeWrong, SecondFactorThere
from renkei.commons.access.tokens import AccessKeys
from renkei.database.caller import Caller
from renkei.database.transaction import Transaction
from renkei.kit.secret_box import SecretBox, SecretUnreadableError

log = structlog.get_logger(__name__)

STEP_SECONDS: Final = 30
DIGITS: Final = 6
MOST_WRONG: Final = 5
PAUSE: Final = timedelta(minutes=15)
_PURPOSE: Final = b"renkei-second-factor"
_SECRET_BYTES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an authenticator needs, told once."""

    secret: str = field(repr=False)
    """Base32, in groups of four, to be typed."""
    address: str = field(repr=False)
    """otpauth:// for an authenticator on the same device."""


def code_at(secret: bytes, step: int) -> str:
    """The code of one step (RFC 4226, section 5.3)."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: bytes, code: str, now: float) -> int | None:
    """The step whose code this is, of the present one and its neighbours; None if it is none of them."""
    present = int(now) // STEP_SECONDS
    typed = code.encode("utf-8", "surrogatepass")
    return next(
        (
            step
            for step in (present, present - 1, present + 1)
            if hmac.compare_digest(code_at(secret, step).encode(), typed)
        ),
        None,
    )


def is_required(keys: AccessKeys, account_id: UUID) -> bool:
    """Whether the person has a second factor, so that a password alone is not enough."""
    row = keys.database.owner(lambda tx: store.factor(tx, account_id))
    return row is not None and row["confirmed_at"] is not None


def enrol(keys: AccessKeys, caller: Caller, box: SecretBox, email: str) -> Enrolment:
    """A new secret for the calling person, good once a code has been confirmed. Raises `SecondFactorThere`, `Forbidden`."""
    account_id = caller.person()
    secret = secrets.token_bytes(_SECRET_BYTES)
    sealed = box.seal(secret, _PURPOSE)
    if not keys.database.owner(lambda tx: store.begin(tx, account_id, sealed)):
        raise SecondFactorThere
    text = base64.b32encode(secret).decode()
    return Enrolment(
        secret=" ".join(text[at : at + 4] for at in range(0, len(text), 4)),
        address=f"otpauth://totp/Renkei:{quote(email)}?secret={text}&issuer=Renkei",
    )


def confirm(keys: AccessKeys, caller: Caller, box: SecretBox, code: str) -> None:
    """Make the new secret the person's second factor. Raises `CodeWrong`."""
    account_id = caller.person()
    _check(keys, account_id, box, code, confirm=True)
    log.info("second_factor_confirmed", account=str(account_id))


def remove(keys: AccessKeys, caller: Caller, box: SecretBox, code: str) -> None:
    """Sign in with the password alone from now on. Raises `CodeWrong`."""
    account_id = caller.person()
    _check(keys, account_id, box, code)
    keys.database.owner(lambda tx: store.forget(tx, account_id))
    log.info("second_factor_removed", account=str(account_id))


def check(keys: AccessKeys, account_id: UUID, box: SecretBox, code: str) -> None:
    """Return if the code is good, which uses it up. Raises `CodeWrong`."""
    _check(keys, account_id, box, code)


def reseal(keys: AccessKeys, box: SecretBox) -> tuple[int, int]:
    """Seal with the current master key what is sealed with a former one: how many were, and how many nothing opens."""

    def work(tx: Transaction) -> tuple[int, int]:
        resealed = unreadable = 0
        for account_key, sealed in store.held(tx):
            if box.is_current(sealed):
                continue
            try:
                again = box.seal(box.open(sealed, _PURPOSE), _PURPOSE)
            except SecretUnreadableError:
                log.warning("second_factor_unreadable", todo="restore its master key")
                unreadable += 1
                continue
            store.reseal(tx, account_key, again)
            resealed += 1
        return resealed, unreadable

    return keys.database.owner(work)


def _check(keys: AccessKeys, account_id: UUID, box: SecretBox, code: str, *, confirm: bool = False) -> None:
    typed = "".join(code.split())

    def work(tx: Transaction) -> bool:
        """Committed either way: a wrong code counts."""
        row = store.factor(tx, account_id, hold=True)
        if row is None or (row["confirmed_at"] is None) is not confirm:
            return False
        if row["locked_until"] is not None and row["locked_until"] > tx.now:
            return False
        try:
            secret = box.open(bytes(row["sealed"]), _PURPOSE)
        except SecretUnreadableError:  # its master key is gone: nobody gets in by it, and nobody without it
            log.warning("second_factor_unreadable", todo="restore its master key")
            return False
        step = step_of(secret, typed, tx.now.timestamp())
        if step is None or step <= row["last_step"]:
            note(tx, "code_refused", account_id=account_id)
            store.count_wrong(tx, row["account_key"], most=MOST_WRONG, until=tx.now + PAUSE)
            return False
        store.use_step(tx, row["account_key"], step)
        return True

    if not keys.database.owner(work):
        log.info("second_factor_refused", account=str(account_id))
        raise CodeWrong("/code")

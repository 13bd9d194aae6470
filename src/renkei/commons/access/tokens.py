"""Access tokens (JWT, ES256) and the secrets of a process: verified here, never by a call to another service.

Keys live in `commons.signing_keys`, the private half sealed with the master key.
The newest key signs, once it has been published for `publish_ahead_seconds` (the very first one at once).
A rotation retires the others at the moment the new one begins to sign; they verify until the last token they signed
has expired. So nobody is logged out, and no verifier meets a key it could not have known.
A process reads the public keys again every `keys_fresh_seconds`, and at once (but at most once a second) when a token
names a key it does not know.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from psycopg.rows import DictRow

from renkei.commons.access import store
from renkei.commons.access.errors import SecretsUnreadable, TokenInvalid
from renkei.commons.access.model import AccessPolicy, Claims
from renkei.commons.access.passwords import Passwords
from renkei.database.transaction import Busy, Database, Transaction, as_role
from renkei.kit.ids import parse_id
from renkei.kit.signing import (
    PublicKeys,
    SecretBox,
    SecretUnreadableError,
    SigningKey,
    TokenRefused,
    generate_signing_key,
    load_signing_key,
    sign_token,
    verify_token,
)

log = structlog.get_logger(__name__)

_PEPPER: Final = "api-key-pepper"
_AT_ONCE_SECONDS: Final = 1.0
_LEEWAY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys as they were read at one moment."""

    rows: tuple[DictRow, ...]
    public: PublicKeys
    read_at: float


class AccessKeys:
    """What a process needs to let people in: public keys, the pepper of API keys, the hasher, the policy.

    One a process, shared by its threads. Construction reads nothing from the database.
    """

    def __init__(self, database: Database, box: SecretBox, policy: AccessPolicy | None = None) -> None:
        self.database = database
        self.policy = policy or AccessPolicy()
        self.passwords = Passwords(slots=self.policy.hashing_slots)
        self._box = box
        self._pepper: bytes | None = None
        self._lock = threading.Lock()
        self._keys = _Keys((), PublicKeys(), float("-inf"))
        self._signer: SigningKey | None = None
        # SHA-256 of the token → the keys that it was verified with, and what it says: a signature is checked once.
        self._known_tokens: dict[bytes, tuple[PublicKeys, Claims]] = {}

    # -- API keys ------------------------------------------------------------------------------------------------
    def key_hash(self, api_key: str) -> bytes:
        """How an API key is stored and looked up: HMAC-SHA256 under a secret that is not in the database."""
        return hmac.digest(self._key_pepper(), api_key.encode("utf-8", "surrogatepass"), "sha256")

    # -- verifying -----------------------------------------------------------------------------------------------
    def verify(self, token: str) -> Claims:
        """The claims of a good access token. Raises `TokenInvalid`.

        NOT checked here: whether the account may still act for the operator. That is the entry's.
        """
        now = self.database.clock.now()
        keys = self._read_keys(self.policy.keys_fresh_seconds)
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known_tokens.get(digest)
        if known is not None and known[0] is keys.public and now < known[1].expires_at:
            return known[1]
        found = self._claims(token, now)
        if self._keys.public is keys.public:
            if len(self._known_tokens) >= self.policy.remembered_tokens:
                self._known_tokens = {}
            self._known_tokens[digest] = (keys.public, found)
        return found

    def _claims(self, token: str, now: datetime) -> Claims:
        try:
            claims = self._verified(token, now)
        except TokenRefused as refused:
            raise TokenInvalid from refused
        account_id, operator_id = parse_id(claims.get("sub")), parse_id(claims.get("operator_id"))
        is_staff = claims.get("staff") is True and "operator_id" not in claims
        if account_id is None or (operator_id is None and not is_staff):
            raise TokenInvalid
        return Claims(
            account_id=account_id,
            operator_id=operator_id,
            email=str(claims.get("email")),
            issued_at=_moment(claims.get("iat")),
            authenticated_at=_moment(claims.get("auth_time")),
            expires_at=_moment(claims.get("exp")),
            token_id=str(claims.get("jti")),
        )

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys that count now, as a JWK set (RFC 7517)."""
        keys = self._read_keys(self.policy.keys_fresh_seconds)
        if not keys.rows:
            self._signing_key()
            keys = self._read_keys(0)
        return {"keys": [dict(row["public_jwk"]) for row in keys.rows]}

    # -- issuing -------------------------------------------------------------------------------------------------
    def issue(
        self,
        *,
        account_id: UUID,
        email: str,
        operator_id: UUID | None,
        authenticated_at: datetime,
        staff: bool = False,
    ) -> str:
        """A signed access token of `access_token_seconds`. Raises `SecretsUnreadable`."""
        now = self.database.clock.now()
        issued = int(now.timestamp())
        claims: dict[str, object] = {
            "iss": self.policy.issuer,
            "aud": self.policy.audience,
            "sub": str(account_id),
            "user_id": str(account_id),
            "email": email,
            "email_verified": True,
            "auth_time": int(authenticated_at.timestamp()),
            "iat": issued,
            "exp": issued + self.policy.access_token_seconds,
            "jti": str(self.database.ids()),
        }
        claims |= {"staff": True} if operator_id is None and staff else {"operator_id": str(operator_id)}
        return sign_token(claims, self._signing_key())

    def rotate(self, *, compromised: bool = False) -> str:
        """Make a new signing key; the others verify until their last token has expired. Its key id.

        `compromised`: the others stop counting at once, and everybody refreshes or logs in again.
        """
        fresh = generate_signing_key()

        def work(tx: Transaction) -> None:
            store.hold_key_creation(tx)
            store.add_signing_key(tx, fresh.kid, self._sealed(fresh), fresh.public_jwk())
            takes_over = tx.now + timedelta(seconds=self.policy.publish_ahead_seconds)
            store.retire_signing_keys(
                tx, but=fresh.kid, at=datetime.fromtimestamp(0, UTC) if compromised else takes_over
            )

        self.database.run(as_role("renkei_access"), work)
        self.forget()
        return fresh.kid

    def rotate_older_than(self, days: int) -> str | None:
        """Make a new signing key if the newest is older than that; its key id. For a daily duty.

        Before the first token there is no key, and nothing to do.
        """
        rows = self.database.read(as_role("renkei_access"), store.signing_keys)
        if not rows or rows[0]["created_at"] > self.database.clock.now() - timedelta(days=days):
            return None
        return self.rotate()

    def reseal(self) -> int:
        """Seal with the current master key what is sealed with a former one; how many signing keys and secrets.

        Raises `SecretsUnreadable` for what no key of the ring opens.
        """

        def work(tx: Transaction) -> int:
            resealed = 0
            for row in store.signing_keys(tx):
                sealed, associated = bytes(row["private_key"]), _associated(row["key_id"])
                if not self._box.is_current(sealed):
                    again = self._box.seal(self._box.open(sealed, associated), associated)
                    store.reseal_signing_key(tx, row["key_id"], again)
                    resealed += 1
            pepper = store.sealed_secret(tx, _PEPPER)
            if pepper is not None and not self._box.is_current(pepper):
                associated = _PEPPER.encode()
                again = self._box.seal(self._box.open(pepper, associated), associated)
                store.reseal_secret(tx, _PEPPER, again)
                resealed += 1
            return resealed

        try:
            return self.database.run(as_role("renkei_access"), work)
        except SecretUnreadableError:
            raise SecretsUnreadable from None

    def forget(self) -> None:
        """Read the keys again at the next occasion."""
        with self._lock:
            self._keys = _Keys((), PublicKeys(), float("-inf"))
            self._signer = None

    # -- inside --------------------------------------------------------------------------------------------------
    def _key_pepper(self) -> bytes:
        """A secret of the installation, made on first use; sealed, so that a new master key needs no new API keys."""
        if self._pepper is not None:
            return self._pepper

        def work(tx: Transaction) -> bytes:
            sealed = store.sealed_secret(tx, _PEPPER)
            if sealed is None:
                store.add_sealed_secret(
                    tx, _PEPPER, self._box.seal(secrets.token_bytes(32), _PEPPER.encode())
                )
                sealed = store.sealed_secret(tx, _PEPPER)
            assert sealed is not None
            pepper = self._box.open(sealed, _PEPPER.encode())
            if not self._box.is_current(sealed):
                store.reseal_secret(tx, _PEPPER, self._box.seal(pepper, _PEPPER.encode()))
            return pepper

        try:
            self._pepper = self.database.run(as_role("renkei_access"), work)
        except SecretUnreadableError:
            log.exception("api_key_pepper_unreadable", todo="restore the master key of this installation")
            raise SecretsUnreadable from None
        return self._pepper

    def _verified(self, token: str, now: datetime) -> dict[str, object]:
        policy = self.policy
        keys = self._read_keys(policy.keys_fresh_seconds)
        try:
            return verify_token(token, keys.public, now=now, issuer=policy.issuer, audience=policy.audience)
        except TokenRefused as refused:
            if refused.reason != "unknown key":
                raise
            again = self._read_keys(_AT_ONCE_SECONDS)
            if again is keys:
                raise
        return verify_token(token, again.public, now=now, issuer=policy.issuer, audience=policy.audience)

    def _read_keys(self, fresh_seconds: float) -> _Keys:
        """The keys, read again if older than that. While one thread reads, the others use what there is."""
        keys = self._keys
        if time.monotonic() - keys.read_at < fresh_seconds:
            return keys
        if not self._lock.acquire(blocking=not keys.rows):
            return keys
        try:
            if self._keys is not keys:
                return self._keys
            try:
                rows = self.database.read(as_role("renkei_access"), store.signing_keys)
            except Busy:
                if keys.rows:
                    return keys
                raise
            last_sign = timedelta(seconds=self.policy.access_token_seconds) + _LEEWAY
            now = self.database.clock.now()
            good = tuple(
                row for row in rows if row["retired_at"] is None or row["retired_at"] + last_sign > now
            )
            public = PublicKeys.from_jwks({"keys": [dict(row["public_jwk"]) for row in good]})
            self._keys = _Keys(good, public, time.monotonic())
            self._signer = None
            return self._keys
        finally:
            self._lock.release()

    def _signing_key(self) -> SigningKey:
        keys = self._read_keys(self.policy.keys_fresh_seconds)
        if self._signer is not None:
            return self._signer
        if not keys.rows:
            self.database.run(as_role("renkei_access"), self._create_first)
            keys = self._read_keys(0)
        signer = self._choose(keys.rows)
        self._signer = signer
        return signer

    def _choose(self, rows: Sequence[DictRow]) -> SigningKey:
        """The newest readable key that is published long enough; failing that, the oldest readable one."""
        published = self.database.clock.now() - timedelta(seconds=self.policy.publish_ahead_seconds)
        ready = [row for row in rows if row["created_at"] <= published]
        waiting = [row for row in rows if row["created_at"] > published]
        for row in (*ready, *reversed(waiting)):
            try:
                pem = self._box.open(bytes(row["private_key"]), _associated(row["key_id"]))
            except SecretUnreadableError:
                log.exception(
                    "signing_key_unreadable",
                    key_id=row["key_id"],
                    todo="restore the master key of this installation",
                )
                continue
            key = load_signing_key(pem)
            if not self._box.is_current(bytes(row["private_key"])):
                self.database.run(as_role("renkei_access"), partial(self._reseal, key))
            return key
        raise SecretsUnreadable

    def _create_first(self, tx: Transaction) -> None:
        store.hold_key_creation(tx)
        if not any(row["retired_at"] is None for row in store.signing_keys(tx)):
            fresh = generate_signing_key()
            store.add_signing_key(tx, fresh.kid, self._sealed(fresh), fresh.public_jwk())

    def _reseal(self, key: SigningKey, tx: Transaction) -> None:
        store.reseal_signing_key(tx, key.kid, self._sealed(key))

    def _sealed(self, key: SigningKey) -> bytes:
        return self._box.seal(key.private_pem(), _associated(key.kid))


def _associated(key_id: str) -> bytes:
    return b"signing-key:" + key_id.encode()


def _moment(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenInvalid
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise TokenInvalid from None

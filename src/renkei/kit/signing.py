"""Signatures: ES256 tokens that others can verify, and HMAC tokens that only we can.

- JWT (RFC 7519) by ES256 (RFC 7518, section 3.4): access tokens, signed answers. The algorithm is never read from the
  token; the key is found by `kid` among keys we hold; several keys at once make rotation possible.
- HMAC-SHA256 over named fields and an expiry: short-lived URLs.

Small secrets at rest are in `secret_box`; `SecretBox` is named here too, since both are wanted together.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeGuard

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from renkei.kit.errors import Unauthenticated
from renkei.kit.secret_box import MasterKeyError, SecretBox, SecretUnreadableError, open_secret_box

__all__ = [
    "MasterKeyError",
    "PublicKeys",
    "SecretBox",
    "SecretUnreadableError",
    "SigningKey",
    "TokenRefused",
    "generate_signing_key",
    "hmac_token",
    "load_signing_key",
    "open_secret_box",
    "public_jwks",
    "sign_token",
    "verify_hmac_token",
    "verify_token",
]

_ALGORITHMS: Final = ("ES256",)
_LONGEST_TOKEN: Final = 8192  # what fits a header line of common proxies


class TokenRefused(Unauthenticated):
    """The token is not ours, not whole, or its time is over. `reason` is for logs; the caller reads one sentence."""

    code = "token_refused"
    en = "The token is not valid or has expired."
    ja = "トークンが無効か、有効期限が切れています。"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private P-256 key; `kid` is its thumbprint (RFC 7638)."""

    kid: str
    key: ECKey = field(repr=False)

    def private_pem(self) -> bytes:
        """PKCS #8, not encrypted: seal it before storing."""
        return self.key.as_pem(private=True)

    def public_jwk(self) -> dict[str, str]:
        """The public half (RFC 7517), with `kid`, `use` and `alg`."""
        numbers = self.key.as_dict(private=False)
        return {name: str(numbers[name]) for name in ("kty", "crv", "x", "y")} | {
            "kid": self.kid,
            "use": "sig",
            "alg": "ES256",
        }


class PublicKeys:
    """The keys whose signatures count, by `kid`."""

    def __init__(self, keys: Iterable[SigningKey] = ()) -> None:
        self._by_kid = {key.kid: key.key for key in keys}

    @classmethod
    def from_jwks(cls, jwks: Mapping[str, object]) -> PublicKeys:
        """The P-256 signing keys of a JWK set (RFC 7517, section 5); others are passed over, as it says there."""
        found = cls()
        entries = jwks.get("keys")
        for entry in entries if isinstance(entries, list) else []:
            if not isinstance(entry, dict) or entry.get("kty") != "EC" or entry.get("crv") != "P-256":
                continue
            numbers = {name: entry.get(name) for name in ("kty", "crv", "x", "y")}
            kid = entry.get("kid")
            if not isinstance(kid, str) or not all(isinstance(number, str) for number in numbers.values()):
                continue
            if entry.get("use", "sig") != "sig":
                continue
            try:
                key = ECKey.import_key({name: str(number) for name, number in numbers.items()})
                _ = key.public_key  # imports lazily: a point off the curve shows only here
            except (JoseError, ValueError, KeyError, TypeError):
                continue
            found._by_kid[kid] = key
        return found

    def get(self, kid: str) -> ECKey | None:
        """The key of this id, if it counts."""
        return self._by_kid.get(kid)


def generate_signing_key() -> SigningKey:
    """A fresh P-256 key."""
    return _signing_key(ECKey.generate_key("P-256", private=True))


def load_signing_key(pem: bytes) -> SigningKey:
    """The key of `SigningKey.private_pem`. Raises `ValueError` if it is anything but a private P-256 key."""
    message = "this is not a private P-256 key in PEM"
    try:
        key = ECKey.import_key(pem)
        good = key.is_private and key.curve_name == "P-256"
    except (JoseError, ValueError, TypeError, KeyError):
        raise ValueError(message) from None
    if not good:
        raise ValueError(message)
    return _signing_key(key)


def sign_token(claims: Mapping[str, object], key: SigningKey) -> str:
    """A compact JWT of `claims` (plain JSON values, times as whole seconds), with `kid` in its header."""
    payload = json.dumps(dict(claims), separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    header = {"typ": "JWT", "alg": "ES256", "kid": key.kid}
    return jws.serialize_compact(header, payload, key.key, algorithms=list(_ALGORITHMS))


def verify_token(
    token: str,
    keys: PublicKeys,
    *,
    now: datetime,
    issuer: str | None = None,
    audience: str | None = None,
    leeway_seconds: int = 0,
) -> dict[str, object]:
    """The claims of a token whose signature and times are good. Raises `TokenRefused` for everything else.

    `exp` is required; `nbf` counts if it is there (RFC 7519, section 4.1); `iss` and `aud` are checked if asked for.
    NOT checked: whether the token was revoked or the account locked. That is the caller's.
    """
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise TokenRefused("not a token")
    try:
        extracted = jws.extract_compact(token.encode())
        kid = extracted.headers().get("kid")
        key = keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenRefused("unknown key")
        verified = jws.deserialize_compact(token, key, algorithms=list(_ALGORITHMS))
        claims = json.loads(verified.payload or b"")
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise TokenRefused("not verified") from None
    if not isinstance(claims, dict):
        raise TokenRefused("no claims")
    _check_claims(claims, now.timestamp(), issuer, audience, leeway_seconds)
    return claims


def public_jwks(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, str]]]:
    """The JWK set to publish: the public halves only."""
    return {"keys": [key.public_jwk() for key in keys]}


def hmac_token(key: bytes, fields: Sequence[str], expires_at: datetime) -> str:
    """A token that vouches for `fields` (their order counts) until `expires_at`, to whole seconds.

    The fields are not in it: whoever presents it presents them as well. Put the purpose first among them.
    """
    expiry = int(expires_at.timestamp())
    return f"{expiry}.{_mac(key, fields, expiry)}"


def verify_hmac_token(key: bytes, fields: Sequence[str], token: str, *, now: datetime) -> bool:
    """Whether `token` vouches for exactly these fields and is not past its expiry; compared in constant time."""
    written, _, mac = token.partition(".")
    if not (written.isascii() and written.isdigit() and len(written) <= 12 and mac.isascii()):
        return False
    expiry = int(written)
    good = hmac.compare_digest(_mac(key, fields, expiry), mac)
    return good and str(expiry) == written and now.timestamp() < expiry


def _signing_key(key: ECKey) -> SigningKey:
    return SigningKey(key.thumbprint(), key)


def _check_claims(
    claims: Mapping[str, object], now: float, issuer: str | None, audience: str | None, leeway_seconds: int
) -> None:
    expires, begins = claims.get("exp"), claims.get("nbf")
    if not _is_time(expires) or now >= expires + leeway_seconds:
        raise TokenRefused("expired")
    if begins is not None and (not _is_time(begins) or now < begins - leeway_seconds):
        raise TokenRefused("not yet valid")
    if issuer is not None and claims.get("iss") != issuer:
        raise TokenRefused("another issuer")
    named = claims.get("aud")
    if audience is not None and audience not in (named if isinstance(named, list) else [named]):
        raise TokenRefused("another audience")


def _is_time(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _mac(key: bytes, fields: Sequence[str], expiry: int) -> str:
    # Each part carries its length, so that ("ab", "c") and ("a", "bc") differ.
    parts = [part.encode() for part in (*fields, str(expiry))]
    message = b"".join(len(part).to_bytes(8) + part for part in parts)
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

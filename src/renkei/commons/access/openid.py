"""Sign-in with an external OpenID provider (OpenID Connect Core 1.0, section 3.1: authorization code flow, with PKCE).

The provider says who somebody is; what the person may do is decided here: there must be an account, let in by its own
company. The first time it is found by the address that the provider has verified, and bound to the provider's identifier
of the person; from then on by that identifier alone, so that an address given to somebody else opens nothing.

Only the provider's own addresses are called, with a limit on time and size and without following redirects. The addresses
come from its discovery document, which must name the issuer of the settings, and be protected as the issuer is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import time
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from renkei.commons.access.errors import OpenidRefused, OpenidUnavailable
from renkei.commons.access.model import Identity, Pending, Provider
from renkei.kit.clock import Clock

log = structlog.get_logger(__name__)

_FRESH_SECONDS: Final = 600.0
_MOST_BYTES: Final = 512 * 1024
_LEEWAY_SECONDS: Final = 60
_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]
"""Signatures of public keys alone: with "none" or HS256 anybody could make a token."""


class Openid:
    """The provider as one process knows it: its addresses and keys are read anew every ten minutes. Shared by threads."""

    def __init__(self, provider: Provider, redirect_uri: str, clock: Clock) -> None:
        self.provider = provider
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[float, dict[str, Any], KeySet] | None = None

    def begin(self) -> tuple[str, Pending]:
        """Where to send the browser, and what it must bring back. Raises `OpenidUnavailable`."""
        metadata, _ = self._provider_now()
        pending = Pending(*(secrets.token_urlsafe(32) for _ in range(3)))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(pending.verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid email",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        address = str(metadata["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", pending

    def identify(self, pending: Pending | None, state: str, code: str) -> Identity:
        """Whom the provider vouches for. Raises `OpenidRefused`, `OpenidUnavailable`."""
        if pending is None or not hmac.compare_digest(pending.state.encode(), state.encode()) or not code:
            raise _refused("state")
        metadata, keys = self._provider_now()
        token = self._redeem(str(metadata["token_endpoint"]), pending, code)
        try:
            claims = self._claims(token, keys, pending.nonce)
        except JoseError:
            # A key may be newer than what is known of the keys.
            _, keys = self._provider_now(at_once=True)
            try:
                claims = self._claims(token, keys, pending.nonce)
            except JoseError as error:
                raise _refused(type(error).__name__) from None
        subject, email = claims.get("sub"), claims.get("email")
        if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
            raise _refused("sub")
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            raise _refused("email_verified")
        return Identity(self.provider.issuer, subject, email)

    # -- inside -------------------------------------------------------------------------------------------------------
    def _claims(self, token: str, keys: KeySet, nonce: str) -> dict[str, Any]:
        """The claims of an ID token (section 3.1.3.7). Raises `JoseError`."""
        found = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        audience = found.get("aud")
        if isinstance(audience, list) and len(audience) > 1 and found.get("azp") != self.provider.client_id:
            raise _refused("azp")
        jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(found)
        return found

    def _redeem(self, address: str, pending: Pending, code: str) -> str:
        """The ID token that the code stands for."""
        answer = self._ask(
            "POST",
            address,
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": pending.verifier,
            },
            auth=(self.provider.client_id, self.provider.client_secret),
        )
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _refused("id_token")
        return token

    def _provider_now(self, *, at_once: bool = False) -> tuple[dict[str, Any], KeySet]:
        with self._lock:
            known = self._known
            if known is not None and not at_once and time.monotonic() - known[0] < _FRESH_SECONDS:
                return known[1], known[2]
            metadata = self._ask(
                "GET", f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            )
            scheme = urlsplit(self.provider.issuer).scheme
            addresses = [metadata.get(f"{name}_endpoint") for name in ("authorization", "token")]
            addresses.append(metadata.get("jwks_uri"))
            if metadata.get("issuer") != self.provider.issuer or not all(
                isinstance(one, str) and urlsplit(one).scheme == scheme for one in addresses
            ):
                raise _unavailable("its description does not fit the issuer")
            try:
                keys = KeySet.import_key_set(self._ask("GET", str(metadata["jwks_uri"])))  # type: ignore[arg-type]
            except (JoseError, KeyError, TypeError, ValueError):
                raise _unavailable("its keys cannot be read") from None
            self._known = time.monotonic(), metadata, keys
            return metadata, keys

    def _ask(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        """The JSON object that the provider answers. Raises `OpenidRefused` for 4xx, `OpenidUnavailable`."""
        try:
            with (
                httpx2.Client(timeout=self.provider.timeout_seconds, follow_redirects=False) as http,
                http.stream(method, address, headers={"Accept": "application/json"}, **sent) as answer,
            ):
                body = bytearray()
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise _unavailable("its answer is too large")
        except httpx2.HTTPError as error:
            raise _unavailable(type(error).__name__) from None
        if 400 <= answer.status_code < 500 and method == "POST":
            raise _refused(f"status {answer.status_code}")
        if answer.status_code != 200:
            raise _unavailable(f"status {answer.status_code}")
        try:
            found = msgspec.json.decode(bytes(body))
        except msgspec.DecodeError:
            found = None
        if not isinstance(found, dict):
            raise _unavailable("its answer is no JSON object")
        return found


def _refused(why: str) -> OpenidRefused:
    log.info("openid_refused", why=why)
    return OpenidRefused()


def _unavailable(why: str) -> OpenidUnavailable:
    log.warning("openid_unavailable", why=why)
    return OpenidUnavailable()

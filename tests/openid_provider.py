"""An OpenID provider on this machine, that a test can bend."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

SECRET = "provider-secret"


class OpenidProvider:
    """Whom it vouches for next; how its tokens are bent; what its addresses answer instead."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.shown_keys: list[RSAKey] = [self.key]
        self.person = {"sub": "u-1", "email": "", "email_verified": True}
        self.bend: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.sign: Callable[[dict[str, Any]], str] = self._signed
        self.instead: dict[str, tuple[int, bytes]] = {}
        self.metadata: dict[str, Any] = {}
        self.now: Callable[[], float] = time.time
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by which a server signs people in with it."""
        return {
            "openid_issuer": self.issuer,
            "openid_client_id": "renkei",
            "openid_client_secret": SECRET,
            "openid_name": "Example ID",
        }

    def visit(self, address: str) -> dict[str, str]:
        """What a browser brings back from the page of the provider, the person having agreed: code and state."""
        query = dict(parse_qsl(urlsplit(address).query))
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        return {"code": code, "state": query["state"]}

    def answer(self, path: str, body: bytes, authorization: str) -> tuple[int, bytes]:
        """Status and body."""
        if path in self.instead:
            return self.instead[path]
        if path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            found = {name: f"{self.issuer}/{name}" for name in names}
            return 200, json.dumps({"issuer": self.issuer} | found | self.metadata).encode()
        if path == "/jwks_uri":
            return 200, json.dumps({"keys": [one.as_dict(private=False) for one in self.shown_keys]}).encode()
        assert path == "/token_endpoint"
        said = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        asked = self._codes.pop(said["code"], None)
        expected = base64.b64encode(f"renkei:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(said["code_verifier"].encode()).digest())
        if (
            asked is None
            or authorization != f"Basic {expected}"
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
            or said["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, b'{"error": "invalid_grant"}'
        now = int(self.now())
        claims = {
            "iss": self.issuer, "aud": "renkei", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
        } | self.person  # fmt: skip
        return 200, json.dumps({"id_token": self.sign(self.bend(claims)), "token_type": "Bearer"}).encode()

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": str(self.key.kid)}, claims, self.key)

    def with_secret(self, claims: dict[str, Any]) -> str:
        """Signed with what both know: HS256, as whoever learns the client's secret could."""
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))


@contextmanager
def open_provider() -> Iterator[OpenidProvider]:
    """One on a free port of the loopback."""

    class Talk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            status, told = provider.answer(self.path, body, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Talk) as server:
        provider = OpenidProvider(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()

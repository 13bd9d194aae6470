from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.kit.signing import (
    PublicKeys,
    TokenRefused,
    generate_signing_key,
    hmac_token,
    load_signing_key,
    public_jwks,
    sign_token,
    verify_hmac_token,
    verify_token,
)

NOW = datetime(2026, 4, 1, tzinfo=UTC)
KEY = generate_signing_key()
KEYS = PublicKeys([KEY])
CLAIMS: dict[str, object] = {
    "sub": "a",
    "exp": int(NOW.timestamp()) + 60,
    "iss": "renkei",
    "aud": ["v1"],
    "name": "連携",
}


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims_with(**changes: object) -> str:
    return sign_token(CLAIMS | changes, KEY)


class TestTokens:
    def test_claims_come_back(self) -> None:
        token = sign_token(CLAIMS, KEY)
        assert verify_token(token, KEYS, now=NOW, issuer="renkei", audience="v1") == CLAIMS
        header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        assert header == {"typ": "JWT", "alg": "ES256", "kid": KEY.kid}

    def test_the_published_keys_are_enough_and_hold_nothing_private(self) -> None:
        jwks = public_jwks([KEY])
        assert set(jwks["keys"][0]) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert verify_token(sign_token(CLAIMS, KEY), PublicKeys.from_jwks(jwks), now=NOW) == CLAIMS

    def test_a_key_is_the_same_after_storing(self) -> None:
        again = load_signing_key(KEY.private_pem())
        assert again.kid == KEY.kid
        assert verify_token(sign_token(CLAIMS, again), KEYS, now=NOW) == CLAIMS
        assert "PRIVATE" not in repr(KEY)

    def test_rotation_keeps_the_older_tokens_good(self) -> None:
        newer = generate_signing_key()
        both = PublicKeys([newer, KEY])
        assert verify_token(sign_token(CLAIMS, KEY), both, now=NOW)
        assert verify_token(sign_token(CLAIMS, newer), both, now=NOW)

    @pytest.mark.parametrize(
        ("reason", "token"),
        {
            "expired: the last moment is already over": ("expired", claims_with(exp=int(NOW.timestamp()))),
            "no expiry": ("expired", claims_with(exp=None)),
            "an expiry that is text": ("expired", claims_with(exp="9999999999")),
            "an expiry that is true": ("expired", claims_with(exp=True)),
            "not yet begun": ("not yet valid", claims_with(nbf=int(NOW.timestamp()) + 1)),
            "a beginning that is text": ("not yet valid", claims_with(nbf="0")),
            "another issuer": ("another issuer", claims_with(iss="other")),
            "another audience": ("another audience", claims_with(aud="other")),
            "no audience": ("another audience", claims_with(aud=None)),
            "another key": ("unknown key", sign_token(CLAIMS, generate_signing_key())),
        }.values(),
    )
    def test_refusals(self, reason: str, token: str) -> None:
        with pytest.raises(TokenRefused) as caught:
            verify_token(token, KEYS, now=NOW, issuer="renkei", audience="v1")
        assert caught.value.reason == reason
        assert caught.value.faults[0].parameters == {}

    def test_the_clocks_may_differ_by_the_leeway(self) -> None:
        late = NOW + timedelta(seconds=65)
        assert verify_token(sign_token(CLAIMS, KEY), KEYS, now=late, leeway_seconds=10)

    def test_no_algorithm_of_the_tokens_choice(self) -> None:
        """The two classic forgeries: "none", and HMAC keyed with the public key."""
        _, payload, signature = sign_token(CLAIMS, KEY).split(".")
        public_pem = KEY.key.as_pem(private=False)
        forged = b64({"alg": "HS256", "kid": KEY.kid}) + "." + payload
        tokens = [
            b64({"alg": "none", "kid": KEY.kid}) + f".{payload}.",
            b64({"alg": "none", "kid": KEY.kid}) + f".{payload}.{signature}",
            forged + "." + b64(hmac.new(public_pem, forged.encode(), hashlib.sha256).digest()),
        ]
        for token in tokens:
            with pytest.raises(TokenRefused):
                verify_token(token, KEYS, now=NOW)

    def test_a_changed_payload_is_refused(self) -> None:
        header, _, signature = sign_token(CLAIMS, KEY).split(".")
        with pytest.raises(TokenRefused):
            verify_token(f"{header}.{b64(CLAIMS | {'sub': 'b'})}.{signature}", KEYS, now=NOW)

    @pytest.mark.parametrize(
        "token",
        [
            "",
            ".",
            "..",
            "a.b.c",
            "日.本.語",
            "x" * 100_000,
            b64({"alg": "ES256"}) + ".e30.AAAA",
            b64({"alg": "ES256", "kid": ["x"]}) + ".e30.AAAA",
            b64([]) + ".e30.AAAA",
            b64(b"[" * 3000) + ".e30.AAAA",
            b64({"alg": "ES256", "kid": KEY.kid, "crit": ["x"], "x": 1}) + ".e30.AAAA",
            b64({"alg": "ES256", "kid": KEY.kid, "b64": False, "crit": ["b64"]}) + ".e30.AAAA",
        ],
    )
    def test_nonsense_is_refused_and_never_crashes(self, token: str) -> None:
        with pytest.raises(TokenRefused):
            verify_token(token, KEYS, now=NOW)

    @given(st.text() | st.text("abcXYZ019-_."))
    def test_nothing_else_is_ever_raised(self, token: str) -> None:
        with pytest.raises(TokenRefused):
            verify_token(token, KEYS, now=NOW)

    def test_claims_that_are_no_object_are_refused(self) -> None:
        from joserfc import jws

        token = jws.serialize_compact({"alg": "ES256", "kid": KEY.kid}, b"[1]", KEY.key, algorithms=["ES256"])
        with pytest.raises(TokenRefused):
            verify_token(token, KEYS, now=NOW)


class TestKeys:
    @pytest.mark.parametrize("pem", [b"", b"nonsense", KEY.key.as_pem(private=False)])
    def test_what_is_no_private_key_is_refused(self, pem: bytes) -> None:
        with pytest.raises(ValueError, match="private P-256"):
            load_signing_key(pem)

    @pytest.mark.parametrize(
        "entry",
        [
            None,
            {},
            {"kty": "RSA", "kid": "a"},
            {**KEY.public_jwk(), "kid": 1},
            {**KEY.public_jwk(), "x": "AAAA"},
            {**KEY.public_jwk(), "x": "!"},
            {**KEY.public_jwk(), "use": "enc"},
            {"kty": "oct", "k": "AAAA", "kid": KEY.kid},
        ],
    )
    def test_foreign_entries_are_passed_over(self, entry: object) -> None:
        assert PublicKeys.from_jwks({"keys": [entry]}).get(KEY.kid) is None
        with_ours = PublicKeys.from_jwks({"keys": [entry, *public_jwks([KEY])["keys"]]})
        assert with_ours.get(KEY.kid) is not None

    @pytest.mark.parametrize("jwks", [{}, {"keys": None}, {"keys": {}}])
    def test_a_set_without_keys_is_empty(self, jwks: dict[str, object]) -> None:
        assert PublicKeys.from_jwks(jwks).get(KEY.kid) is None


class TestHmacTokens:
    FIELDS = ("download", "file-1", "operator-1")

    def token(self) -> str:
        return hmac_token(b"k" * 32, self.FIELDS, NOW + timedelta(seconds=60))

    def test_vouches_for_its_fields_until_it_expires(self) -> None:
        token = self.token()
        assert verify_hmac_token(b"k" * 32, self.FIELDS, token, now=NOW)
        assert verify_hmac_token(b"k" * 32, self.FIELDS, token, now=NOW + timedelta(seconds=59))
        assert not verify_hmac_token(b"k" * 32, self.FIELDS, token, now=NOW + timedelta(seconds=60))

    @pytest.mark.parametrize(
        "fields",
        [
            (),
            ("upload", "file-1", "operator-1"),
            ("download", "file-1operator-1"),
            ("download", "file-1", "operator-1", ""),
            ("file-1", "download", "operator-1"),
        ],
    )
    def test_but_for_no_others(self, fields: tuple[str, ...]) -> None:
        assert not verify_hmac_token(b"k" * 32, fields, self.token(), now=NOW)

    def test_nor_under_another_key(self) -> None:
        assert not verify_hmac_token(b"x" * 32, self.FIELDS, self.token(), now=NOW)

    def test_the_expiry_cannot_be_moved(self) -> None:
        expiry, mac = self.token().split(".")
        assert not verify_hmac_token(b"k" * 32, self.FIELDS, f"{int(expiry) + 1}.{mac}", now=NOW)
        assert not verify_hmac_token(b"k" * 32, self.FIELDS, f"0{expiry}.{mac}", now=NOW)

    @given(st.text() | st.text("0123456789.ab-_"))
    def test_nonsense_is_simply_not_good(self, token: str) -> None:
        assert not verify_hmac_token(b"k" * 32, self.FIELDS, token, now=NOW)

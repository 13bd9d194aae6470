"""Keys that sign access tokens: a rotation logs nobody out, a compromised key stops at once."""

from __future__ import annotations

import base64
import json

import pytest
from tests.commons.access.conftest import PASSWORD, later, login

from renkei.commons.access.errors import SecretsUnreadable, TokenInvalid
from renkei.commons.access.model import AccessPolicy
from renkei.commons.access.service import refresh_rotating
from renkei.commons.access.tokens import AccessKeys
from renkei.database.transaction import Database
from renkei.kit.clock import SetClock
from renkei.kit.secret_box import SecretBox


def key_id(token: str) -> str:
    """The key that a token says it was signed with."""
    head = token.split(".", maxsplit=1)[0]
    return str(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


def test_the_first_key_is_made_when_it_is_needed(keys: AccessKeys) -> None:
    [key] = keys.jwks()["keys"]
    assert {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig"}.items() <= key.items()
    assert "d" not in key
    assert keys.jwks()["keys"] == [key]


def test_a_rotation_logs_nobody_out(keys: AccessKeys, clock: SetClock, person: str) -> None:
    """Published at 0 s, signing from 60 s on; the former key verifies until its last token has run out."""
    before = login(keys, person, PASSWORD)
    first = key_id(before.access_token)
    later(clock, seconds=100)
    second = keys.rotate()
    assert {key["kid"] for key in keys.jwks()["keys"]} == {first, second}
    assert key_id(login(keys, person, PASSWORD).access_token) == first, "not before every verifier knows it"
    later(clock, seconds=61)
    after = login(keys, person, PASSWORD)
    assert key_id(after.access_token) == second
    assert keys.verify(before.access_token).account_id == keys.verify(after.access_token).account_id
    later(clock, seconds=3600)
    assert before.refresh_token is not None
    assert key_id(refresh_rotating(keys, before.refresh_token).access_token) == second
    later(clock, seconds=120)
    assert [key["kid"] for key in keys.jwks()["keys"]] == [second]


def test_a_compromised_key_stops_at_once(keys: AccessKeys, person: str) -> None:
    before = login(keys, person, PASSWORD)
    second = keys.rotate(compromised=True)
    with pytest.raises(TokenInvalid):
        keys.verify(before.access_token)
    assert [key["kid"] for key in keys.jwks()["keys"]] == [second]
    assert before.refresh_token is not None
    fresh = refresh_rotating(keys, before.refresh_token)
    assert key_id(fresh.access_token) == second
    assert keys.verify(fresh.access_token).account_id == before.account_id


def test_another_process_learns_of_a_rotation_from_the_token(
    keys: AccessKeys, database: Database, person: str
) -> None:
    other = AccessKeys(database, SecretBox([b"x" * 32]), AccessPolicy(keys_fresh_seconds=3600))
    other.verify(login(keys, person, PASSWORD).access_token)
    keys.rotate(compromised=True)
    fresh = login(keys, person, PASSWORD).access_token
    with pytest.raises(TokenInvalid):
        other.verify(fresh)  # its keys were read less than a second ago: a stranger's key id costs no query
    other.forget()
    assert other.verify(fresh)


@pytest.mark.parametrize("tamper", ["none", "claims", "signature", "issuer"])
def test_a_token_that_is_not_ours_is_refused(keys: AccessKeys, person: str, tamper: str) -> None:
    token = login(keys, person, PASSWORD).access_token
    head, claims, signature = token.split(".")
    if tamper == "none":
        token = f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{claims}."
    elif tamper == "claims":
        token = f"{head}.{_encoded({'sub': 'somebody else'})}.{signature}"
    elif tamper == "signature":
        token = f"{head}.{claims}.{'A' * len(signature)}"
    else:
        keys.policy = AccessPolicy(issuer="https://elsewhere.example")
    with pytest.raises(TokenInvalid):
        keys.verify(token)


def test_under_another_master_key_the_signing_keys_do_not_open(
    keys: AccessKeys, database: Database, person: str
) -> None:
    login(keys, person, PASSWORD)
    stranger = AccessKeys(database, SecretBox([b"y" * 32]))
    with pytest.raises(SecretsUnreadable):
        login(stranger, person, PASSWORD)


def _encoded(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

"""Sign-in with an external OpenID provider: who gets in, and everything that must not."""

from __future__ import annotations

import pytest
from joserfc.jwk import RSAKey

from renkei.commons.access.registry import add_staff, disable_account
from renkei.settings import Settings, SettingsError, load_settings
from tests.openid_provider import open_provider
from tests.web.conftest import STAFF_PASSWORD, Person


@pytest.fixture
def provider():
    with open_provider() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, provider) -> Settings:
    return settings.model_copy(
        update=Settings(data_dir=settings.data_dir, **provider.settings).model_dump(
            include={"openid_issuer", "openid_client_id", "openid_client_secret", "openid_name"}
        )
    )


@pytest.fixture
def member(person, provider):
    """A company with an administrator, whom the provider vouches for."""
    company = person("A社").company
    provider.person["email"] = f"user{company.operator.operator_key}@example.com"
    return company


@pytest.fixture
def sign_in(world, provider):
    """Go to the provider and come back; `twist` changes what is brought back."""

    def go(browser=None, **twist):
        browser = browser or Person(world.app)
        browser.open("/app/login")
        away = browser.http.get("/app/login/openid", follow_redirects=False)
        assert away.status_code == 303
        back = provider.visit(away.headers["location"]) | twist
        return browser, browser._shown(browser.http.get("/app/login/openid/return", params=back))

    return go


def test_somebody_with_an_account_gets_in_and_is_known_by_the_identifier_from_then_on(
    world, provider, member, sign_in
):
    assert "Sign in with Example ID" in Person(world.app).open("/app/login").text
    _, shown = sign_in()
    assert (shown.address, shown.status) == ("/app/", 200)
    assert "A社" in shown.text
    # The address may change at the provider; and whoever gets it there is not let in.
    provider.person["email"] = "renamed@example.com"
    assert sign_in()[1].address == "/app/"
    provider.person |= {"sub": "u-2", "email": f"user{member.operator.operator_key}@example.com"}
    refused = sign_in()[1]
    assert (refused.status, "There is no account here" in refused.text) == (401, True)


@pytest.mark.parametrize(
    "bend",
    [
        lambda claims: claims | {"iss": "https://elsewhere.example"},
        lambda claims: claims | {"aud": "another-client"},
        lambda claims: claims | {"aud": ["renkei", "another-client"], "azp": "another-client"},
        lambda claims: claims | {"exp": claims["iat"] - 3600},
        lambda claims: {name: value for name, value in claims.items() if name != "exp"},
        lambda claims: claims | {"nonce": "an older one"},
        lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
        lambda claims: claims | {"email_verified": False},
        lambda claims: claims | {"email_verified": "true"},
        lambda claims: {name: value for name, value in claims.items() if name != "email_verified"},
        lambda claims: claims | {"sub": ""},
        lambda claims: claims | {"sub": 7},
        lambda claims: claims | {"email": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(world, provider, member, sign_in, bend):
    provider.bend = bend
    browser, shown = sign_in()
    assert (shown.status, "did not succeed" in shown.text) == (401, True)
    assert browser.open("/app/parts").address == "/app/login"


def test_a_token_that_the_provider_did_not_sign_opens_nothing(world, provider, member, sign_in):
    other = RSAKey.generate_key(2048, {"kid": "1"})
    right, provider.key = provider.key, other
    assert sign_in()[1].status == 401
    provider.key, sign = right, provider.sign
    for forged in (
        provider.with_secret,
        lambda claims: sign(claims).rpartition(".")[0] + ".",
        lambda _: "x.y.z",
    ):
        provider.sign = forged
        assert sign_in()[1].status == 401
    provider.sign = sign
    assert sign_in()[1].status == 200


def test_a_new_key_of_the_provider_is_looked_up(provider, member, sign_in):
    assert sign_in()[1].status == 200
    provider.key = RSAKey.generate_key(2048, {"kid": "2"})
    provider.shown_keys = [provider.key]
    assert sign_in()[1].status == 200


def test_what_is_brought_back_must_be_what_was_sent_along(world, provider, member, sign_in):
    assert sign_in(state="guessed")[1].status == 401
    assert sign_in(code="")[1].status == 401
    assert sign_in(code="never-given")[1].status == 401
    browser = Person(world.app)
    browser.open("/app/login")
    away = browser.http.get("/app/login/openid", follow_redirects=False).headers["location"]
    back = provider.visit(away)
    stranger = Person(world.app)
    assert stranger.http.get("/app/login/openid/return", params=back).status_code == 401, "another browser"
    assert browser.http.get("/app/login/openid/return", params=back).status_code == 200
    assert browser.http.get("/app/login/openid/return", params=back).status_code == 401, "a second time"


def test_an_account_that_is_disabled_or_unknown_gets_nothing(world, provider, member, sign_in):
    known = provider.person["email"]
    provider.person["email"] = "nobody@example.com"
    assert "There is no account here" in sign_in()[1].text
    provider.person["email"] = known
    assert sign_in()[1].status == 200
    disable_account(world.context.access, known)
    assert sign_in()[1].status == 401


def test_staff_signs_in_too_and_the_second_factor_is_still_asked(world, provider, person, sign_in):
    add_staff(world.context.access, "operations@platform.example", STAFF_PASSWORD)
    provider.person["email"] = "operations@platform.example"
    assert sign_in()[1].address == "/app/platform"


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ("/.well-known/openid-configuration", (500, b"")),
        ("/.well-known/openid-configuration", (302, b"")),
        ("/.well-known/openid-configuration", (200, b"[1]")),
        ("/.well-known/openid-configuration", (200, b"{")),
        ("/.well-known/openid-configuration", (200, b'{"a": "' + b"x" * 600_000 + b'"}')),
        ("/jwks_uri", (200, b'{"keys": "none"}')),
        ("/jwks_uri", (404, b"{}")),
    ],
)
def test_a_provider_that_answers_nonsense_is_told_as_away(world, provider, path, instead):
    provider.instead[path] = instead
    answer = Person(world.app).http.get("/app/login/openid")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.text


def test_a_description_of_somebody_else_is_not_believed(world, provider):
    for wrong in (
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "ftp://127.0.0.1/"},
        {"jwks_uri": None},
    ):
        provider.metadata = wrong
        assert Person(world.app).http.get("/app/login/openid").status_code == 503


def test_a_provider_that_fails_at_the_last_step_is_told_as_away(world, provider, member, sign_in):
    provider.instead["/token_endpoint"] = (500, b"")
    assert sign_in()[1].status == 503
    provider.instead["/token_endpoint"] = (200, b"{}")
    assert sign_in()[1].status == 401


def test_settings_belong_together_and_the_way_is_protected(monkeypatch, tmp_path):
    monkeypatch.setenv("RENKEI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RENKEI_OPENID_ISSUER", "http://id.example.com")
    with pytest.raises(SettingsError, match="need each other"):
        load_settings()
    monkeypatch.setenv("RENKEI_OPENID_CLIENT_ID", "renkei")
    monkeypatch.setenv("RENKEI_OPENID_CLIENT_SECRET", "s")
    with pytest.raises(SettingsError, match="https"):
        load_settings()
    monkeypatch.setenv("RENKEI_OPENID_ISSUER", "https://id.example.com")
    assert load_settings().openid_issuer == "https://id.example.com"


def test_without_a_provider_there_is_no_such_page(tmp_path, database):
    from starlette.testclient import TestClient

    from renkei.app import create_app

    with TestClient(create_app(Settings(data_dir=tmp_path), database)) as http:
        assert http.get("/app/login/openid").status_code == 404
        assert http.get("/app/login/openid/return").status_code == 404
        assert "/app/login/openid" not in http.get("/app/login").text

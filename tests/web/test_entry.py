"""Signing in, out, in which language, for which company; forged forms, tampered cookies, foreign addresses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from renkei.web import words
from renkei.web.pages.entry import _own_address
from renkei.web.words import Words, catalogue
from tests.web.conftest import Person

WEB = Path(words.__file__).parent


def test_who_has_not_signed_in_is_sent_to_do_so_and_comes_back(world, person):
    company = world.company("A社")
    somebody = Person(world.app)
    shown = somebody.open("/app/company")
    assert (shown.status, shown.address) == (200, "/app/login")
    email = f"user{company.operator.operator_key}@example.com"
    back = somebody.send(shown, "/app/login", email=email, password="Pass@1234")
    assert back.address == "/app/company"
    assert "A社" in back.text


def test_a_wrong_password_is_told_and_nobody_is_in(world):
    world.company("A社")
    somebody = Person(world.app)
    shown = somebody.sign_in("user1@example.com", "wrong")
    assert shown.status == 401
    assert somebody.open("/app/").address == "/app/login"


def test_a_failure_of_ours_behind_a_form_is_told_on_a_page_too(world, monkeypatch):
    def failing(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("renkei.web.pages.entry.login", failing)
    world.company("A社")
    shown = Person(world.app).sign_in("user1@example.com")
    assert shown.status == 500
    assert "Something went wrong on our side" in shown.text


def test_signing_out_ends_the_session_on_the_server_too(world, person):
    somebody = person("A社")
    kept = dict(somebody.http.cookies)
    shown = somebody.send(somebody.open("/app/"), "/app/logout")
    assert "You have signed out." in shown.text
    assert somebody.open("/app/").address == "/app/login"
    assert kept


def test_a_form_without_the_secret_changes_nothing(world, person):
    somebody = person("A社")
    answer = somebody.http.post("/app/logout", data={"csrf": "guessed"})
    assert answer.status_code == 422
    assert somebody.open("/app/").address == "/app/"


@pytest.mark.parametrize(
    "spoil", [lambda value: value[:-4] + "AAAA", lambda value: "x", lambda value: value[:-8]]
)
def test_a_tampered_cookie_is_nobodys(world, person, spoil):
    somebody = person("A社")
    value = somebody.http.cookies["renkei"]
    somebody.http.cookies.clear()
    somebody.http.cookies.set("renkei", spoil(value), domain="testserver.local", path="/")
    assert somebody.open("/app/").address == "/app/login"


def test_the_language_is_the_browsers_until_one_chooses(world, person):
    somebody = person("A社", "ja")
    shown = somebody.open("/app/")
    assert "対応が必要なもの" in shown.text
    shown = somebody.send(shown, "/app/language", language="en")
    assert "What there is to do" in shown.text
    assert "What there is to do" in somebody.open("/app/").text


def test_another_company_is_only_chosen_where_one_has_a_role(world, person):
    somebody = person("A社")
    other = world.company("B社")
    shown = somebody.open("/app/company")
    refused = somebody.http.post(
        "/app/company", data={"csrf": shown.form("/app/logout")["csrf"], "operator_id": other.id}
    )
    assert refused.status_code in {403, 404}
    assert "A社" in somebody.open("/app/").text


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/app//evil.example", "/app/\\evil", "/v1/parts", ""],
)
def test_one_is_never_sent_elsewhere(address):
    assert _own_address(address) == ""


def test_pages_carry_the_headers_of_a_careful_site(world, person):
    answer = person("A社").http.get("/app/")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "style=" not in answer.text
    assert not re.search(r"<script(?! src)", answer.text)


def test_an_address_without_a_page_says_so(world, person):
    shown = person("A社").open("/app/nothing")
    assert (shown.status, "There is no page at this address." in shown.text) == (404, True)


def test_the_style_sheet_is_whole():
    css = (WEB / "static/renkei.css").read_text("utf-8")
    assert css.count("{") == css.count("}")
    assert re.findall(r"^[<=>]{7}", css, re.MULTILINE) == []


def sentences():
    """Every sentence of templates and modules."""
    found = extract_from_dir(
        WEB,
        method_map=[("**.py", "python"), ("**.html", "jinja2")],
        keywords={"_": None, "words": None, "redirect": (2,)},
    )
    return {message[2] for message in found if isinstance(message[2], str)} | {
        message[2][0] for message in found if isinstance(message[2], tuple)
    }


def test_every_sentence_exists_in_japanese():
    missing = sorted(one for one in sentences() if one and one not in catalogue("ja"))
    assert missing == []


def test_no_sentence_is_kept_that_nobody_says():
    assert sorted(catalogue("ja").keys() - sentences()) == []


def test_values_stand_in_both_languages():
    for english, japanese in catalogue("ja").items():
        names = set(re.findall(r"%\((\w+)\)s", english))
        assert set(re.findall(r"%\((\w+)\)s", japanese)) == names, english


def test_numbers_are_shown_with_three_digits():
    say = Words("en")
    shown = [say.number(x) for x in (1234.5678, 0.00012345, 0, 99.96, -1.5, None, 12345678)]
    assert shown == ["1,230", "0.000123", "0", "100", "-1.5", "–", "12,300,000"]

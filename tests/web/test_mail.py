"""Pages that send mail, or let a person choose what it gets."""

from __future__ import annotations

import re

import pytest

from renkei.settings import Settings
from tests.mail_server import open_mail_server


@pytest.fixture
def mail():
    with open_mail_server() as server:
        yield server


@pytest.fixture
def settings(tmp_path, mail):
    return Settings(data_dir=tmp_path, public_base_url="http://testserver", **mail.settings)


def test_an_invitation_goes_out_by_mail_with_its_link(person, mail):
    admin = person("A社")
    shown = admin.send(admin.open("/app/people"), "/app/people", email="new@a.example", role="editor")
    assert "It has been sent by mail, too." in shown.text
    [text] = mail.for_("new@a.example")
    link = re.search(r"http://testserver/app/join/[\w-]{43}", text).group()
    assert link in shown.html
    assert "A社" in text


def test_one_that_the_mail_server_does_not_take_is_told_and_the_link_is_good(person, mail):
    admin = person("A社")
    mail.refused.add("new@a.example")
    shown = admin.send(admin.open("/app/people"), "/app/people", email="new@a.example", role="editor")
    assert "please pass it on yourself" in shown.text
    assert admin.open(re.search(r"/app/join/[\w-]{43}", shown.html).group()).status == 200


def test_the_daily_mail_can_be_declined_and_had_again(person):
    admin, other = person("A社"), person("B社")
    declined = admin.send(admin.open("/app/me"), "/app/me/mail", wanted="no")
    assert "You get no mail" in declined.text
    assert "Once a day, at most" in other.open("/app/me").text, "each person for itself"
    assert "Once a day, at most" in admin.send(declined, "/app/me/mail", wanted="yes").text
    assert admin.send(declined, "/app/me/mail", wanted="perhaps").status == 422

"""Pages that send mail, or let a person choose what it gets."""

from __future__ import annotations

import re

import pytest

from renkei.commons.operators.model import InvitationDraft
from renkei.commons.operators.service import invite
from renkei.settings import Settings
from tests.mail_server import open_mail_server
from tests.web.conftest import Person


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


def test_a_company_that_is_no_member_gets_its_link_by_mail_where_it_is_reached(world, person, mail):
    admin, other = person("A社"), person("B社")
    drafts = {
        name: InvitationDraft(name=name, address="東京都", country="JP", email=email, other_ids={})
        for name, email in (("C社", "c@c.example"), ("D社", None))
    }
    invited = {
        name: world.database.run(admin.company.operator, lambda tx, d=draft: invite(tx, d))
        for name, draft in drafts.items()
    }
    page = f"/app/companies/{invited['C社'].operator_id}/link"
    csrf = admin.open("/app/me").form("/app/me/factor")["csrf"]
    shown = admin.http.post(page, data={"csrf": csrf})
    [text] = mail.for_("c@c.example")
    link = re.search(r"http://testserver/app/join/[\w-]{43}", text).group()
    assert link in shown.text
    assert "It has been sent to c@c.example, too." in shown.text
    assert "A社" in text
    assert Person(world.app).open(link.removeprefix("http://testserver")).status == 200
    without = admin.http.post(f"/app/companies/{invited['D社'].operator_id}/link", data={"csrf": csrf})
    assert without.status_code == 200
    assert "has been sent" not in without.text
    csrf = other.open("/app/me").form("/app/me/factor")["csrf"]
    assert other.http.post(page, data={"csrf": csrf}).status_code == 404
    assert len(mail.for_("c@c.example")) == 1


def test_the_daily_mail_can_be_declined_and_had_again(person):
    admin, other = person("A社"), person("B社")
    declined = admin.send(admin.open("/app/me"), "/app/me/mail", wanted="no")
    assert "You get no mail" in declined.text
    assert "Once a day, at most" in other.open("/app/me").text, "each person for itself"
    assert "Once a day, at most" in admin.send(declined, "/app/me/mail", wanted="yes").text
    assert admin.send(declined, "/app/me/mail", wanted="perhaps").status == 422

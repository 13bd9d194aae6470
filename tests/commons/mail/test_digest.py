"""The daily mail: one a person and day, about what is unread, and nothing but how much."""

from __future__ import annotations

from contextlib import closing

import pytest

from renkei.app import access_policy
from renkei.commons.access.registry import add_account, disable_account
from renkei.commons.access.tokens import AccessKeys
from renkei.commons.mail import digest_store
from renkei.commons.mail.digest import MOST_DAYS, send_digests
from renkei.commons.mail.post import post_of
from renkei.commons.notifications.service import list_notifications, mark_read, notify
from renkei.database.duties import DutyLock, DutyLostError, Fence
from renkei.kit.secret_box import open_secret_box
from renkei.settings import Settings, SettingsError, load_settings
from tests.clocks import Turnable
from tests.factories import create_operator
from tests.mail_server import open_mail_server

BASE = "https://renkei.example"
PASSWORD = "correct-horse-9"


@pytest.fixture
def mail():
    with open_mail_server() as server:
        yield server


@pytest.fixture
def post(mail, tmp_path):
    return post_of(Settings(data_dir=tmp_path, **mail.settings))


@pytest.fixture
def clock(database):
    database.clock = Turnable()
    database.clock.time = database.clock.time.replace(hour=3)  # noon in Japan
    return database.clock


@pytest.fixture
def keys(database, tmp_path):
    return AccessKeys(database, open_secret_box(None, tmp_path), access_policy(Settings(data_dir=tmp_path)))


@pytest.fixture
def fence(database_url):
    with closing(DutyLock(database_url, "timers", "test")) as lock:
        yield lock.take()


@pytest.fixture
def a(database):
    return create_operator(database, "A社")


@pytest.fixture
def b(database):
    return create_operator(database, "B社")


@pytest.fixture
def told(database, clock, a, b):
    """`told(by, whom, type)`: something happens, a minute after what happened before."""

    def tell(by, whom, kind="REQUEST_NEW"):
        clock.turn(minutes=1)
        database.run(by, lambda tx: notify(tx, whom.operator_key, kind))

    return tell


@pytest.fixture
def send(database, post, fence, clock):
    def run():
        clock.turn(minutes=1)
        return send_digests(database, post, BASE, fence)

    return run


def test_a_person_gets_one_mail_about_all_its_companies(keys, mail, told, send, a, b):
    add_account(keys, "a@a.example", a.operator_id, "admin", PASSWORD)
    add_account(keys, "consultant@c.example", a.operator_id, "editor", PASSWORD, mandate="契約")
    add_account(keys, "consultant@c.example", a.operator_id, "viewer", PASSWORD)
    add_account(keys, "consultant@c.example", b.operator_id, "editor", PASSWORD, mandate="契約")
    told(b, a)
    told(b, a)
    told(b, a, "CFP_UPDATED")
    told(a, b, "CFP_RESPONSED")
    told(a, b, "jp.example.unheard-of")
    assert send() == (2, 0)
    [letter] = mail.for_("a@a.example")
    assert "未読のお知らせが3件" in letter
    assert "新しい依頼: 2件" in letter
    assert "updates of values: 1" in letter
    assert "B社" not in letter, "nobody's name but the own company's"
    assert f"{BASE}/app/notifications" in letter
    [both] = mail.for_("consultant@c.example")
    assert "未読のお知らせが5件" in both
    assert both.count("A社") == both.count("B社") == 2, "once in each language"
    assert "その他: 1件" in both
    assert all("@" in one["From"] and one["Auto-Submitted"] == "auto-generated" for one in mail.taken)


def test_a_day_has_one_mail_and_the_next_tells_what_is_new(keys, mail, told, send, clock, a, b):
    add_account(keys, "a@a.example", a.operator_id, "admin", PASSWORD)
    assert send() == (0, 0), "nothing to tell"
    told(b, a)
    assert send() == (1, 0)
    told(b, a)
    assert send() == (0, 0), "that is for tomorrow"
    clock.turn(days=1)
    assert send() == (1, 0)
    assert "1件あります" in mail.for_("a@a.example")[1]
    clock.turn(days=1)
    assert send() == (0, 0), "unread still, but told already"


def test_what_is_read_or_old_or_not_wanted_is_not_told(database, keys, mail, told, send, clock, a, b):
    add_account(keys, "a@a.example", a.operator_id, "admin", PASSWORD)
    told(b, a)
    database.run(a, lambda tx: mark_read(tx, [one.notification_id for one in list_notifications(tx).items]))
    assert send() == (0, 0)
    told(b, a)
    clock.turn(days=MOST_DAYS, hours=1)
    assert send() == (0, 0)
    told(b, a)
    account = keys.database.owner(lambda tx: tx.execute("SELECT account_id FROM commons.accounts").fetchone())
    database.owner(lambda tx: digest_store.set_wanted(tx, account[0], wanted=False))
    assert send() == (0, 0)
    database.owner(lambda tx: digest_store.set_wanted(tx, account[0], wanted=True))
    disable_account(keys, "a@a.example")
    assert send() == (0, 0)
    assert mail.taken == []


def test_a_refused_address_is_tried_again_and_holds_up_nobody(keys, mail, told, send, a, b):
    for name in ("a", "b", "c"):
        add_account(keys, f"{name}@a.example", a.operator_id, "viewer", PASSWORD)
    told(b, a)
    mail.refused.add("b@a.example")
    assert send() == (2, 1)
    mail.refused.clear()
    assert send() == (1, 0)
    assert [one["To"] for one in mail.taken] == ["a@a.example", "c@a.example", "b@a.example"]


def test_nothing_is_noted_as_sent_while_the_server_is_away(keys, mail, told, send, a, b):
    add_account(keys, "a@a.example", a.operator_id, "admin", PASSWORD)
    told(b, a)
    mail.hangs_up = True
    assert send() == (0, 1)
    mail.hangs_up = False
    assert send() == (1, 0)


def test_who_has_lost_the_duty_sends_nothing(database, keys, mail, post, told, fence, a, b):
    add_account(keys, "a@a.example", a.operator_id, "admin", PASSWORD)
    told(b, a)
    with pytest.raises(DutyLostError):
        send_digests(database, post, BASE, Fence(fence.duty, fence.epoch - 1))
    assert mail.taken == []


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"smtp_host": "mail.example"}, "need each other"),
        ({"mail_sender": "a@b.example"}, "need each other"),
        ({"smtp_host": "m.example", "mail_sender": "a@b.example\nBcc: x@y.example"}, "plain address"),
        (
            {"smtp_host": "m", "mail_sender": "a@b.example", "smtp_user": "u", "smtp_security": "none"},
            "in the clear",
        ),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(chosen, said):
    with pytest.raises(SettingsError, match=said):
        load_settings(**chosen)


def test_without_settings_there_is_no_mail(tmp_path):
    assert post_of(Settings(data_dir=tmp_path)) is None

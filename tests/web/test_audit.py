"""The record of access: what is kept of who came in and who was refused, who may search it, and when it is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renkei.app import access_policy
from renkei.commons.access import audit
from renkei.commons.access.errors import PasswordRefused
from renkei.commons.access.registry import add_account, api_keys_for
from renkei.commons.access.tokens import AccessKeys
from renkei.kit.errors import Forbidden
from renkei.settings import Settings
from tests.connectors.ouranos.world import PASSWORD
from tests.web.conftest import Person
from tests.web.test_people import GOOD, follow, invite

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def found(world, staff):
    """What staff finds on the page, as rows of (what happened, from where)."""

    def look(who):
        shown = staff.look_up(staff.open("/app/platform"), "/app/platform", who=who)
        assert shown.status == 200
        return shown.text

    return look


def kinds(world, **of):
    rows = world.database.owner(
        lambda tx: tx.rows(
            "SELECT l.kind, a.email, o.name, host(l.client_ip) AS ip, l.about FROM commons.access_log l "
            "LEFT JOIN commons.accounts a USING (account_key) LEFT JOIN commons.operators o USING (operator_key) "
            "ORDER BY l.entry_key"
        )
    )
    return [row["kind"] for row in rows if all(row[name] == value for name, value in of.items())]


def test_sign_ins_and_refusals_are_kept_and_found_by_address(world, person, found):
    email = f"user{person('A社').company.operator.operator_key}@example.com"
    Person(world.app).sign_in(email, "wrong")
    Person(world.app).sign_in("nobody@example.com", "wrong")
    assert kinds(world, email=email) == ["signed_in", "sign_in_refused"]
    assert kinds(world, email=None) == ["sign_in_refused"], "without what was typed"
    shown = found(email)
    assert "refused at sign-in" in shown
    assert "A社" in shown
    assert "10.1.2.3" in shown
    assert "refused at sign-in" in found("10.1.2.3")
    assert "Nothing is kept" in found("somebody@else.example")
    assert "Nothing is kept" not in found("")


def test_a_lock_and_another_password_are_kept(world, person):
    somebody = person("A社")
    email = f"user{somebody.company.operator.operator_key}@example.com"
    told = somebody.send(
        somebody.open("/app/me"), "/app/me/password", old_password="x", password="Kumiki#2026"
    )
    somebody.send(told, "/app/me/password", old_password=PASSWORD, password="Kumiki#2026")
    for _ in range(10):
        Person(world.app).sign_in(email, "wrong")
    kept = kinds(world, email=email)
    assert kept[:3] == ["signed_in", "password_refused", "password_changed"]
    assert kept[-1] == "locked"


def test_what_is_changed_about_who_may_is_kept_with_who_did_it(world, person, staff, found):
    admin = person("A社")
    follow(world, invite(admin), password=GOOD)
    account = admin.open("/app/people").html.split('name="account_id" value="')
    mine = str(admin.company.account_id)
    other = next(part[:36] for part in account[1:] if part[:36] != mine)
    admin.send(admin.open("/app/people"), "/app/people/take", account_id=other, role="editor")
    here = f"/app/platform/companies/{admin.company.id}"
    staff.send(staff.open(here), here, do="suspend")
    assert [one for one in kinds(world, name="A社") if one != "signed_in"] == [
        "invited",
        "role_accepted",
        "role_taken",
        "company_state",
    ]
    shown = found("new@a.example")
    assert "role ended" in shown
    assert f"user{admin.company.operator.operator_key}@example.com" in shown, "who did it"


def test_changes_of_application_keys_are_kept_with_who_made_them(world, person, found):
    admin = person("A社")
    shown = admin.open("/app/applications")
    told = admin.send(
        shown, "/app/applications", application_name="生産管理", networks="10.0.0.0/8", component_scope="rest"
    )
    assert told.status == 200, told.text
    made = next(
        one
        for one in api_keys_for(world.context.access, admin.company.operator.operator_id)
        if one.application_name == "生産管理"
    )
    for do in ("disable", "enable", "revoke"):
        admin.send(
            admin.open("/app/applications"), "/app/applications/state", api_key_id=str(made.api_key_id), do=do
        )
    email = f"user{admin.company.operator.operator_key}@example.com"
    shown = found(email)
    for what in ("added", "disabled", "active", "revoked"):
        assert f"生産管理: {what}" in shown
    assert shown.count("application key changed") == 4


def test_nobody_but_staff_searches_it(world, person):
    somebody = person("A社")
    assert somebody.open("/app/platform?who=10.1.2.3").status == 403
    caller = world.database.read(somebody.company.operator, lambda tx: tx.caller)
    with pytest.raises(Forbidden):
        audit.search(world.context.access, caller, "10.1.2.3")


def test_it_is_forgotten_after_its_time(world, person, clock):
    person("A社")
    access = world.context.access
    assert audit.forget(access, clock.now() - timedelta(days=1)) == 0
    assert audit.forget(access, clock.now() + timedelta(seconds=1)) == 1
    assert kinds(world) == []


def test_the_shortest_password_is_what_the_settings_say(world, person, tmp_path):
    company = person("A社").company
    policy = access_policy(Settings(data_dir=tmp_path, password_min_characters=12))
    keys = AccessKeys(world.database, world.context.secrets, policy)
    with pytest.raises(PasswordRefused) as refused:
        add_account(keys, "x@a.example", company.operator.operator_id, "viewer", "Eleven#char")
    assert refused.value.parameters["minimum"] == 12
    add_account(keys, "x@a.example", company.operator.operator_id, "viewer", "Twelve#chars")

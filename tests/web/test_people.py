"""People let in by links, companies that join, applications, plants, the platform's staff, and the second factor."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest

from renkei.commons.access.second_factor import MOST_WRONG, STEP_SECONDS, code_at
from renkei.commons.operators.corporate_numbers import import_list
from renkei.kit.corporate_number import check_digit
from tests.commons.test_corporate_numbers import A, file, row
from tests.connectors.ouranos.world import PASSWORD
from tests.web.conftest import Person

GOOD = "correct-horse-9"
pytestmark = pytest.mark.usefixtures("clock")


def link_on(shown):
    """The link that stands on a page, as an address of this server."""
    return re.search(r"/app/join/[\w-]{43}", shown.html).group()


def invite(admin, email="new@a.example", role="editor", **more):
    shown = admin.open("/app/people")
    return link_on(admin.send(shown, "/app/people", email=email, role=role, **more))


def follow(world, link, **fields):
    """Open a link as somebody who was never here, and send its form."""
    somebody = Person(world.app)
    return somebody, somebody.send(somebody.open(link), link, **fields)


def test_a_person_invited_chooses_a_password_and_is_in(world, person):
    admin = person("A社")
    link = invite(admin)
    assert "new@a.example" in admin.open("/app/people").text
    assert link not in admin.open("/app/people").html
    somebody, shown = follow(world, link, password=GOOD)
    assert shown.address == "/app/"
    assert "A社" in shown.text
    assert somebody.open("/app/people").status == 403
    assert Person(world.app).sign_in("new@a.example", GOOD).address == "/app/"
    assert Person(world.app).open(link).status == 404


def test_a_short_password_is_told_and_the_link_stays_good(world, person):
    link = invite(person("A社"))
    somebody, told = follow(world, link, password="short")
    assert 'id="fault-password"' in told.html
    assert somebody.send(told, link, password=GOOD).address == "/app/"


def test_who_has_an_account_proves_it_and_then_acts_for_both(world, person):
    b = person("B社")
    email = f"user{b.company.operator.operator_key}@example.com"
    link = invite(person("A社"), email=email, role="viewer", mandate="算定支援契約 2026")
    pages = [
        Person(world.app).open(link).text,
        Person(world.app).open(invite(person("A社"), "x@x.example")).text,
    ]
    assert pages[0].replace(email, "") == pages[1].replace("x@x.example", "")
    _, told = follow(world, link, password="not the one")
    assert told.status == 422
    somebody, _ = follow(world, link, password="Pass@1234")
    shown = somebody.open("/app/company")
    assert "A社" in shown.text
    assert "B社" in shown.text


@pytest.mark.parametrize("how", ["withdrawn", "replaced", "run out"])
def test_a_link_that_is_over_lets_nobody_in(world, person, clock, how):
    admin = person("A社")
    link = invite(admin)
    if how == "withdrawn":
        admin.send(admin.open("/app/people"), "/app/people/withdraw", invitation_id=_pending(admin))
    elif how == "replaced":
        invite(admin)
    else:
        clock.turn(days=15)
    somebody = Person(world.app)
    assert somebody.open(link).status == 404
    assert "not valid any more" in somebody.open(link).text


def _pending(admin):
    return re.search(r'name="invitation_id" value="([\w-]+)"', admin.open("/app/people").html).group(1)


def test_a_role_ends_at_once_and_the_last_administrator_stays(world, person):
    admin = person("A社")
    somebody, _ = follow(world, invite(admin), password=GOOD)
    shown = admin.open("/app/people")
    ids = dict(
        re.findall(r'<th scope="row">(new@a|user\d+@)[\s\S]*?name="account_id" value="([\w-]+)"', shown.html)
    )
    admin.send(shown, "/app/people/take", account_id=ids["new@a"], role="editor")
    assert somebody.open("/app/").address == "/app/login"
    own = next(value for name, value in ids.items() if name != "new@a")
    refused = admin.send(admin.open("/app/people"), "/app/people/take", account_id=own, role="admin")
    assert refused.status == 409
    assert "last administrator" in refused.text


def test_only_administrators_of_the_company_touch_its_people(world, person):
    admin, other = person("A社"), person("B社")
    invite(admin)
    csrf = other.open("/app/people").form("/app/people")["csrf"]
    gone = other.http.post("/app/people/withdraw", data={"csrf": csrf, "invitation_id": _pending(admin)})
    assert gone.status_code == 404
    account = re.search(r'name="account_id" value="([\w-]+)"', admin.open("/app/people").html).group(1)
    taken = other.http.post("/app/people/take", data={"csrf": csrf, "account_id": account})
    assert taken.status_code == 404
    assert "new@a.example" not in other.open("/app/people").text
    viewer, _ = follow(world, invite(admin, "v@a.example", "viewer"), password=GOOD)
    for address in ("/app/people", "/app/applications", "/app/platform"):
        assert viewer.open(address).status == 403


def test_an_invited_company_registers_is_let_in_and_answers(world, person, staff):
    customer = person("A社")
    a = customer.company
    _, [bought] = a.make_structure("製品", a.child("A12345", amountRequiredUnit="unit"))
    suppliers = f"/app/parts/{bought}/suppliers"
    shown = customer.send(
        customer.open(suppliers), suppliers, who="guest", company="新町製作所", email="info@shinmachi.example"
    )
    [address] = [one["action"] for one in shown.page.forms if one["action"].endswith("/link")]
    link = link_on(customer.send(shown, address))
    typed = {
        "name": "新町製作所", "address": "東京都大田区1-1", "open_operator_id": "1234567890123",
        "email": "boss@shinmachi.example", "password": GOOD, "may_act": "yes",
    }  # fmt: skip
    somebody, told = follow(world, link, **typed)
    assert "A社 invites you" in told.text
    assert 'id="fault-open_operator_id"' in told.html
    right = f"{check_digit('234567890123')}234567890123"
    shown = somebody.send(told, link, **typed | {"open_operator_id": right})
    assert "being checked" in shown.text
    assert Person(world.app).sign_in("boss@shinmachi.example", GOOD).status == 401
    page = staff.open("/app/platform")
    assert "新町製作所" in page.text
    assert "has not been imported here" in page.text
    for entry, told in (
        (row(A), "does not have this number"),
        (row(right, "別の製作所"), "another name for this number"),
        (row(right, "新町製作所", closed="2026-09-30"), "was closed on"),
        (row(right, "新町製作所"), "東京都千代田区霞が関1-1"),
    ):
        world.database.owner(lambda tx, entry=entry: import_list(tx, file(entry)))
        page = staff.open("/app/platform")
        assert told in page.text
    assert "was closed on" not in page.text
    staff.send(page, "/app/platform/registrations", do="approve")
    assert "Nobody is waiting." in staff.open("/app/platform").text
    supplier = Person(world.app)
    home = supplier.sign_in("boss@shinmachi.example", GOOD)
    assert "A社 asks for the footprint of A12345" in home.text
    stranger = person("C社")
    refused = stranger.http.post(address, data={"csrf": stranger.open("/app/").form("/app/logout")["csrf"]})
    assert refused.status_code in {403, 404}


def test_a_stranger_gets_no_link_for_a_company_that_it_did_not_invite(world, person):
    customer = person("A社")
    _, [bought] = customer.company.make_structure("製品", customer.company.child("A12345"))
    suppliers = f"/app/parts/{bought}/suppliers"
    shown = customer.send(customer.open(suppliers), suppliers, who="guest", company="新町製作所")
    [address] = [one["action"] for one in shown.page.forms if one["action"].endswith("/link")]
    other = person("B社")
    csrf = other.open("/app/").form("/app/logout")["csrf"]
    assert other.http.post(address, data={"csrf": csrf}).status_code == 404


def test_staff_suspends_a_company_and_sees_no_values(world, person, staff):
    somebody = person("A社")
    listed = staff.open("/app/platform?text=A社")
    here = f"/app/platform/companies/{somebody.company.id}"
    staff.send(staff.follow(listed, here), here, do="suspend")
    assert somebody.open("/app/").status != 200 or somebody.open("/app/").address == "/app/login"
    staff.send(staff.open(here), here, do="enable")
    assert (
        Person(world.app).sign_in(f"user{somebody.company.operator.operator_key}@example.com").status == 200
    )
    for address in ("/app/parts", "/app/requests", "/app/people", "/app/company/profile"):
        assert staff.open(address).status in {403, 404}, address


def test_staff_follows_a_write_by_its_number(world, person, staff):
    person("A社").company.make_part("P-1")
    rows = world.database.owner(
        lambda tx: tx.rows("SELECT track_id FROM commons.events WHERE track_id IS NOT NULL LIMIT 1")
    )
    track = rows[0]["track_id"]
    shown = staff.open(f"/app/platform?track={track}")
    assert "A社" in shown.text
    assert "P-1" not in shown.text
    world.settle()
    assert "carried through" in staff.open(f"/app/platform?track={track}").text
    assert "No write has this number" in staff.open("/app/platform?track=nonsense").text


def test_profile_and_plants_are_the_companys_own(world, person):
    somebody = person("A社")
    page = "/app/company/profile"
    somebody.send(somebody.open(page), page, name="A社改", address="京都府")
    assert "A社改" in somebody.open(page).text
    told = somebody.send(
        somebody.open(page),
        "/app/company/plants",
        plant_name="第二工場",
        plant_address="京都府",
        open_plant_id="x",
    )
    assert 'id="fault-open_plant_id"' in told.html
    somebody.send(told, "/app/company/plants", open_plant_id="000777")
    assert "第二工場" in somebody.open(page).text


def test_an_application_gets_a_key_that_is_shown_once_and_can_be_shut_out(world, person):
    admin = person("A社")
    page = "/app/applications"
    shown = admin.send(admin.open(page), page, application_name="ERP", networks="10.0.0.0/8")
    key = re.search(r'<p class="id">([\w-]{43})</p>', shown.html).group(1)
    assert key not in admin.open(page).html

    def asks():
        headers = {"x-api-key": key, "Renkei-Operator": admin.company.id}
        return admin.http.get("/v1/parts", headers=headers).status_code

    assert asks() == 200
    api_key = re.search(r'ERP[\s\S]*?name="api_key_id" value="([\w-]+)"', admin.open(page).html).group(1)
    for do, answer in (("disable", 403), ("enable", 200), ("revoke", 403)):
        admin.send(admin.open(page), f"{page}/state", api_key_id=api_key, do=do)
        assert asks() == answer, do
    told = admin.send(admin.open(page), page, application_name="X", networks="everywhere")
    assert 'id="fault-networks"' in told.html
    other = person("B社")
    csrf = other.open(page).form(page)["csrf"]
    foreign = other.http.post(f"{page}/state", data={"csrf": csrf, "api_key_id": api_key, "do": "enable"})
    assert foreign.status_code == 404


# -- the second factor -------------------------------------------------------------------------------------------------
def secret_on(shown):
    return base64.b32decode(re.search(r"secret=([A-Z2-7]{32})", shown.html).group(1))


def code_now(clock, secret):
    return code_at(secret, int(clock.now().timestamp()) // STEP_SECONDS)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds, code):
    """RFC 6238, appendix B (SHA-1), the last six digits."""
    assert code_at(b"12345678901234567890", seconds // STEP_SECONDS) == code


def test_where_it_is_demanded_staff_without_a_second_factor_opens_only_its_own_account(
    world, staff, clock, monkeypatch
):
    policy = replace(world.context.access.policy, administrators_need_factor=True)
    monkeypatch.setattr(world.context.access, "policy", policy)
    for page in ("/app/platform", "/app/platform/usage", "/app/platform/terms"):
        assert staff.open(page).status == 403, page
    shown = staff.open("/app/")
    assert shown.address == "/app/me"
    assert "no other page opens" in shown.text
    assert "/app/parts" not in shown.page.links
    shown = staff.send(shown, "/app/me/factor")
    secret = secret_on(shown)
    shown = staff.send(shown, "/app/me/factor/confirm", code=code_now(clock, secret))
    assert "no other page opens" not in shown.text
    assert staff.open("/app/").address == "/app/platform"


def test_with_a_second_factor_a_password_alone_lets_nobody_in(world, person, clock):
    admin = person("A社")
    email = f"user{admin.company.operator.operator_key}@example.com"
    shown = admin.send(admin.open("/app/me"), "/app/me/factor")
    secret = secret_on(shown)
    told = admin.send(shown, "/app/me/factor/confirm", code="000000")
    assert 'id="fault-code"' in told.html
    admin.send(told, "/app/me/factor/confirm", code=code_now(clock, secret))
    somebody = Person(world.app)
    asked = somebody.sign_in(email)
    assert asked.address == "/app/login/code"
    assert somebody.open("/app/").address == "/app/login"
    used = somebody.send(somebody.sign_in(email), "/app/login/code", code=code_now(clock, secret))
    assert used.status == 401
    clock.turn(seconds=STEP_SECONDS)
    shown = somebody.send(somebody.sign_in(email), "/app/login/code", code=code_now(clock, secret))
    assert shown.address == "/app/"
    login = {"email": email, "password": "Pass@1234"}
    assert admin.http.post("/v1/auth/login", json=login).status_code == 401
    clock.turn(seconds=STEP_SECONDS)
    code = code_now(clock, secret)
    assert admin.http.post("/v1/auth/login", json=login | {"code": code}).status_code == 200
    assert admin.http.post("/v1/auth/login", json=login | {"code": code}).status_code == 401
    clock.turn(seconds=STEP_SECONDS)
    somebody.send(somebody.open("/app/me"), "/app/me/factor/remove", code=code_now(clock, secret))
    assert Person(world.app).sign_in(email).address == "/app/"


def test_codes_cannot_be_tried_out(world, person, clock):
    admin = person("A社")
    shown = admin.send(admin.open("/app/me"), "/app/me/factor")
    secret = secret_on(shown)
    admin.send(shown, "/app/me/factor/confirm", code=code_now(clock, secret))
    clock.turn(seconds=STEP_SECONDS)
    somebody = Person(world.app)
    shown = somebody.sign_in(f"user{admin.company.operator.operator_key}@example.com")
    for _ in range(MOST_WRONG):
        shown = somebody.send(shown, "/app/login/code", code="000000")
    assert somebody.send(shown, "/app/login/code", code=code_now(clock, secret)).status == 401
    clock.turn(minutes=16)
    again = somebody.sign_in(f"user{admin.company.operator.operator_key}@example.com")
    assert somebody.send(again, "/app/login/code", code=code_now(clock, secret)).address == "/app/"


def test_a_password_is_changed_and_sessions_end(world, person):
    somebody, other = person("A社"), person("A社")
    told = somebody.send(somebody.open("/app/me"), "/app/me/password", old_password=PASSWORD, password="weak")
    assert 'id="fault-password"' in told.html
    wrong = somebody.send(
        somebody.open("/app/me"), "/app/me/password", old_password="not it", password="Kumiki#2026"
    )
    assert 'id="fault-old_password"' in wrong.html
    shown = somebody.send(
        somebody.open("/app/me"), "/app/me/password", old_password=PASSWORD, password="Kumiki#2026"
    )
    assert shown.address == "/app/login"
    email = f"user{somebody.company.operator.operator_key}@example.com"
    assert Person(world.app).sign_in(email, "Kumiki#2026").address == "/app/"
    assert other.company is somebody.company

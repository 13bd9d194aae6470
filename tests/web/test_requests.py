"""Requests on both sides, notifications, and changing the company, as people do it."""

from __future__ import annotations

import pytest

from tests.connectors.ouranos.world import PASSWORD, add_account
from tests.web.conftest import Person

NEXT_CENTURY = "2101-01-31"
LONG_AGO = "2024-12-31"


@pytest.fixture
def a(world):
    return world.company("A社")


@pytest.fixture
def b(world):
    return world.company("B社")


def ask(a, b, number="A12345", due=NEXT_CENTURY):
    """A request; its page."""
    _, [bought] = a.make_structure(f"{number}を使う製品", a.child(number))
    return f"/app/requests/{a.ask(b, bought, responseDueDate=due)[1]}"


def answer(b, a, request):
    """B社 answers over the other door, and discloses its total."""
    part = b.make_part("ボルト")
    b.state(part)
    found = b.get("tradeResponse").json()
    trade_id = next(
        one["tradeModel"]["tradeId"] for one in found if request.endswith(one["statusModel"]["statusId"])
    )
    b.release(a, part)
    b.link(trade_id, part)


def test_both_sides_see_the_request_and_nobody_else(world, person, a, b):
    request = ask(a, b)
    assert "A社 asks for the footprint of “A12345”" in person("B社").open(request).text
    assert "The footprint of “A12345”, asked of B社" in person("A社").open(request).text
    assert person("C社").open(request).status == 404
    assert "A12345" not in person("C社").open("/app/requests").text


def test_an_address_that_names_nothing_is_no_page(person):
    assert person("A社").open("/app/requests/x").status == 404


def test_lists_show_what_fits_the_search(person, a, b):
    ask(a, b, "A-late", LONG_AGO)
    ask(a, b, "A-open")
    answer(b, a, ask(a, b, "A-done"))
    somebody = person("B社")

    def numbers(query):
        text = somebody.open(f"/app/requests?{query}").text
        return {name for name in ("A-late", "A-open", "A-done") if name in text}

    assert numbers("") == {"A-late", "A-open", "A-done"}
    assert numbers("state=open") == {"A-late", "A-open"}
    assert numbers("state=overdue") == {"A-late"}
    assert numbers("state=answered") == {"A-done"}
    assert numbers("text=OPEN") == {"A-open"}
    assert numbers("text=A社&state=answered") == {"A-done"}
    assert numbers("text=B社") == set()
    assert numbers("side=sent") == set()
    assert "A-late" in person("A社").open("/app/requests?side=sent&text=B社").text
    assert numbers("state=nonsense&after=nonsense") == {"A-late", "A-open", "A-done"}


def test_long_lists_go_page_by_page(person, a, b):
    made = {ask(a, b, f"A-{i}") for i in range(27)}
    somebody = person("B社")
    first = somebody.open("/app/requests")
    further = next(link for link in first.page.links if "after=" in link)
    second = somebody.open(further)
    shown = [{link for link in page.page.links if link in made} for page in (first, second)]
    assert (len(shown[0]), len(shown[1])) == (25, 2)
    assert shown[0] | shown[1] == made


def test_a_question_and_a_refusal_reach_the_customer(person, a, b):
    request = ask(a, b)
    supplier, customer = person("B社"), person("A社")
    supplier.send(supplier.open(request), f"{request}/reply", text="どの図面ですか？")
    assert "どの図面ですか？" in customer.open(request).text
    told = supplier.send(supplier.open(request), f"{request}/reject", text="")
    assert (told.status, 'id="fault-text"' in told.html) == (422, True)
    supplier.send(supplier.open(request), f"{request}/reject", text="当社の製品ではありません。")
    shown = customer.open(request)
    assert "当社の製品ではありません。" in shown.text
    assert "B社 has sent the request back." in shown.text
    customer.send(shown, f"{request}/change", message="図面B-1です。", due_date="2999-01-31")
    again = supplier.open(request)
    assert "図面B-1です。" in again.text
    assert "31 Jan 2999" in again.text
    assert "Not answered" in again.text


def test_the_customer_accepts_asks_or_returns(world, person, a, b):
    request = ask(a, b)
    answer(b, a, request)
    world.settle()
    customer, supplier = person("A社"), person("B社")
    told = customer.send(customer.open(request), f"{request}/review", verdict="queried", reason="")
    assert (told.status, 'id="fault-reason"' in told.html) == (422, True)
    customer.send(customer.open(request), f"{request}/review", verdict="queried", reason="単位は？")
    assert "単位は？" in supplier.open(request).text
    customer.send(customer.open(request), f"{request}/review", verdict="accepted")
    assert "Accepted" in supplier.open(request).text
    customer.send(customer.open(request), f"{request}/review", verdict="returned", reason="年度が違います。")
    assert "Not answered" in supplier.open(request).text
    assert "年度が違います。" in supplier.open(request).text


def test_the_customer_changes_and_cancels(person, a, b):
    request = ask(a, b)
    customer = person("A社")
    told = customer.send(customer.open(request), f"{request}/change", due_date="soon")
    assert (told.status, 'id="fault-due_date"' in told.html) == (422, True)
    shown = customer.send(customer.open(request), f"{request}/cancel")
    assert "The request has been cancelled." in shown.text
    supplier = person("B社")
    assert supplier.open(request).status == 404
    told = supplier.open("/app/notifications")
    assert "A社 has cancelled a request" in told.text
    assert request not in told.page.links


@pytest.mark.parametrize("action", ["reply", "reject", "answer/send"])
def test_the_customer_cannot_do_the_suppliers_part(person, a, b, action):
    request = ask(a, b)
    customer = person("A社")
    csrf = customer.open(request).form("/app/logout")["csrf"]
    sent = customer.http.post(f"{request}/{action}", data={"csrf": csrf, "text": "x"})
    assert sent.status_code in {404, 422}
    assert "Not answered" in customer.open(request).text


@pytest.mark.parametrize("action", ["review", "change", "cancel"])
def test_the_supplier_cannot_do_the_customers_part(person, a, b, action):
    request = ask(a, b)
    supplier = person("B社")
    csrf = supplier.open(request).form("/app/logout")["csrf"]
    sent = supplier.http.post(
        f"{request}/{action}", data={"csrf": csrf, "verdict": "accepted", "message": ""}
    )
    assert sent.status_code in {404, 422}
    assert supplier.open(request).status == 200


def test_what_happened_is_told_and_marked_as_read(person, a, b):
    request = ask(a, b)
    somebody = person("B社")
    assert "Notifications 1 unread" in somebody.open("/app/").text
    shown = somebody.open("/app/notifications")
    assert "A社 asks you for a footprint A12345" in shown.text
    assert request in shown.page.links
    after = somebody.send(shown, "/app/notifications")
    assert "unread" not in after.text
    assert "A社 asks you for a footprint" in after.text


def test_nobody_marks_what_others_were_told(person, a, b):
    ask(a, b)
    theirs = person("B社").open("/app/notifications").form("/app/notifications")["ids"]
    stranger = person("C社")
    csrf = stranger.open("/app/").form("/app/logout")["csrf"]
    stranger.http.post("/app/notifications", data={"csrf": csrf, "ids": theirs})
    assert "1 unread" in person("B社").open("/app/").text


@pytest.fixture
def consultant(world, a, b):
    """A person who enters data for A社 and B社."""
    add_account(world.context, a.operator, "consultant@example.com")
    world.database.owner(
        lambda tx: tx.execute(
            """
            INSERT INTO commons.memberships (account_key, operator_key, role, granted_at)
            SELECT account_key, %s, 'editor', now() FROM commons.accounts WHERE email = 'consultant@example.com'
            """,
            (b.operator.operator_key,),
        )
    )
    somebody = Person(world.app)
    assert somebody.sign_in("consultant@example.com", PASSWORD).address == "/app/"
    return somebody


def test_a_consultant_changes_the_company_and_stays_in_place(consultant, a, b):
    ask(a, b, "A-open")
    shown = consultant.open("/app/requests?state=open")
    assert "A-open" not in shown.text
    shown = consultant.send(shown, "/app/company", operator_id=b.id)
    assert shown.address == "/app/requests"
    assert "A-open" in shown.text
    assert "state=open" in shown.form("/app/company")["next"]


def test_a_page_of_one_company_leads_to_the_list_of_the_other(consultant, world, a, b):
    request = ask(a, world.company("C社"))
    shown = consultant.send(consultant.open(request), "/app/company", operator_id=b.id)
    assert (shown.status, shown.address) == (200, "/app/requests")


def test_a_form_of_the_former_company_is_not_taken_for_the_other(consultant, a, b):
    request = ask(a, b)
    consultant.send(consultant.open("/app/"), "/app/company", operator_id=b.id)
    old = consultant.open(request)
    consultant.send(consultant.open("/app/"), "/app/company", operator_id=a.id)
    told = consultant.send(old, f"{request}/reply", text="x")
    assert "This page is too old." in told.text


def test_who_has_one_company_needs_no_choice(person):
    assert "Change over" not in person("A社").open("/app/").text

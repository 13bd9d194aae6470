"""From an invitation to the first answer in a real browser: a company that was no member, the staff, a colleague."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from renkei.commons.access.registry import add_staff
from renkei.kit.corporate_number import check_digit

GOOD = "correct-horse-9"
BASE = "701000101234"


def clean(page):
    """Nothing keeps people out, and nothing sticks out."""
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def sign_in(page, email):
    page.goto("/app/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", GOOD)
    page.click("form[action='/app/login'] button")


@pytest.mark.parametrize(("language", "width"), [("ja", 1280), ("en", 320)])
def test_an_invited_company_registers_is_let_in_and_finds_the_request(
    world, signed_in, window, language, width
):
    customer = signed_in("東邦自動車", language, width=width)
    _, [bought] = customer.company.make_structure("駆動ユニット", customer.company.child("A12345"))
    customer.goto(f"/app/parts/{bought}/suppliers")
    customer.check("[name=who][value=guest]")
    customer.fill("[name=company]", "新町製作所")
    customer.click("form[action$='/suppliers'] button.primary")
    customer.click("form[action$='/link'] button")
    link = re.search(r"/app/join/[\w-]+", customer.content()).group()

    newcomer = window(language, width=width)
    newcomer.goto(link)
    assert "東邦自動車" in newcomer.locator("h1").inner_text()
    clean(newcomer)
    newcomer.goto("/app/terms")
    clean(newcomer)
    newcomer.goto(link)
    for name, text in (
        ("address", "東京都大田区1-1"),
        ("open_operator_id", f"{check_digit(BASE)}{BASE}"),
        ("email", "boss@shinmachi.example"),
        ("password", GOOD),
    ):
        newcomer.fill(f"main [name={name}]", text)
    newcomer.check("[name=may_act]")
    newcomer.click("main form button.primary")
    assert newcomer.locator("a[href='/app/login']").is_visible()

    add_staff(world.context.access, "staff@platform.example", GOOD)
    staff = window(language, width=width)
    sign_in(staff, "staff@platform.example")
    staff.wait_for_url("**/app/platform")
    clean(staff)
    staff.click("button[value=approve]")
    assert staff.locator("p.told").first.is_visible()
    for page in ("/app/platform/usage", "/app/platform/terms"):
        staff.goto(page)
        clean(staff)

    sign_in(newcomer, "boss@shinmachi.example")
    newcomer.wait_for_url("**/app/")
    assert newcomer.locator("main .todo a[href^='/app/requests/']").count() == 1
    newcomer.goto("/app/people")
    newcomer.fill("[name=email]", "colleague@shinmachi.example")
    newcomer.click("main .card button.primary")
    clean(newcomer)
    colleague = window(language, width=width)
    colleague.goto(re.search(r"/app/join/[\w-]+", newcomer.content()).group())
    clean(colleague)
    colleague.fill("[name=password]", GOOD)
    colleague.click("main button.primary")
    colleague.wait_for_url("**/app/")
    newcomer.goto("/app/me")
    newcomer.click("form[action='/app/me/factor'] button")
    clean(newcomer)

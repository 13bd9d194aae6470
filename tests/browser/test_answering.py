"""A small supplier answers its first request in a real browser, and the next customer with three clicks."""

from __future__ import annotations

import re

import pytest


class Hand:
    """One person's mouse and keyboard on a page: counts what they do."""

    def __init__(self, page):
        self.page = page
        self.clicks = 0
        self.fields = 0

    def click(self, where):
        self.page.locator(where).first.click()
        self.clicks += 1

    def fill(self, name, text):
        self.page.locator(f"main [name={name}]").fill(text)
        self.fields += 1


@pytest.fixture
def asked(world):
    """A request for A12345, counted in kilogram; its path."""

    def ask(customer, supplier, number="A12345"):
        buyer, seller = (world.companies.get(name) or world.company(name) for name in (customer, supplier))
        _, [bought] = buyer.make_structure("駆動ユニット", buyer.child(number, partsLabelName="六角ボルト"))
        return f"/app/requests/{buyer.ask(seller, bought, responseDueDate='2101-01-31')[1]}"

    return ask


def width_of(page):
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize(("language", "scripts"), [("ja", True), ("en", False)])
def test_a_first_request_is_answered_in_minutes_and_the_next_with_three_clicks(
    world, signed_in, asked, language, scripts
):
    request = asked("東邦自動車", "ねじ製作所")
    page = signed_in("ねじ製作所", language, width=390, scripts=scripts)
    hand = Hand(page)
    hand.click(f"a[href='{request}']")
    assert "東邦自動車" in page.locator("h1").inner_text()
    hand.click(f"a[href='{request}/answer']")
    hand.fill("name", "ボルト M8")
    hand.click("form.card button.primary")
    for name, amount in (
        ("raw_bought", "1.85"),
        ("raw_own", "0"),
        ("production_own", "0.42"),
        ("production_bought", "0.13"),
    ):
        hand.fill(name, amount)
    hand.click("form button.primary")
    # 1.85 + 0 + 0.42 + 0.13
    assert page.locator(".big").inner_text() == "2.4"
    hand.click("a.primary")
    assert page.locator("[name=attributes][value=total]").is_checked()
    assert not page.locator("[name=attributes][value=categories]").is_checked()
    hand.click("form button.primary")
    preview = page.locator("section.card dl").inner_text()
    assert width_of(page) == 390
    hand.click("form button.primary")
    page.wait_for_url("**/answer/sent")
    assert hand.clicks <= 12
    assert hand.fields <= 15

    world.settle()
    customer = signed_in("東邦自動車", language, scripts=scripts)
    customer.goto(request)
    received = customer.locator("section dl", has=customer.locator(".big")).inner_text()
    assert re.sub(r"\s+", " ", received) == re.sub(r"\s+", " ", preview)

    following = asked("西都車両", "ねじ製作所", "W-9")
    page.goto("/app/")
    hand = Hand(page)
    hand.click(f"a[href='{following}']")
    hand.click(f"a[href='{following}/answer']")
    hand.click("form button.primary")
    page.wait_for_url("**/answer/sent")
    assert hand.clicks == 3


def test_the_whole_answer_goes_by_the_keyboard(signed_in, asked):
    request = asked("東邦自動車", "ねじ製作所")
    page = signed_in("ねじ製作所", "en")

    def tab_to(where):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({where!r})"):
                return
        raise AssertionError(where)

    def go(where):
        tab_to(where)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    go(f"a[href='{request}']")
    go(f"a[href='{request}/answer']")
    tab_to("[name=name]")
    page.keyboard.type("Bolt")
    go("form.card button")
    tab_to("[name=raw_bought]")
    page.keyboard.type("2")
    go("form button.primary")
    go("a.primary")
    go("form button.primary")
    go("form button.primary")
    assert page.url.endswith("/answer/sent")

"""A small supplier reaches its value from a year of bills, in a real browser: the right one, with few fields."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_answering import Hand, asked, width_of

__all__ = ["asked"]

EXAMPLE = Path(__file__).parents[2] / "examples/year-of-bills"
ANSWER = json.loads((EXAMPLE / "answer.json").read_bytes())["total"]
TYPED = {
    "period_from": "2024-04-01",
    "period_to": "2025-03-31",
    "production": "20000",
    "power.amount": "120,000",
    "fuel-city-gas.amount": "8000",
    "fuel-lpg.amount": "600",
    "material-0.amount": "26000",
    "material-1.amount": "600",
    "material-2.amount": "4000",
    "work-0.amount": "2,400,000",
    "yen_per_dollar": "153.85",
    "transport-0.amount": "26",
    "transport-0.km": "150",
    "waste-0.amount": "200",
    "scrap": "2100",
}
CHOSEN = {
    "material-0.factor": "metal-averages@1#steel",
    "material-1.factor": "renkei-proxies@2026.1#copper",
    "material-2.factor": "renkei-proxies@2026.1#engineering-plastic",
    "work-0.factor": "renkei-proxies@2026.1#plating",
    "transport-0.factor": "uk-ghg@2025#transport-304-3140-14-1",
    "waste-0.factor": "uk-ghg@2025#waste-20-505-5383-15-1",
}


@pytest.mark.parametrize(("language", "scripts", "width"), [("ja", True, 390), ("en", False, 1280)])
def test_from_the_bills_of_a_year_to_the_answer(world, signed_in, asked, language, scripts, width):
    request = asked("東邦自動車", "板金製作所")
    page = signed_in("板金製作所", language, width=width, scripts=scripts)
    hand = Hand(page)
    hand.click(f"a[href='{request}']")
    hand.click(f"a[href='{request}/answer']")
    hand.fill("name", "ブラケット")
    page.locator("form.card [name=unit]").select_option("unit")
    hand.click("form.card button.primary")
    hand.click(f"a[href='{request}/answer/bills']")
    first = dict(list(TYPED.items())[:4])
    for name, text in first.items():
        hand.fill(f"'{name}'", text)
    hand.click("button[value=draft]")
    assert page.locator("p.told").is_visible()
    page.goto("/app/")
    page.goto(f"{request}/answer/bills")
    assert page.locator("[name='power.amount']").input_value() == "120000"
    for name, text in list(TYPED.items())[4:]:
        hand.fill(f"'{name}'", text)
    for name, value in CHOSEN.items():
        page.locator(f"[name='{name}']").select_option(value)
        hand.fields += 1
    assert width_of(page) == width
    hand.click("button.primary[value=keep]")
    page.wait_for_url("**/answer/result")
    total = float(page.locator(".big .number").get_attribute("title"))
    assert total == pytest.approx(ANSWER, rel=0.01)
    assert hand.fields <= 40
    assert page.locator("table.trail tbody tr").count() == 10
    assert width_of(page) == width
    if scripts:
        assert Axe().run(page).response["violations"] == []
    hand.click("a.primary")
    hand.click("form button.primary")
    hand.click("form button.primary")
    page.wait_for_url("**/answer/sent")
    world.settle()
    customer = signed_in("東邦自動車", language)
    customer.goto(request)
    assert "7.65" in customer.locator("section dl", has=customer.locator(".big")).inner_text()

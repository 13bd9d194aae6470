"""A car maker's team takes in its bill of materials in a real browser, with the mouse and a file."""

from __future__ import annotations

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples/bom"


@pytest.mark.parametrize(("language", "width", "scripts"), [("ja", 1280, True), ("en", 320, False)])
def test_a_bill_of_materials_from_the_file_to_the_tree(world, signed_in, language, width, scripts):
    world.company("東邦自動車")
    page = signed_in("東邦自動車", language, width=width, scripts=scripts)
    page.click("nav a[href='/app/parts']")
    page.click("main a[href='/app/uploads']")
    form = page.locator("form[action='/app/uploads/bom']")
    form.locator("input[type=file]").set_input_files(EXAMPLES / "water-pump-with-faults.csv")
    form.locator("button.primary").click()
    assert page.locator("form[action$='/confirm']").count() == 0
    assert page.locator("table").first.locator("tbody tr").count() == 5
    page.click("a.button[href='/app/uploads']")
    form = page.locator("form[action='/app/uploads/bom']")
    form.locator("input[type=file]").set_input_files(EXAMPLES / "water-pump-indented-ja.xlsx")
    form.locator("button.primary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("form[action$='/confirm'] button")
    page.click("main a.button[href='/app/parts']")
    page.locator("main tbody a").first.click()
    page.click("a[href$='/structure']")
    assert page.locator("main tbody tr").count() > 1

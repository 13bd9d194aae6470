"""What is new shows on an open page without a reload."""

from __future__ import annotations

from renkei.commons.notifications.service import notify
from tests.browser.conftest import settings, world

__all__ = ["settings", "world"]


def test_a_notification_shows_while_the_page_is_open(world, signed_in):
    page = signed_in("A社", "en")
    other = world.company("B社")
    page.wait_for_timeout(500)
    assert page.locator("#unread").inner_text().strip() == ""
    assert not page.locator("#news").is_visible()
    world.database.run(
        other.operator, lambda tx: notify(tx, page.company.operator.operator_key, "REQUEST_NEW")
    )
    page.locator("#unread .count").wait_for()
    assert page.locator("#unread").inner_text().strip().startswith("1")
    assert page.locator("#news").is_visible()
    page.click("#news a")
    page.locator("#news").wait_for(state="hidden")
    page.goto("/app/notifications")
    assert "B社" in page.inner_text("main")

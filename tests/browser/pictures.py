"""Pictures of the main pages, wide and narrow, in both languages: `make screenshots` writes them into docs/pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.scenery import MAKER, SUPPLIER, furnish

PICTURES = Path(__file__).parents[2] / "docs/pictures"
PAGES = {
    MAKER: {
        "home": "/app/",
        "part": "/app/parts/{pack}",
        "structure": "/app/parts/{pack}/structure?open={module}",
        "breakdown": "/app/parts/{pack}/breakdown",
        "what-if": "/app/parts/{pack}/what-if",
        "versions": "/app/parts/{pack}/versions",
        "suppliers": "/app/parts/{cell}/suppliers",
        "updates": "/app/updates",
    },
    SUPPLIER: {"requests": "/app/requests", "disclosures": "/app/disclosures"},
}
WIDTHS = (1440, 390)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pictures(world, signed_in, language):
    scenery = furnish(world)
    PICTURES.mkdir(exist_ok=True)
    for width in WIDTHS:
        for company, pages in PAGES.items():
            page = signed_in(company, language=language, width=width, height=900 if width > 600 else 844)
            for name, address in pages.items():
                page.goto(address.format(pack=scenery.pack, module=scenery.module, cell=scenery.cell))
                page.screenshot(path=PICTURES / f"{name}-{language}-{width}.jpg", type="jpeg", quality=38)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)

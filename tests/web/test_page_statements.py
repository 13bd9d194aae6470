"""How many SQL statements a page takes, beside the entry of its transaction, which also counts what is unread.

The goal is three. Pages that take more stand here with what they take, so that none grows unseen.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from renkei.settings import Settings
from tests.statement_count import at_most, count

__all__ = ["count"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    # Rates are settled beside the requests, by a thread whose statements are none of theirs.
    return Settings(data_dir=tmp_path, public_base_url="http://pages.test", rates_settle_seconds=60)


@pytest.fixture
def chain(world, person):
    """A company with a product of three bought parts: one was answered and disclosed, one waits, one was asked of nobody."""
    me = person("A社")
    a, b = me.company, world.company("B社")
    root, bought = a.make_structure("製品", *(a.child(f"部品{n}", n + 1) for n in range(3)))
    answered, _ = a.ask(b, bought[0])
    a.ask(b, bought[1])
    own = b.make_part("材料", terminatedFlag=True)
    b.link(answered, own)
    b.state(own)
    b.release(a, own)
    a.state(root)
    world.settle()
    return me, root


def test_pages(chain, count):
    me, root = chain
    part = f"/app/parts/{root}"
    me.http.get(f"{part}/breakdown")  # loads the graph, which is kept as long as it is the newest
    for page, most in {
        "/app/parts": 3,
        "/app/requests": 3,
        "/app/disclosures": 3,
        "/app/updates": 3,
        part: 3,
        f"{part}/versions": 3,
        f"{part}/breakdown": 3,
        "/app/requests?side=sent": 3,
        "/app/notifications": 3,
        f"{part}/structure": 5,
        "/app/declarations": 5,
        "/app/": 8,
    }.items():
        at_most(most, count(lambda page=page: me.http.get(page)), page)

"""Every list of `/v1` comes in pages: walked with one row a page it gives what the whole list gives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.native.world import Member, World, good


def walked(member: Member, path: str, **query: Any) -> list[dict[str, Any]]:
    """The list, one row at a time."""
    found: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while len(found) < 20:
        page = good(member.get(path, limit=1, **query, **after))
        assert len(page["items"]) <= 1
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}
    raise AssertionError("the list does not end")


def _read_thrice(world: World, provider: Member, reader: Member) -> None:
    """The reader looks at what it was delivered, three times at a distance."""
    own, bought = provider.part("開示品"), reader.part("開示を受ける品")
    provider.link(reader.ask(provider, bought), own)
    statement = {"declared_unit": "kilogram", "declared": {"production": {"own": 1}}}
    good(provider.put(f"/parts/{own}/footprint", statement))
    good(provider.post("/consents", {"trace_id": own, "consumer_id": reader.id, "attributes": ["total"]}))
    world.work_off()
    for _ in range(3):
        good(reader.get("/deliveries", trace_id=bought))
        world.database.journal.flush()


@pytest.fixture
def lists(world: World, a: Member, b: Member, c: Member) -> dict[str, tuple[str, dict[str, Any]]]:
    """A path and its query for every list, each with three rows or more."""
    bought = a.part("購入品")
    asked = [a.ask(supplier, bought) for supplier in (b, c, b)]
    path = f"/requests/{asked[0]['request_id']}"
    for text in ("一", "二", "三"):
        good(b.post(f"{path}/reply", {"text": text}))
    for name in ("P1", "P2", "P3"):
        part = a.part(name)
        good(a.post(f"/parts/{part}/numbers", {"number": "同じ番号"}))
    for number, partner in (("2", None), ("1", None), ("1", b.id), ("2", b.id)):
        good(a.post(f"/parts/{bought}/numbers", {"number": number, "partner_id": partner}))
    for amount in (1, 2, 3):
        line = {"child": {"trace_id": part}, "amount": amount, "unit": "kilogram"}
        good(a.put(f"/parts/{bought}/structure", {"lines": [line]}))
    for attributes in (["total"], ["quality"], []):
        body = {"trace_id": part, "consumer_id": b.id, "attributes": attributes}
        good(a.post("/consents", body))
    for consumer in (c, b):
        for own in (bought, part):
            body = {"trace_id": own, "consumer_id": consumer.id, "attributes": ["total"]}
            good(a.post("/consents", body))
    for number in (2, 3):
        body = {"name": f"第{number}工場", "address": "東京都", "open_plant_id": f"X00000{number}"}
        good(a.post("/plants", body))
    for requested in asked:
        good(a.patch(f"/requests/{requested['request_id']}", {"message": "急ぎ"}))
    for number, supplier in enumerate((b, c, b)):
        supplier.ask(a, supplier.part(f"S{number}"))
    _read_thrice(world, a, b)
    return {
        "parts": ("/parts", {}),
        "parts by number": ("/parts", {"number": "同じ番号"}),
        "structures": (f"/parts/{bought}/structures", {}),
        "numbers": (f"/parts/{bought}/numbers", {}),
        "plants": ("/plants", {}),
        "requests": ("/requests", {}),
        "requests sent": ("/requests", {"direction": "sent"}),
        "requests received": ("/requests", {"direction": "received"}),
        "messages": (f"{path}/messages", {}),
        "trades": ("/trades", {"trace_id": bought}),
        "consents": ("/consents", {}),
        "consents with former versions": ("/consents", {"history": True}),
        "notifications": ("/notifications", {}),
        "reads": ("/reads", {}),
    }


def test_walked_row_by_row_every_list_is_the_whole(
    a: Member, lists: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    for name, (path, query) in lists.items():
        whole = good(a.get(path, **query))
        assert (len(whole["items"]) >= 3, whole["next"]) == (True, None), name
        assert walked(a, path, **query) == whole["items"], name


def test_a_cursor_that_names_nothing_opens_an_empty_page(
    a: Member, lists: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    nowhere = "00000000-0000-4000-8000-000000000000"
    for name, (path, query) in lists.items():
        after = 999 if name == "messages" else nowhere
        assert good(a.get(path, after=after, **query)) == {"items": [], "next": None}, name


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"limit": "x"}, {"after": "x"}])
def test_what_is_no_limit_and_no_cursor_is_refused(a: Member, query: dict[str, Any]) -> None:
    for path in ("/parts", "/plants", "/requests", "/consents", "/notifications"):
        assert a.get(path, **query).status_code == 422, path

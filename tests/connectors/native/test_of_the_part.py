"""What is disclosed of the part itself: what it is made of and where, told anew when that changes, and to nobody else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.connectors.native.test_bulk import part as line
from tests.connectors.native.test_bulk import send
from tests.connectors.native.test_consents import Shop, seller, shop
from tests.connectors.native.world import Member, good

__all__ = ["seller", "shop"]


def content(shop: Shop, buyer: Member, bought: str) -> dict[str, Any]:
    shop.world.work_off()
    return dict(good(buyer.get("/deliveries", trace_id=bought))["items"][0]["attributes"])


def stand_on(seller: Member, part: str, **amounts: float) -> None:
    lines = [
        {
            "child": {"plant_id": seller.plant_id, "name": name, "unit": "kilogram"},
            "amount": amount,
            "unit": "kilogram",
        }
        for name, amount in amounts.items()
    ]
    good(seller.put(f"/parts/{part}/structure", {"lines": lines}))


def test_lines_and_plant_are_told_and_told_anew_when_they_change(shop: Shop, a: Member, b: Member) -> None:
    sheet = shop.product("鋼板")
    stand_on(shop.seller, sheet, スクラップ=0.4)
    (of_a, _), (of_b, _) = shop.sell(sheet, a), shop.sell(sheet, b)
    shop.decide(trace_id=sheet, consumer_id=a.id, attributes=["total", "structure", "plant"])
    shop.decide(trace_id=sheet, consumer_id=b.id, attributes=["total"])
    seen = content(shop, a, of_a)
    [plant] = good(shop.seller.get("/plants"))["items"]
    assert seen["plant"] == {name: plant[name] for name in ("name", "address", "open_plant_id")}
    [line] = seen["structure"]["lines"]
    assert (line["name"], Decimal(str(line["amount"])), line["unit"]) == (
        "スクラップ",
        Decimal("0.4"),
        "kilogram",
    )
    assert set(line) == {"name", "amount", "unit", "base_quantity", "sourcing"}, "no supplier, no id"
    assert sorted(content(shop, b, of_b)) == ["total"]

    stand_on(shop.seller, sheet, スクラップ=0.3, 銑鉄=0.7)
    assert [one["name"] for one in content(shop, a, of_a)["structure"]["lines"]] == ["スクラップ", "銑鉄"]
    moved = {"name": plant["name"], "address": "千葉県君津市", "open_plant_id": plant["open_plant_id"]}
    good(shop.seller.put(f"/plants/{plant['plant_id']}", moved))
    assert content(shop, a, of_a)["plant"]["address"] == "千葉県君津市"
    good(shop.seller.put(f"/parts/{sheet}/structure", {"lines": []}))
    assert sorted(content(shop, a, of_a)) == ["plant", "total"]
    assert {tuple(one["attributes"]) for one in good(b.get("/deliveries", trace_id=of_b))["items"]} == {
        ("total",)
    }


def test_nothing_is_written_where_nothing_that_may_be_seen_has_changed(shop: Shop, b: Member) -> None:
    sheet = shop.product("鋼板")
    stand_on(shop.seller, sheet, スクラップ=0.4)
    of_b, _ = shop.sell(sheet, b)
    shop.decide(trace_id=sheet, consumer_id=b.id, attributes=["pds", "plant"])
    assert shop.seen(b, of_b) == ["plant"]
    stand_on(shop.seller, sheet, スクラップ=0.3)
    shop.world.work_off()
    assert len(good(b.get("/deliveries", trace_id=of_b))["items"]) == 1


def test_many_at_once_follow_too(shop: Shop, a: Member) -> None:
    sheet = shop.product("鋼板")
    of_a, _ = shop.sell(sheet, a)
    shop.decide(trace_id=sheet, consumer_id=a.id, attributes=["structure"])
    assert shop.seen(a, of_a) is None
    good(send(shop.seller, [line(shop.seller, "鋼板", "スクラップ", unit="kilogram")]))
    assert shop.seen(a, of_a) == ["structure"]


def test_a_wide_decision_follows_too(shop: Shop, a: Member) -> None:
    sheet = shop.product("鋼板")
    of_a, _ = shop.sell(sheet, a)
    shop.decide(whole=True, audience="members", attributes=["structure"])
    assert shop.seen(a, of_a) is None, "there is nothing to say"
    stand_on(shop.seller, sheet, 鉄鉱石=1.6)
    assert shop.seen(a, of_a) == ["structure"]

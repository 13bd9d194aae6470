"""Decisions about more than a part and for more than a company, and what they let out when something changes."""

from __future__ import annotations

from typing import Any

import pytest

from renkei.commons.consents import spreading
from tests.connectors.native.world import Member, World, good

STATEMENT = {"declared_unit": "kilogram", "declared": {"production": {"own": 10}}}


@pytest.fixture
def seller(world: World) -> Member:
    return world.member("売り手")


class Shop:
    """A seller, and what its buyers find in their inboxes."""

    def __init__(self, world: World, seller: Member) -> None:
        self.world = world
        self.seller = seller

    def product(self, name: str, own: int = 10) -> str:
        """A part with a footprint of so many kg."""
        part = self.seller.part(name)
        good(
            self.seller.put(
                f"/parts/{part}/footprint", {**STATEMENT, "declared": {"production": {"own": own}}}
            )
        )
        return part

    def sell(self, product: str, buyer: Member) -> tuple[str, str]:
        """Let a buyer ask for a product and link it; the bought part and the trade."""
        bought = buyer.part(f"購入品{product}")
        asked = buyer.ask(self.seller, bought)
        self.seller.link(asked, product)
        return bought, asked["trade_id"]

    def decide(self, **said: Any) -> dict[str, Any]:
        """A decision of the seller."""
        return good(self.seller.post("/consents", {"attributes": ["total"]} | said))

    def seen(self, buyer: Member, bought: str) -> list[str] | None:
        """The attributes that a buyer has; None if nothing ever came."""
        self.world.work_off()
        items = good(buyer.get("/deliveries", trace_id=bought))["items"]
        return sorted(items[0]["attributes"]) if items else None


@pytest.fixture
def shop(world: World, seller: Member) -> Shop:
    return Shop(world, seller)


def test_a_group_a_family_and_the_whole_company(shop: Shop, a: Member, b: Member) -> None:
    sheet, coil, other = shop.product("鋼板"), shop.product("コイル"), shop.product("ボルト")
    (sheet_a, _), (coil_b, _), (other_b, _) = shop.sell(sheet, a), shop.sell(coil, b), shop.sell(other, b)
    group = good(shop.seller.post("/groups", {"name": "協力会", "members": [b.id]}))["selection_id"]
    family = good(shop.seller.post("/families", {"name": "鋼材", "members": [sheet, coil]}))["selection_id"]
    wide = shop.decide(family_id=family, group_id=group, purpose="vehicle_lca", reason="取り決め")
    assert (wide["subject"], wide["consumer"], wide["state"], wide["reason"]) == (
        "family",
        "group",
        "granted",
        "取り決め",
    )
    assert (shop.seen(a, sheet_a), shop.seen(b, coil_b), shop.seen(b, other_b)) == (None, ["total"], None)
    [delivery] = good(b.get("/deliveries", trace_id=coil_b))["items"]
    assert delivery["purpose"] == "vehicle_lca"
    # Who comes in gets it, what comes in too; who and what leaves loses it.
    good(shop.seller.put(f"/groups/{group}", {"name": "協力会", "members": [a.id, b.id]}))
    assert (shop.seen(a, sheet_a), shop.seen(b, coil_b)) == (["total"], ["total"])
    good(shop.seller.put(f"/families/{family}", {"name": "鋼材", "members": [sheet, other]}))
    assert (shop.seen(b, coil_b), shop.seen(b, other_b)) == ([], ["total"])
    good(shop.seller.put(f"/groups/{group}", {"name": "協力会", "members": [b.id]}))
    assert (shop.seen(a, sheet_a), shop.seen(b, other_b)) == ([], ["total"])
    # A trade that is linked later, and a new version of what is stated.
    sheet_b, _ = shop.sell(sheet, b)
    assert shop.seen(b, sheet_b) == ["total"]
    shop.decide(whole=True, consumer_id=a.id, attributes=["total", "pds"])
    assert shop.seen(a, sheet_a) == ["total"]  # no share of primary data is stated
    good(shop.seller.post(f"/consents/{wide['consent_id']}/withdraw", {"reason": "終了"}))
    assert [shop.seen(b, one) for one in (coil_b, other_b, sheet_b)] == [[], [], []]
    history = good(shop.seller.get("/consents", history=True))["items"]
    assert [(one["state"], one["reason"]) for one in history if one["family_id"]] == [
        ("withdrawn", "終了"),
        ("granted", "取り決め"),
    ]


def test_the_closest_decision_decides_and_taking_it_back_leaves_the_wider_one(
    shop: Shop, a: Member, b: Member
) -> None:
    sheet = shop.product("鋼板")
    (of_a, trade), (of_b, _) = shop.sell(sheet, a), shop.sell(sheet, b)
    shop.decide(whole=True, audience="members")
    narrow = shop.decide(trace_id=sheet, consumer_id=a.id, attributes=["total", "gate_to_gate"])
    assert (shop.seen(a, of_a), shop.seen(b, of_b)) == (["gate_to_gate", "total"], ["total"])
    refusal = shop.decide(trade_id=trade, consumer_id=a.id, attributes=[], refuse=True)
    assert (refusal["state"], shop.seen(a, of_a), shop.seen(b, of_b)) == ("refused", [], ["total"])
    for one, left in ((refusal, ["gate_to_gate", "total"]), (narrow, ["total"])):
        good(shop.seller.post(f"/consents/{one['consent_id']}/withdraw"))
        assert shop.seen(a, of_a) == left


def test_a_trade_that_is_sent_back_loses_what_a_wide_decision_let_out(shop: Shop, a: Member) -> None:
    bought = a.part("購入品")
    asked = a.ask(shop.seller, bought)
    shop.seller.link(asked, shop.product("鋼板"))
    shop.decide(whole=True, audience="public")
    assert shop.seen(a, bought) == ["total"]
    good(shop.seller.post(f"/requests/{asked['request_id']}/reject", {"reply": "担当外です。"}))
    assert shop.seen(a, bought) == []
    # and one that is moved to a part of which nothing is said
    shop.seller.link(asked, shop.product("コイル"))
    assert shop.seen(a, bought) == ["total"]
    shop.seller.link(asked, shop.seller.part("値なし"))
    assert shop.seen(a, bought) == []


def test_what_is_for_everybody_is_read_by_everybody_while_it_is_in_force(
    world: World, shop: Shop, a: Member, c: Member
) -> None:
    sheet = shop.product("鋼板")
    assert good(c.get("/shared"))["items"] == []
    consent = shop.decide(trace_id=sheet, audience="members", purpose="scope3")
    [row] = good(c.get("/shared", operator_id=shop.seller.id))["items"]
    assert (row["trace_id"], row["audience"], row["purpose"]) == (sheet, "members", "scope3")
    assert row["attributes"]["total"]["stages"]["production"] == 10
    again = {**STATEMENT, "cfp_id": _cfp_id(shop.seller, sheet), "declared": {"production": {"own": 7}}}
    good(shop.seller.put(f"/parts/{sheet}/footprint", again))
    [row] = good(a.get("/shared", trace_id=sheet))["items"]
    assert (row["attributes"]["total"]["stages"]["production"], row["statement_version"]) == (7, 2)
    good(shop.seller.post(f"/consents/{consent['consent_id']}/withdraw"))
    assert good(c.get("/shared"))["items"] == []
    assert good(c.get("/shared", trace_id=a.part("他")))["items"] == []


def test_what_stands_and_is_then_for_one_value_is_this_value(shop: Shop, a: Member, c: Member) -> None:
    sheet = shop.product("鋼板")
    bought, _ = shop.sell(sheet, a)
    for standing in (True, False):
        shop.decide(trace_id=sheet, consumer_id=a.id, standing=standing)
        shop.decide(trace_id=sheet, audience="members", standing=standing)
    again = {**STATEMENT, "cfp_id": _cfp_id(shop.seller, sheet), "declared": {"production": {"own": 7}}}
    good(shop.seller.put(f"/parts/{sheet}/footprint", again))
    shop.world.work_off()
    delivery = good(a.get("/deliveries", trace_id=bought))["items"][0]
    [shown] = good(c.get("/shared", trace_id=sheet))["items"]
    for row in (delivery, shown):
        assert row["attributes"]["total"]["stages"]["production"] == 10


def test_the_public_needs_no_account_and_sees_what_is_for_it_alone(world: World, shop: Shop) -> None:
    sheet, coil = shop.product("鋼板"), shop.product("コイル")
    shop.decide(trace_id=coil, audience="members")
    consent = shop.decide(trace_id=sheet, audience="public", purpose="製品カタログ")

    def seen(**query: str) -> list[dict[str, Any]]:
        answer = world.http.get("/v1/public", params=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    [row] = seen()
    assert (row["trace_id"], row["audience"], list(row["attributes"])) == (sheet, "public", ["total"])
    assert (seen(operator_id=shop.seller.id), seen(trace_id=coil)) == ([row], [])
    members_row = good(shop.seller.get("/shared", trace_id=coil))["items"][0]
    assert seen(after=members_row["delivery_id"]) == []
    good(shop.seller.post(f"/consents/{consent['consent_id']}/withdraw"))
    assert seen() == []


def _cfp_id(member: Member, part: str) -> str:
    return str(good(member.get(f"/parts/{part}/footprint"))["statement"]["cfp_id"])


def test_a_decision_about_many_parts_reaches_all_of_them(
    shop: Shop, a: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading, "AT_ONCE", 2)
    bought = [shop.sell(shop.product(f"製品{number}"), a)[0] for number in range(5)]
    consent = shop.decide(whole=True, consumer_id=a.id)
    assert [shop.seen(a, one) for one in bought] == [["total"]] * 5
    good(shop.seller.post(f"/consents/{consent['consent_id']}/withdraw"))
    assert [shop.seen(a, one) for one in bought] == [[]] * 5


def test_every_fault_has_its_place_and_nothing_is_stored(shop: Shop, a: Member, b: Member) -> None:
    sheet = shop.product("鋼板")
    group = good(shop.seller.post("/groups", {"name": "協力会", "members": [a.id]}))["selection_id"]
    for body, place, code in (
        ({"trace_id": sheet}, "/consumer_id", "consumer_unclear"),
        ({"trace_id": sheet, "consumer_id": a.id, "audience": "public"}, "/consumer_id", "consumer_unclear"),
        ({"consumer_id": a.id}, "/trace_id", "subject_unclear"),
        ({"trace_id": sheet, "whole": True, "consumer_id": a.id}, "/trace_id", "subject_unclear"),
        ({"trace_id": sheet, "consumer_id": a.id, "refuse": True}, "/attributes", "refusal_with_attributes"),
        ({"trace_id": sheet, "group_id": b.id}, "/group_id", "selection_not_found"),
        ({"family_id": group, "consumer_id": a.id}, "/family_id", "selection_not_found"),
    ):
        answer = shop.seller.post("/consents", {"attributes": ["total"], **body})
        assert answer.status_code in {404, 422}, answer.text
        assert (answer.json()["errors"][0]["pointer"], answer.json()["code"]) == (place, code), body
    answer = shop.seller.post("/groups", {"name": "X", "members": [a.id, sheet, sheet]})
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/members/1", "/members/2"]
    assert good(shop.seller.get("/consents"))["items"] == []
    assert len(good(shop.seller.get("/groups"))["items"]) == 1
    shop.decide(trace_id=sheet, group_id=group)
    assert shop.seller.delete(f"/groups/{group}").json()["code"] == "selection_in_use"


def test_purposes_are_data_and_any_other_words_will_do(shop: Shop, a: Member) -> None:
    offered = {one["purpose"] for one in good(a.get("/purposes"))["purposes"]}
    assert offered >= {
        "answer",
        "eu_battery_art_7",
        "eu_battery_art_48",
        "vehicle_lca",
        "internal_evaluation",
    }
    own = shop.decide(trace_id=shop.product("鋼板"), consumer_id=a.id, purpose="共同研究（水素還元）")
    assert own["purpose"] == "共同研究（水素還元）"


def test_a_dry_run_names_what_is_seen_why_not_and_who_decides(shop: Shop, a: Member, b: Member) -> None:
    sheet = shop.product("鋼板")
    bought, trade = shop.sell(sheet, a)
    asked = {"trace_id": sheet, "consumer_id": a.id}

    def tried(**said: Any) -> dict[str, Any]:
        [glimpse] = good(shop.seller.post("/consents/try", asked | said))["items"]
        return dict(glimpse)

    nothing = tried()
    assert (nothing["seen"], nothing["considered"], nothing["trade_id"]) == ({}, [], trade)
    assert set(nothing["withheld"].values()) == {"no_decision"}
    wide = shop.decide(whole=True, audience="members")
    narrow = {"trace_id": sheet, "consumer_id": a.id, "attributes": ["gate_to_gate", "pds"]}
    now, then = tried(), tried(decision=narrow)
    assert (list(now["seen"]), now["withheld"]["quality"]) == (["total"], "not_consented")
    assert [(one["consent_id"], one["why_not"]) for one in now["considered"]] == [(wide["consent_id"], None)]
    assert (list(then["seen"]), then["withheld"]["total"], then["withheld"]["pds"]) == (
        ["gate_to_gate"],
        "not_consented",
        "nothing_to_say",
    )
    assert [(one["consent_id"], one["why_not"]) for one in then["considered"]] == [
        (None, None),
        (wide["consent_id"], "less_specific"),
    ]
    assert tried(decision=narrow | {"attributes": [], "refuse": True})["withheld"]["total"] == "refused"
    group = good(shop.seller.post("/groups", {"name": "協力会", "members": [b.id]}))["selection_id"]
    to_group = {"trace_id": sheet, "group_id": group, "attributes": ["gate_to_gate"]}
    assert list(tried(decision=to_group)["seen"]) == ["total"]  # A is not in the group
    good(shop.seller.put(f"/groups/{group}", {"name": "協力会", "members": [a.id, b.id]}))
    assert list(tried(decision=to_group)["seen"]) == ["gate_to_gate"]
    # What was tried out was never decided.
    assert (shop.seen(a, bought), len(good(shop.seller.get("/consents", history=True))["items"])) == (
        ["total"],
        1,
    )
    [of_b] = good(shop.seller.post("/consents/try", asked | {"consumer_id": b.id}))["items"]
    assert (of_b["trade_id"], list(of_b["seen"])) == (None, ["total"])


def test_a_dry_run_warns_of_what_could_be_computed(shop: Shop, world: World, a: Member, c: Member) -> None:
    steel = c.part("鋼")
    good(c.put(f"/parts/{steel}/footprint", STATEMENT))
    good(c.post("/consents", {"trace_id": steel, "consumer_id": shop.seller.id, "attributes": ["total"]}))
    bought = shop.seller.part("購入した鋼")
    c.link(shop.seller.ask(c, bought), steel)
    bracket = shop.seller.part("ブラケット")
    line = {"child": {"trace_id": bought}, "amount": 2, "unit": "kilogram"}
    good(shop.seller.put(f"/parts/{bracket}/structure", {"lines": [line]}))
    good(shop.seller.put(f"/parts/{bracket}/footprint", STATEMENT))
    world.work_off()
    decision = {"trace_id": bracket, "consumer_id": a.id, "attributes": ["total", "gate_to_gate"]}
    asked = {"trace_id": bracket, "consumer_id": a.id, "decision": decision}
    [glimpse] = good(shop.seller.post("/consents/try", asked))["items"]
    # 30 in all, 10 of its own: 30 − 10 = 20 = 2 × the 10 of the only supplier.
    assert glimpse["seen"]["total"]["stages"]["production"] == 30
    assert glimpse["seen"]["gate_to_gate"]["value"] == 10
    assert [(one["code"], one["computes"]) for one in glimpse["warnings"]] == [
        ("supplier_from_difference", "supplier_value")
    ]


def test_the_consequences_of_a_withdrawal_are_shown_before_it(shop: Shop, a: Member, b: Member) -> None:
    sheet = shop.product("鋼板")
    (of_a, trade_a), (of_b, trade_b) = shop.sell(sheet, a), shop.sell(sheet, b)
    shop.decide(whole=True, consumer_id=b.id)
    consent = shop.decide(trace_id=sheet, audience="members", attributes=["total", "gate_to_gate"])
    assert shop.seen(a, of_a) == shop.seen(b, of_b) == ["gate_to_gate", "total"]
    shop.world.database.journal.flush()
    before = good(shop.seller.get(f"/consents/{consent['consent_id']}/consequences"))
    assert {one["trade_id"]: (one["lost"], one["kept"], one["reads"]) for one in before["losses"]} == {
        trade_a: (["gate_to_gate", "total"], [], 1),
        trade_b: (["gate_to_gate"], ["total"], 2),  # two versions in the inbox, looked at once
    }
    good(shop.seller.post(f"/consents/{consent['consent_id']}/withdraw"))
    assert (shop.seen(a, of_a), shop.seen(b, of_b)) == ([], ["total"])
    after = good(shop.seller.get(f"/consents/{consent['consent_id']}/consequences"))
    assert (after["losses"], after["more"]) == ([], False)


class TestOuranosIsAView:
    """`/cfpAcl` shows what each company sees by whichever decision decides, and what it changes decides alone."""

    def shown(self, shop: Shop, **query: str) -> dict[tuple[str, str], list[bool]]:
        """Released flags of totals and quality, by company and part."""
        answer = self.call(shop, "GET", params={"operatorId": shop.seller.id, **query})
        return {
            (one["releasedToOperatorId"], one["traceId"]): [item["releasedFlag"] for item in one["acl"]]
            for one in answer
        }

    def release(self, shop: Shop, buyer: Member, part: str, group: str, *, released: bool) -> None:
        acl = [{"aclItemGroup": group, "releasedFlag": released}]
        body = {"operatorId": shop.seller.id, "releasedToOperatorId": buyer.id, "traceId": part, "acl": acl}
        self.call(shop, "POST", json=body)

    def call(self, shop: Shop, method: str, **options: Any) -> Any:
        key = shop.world.key(shop.seller.operator)
        token = shop.seller.tokens["access_token"]
        headers = {"apiKey": key, "Authorization": f"Bearer {token}"}
        answer = shop.world.http.request(method, "/cfpAcl", headers=headers, **options)
        assert answer.is_success, answer.text
        return answer.json()

    def test_what_a_wide_decision_lets_out_is_shown_and_can_be_narrowed(
        self, shop: Shop, a: Member, b: Member
    ) -> None:
        sheet, coil = shop.product("鋼板"), shop.product("コイル")
        (of_a, _), (of_b, _) = shop.sell(sheet, a), shop.sell(sheet, b)
        shop.sell(coil, b)
        assert self.shown(shop) == {}
        wide = shop.decide(whole=True, audience="members", attributes=["total"])
        assert self.shown(shop) == {
            (a.id, sheet): [True, False],
            (b.id, sheet): [True, False],
            (b.id, coil): [True, False],
        }
        assert self.shown(shop, traceId=sheet, releasedToOperatorId=b.id) == {(b.id, sheet): [True, False]}
        self.release(shop, a, sheet, "TOTALDQR", released=True)  # besides what is let out already
        self.release(shop, b, sheet, "TOTALCFP", released=False)  # although a wider decision lets it out
        assert self.shown(shop, traceId=sheet) == {(a.id, sheet): [True, True], (b.id, sheet): [False, False]}
        assert (shop.seen(a, of_a), shop.seen(b, of_b)) == (["quality", "total"], [])
        states = {one["consumer_id"]: one["state"] for one in good(shop.seller.get("/consents"))["items"]}
        assert (states[a.id], states[b.id]) == ("granted", "refused")
        good(shop.seller.post(f"/consents/{wide['consent_id']}/withdraw"))
        assert self.shown(shop) == {(a.id, sheet): [True, True], (b.id, sheet): [False, False]}

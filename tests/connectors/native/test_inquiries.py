"""Asking for more, past the direct supplier; and policies that are met by what a customer asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from renkei.commons.consents import service as consents
from renkei.database.transaction import act_as, as_role
from tests.connectors.native.world import Member, World, good

STATEMENT = {
    "declared_unit": "kilogram",
    "declared": {"production": {"own": 10}},
    "categories": {"fossil": {"production": 10}},
}


class Tiers:
    """Maker buys of Tier 1, which buys of Tier 2, which buys of Tier 3; each has stated its product."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.members = [world.member(name) for name in ("メーカー", "一次", "二次", "三次")]
        self.products = [member.part("製品") for member in self.members]
        self.trades: list[str] = []
        for number, customer in enumerate(self.members[:-1]):
            bought = customer.part("購入品")
            line = {"child": {"trace_id": bought}, "amount": 1, "unit": "kilogram"}
            good(customer.put(f"/parts/{self.products[number]}/structure", {"lines": [line]}))
            supplier = self.members[number + 1]
            asked = customer.ask(supplier, bought)
            supplier.link(asked, self.products[number + 1])
            self.trades.append(asked["trade_id"])
        for member, product in zip(self.members, self.products, strict=True):
            good(member.put(f"/parts/{product}/footprint", STATEMENT))
        world.work_off()

    def ask(self, **said: Any) -> dict[str, Any]:
        """The maker asks for the categories of what it buys."""
        body = {"trade_id": self.trades[0], "attributes": ["categories"], "purpose": "eu_battery_art_7"}
        asked = good(self.members[0].post("/inquiries", body | said))
        self.world.work_off()
        return asked

    def received(self, tier: int) -> dict[str, Any]:
        """The newest inquiry that was put to a tier."""
        return dict(good(self.members[tier].get("/received-inquiries"))["items"][0])

    def decide(self, tier: int, verb: str, **said: Any) -> dict[str, Any]:
        """What a tier does about it."""
        path = f"/received-inquiries/{self.received(tier)['hop_id']}/{verb}"
        done = good(self.members[tier].post(path, said))
        self.world.work_off()
        return done

    def answers(self, inquiry: dict[str, Any]) -> list[dict[str, Any]]:
        """What came straight to the maker."""
        return list(good(self.members[0].get(f"/inquiries/{inquiry['inquiry_id']}"))["answers"])


@pytest.fixture
def tiers(world: World) -> Tiers:
    return Tiers(world)


def test_it_is_relayed_hop_by_hop_and_who_grants_answers_straight(tiers: Tiers) -> None:
    maker, first, second, third = tiers.members
    asked = tiers.ask()
    to_first = tiers.received(1)
    assert (to_first["asker_id"], to_first["from_id"], to_first["trace_id"]) == (
        maker.id,
        maker.id,
        tiers.products[1],
    )
    assert good(second.get("/received-inquiries"))["items"] == []
    assert tiers.decide(1, "pass-on")["decisions"] == ["passed_on"]
    to_second = tiers.received(2)
    assert (to_second["asker_id"], to_second["from_id"]) == (maker.id, first.id)
    tiers.decide(2, "pass-on")
    tiers.decide(2, "grant", named=True, reason="共同算定")
    tiers.decide(3, "grant")
    anonymous, named = tiers.answers(asked)
    assert (named["provider_id"], anonymous["provider_id"]) == (second.id, None)
    # 10 of its own and 10 of the tier behind it; the last has its own 10.
    assert named["attributes"]["categories"]["split"]["fossil"]["production"] == 10
    assert list(anonymous["attributes"]) == ["categories"]
    assert str(third.id) not in str(anonymous)
    # Those in between see nothing of it, and it is a decision like any other.
    assert good(first.get("/deliveries", trace_id=_bought(first, tiers.products[1])))["items"] == []
    [consent] = good(second.get("/consents"))["items"]
    assert (consent["consumer_id"], consent["subject"], consent["purpose"], consent["reason"]) == (
        maker.id,
        "part",
        "eu_battery_art_7",
        "共同算定",
    )


def test_files_of_a_supplier_behind_do_not_say_whose_they_are(tiers: Tiers) -> None:
    """A handle holds whose folder it is in, so that it does not come along."""
    second, product = tiers.members[2], tiers.products[2]
    file = good(second.post("/files", {"name": "certificate.pdf"}))
    good(second.put(f"/files/{file['file_id']}/content", b"%PDF-1.7 certificate"))
    good(second.put(f"/parts/{product}/certificate", {"files": [{"file_id": file["file_id"]}]}))
    asked = tiers.ask(attributes=["certificate"])
    tiers.decide(1, "pass-on")
    tiers.decide(2, "grant")
    [answer] = tiers.answers(asked)
    [told] = answer["attributes"]["certificate"]["files"]
    assert answer["provider_id"] is None
    assert (told["file_id"], told.keys()) == (file["file_id"], {"file_id", "name", "size_bytes", "sha256"})


def _bought(member: Member, product: str) -> str:
    lines = good(member.get(f"/parts/{product}/structure"))["lines"]
    return str(lines[0]["child"]["trace_id"])


def test_new_values_follow_and_taking_back_leaves_a_tombstone(tiers: Tiers) -> None:
    second = tiers.members[2]
    asked = tiers.ask()
    tiers.decide(1, "pass-on")
    tiers.decide(2, "grant")
    cfp_id = good(second.get(f"/parts/{tiers.products[2]}/footprint"))["statement"]["cfp_id"]
    changed = STATEMENT | {"cfp_id": cfp_id, "categories": {"fossil": {"production": 7}}}
    good(second.put(f"/parts/{tiers.products[2]}/footprint", changed))
    newer, older = tiers.answers(asked)
    assert newer["thread_id"] == older["thread_id"]
    assert newer["attributes"]["categories"]["split"]["fossil"]["production"] == 7
    [consent] = good(second.get("/consents"))["items"]
    good(second.post(f"/consents/{consent['consent_id']}/withdraw"))
    assert [one["withdrawn"] for one in tiers.answers(asked)] == [True, False, False]


def _refuse(tiers: Tiers) -> None:
    tiers.decide(1, "refuse", reason="秘密")


def _pass_on_and_refuse(tiers: Tiers) -> None:
    tiers.decide(1, "pass-on")
    tiers.decide(2, "refuse")


def _pass_on_and_leave(tiers: Tiers) -> None:
    tiers.decide(1, "pass-on")


@pytest.mark.parametrize("what", [_refuse, _pass_on_and_refuse, _pass_on_and_leave])
def test_a_refusal_looks_like_silence_whatever_the_reason(
    tiers: Tiers, what: Callable[[Tiers], None]
) -> None:
    maker, first = tiers.members[:2]
    asked = tiers.ask()
    asked_for: tuple[tuple[str, dict[str, str]], ...] = (
        (f"/inquiries/{asked['inquiry_id']}", {}),
        ("/inquiries", {}),
        ("/notifications", {}),
        ("/trades", {"trace_id": _bought(maker, tiers.products[0])}),
    )
    before = [good(maker.get(path, **query)) for path, query in asked_for]
    seen_by_first = first.get("/received-inquiries").json()["items"][0]
    what(tiers)
    assert [good(maker.get(path, **query)) for path, query in asked_for] == before
    if what is not _refuse:  # who passed it on does not learn what became of it
        after = first.get("/received-inquiries").json()["items"][0]
        assert after == seen_by_first | {"decisions": ["passed_on"]}


def test_the_direct_supplier_answers_by_the_trade_and_keeps_what_was_shown(tiers: Tiers) -> None:
    maker, first = tiers.members[:2]
    bought = _bought(maker, tiers.products[0])
    wide = {"whole": True, "audience": "members", "attributes": ["total"]}
    good(first.post("/consents", wide))
    tiers.ask()
    [requested, _] = good(first.get("/consents"))["items"]
    assert (requested["state"], requested["attributes"], requested["trade_id"]) == (
        "requested",
        ["categories"],
        tiers.trades[0],
    )
    tiers.world.work_off()
    assert list(good(maker.get("/deliveries", trace_id=bought))["items"][0]["attributes"]) == ["total"]
    tiers.decide(1, "grant")
    shown = good(maker.get("/deliveries", trace_id=bought))["items"][0]
    assert (sorted(shown["attributes"]), shown["purpose"]) == (["categories", "total"], "eu_battery_art_7")
    granted = good(first.get("/consents", history=True))["items"]
    assert [one["state"] for one in granted if one["trade_id"]] == ["granted", "requested"]


def test_a_refused_request_ends_without_changing_what_is_shown(tiers: Tiers) -> None:
    maker, first = tiers.members[:2]
    good(
        first.post(
            "/consents", {"trace_id": tiers.products[1], "consumer_id": maker.id, "attributes": ["total"]}
        )
    )
    tiers.ask()
    tiers.decide(1, "refuse", reason="秘密")
    states = [(one["subject"], one["state"], one["reason"]) for one in good(first.get("/consents"))["items"]]
    assert states == [("trade", "withdrawn", "秘密"), ("part", "granted", None)]
    bought = _bought(maker, tiers.products[0])
    assert list(good(maker.get("/deliveries", trace_id=bought))["items"][0]["attributes"]) == ["total"]


def test_what_cannot_be_done_says_so(tiers: Tiers) -> None:
    maker, last = tiers.members[0], tiers.members[3]
    answer = maker.post("/inquiries", {"trade_id": tiers.trades[1], "attributes": ["categories"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "trade_not_found")
    answer = maker.post("/inquiries", {"trade_id": tiers.trades[0], "attributes": ["price"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_attribute")
    tiers.ask()
    tiers.decide(1, "pass-on")
    tiers.decide(2, "pass-on")
    hop = tiers.received(3)["hop_id"]
    assert last.post(f"/received-inquiries/{hop}/pass-on").json()["code"] == "nothing_behind"
    assert maker.post(f"/received-inquiries/{hop}/refuse").status_code == 404
    # The same inquiry is put to a supplier once, however often it is passed on.
    tiers.decide(1, "pass-on")
    assert len(good(tiers.members[2].get("/received-inquiries"))["items"]) == 1


def test_a_policy_is_met_by_the_purpose_that_is_asked_for_and_ends_by_itself(tiers: Tiers) -> None:
    maker, first = tiers.members[:2]
    bought = _bought(maker, tiers.products[0])
    group = good(first.post("/groups", {"name": "得意先", "members": [maker.id]}))["selection_id"]
    end = tiers.world.database.clock.now() + timedelta(days=1)
    policy = {
        "all_of": [
            {"consumer_in": group},
            {"any_of": [{"purpose_is": ["eu_battery_art_7", "eu_battery_art_48"]}]},
            {"until": end.isoformat()},
        ]
    }
    consent = good(first.post("/consents", {"whole": True, "policy": policy, "attributes": ["total"]}))
    assert consent["consumer"] == "policy"
    tiers.world.work_off()
    assert good(maker.get("/deliveries", trace_id=bought))["items"] == []
    asked = {"trace_id": tiers.products[1], "consumer_id": maker.id}
    [glimpse] = good(first.post("/consents/try", asked))["items"]
    assert [one["why_not"] for one in glimpse["considered"]] == ["policy"]
    tiers.ask()
    [delivery] = good(maker.get("/deliveries", trace_id=bought))["items"]
    assert (list(delivery["attributes"]), delivery["valid_until"][:10]) == (["total"], end.date().isoformat())
    good(first.put(f"/groups/{group}", {"name": "得意先", "members": []}))
    tiers.world.work_off()
    assert [one["withdrawn"] for one in good(maker.get("/deliveries", trace_id=bought))["items"]] == [
        True,
        False,
    ]


def test_a_policy_turns_by_the_timer(tiers: Tiers, monkeypatch: pytest.MonkeyPatch) -> None:
    maker, first = tiers.members[:2]
    database = tiers.world.database
    bought = _bought(maker, tiers.products[0])
    now = database.clock.now()
    policy = {"any_of": [{"until": (now + timedelta(days=1)).isoformat()}]}
    good(first.post("/consents", {"whole": True, "policy": policy, "attributes": ["total"]}))
    tiers.world.work_off()
    assert len(good(maker.get("/deliveries", trace_id=bought))["items"]) == 1
    assert database.run(as_role("renkei_engine"), consents.providers_with_ended, write=False) == []
    monkeypatch.setattr(database.clock, "now", lambda: now + timedelta(days=2))
    [(key, operator_id)] = database.run(as_role("renkei_engine"), consents.providers_with_ended, write=False)
    assert database.run(act_as(key, operator_id), consents.expire) == 1
    assert database.run(as_role("renkei_engine"), consents.providers_with_ended, write=False) == []
    tiers.world.work_off()
    rows = database.run(
        act_as(maker.operator.operator_key, maker.operator.operator_id),
        lambda tx: tx.rows(
            "SELECT withdrawn FROM commons.deliveries WHERE operator_key = commons.me() ORDER BY delivery_key"
        ),
    )
    assert [row["withdrawn"] for row in rows] == [False, True]


def test_a_policy_that_is_none_is_refused_at_its_place(tiers: Tiers) -> None:
    first = tiers.members[1]
    body = {"whole": True, "attributes": ["total"], "policy": {"all_of": [{"purpose_is": ["x"]}, {"or": []}]}}
    answer = first.post("/consents", body)
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("/policy/all_of/1/or", "policy_unclear")
    ]

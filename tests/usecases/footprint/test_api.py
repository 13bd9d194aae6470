"""Footprints, estimates and proposals over `/v1`, as application vendors use them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.commons.access import registry
from renkei.commons.operators.model import Registration
from renkei.commons.operators.service import register_operator
from renkei.settings import Settings
from renkei.usecases.footprint.api_model import (
    EstimateView,
    FootprintOut,
    FootprintsOut,
    ProposalsView,
    ProposalView,
    StatementsView,
    StatementView,
)
from tests.connectors.native.world import CLIENT, PASSWORD, Member, World, good
from tests.factories import Operator

STATEMENT: dict[str, Any] = {
    "declared_unit": "kilogram",
    "declared": {
        "raw_material": {"own": 1.5, "component": 0.25},
        "production": {"own": 10},
        "distribution": {"own": 0.125},
        "end_of_life": {"own": -2},
    },
    "quality": {
        "raw_material": {"ter": 1, "ger": 2.5, "tir": None},
        "production": {"ter": 2, "ger": 3, "tir": 4},
    },
    "categories": {"fossil": {"raw_material": 1.25}, "material:steel": {"production": 9}},
    "primary_data_share": 0.8,
    "gate_to_gate": 11.5,
    "method": {
        "standard": "ISO 14067:2018",
        "factor_set_version": "IDEA v3.3",
        "cut_off": 0.01,
        "rules": ["a"],
    },
    "component_scope": "rest",
    "period_from": "2026-04-01",
    "period_to": "2027-03-31",
}

ESTIMATE: dict[str, Any] = {
    "declared_unit": "kilogram",
    "stages": {"raw_material": 2.5, "production": -0.5},
    "quality": {"raw_material": {"ter": 3, "ger": 3, "tir": 3}},
    "source": "IDEA v3.3 131111000",
}


@pytest.fixture
def world(tmp_path: Path, database):
    settings = Settings(data_dir=tmp_path, public_base_url="http://v1.test", renkei_after_wait_seconds=0.05)
    app = create_app(settings, database)
    with TestClient(app, raise_server_exceptions=False, client=CLIENT) as http:
        yield World(app, http, database)


@pytest.fixture
def a(world: World) -> Member:
    """The customer."""
    return world.member("A株式会社")


@pytest.fixture
def b(world: World) -> Member:
    """The supplier."""
    return world.member("B株式会社")


def state(member: Member, trace_id: str, **said: Any):
    return member.put(f"/parts/{trace_id}/footprint", STATEMENT | said)


def told(answer) -> list[tuple[str, str]]:
    return [(fault["code"], fault["pointer"]) for fault in answer.json()["errors"]]


def product(member: Member, name: str, child: str, amount: float) -> str:
    """A part made of `amount` kilograms of the child."""
    trace_id = member.part(name)
    line = {"child": {"trace_id": child}, "amount": amount, "unit": "kilogram"}
    good(member.put(f"/parts/{trace_id}/structure", {"lines": [line]}))
    return trace_id


def buys(
    a: Member, b: Member, attributes: tuple[str, ...] = ("total", "quality")
) -> tuple[str, str, dict[str, Any]]:
    """A buys a part of B, which has stated its footprint, linked and disclosed it: both trace ids and the request."""
    bought, own = a.part("購入品"), b.part("自社品")
    request = a.ask(b, bought)
    good(state(b, own))
    b.link(request, own)
    if attributes:
        good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": list(attributes)}))
    return bought, own, request


class TestStating:
    def test_what_is_stated_comes_back_exactly(self, b: Member) -> None:
        trace_id = b.part("部品")
        answer = state(b, trace_id)
        assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/parts/{trace_id}/footprint")
        stated = answer.json()
        StatementView.model_validate_json(answer.content)
        assert stated["declared"]["raw_material"] == {"own": 1.5, "component": 0.25, "total": 1.75}
        assert stated["declared"]["end_of_life"] == {"own": -2, "component": None, "total": -2}
        assert stated["in_force"]["stages"]["raw_material"]["total"] == 1.75
        assert stated["in_force"]["stages"]["production"]["total"] == 10
        assert stated["quality"]["raw_material"] == {"ter": 1, "ger": 2.5, "tir": None}
        for name in (
            "categories",
            "primary_data_share",
            "gate_to_gate",
            "method",
            "component_scope",
            "period_from",
        ):
            assert stated[name] == STATEMENT[name], name
        assert (stated["version"], stated["automatic"], stated["trade_id"]) == (1, False, None)
        assert (stated["in_force"]["coverage_direct"], stated["in_force"]["coverage_deep"]) == (1, 1)
        assert [cause["kind"] for cause in stated["causes"]] == ["declared"]
        shown = b.get(f"/parts/{trace_id}/footprint")
        FootprintOut.model_validate_json(shown.content)
        assert shown.json()["statement"] == stated

    def test_numbers_keep_15_digits_and_have_no_exponent(self, b: Member) -> None:
        body = STATEMENT | {"declared": {"production": {"own": "0.00000000123456789012345"}}}
        trace_id = b.part("部品")
        answer = b.put(f"/parts/{trace_id}/footprint", body)
        assert '"own":0.00000000123456789012345,' in answer.text
        assert '"production":{"own":0.00000000123456789012345' in b.get(f"/parts/{trace_id}/footprint").text

    def test_the_first_has_no_id_and_the_next_names_it(self, b: Member) -> None:
        trace_id = b.part("部品")
        first = good(state(b, trace_id))
        again = state(b, trace_id)
        assert (again.status_code, again.json()["code"], told(again)) == (
            409,
            "footprint_exists",
            [("footprint_exists", "/cfp_id")],
        )
        second = state(b, trace_id, cfp_id=first["cfp_id"], declared={"production": {"own": 9}})
        assert (second.status_code, second.json()["version"]) == (200, 2)
        other = state(b, trace_id, cfp_id=str(uuid4()))
        assert (other.status_code, other.json()["code"]) == (404, "footprint_not_found")

    def test_the_known_lines_are_added(self, b: Member) -> None:
        """0.5 own + 2 kg x (1.5 + 0.25) of the child = 4 of raw material, plus its own component 0.3."""
        child = b.part("子")
        good(state(b, child))
        parent = product(b, "親", child, 2)
        declared = {"raw_material": {"own": 0.5, "component": 0.3}}
        stated = good(state(b, parent, declared=declared, quality={}, categories={}))
        assert stated["in_force"]["stages"]["raw_material"] == {"own": 0.5, "component": 3.8, "total": 4.3}
        assert stated["sources"][0]["child_id"] == child

    def test_a_missing_and_a_foreign_part_are_alike(self, a: Member, b: Member) -> None:
        theirs = b.part("部品")
        answers = [state(a, trace_id) for trace_id in (theirs, str(uuid4()))]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert [told(answer) for answer in answers] == [[("part_not_found", "path:trace_id")]] * 2
        assert [a.get(f"/parts/{trace_id}/footprint").status_code for trace_id in (theirs, str(uuid4()))] == [
            404
        ] * 2
        versions = [
            a.get(f"/parts/{trace_id}/footprint/versions").status_code for trace_id in (theirs, str(uuid4()))
        ]
        assert versions == [404, 404]

    def test_every_fault_at_once(self, b: Member) -> None:
        trace_id = b.part("部品")
        body = {
            "declared_unit": "gram",
            "declared": {"raw_material": {"own": "x", "components": 1}, "use": {}},
            "quality": {"production": {"ter": 0, "ger": 5.5, "tir": 3}},
            "categories": {"": {}, "fossil": {"production": True}},
            "primary_data_share": 1.5,
            "method": {"a": {"b": 1}},
            "component_scope": "all",
            "trade_id": "x",
            "extra": 1,
        }
        answer = b.put(f"/parts/{trace_id}/footprint", body)
        assert answer.status_code == 422
        assert set(told(answer)) == {
            ("not_allowed_value", "/declared_unit"),
            ("not_number", "/declared/raw_material/own"),
            ("unknown_key", "/declared/raw_material/components"),
            ("unknown_key", "/declared/use"),
            ("too_small", "/quality/production/ter"),
            ("too_large", "/quality/production/ger"),
            ("too_short", "/categories//[key]"),
            ("not_number", "/categories/fossil/production"),
            ("too_large", "/primary_data_share"),
            ("invalid_value", "/method/a"),
            ("not_allowed_value", "/component_scope"),
            ("not_id", "/trade_id"),
            ("unknown_key", "/extra"),
        }
        assert good(b.get(f"/parts/{trace_id}/footprint"))["statement"] is None

    @pytest.mark.parametrize("number", ["1e400", "1" * 35, "1e31", "NaN", "-Infinity", "1e16"])
    def test_a_number_out_of_bounds_is_refused(self, b: Member, number: str) -> None:
        body = json.dumps(STATEMENT | {"gate_to_gate": "NUMBER"}).replace('"NUMBER"', number)
        trace_id = b.part("部品")
        headers = {"Content-Type": "application/json"}
        answer = b.call("PUT", f"/parts/{trace_id}/footprint", body.encode(), headers=headers)
        assert (answer.status_code, [pointer for _, pointer in told(answer)]) in (
            (422, ["/gate_to_gate"]),
            (400, ["/gate_to_gate"]),
        )

    def test_a_period_that_ends_before_it_begins(self, b: Member) -> None:
        answer = state(b, b.part("部品"), period_to="2026-03-31")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "period_reversed")

    def test_a_statement_for_one_customer_stands_beside_the_general_one(self, a: Member, b: Member) -> None:
        """Raw material 1.75 in general, 1 for A, who gets that one."""
        bought, own, request = buys(a, b)
        answer = state(
            b, own, trade_id=request["trade_id"], declared={"raw_material": {"own": 1}}, quality={}
        )
        assert answer.status_code == 201
        assert answer.json()["trade_id"] == request["trade_id"]
        view = good(b.get(f"/parts/{own}/footprint"))
        assert view["statement"]["declared"]["raw_material"]["total"] == 1.75
        [special] = view["trade_statements"]
        assert (special["trade_id"], special["declared"]["raw_material"]["total"]) == (request["trade_id"], 1)
        assert special["cfp_id"] != view["statement"]["cfp_id"]
        assert [
            one["version"]
            for one in good(b.get(f"/parts/{own}/footprint/versions", trade_id=request["trade_id"]))["items"]
        ] == [1]
        unknown = b.get(f"/parts/{own}/footprint/versions", trade_id=str(uuid4()))
        assert (unknown.status_code, told(unknown)) == (404, [("trade_not_found", "query:trade_id")])
        product(a, "車", bought, 1)
        assert good(a.get(f"/parts/{bought}/footprint"))["response"]["stages"]["raw_material"] == 1


class TestReading:
    def test_a_bought_part_shows_what_its_supplier_disclosed(self, a: Member, b: Member) -> None:
        bought, own, request = buys(a, b)
        product(a, "車", bought, 1)
        shown = a.get(f"/parts/{bought}/footprint")
        FootprintOut.model_validate_json(shown.content)
        view = shown.json()
        assert (view["is_bought"], view["statement"], view["estimates"]) == (True, None, [])
        response = view["response"]
        assert response["stages"] == {
            "raw_material": 1.75,
            "production": 10,
            "distribution": 0.125,
            "end_of_life": -2,
        }
        assert response["quality"]["production"] == {"ter": 2, "ger": 3, "tir": 4}
        assert (response["declared_unit"], response["answered_share"], response["coverage_deep"]) == (
            "kilogram",
            1,
            1,
        )
        [answer] = response["answers"]
        assert (answer["trade_id"], answer["upstream_trace_id"], answer["upstream_operator_id"]) == (
            request["trade_id"],
            own,
            b.id,
        )
        assert (answer["answered"], answer["primary_data_share"], answer["gate_to_gate"]) == (
            True,
            None,
            None,
        )

    def test_what_is_not_disclosed_is_null(self, a: Member, b: Member) -> None:
        bought, _, _ = buys(a, b, attributes=())
        product(a, "車", bought, 1)
        shown = a.get(f"/parts/{bought}/footprint")
        FootprintOut.model_validate_json(shown.content)
        response = shown.json()["response"]
        assert (response["stages"], response["answered_share"]) == (None, 0)
        [answer] = response["answers"]
        assert answer["answered"] is True
        hidden = ("stages", "quality", "declared_unit", "coverage_deep", "primary_data_share", "categories")
        assert [answer[name] for name in hidden] == [None] * len(hidden)

    def test_several_parts_in_the_order_asked_for(self, a: Member, b: Member) -> None:
        first, second, theirs = a.part("甲"), a.part("乙"), b.part("丙")
        good(state(a, first))
        shown = a.get("/footprints", trace_ids=f"{second},{theirs}, {first},{second}")
        FootprintsOut.model_validate_json(shown.content)
        assert [one["trace_id"] for one in shown.json()["items"]] == [second, first]
        assert [one["statement"] is None for one in shown.json()["items"]] == [True, False]

    @pytest.mark.parametrize("ids", ["", "x", ",", ",".join(str(UUID(int=n)) for n in range(51))])
    def test_a_bad_list_of_ids(self, a: Member, ids: str) -> None:
        answer = a.get("/footprints", trace_ids=ids)
        assert (answer.status_code, told(answer)) == (422, [("bad_trace_ids", "query:trace_ids")])

    def test_versions_come_newest_first_and_in_pages(self, b: Member) -> None:
        trace_id = b.part("部品")
        cfp_id = good(state(b, trace_id))["cfp_id"]
        for own in (2, 3):
            good(state(b, trace_id, cfp_id=cfp_id, declared={"production": {"own": own}}, quality={}))
        path = f"/parts/{trace_id}/footprint/versions"
        whole = b.get(path)
        StatementsView.model_validate_json(whole.content)
        versions = whole.json()["items"]
        assert [(one["version"], one["declared"]["production"]["total"]) for one in versions] == [
            (3, 3),
            (2, 2),
            (1, 10),
        ]
        assert [one["superseded_at"] is None for one in versions] == [True, False, False]
        first = good(b.get(path, limit=2))
        assert (first["items"], first["next"]) == (versions[:2], versions[2]["statement_id"])
        second = good(b.get(path, limit=2, after=first["next"]))
        assert (second["items"], second["next"]) == (versions[2:], None)
        assert good(b.get(path, after=str(uuid4())))["items"] == []

    def test_an_improvement_upstream_has_its_cause_downstream(
        self, world: World, a: Member, b: Member
    ) -> None:
        """A's car: 30 own + 70 of B = 100; B improves to 60: 90, automatically, because of a delivery."""
        bought, own = a.part("購入品"), b.part("自社品")
        request = a.ask(b, bought)
        body = {"declared_unit": "kilogram", "declared": {"production": {"own": 70}}}
        cfp_id = good(b.put(f"/parts/{own}/footprint", body))["cfp_id"]
        b.link(request, own)
        good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["total"]}))
        car = product(a, "車", bought, 1)
        world.work_off()
        stated = good(a.put(f"/parts/{car}/footprint", body | {"declared": {"production": {"own": 30}}}))
        assert stated["in_force"]["stages"]["production"]["total"] == 100
        better = body | {"declared": {"production": {"own": 60}}, "cfp_id": cfp_id}
        good(b.put(f"/parts/{own}/footprint", better))
        world.work_off()
        [now, before] = good(a.get(f"/parts/{car}/footprint/versions"))["items"]
        assert [one["in_force"]["stages"]["production"]["total"] for one in (now, before)] == [90, 100]
        assert (now["automatic"], now["causes"][0]["kind"]) == (True, "delivery")


class TestEstimates:
    def test_an_estimate_counts_until_it_is_taken_back(self, a: Member) -> None:
        """10 + 2 kg x 2.5 = 15 of raw material."""
        bought = a.part("購入品")
        car = product(a, "車", bought, 2)
        good(state(a, car, declared={"raw_material": {"own": 10}}, quality={}, categories={}))
        answer = a.put(f"/parts/{bought}/estimate", ESTIMATE)
        EstimateView.model_validate_json(answer.content)
        assert {name: answer.json()[name] for name in ("stages", "declared_unit", "source")} == {
            name: ESTIMATE[name] for name in ("stages", "declared_unit", "source")
        }
        assert good(a.get(f"/parts/{bought}/estimate")) == answer.json()
        assert good(a.get(f"/parts/{bought}/footprint"))["estimates"] == [answer.json()]
        value = good(a.get(f"/parts/{car}/footprint"))["statement"]["in_force"]
        assert (value["stages"]["raw_material"]["total"], value["coverage_direct"]) == (15, 1)
        assert a.delete(f"/parts/{bought}/estimate").status_code == 204
        value = good(a.get(f"/parts/{car}/footprint"))["statement"]["in_force"]
        assert (value["stages"]["raw_material"]["total"], value["coverage_direct"]) == (10, 0)
        gone = a.get(f"/parts/{bought}/estimate")
        assert (gone.status_code, gone.json()["code"]) == (404, "estimate_not_found")
        assert a.delete(f"/parts/{bought}/estimate").status_code == 204

    def test_one_trade_may_have_an_estimate_of_its_own(self, a: Member, b: Member) -> None:
        bought = a.part("購入品")
        trade_id = a.ask(b, bought)["trade_id"]
        path = f"/parts/{bought}/estimate"
        general = good(a.put(path, ESTIMATE))
        special = good(a.call("PUT", path, ESTIMATE | {"source": ""}, params={"trade_id": trade_id}))
        assert (general["trade_id"], special["trade_id"]) == (None, trade_id)
        assert good(a.get(path)) == general
        assert good(a.get(path, trade_id=trade_id)) == special
        assert a.delete(path, trade_id=trade_id).status_code == 204
        assert a.get(path, trade_id=trade_id).status_code == 404
        assert good(a.get(path)) == general

    def test_faults_have_the_places_of_this_door(self, a: Member, b: Member) -> None:
        theirs = b.part("部品")
        assert told(a.put(f"/parts/{theirs}/estimate", ESTIMATE)) == [("part_not_found", "path:trace_id")]
        own = a.part("購入品")
        answer = a.call("PUT", f"/parts/{own}/estimate", ESTIMATE, params={"trade_id": str(uuid4())})
        assert told(answer) == [("trade_not_found", "query:trade_id")]
        made = product(a, "車", own, 1)
        assert a.put(f"/parts/{made}/estimate", ESTIMATE).status_code == 409
        assert told(a.put(f"/parts/{own}/estimate", ESTIMATE | {"stages": {}})) == [("missing", "/stages")]


class TestNotYetAMember:
    def test_ask_propose_join_confirm(self, world: World, a: Member) -> None:
        """A company that A buys from joins later: 10 + 2 kg x 2.5 = 15 before and after, but not A's guess any more."""
        invited = good(a.post("/invitations", {"name": "町工場", "country": "JP", "email": "x@example.com"}))
        bought = a.part("購入品")
        car = product(a, "車", bought, 2)
        good(state(a, car, declared={"raw_material": {"own": 10}}, quality={}, categories={}))
        body = {"trace_id": bought, "upstream_operator_id": invited["operator_id"], "message": "お願いします"}
        request = good(a.post("/requests", body))
        value = {"declared_unit": "kilogram", "stages": {"raw_material": 2.5}}
        answer = a.post(f"/trades/{request['trade_id']}/proposal", value)
        assert answer.status_code == 201
        ProposalView.model_validate_json(answer.content)
        proposal = answer.json()
        assert (proposal["state"], proposal["stages"]) == ("unconfirmed", {"raw_material": 2.5})
        guessed = good(a.get(f"/parts/{car}/footprint"))["statement"]["in_force"]
        assert (guessed["stages"]["raw_material"]["total"], guessed["coverage_direct"]) == (15, 1)
        assert guessed["secondary_share"] > 0

        b = _joins(world, invited["operator_id"])
        listed = b.get("/proposals")
        ProposalsView.model_validate_json(listed.content)
        assert listed.json()["items"] == [proposal]
        [received] = good(b.get("/requests", direction="received"))["items"]
        assert (received["request_id"], received["message"]) == (request["request_id"], "お願いします")
        own = b.part("自社品")
        confirmed = b.post(f"/proposals/{proposal['proposal_id']}/confirm", {"trace_id": own})
        assert confirmed.status_code == 201
        StatementView.model_validate_json(confirmed.content)
        assert confirmed.json()["in_force"]["stages"]["raw_material"]["total"] == 2.5
        world.work_off()

        view = good(a.get(f"/parts/{bought}/footprint"))
        assert view["response"]["stages"] == {"raw_material": 2.5}
        settled = good(a.get(f"/parts/{car}/footprint"))["statement"]["in_force"]
        assert (settled["stages"]["raw_material"]["total"], settled["secondary_share"]) == (15, 0)
        assert good(a.get("/proposals"))["items"][0]["state"] == "confirmed"
        again = b.post(f"/proposals/{proposal['proposal_id']}/confirm", {"trace_id": own})
        assert (again.status_code, again.json()["code"]) == (409, "proposal_decided")
        member_now = a.post(f"/trades/{request['trade_id']}/proposal", value)
        assert (member_now.status_code, member_now.json()["code"]) == (409, "supplier_is_member")

    def test_ask_propose_join_replace(self, world: World, a: Member) -> None:
        invited = good(a.post("/invitations", {"name": "町工場", "country": "JP"}))
        bought = a.part("購入品")
        request = good(
            a.post("/requests", {"trace_id": bought, "upstream_operator_id": invited["operator_id"]})
        )
        value = {"declared_unit": "kilogram", "stages": {"raw_material": 2.5}}
        proposal = good(a.post(f"/trades/{request['trade_id']}/proposal", value))
        b = _joins(world, invited["operator_id"])
        own = b.part("自社品")
        replaced = b.post(f"/proposals/{proposal['proposal_id']}/replace", STATEMENT | {"trace_id": own})
        assert (replaced.status_code, replaced.json()["trace_id"]) == (201, own)
        world.work_off()
        product(a, "車", bought, 1)
        response = good(a.get(f"/parts/{bought}/footprint"))["response"]
        assert (response["answers"][0]["answered"], response["stages"]) == (True, None)
        good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["total"]}))
        assert good(a.get(f"/parts/{bought}/footprint"))["response"]["stages"]["raw_material"] == 1.75

    def test_a_stranger_finds_no_proposal(self, world: World, a: Member, b: Member) -> None:
        invited = good(a.post("/invitations", {"name": "町工場", "country": "JP"}))
        request = good(
            a.post("/requests", {"trace_id": a.part("x"), "upstream_operator_id": invited["operator_id"]})
        )
        value = {"declared_unit": "kilogram", "stages": {"raw_material": 2.5}}
        proposal = good(a.post(f"/trades/{request['trade_id']}/proposal", value))
        assert good(b.get("/proposals")) == {"items": [], "next": None}
        for proposal_id in (proposal["proposal_id"], str(uuid4())):
            answer = b.post(f"/proposals/{proposal_id}/confirm", {"trace_id": b.part("y")})
            assert (answer.status_code, answer.json()["code"]) == (404, "proposal_not_found")
        assert b.post(f"/trades/{request['trade_id']}/proposal", value).status_code == 404


def _joins(world: World, operator_id: str) -> Member:
    """The invited company becomes a member under its id, with an administrator and a plant."""
    draft = Registration(
        operator_id=operator_id, name="町工場株式会社", address="大阪府", open_operator_id="1180301018771"
    )
    email = "owner@example.com"
    joined = world.database.owner(lambda tx: register_operator(tx, draft))
    registry.add_account(world.context.access, email, joined.operator_id, "admin", PASSWORD)
    operator = Operator(joined.operator_key, joined.operator_id, uuid4(), joined.name)
    member = Member(world.http, operator, email, world.login(email), world.contract)
    plant = good(member.post("/plants", {"name": "工場", "address": "大阪府", "open_plant_id": "000001"}))
    operator = Operator(joined.operator_key, joined.operator_id, plant["plant_id"], joined.name)
    return replace(member, operator=operator)

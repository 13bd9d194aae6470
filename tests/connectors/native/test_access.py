"""Access over `/v1`: sessions, the choice of a company, applications, and companies that join."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from renkei.commons.access import registry
from renkei.commons.operators.model import Registration
from renkei.commons.operators.service import register_operator
from tests.connectors.native.test_problems import problem
from tests.connectors.native.world import PASSWORD, Member, World, good
from tests.factories import Operator


def _refresh(world: World, token: str) -> Response:
    return world.http.post("/v1/auth/refresh", json={"refresh_token": token})


class TestSessions:
    def test_a_refresh_token_that_comes_twice_ends_the_session(self, world: World, a: Member) -> None:
        first = a.tokens["refresh_token"]
        second = good(_refresh(world, first))["refresh_token"]
        problem(_refresh(world, first), 401, "refresh_refused")
        problem(_refresh(world, second), 401, "refresh_refused")

    def test_after_logging_out_nothing_is_refreshed(self, world: World, a: Member) -> None:
        token = a.tokens["refresh_token"]
        assert world.http.post("/v1/auth/logout", json={"refresh_token": token}).status_code == 204
        problem(_refresh(world, token), 401, "refresh_refused")
        assert world.http.post("/v1/auth/logout", json={"refresh_token": "unknown"}).status_code == 204

    def test_another_password_ends_the_sessions(self, world: World, a: Member) -> None:
        body = {"old_password": PASSWORD, "new_password": "Other@5678"}
        told = problem(a.post("/auth/password", body | {"new_password": "short"}), 422, "password_refused")
        assert told["errors"][0]["pointer"] == "/new_password"
        assert a.post("/auth/password", body).status_code == 204
        problem(_refresh(world, a.tokens["refresh_token"]), 401, "refresh_refused")
        assert world.login(a.email, "Other@5678")

    def test_another_password_asks_for_the_old_one(self, world: World, a: Member) -> None:
        body = {"old_password": "Wrong@1234", "new_password": "Other@5678"}
        told = problem(a.post("/auth/password", {"new_password": "Other@5678"}), 422, "invalid")
        assert [(one["pointer"], one["code"]) for one in told["errors"]] == [("/old_password", "missing")]
        told = problem(a.post("/auth/password", body), 422, "old_password_wrong")
        assert told["errors"][0]["pointer"] == "/old_password"
        # Guesses count: with a token alone nobody finds the password.
        for _ in range(world.context.settings.login_failures_before_lock):
            problem(a.post("/auth/password", body), 422, "old_password_wrong")
        right = body | {"old_password": PASSWORD}
        locked = a.post("/auth/password", right)
        assert locked.json()["errors"] == told["errors"]
        problem(locked, 422, "old_password_wrong")

    def test_a_lock_and_an_unknown_address_are_answered_alike(self, world: World, a: Member) -> None:
        def guess(email: str, password: str) -> dict[str, Any]:
            answer = world.http.post("/v1/auth/login", json={"email": email, "password": password})
            told = problem(answer, 401, "invalid_credentials")
            del told["request_id"]
            return told

        limit = world.context.settings.login_failures_before_lock
        wrong = [guess(a.email, "Wrong@1234") for _ in range(limit)]
        locked = guess(a.email, PASSWORD)
        unknown = guess("nobody@example.com", PASSWORD)
        assert [*wrong, locked] == [unknown] * (limit + 1)

    def test_a_rotation_of_the_signing_key_logs_nobody_out(self, world: World, a: Member) -> None:
        before = good(world.http.get("/.well-known/jwks.json"))["keys"]
        world.context.access.rotate()
        after = good(world.http.get("/.well-known/jwks.json"))["keys"]
        assert (len(before), len(after)) == (1, 2)
        assert good(a.get("/me"))["account_id"] == a.tokens["account_id"]
        assert good(_refresh(world, a.tokens["refresh_token"]))


class TestChoiceOfCompany:
    @pytest.fixture
    def consultant(self, world: World, a: Member, b: Member) -> Member:
        registry.add_account(world.context.access, a.email, b.operator.operator_id, "viewer", PASSWORD)
        return a

    def test_by_the_header(self, consultant: Member, b: Member) -> None:
        there = {"Renkei-Operator": b.id}
        me = good(consultant.call("GET", "/me", headers=there))
        assert (me["operator"]["operator_id"], me["roles"]) == (b.id, ["viewer"])
        part = {"plant_id": b.plant_id, "name": "P1"}
        problem(consultant.post("/parts", part, headers=there), 403, "forbidden")

    def test_a_viewer_reads_but_marks_nothing_as_read(self, consultant: Member, b: Member) -> None:
        """What is read is read for the whole company."""
        there = {"Renkei-Operator": b.id}
        consultant.ask(b, consultant.part("購入品"))
        [told] = good(consultant.call("GET", "/notifications", headers=there))["items"]
        body = {"notification_ids": [told["notification_id"]]}
        problem(consultant.post("/notifications/read", body, headers=there), 403, "forbidden")
        assert good(b.post("/notifications/read", body)) == {"marked": 1}

    def test_by_login(self, world: World, consultant: Member, b: Member) -> None:
        tokens = world.login(consultant.email, operator_id=b.id)
        assert tokens["operator_id"] == b.id
        assert good(_refresh(world, tokens["refresh_token"]))["operator_id"] == b.id

    def test_the_choices_are_listed(self, consultant: Member, b: Member) -> None:
        choices = good(consultant.get("/auth/operators"))["items"]
        assert [(one["operator_id"], one["roles"], one["valid_until"]) for one in choices] == [
            (consultant.id, ["admin"], None),
            (b.id, ["viewer"], None),
        ]

    def test_a_stranger_is_not_let_in(self, world: World, a: Member, c: Member) -> None:
        problem(a.call("GET", "/me", headers={"Renkei-Operator": c.id}), 403, "operator_mismatch")
        answer = world.http.post(
            "/v1/auth/login", json={"email": a.email, "password": PASSWORD, "operator_id": c.id}
        )
        problem(answer, 401, "no_membership")

    def test_what_is_no_id_is_refused(self, a: Member) -> None:
        told = problem(a.call("GET", "/me", headers={"Renkei-Operator": "B"}), 422, "bad_header")
        assert told["errors"][0]["pointer"] == "header:Renkei-Operator"


class TestApplications:
    def _me(self, world: World, key: str, operator: Operator | None) -> Response:
        headers = {"X-Api-Key": key}
        if operator is not None:
            headers["Renkei-Operator"] = str(operator.operator_id)
        return world.http.get("/v1/me", headers=headers)

    def test_a_key_acts_for_its_companies(self, world: World, a: Member, b: Member, c: Member) -> None:
        key = world.key(a.operator, b.operator)
        for member in (a, b):
            me = good(self._me(world, key, member.operator))
            assert (me["operator"]["operator_id"], me["account_id"], me["roles"]) == (
                member.id,
                None,
                ["editor"],
            )
        problem(self._me(world, key, c.operator), 403, "key_not_for_operator")
        problem(self._me(world, key, None), 422, "operator_not_named")
        problem(self._me(world, "unknown-key", a.operator), 403, "api_key_unknown")

    @pytest.mark.parametrize(
        ("address", "status"), [("10.9.9.9", 200), ("2001:db8::7", 200), ("192.0.2.1", 403), ("::1", 403)]
    )
    def test_a_key_is_good_from_its_networks(
        self, world: World, a: Member, address: str, status: int
    ) -> None:
        key = world.key(a.operator, networks=("10.0.0.0/8", "2001:db8::/32"))
        elsewhere = TestClient(world.app, client=(address, 50000))
        answer = elsewhere.get("/v1/me", headers={"X-Api-Key": key, "Renkei-Operator": a.id})
        assert answer.status_code == status
        if status == 403:
            problem(answer, 403, "network_not_allowed")

    def test_an_application_has_no_password_and_no_choices(self, world: World, a: Member) -> None:
        headers = {"X-Api-Key": world.key(a.operator), "Renkei-Operator": a.id}
        body = {"old_password": PASSWORD, "new_password": "Other@5678"}
        problem(world.http.post("/v1/auth/password", json=body, headers=headers), 404, "account_not_found")
        assert good(world.http.get("/v1/auth/operators", headers=headers))["items"] == []


class TestJoining:
    """町工場 is asked before it is a member; when it joins, the request is there."""

    @pytest.fixture
    def invited(self, a: Member) -> dict[str, Any]:
        body = {
            "name": "町工場",
            "country": "JP",
            "email": "factory@example.com",
            "other_ids": {"corporate_number": "9000000000001"},
        }
        return good(a.post("/invitations", body))

    def test_a_company_that_is_not_a_member_is_asked_and_joins(
        self, world: World, a: Member, invited: dict[str, Any]
    ) -> None:
        body = {"trace_id": a.part("ボルト"), "upstream_operator_id": invited["operator_id"]}
        asked = good(a.post("/requests", body))
        assert asked["state"] == "NOT_COMPLETED"

        joined = world.database.owner(
            lambda tx: register_operator(
                tx,
                Registration(
                    name="町工場株式会社",
                    address="東大阪市",
                    open_operator_id="9000000000001",
                    operator_id=UUID(invited["operator_id"]),
                    sandbox=True,
                ),
            )
        )
        operator = Operator(joined.operator_key, joined.operator_id, joined.operator_id, joined.name)
        registry.add_account(
            world.context.access, "factory@example.com", joined.operator_id, "admin", PASSWORD
        )
        factory = Member(
            world.http, operator, "factory@example.com", world.login("factory@example.com"), world.contract
        )

        [seen] = good(factory.get("/requests", direction="received"))["items"]
        assert seen["request_id"] == asked["request_id"]
        assert [one["type"] for one in good(factory.get("/notifications"))["items"]] == ["REQUEST_NEW"]
        plant = {"name": "本社工場", "address": "東大阪市", "open_plant_id": "F000001"}
        plant_id = good(factory.post("/plants", plant))["plant_id"]
        own = good(factory.post("/parts", {"plant_id": plant_id, "name": "ボルトM6"}))["trace_id"]
        assert factory.link(asked, own)["upstream_trace_id"] == own
        assert good(a.get(f"/requests/{asked['request_id']}"))["upstream_trace_id"] == own
        assert good(a.get(f"/operators/{joined.operator_id}"))["state"] == "member"

    def test_before_it_joins_only_its_inviter_sees_it(
        self, a: Member, b: Member, invited: dict[str, Any]
    ) -> None:
        path = f"/operators/{invited['operator_id']}"
        assert good(a.get(path))["state"] == "provisional"
        problem(b.get(path), 404, "operator_not_found")
        body = {"trace_id": b.part("ボルト"), "upstream_operator_id": invited["operator_id"]}
        problem(b.post("/requests", body), 404, "operator_not_found")

    def test_another_customer_may_invite_the_same_company(self, b: Member, invited: dict[str, Any]) -> None:
        again = b.post(
            "/invitations",
            {"name": "町工場", "country": "JP", "other_ids": {"corporate_number": "9000000000001"}},
        )
        assert (again.status_code, again.json()["operator_id"] != invited["operator_id"]) == (201, True)

    def test_a_member_is_asked_directly(self, a: Member, b: Member) -> None:
        number = good(a.get(f"/operators/{b.id}"))["open_operator_id"]
        body = {"name": "B社", "country": "JP", "other_ids": {"corporate_number": number}}
        told = problem(a.post("/invitations", body), 409, "already_member")
        assert told["errors"][0]["parameters"] == {"operator_id": b.id}

    def test_every_fault_of_an_invitation_at_once(self, a: Member) -> None:
        told = problem(
            a.post("/invitations", {"name": "町工場", "country": "Japan", "email": "no address"}),
            422,
            "invalid",
        )
        assert {fault["pointer"]: fault["code"] for fault in told["errors"]} == {
            "/country": "country_invalid",
            "/email": "email_invalid",
        }

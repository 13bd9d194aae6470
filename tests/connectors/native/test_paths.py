"""Every path of `/v1` once, as a company would use it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.native.world import PASSWORD, Member, World, good


class TestSessions:
    def test_log_in_refresh_and_log_out(self, world: World, a: Member) -> None:
        assert a.tokens["token_type"] == "Bearer"
        assert a.tokens["operator_id"] == a.id
        fresh = good(world.http.post("/v1/auth/refresh", json={"refresh_token": a.tokens["refresh_token"]}))
        assert fresh["refresh_token"] != a.tokens["refresh_token"]
        out = world.http.post("/v1/auth/logout", json={"refresh_token": fresh["refresh_token"]})
        assert (out.status_code, out.content) == (204, b"")

    def test_change_the_password(self, world: World, a: Member) -> None:
        body = {"old_password": PASSWORD, "new_password": "Other@5678"}
        assert a.post("/auth/password", body).status_code == 204
        assert world.login(a.email, "Other@5678")["account_id"] == a.tokens["account_id"]

    def test_public_keys_are_beside_v1(self, world: World, a: Member) -> None:
        [key] = good(world.http.get("/.well-known/jwks.json"))["keys"]
        assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
        assert "d" not in key


class TestCompanies:
    def test_me(self, a: Member) -> None:
        me = good(a.get("/me"))
        assert me["operator"]["operator_id"] == a.id
        assert (me["account_id"], me["api_key_id"], me["roles"]) == (
            a.tokens["account_id"],
            None,
            ["admin"],
        )

    def test_the_directory_finds_a_member_by_either_id(self, a: Member, b: Member) -> None:
        found = good(a.get(f"/operators/{b.id}"))
        assert found["name"] == "B株式会社"
        page = good(a.get("/operators", open_operator_id=found["open_operator_id"]))
        assert page == {"items": [found], "next": None}

    def test_change_the_own_company(self, a: Member) -> None:
        changed = good(a.patch(f"/operators/{a.id}", {"address": "大阪府"}))
        assert (changed["name"], changed["address"]) == ("A株式会社", "大阪府")

    def test_another_company_is_not_changed(self, a: Member, b: Member) -> None:
        assert a.patch(f"/operators/{b.id}", {"address": "大阪府"}).status_code in {403, 404}

    def test_invite_a_company(self, a: Member) -> None:
        body = {"name": "町工場", "country": "JP", "email": "factory@example.com"}
        invited = a.post("/invitations", body)
        assert invited.status_code == 201
        assert (invited.json()["state"], invited.json()["open_operator_id"]) == ("provisional", None)

    def test_plants(self, a: Member) -> None:
        body = {"name": "第二工場", "address": "名古屋市", "open_plant_id": "A000002"}
        made = a.post("/plants", body)
        assert made.status_code == 201
        plant = made.json()
        assert made.headers["location"] == f"/v1/plants/{plant['plant_id']}"
        changed = good(a.put(f"/plants/{plant['plant_id']}", body | {"name": "第三工場"}))
        assert changed == plant | {"name": "第三工場"}
        assert [one["name"] for one in good(a.get("/plants"))["items"]] == ["工場", "第三工場"]


class TestParts:
    def test_make_read_change_delete(self, a: Member) -> None:
        body = {"plant_id": a.plant_id, "name": "B01", "unit": "piece", "mass_kg_per_unit": 1.25}
        made = a.post("/parts", body)
        part = made.json()
        assert made.status_code == 201
        assert made.headers["location"] == f"/v1/parts/{part['trace_id']}"
        assert a.get(f"/parts/{part['trace_id']}").json() == part
        assert b'"mass_kg_per_unit":1.25' in made.content
        assert a.post("/parts", body).status_code == 200
        changed = good(a.put(f"/parts/{part['trace_id']}", body | {"label": "v2"}))
        assert (changed["trace_id"], changed["label"]) == (part["trace_id"], "v2")
        assert a.delete(f"/parts/{part['trace_id']}").status_code == 204
        assert a.get(f"/parts/{part['trace_id']}").status_code == 404

    def test_lists(self, a: Member) -> None:
        ids = [a.part(name) for name in ("P1", "P2", "P3")]
        first = good(a.get("/parts", limit=2))
        assert [one["trace_id"] for one in first["items"]] == ids[:2]
        rest = good(a.get("/parts", limit=2, after=first["next"]))
        assert ([one["trace_id"] for one in rest["items"]], rest["next"]) == (ids[2:], None)
        assert [one["name"] for one in good(a.get("/parts", name="P2"))["items"]] == ["P2"]

    def test_structures_are_versions(self, a: Member) -> None:
        parent, child = a.part("製品"), a.part("部品")
        lines: list[dict[str, Any]] = [
            {"child": {"trace_id": child}, "amount": 2.5, "unit": "kilogram"},
            {
                "child": {"plant_id": a.plant_id, "name": "新部品", "unit": "piece"},
                "amount": 4,
                "unit": "piece",
            },
        ]
        put = good(a.put(f"/parts/{parent}/structure", {"lines": lines}))
        assert [(line["child"]["name"], line["amount"]) for line in put["lines"]] == [
            ("部品", 2.5),
            ("新部品", 4),
        ]
        assert good(a.get(f"/parts/{parent}/structure")) == put
        cleared = good(a.put(f"/parts/{parent}/structure", {"lines": []}))
        assert (cleared["version"], cleared["lines"]) == (2, [])
        versions = good(a.get(f"/parts/{parent}/structures"))["items"]
        assert [(one["version"], one["line_count"]) for one in versions] == [(2, 0), (1, 2)]
        assert len(good(a.get(f"/parts/{parent}/structure", version=1))["lines"]) == 2

    def test_numbers(self, a: Member, b: Member) -> None:
        part = a.part("P1")
        made = a.post(f"/parts/{part}/numbers", {"number": "900-123", "partner_id": b.id})
        assert (made.status_code, made.json()) == (
            201,
            {"trace_id": part, "number": "900-123", "partner_id": b.id},
        )
        assert good(a.get(f"/parts/{part}/numbers"))["items"] == [made.json()]
        assert a.delete(f"/parts/{part}/numbers", number="900-123", partner_id=b.id).status_code == 204
        assert good(a.get(f"/parts/{part}/numbers"))["items"] == []

    def test_found_by_number(self, a: Member) -> None:
        part = a.part("P1")
        good(a.post(f"/parts/{part}/numbers", {"number": "900-123"}))
        assert [one["trace_id"] for one in good(a.get("/parts", number="900-123"))["items"]] == [part]


class TestRequests:
    def test_ask_read_change_and_cancel(self, a: Member, b: Member) -> None:
        asked = a.ask(b, a.part("購入品"), message="お願いします。")
        path = f"/requests/{asked['request_id']}"
        assert (asked["direction"], asked["state"]) == ("sent", "NOT_COMPLETED")
        assert good(a.get(path)) == asked
        assert good(b.get(path)) == asked | {"direction": "received"}
        assert [one["request_id"] for one in good(b.get("/requests", direction="received"))["items"]] == [
            asked["request_id"]
        ]
        assert good(b.get("/requests", direction="sent"))["items"] == []
        changed = good(a.patch(path, {"due_date": "2027-01-31"}))
        assert (changed["due_date"], changed["message"]) == ("2027-01-31", "お願いします。")
        assert a.post(f"{path}/cancel").status_code == 204
        assert a.get(path).status_code == 404

    def test_link_reply_and_reject(self, a: Member, b: Member) -> None:
        asked = a.ask(b, a.part("購入品"))
        path = f"/requests/{asked['request_id']}"
        own = b.part("製品")
        linked = b.link(asked, own)
        assert linked["upstream_trace_id"] == own
        assert (
            good(b.post(f"{path}/reply", {"text": "確認いたします。"}))["reply_message"] == "確認いたします。"
        )
        rejected = good(b.post(f"{path}/reject", {"reply": "担当外です。"}))
        assert (rejected["state"], rejected["upstream_trace_id"]) == ("REJECT", None)
        said = [(one["kind"], one["text"]) for one in good(a.get(f"{path}/messages"))["items"]]
        assert said == [("reply", "確認いたします。"), ("reject", "担当外です。")]

    def test_an_answer_that_does_not_exist_is_not_reviewed(self, a: Member, b: Member) -> None:
        asked = a.ask(b, a.part("購入品"))
        refused = a.post(f"/requests/{asked['request_id']}/review", {"verdict": "accepted"})
        assert (refused.status_code, refused.json()["code"]) == (409, "not_reviewable")


class TestTrades:
    def test_trades_and_shares_of_a_bought_part(self, a: Member, b: Member, c: Member) -> None:
        bought = a.part("購入品")
        of_b, of_c = a.ask(b, bought), a.ask(c, bought)
        trades = good(a.get("/trades", trace_id=bought))["items"]
        assert {one["trade_id"]: one["share"] for one in trades} == {
            of_b["trade_id"]: 0.5,
            of_c["trade_id"]: 0.5,
        }
        path = f"/trades/{of_b['trade_id']}/shares"
        stated = good(a.put(path, {"shares": [{"valid_from": "2026-04-01", "share": 0.6}]}))
        assert stated == good(a.get(path))
        assert stated["shares"][0]["share"] == 0.6

    def test_deliveries_of_a_bought_part(self, a: Member, b: Member) -> None:
        bought = a.part("購入品")
        a.ask(b, bought)
        assert good(a.get("/deliveries", trace_id=bought)) == {"items": [], "next": None}


class TestConsents:
    def test_decide_list_and_withdraw(self, a: Member, b: Member) -> None:
        own = b.part("製品")
        body = {"trace_id": own, "consumer_id": a.id, "attributes": ["total", "quality"]}
        made = b.post("/consents", body)
        consent = made.json()
        assert (made.status_code, consent["state"], consent["version"]) == (201, "granted", 1)
        assert good(b.get("/consents", trace_id=own))["items"] == [consent]
        gone = good(b.post(f"/consents/{consent['consent_id']}/withdraw"))
        assert (gone["state"], gone["version"], gone["attributes"]) == ("withdrawn", 2, [])
        history = good(b.get("/consents", trace_id=own, history=True))["items"]
        assert [one["version"] for one in history] == [2, 1]

    def test_a_consent_about_a_deleted_part_is_gone_with_it(self, a: Member, b: Member) -> None:
        body = {"trace_id": b.part("製品"), "consumer_id": a.id, "attributes": ["total"]}
        consent = good(b.post("/consents", body))
        assert b.delete(f"/parts/{body['trace_id']}").status_code == 204
        answer = b.post(f"/consents/{consent['consent_id']}/withdraw")
        assert (answer.status_code, answer.json()["code"]) == (404, "consent_not_found")


class TestNotifications:
    def test_list_and_mark_read(self, a: Member, b: Member) -> None:
        asked = a.ask(b, a.part("購入品"))
        [told] = good(b.get("/notifications"))["items"]
        assert (told["type"], told["relation"]["request_id"]) == ("REQUEST_NEW", asked["request_id"])
        ids = {"notification_ids": [told["notification_id"]]}
        assert good(b.post("/notifications/read", ids)) == {"marked": 1}
        assert good(b.post("/notifications/read", ids)) == {"marked": 0}
        assert good(b.get("/notifications"))["items"][0]["read_at"] is not None


def test_the_document_names_every_path(world: World) -> None:
    paths = good(world.http.get("/v1/openapi.json"))["paths"]
    assert {
        "/parts",
        "/requests/{request_id}/link",
        "/consents",
        "/notifications/read",
        "/auth/login",
    } <= set(paths)


@pytest.mark.parametrize("path", ["/parts", "/me", "/requests", "/consents", "/notifications", "/plants"])
def test_without_a_token_nothing_is_read(world: World, path: str) -> None:
    answer = world.http.get(f"/v1{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_password_is_the_one_of_the_tests(world: World, a: Member) -> None:
    assert world.login(a.email, PASSWORD)["operator_id"] == a.id

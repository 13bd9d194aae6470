"""`/auth/*` and systemAuth: sections 6.1 to 6.5, and 6.8."""

from __future__ import annotations

import base64
import json

import pytest

from tests.connectors.ouranos.test_door import BAD_KEY, NO_KEY, NO_TOKEN, told
from tests.connectors.ouranos.world import DATA, PASSWORD, add_key


def email(company) -> str:
    return f"user{company.operator.operator_key}@example.com"


def login(company, *, key=None, **changed):
    body = {"operatorAccountId": email(company), "accountPassword": PASSWORD} | changed
    headers = {"apiKey": key or company.key, "Authorization": "", "X-Requested-With": "xhr"}
    return company.http.post("/auth/login", json=body, headers=headers)


def claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class TestLogin:
    def test_tokens_work_and_say_what_the_client_reads(self, a):
        answer = login(a)
        assert answer.status_code == 201
        assert list(answer.json()) == ["accessToken", "refreshToken"]
        token = answer.json()["accessToken"]
        assert claims(token)["operator_id"] == a.id
        assert claims(token)["exp"] - claims(token)["iat"] == 3600
        assert (
            a.http.get(
                DATA,
                params={"dataTarget": "parts"},
                headers={"apiKey": a.key, "Authorization": f"Bearer {token}"},
            ).status_code
            == 200
        )

    @pytest.mark.parametrize(
        ("changed", "text"),
        [
            ({"operatorAccountId": ""}, "operatorAccountId: cannot be blank."),
            ({"operatorAccountId": None}, "operatorAccountId: cannot be blank."),
            ({"operatorAccountId": "x"}, "operatorAccountId: must be a valid email address."),
            (
                {"operatorAccountId": 1},
                "operatorAccountId: Unmarshal type error: expected=string, got=number.",
            ),
            ({"accountPassword": ""}, "accountPassword: cannot be blank."),
            (
                {"operatorAccountId": "", "accountPassword": ""},
                "accountPassword: cannot be blank; operatorAccountId: cannot be blank.",
            ),
        ],
    )
    def test_rules(self, a, changed, text):
        assert told(login(a, **changed)) == (400, "[auth] BadRequest", f"Validation failed, {text}")

    def test_wrong_password_and_unknown_account_are_one_answer(self, a):
        refused = (401, "[auth] Unauthorized", "Invalid credentials")
        assert told(login(a, accountPassword="wrong")) == refused
        assert told(login(a, operatorAccountId="nobody@example.com")) == refused
        assert told(login(a, operatorAccountId="\u202e@example.com")) == refused

    def test_a_locked_account_says_no_more_even_with_the_right_password(self, a):
        for _ in range(10):
            login(a, accountPassword="wrong")
        assert told(login(a)) == (401, "[auth] Unauthorized", "Invalid credentials")

    def test_a_key_is_needed_but_no_token(self, a):
        assert told(a.http.post("/auth/login", json={})) == NO_KEY
        assert told(a.http.post("/auth/login", json={}, headers={"apiKey": "x"})) == BAD_KEY


class TestRefresh:
    def test_the_same_refresh_token_again_and_again(self, a):
        token = login(a).json()["refreshToken"]
        for _ in range(3):
            answer = a.http.post("/auth/refresh", json={"refreshToken": token}, headers={"apiKey": a.key})
            assert answer.status_code == 201
            assert list(answer.json()) == ["accessToken"]
            assert claims(answer.json()["accessToken"])["operator_id"] == a.id

    def test_what_is_not_one(self, a):
        answer = a.http.post("/auth/refresh", json={"refreshToken": "x"}, headers={"apiKey": a.key})
        assert told(answer) == (401, "[auth] Unauthorized", "Invalid credentials")
        blank = a.http.post("/auth/refresh", json={}, headers={"apiKey": a.key})
        assert told(blank)[2] == "Validation failed, refreshToken: cannot be blank."


class TestChange:
    @pytest.mark.parametrize(
        ("password", "text"),
        [
            (None, "cannot be blank"),
            ("", "cannot be blank"),
            ("Aa1@567", "the length must be between 8 and 20"),
            ("Aa1@" + "x" * 17, "the length must be between 8 and 20"),
            ("Aa1@ああああああ", "the length must be between 8 and 20"),
            ("aaaaaaaa", "must include at least one upper case letter"),
            ("AAAAAAAA", "must include at least one lower case letter"),
            ("AAAAaaaa", "must include at least one digit"),
            ("AAAAaaa1", "must include at least one special character"),
        ],
    )
    def test_the_first_broken_rule(self, a, password, text):
        answer = a.call("POST", "/auth/change", json_body={"newPassword": password})
        assert told(answer) == (400, "[auth] BadRequest", f"Validation failed, newPassword: {text}.")

    def test_the_type_has_a_name_of_its_own(self, a):
        assert told(a.call("POST", "/auth/change", json_body={"newPassword": 1}))[2] == (
            "Validation failed, newPassword: Unmarshal type error: expected=authentication.Password, got=number."
        )

    def test_the_new_password_counts(self, a):
        answer = a.call("POST", "/auth/change", json_body={"newPassword": "New@12345"})
        assert (answer.status_code, answer.json()) == (201, {})
        assert login(a).status_code == 401
        assert login(a, accountPassword="New@12345").status_code == 201

    def test_a_token_is_needed(self, a):
        assert told(a.http.post("/auth/change", json={}, headers={"apiKey": a.key})) == NO_TOKEN


class TestSystemAuth:
    @pytest.fixture(params=["DataSpace", "Traceability"])
    def system(self, world, request):
        return {"apiKey": add_key(world.context, request.param, attribute=request.param)}

    def test_tokens(self, a, system):
        answer = a.http.post("/api/v1/systemAuth/token", json={"idToken": a.token}, headers=system)
        assert (answer.status_code, answer.json()) == (200, {"operatorId": a.id})
        bad = a.http.post("/api/v1/systemAuth/token", json={"idToken": "x"}, headers=system)
        assert (bad.status_code, bad.json()) == (200, {"operatorId": None})

    def test_keys(self, a, system):
        def ask(**body):
            return a.http.post("/api/v1/systemAuth/apiKey", json=body, headers=system).json()

        assert ask(ipAddress="10.0.0.1", apiKey=a.key) == {"isApiKeyValid": True, "isIpAddressValid": True}
        assert ask(ipAddress="11.0.0.1", apiKey=a.key) == {"isApiKeyValid": True, "isIpAddressValid": False}
        assert ask(ipAddress="nonsense", apiKey=a.key) == {"isApiKeyValid": True, "isIpAddressValid": False}
        assert ask(ipAddress="10.0.0.1", apiKey="x")["isApiKeyValid"] is False

    def test_rules(self, a, system):
        answer = a.http.post("/api/v1/systemAuth/apiKey", json={}, headers=system)
        assert told(answer)[2] == "Validation failed, apiKey: cannot be blank; ipAddress: cannot be blank."
        typed = a.http.post("/api/v1/systemAuth/token", json={"idToken": 1}, headers=system)
        assert (
            told(typed)[2]
            == "Invalid request parameters, idToken: Unmarshal type error: expected=string, got=number."
        )
        malformed = a.http.post(
            "/api/v1/systemAuth/token", content=b"{,", headers=system | {"Content-Type": "application/json"}
        )
        assert told(malformed)[2].startswith("Invalid request parameters, invalid character ','")

    def test_an_ordinary_key_will_not_do(self, a):
        for path in ("token", "apiKey"):
            answer = a.http.post(f"/api/v1/systemAuth/{path}", json={}, headers={"apiKey": a.key})
            assert told(answer) == BAD_KEY


class TestDataReset:
    def test_only_a_sandbox_may_empty_itself(self, a):
        """The reference lets any key empty all its operators."""
        a.make_part("A")
        assert told(a.call("PUT", "/dataReset")) == (
            403,
            "[auth] AccessDenied",
            "You do not have the necessary privileges",
        )
        assert len(a.get("parts").json()) == 1

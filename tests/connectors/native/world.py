"""A small world behind the whole server: companies with people and applications that speak `/v1`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.routing import Mount
from starlette.testclient import TestClient

from renkei.app import handlers
from renkei.commons.access import registry
from renkei.commons.access.model import ApiKeyDraft
from renkei.commons.edge.context import AppContext
from renkei.database.events import drain
from renkei.database.transaction import Database
from tests.connectors.native.contract import Contract
from tests.factories import Operator, create_operator

PASSWORD = "Pass@1234"
CLIENT = ("10.1.2.3", 50000)
_serial = count(1)
_contracts: list[Contract] = []


@dataclass
class Member:
    """One company's person: calls carry its access token."""

    http: TestClient
    operator: Operator
    email: str
    tokens: dict[str, Any]
    contract: Contract

    @property
    def id(self) -> str:
        return str(self.operator.operator_id)

    @property
    def plant_id(self) -> str:
        return str(self.operator.plant_id)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Response:
        """Any request under `/v1`; `body` goes as JSON unless it is bytes. The answer keeps the published document."""
        headers = self.headers | options.pop("headers", {})
        if isinstance(body, bytes):
            options["content"] = body
        elif body is not None:
            options["json"] = body
        answer = self.http.request(method, f"/v1{path}", headers=headers, **options)
        self.contract.check(method, path, answer)
        return answer

    def get(self, path: str, **query: Any) -> Response:
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Any = None, **options: Any) -> Response:
        return self.call("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Response:
        return self.call("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Response:
        return self.call("PATCH", path, body, **options)

    def delete(self, path: str, **query: Any) -> Response:
        return self.call("DELETE", path, params=query)

    # -- what tests begin with -----------------------------------------------------------------------------------
    def part(self, name: str, **said: Any) -> str:
        """Register a part of the company's own plant; its trace id."""
        body = {"plant_id": self.plant_id, "name": name, "unit": "kilogram"} | said
        return str(good(self.post("/parts", body))["trace_id"])

    def ask(self, supplier: Member, trace_id: str, **said: Any) -> dict[str, Any]:
        """Ask a supplier for a bought part; the request."""
        body = {"trace_id": trace_id, "upstream_operator_id": supplier.id} | said
        return good(self.post("/requests", body))

    def link(self, request: dict[str, Any], trace_id: str) -> dict[str, Any]:
        """Link an own part to a request that was received."""
        return good(self.post(f"/requests/{request['request_id']}/link", {"trace_id": trace_id}))

    def waiting_update(self) -> dict[str, Any]:
        """An own part under review (`trace_id`) with a declared version, and a new value of it that waits."""
        child, parent = self.part("審査中の部品", terminated=True), self.part("審査中の製品")
        statement = {"declared_unit": "kilogram", "declared": {"production": {"own": 5}}}
        stated = good(self.put(f"/parts/{child}/footprint", statement))
        line = {"child": {"trace_id": child}, "amount": 1, "unit": "kilogram"}
        good(self.put(f"/parts/{parent}/structure", {"lines": [line]}))
        good(self.put(f"/parts/{parent}/footprint", statement))
        good(self.put(f"/parts/{parent}/update-policy", {"mode": "review"}))
        period = {"rule_set": "ISO 14067", "period_from": "2026-04-01", "period_to": "2027-03-31"}
        good(self.post(f"/parts/{parent}/declarations", period))
        changed = {"cfp_id": stated["cfp_id"], "declared": {"production": {"own": 4}}}
        good(self.put(f"/parts/{child}/footprint", statement | changed))
        [update] = good(self.get("/updates"))["items"]
        assert update["trace_id"] == parent
        return update


@dataclass
class World:
    """The server, and ways to put companies into it."""

    app: FastAPI
    http: TestClient
    database: Database

    @property
    def contract(self) -> Contract:
        """The published document of `/v1`, the same for every server."""
        if not _contracts:
            _contracts.append(Contract(self.v1.openapi()))
        return _contracts[0]

    @property
    def v1(self) -> FastAPI:
        """The application mounted at `/v1`."""
        return next(
            route.app
            for route in self.app.routes
            if isinstance(route, Mount) and route.path == "/v1" and isinstance(route.app, FastAPI)
        )

    @property
    def context(self) -> AppContext:
        context: AppContext = self.app.state.context
        return context

    def member(self, name: str, **options: Any) -> Member:
        """A company whose administrator has logged in."""
        operator = create_operator(self.database, name, **options)
        email = f"user{next(_serial)}@example.com"
        registry.add_account(self.context.access, email, operator.operator_id, "admin", PASSWORD)
        return Member(self.http, operator, email, self.login(email), self.contract)

    def login(self, email: str, password: str = PASSWORD, **said: Any) -> dict[str, Any]:
        """The tokens of a new session."""
        return good(self.http.post("/v1/auth/login", json={"email": email, "password": password} | said))

    def key(self, *operators: Operator, networks: tuple[str, ...] = ("10.0.0.0/8",), **said: Any) -> str:
        """An application's key for these companies."""
        draft = ApiKeyDraft(
            application_name="app",
            attribute="Application",
            networks=networks,
            operators=tuple(operator.operator_id for operator in operators),
            **said,
        )
        return registry.add_api_key(self.context.access, draft)[1]

    def work_off(self) -> int:
        """Be the worker until nothing is left."""
        return drain(self.database, handlers())


def good(answer: Response) -> dict[str, Any]:
    """The value of an answer that must be a success."""
    assert answer.is_success, f"{answer.status_code} {answer.text}"
    value: dict[str, Any] = answer.json()
    return value

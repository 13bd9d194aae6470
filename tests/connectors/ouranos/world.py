"""A small world behind the whole server: companies with people and keys, and clients that speak the contract."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from starlette.testclient import TestClient

from renkei.app import handlers
from renkei.commons.edge.context import AppContext
from renkei.database.events import drain
from renkei.database.transaction import Database, Transaction
from tests.factories import Operator, create_operator

PASSWORD = "Pass@1234"
DATA = "/api/v1/datatransport"
INFO = "/api/v1/authInfo"
CLIENT = ("10.1.2.3", 50000)


def add_key(
    context: AppContext,
    key: str,
    *,
    attribute: str = "Application",
    networks: tuple[str, ...] = ("10.0.0.0/8",),
    operators: tuple[Operator, ...] = (),
    all_operators: bool = False,
) -> str:
    """An application with its key, as the command line registers it."""

    def insert(tx: Transaction) -> None:
        row = tx.row(
            """
            INSERT INTO commons.api_keys (api_key_id, application_name, attribute, key_hash, all_operators, created_at)
            VALUES (gen_random_uuid(), 'app', %s, %s, %s, now()) RETURNING api_key_key
            """,
            (attribute, context.access.key_hash(key), all_operators),
        )
        assert row is not None
        for network in networks:
            tx.execute("INSERT INTO commons.api_key_networks VALUES (%s, %s)", (row["api_key_key"], network))
        for operator in operators:
            tx.execute(
                "INSERT INTO commons.api_key_operators VALUES (%s, %s)",
                (row["api_key_key"], operator.operator_key),
            )

    context.database.owner(insert)
    return key


def add_account(context: AppContext, operator: Operator, email: str, *, role: str = "admin") -> UUID:
    """A person with `PASSWORD` and one role, as the command line registers it."""

    def insert(tx: Transaction) -> UUID:
        row = tx.row(
            """
            INSERT INTO commons.accounts (account_id, email, password_hash, password_changed_at, created_at)
            VALUES (gen_random_uuid(), %s, %s, now(), now()) RETURNING account_key, account_id
            """,
            (email, context.access.passwords.hash(PASSWORD)),
        )
        assert row is not None
        tx.execute(
            "INSERT INTO commons.memberships (account_key, operator_key, role, granted_at) VALUES (%s, %s, %s, now())",
            (row["account_key"], operator.operator_key, role),
        )
        return UUID(str(row["account_id"]))

    return context.database.owner(insert)


@dataclass
class Company:
    """One company's application: calls carry its key and its person's token."""

    http: TestClient
    operator: Operator
    account_id: UUID
    token: str
    key: str

    @property
    def id(self) -> str:
        return str(self.operator.operator_id)

    @property
    def headers(self) -> dict[str, str]:
        return {"apiKey": self.key, "Authorization": f"Bearer {self.token}"}

    def call(
        self,
        method: str,
        path: str,
        *,
        json_body: Any = ...,
        headers: dict[str, str] | None = None,
        **query: Any,
    ):
        """Any request. `json_body` is written as it is if it is bytes."""
        sent = self.headers | (headers or {})
        content = None
        if json_body is not ...:
            content = json_body if isinstance(json_body, bytes) else json.dumps(json_body).encode()
            sent.setdefault("Content-Type", "application/json")
        return self.http.request(method, path, params=query, headers=sent, content=content)

    def get(self, target: str, **query: Any):
        return self.call("GET", DATA, dataTarget=target, **query)

    def put(self, target: str, body: Any = ..., **query: Any):
        return self.call("PUT", DATA, json_body=body, dataTarget=target, **query)

    def delete(self, target: str, **query: Any):
        return self.call("DELETE", DATA, dataTarget=target, **query)

    # -- bodies ------------------------------------------------------------------------------------------------
    def part(self, name: str, **changed: Any) -> dict[str, Any]:
        """A legal PartsModel of this company."""
        return {
            "operatorId": self.id,
            "traceId": None,
            "plantId": str(self.operator.plant_id),
            "partsName": name,
            "supportPartsName": None,
            "terminatedFlag": False,
            "amountRequired": None,
            "amountRequiredUnit": "kilogram",
        } | changed

    def child(self, name: str, amount: Any = 1, **changed: Any) -> dict[str, Any]:
        """A legal child of this company."""
        return self.part(name, **({"amountRequired": amount} | changed))

    def request(self, supplier: Company, trace_id: str, **changed: Any) -> dict[str, Any]:
        """A legal TradeRequestModel of this company; `changed` goes into the statusModel."""
        return {
            "tradeModel": {
                "tradeId": None,
                "downstreamOperatorId": self.id,
                "upstreamOperatorId": supplier.id,
                "downstreamTraceId": trace_id,
                "upstreamTraceId": None,
            },
            "statusModel": {
                "statusId": None,
                "tradeId": None,
                "requestStatus": {},
                "message": "来月中にご回答をお願いします。",
                "replyMessage": None,
                "requestType": "CFP",
                "responseDueDate": "2024-12-31",
            }
            | changed,
        }

    def cfp(
        self,
        trace_id: str,
        emissions: tuple[Any, Any, Any, Any] = (1.5, 10, 0, 0),
        *,
        pre: tuple[Any, Any, Any] = (1, 2, 3),
        main: tuple[Any, Any, Any] = (2, 3, 4),
        cfp_id: str | None = None,
        unit: str = "kgCO2e/kilogram",
    ) -> list[dict[str, Any]]:
        """Four CfpModels: pre- and main production, pre- and main component."""
        kinds = ("preProduction", "mainProduction", "preComponent", "mainComponent")
        return [
            {
                "cfpId": cfp_id,
                "traceId": trace_id,
                "ghgEmission": emission,
                "ghgDeclaredUnit": unit,
                "cfpType": kind,
                "dqrType": "preProcessing" if kind.startswith("pre") else "mainProcessing",
                "dqrValue": dict(
                    zip(("TeR", "GeR", "TiR"), pre if kind.startswith("pre") else main, strict=True)
                ),
            }
            for kind, emission in zip(kinds, emissions, strict=True)
        ]

    # -- short cuts --------------------------------------------------------------------------------------------
    def make_part(self, name: str, **changed: Any) -> str:
        """A part of this company; its trace id."""
        answer = self.put("parts", self.part(name, **changed))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["traceId"])

    def make_structure(self, parent: str, *children: dict[str, Any], **changed: Any) -> tuple[str, list[str]]:
        """A parent with children; their trace ids."""
        answer = self.put(
            "partsStructure",
            {"parentPartsModel": self.part(parent, **changed), "childrenPartsModel": list(children)},
        )
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return body["parentPartsModel"]["traceId"], [child["traceId"] for child in body["childrenPartsModel"]]

    def ask(self, supplier: Company, trace_id: str, **changed: Any) -> tuple[str, str]:
        """A request for a bought part; trade id and status id."""
        answer = self.put("tradeRequest", self.request(supplier, trace_id, **changed))
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return body["tradeModel"]["tradeId"], body["statusModel"]["statusId"]

    def release(self, customer: Company, trace_id: str, *, total: bool = True, quality: bool = True):
        """Disclose (or withhold) the numbers of an own part to a customer."""
        return self.call(
            "POST",
            "/cfpAcl",
            json_body={
                "operatorId": self.id,
                "releasedToOperatorId": customer.id,
                "traceId": trace_id,
                "acl": [
                    {"aclItemGroup": "TOTALCFP", "releasedFlag": total},
                    {"aclItemGroup": "TOTALDQR", "releasedFlag": quality},
                ],
            },
        )

    def state(self, trace_id: str, *, cfp: Any = (1.5, 10, 0, 0), **changed: Any) -> str:
        """A footprint of an own part; its cfp id."""
        answer = self.put("cfp", self.cfp(trace_id, cfp, **changed))
        assert answer.status_code == 201, answer.text
        return str(answer.json()[0]["cfpId"])

    def shown(self, *trace_ids: str) -> dict[str, Any]:
        """What GET cfp shows: cfpType (behind the trace's place, if several) to its emission and quality."""
        answer = self.get("cfp", traceIds=",".join(trace_ids))
        assert answer.status_code == 200, answer.text
        found = {}
        for row in answer.json():
            name = (
                row["cfpType"] if len(trace_ids) == 1 else (trace_ids.index(row["traceId"]), row["cfpType"])
            )
            dqr = row["dqrValue"]
            found[name] = (row["ghgEmission"], (dqr["TeR"], dqr["GeR"], dqr["TiR"]))
        return found

    def link(self, trade_id: str, trace_id: str):
        """Link an own part to a trade."""
        return self.put("tradeResponse", tradeId=trade_id, traceId=trace_id)


@dataclass
class World:
    """The server, its context, and how to found companies in it."""

    app: FastAPI
    http: TestClient
    database: Database
    companies: dict[str, Company] = field(default_factory=dict)

    @property
    def context(self) -> AppContext:
        return self.app.state.context

    def settle(self) -> None:
        """Let every event be handled, as the worker does between two requests."""
        drain(self.database, handlers())

    def company(self, name: str, *, role: str = "admin", sandbox: bool = False) -> Company:
        """A member with one plant, one person and one key of its own."""
        operator = create_operator(self.database, name, sandbox=sandbox)
        email = f"user{operator.operator_key}@example.com"
        account_id = add_account(self.context, operator, email, role=role)
        key = add_key(self.context, f"key-{operator.operator_key}", operators=(operator,))
        token = self.context.access.issue(
            account_id=account_id,
            email=email,
            operator_id=operator.operator_id,
            authenticated_at=self.database.clock.now(),
        )
        company = Company(self.http, operator, account_id, token, key)
        self.companies[name] = company
        return company

"""The calls of the reference's sample web client, in its order and with its headers, on one origin.

Its page was built without an address or a key: `apiKey` and `x-api-key` are empty, and the server puts in the front
page's own key for requests with `X-Requested-With: xhr`, as the reference's proxy does.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.database.transaction import Database
from renkei.settings import Settings
from tests.connectors.ouranos.world import CLIENT, PASSWORD, World, add_account, add_key
from tests.factories import Operator, create_operator

KEY = "front-page-key"
DATA = "/api/v1/datatransport"


@dataclass
class Page:
    """The client in one browser tab."""

    http: TestClient
    email: str
    tokens: dict[str, str] = field(default_factory=dict)

    # -- as the client's two fetch functions ---------------------------------------------------------------------
    def transport(self, method: str, url: str, body: Any = None, status: int = 200, **params: Any):
        """`fetchFromDataTransport`: always a JSON content type, even without a body."""
        is_auth = url in ("/auth/login", "/auth/refresh")
        answer = self.http.request(
            method,
            url,
            params=params or None,
            headers={
                "X-Requested-With": "xhr",
                "Authorization": "" if is_auth else f"Bearer {self.tokens['accessToken']}",
                "apiKey": "",
                "Content-Type": "application/json",
            },
            content=None if body is None else json.dumps(body),
        )
        assert answer.status_code == status, answer.text
        return answer

    def traceability(self, method: str, url: str, body: Any = None, status: int = 200, **params: Any):
        """`fetchFromTraceability`: the key in another header."""
        headers = {
            "X-Requested-With": "xhr",
            "Authorization": f"Bearer {self.tokens['accessToken']}",
            "x-api-key": "",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = None if body is None else json.dumps(body)
        answer = self.http.request(method, url, params=params or None, headers=headers, content=content)
        assert answer.status_code == status, answer.text
        return answer

    # -- what the client knows -----------------------------------------------------------------------------------
    @property
    def operator_id(self) -> str:
        return str(self.claims["operator_id"])

    @property
    def claims(self) -> dict[str, Any]:
        part = self.tokens["accessToken"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))

    def login(self) -> None:
        body = {"operatorAccountId": self.email, "accountPassword": PASSWORD}
        self.tokens = self.transport("POST", "/auth/login", body, 201).json()
        assert isinstance(self.claims["exp"], int)

    def refresh(self) -> None:
        body = {"refreshToken": self.tokens["refreshToken"]}
        self.tokens |= self.transport("POST", "/auth/refresh", body, 201).json()


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "index.html").write_text("<h1>front</h1>")
    (pages / "notifications.html").write_text("<h1>notifications</h1>")
    settings = Settings(
        data_dir=tmp_path,
        public_base_url="http://testserver",
        front_page_dir=pages,
        front_page_by_xhr_header=True,
        front_page_api_key=KEY,
    )
    app = create_app(settings, database)
    with TestClient(app, raise_server_exceptions=False, client=CLIENT) as http:
        yield World(app, http, database)


def open_page(world: World, name: str) -> Page:
    operator: Operator = create_operator(world.database, name)
    email = f"page{operator.operator_key}@example.com"
    add_account(world.context, operator, email)
    page = Page(world.http, email)
    page.login()
    return page


def test_the_sample_client_runs_its_whole_flow(world):
    add_key(world.context, KEY, all_operators=True)
    a, b = open_page(world, "A株式会社"), open_page(world, "B株式会社")

    # Pages and paths of one name are told apart by the header.
    assert world.http.get("/notifications").text == "<h1>notifications</h1>"

    # Refreshing again and again with the same refresh token.
    for _ in range(3):
        a.refresh()

    # Plants.
    plant = {
        "plantId": None,
        "operatorId": a.operator_id,
        "plantName": "A工場",
        "plantAddress": "東京都",
        "openPlantId": "1234567890123999999",
        "plantAttribute": {},
    }
    plant_id = a.transport("PUT", "/api/v1/authInfo", plant, 201, dataTarget="plant").json()["plantId"]
    assert plant_id in [
        one["plantId"] for one in a.transport("GET", "/api/v1/authInfo?dataTarget=plant").json()
    ]

    # A structure, and the lists of parts.
    def part(page: Page, name: str, plant: str, **changed: Any) -> dict[str, Any]:
        return {
            "amountRequired": None,
            "amountRequiredUnit": "kilogram",
            "operatorId": page.operator_id,
            "partsName": name,
            "plantId": plant,
            "supportPartsName": None,
            "terminatedFlag": False,
            "traceId": None,
            "partsLabelName": None,
            "partsAddInfo1": None,
            "partsAddInfo2": None,
            "partsAddInfo3": None,
        } | changed

    structure = {
        "parentPartsModel": part(a, "完成品", plant_id),
        "childrenPartsModel": [
            part(a, "購入品", plant_id, amountRequired=3),
            part(a, "終端品", plant_id, amountRequired=2, terminatedFlag=True),
        ],
    }
    stored = a.transport("PUT", f"{DATA}?dataTarget=partsStructure", structure, 201).json()
    root = stored["parentPartsModel"]["traceId"]
    bought, end = (one["traceId"] for one in stored["childrenPartsModel"])
    roots = a.transport("GET", DATA, dataTarget="parts", parentFlag="true", limit=20).json()
    assert [one["traceId"] for one in roots] == [root]
    shown = a.transport("GET", f"{DATA}?dataTarget=partsStructure&traceId={root}").json()
    assert len(shown["childrenPartsModel"]) == 2

    # Asking: the company by its public id, then the request, then each child's status.
    children = f"{bought},{end}"
    assert a.transport("GET", DATA, dataTarget="tradeRequest", traceIds=children).json() == []
    open_id = b.transport("GET", "/api/v1/authInfo", dataTarget="operator").json()["openOperatorId"]
    supplier = a.transport("GET", "/api/v1/authInfo", dataTarget="operator", openOperatorId=open_id).json()
    request = {
        "statusModel": {
            "statusId": None,
            "tradeId": None,
            "message": "お願いします",
            "replyMessage": None,
            "requestStatus": {},
            "requestType": "CFP",
            "responseDueDate": "2026-12-31",
        },
        "tradeModel": {
            "downstreamOperatorId": a.operator_id,
            "downstreamTraceId": bought,
            "tradeId": None,
            "upstreamOperatorId": supplier["operatorId"],
            "upstreamTraceId": None,
        },
    }
    a.transport("PUT", f"{DATA}?dataTarget=tradeRequest", request, 201)
    assert len(a.transport("GET", DATA, dataTarget="tradeRequest", traceIds=children).json()) == 1
    (status,) = a.transport("GET", DATA, dataTarget="status", statusTarget="REQUEST", traceId=bought).json()
    assert a.transport("GET", DATA, dataTarget="status", statusTarget="REQUEST", traceId=end).json() == []

    # The supplier: notification, list, names of the companies, the one request.
    told = b.traceability(
        "GET", "/notifications", operatorId=b.operator_id, notifiedAtFrom="2020-01-01"
    ).json()
    assert [one["notificationType"] for one in told["notifications"]] == ["REQUEST_NEW"]
    received = b.transport("GET", DATA, dataTarget="tradeResponse", limit=100).json()
    names = b.transport(
        "GET",
        f"/api/v1/authInfo?dataTarget=operator&operatorIds={received[0]['tradeModel']['downstreamOperatorId']}",
    ).json()
    assert [one["operatorName"] for one in names] == ["A株式会社"]
    status_id = received[0]["statusModel"]["statusId"]
    (one,) = b.transport("GET", DATA, dataTarget="tradeResponse", limit=1, after=status_id).json()
    trade_id = one["tradeModel"]["tradeId"]
    assert status_id == status["statusId"]
    assert one["partsModel"]["partsName"] == "購入品"

    # It registers its own part and links it, then discloses numbers and certificate.
    plant_b = b.transport("GET", "/api/v1/authInfo?dataTarget=plant").json()[0]["plantId"]
    own = b.transport(
        "PUT",
        f"{DATA}?dataTarget=partsStructure",
        {"parentPartsModel": part(b, "製品", plant_b, terminatedFlag=True), "childrenPartsModel": []},
        201,
    ).json()["parentPartsModel"]["traceId"]
    b.transport("PUT", f"{DATA}?dataTarget=tradeResponse&tradeId={trade_id}&traceId={own}", None, 201)
    acl = {"operatorId": b.operator_id, "releasedToOperatorId": a.operator_id, "traceId": own}
    groups = [{"aclItemGroup": group, "releasedFlag": True} for group in ("TOTALCFP", "TOTALDQR")]
    assert b.traceability("POST", "/cfpAcl", acl | {"acl": groups}).json() == {"traceId": own}
    assert b.traceability("POST", "/cfpCertificationAcl", acl | {"releasedFlag": True}).json() == {
        "traceId": own
    }

    # Footprints: the supplier's root, the customer's end part as component, the customer's root.
    def cfp(trace_id: str, emissions: tuple[float, ...], quality: float) -> list[dict[str, Any]]:
        kinds = ("preProduction", "mainProduction", "preComponent", "mainComponent")
        return [
            {
                "cfpId": None,
                "traceId": trace_id,
                "ghgEmission": emission,
                "ghgDeclaredUnit": "kgCO2e/kilogram",
                "cfpType": kind,
                "dqrType": "preProcessing" if kind.startswith("pre") else "mainProcessing",
                "dqrValue": dict.fromkeys(("TeR", "GeR", "TiR"), quality),
            }
            for kind, emission in zip(kinds, emissions, strict=True)
        ]

    b.transport("PUT", f"{DATA}?dataTarget=cfp", cfp(own, (1.5, 10, 0, 0), 2.1), 201)
    world.settle()
    a.transport("PUT", f"{DATA}?dataTarget=cfp", cfp(end, (0, 0, 0.5, 0.25), 1), 201)
    a.transport("PUT", f"{DATA}?dataTarget=cfp", cfp(root, (0.5, 1, 0, 0), 1), 201)
    rows = a.transport("GET", f"{DATA}?dataTarget=cfp&traceIds={root},{bought},{end}").json()
    values = {(row["traceId"], row["cfpType"]): row["ghgEmission"] for row in rows}
    assert values[bought, "preProductionResponse"] == 1.5
    assert values[bought, "mainProductionResponse"] == 10
    # 0.5 × 2 + 1.5 × 3 and 0.25 × 2 + 10 × 3
    assert values[root, "preComponentTotal"] == 5.5
    assert values[root, "mainComponentTotal"] == 30.5

    # A certificate: address, key id, bytes, registration.
    upload = {"operatorId": b.operator_id, "fileInfo": [{"fileName": "証明書.pdf", "extension": "pdf"}]}
    (target,) = b.traceability("POST", "/fileUploadUrl", upload).json()
    key_id = b.traceability("GET", "/keyId?")
    put = world.http.put(
        target["URL"],
        content=b"%PDF-1.4 example",
        headers={
            "Content-Type": "application/pdf",
            "x-amz-server-side-encryption": "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id": key_id.text,
        },
    )
    assert put.status_code == 200
    registration = {
        "operatorId": b.operator_id,
        "traceId": own,
        "cfpCertificationDescription": "説明",
        "cfpCertificationFileInfo": [{"fileId": target["fileId"], "fileName": target["fileName"]}],
    }
    b.traceability("POST", "/cfpCertificationInfo", registration)
    world.settle()
    (certificate,) = b.transport("GET", f"{DATA}?dataTarget=cfpCertification&traceId={own}").json()
    assert certificate["cfpCertificationDescription"] == "説明"

    def download(page: Page, found: dict[str, Any], kind: str):
        (file,) = found["cfpCertificationFileInfo"]
        address = page.traceability(
            "GET",
            "/fileDownloadUrl",
            operatorId=page.operator_id,
            fileOperatorId=file["operatorId"],
            fileId=file["fileId"],
            downloadType=kind,
            cfpCertificationId=found["cfpCertificationId"],
        ).json()["URL"]
        answer = world.http.get(address)
        assert (answer.status_code, answer.content) == (200, b"%PDF-1.4 example")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"

    download(b, certificate, "OWN")
    (theirs,) = a.transport("GET", f"{DATA}?dataTarget=cfpCertification&traceId={bought}").json()
    assert theirs["cfpCertificationId"] == trade_id
    download(a, theirs, "OTHER")
    b.traceability(
        "DELETE", "/cfpCertifications", operatorId=b.operator_id, traceId=own, fileId=target["fileId"]
    )
    world.settle()
    assert b.transport("GET", f"{DATA}?dataTarget=cfpCertification&traceId={own}").json() == []

    # Replying, sending back, cancelling (with an empty due date, as the client does).
    b.traceability(
        "POST",
        "/replyMessages",
        {"operatorId": b.operator_id, "requestId": status_id, "replyMessage": "了解"},
    )
    model = {
        "message": "お願いします",
        "replyMessage": "対象外です",
        "requestStatus": {"cfpResponseStatus": "REJECT", "tradeTreeStatus": "TERMINATED"},
        "requestType": "CFP",
        "statusId": status_id,
        "tradeId": trade_id,
        "responseDueDate": "",
    }
    b.transport("PUT", f"{DATA}?dataTarget=status", model, 201)
    (status,) = a.transport("GET", DATA, dataTarget="status", statusTarget="REQUEST", traceId=bought).json()
    assert status["requestStatus"]["cfpResponseStatus"] == "REJECT"
    model["requestStatus"]["cfpResponseStatus"] = "CANCEL"
    a.transport("PUT", f"{DATA}?dataTarget=status", model, 201)
    assert a.transport("GET", DATA, dataTarget="tradeRequest", traceIds=children).json() == []

    # Deleting: refused with the published text, then done.
    refused = a.transport("DELETE", f"{DATA}?dataTarget=parts&traceId={root}", status=400).json()
    assert refused["message"] == "指定された部品は部品構成が存在するため削除できません。"
    empty = {"parentPartsModel": part(a, "完成品", plant_id, traceId=root), "childrenPartsModel": []}
    a.transport("PUT", f"{DATA}?dataTarget=partsStructure", empty, 201)
    a.transport("DELETE", f"{DATA}?dataTarget=parts&traceId={root}", status=204)


def test_the_client_reads_cursors_as_the_server_writes_them(world):
    add_key(world.context, KEY, all_operators=True)
    a = open_page(world, "A株式会社")
    plant = a.transport("GET", "/api/v1/authInfo?dataTarget=plant").json()[0]["plantId"]
    for number in range(3):
        body = {
            "operatorId": a.operator_id,
            "plantId": plant,
            "partsName": f"P{number}",
            "terminatedFlag": False,
        }
        structure = {"parentPartsModel": body, "childrenPartsModel": []}
        a.transport("PUT", f"{DATA}?dataTarget=partsStructure", structure, 201)
    first = a.transport("GET", DATA, dataTarget="parts", parentFlag="true", limit=2)
    cursor = re.search(r"after=([a-z|0-9|-]{36})", first.headers["Link"])
    assert cursor is not None
    rest = a.transport("GET", DATA, dataTarget="parts", parentFlag="true", limit=2, after=cursor[1])
    assert [one["partsName"] for one in rest.json()] == ["P2"]


def test_without_the_header_the_front_pages_key_does_not_count(world):
    add_key(world.context, KEY, all_operators=True)
    a = open_page(world, "A株式会社")
    answer = world.http.get(
        f"{DATA}?dataTarget=parts",
        headers={"Authorization": f"Bearer {a.tokens['accessToken']}", "apiKey": ""},
    )
    assert answer.status_code == 403


def test_an_expired_session_opens_the_login(world):
    add_key(world.context, KEY, all_operators=True)
    a = open_page(world, "A株式会社")
    a.tokens["accessToken"] = "x"
    a.transport("GET", DATA, status=401, dataTarget="parts")
    a.traceability("GET", "/notifications", status=401, operatorId="x")

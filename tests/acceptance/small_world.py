"""Two companies in a real server, filled over HTTP, and everything that its doors answer about them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from uuid import UUID

import httpx2

from tests.connectors.ouranos.world import DATA, INFO, Company
from tests.factories import Operator
from tests.service import KEY, Service

COMPANIES = (("A", "F0001"), ("B", "F0002"))
CERTIFICATE = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nverified\n%%EOF\n"


def email_of(open_operator_id: str) -> str:
    """The login that `Service.register` gives a company's person."""
    return f"{open_operator_id.lower()}@example.com"


@contextmanager
def companies_of(service: Service, ids: Sequence[str]) -> Iterator[tuple[Company, Company]]:
    """Clients of both companies, logged in; `ids` are their operator ids."""
    with httpx2.Client(base_url=f"http://127.0.0.1:{service.port}", timeout=30) as http:
        found = []
        for operator_id, (name, open_operator_id) in zip(ids, COMPANIES, strict=True):
            nil = UUID(int=0)
            operator = Operator(0, UUID(operator_id), nil, name)
            company = Company(http, operator, nil, service.login(email_of(open_operator_id)), KEY)
            plants = company.call("GET", "/api/v1/authInfo", dataTarget="plant").json()
            if plants:
                company.operator = Operator(0, UUID(operator_id), UUID(plants[0]["plantId"]), name)
            found.append(company)
        yield found[0], found[1]


def register(service: Service) -> list[str]:
    """Both companies by the command line; their operator ids."""
    return [service.register(name, open_operator_id) for name, open_operator_id in COMPANIES]


ESTIMATE = {
    "declared_unit": "kilogram",
    "stages": {"raw_material": "1.25", "production": "0.5"},
}


def fill(service: Service, ids: Sequence[str]) -> None:
    """A buys from B: structures, an answer with its disclosure, a refusal, an estimate, a file, something deleted."""
    with companies_of(service, ids) as (a, b):
        for company in (a, b):
            body = {
                "plantId": None, "operatorId": company.id, "plantName": "工場", "plantAddress": "東京都",
                "openPlantId": "000001", "plantAttribute": {},
            }  # fmt: skip
            good(company.call("PUT", INFO, json_body=body, dataTarget="plant"))
    with companies_of(service, ids) as (a, b):
        root, (bought, other, _) = a.make_structure(
            "製品", a.child("ねじ", 2), a.child("板", 0.5), a.child("塗料", 1, terminatedFlag=True)
        )
        own, _ = b.make_structure("SC-1", b.child("線材", 3, terminatedFlag=True), b.child("鋼", 0.25))
        trade, _ = a.ask(b, bought)
        _, refused = a.ask(b, other)
        good(b.link(trade, own))
        b.state(own)
        a.state(root, cfp=(0.5, 0.3, 0, 0))
        good(b.release(a, own))
        good(b.delete("parts", traceId=b.make_part("不要")))
        good(b.call("POST", f"/v1/requests/{refused}/reject", json_body={"reply": "取り扱っていません。"}))
        good(b.call("POST", f"/v1/requests/{sent(a, trade)}/reply", json_body={"text": "ご確認ください。"}))
        good(a.call("PUT", f"/v1/parts/{other}/estimate", json_body=ESTIMATE))
        kept = good(b.call("POST", "/v1/files", json_body={"name": "証明書.pdf"}))
        good(
            b.call(
                "PUT",
                f"/v1/files/{kept.json()['file_id']}/content",
                json_body=CERTIFICATE,
                headers={"Content-Type": "application/octet-stream"},
            )
        )
        for company in (a, b):
            wait_until_handled(company)


def good(answer: httpx2.Response) -> httpx2.Response:
    """The same, if it is a success."""
    assert answer.is_success, (
        f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    )
    return answer


def sent(company: Company, trade_id: str) -> str:
    """The id of the request that a company sent under a trade."""
    found = good(company.call("GET", "/v1/requests", direction="sent")).json()["items"]
    return next(one["request_id"] for one in found if one["trade_id"] == trade_id)


def wait_until_handled(company: Company) -> None:
    """Until no event waits, so that what is read afterwards no longer changes."""
    for _ in range(600):
        text = good(company.call("GET", "/metrics")).text
        if all(
            f'renkei_events{{state="{state}"}} 0.0' in text for state in ("waiting", "retrying", "buried")
        ):
            return
        time.sleep(0.1)
    raise AssertionError("events are still waiting")


Answers = dict[str, tuple[int, bytes]]


TICKING = {"/ledger/head", "/reads"}
"""Never the same twice: a head is signed every second, whatever happens, and who reads is put on record."""


def answers(company: Company, *, contents: bool = True) -> Answers:
    """Every list of the Ouranos door and every GET of the `/v1` document, for every id the company knows.

    contents: those of files too, which are not in the database.
    """
    found: Answers = {}

    def ask(path: str, **query: str) -> httpx2.Response:
        answer = company.call("GET", path, headers={"X-Request-Id": "the-same-each-time"}, **query)
        assert answer.status_code < 500, f"{path}: {answer.text}"
        target = path + "".join(f" {name}={value}" for name, value in query.items())
        found[target] = answer.status_code, answer.content
        return answer

    parts = good(ask(DATA, dataTarget="parts")).json()
    traces = [part["traceId"] for part in parts]
    ask(INFO, dataTarget="plant")
    ask(INFO, dataTarget="operator")
    for trace in traces:
        ask(DATA, dataTarget="partsStructure", traceId=trace)
    for target in ("tradeRequest", "tradeResponse", "status"):
        good(ask(DATA, dataTarget=target))
    good(ask(DATA, dataTarget="cfp", traceIds=",".join(traces[:50])))
    ask("/notifications")

    document = good(company.call("GET", "/v1/openapi.json")).json()
    items = lambda path, name, **query: [  # noqa: E731
        one[name] for one in good(company.call("GET", path, **query)).json()["items"]
    ]
    ids = {
        "trace_id": traces,
        "trace_ids": [",".join(traces)],
        "request_id": items("/v1/requests", "request_id"),
        "trade_id": sorted(set(items("/v1/requests", "trade_id"))),
        "file_id": items("/v1/files", "file_id"),
        "operator_id": [company.id],
        "open_operator_id": [number for _, number in COMPANIES],
    }
    for path, methods in document["paths"].items():
        if "get" not in methods or (not contents and path.endswith("/content")) or path in TICKING:
            continue
        if path in {"/export", "/export/tables", "/workbook"}:
            continue  # no JSON documents, packages with the time of packing: all that the other answers tell
        needed = [one for one in methods["get"].get("parameters", ()) if one.get("required")]
        names = [one["name"] for one in needed]
        if not set(names) <= ids.keys():
            continue
        in_path = {one["name"] for one in needed if one["in"] == "path"}
        for values in product(*(ids[name] for name in names)):
            given = dict(zip(names, values, strict=True))
            filled = "/v1" + path.format(**{name: given[name] for name in in_path})
            ask(filled, **{name: value for name, value in given.items() if name not in in_path})
    return found

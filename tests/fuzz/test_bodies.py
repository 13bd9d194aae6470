"""Bodies that break readers: every writing operation of both documents refuses them with a 4xx and goes on."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.fuzz.conftest import Target

NASTY: dict[str, bytes] = {
    "empty": b"",
    "cut off": b'{"a": [1, 2',
    "not JSON": b"<xml/>",
    "comma": b'{"a": 1,}',
    "two values": b"{}{}",
    "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "NUL": b'{"name": "a\\u0000b"}',
    "raw NUL": b'{"name": "a\x00b"}',
    "lone surrogate": b'{"name": "\\ud800"}',
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "huge number": b'{"amount": 1e999999999}',
    "long number": b'{"amount": ' + b"9" * 100_000 + b"}",
    "NaN": b'{"amount": NaN}',
    "Infinity": b'{"amount": -Infinity}',
    "duplicate key": b'{"name": "a", "name": "b"}',
    "array": b"[]",
    "array of null": b"[null]",
    "null": b"null",
    "text": b'"x"',
    "number": b"0",
    "true": b"true",
    "object": b"{}",
    "wrong types": b'{"tradeModel": [], "statusModel": 1, "parentPartsModel": "x", "childrenPartsModel": {"a": 1}}',
}
CONTENT_TYPES = (
    "application/json",
    "text/plain",
    "application/json; charset=shift_jis",
    "multipart/form-data",
    "",
)


def writing_operations(http: TestClient) -> list[tuple[str, str]]:
    """Method and path of everything that takes a body, with path parameters filled in."""
    found: list[tuple[str, str]] = []
    for document in ("/v1/openapi.json", "/ouranos/openapi.json"):
        answer = http.get(document)
        assert answer.status_code == 200, document
        description = answer.json()
        base = description.get("servers", [{"url": ""}])[0]["url"].rstrip("/")
        for path, operations in description["paths"].items():
            filled = path
            while "{" in filled:
                before, _, rest = filled.partition("{")
                filled = before + "00000000-0000-4000-8000-000000000000" + rest.partition("}")[2]
            for method in operations.keys() & {"post", "put", "patch"}:
                if path == "/api/v1/datatransport":
                    targets = ("parts", "partsStructure", "tradeRequest", "cfp", "status")
                    found += [(method, f"{base}{filled}?dataTarget={name}") for name in targets]
                elif path == "/api/v1/authInfo":
                    found += [(method, f"{base}{filled}?dataTarget={name}") for name in ("operator", "plant")]
                else:
                    found.append((method, base + filled))
    return found


@pytest.fixture(scope="module")
def http(target: Target) -> TestClient:
    return TestClient(target.app, client=("127.0.0.1", 50_000), raise_server_exceptions=False)


@pytest.mark.parametrize("name", NASTY)
def test_nasty_bodies_are_refused(http: TestClient, target: Target, name: str) -> None:
    operations = writing_operations(http)
    assert len(operations) > 20
    for method, path in operations:
        for content_type in CONTENT_TYPES if name in ("object", "array") else CONTENT_TYPES[:1]:
            headers = {**target.headers, "x-api-key": target.headers["apiKey"], "Content-Type": content_type}
            answer = http.request(method, path, content=NASTY[name], headers=headers)
            assert answer.status_code < 500, (
                f"{method} {path} {name}: {answer.status_code} {answer.text[:300]}"
            )
            if name not in ("empty", "object", "array"):
                assert answer.status_code >= 400, f"{method} {path} took {name}: {answer.text[:300]}"


def test_queries_that_break_readers(http: TestClient, target: Target) -> None:
    for value in (
        "%00",
        "%ED%A0%80",
        "%FF",
        "a" * 20_000,
        "'; DROP TABLE x; --",
        "-1",
        "1e309",
        "😀",
        "{}",
        "\\",
    ):
        for name in (
            "traceId",
            "traceIds",
            "after",
            "limit",
            "partsName",
            "statusTarget",
            "dataTarget",
            "parentFlag",
        ):
            for data_target in ("parts", "cfp", "tradeRequest", "tradeResponse", "status", "partsStructure"):
                path = f"/api/v1/datatransport?dataTarget={data_target}&{name}={value}"
                answer = http.get(path, headers=target.headers)
                assert answer.status_code < 500, f"{path[:200]}: {answer.text[:300]}"

"""Bodies and requests that break readers: each is refused in its door's own shape, and the server goes on."""

from __future__ import annotations

import gzip
import re
import socket
import time
from typing import Any

import pytest
import requests

from tests.fuzz.target import EXAMPLES, Target, as_json, read_answer

EVERY = 1 if EXAMPLES >= 100 else 3
"""In the suite each input goes to every third operation, another third for the next input; `make fuzz` leaves none out."""
ZERO = "00000000-0000-4000-8000-000000000000"
NDJSON = "application/x-ndjson"
BYTES = "application/octet-stream"
NASTY: dict[str, bytes] = {
    "cut off": b'{"a": [1, 2',
    "not JSON": b"<xml/>",
    "comma": b'{"a": 1,}',
    "two values": b"{}{}",
    "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "NUL": b'{"name": "a\\u0000b"}',
    "raw NUL": b'{"name": "a\x00b"}',
    "NUL in a key": b'{"a\\u0000b": 1}',
    "lone surrogate": b'{"name": "\\ud800"}',
    "surrogates the wrong way round": b'{"name": "\\udc00\\ud800"}',
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "overlong UTF-8": b'{"name": "\xc0\xaf"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "huge number": b'{"amount": 1e999999999}',
    "tiny number": b'{"amount": 1e-999999999}',
    "long number": b'{"amount": ' + b"9" * 100_000 + b"}",
    "long fraction": b'{"amount": 0.' + b"1" * 100_000 + b"}",
    "long exponent": b'{"amount": 1e' + b"9" * 100_000 + b"}",
    "NaN": b'{"amount": NaN}',
    "Infinity": b'{"amount": -Infinity}',
    "duplicate key": b'{"name": "a", "name": "b"}',
    "duplicate key, written otherwise": b'{"name": "a", "n\\u0061me": "b"}',
    "compressed": gzip.compress(b'{"name": "a"}'),
    "null": b"null",
    "text": b'"x"',
    "number": b"0",
    "true": b"true",
    "array of null": b"[null]",
    "wrong types": b'{"tradeModel": [], "statusModel": 1, "parentPartsModel": "x", "childrenPartsModel": {"a": 1}}',
    "many faults": b'{"lines": [' + b"{}," * 9_999 + b"{}]}",
    "many keys": b"{" + b",".join(b'"k%d": 1' % i for i in range(20_000)) + b"}",
}


def writing_operations(target: Target) -> list[tuple[str, str, str]]:
    """Method, path and media type of everything that takes a body, at both doors."""
    found: list[tuple[str, str, str]] = []
    for document in ("/v1/openapi.json", "/ouranos/openapi.json"):
        description: dict[str, Any] = requests.get(target.url + document, timeout=30).json()
        base = description.get("servers", [{"url": ""}])[0]["url"].rstrip("/")
        for path, operations in description["paths"].items():
            filled = base + re.sub(r"\{\w+\}", ZERO, path)
            for method, operation in operations.items():
                content = operation.get("requestBody", {}).get("content")
                if content is None:
                    continue
                [media_type] = content
                targets = next(
                    (one["schema"]["enum"] for one in operation["parameters"] if one["name"] == "dataTarget"),
                    [None],
                )
                # Linking takes no body, what comes as one is not looked at.
                found += [
                    (method.upper(), filled if name is None else f"{filled}?dataTarget={name}", media_type)
                    for name in targets
                    if name != "tradeResponse"
                ]
    return found


def in_shape(path: str, answer: requests.Response) -> bool:
    """Whether a refusal has the shape of its door."""
    told = as_json(answer.content)
    if not isinstance(told, dict):
        return False
    if path.startswith("/v1"):
        return set(told) >= {"type", "code", "request_id", "errors"} and told["status"] == answer.status_code
    return set(told) in ({"code", "message", "detail"}, {"errors"}, {"message"})


@pytest.fixture(scope="module")
def session(target: Target) -> requests.Session:
    session = requests.Session()
    session.headers.update(target.person(target.a).headers)
    return session


@pytest.mark.parametrize("name", NASTY)
def test_nasty_bodies_are_refused(target: Target, session: requests.Session, name: str) -> None:
    operations = writing_operations(target)
    assert len(operations) > 40
    for method, path, media_type in operations[list(NASTY).index(name) % EVERY :: EVERY]:
        if media_type == BYTES:
            continue
        answer = session.request(
            method, target.url + path, data=NASTY[name], headers={"Content-Type": media_type}
        )
        assert 400 <= answer.status_code < 500, f"{method} {path} {answer.status_code} {answer.text[:300]}"
        assert in_shape(path, answer), f"{method} {path} {answer.text[:300]}"
        assert len(answer.content) < 200_000, "an answer is not larger than its question"


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/json; charset=shift_jis",
        "application/json; charset=\xff",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json, application/json",
        "",
        ";;;",
        "a" * 5_000,
    ],
)
def test_other_content_types_are_refused_or_do_not_matter(
    target: Target, session: requests.Session, content_type: str
) -> None:
    for method, path, _ in writing_operations(target)[len(content_type) % EVERY :: EVERY]:
        for body in (b"{}", b"--x--", b""):
            answer = session.request(
                method, target.url + path, data=body, headers={"Content-Type": content_type.encode("latin-1")}
            )
            if answer.status_code == 200:
                of_nothing = (path, body) == ("/v1/bulk/parts", b"")
                all_defaults = path.startswith("/v1/import-mappings/") and body == b"{}"
                assert of_nothing or all_defaults, f"{method} {path}"
                continue
            if answer.status_code == 201 and path.startswith("/v1/imports/"):
                assert answer.json()["state"] == "faulty", (
                    "any file may be looked at, and is told what is wrong with it"
                )
                continue
            assert 400 <= answer.status_code < 500, f"{method} {path} {answer.status_code} {answer.text}"
            assert in_shape(path, answer), f"{method} {path} {answer.text[:300]}"


def head(method: str, path: str, target: Target, *headers: str) -> bytes:
    """The head of a request by company A."""
    lines = [f"{method} {path} HTTP/1.1", "Host: renkei.test", *headers]
    lines += [f"{name}: {value}" for name, value in target.person(target.a).headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def status_of(answer: bytes) -> int:
    """The status of an answer's bytes; 0 if there is none."""
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(found[1]) if found else 0


class TestOnTheWire:
    """What no HTTP client would send."""

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "identity, gzip"])
    def test_a_compressed_body_is_not_opened(self, target: Target, encoding: str) -> None:
        bomb = gzip.compress(b"0" * 10_000_000)
        for path in ("/v1/parts", "/cfpAcl", "/auth/login"):
            sent = head(
                "POST",
                path,
                target,
                f"Content-Encoding: {encoding}",
                "Content-Type: application/json",
                f"Content-Length: {len(bomb)}",
            )
            assert status_of(target.raw(sent + bomb)) in {400, 415, 422}, path

    def test_a_body_that_ends_too_early(self, target: Target) -> None:
        for method, path, _ in writing_operations(target)[::EVERY]:
            sent = head(method, path, target, "Content-Type: application/json", "Content-Length: 1000")
            target.raw(sent + b'{"a":', close=True)
        assert target.alive()

    def test_a_body_that_never_ends(self, target: Target) -> None:
        """It is cut off at the limit, long before memory is."""
        settings = target.world.context.settings
        for path, limit in (
            ("/v1/parts", settings.v1_body_limit_bytes),
            ("/cfpAcl", settings.ouranos_body_limit_bytes),
            ("/auth/login", settings.ouranos_body_limit_bytes),
        ):
            kind = ("Transfer-Encoding: chunked", "Content-Type: application/json")
            with socket.create_connection(("127.0.0.1", target.port), timeout=20) as connection:
                connection.sendall(head("POST", path, target, *kind))
                piece = b"10000\r\n" + b"0" * 65_536 + b"\r\n"
                sent = 0
                try:
                    while sent < 2 * limit + 10_000_000:
                        connection.sendall(piece)
                        sent += 65_536
                except (BrokenPipeError, ConnectionResetError):
                    pass
                answer = read_answer(connection)
            assert sent < 2 * limit + 10_000_000, path
            assert status_of(answer) in {413, 0}, f"{path} {answer[:200]!r}"
        assert target.alive()

    @pytest.mark.parametrize("length", ["-1", "1e3", "99999999999999999999", "0x10", "1, 2", "", "١"])
    def test_lengths_that_are_none(self, target: Target, length: str) -> None:
        for path in ("/v1/parts", "/cfpAcl"):
            sent = head("POST", path, target, f"Content-Length: {length}")
            assert status_of(target.raw(sent + b"{}", close=True)) in {0, 400, 403, 413, 422}, path
        assert target.alive()

    @pytest.mark.parametrize(
        "chunks", [b"zz\r\n{}\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n{}", b"2\r\n{}x\r\n0\r\n\r\n"]
    )
    def test_chunks_that_are_none(self, target: Target, chunks: bytes) -> None:
        sent = head(
            "POST", "/v1/parts", target, "Transfer-Encoding: chunked", "Content-Type: application/json"
        )
        assert status_of(target.raw(sent + chunks, close=True)) in {0, 400, 422}
        assert target.alive()

    def test_expect_continue(self, target: Target) -> None:
        body = b'{"name": 1}'
        for path in ("/v1/parts", "/cfpAcl"):
            sent = head(
                "POST",
                path,
                target,
                "Expect: 100-continue",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
            )
            assert status_of(target.raw(sent + body)) in {400, 422}, path
        assert status_of(target.raw(head("GET", "/v1/me", target, "Expect: 200-maybe"))) == 200

    @pytest.mark.parametrize(
        "header",
        [
            "X-Request-Id: " + "x" * 60_000,
            "Idempotency-Key: " + "x" * 1_000,
            "Idempotency-Key: \x7f",
            "Renkei-After: " + "x" * 1_000,
            "Renkei-After: \xff",
            "Renkei-Operator: \xff",
            "Renkei-Operator: ",
            "Accept-Language: " + "ja;q=" * 5_000,
            "Accept-Language: \xff;q=nan",
            "Accept: image/png",
            "If-None-Match: *",
            "If-Match: *",
            "If-Modified-Since: x",
            "Range: bytes=-1",
            "Range: bytes=99999999999999999999-1,,",
            "Cookie: " + "a=b;" * 10_000,
            "X-Forwarded-For: \xff, , ,",
            "Forwarded: for=\xff",
            "Origin: null",
            "Origin: \xff",
            "Upgrade: websocket",
            "Upgrade: h2c",
            "TE: trailers",
            "X-HTTP-Method-Override: DELETE",
            "Authorization: Bearer \xff",
            "Authorization: Basic \xff",
            "Authorization: Bearer " + "e30." * 10_000,
            "apiKey: \xff",
        ],
        ids=lambda header: header[:30].encode("unicode_escape").decode(),
    )
    def test_headers(self, target: Target, header: str) -> None:
        for method, path in (
            ("GET", "/v1/parts"),
            ("POST", "/v1/auth/logout"),
            ("GET", "/api/v1/datatransport?dataTarget=parts"),
            ("GET", f"/v1/files/{ZERO}/content"),
            ("GET", f"/files/{ZERO}"),
        ):
            for before in (True, False):
                lines = head(method, path, target).decode("latin-1").split("\r\n")
                lines.insert(1 if before else len(lines) - 2, header)
                answer = target.raw("\r\n".join(lines).encode("latin-1"))
                assert 200 <= status_of(answer) < 500, f"{method} {path} {answer[:300]!r}"

    @pytest.mark.parametrize("count", [200, 5_000])
    def test_many_headers(self, target: Target, count: int) -> None:
        many = [f"X-{number}: {number}" for number in range(count)]
        assert status_of(target.raw(head("GET", "/v1/me", target, *many))) in {200, 400, 431}
        assert target.alive()

    @pytest.mark.parametrize(
        "line",
        [
            b"GET /\x00 HTTP/1.1",
            b"GET /\xff HTTP/1.1",
            b"GET  HTTP/1.1",
            b"GET * HTTP/1.1",
            b"OPTIONS * HTTP/1.1",
            b"GET http://evil.test/v1/me HTTP/1.1",
            b"CONNECT evil.test:443 HTTP/1.1",
            b"PRI * HTTP/2.0",
            b"GET /v1/me HTTP/9.9",
            b"BREW /v1/me HTTP/1.1",
            b"GET /v1/me#fragment HTTP/1.1",
            b"GET //v1//me HTTP/1.1",
            b"GET /v1/../v1/me HTTP/1.1",
            b"GET /" + b"a" * 70_000 + b" HTTP/1.1",
            b"\x16\x03\x01\x02\x00\x01",
            b"\r\n\r\n\r\n",
        ],
        ids=lambda line: repr(line[:25]),
    )
    def test_request_lines(self, target: Target, line: bytes) -> None:
        answer = target.raw(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n", close=True)
        assert status_of(answer) < 500, answer[:300]
        assert target.alive()

    def test_a_slow_head_holds_nothing_up(self, target: Target) -> None:
        with socket.create_connection(("127.0.0.1", target.port), timeout=20) as slow:
            slow.sendall(b"GET /v1/me HTTP/1.1\r\nHost")
            began = time.monotonic()
            assert target.alive()
            assert time.monotonic() - began < 10


PATHS = (
    "/v1/parts/\udcff",
    "/v1/parts/%00",
    "/v1/parts/%FF",
    "/v1/parts/%ED%A0%80",
    "/v1/parts/..%2f..%2fhealthz",
    "/v1/parts/%2e%2e/%2e%2e/healthz",
    "/v1/parts/",
    "/v1/parts//structure",
    "/v1/" + "a/" * 2_000,
    "/v1/parts/" + "9" * 5_000,
    "/v1/files/%2e%2e%2f%2e%2e/content",
    "/files/..%2f..%2fetc%2fpasswd?operator=x&token=y",
    "/files/%00",
    "/files/",
    "/files",
    "/api/v1/datatransport/",
    "/api/v1/%00",
    "/api/v1/datatransport%00?dataTarget=parts",
    "/auth/%FF",
    "/%00",
    "/%FF",
    "/..",
    "/v1/openapi.json/",
    "/ouranos/openapi.json%00",
    "/.well-known/../.env",
    "/metrics/",
    "/healthz%00",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_paths_that_are_none(target: Target, path: str) -> None:
    for method in METHODS:
        answer = target.raw(head(method, path, target, "Content-Length: 0", "Connection: close"))
        assert 200 <= status_of(answer) < 500, f"{method} {path[:80]} {answer[:300]!r}"
        if status_of(answer) < 300:
            assert path == "/v1/openapi.json/" or method == "OPTIONS", f"{method} {path[:80]}"


def test_every_method_on_every_path(target: Target) -> None:
    """HEAD and OPTIONS too: an answer of the door, in HTTP's own terms."""
    paths = {path.partition("?")[0] for _, path, _ in writing_operations(target)}
    paths |= {"/v1/me", "/healthz", "/readyz", "/metrics", "/v1/openapi.json", "/.well-known/jwks.json"}
    for path in sorted(paths):
        for method in METHODS:
            if method not in {"POST", "PUT", "PATCH", "DELETE"}:
                answer = target.raw(head(method, path, target, "Connection: close"))
                assert 200 <= status_of(answer) < 500, f"{method} {path} {answer[:300]!r}"
            if method == "HEAD":
                assert answer.partition(b"\r\n\r\n")[2] == b"", f"HEAD {path} has a body"


QUERY_VALUES = (
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF",
    "%",
    "%zz",
    "a" * 20_000,
    "'; DROP TABLE x; --",
    "-1",
    "0",
    "1e309",
    "99999999999999999999",
    "1_000",
    "١",
    "%F0%9F%98%80",
    "{}",
    "%5C",
    "null",
    "",
    "+",
    "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}",
    "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF",
    ",".join([ZERO] * 400),
)


def reading_operations(target: Target) -> list[tuple[str, list[str]]]:
    """Path, with what the query must have, and the names of the query's parameters, of everything that is read."""
    found: list[tuple[str, list[str]]] = []
    for document in ("/v1/openapi.json", "/ouranos/openapi.json"):
        description: dict[str, Any] = requests.get(target.url + document, timeout=30).json()
        base = description.get("servers", [{"url": ""}])[0]["url"].rstrip("/")
        for path, operations in description["paths"].items():
            named = [
                one["name"] for one in operations.get("get", {}).get("parameters", ()) if one["in"] == "query"
            ]
            trace_id = target.pool.ids["trace"][0]
            filled = base + re.sub(r"\{\w+\}", trace_id, path)
            targets = next(
                (
                    one["schema"]["enum"]
                    for one in operations.get("get", {}).get("parameters", ())
                    if one["name"] == "dataTarget"
                ),
                [None],
            )
            for name in targets:
                query = f"trace_id={trace_id}" if base else f"operatorId={target.a.id}"
                found.append((f"{filled}?{query}" + (f"&dataTarget={name}" if name else ""), named))
    return found


@pytest.mark.parametrize("value", QUERY_VALUES, ids=lambda value: value[:30])
def test_queries(target: Target, value: str) -> None:
    """One parameter after another, once and twice."""
    places = [(path, name) for path, names in reading_operations(target) for name in names]
    for path, name in places[QUERY_VALUES.index(value) % EVERY :: EVERY]:
        for query in (f"{name}={value}", f"{name}={value}&{name}={value}"):
            others = [one for one in path.partition("?")[2].split("&") if not one.startswith(f"{name}=")]
            address = f"{path.partition('?')[0]}?{'&'.join([*others, query])}"
            answer = target.raw(head("GET", address, target, "Connection: close"))
            assert 200 <= status_of(answer) < 500, f"{address[:200]} {answer[:400]!r}"

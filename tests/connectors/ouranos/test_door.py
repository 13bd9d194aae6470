"""The order of checks (section 1), credentials (section 2), and what no handler sees."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from renkei.app import create_app
from renkei.settings import Settings
from tests.connectors.ouranos.world import CLIENT, DATA, INFO, World, add_key

DETAIL = re.compile(
    r"id: (?P<id>[0-9a-f-]{36})?, timeStamp: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z, "
    r"dataTarget: (?P<target>[^,]*), method: (?P<method>[A-Z]+)"
)


def told(answer) -> tuple[int, str, str]:
    """Status, code and message; the detail has its shape."""
    body = answer.json()
    assert list(body) == ["code", "message", "detail"]
    if not body["code"].startswith("[traceability]"):
        assert DETAIL.fullmatch(body["detail"]), body["detail"]
    return answer.status_code, body["code"], body["message"]


NO_KEY = (403, "[auth] AccessDenied", "You do not have the necessary privileges")
BAD_KEY = (403, "[auth] AccessDenied", "Invalid key")
BAD_IP = (403, "[auth] AccessDenied", "IP address not authorized for this API key")
NO_TOKEN = (401, "[auth] Unauthorized", "Authentication required")
BAD_TOKEN = (401, "[auth] Unauthorized", "Invalid or expired token")
NO_ENDPOINT = (404, "[dataspace] NotFound", "Endpoint Not Found")
NO_TARGET = (
    400,
    "[dataspace] BadRequest",
    "Invalid request parameters, dataTarget: Unexpected query parameter",
)


@pytest.mark.parametrize("path", [DATA, INFO])
def test_health_needs_neither_key_nor_token(world, path):
    answer = world.http.get(f"{path}/health")
    assert (answer.status_code, answer.content) == (200, b'{"isSystemHealthy":true}')


class TestOrder:
    def test_the_size_of_the_body_comes_first(self, database, tmp_path):
        settings = Settings(data_dir=tmp_path, ouranos_body_limit_bytes=1_000)
        with TestClient(create_app(settings, database), client=CLIENT) as http:
            answer = http.put(f"{DATA}?dataTarget=parts", content=b"x" * 1_001)
            assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})
            chunked = http.put(f"{DATA}?dataTarget=parts", content=iter([b"x" * 600, b"x" * 600]))
            assert (chunked.status_code, chunked.json()) == (413, {"message": "Request Entity Too Large"})

    def test_then_the_key_then_the_address_then_the_token_then_the_target(self, world, a):
        def ask(**headers: str):
            return told(world.http.put(f"{DATA}?dataTarget=hoge", headers=headers, content=b"not json"))

        far = add_key(world.context, "far", networks=("192.168.0.0/16",), all_operators=True)
        assert ask() == NO_KEY
        assert ask(apiKey="") == NO_KEY
        assert ask(apiKey="unknown", Authorization="Bearer x") == BAD_KEY
        assert ask(apiKey=far, Authorization=f"Bearer {a.token}") == BAD_IP
        assert ask(apiKey=a.key) == NO_TOKEN
        assert ask(apiKey=a.key, Authorization=a.token) == NO_TOKEN
        assert ask(apiKey=a.key, Authorization=f"bearer {a.token}") == NO_TOKEN
        assert ask(apiKey=a.key, Authorization="Bearer x") == BAD_TOKEN
        assert ask(apiKey=a.key, Authorization=f"Bearer {a.token[:-2]}AA") == BAD_TOKEN
        assert ask(apiKey=a.key, Authorization=f"Bearer {a.token}") == NO_TARGET

    def test_then_the_body_then_the_owner_then_the_rule(self, a, b):
        malformed = a.put("parts", b'{"operatorId": }')
        assert told(malformed)[2] == "Validation failed, invalid character '}' looking for beginning of value"
        body = b.part("") | {"plantId": None}
        assert (
            told(a.put("parts", body))[2]
            == "Validation failed, partsName: cannot be blank; plantId: cannot be blank."
        )
        assert told(a.put("parts", b.part("x"))) == (
            403,
            "[dataspace] AccessDenied",
            "You do not have the necessary privileges",
        )

    def test_the_query_comes_before_the_body(self, a):
        assert told(a.put("tradeResponse", b"not json", tradeId="x", traceId="y"))[2] == (
            "Invalid request parameters, tradeId: Unexpected query parameter"
        )

    def test_detail_names_who_what_and_how(self, world, a):
        known = a.get("hoge").json()["detail"]
        found = DETAIL.fullmatch(known)
        assert found is not None
        assert found.groupdict() == {"id": a.id, "target": "hoge", "method": "GET"}
        unknown = world.http.get(f"{DATA}?dataTarget=cfp").json()["detail"]
        found = DETAIL.fullmatch(unknown)
        assert found is not None
        assert found.groupdict() == {"id": None, "target": "cfp", "method": "GET"}


UNKNOWN = [
    ("GET", "/api/v1/hoge"),
    ("POST", DATA),
    ("PATCH", DATA),
    ("HEAD", DATA),
    ("TRACE", DATA),
    ("DELETE", INFO),
    ("GET", "/auth/login"),
    ("PUT", "/auth/hoge"),
    ("GET", "/api/v1/systemAuth/token"),
    ("GET", "/dataReset"),
    ("POST", f"{DATA}/health"),
    ("GET", f"{DATA}/"),
    # A line feed ends every pattern of paths.
    ("GET", "/api/v1/ho%0Age"),
    ("GET", "/api/v1/%0A%0A"),
    ("PUT", "/auth/ho%0Age"),
    ("DELETE", f"{INFO}/ho%0Age"),
]


def test_unknown_paths_and_methods_check_key_and_token_first_then_404_and_never_405(world, a):
    for method, path in UNKNOWN:
        with_both = world.http.request(method, path, headers=a.headers)
        assert with_both.status_code == 404, (method, path)
        if method != "HEAD":
            assert told(with_both) == NO_ENDPOINT
            assert told(world.http.request(method, path)) == NO_KEY
            assert told(world.http.request(method, path, headers={"apiKey": a.key})) == NO_TOKEN


class TestTargets:
    def test_unknown_targets(self, a):
        for target in ("", "trade", "Parts", "operator", "parts "):
            for method in ("GET", "PUT", "DELETE"):
                assert told(a.call(method, DATA, dataTarget=target)) == NO_TARGET, (method, target)

    def test_a_missing_target(self, a):
        assert told(a.call("GET", DATA)) == NO_TARGET
        assert told(a.call("GET", INFO))[1] == "[auth] BadRequest"

    def test_targets_that_cannot_be_put_or_deleted(self, a):
        assert told(a.put("cfpCertification", {})) == NO_TARGET
        assert told(a.delete("partsStructure")) == NO_TARGET


class TestKeys:
    def test_a_key_works_only_for_operators_it_may_act_for(self, a, b):
        """⚠ In the reference a valid key works with any operator's token."""
        answer = a.call("GET", DATA, dataTarget="parts", headers={"apiKey": b.key})
        assert told(answer) == NO_KEY

    def test_a_key_for_all_operators(self, world, a):
        key = add_key(world.context, "all", all_operators=True)
        assert a.call("GET", DATA, dataTarget="parts", headers={"apiKey": key}).status_code == 200

    def test_a_key_without_networks_accepts_nothing(self, world, a):
        key = add_key(world.context, "nowhere", networks=(), all_operators=True)
        assert told(a.call("GET", DATA, dataTarget="parts", headers={"apiKey": key})) == BAD_IP

    def test_any_of_its_networks_will_do(self, world, a):
        key = add_key(world.context, "two", networks=("192.168.0.0/16", "10.1.2.3/32"), all_operators=True)
        assert a.call("GET", DATA, dataTarget="parts", headers={"apiKey": key}).status_code == 200

    def test_bad_characters_in_a_key_are_only_a_bad_key(self, a):
        headers = [(b"apiKey", b"\xff\x7f"), (b"Authorization", f"Bearer {a.token}".encode())]
        answer = a.http.get(f"{DATA}?dataTarget=parts", headers=headers)
        assert told(answer) == BAD_KEY

    @pytest.mark.parametrize(
        ("forwarded", "good"),
        [
            (None, False),
            ("10.1.2.3", False),
            ("10.1.2.3, 172.16.0.1", True),
            ("192.168.0.1, 10.1.2.3, 172.16.0.1", True),
            ("10.1.2.3, 192.168.0.1, 172.16.0.1", False),
            ("nonsense, 172.16.0.1", False),
        ],
    )
    def test_behind_a_balancer_the_second_entry_from_the_right_counts(
        self, database, tmp_path, forwarded, good
    ):
        settings = Settings(data_dir=tmp_path, ouranos_forwarded_for="second_from_right")
        app = create_app(settings, database)
        with TestClient(app, client=("172.16.0.1", 1)) as http:
            company = World(app, http, database).company("A")
            headers = company.headers | ({"X-Forwarded-For": forwarded} if forwarded else {})
            answer = http.get(f"{DATA}?dataTarget=parts", headers=headers)
            assert answer.status_code == (200 if good else 403)
            if not good:
                assert told(answer) == BAD_IP
            if forwarded is None:
                assert told(http.get(f"{DATA}?dataTarget=parts")) == BAD_IP  # before the missing key


class TestTokens:
    def test_authentication_takes_a_token_without_bearer_too(self, a):
        answer = a.call("GET", INFO, dataTarget="operator", headers={"Authorization": a.token})
        assert answer.status_code == 200

    def test_an_expired_token(self, world, a):
        database = world.database
        good = a.call("GET", DATA, dataTarget="parts")
        assert good.status_code == 200

        class Later:
            def now(self):
                from datetime import UTC, datetime, timedelta

                return datetime.now(UTC) + timedelta(seconds=3700)

        database.clock = Later()
        assert told(a.call("GET", DATA, dataTarget="parts")) == BAD_TOKEN

    def test_a_viewer_reads_but_does_not_write(self, world):
        viewer = world.company("V", role="viewer")
        assert viewer.get("parts").json() == []
        assert told(viewer.put("parts", viewer.part("x"))) == (
            403,
            "[dataspace] AccessDenied",
            "You do not have the necessary privileges",
        )


class TestCors:
    def test_link_and_track_are_exposed_to_known_origins(self, world, a):
        answer = a.call("GET", DATA, dataTarget="parts", headers={"Origin": "http://localhost:3000"})
        assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
        assert answer.headers["access-control-allow-credentials"] == "true"
        exposed = answer.headers["access-control-expose-headers"]
        assert "Link" in exposed
        assert "X-Track" in exposed

    def test_a_refusal_may_be_read_too(self, world):
        answer = world.http.get(DATA, headers={"Origin": "http://localhost:3000"})
        assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"

    def test_unknown_origins_get_nothing(self, a):
        answer = a.call("GET", DATA, dataTarget="parts", headers={"Origin": "http://evil.example"})
        assert "access-control-allow-origin" not in answer.headers

    def test_preflight_needs_no_key(self, world):
        answer = world.http.options(
            DATA,
            headers={
                "Origin": "http://localhost:3000",
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "apikey,authorization,content-type,x-requested-with",
            },
        )
        assert answer.status_code == 200
        assert "PUT" in answer.headers["access-control-allow-methods"]


HOSTILE_BODIES = [
    b"",
    b"null",
    b"[]",
    b"1",
    b'"x"',
    b"{",
    b"\x00",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 5_000,
    b'{"operatorId": "\\u0000"}',
    b'{"partsName": "\\ud800"}',
    b'{"partsName": "a", "partsName": "b"}',
    b'{"amountRequired": 1e999999999}',
    b'{"amountRequired": NaN}',
    b'{"amountRequired": ' + b"9" * 100_000 + b"}",
    b'{"childrenPartsModel": [null, 1, "x", [], {}]}',
    b"[null, 1, {}, []]",
]
HOSTILE_QUERIES = [
    "dataTarget=parts&partsName=%00",
    "dataTarget=parts&partsName=%ff%fe",
    "dataTarget=parts&partsName=%ud800",
    "dataTarget=%00",
    "dataTarget=parts&dataTarget=cfp&limit=0",
    "dataTarget=parts&after=%00",
    "&&&=&dataTarget=parts;x",
    "dataTarget=status&statusTarget=%F0%9F%92%A3",
    "dataTarget=parts&limit=" + "9" * 5000,
]


class TestHostileInput:
    def test_no_body_makes_anything_but_a_clear_refusal(self, a):
        for target in ("parts", "partsStructure", "tradeRequest", "status", "cfp"):
            for body in HOSTILE_BODIES:
                answer = a.put(target, body)
                assert answer.status_code == 400, (target, body[:50], answer.text)
                told(answer)

    def test_no_query_makes_a_server_error(self, world, a):
        for query in HOSTILE_QUERIES:
            assert world.http.get(f"{DATA}?{query}", headers=a.headers).status_code in (200, 400), query

    def test_a_wrong_content_type(self, a):
        body = json.dumps(a.part("x")).encode()
        answer = a.call(
            "PUT", DATA, dataTarget="parts", json_body=body, headers={"Content-Type": "text/plain"}
        )
        assert told(answer) == (400, "[dataspace] BadRequest", "Validation failed, ")

    def test_nothing_is_stored_by_a_refused_request(self, a):
        body = {
            "parentPartsModel": a.part("P"),
            "childrenPartsModel": [a.child("C1"), a.child("C2", plantId=str(a.id))],
        }
        assert a.put("partsStructure", body).status_code == 400
        assert a.get("parts").json() == []

    def test_our_own_failure_tells_nothing(self, world, a, monkeypatch):
        monkeypatch.setattr(type(world.database), "run", lambda *_, **__: 1 / 0)
        answer = a.get("parts")
        assert told(answer) == (500, "[dataspace] InternalServerError", "Unexpected error occurred")


def test_a_front_page_is_told_apart_by_its_header(database, tmp_path: Path):
    pages = tmp_path / "pages"
    (pages / "_next").mkdir(parents=True)
    (pages / "index.html").write_text("<h1>front</h1>")
    (pages / "notifications.html").write_text("<h1>page</h1>")
    (pages / "_next" / "app.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    settings = Settings(data_dir=tmp_path, front_page_dir=pages, front_page_by_xhr_header=True)
    with TestClient(create_app(settings, database), client=CLIENT) as http:
        assert http.get("/").text == "<h1>front</h1>"
        assert http.get("/notifications").text == "<h1>page</h1>"
        assert http.get("/_next/app.js").text == "1"
        as_api = http.get("/notifications", headers={"X-Requested-With": "xhr"})
        assert as_api.status_code == 403
        assert "errors" in as_api.json()
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%00"):
            assert "secret" not in http.get(path).text
        assert told(http.get(f"{DATA}?dataTarget=parts")) == NO_KEY

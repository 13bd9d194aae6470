"""The application as a whole: health, figures, request ids, limits on bodies, headers, and the last catch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message

from renkei.app import create_app
from renkei.commons.ledger.sequencing import Sequencer
from renkei.database.transaction import Database, open_pool
from renkei.kit.clock import SetClock
from renkei.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, v1_body_limit_bytes=2_000, ouranos_body_limit_bytes=3_000)


@pytest.fixture
def app(settings: Settings, database: Database) -> FastAPI:
    return create_app(settings, database)


@pytest.fixture
def http(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_healthz_answers_without_the_database(http: TestClient) -> None:
    answer = http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readyz_asks_the_database(http: TestClient) -> None:
    told = http.get("/readyz").json()
    assert told["status"] == "ready"
    assert told["ledger"] == {"state": "not_begun", "size": 0, "signed_at": None, "waiting": 0}


def test_readyz_says_how_the_ledger_stands(http: TestClient, database: Database) -> None:
    Sequencer(database, http.app.state.context.secrets).tick()
    told = http.get("/readyz").json()["ledger"]
    assert (told["state"], told["size"], told["waiting"]) == ("running", 8, 0)
    database.clock = SetClock(datetime.now(UTC) + timedelta(minutes=5))
    answer = http.get("/readyz")
    assert (answer.status_code, answer.json()["ledger"]["state"]) == (200, "stopped")
    figures = http.get("/metrics").text
    assert "renkei_ledger_waiting 0.0" in figures
    [age] = re.findall(r"^renkei_ledger_head_age_seconds (\S+)", figures, re.MULTILINE)
    assert 299 < float(age) < 310


def test_readyz_says_so_when_the_database_is_gone(settings: Settings) -> None:
    pool = open_pool("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1", size=1, timeout_seconds=0.2)
    try:
        with TestClient(create_app(settings, Database(pool))) as client:
            answer = client.get("/readyz")
    finally:
        pool.close()
    assert answer.status_code == 503
    assert answer.json()["code"] == "busy"
    assert answer.headers["retry-after"] == "1"


def test_readyz_notices_a_missing_migration(http: TestClient, database: Database) -> None:
    database.owner(lambda tx: tx.execute("DELETE FROM commons.alembic_version") and None)
    answer = http.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_migrated")


def test_readyz_asks_the_queue(settings: Settings, database: Database) -> None:
    from renkei.database.transaction import Busy

    class Stuck:
        def probe(self) -> None:
            raise Busy

    with TestClient(create_app(settings, database, queue=Stuck())) as client:
        assert client.get("/readyz").status_code == 503


def test_metrics_name_routes_never_paths(http: TestClient) -> None:
    http.get("/healthz")
    http.get("/v1/nothing/4a2b")
    text = http.get("/metrics").text
    assert 'renkei_requests_total{method="GET",route="/healthz",status="200"}' in text
    assert "4a2b" not in text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("4f0e-trace.1", True),
        ("short", False),
        ("x" * 65, False),
        ("späße-und-mehr", False),
        ("a b c d e f", False),
    ],
)
def test_a_sound_request_id_is_kept_and_others_replaced(http: TestClient, given: str, kept: bool) -> None:
    answer = http.get("/healthz", headers={"X-Request-Id": given.encode("latin-1")})
    assert (answer.headers["x-request-id"] == given) is kept
    assert answer.headers["x-request-id"]


def test_answers_carry_headers_that_protect(http: TestClient) -> None:
    headers = http.get("/v1/nothing").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "strict-transport-security" not in headers, "not reached over TLS"


@pytest.mark.parametrize("path", ["/v1/parts", "/healthz", "/api/v1/datatransport", "/app/login"])
def test_trace_is_answered_nowhere(http: TestClient, path: str) -> None:
    answer = http.request("TRACE", path, headers={"X-Secret": "geheim"})
    assert answer.status_code in {403, 404, 405}
    assert "geheim" not in answer.text


def test_a_page_says_itself_what_it_loads(http: TestClient) -> None:
    headers = http.get("/app/login").headers
    assert headers.get_list("referrer-policy") == ["same-origin"]
    [policy] = headers.get_list("content-security-policy")
    assert "style-src 'self'" in policy


def test_over_tls_browsers_are_told_to_stay_there(tmp_path: Path, database: Database) -> None:
    app = create_app(Settings(data_dir=tmp_path, public_base_url="https://renkei.test"), database)
    with TestClient(app) as http:
        for path in ("/healthz", "/v1/nothing", "/app/login", "/api/v1/datatransport"):
            assert (
                http.get(path).headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
            )


@pytest.mark.parametrize(
    ("language", "detail"), [("ja", "このアドレスには何もありません。"), ("fr", "There is nothing")]
)
def test_an_unknown_path_is_a_problem_in_the_callers_language(
    http: TestClient, language: str, detail: str
) -> None:
    answer = http.get("/v1/nothing", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["detail"].startswith(detail)
    assert body["request_id"] == answer.headers["x-request-id"]


class TestBodyLimit:
    def test_a_declared_length_over_the_limit_is_refused_at_once(self, http: TestClient) -> None:
        answer = http.post("/v1/auth/login", content=b"x" * 2_001)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert answer.headers["connection"] == "close"

    def test_an_endless_body_is_cut_off_where_it_passes_the_limit(
        self, http: TestClient, app: FastAPI
    ) -> None:
        received = 0
        answered: list[Message] = []

        async def receive() -> Message:
            nonlocal received
            received += 500
            assert received < 1_000_000
            return {"type": "http.request", "body": b" " * 500, "more_body": True}

        async def send(message: Message) -> None:
            answered.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/auth/login",
            "query_string": b"",
            "headers": [(b"transfer-encoding", b"chunked")],
        }
        assert http.portal is not None
        http.portal.call(app, scope, receive, send)
        assert received == 2_500  # 4 × 500 bytes are allowed, the fifth chunk is not
        assert answered[0]["status"] == 413
        assert (b"connection", b"close") in [(name.lower(), value) for name, value in answered[0]["headers"]]
        assert b"body_too_large" in answered[1]["body"]

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [("POST", "/v1/nothing", 404), ("POST", "/v1/me", 405), ("POST", "/nothing", 404)],
    )
    def test_an_answer_to_a_body_that_nobody_reads_closes_the_connection(
        self, http: TestClient, method: str, path: str, status: int
    ) -> None:
        chunked = http.request(method, path, content=iter([b"x" * 100]))
        whole = http.request(method, path, content=b"x" * 100)
        assert (chunked.status_code, whole.status_code) == (status, status)
        assert chunked.headers["connection"] == whole.headers["connection"] == "close"
        assert "connection" not in http.request(method, path).headers

    def test_a_body_that_was_read_leaves_the_connection_open(self, http: TestClient) -> None:
        answer = http.post("/v1/auth/login", content=iter([b"{}"]))
        assert (answer.status_code, "connection" in answer.headers) == (422, False)

    def test_the_ouranos_door_has_its_own_limit_and_shape(self, http: TestClient) -> None:
        answer = http.put("/api/v1/datatransport?dataTarget=parts", content=b"x" * 3_001)
        assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})


def test_a_failure_of_ours_is_logged_counted_and_told_without_details(
    app: FastAPI, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise RuntimeError("secret detail")

    app.router.routes.insert(0, _route("/v1/broken", broken))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/v1/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert "secret" not in answer.text


def _route(path: str, endpoint: Any) -> Any:
    from fastapi.routing import APIRoute

    return APIRoute(path, endpoint, methods=["GET"])


def test_cross_origin_pages_may_read_cursors_and_versions(http: TestClient) -> None:
    answer = http.get("/healthz", headers={"Origin": "http://localhost:3000"})
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert {"Link", "X-Track", "Renkei-Version"} <= set(
        answer.headers["access-control-expose-headers"].split(", ")
    )
    stranger = http.get("/healthz", headers={"Origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in stranger.headers


def test_threads_are_those_of_the_settings(http: TestClient, app: FastAPI, settings: Settings) -> None:
    import anyio.to_thread

    assert http.portal is not None
    found = http.portal.call(_tokens)
    assert found == settings.threads
    assert anyio


async def _tokens() -> float:
    from anyio.to_thread import current_default_thread_limiter

    return current_default_thread_limiter().total_tokens

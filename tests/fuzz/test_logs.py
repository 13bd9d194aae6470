"""Nothing secret gets into the logs, whatever is sent: of this server (level debug) and of the embedded PostgreSQL."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog

from renkei.database._server import known_place
from renkei.serve import configure_logging
from renkei.settings import Settings
from tests.fuzz.calls import CALLS
from tests.fuzz.chain import found
from tests.fuzz.target import Target
from tests.fuzz.test_edges import Raw, places_of, value_at, with_edge

TEXT = "geheim-7f3a9c"
NUMBER = "4711.08154"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What `renkei serve` would write to standard error, as a file."""
    path = tmp_path / "serve.log"
    configure = structlog.configure
    # Loggers of modules that live on after this test must not keep this configuration.
    monkeypatch.setattr(
        structlog, "configure", lambda **said: configure(**said | {"cache_logger_on_first_use": False})
    )
    stderr = os.dup(2)
    with path.open("w") as file:
        os.dup2(file.fileno(), 2)
        try:
            configure_logging(Settings(data_dir=tmp_path, log_level="debug"))
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
        yield path
    structlog.get_config()["logger_factory"]._file.close()
    structlog.reset_defaults()


def test_no_secret_is_logged(
    target: Target, log: Path, caplog: pytest.LogCaptureFixture, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every text and number of every body is a secret, at its right place and at a wrong one, and so are credentials."""
    caplog.set_level("DEBUG")
    chain = found(target.world, target.world.http)
    secrets = [TEXT, NUMBER, target.key, target.system_key]
    sent = 0
    for call in CALLS:
        headers = target.person(target.member(chain, call.who)).headers | {
            "Idempotency-Key": f"{TEXT}-{sent}"
        }
        secrets.append(headers["Authorization"].removeprefix("Bearer "))
        query: dict[str, Any] = {name: TEXT for name in call.query if name != "dataTarget"}
        path = call.path.replace("{", TEXT).replace("}", "")
        target.session.get(target.url + path, params=query | {TEXT: TEXT}, headers=headers, timeout=30)
        if isinstance(call.body, bytes):
            target.send(call, chain.things, headers, edited=f"%PDF-1.7 {TEXT}".encode())
            continue
        if call.body is None:
            continue
        for place in places_of(call.body):
            value = value_at(call.body, place)
            if isinstance(value, dict | list):
                continue
            number = isinstance(value, int | float) and not isinstance(value, bool)
            for edge in (NUMBER if number else json.dumps(TEXT), json.dumps(TEXT) if number else NUMBER):
                body = with_edge(call.body, place, Raw(edge), chain.things)
                target.send(call, chain.things, headers | {"Idempotency-Key": f"{TEXT}-{sent}"}, edited=body)
                sent += 1
    assert sent > 300
    tokens = target.world.login(chain.customer.email)
    body = json.dumps({"refresh_token": tokens["refresh_token"]})
    for _ in range(2):  # the second time it is a stolen one
        target.session.post(target.url + "/v1/auth/refresh", data=body, timeout=30)
    secrets += [
        tokens["access_token"],
        tokens["refresh_token"],
        chain.things["password"],
        chain.customer.email,
    ]
    written = log.read_text()
    assert written.count("request_answered") > 300
    assert "refresh_token_reused" in written
    others = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(("urllib3", "httpx"))
    )
    for secret in secrets:
        for name, text in (("log", written), ("standard library", others)):
            assert secret not in text, f"{name}: {[line for line in text.splitlines() if secret in line][:3]}"


def test_a_failure_is_logged_with_its_place_and_without_its_message(
    target: Target, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError(TEXT) from KeyError(TEXT)

    monkeypatch.setattr(type(target.world.database), "run", fails)
    answer = target.session.get(target.url + "/v1/me", headers=target.person(target.a).headers, timeout=30)
    assert answer.status_code == 500
    assert TEXT not in answer.text
    end = time.monotonic() + 10
    while "request_failed" not in (written := log.read_text()) and time.monotonic() < end:
        time.sleep(0.01)  # it is logged after it was answered
    assert TEXT not in written
    [failed] = [line for line in written.splitlines() if "request_failed" in line]
    assert "ValueError at test_logs.py" in failed
    assert "calls.py" in failed
    assert "KeyError" in failed


def test_the_database_logs_no_row(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A broken constraint is told by its name; its detail would quote the row."""
    if os.environ.get("RENKEI_TEST_DATABASE_URL"):
        pytest.skip("another PostgreSQL has settings of its own")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE told (secret text UNIQUE, number int CHECK (number > 0))")
        connection.execute("INSERT INTO told VALUES (%s, 1)", (TEXT,))
        for number in (1, -1):
            with pytest.raises(psycopg.errors.IntegrityError):
                connection.execute("INSERT INTO told VALUES (%s, %s)", (TEXT, number))
    folders = [known_place(one) for one in tmp_path_factory.getbasetemp().glob("renkei*")]
    end = time.monotonic() + 20
    text = ""
    while "violates check constraint" not in text and time.monotonic() < end:
        time.sleep(0.05)  # the collector writes a little later
        text = "".join(
            log.read_text(errors="replace") for place in folders for log in place.log_dir.glob("*")
        )
    assert "violates check constraint" in text
    assert TEXT not in text

"""`make audit` against a source of advisories on the loopback address: finds, pages, and says when nobody answers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.service import free_port

ROOT = Path(__file__).parent.parent
Answering = Callable[[dict[str, Any]], bytes]


@pytest.fixture
def source() -> Iterator[Callable[[Answering], str]]:
    """`source(answer)` serves what `answer` makes of each question; the address."""
    servers: list[HTTPServer] = []

    def serve(answer: Answering) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told = answer(question)
                self.send_response(200)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        with closing(server.socket):
            server.shutdown()


def audit(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "checks" / "audit.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def nothing(question: dict[str, Any]) -> bytes:
    return json.dumps({"results": [{} for _ in question["queries"]]}).encode()


def test_every_locked_package_is_asked_for(source) -> None:
    asked: list[str] = []

    def answer(question: dict[str, Any]) -> bytes:
        asked.extend(f"{one['package']['name']}=={one['version']}" for one in question["queries"])
        return nothing(question)

    code, said = audit("--source", source(answer))
    assert code == 0
    assert "0 known vulnerabilities" in said
    pins = {
        line.split(";")[0].rstrip("\\ ").split("[")[0]
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    }
    assert {one.split("==")[0] for one in asked} == {one.split("==")[0] for one in pins}
    assert len(asked) > 50


def test_a_known_vulnerability_is_named_on_later_pages_too(source, tmp_path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("bad==1.0 \\\n    --hash=sha256:00\ngood==2.0 ; python_version < '4'\n")

    def answer(question: dict[str, Any]) -> bytes:
        [first, *_] = question["queries"]
        if "page_token" in first:
            return json.dumps({"results": [{"vulns": [{"id": "PYSEC-2"}]}]}).encode()
        page = {"vulns": [{"id": "PYSEC-1"}], "next_page_token": "x"}
        return json.dumps({"results": [page, {}]}).encode()

    code, said = audit("--source", source(answer), "--lock", str(lock))
    assert code == 1
    assert "bad 1.0: PYSEC-1" in said
    assert "bad 1.0: PYSEC-2" in said
    assert "2 packages, 2 known vulnerabilities" in said


@pytest.mark.parametrize("told", [b"no JSON", b"[]", b'{"results": []}', b'{"results": {}}'])
def test_an_answer_of_another_form_is_no_clean_bill(source, told: bytes) -> None:
    code, said = audit("--source", source(lambda _: told))
    assert code == 0
    assert "NOT CHECKED" in said


def test_without_a_source_it_says_so_and_does_not_fail() -> None:
    code, said = audit("--source", f"http://127.0.0.1:{free_port()}")
    assert code == 0
    assert "NOT CHECKED" in said
    assert "cannot be reached" in said

"""The whole server on a real socket, with companies, things and callers to attack it with."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from renkei.commons.access import registry
from renkei.commons.access.model import ApiKeyDraft
from tests.connectors.native.world import Member, World, good

EXAMPLES = int(os.environ.get("RENKEI_FUZZ_EXAMPLES", "4"))
"""Generated requests of each kind an operation."""
SECONDS = float(os.environ.get("RENKEI_FUZZ_SECONDS", "60"))
"""At most so long for the generated requests of each document and kind."""
NETWORKS = ("127.0.0.0/8", "10.0.0.0/8")
_ID_KEY = re.compile(r"(?:^|_)ids?$|Ids?$|^after$")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True)
class Caller:
    """Somebody who calls: the headers that say who."""

    name: str
    headers: dict[str, str]


@dataclass
class Pool:
    """Ids that exist, by what they are of, learnt from the answers: generated requests then meet real things."""

    ids: dict[str, list[str]] = field(default_factory=dict)

    def learn(self, value: Any, key: str = "") -> None:
        """Remember every id of a JSON value."""
        if isinstance(value, dict):
            for name, one in value.items():
                self.learn(one, name)
        elif isinstance(value, list):
            for one in value:
                self.learn(one, key)
        elif isinstance(value, str) and _ID_KEY.search(key) and _UUID.fullmatch(value):
            known = self.ids.setdefault(noun(key), [])
            if value not in known and len(known) < 200:
                known.append(value)

    def known(self, key: str) -> list[str]:
        """Ids that may stand under this key."""
        if key == "after":
            return [one for ids in self.ids.values() for one in ids[:5]]
        return self.ids.get(noun(key), []) if _ID_KEY.search(key) else []


def noun(key: str) -> str:
    """What an id under this key is of: "trace" for `trace_id`, `downstreamTraceId` and `traceIds`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower().removesuffix("s").removesuffix("_id").split("_")
    last = words[-1]
    return {"consumer": "operator", "partner": "operator", "status": "request"}.get(last, last)


@dataclass
class Target:
    """The server, its address, who may call it, and what there is."""

    app: FastAPI
    world: World
    port: int
    a: Member
    b: Member
    c: Member
    key: str
    system_key: str
    pool: Pool

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def person(self, member: Member) -> Caller:
        """A company's administrator, good at both doors."""
        return Caller(
            member.operator.name,
            {"Authorization": f"Bearer {self.token(member)}", "apiKey": self.key, "x-api-key": self.key},
        )

    def token(self, member: Member) -> str:
        """An access token that a change of the password does not end."""
        access = self.world.context.access
        return access.issue(
            account_id=member.tokens["account_id"],
            email=member.email,
            operator_id=member.operator.operator_id,
            authenticated_at=self.world.database.clock.now(),
        )

    def raw(self, request: bytes, *, close: bool = False, seconds: float = 20) -> bytes:
        """Whatever bytes, and all bytes that come back until the server closes or has answered."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            try:
                connection.sendall(request)
                if close:
                    connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it answered before it had read everything
            return read_answer(connection)

    def alive(self) -> bool:
        """Whether a plain request is answered."""
        return self.raw(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(
            b"HTTP/1.1 200"
        )


def read_answer(connection: socket.socket) -> bytes:
    """One HTTP answer: its head, and as much body as the head promises (or until the end)."""
    found = b""
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return found
        if not piece:
            return found
        found += piece
        head, end, body = found.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if end and head.split(b" ", 2)[1:2] == [b"100"]:
            found = body
        elif end and length is not None and len(body) >= int(length[1]):
            return found


@contextmanager
def serving(app: FastAPI) -> Iterator[int]:
    """`app` on a free port of the loopback address, as `renkei serve` runs it; its port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        config = uvicorn.Config(
            app, access_log=False, server_header=False, proxy_headers=False, log_level="critical"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield int(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(timeout=20)


STATEMENT = {"declared_unit": "kilogram", "declared": {"production": {"own": 10, "component": 1}}}
VALUE = {"declared_unit": "kilogram", "stages": {"production": 1}}


def populate(app: FastAPI, http: TestClient, port: int, database: Any) -> Target:
    """Companies A (customer), B (supplier), C (stranger), and one of everything between A and B."""
    world = World(app, http, database)
    a, b, c = world.member("A社"), world.member("B社"), world.member("C社")
    access = world.context.access
    drafts = [
        ApiKeyDraft(
            application_name=attribute,
            attribute=attribute,  # type: ignore[arg-type]
            networks=NETWORKS,
            all_operators=True,
        )
        for attribute in ("Application", "DataSpace")
    ]
    key, system_key = (registry.add_api_key(access, draft)[1] for draft in drafts)
    pool = Pool()
    bought, own, product = a.part("購入品"), b.part("製品"), a.part("完成品")
    line = {"child": {"trace_id": bought}, "amount": 2, "unit": "kilogram"}
    good(a.put(f"/parts/{product}/structure", {"lines": [line]}))
    good(a.post(f"/parts/{bought}/numbers", {"number": "900-1"}))
    good(a.put(f"/parts/{product}/footprint", STATEMENT))
    good(b.put(f"/parts/{own}/footprint", STATEMENT))
    for member, part in ((a, product), (b, own)):
        file = good(member.post("/files", {"name": "certificate.pdf"}))
        good(member.put(f"/files/{file['file_id']}/content", b"%PDF-1.7 certificate"))
        good(member.put(f"/parts/{part}/certificate", {"files": [{"file_id": file["file_id"]}]}))
    b.link(a.ask(b, bought, message="お願いします。", due_date="2027-01-31"), own)
    a.ask(b, a.part("未回答品"))
    good(b.post("/consents", {"trace_id": own, "consumer_id": a.id, "attributes": ["total"]}))
    invited = good(a.post("/invitations", {"name": "町工場", "country": "JP"}))
    asked = a.post(
        "/requests", {"trace_id": a.part("ボルト"), "upstream_operator_id": invited["operator_id"]}
    )
    good(a.post(f"/trades/{good(asked)['trade_id']}/proposal", VALUE))
    good(a.put(f"/parts/{bought}/estimate", VALUE))
    world.work_off()
    for member in (a, b):
        for path in (
            "/parts",
            "/plants",
            "/requests",
            "/consents",
            "/notifications",
            "/proposals",
            "/files",
            "/me",
        ):
            pool.learn(good(member.get(path)))
    for path in ("/trades", "/deliveries"):
        pool.learn(good(a.get(path, trace_id=bought)))
    return Target(app, world, port, a, b, c, key, system_key, pool)


def as_json(body: bytes) -> Any:
    """The value, None if it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None

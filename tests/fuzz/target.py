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
from uuid import UUID

import requests
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from renkei.commons.access import registry
from renkei.commons.access.model import ApiKeyDraft, KeyAttribute
from tests.connectors.native.world import Member, World
from tests.fuzz.calls import Call, Who, filled
from tests.fuzz.chain import Chain, found

EXAMPLES = int(os.environ.get("RENKEI_FUZZ_EXAMPLES", "4"))
"""Generated requests of each kind an operation."""
SECONDS = float(os.environ.get("RENKEI_FUZZ_SECONDS", "30"))
"""At most so long for the generated requests of each document and kind."""
ATTRIBUTES: tuple[KeyAttribute, ...] = ("Application", "DataSpace")
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
    chain: Chain
    other: Chain
    key: str
    system_key: str
    pool: Pool
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def a(self) -> Member:
        """The customer."""
        return self.chain.customer

    @property
    def b(self) -> Member:
        """The supplier."""
        return self.chain.supplier

    @property
    def c(self) -> Member:
        """A stranger to both."""
        return self.other.customer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def person(self, member: Member) -> Caller:
        """A company's administrator, good at both doors."""
        account_id = UUID(member.tokens["account_id"])
        return Caller(
            member.operator.name, self.headers_of(account_id, member.email, member.operator.operator_id)
        )

    def headers_of(self, account_id: UUID, email: str, operator_id: UUID) -> dict[str, str]:
        """Headers with a fresh token, which no change of the password has ended, and a key."""
        access = self.world.context.access
        token = access.issue(
            account_id=account_id,
            email=email,
            operator_id=operator_id,
            authenticated_at=self.world.database.clock.now(),
        )
        return {"Authorization": f"Bearer {token}", "apiKey": self.key, "x-api-key": self.key}

    def token(self, member: Member) -> str:
        """A fresh token of a company's administrator."""
        return self.person(member).headers["Authorization"].removeprefix("Bearer ")

    def member(self, chain: Chain, who: Who) -> Member:
        """The company that sends a call."""
        return {"customer": chain.customer, "supplier": chain.supplier, "joined": chain.joined}[who]

    def send(
        self, call: Call, things: dict[str, str], headers: dict[str, str], *, edited: Any = None
    ) -> requests.Response:
        """One call of the table with these things and headers; `edited`: another body than the table's."""
        path = call.path
        for name, value in call.at.items():
            path = path.replace(f"{{{name}}}", filled(value, things))
        body = call.body if edited is None else edited
        content = body if isinstance(body, bytes) else json.dumps(filled(body, things)).encode()
        return self.session.request(
            call.method,
            self.url + path,
            params=filled(call.query, things),
            data=None if body is None else content,
            headers={"Content-Type": call.media_type, **headers} if body is not None else headers,
            timeout=30,
            allow_redirects=False,
        )

    def send_as_meant(self, call: Call, chain: Chain, *, edited: Any = None) -> requests.Response:
        """One call of the table by the company that is meant to send it."""
        headers = self.person(self.member(chain, call.who)).headers
        if "/systemAuth/" in call.path:
            headers = {"apiKey": self.system_key}
        return self.send(call, chain.things, headers, edited=edited)

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


def populate(app: FastAPI, http: TestClient, port: int, database: Any) -> Target:
    """A chain to attack, another one to attack from, and what the companies of the first know."""
    world = World(app, http, database)
    chains = found(world, http), found(world, http)
    drafts = [
        ApiKeyDraft(application_name=attribute, attribute=attribute, networks=NETWORKS, all_operators=True)
        for attribute in ATTRIBUTES
    ]
    key, system_key = (registry.add_api_key(world.context.access, draft)[1] for draft in drafts)
    pool = Pool()
    pool.learn(chains[0].seen())
    for name, thing in chains[0].things.items():
        pool.learn({f"{name}_id": thing})
    return Target(app, world, port, chains[0], chains[1], key, system_key, pool)


def as_json(body: bytes) -> Any:
    """The value, None if it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None

"""Requests to an application without a socket and without a thread between: thousands of them a test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

CLIENT = ("10.1.2.3", 50_000)


@dataclass(frozen=True)
class Answered:
    """An answer as it went out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return json.loads(self.content)


class Http:
    """Sends requests to `app`, one after the other."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def request(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answered:
        """One request, answered in full."""
        path, _, query = target.partition("?")
        sent = [(b"host", b"renkei.test"), (b"content-length", str(len(content or b"")).encode())]
        sent += [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": sent,
            "client": CLIENT,
            "server": ("renkei.test", 80),
            "state": {},
        }
        return self._loop.run_until_complete(self._exchange(scope, content or b""))

    async def _exchange(self, scope: dict[str, Any], content: bytes) -> Answered:
        incoming: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]
        done = asyncio.Event()
        sent: list[Message] = []

        async def receive() -> Message:
            if incoming:
                return incoming.pop()
            await done.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(dict(message))
            if message["type"] == "http.response.body" and not message.get("more_body"):
                done.set()

        await self._app(scope, receive, send)
        head = sent[0]
        return Answered(
            head["status"],
            tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head["headers"]),
            b"".join(message.get("body", b"") for message in sent[1:]),
        )

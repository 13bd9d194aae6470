"""Requests to an application without a socket and without a thread between: thousands of them a test."""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from anyio._backends._asyncio import AsyncIOBackend
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


async def _here(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    abandon_on_cancel: bool = False,
    limiter: Any = None,
) -> Any:
    """In the place of `AsyncIOBackend.run_sync_in_worker_thread`: nobody else waits for this loop."""
    del abandon_on_cancel, limiter
    return contextvars.copy_context().run(function, *arguments)


class Http:
    """Sends requests to `app`, one after the other; `before` each, something else is done."""

    def __init__(self, app: ASGIApp, before: Callable[[], None]) -> None:
        self._app = app
        self._before = before
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
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
        self._before()
        with patch.object(AsyncIOBackend, "run_sync_in_worker_thread", _here):
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

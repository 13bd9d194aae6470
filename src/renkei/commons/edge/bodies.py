"""Limits on the size of bodies, enforced before and while they are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from renkei.commons.edge.facts import header
from renkei.kit.strict_json import BodyTooLarge


class LimitBodies:
    """Refuses a body larger than its path allows, and reads none to its end in vain.

    `limits` are (prefix of the path, bytes or None for "the endpoint streams and counts itself"); the first that fits
    holds. A `Content-Length` over the limit is answered at once by `refuse`; a chunked body that grows over it makes the
    endpoint's next read raise `BodyTooLarge`, which the door tells in its own way.
    An answer that is given before the body was read to its end (no such path, no such method, refused) closes the
    connection: otherwise the server would have to read on, for as long as somebody sends.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: Sequence[tuple[str, int | None]],
        refuse: Callable[[Scope, BodyTooLarge], Response],
    ) -> None:
        self._app = app
        self._limits = tuple(limits)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = header(scope, b"content-length")
        if length is None and header(scope, b"transfer-encoding") is None:
            await self._app(scope, receive, send)  # there is no body (RFC 9112, section 6.3)
            return
        limit = self._limit(scope["path"])
        if limit is not None and _declares_more(length, limit):
            await self._refuse(scope, BodyTooLarge(limit=limit))(scope, receive, send)
            return
        read = 0
        unread = length not in (None, "0") or header(scope, b"transfer-encoding") is not None

        async def receive_counted() -> Message:
            nonlocal read, unread
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if limit is not None and read > limit:
                    raise BodyTooLarge(limit=limit)
                unread = unread and message.get("more_body", False)
            return message

        async def send_closing(message: Message) -> None:
            if unread and message["type"] == "http.response.start":
                headers = [*message.get("headers", ())]
                if not any(name.lower() == b"connection" for name, _ in headers):
                    message = {**message, "headers": [*headers, (b"connection", b"close")]}
            await send(message)

        await self._app(scope, receive_counted, send_closing)

    def _limit(self, path: str) -> int | None:
        return next((limit for prefix, limit in self._limits if path.startswith(prefix)), None)


def _declares_more(length: str | None, limit: int) -> bool:
    return length is not None and length.isascii() and length.isdigit() and int(length[:19]) > limit

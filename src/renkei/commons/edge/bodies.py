"""Limits on the size of bodies, enforced before and while they are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from renkei.commons.edge.facts import header
from renkei.kit.strict_json import BodyTooLarge


class LimitBodies:
    """Refuses a body larger than its path allows.

    `limits` are (prefix of the path, bytes or None for "the endpoint streams and counts itself"); the first that fits
    holds. A `Content-Length` over the limit is answered at once by `refuse`; a chunked body that grows over it makes the
    endpoint's next read raise `BodyTooLarge`, which the door tells in its own way.
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
        limit = self._limit(scope["path"]) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        length = header(scope, b"content-length")
        if length is not None and length.isascii() and length.isdigit() and int(length[:19]) > limit:
            await self._refuse(scope, BodyTooLarge(limit=limit))(scope, receive, send)
            return
        read = 0

        async def receive_counted() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > limit:
                    raise BodyTooLarge(limit=limit)
            return message

        await self._app(scope, receive_counted, send)

    def _limit(self, path: str) -> int | None:
        return next((limit for prefix, limit in self._limits if path.startswith(prefix)), None)

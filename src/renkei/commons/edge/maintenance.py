"""Closed doors: during maintenance everything but health, sign-in and the staff's own pages is answered with 503."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from renkei.commons.announcements.errors import UnderMaintenance
from renkei.commons.announcements.model import Announcement
from renkei.commons.announcements.service import Board
from renkei.kit.clock import JAPAN

OPEN: Final = ("/healthz", "/readyz", "/metrics", "/.well-known/")
"""What answers during maintenance whatever the doors do; the pages add those that staff needs."""


class Maintenance:
    """Refuses with `refuse` while `board` has maintenance under way, except where the path begins with one of `spared`."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        board: Board,
        spared: tuple[str, ...],
        refuse: Callable[[Scope, UnderMaintenance], Awaitable[Response]],
    ) -> None:
        self._app = app
        self._board = board
        self._spared = spared
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        under_way = self._board.maintenance() if scope["type"] == "http" else None
        if under_way is None or scope["path"].startswith(self._spared):
            await self._app(scope, receive, send)
            return
        answer = await self._refuse(scope, _told(under_way, self._board))
        if scope["method"] not in {"GET", "HEAD"}:
            answer.headers["Connection"] = "close"  # its body is not read
        await answer(scope, receive, send)


def _told(under_way: Announcement, board: Board) -> UnderMaintenance:
    until = under_way.shown_until
    error = UnderMaintenance(until=f"{until.astimezone(JAPAN):%Y-%m-%d %H:%M} JST")
    error.retry_after_seconds = max(1, int((until - board.now()).total_seconds()))
    return error

"""A static front page on the same origin as the API, such as the reference's sample client.

The sample client's pages and the paths of section 10 share names (`/notifications` is both). The reference puts a proxy
in front that tells them apart by `X-Requested-With: xhr`; with `front_page_by_xhr_header` this server does the same.
Without it the API's paths win, and every other path that names a file is the front page's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import unquote

from anyio.to_thread import run_sync
from starlette.responses import FileResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from renkei.commons.edge.facts import header
from renkei.connectors.ouranos.door import ERRORS_PATHS

_API_PREFIXES: Final = ("/api/", "/app/", "/auth/", "/v1/", "/files/", "/.well-known/")
_API_PATHS: Final = frozenset(
    {"/dataReset", "/healthz", "/readyz", "/metrics", "/v1", "/app", "/ouranos/openapi.json"}
)
_INDEX: Final = "index.html"


_HEADERS: Final = {"Cache-Control": "no-cache", "Content-Security-Policy": "frame-ancestors 'self'"}
"""What those pages load is for their makers to say."""


class FrontPage:
    """Middleware: answers GET and HEAD with files of `directory`, everything else with `app`."""

    def __init__(self, app: ASGIApp, *, directory: Path, by_xhr_header: bool = False) -> None:
        self._app = app
        self._directory = directory.resolve()
        self._by_xhr_header = by_xhr_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and self._is_page(scope):
            path = await run_sync(self._file, scope["path"])
            if path is not None:
                # Static assets may be kept; who is asked for them is asked again each time (they have no hash we know of).
                await FileResponse(path, headers=_HEADERS)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_page(self, scope: Scope) -> bool:
        """Whether this request may be for a file: always the API's is what has a prefix of its own."""
        path: str = scope["path"]
        if scope["method"] not in ("GET", "HEAD") or path.startswith(_API_PREFIXES) or path in _API_PATHS:
            return False
        if path in ERRORS_PATHS:
            return self._by_xhr_header and (header(scope, b"x-requested-with") or "").lower() != "xhr"
        return True

    def _file(self, path: str) -> Path | None:
        """The file of a path inside the folder: itself, as a page (`.html`), or its index. Nothing outside the folder."""
        name = unquote(path).strip("/")
        if "\x00" in name:
            return None
        for candidate in (name or _INDEX, f"{name}.html", f"{name}/{_INDEX}"):
            found = (self._directory / candidate).resolve()
            if found.is_relative_to(self._directory) and found.is_file():
                return found
        return None

"""The outermost middleware: request id, access log, figures, headers that protect, and the last catch."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from renkei.commons.edge.facts import facts_of, route_of
from renkei.commons.edge.metrics import REQUESTS, RUNNING, SECONDS, UNHANDLED

log = structlog.get_logger("renkei.access")

_NOT_LOGGED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_SNIFFING: Final = (b"x-content-type-options", b"nosniff")
_NO_STORE: Final = (b"cache-control", b"no-store")
_NO_REFERRER: Final = (b"referrer-policy", b"no-referrer")
_NO_CONTENT: Final = (
    b"content-security-policy",
    b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
)
"""Of what is no page: should a browser show it, it loads nothing and stands in nobody's frame."""
_OVER_TLS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class Observe:
    """Sees every request first and every answer last.

    One log event a request, `request_answered`, with route, status, milliseconds and operator: never a payload, a query
    or a secret. An exception that reaches this place is a fault of ours: it is logged with its trace, counted, and
    answered by `failure` without details.
    """

    def __init__(self, app: ASGIApp, *, failure: Callable[[Scope], Response], over_tls: bool) -> None:
        """`over_tls`: whether others reach us over TLS, so that browsers may insist on it from then on."""
        self._app = app
        self._failure = failure
        self._protecting = [_NO_SNIFFING, _NO_STORE, _NO_REFERRER, _NO_CONTENT]
        if over_tls:
            self._protecting.append(_OVER_TLS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        facts = facts_of(scope)
        request_id = facts.request_id.encode()
        began = time.perf_counter()
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = list(message.get("headers", ()))
                headers.append((b"x-request-id", request_id))
                named = {name.lower() for name, _ in headers}
                headers += [one for one in self._protecting if one[0] not in named]
            await send(message)

        RUNNING.inc()
        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            UNHANDLED.labels(route_of(scope)).inc()
            log.exception("request_failed", request_id=facts.request_id, route=route_of(scope))
            if not status:
                await self._failure(scope)(scope, receive, send_marked)
        finally:
            RUNNING.dec()
            seconds = time.perf_counter() - began
            route = route_of(scope)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            SECONDS.labels(route).observe(seconds)
            REQUESTS.labels(route, method, str(status)).inc()
            if scope["path"] not in _NOT_LOGGED:
                log.info(
                    "request_answered",
                    request_id=facts.request_id,
                    method=method,
                    route=route,
                    status=status,
                    ms=round(1000 * seconds, 1),
                    operator=str(facts.operator_id) if facts.operator_id else None,
                    api_key=str(facts.api_key_id) if facts.api_key_id else None,
                    code=facts.error_code,
                )

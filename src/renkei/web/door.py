"""The application behind `/app`: its pages, its static files, and how it tells what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from renkei.commons.edge.context import AppContext
from renkei.commons.edge.facts import facts_of
from renkei.kit.errors import Missing, RenkeiError
from renkei.kit.problems import STATUS
from renkei.web.calls import NotSignedIn, open_page
from renkei.web.pages import routers

STATIC: Final = Path(__file__).parent / "static"
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Sent with every page: nothing from elsewhere, no inline script or style, in nobody's frame."""


class NothingHere(Missing):
    """No page at this address."""

    code = "no_such_page"
    en = "There is no page at this address."
    ja = "このアドレスのページは存在しません。"


class OurFault(RenkeiError):
    """Something unforeseen; the log has it under the number of the request."""

    code = "internal_error"
    en = "Something went wrong on our side. Nothing was stored. Please try again; if it stays, tell us the number {request_id}."
    ja = "システムエラーが発生しました。何も保存されていません。再度お試しいただき、解消しない場合は番号{request_id}をお知らせください。"


async def under_maintenance(scope: Scope, error: RenkeiError) -> Response:
    """The page that tells it, instead of any other; what was sent is not read."""
    call = await open_page(Request({**scope, "method": "GET"}))
    facts_of(scope).error_code = error.code
    response = call.show("maintenance.html", STATUS[error.kind], error=error)
    response.headers.update({**SECURITY, "Cache-Control": "no-store"})
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    return response


def application(context: AppContext) -> FastAPI:
    """The ASGI application to mount at `/app`."""
    app = FastAPI(title="Renkei", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.context = context
    for router in routers():
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.middleware("http")
    async def guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
        if request.url.path.startswith("/app/static/"):
            response.headers["Cache-Control"] = "public, max-age=3600"
        else:
            response.headers["Cache-Control"] = "no-store"
        return response

    async def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, RenkeiError)
        call = await open_page(request)
        facts_of(request.scope).error_code = error.code
        if isinstance(error, NotSignedIn):
            return call.to_sign_in()
        return call.show("error.html", STATUS[error.kind], error=error)

    async def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        call = await open_page(request)
        return call.show("error.html", error.status_code, error=NothingHere())

    async def unreadable(request: Request, _: Exception) -> Response:
        # An address with something in it that cannot be the name of anything.
        call = await open_page(request)
        return call.show("error.html", 404, error=NothingHere())

    async def failed(request: Request, _: Exception) -> Response:
        # The body was read by whoever failed, and cannot be read again.
        call = await open_page(Request({**request.scope, "method": "GET"}))
        return call.show(
            "error.html", 500, error=OurFault(request_id=str(facts_of(request.scope).request_id))
        )

    app.add_exception_handler(RenkeiError, told)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(Exception, failed)
    return app

"""The application behind `/v1`: its routers, how it tells errors, its OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from renkei.commons.edge.answers import failure, plain_problem, problem_answer
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.openapi import document
from renkei.commons.edge.validation import faults_of
from renkei.commons.usecase import use_cases
from renkei.connectors.native import (
    announcements,
    auth,
    bulk,
    consents,
    export,
    files,
    inquiries,
    ledger,
    notifications,
    operators,
    parts,
    reads,
    requests,
    selections,
    terms,
    trades,
)
from renkei.connectors.spreadsheet import api as spreadsheet
from renkei.kit.errors import RenkeiError, SeveralFaults

OF_HTTP: Final = {
    404: ("no_such_path", "There is nothing at this address.", "このアドレスには何もありません。"),
    405: (
        "method_not_allowed",
        "This address does not take this method.",
        "このアドレスではこのメソッドを使えません。",
    ),
    415: (
        "unsupported_media_type",
        "The body must be JSON (Content-Type: application/json).",
        "本文はJSON（Content-Type: application/json）で送信してください。",
    ),
}
"""Refusals that no room raised, by status: code, English, Japanese."""


_DESCRIPTION = """\
Supply-chain data linkage in our own words: parts, structures, trades, requests, consents, deliveries.

Who calls: a person by `Authorization: Bearer …`, an application by `X-Api-Key` with the company in `Renkei-Operator`.
Errors are problem details (RFC 9457), in Japanese or English by `Accept-Language`; what is absent and what is another
company's is the same 404. Lists come in pages: `next` of one page is `after` of the following one.
A write answers `Renkei-Version`; a read with that in `Renkei-After` waits for what follows from it.
"""


def root_routers(context: AppContext) -> tuple[APIRouter, ...]:
    """Paths of this door outside `/v1`."""
    return (auth.jwks_router(context),)


def application(context: AppContext) -> FastAPI:
    """The ASGI application to mount at `/v1`."""
    app = FastAPI(
        title="Renkei",
        version="1",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    routers = (auth.router(context), *_routers())
    for router in routers:
        app.include_router(router)
    tell_errors(app, context, [route for router in routers for route in router.routes])
    _describe(app)
    return app


@cache
def _routers() -> tuple[APIRouter, ...]:
    """Every router under `/v1` that needs nothing but its call: ours, then those of the use cases. Made once a process."""
    of_use_cases = [
        router for use_case in use_cases() if use_case.routers is not None for router in use_case.routers()
    ]
    return (
        operators.router(),
        export.router(),
        parts.router(),
        bulk.router(),
        spreadsheet.router(),
        trades.router(),
        requests.router(),
        consents.router(),
        consents.everybody_router(),
        *selections.routers(),
        reads.router(),
        inquiries.router(),
        files.router(),
        notifications.router(),
        announcements.router(),
        terms.router(),
        ledger.router(),
        *of_use_cases,
    )


def _describe(app: FastAPI) -> None:
    """Let `/openapi.json` answer our document; made on first use, then kept."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app, _DESCRIPTION)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to replace the document


def tell_errors(app: FastAPI, context: AppContext, routes: Sequence[BaseRoute]) -> None:
    """Make every error of `app`, which has these `routes`, a problem (RFC 9457)."""
    default = context.settings.default_language

    def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, RenkeiError)
        return problem_answer(request.scope, error, default=default)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_answer(request.scope, SeveralFaults(faults_of(error.errors())), default=default)

    def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code, en, ja = OF_HTTP.get(
            error.status_code, ("bad_request", "The request is not acceptable.", "要求を受け付けられません。")
        )
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = _allowed(routes, request.scope)
        return plain_problem(
            request.scope, error.status_code, code, (en, ja), default=default, headers=headers
        )

    def failed(request: Request, _: Exception) -> Response:
        return failure(request.scope, default=default)

    app.add_exception_handler(RenkeiError, told)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Exception, failed)


def _allowed(routes: Sequence[BaseRoute], scope: Scope) -> str:
    """Every method of the address (RFC 9110, section 15.5.6), of whichever route."""
    found: set[str] = set()
    for route in routes:
        if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return ", ".join(sorted(found))

"""The application behind `/v1`: its routers, how it tells errors, its OpenAPI document."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from renkei.commons.edge.answers import failure, plain_problem, problem_answer
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.validation import faults_of
from renkei.commons.usecase import use_cases
from renkei.kit.errors import RenkeiError, SeveralFaults

_OF_HTTP = {
    404: ("no_such_path", "There is nothing at this address.", "このアドレスには何もありません。"),
    405: (
        "method_not_allowed",
        "This address does not take this method.",
        "このアドレスではこのメソッドを使えません。",
    ),
}


def root_routers(_context: AppContext) -> tuple[APIRouter, ...]:
    """Paths of this door outside `/v1`."""
    return ()


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
    for use_case in use_cases():
        if use_case.routers is not None:
            for router in use_case.routers(context):
                app.include_router(router)
    tell_errors(app, context)
    return app


def tell_errors(app: FastAPI, context: AppContext) -> None:
    """Make every error of `app` a problem (RFC 9457)."""
    default = context.settings.default_language

    def told(request: Request, error: Exception) -> Response:
        assert isinstance(error, RenkeiError)
        return problem_answer(request.scope, error, default=default)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_answer(request.scope, SeveralFaults(faults_of(error.errors())), default=default)

    def of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code, en, ja = _OF_HTTP.get(
            error.status_code, ("bad_request", "The request is not acceptable.", "要求を受け付けられません。")
        )
        headers = dict(error.headers or {})
        return plain_problem(
            request.scope, error.status_code, code, (en, ja), default=default, headers=headers
        )

    def failed(request: Request, _: Exception) -> Response:
        return failure(request.scope, default=default)

    app.add_exception_handler(RenkeiError, told)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Exception, failed)

"""Paths of the contract, and which operation answers which: the table of section 1, and section 10."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from renkei.commons.edge.context import AppContext
from renkei.connectors.ouranos.certificate_paths import delete_certification, post_certification
from renkei.connectors.ouranos.cfp_target import cfp_question, get_certification, get_cfp, put_cfp
from renkei.connectors.ouranos.data_reset import reset_data
from renkei.connectors.ouranos.directory import get_operator, get_plants, put_operator, put_plants
from renkei.connectors.ouranos.disclosures import (
    get_certification_acl,
    get_cfp_acl,
    post_certification_acl,
    post_cfp_acl,
)
from renkei.connectors.ouranos.document import openapi
from renkei.connectors.ouranos.door import (
    AUTH,
    DATASPACE,
    ERRORS_PATHS,
    NOT_FOUND,
    TRACEABILITY,
    Needs,
    OuranosDoor,
    Service,
    TooLarge,
    body_of,
)
from renkei.connectors.ouranos.exchange import Answer, Exchange, Operation, outside, reads, writes
from renkei.connectors.ouranos.file_paths import file_routes, get_download_url, get_key_id, post_upload_url
from renkei.connectors.ouranos.inbox import get_notifications, get_request_status, post_reply
from renkei.connectors.ouranos.parts_target import (
    delete_parts,
    get_parts,
    get_structure,
    put_parts,
    put_structures,
    structures_question,
)
from renkei.connectors.ouranos.queries import Query
from renkei.connectors.ouranos.refusals import bad_query
from renkei.connectors.ouranos.sessions import change, login, refresh, system_key, system_token
from renkei.connectors.ouranos.trade_target import (
    get_requests,
    get_responses,
    get_status,
    put_requests,
    put_responses,
    put_status,
    responses_question,
)
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps

Body = Annotated[bytes | TooLarge, Depends(body_of)]

DATATRANSPORT: Final[Mapping[str, Mapping[str, Operation]]] = {
    "GET": {
        "parts": reads(get_parts),
        "partsStructure": reads(get_structure),
        "tradeRequest": reads(get_requests),
        "tradeResponse": reads(get_responses, responses_question),
        "cfp": reads(get_cfp, cfp_question),
        "cfpCertification": reads(get_certification),
        "status": reads(get_status),
    },
    "PUT": {
        "parts": writes(put_parts),
        "partsStructure": writes(put_structures, structures_question),
        "tradeRequest": writes(put_requests),
        "tradeResponse": writes(put_responses),
        "cfp": writes(put_cfp),
        "status": writes(put_status),
    },
    "DELETE": {"parts": writes(delete_parts)},
}
"""`/api/v1/datatransport`: method, dataTarget, operation."""

AUTH_INFO: Final[Mapping[str, Mapping[str, Operation]]] = {
    "GET": {"operator": reads(get_operator), "plant": reads(get_plants)},
    "PUT": {"operator": writes(put_operator), "plant": writes(put_plants)},
}
"""`/api/v1/authInfo`: method, dataTarget, operation."""


def _no_target(_: Transaction, exchange: Exchange) -> Answer:
    raise bad_query(exchange.source, "dataTarget")


_NO_TARGET: Final = reads(_no_target)


def _by_target(targets: Mapping[str, Operation]) -> Callable[[Query], Operation]:
    return lambda query: targets.get(query.values.get("dataTarget", ""), _NO_TARGET)


class DataTransport:
    """Service D, data transport: answers its one path in front of the router.

    Most of all requests come here. The router would look through every path, and solve dependencies that these
    operations do not have; both cost more than reading an answer does.
    """

    path: Final = "/api/v1/datatransport"

    def __init__(self, app: ASGIApp, *, context: AppContext) -> None:
        self._app = app
        self._door = OuranosDoor(context)
        self._operations = {method: _by_target(targets) for method, targets in DATATRANSPORT.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of its own, pass on any other."""
        operations = None
        if scope["type"] == "http" and scope["path"] == self.path:
            operations = self._operations.get(scope["method"])
        if operations is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = self
        request = Request(scope, receive)
        body = await body_of(request) if scope["method"] == "PUT" else b""
        answer = partial(self._door.answer, request, DATASPACE, operations, body=body)
        response = await run_in_threadpool(answer)
        await response(scope, receive, send)


def data_routes() -> APIRouter:
    """Service D: what is not `DataTransport`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/api/v1/datatransport/health")
    async def health() -> Response:
        return _healthy()

    return router


def directory_routes(door: OuranosDoor) -> APIRouter:
    """Service A: operators and plants."""
    router = APIRouter(include_in_schema=False)
    get_info, put_info = (_by_target(AUTH_INFO[method]) for method in ("GET", "PUT"))

    @router.get("/api/v1/authInfo/health")
    async def health() -> Response:
        return _healthy()

    @router.get("/api/v1/authInfo")
    def get_auth_info(request: Request) -> Response:
        return door.answer(request, AUTH, get_info)

    @router.put("/api/v1/authInfo")
    def put_auth_info(request: Request, body: Body) -> Response:
        return door.answer(request, AUTH, put_info, body=body)

    @router.put("/dataReset")
    def data_reset(request: Request) -> Response:
        return door.answer(request, AUTH, writes(reset_data))

    return router


def session_routes(door: OuranosDoor) -> APIRouter:
    """Service A: sessions, and what other systems may ask about tokens and keys."""
    router = APIRouter(include_in_schema=False)

    def add(path: str, operation: Operation, needs: Needs) -> None:
        def endpoint(request: Request, body: Body) -> Response:
            return door.answer(request, AUTH, operation, body=body, needs=needs)

        router.add_api_route(path, endpoint, methods=["POST"])

    add("/auth/login", outside(login), "key")
    add("/auth/refresh", outside(refresh), "key")
    add("/auth/change", outside(change), "person")
    add("/api/v1/systemAuth/token", outside(system_token), "system")
    add("/api/v1/systemAuth/apiKey", outside(system_key), "system")
    return router


SECTION_10: Final[tuple[tuple[str, str, Operation], ...]] = (
    ("GET", "/cfpAcl", reads(get_cfp_acl)),
    ("POST", "/cfpAcl", writes(post_cfp_acl)),
    ("GET", "/cfpCertificationAcl", reads(get_certification_acl)),
    ("POST", "/cfpCertificationAcl", writes(post_certification_acl)),
    ("GET", "/notifications", reads(get_notifications)),
    ("POST", "/replyMessages", writes(post_reply)),
    ("POST", "/fileUploadUrl", writes(post_upload_url)),
    ("GET", "/keyId", reads(get_key_id)),
    ("POST", "/cfpCertificationInfo", writes(post_certification)),
    ("GET", "/fileDownloadUrl", reads(get_download_url)),
    ("DELETE", "/cfpCertifications", writes(delete_certification)),
    ("GET", "/requestStatus", reads(get_request_status)),
)
"""The production paths: method, path, operation."""


def production_routes(door: OuranosDoor) -> APIRouter:
    """Section 10: what the sample web client calls besides."""
    router = APIRouter(include_in_schema=False)

    def add(method: str, path: str, operation: Operation) -> None:
        def with_body(request: Request, body: Body) -> Response:
            return door.answer(request, TRACEABILITY, operation, body=body)

        def without_body(request: Request) -> Response:
            return door.answer(request, TRACEABILITY, operation)

        router.add_api_route(path, with_body if method == "POST" else without_body, methods=[method])

    for method, path, operation in SECTION_10:
        add(method, path, operation)
    return router


def _healthy() -> Response:
    """Constant, and checks nothing: the contract says so. `/readyz` is the real one."""
    return Response(b'{"isSystemHealthy":true}', media_type="application/json")


_SERVICES: Final[tuple[tuple[str, Service], ...]] = (
    ("/auth/", AUTH),
    ("/api/v1/authInfo/", AUTH),
    ("/api/v1/systemAuth/", AUTH),
    ("/dataReset/", AUTH),
    ("/api/v1/", DATASPACE),
    *((f"{path}/", TRACEABILITY) for path in sorted(ERRORS_PATHS)),
)


def service_of(path: str) -> Service | None:
    """The service whose address this is, whether anything answers there or not; None outside the contract."""
    return next((service for prefix, service in _SERVICES if f"{path}/".startswith(prefix)), None)


class EndpointNotFound:
    """Answers what no route does, at an address of the contract: key and token first, then 404 (never 405)."""

    def __init__(self, context: AppContext) -> None:
        self._door = OuranosDoor(context)

    def __call__(self, request: Request) -> Response | None:
        """The answer; None for an address outside the contract."""
        service = service_of(request.scope["path"])
        return None if service is None else self._door.answer(request, service, NOT_FOUND)


def document_route() -> APIRouter:
    """The OpenAPI document; needs no key."""
    router = APIRouter(include_in_schema=False)
    written = dumps(openapi())

    @router.get("/ouranos/openapi.json")
    async def document() -> Response:
        return Response(written, media_type="application/json")

    return router


def routers(context: AppContext) -> tuple[APIRouter, ...]:
    """All paths of the contract."""
    door = OuranosDoor(context)
    return (
        document_route(),
        data_routes(),
        directory_routes(door),
        session_routes(door),
        production_routes(door),
        file_routes(door),
    )

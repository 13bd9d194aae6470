"""The door itself: the order of checks of section 1, and one transaction a request.

CORS and the size of bodies come before (middlewares of the server). Then, in the entry statement of the transaction:
API key, client address, bearer token. Then inside it: dataTarget, query, JSON, fields, ownership, business rule.
Whatever is refused rolls the transaction back, so nothing is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import UUID

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from renkei.commons.access.entry import key_entry, ouranos_entry, system_entry
from renkei.commons.access.errors import NetworkNotAllowed
from renkei.commons.access.model import ClientContext
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.facts import facts_of, header
from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.exchange import Answer, Exchange, Operation, reads
from renkei.connectors.ouranos.queries import Query, read_query
from renkei.connectors.ouranos.refusals import Place, Refusal
from renkei.connectors.ouranos.texts import Source
from renkei.connectors.ouranos.translation import refusal_of
from renkei.database.caller import Caller
from renkei.database.transaction import Entry, Transaction
from renkei.kit.errors import RenkeiError
from renkei.kit.strict_json import BodyTooLarge, dumps

log = structlog.get_logger(__name__)

Shape = Literal["code", "errors"]
Needs = Literal["person", "key", "system"]
_BEARER: Final = "Bearer "
_JSON: Final = "application/json"
_XHR: Final = "xhr"
ERRORS_PATHS: Final = frozenset(
    {
        "/cfpAcl",
        "/cfpCertificationAcl",
        "/notifications",
        "/replyMessages",
        "/fileUploadUrl",
        "/keyId",
        "/cfpCertificationInfo",
        "/fileDownloadUrl",
        "/cfpCertifications",
        "/requestStatus",
    }
)
"""The paths of section 10, whose errors have the other shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How one of the services behaves at the door.

    source: who answers for its faults; shape: of its errors; strict_bearer: whether `Bearer ` must stand before a token;
    track: whether successful answers carry `X-Track`.
    """

    source: Source
    shape: Shape = "code"
    strict_bearer: bool = False
    track: bool = False


DATASPACE: Final = Service(source="dataspace", strict_bearer=True, track=True)
AUTH: Final = Service(source="auth")
TRACEABILITY: Final = Service(source="dataspace", shape="errors", track=True)


class TooLarge:
    """Stands for a body that was not read to its end."""


async def body_of(request: Request) -> bytes | TooLarge:
    """The bytes of the body. Runs in the event loop, so that slow senders hold no thread."""
    try:
        return await request.body()
    except BodyTooLarge:
        return TooLarge()
    except ClientDisconnect:
        return b""


class OuranosDoor:
    """Answers requests of the contract; one a process, shared by its threads."""

    def __init__(self, context: AppContext) -> None:
        self.context = context

    def answer(
        self,
        request: Request,
        service: Service,
        operation: Operation | Callable[[Query], Operation],
        *,
        body: bytes | TooLarge = b"",
        needs: Needs = "person",
    ) -> Response:
        """Carry out `operation` (or the one chosen by the query) in one transaction; tell its answer or refusal."""
        if isinstance(body, TooLarge):
            return too_large()
        scope = request.scope
        query = read_query(scope["query_string"], service.source)
        if not isinstance(operation, Operation):
            operation = operation(query)
        exchange = Exchange(
            context=self.context,
            query=query,
            body=body,
            content_type=header(scope, b"content-type"),
            source=service.source,
        )
        caller_id: UUID | None = None
        track: UUID | None = None

        def work(tx: Transaction) -> Answer | Caller:
            nonlocal caller_id, track
            facts = facts_of(scope)
            facts.api_key_id = tx.caller.api_key_id
            if needs == "person":
                caller_id = facts.operator_id = tx.caller.operator_id
                self.context.quota.take(caller_id)
            if operation.writes:
                track = tx.track_id = tx.new_id()
            return tx.caller if operation.handle is None else operation.handle(tx, exchange)

        try:
            entry = self._entry(request, service, needs)
            question = None
            if operation.question is not None:
                # Something unsound is told after key and token, by the handler.
                with suppress(Refusal):
                    question = operation.question(exchange)
            done = self.context.database.run(entry, work, write=operation.writes, question=question)
            if isinstance(done, Caller):
                assert operation.outside is not None, "an operation has one handler"
                done = operation.outside(done, replace(exchange, client_ip=self._client_ip(request)))
        except (Refusal, RenkeiError) as error:
            refusal = error if isinstance(error, Refusal) else refusal_of(error, service.source)
            facts_of(scope).error_code = refusal.code
            place = Place(
                method=scope["method"], data_target=query.values.get("dataTarget", ""), operator_id=caller_id
            )
            return self._refused(refusal, service, place)
        headers = dict(done.headers)
        if service.track:
            headers["X-Track"] = "" if track is None else str(track)
        return told(done, headers)

    def refused(self, request: Request, service: Service, error: RenkeiError) -> Response:
        """Tell the refusal of a request that needs neither key nor token (addresses of files are keys themselves)."""
        scope = request.scope
        refusal = refusal_of(error, service.source)
        facts_of(scope).error_code = refusal.code
        return self._refused(refusal, service, Place(method=scope["method"]))

    # -- inside -------------------------------------------------------------------------------------------------
    def _entry(self, request: Request, service: Service, needs: Needs) -> Entry:
        keys = self.context.access
        client = self._client(request, service)
        if needs == "key":
            return key_entry(keys, client)
        if needs == "system":
            return system_entry(keys, client)
        return ouranos_entry(keys, client)

    def _client(self, request: Request, service: Service) -> ClientContext:
        """What the request brought along. Raises `NetworkNotAllowed` if the balancer's header names no client."""
        scope = request.scope
        return ClientContext(
            api_key=self._api_key(scope),
            token=_token(header(scope, b"authorization"), strict=service.strict_bearer),
            client_ip=self._client_ip(request),
        )

    def _api_key(self, scope: Scope) -> str | None:
        """The key of either header; the front page's own key stands in for an empty one of its requests."""
        for name in (b"apikey", b"x-api-key"):
            key = header(scope, name)
            if key:
                return key
        secret = self.context.settings.front_page_api_key
        if secret is not None and (header(scope, b"x-requested-with") or "").lower() == _XHR:
            return secret.get_secret_value()
        return None

    def _client_ip(self, request: Request) -> str:
        if self.context.settings.ouranos_forwarded_for == "peer":
            return request.client.host if request.client is not None else ""
        forwarded = ", ".join(
            value.decode("latin-1") for name, value in request.scope["headers"] if name == b"x-forwarded-for"
        )
        entries = forwarded.split(", ")
        if len(entries) < 2:
            raise NetworkNotAllowed
        return entries[-2]

    def _refused(self, refusal: Refusal, service: Service, place: Place) -> Response:
        if refusal.status == 413 and service.shape == "code":
            return too_large()
        body = (
            refusal.errors_body()
            if service.shape == "errors"
            else refusal.body(place, self.context.database.clock.now())
        )
        headers = {"Retry-After": str(refusal.retry_after_seconds)} if refusal.status in (429, 503) else {}
        if refusal.status == 413:
            headers["Connection"] = "close"  # the rest of the body is not read
        if refusal.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(dumps(body), refusal.status, headers, _JSON)


def told(done: Answer, headers: dict[str, str]) -> Response:
    """The answer as bytes."""
    if done.text is not None:
        return Response(done.text, done.status, headers, "text/plain")
    if done.status == 204:
        return Response(None, 204, headers)
    return Response(dumps(done.value) if done.written is None else done.written, done.status, headers, _JSON)


def too_large() -> Response:
    """A body over the limit, in the one shape that is neither of the two (section 1)."""
    return Response(dumps({"message": texts.REQUEST_ENTITY_TOO_LARGE}), 413, {"Connection": "close"}, _JSON)


def failure(scope: Scope) -> Response:
    """The answer when we failed: nothing about why."""
    return _outside(scope, Refusal(500, _source(scope), texts.UNEXPECTED))


def under_maintenance(scope: Scope, error: RenkeiError) -> Response:
    """The answer while the doors are closed, in the contract's own words."""
    facts_of(scope).error_code = error.code
    answer = _outside(scope, refusal_of(error, _source(scope)))
    answer.headers["Retry-After"] = str(error.retry_after_seconds or 1)
    return answer


def _source(scope: Scope) -> Source:
    return (
        "auth"
        if scope["path"].startswith(("/auth/", "/api/v1/authInfo", "/api/v1/systemAuth"))
        else "dataspace"
    )


def _outside(scope: Scope, refusal: Refusal) -> Response:
    """A refusal that no endpoint made."""
    query = read_query(scope["query_string"], "dataspace")
    if scope["path"] in ERRORS_PATHS:
        return Response(dumps(refusal.errors_body()), refusal.status, None, _JSON)
    place = Place(
        method=scope["method"],
        data_target=query.values.get("dataTarget", ""),
        operator_id=facts_of(scope).operator_id,
    )
    return Response(dumps(refusal.body(place, datetime.now(UTC))), refusal.status, None, _JSON)


def endpoint_not_found(_: Transaction, __: Exchange) -> Answer:
    """Unknown path or method, told to those who may know (never 405; the source is `dataspace` everywhere)."""
    raise Refusal(404, "dataspace", texts.ENDPOINT_NOT_FOUND)


def _token(authorization: str | None, *, strict: bool) -> str | None:
    """The token behind `Bearer `; None if there is none. Some services take a bare token too."""
    if not authorization:
        return None
    if authorization.startswith(_BEARER):
        return authorization[len(_BEARER) :] or None
    return None if strict else authorization


NOT_FOUND: Final = reads(endpoint_not_found)

"""One request under `/v1`: what it brought along, and the one transaction that answers it.

An endpoint is an ordinary function that takes a `Call`, reads the body as a model, and hands its work over:

    @routes.post("/parts", openapi_extra=takes(PartBody, EXAMPLE), response_model=PartView, status_code=201)
    def create_part(call: Open) -> Response:
        draft = call.body(PartBody).draft()
        return call.write(lambda tx: part_json(update_part(tx, draft)), status=201)

The body is read, and `Renkei-After` waited for, in the event loop, so that slow senders and patient readers hold no thread.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import anyio
from anyio.to_thread import run_sync
from fastapi import Depends
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from renkei.commons.access.entry import v1_entry
from renkei.commons.access.errors import NetworkNotAllowed
from renkei.commons.access.model import ClientContext
from renkei.commons.edge.answers import JSON
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.facts import facts_of, header
from renkei.commons.edge.validation import Body, read
from renkei.commons.edge.versions import (
    AFTER_HEADER,
    STALE_HEADER,
    VERSION_HEADER,
    read_version,
    write_version,
)
from renkei.database import events
from renkei.database.caller import Caller
from renkei.database.transaction import Database, Entry, Transaction
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.kit.ids import parse_id
from renkei.kit.paging import Page
from renkei.kit.strict_json import JsonLimits, dumps, parse

M = TypeVar("M", bound=Body)
T = TypeVar("T")

_BEARER: Final = "bearer "
_WAIT_STEPS: Final = (0.005, 0.01, 0.02, 0.05)
_JSON_TYPE: Final = re.compile(r"application/(?:[a-z0-9.-]+\+)?json\s*(?:;.*)?", re.ASCII | re.IGNORECASE)


class Disconnected(RenkeiError):
    """The sender went away before its body was whole; nobody reads this."""

    code = "disconnected"
    kind = FaultKind.MALFORMED
    en = "The body ended too early."
    ja = "本文が途中で終わりました。"


class BadHeader(RenkeiError):
    """A header of ours has a value it cannot have."""

    code = "bad_header"
    en = "This header does not have the right form."
    ja = "ヘッダーの形式が正しくありません。"


@dataclass(frozen=True, slots=True)
class Answer:
    """A value for the JSON writer (None with 204: no body), where the default status or headers are not enough."""

    value: object
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `stale`: `Renkei-After` was not reached in time."""

    context: AppContext
    scope: Scope
    client: ClientContext
    body_bytes: bytes = b""
    stale: bool = False
    idempotency_key: str | None = None

    @property
    def entry(self) -> Entry:
        """The entry of this request's transactions. Raises nothing: complaints are told when it is used."""
        enter = v1_entry(self.context.access, self.client)

        def entered(connection: Any, writing: bool) -> Caller:
            caller = enter(connection, writing)
            facts = facts_of(self.scope)
            facts.api_key_id = caller.api_key_id
            if caller.operator_key:
                facts.operator_id = caller.operator_id
                self.context.quota.take(caller.operator_id)
            return caller

        return entered

    def body(self, model: type[M]) -> M:
        """The body as a `model`, checked whole. Raises `JsonError`, `SeveralFaults`, or 415 for another content type."""
        return read(model, self.json())

    def json(self) -> object:
        """The body's value."""
        content_type = header(self.scope, b"content-type")
        if content_type is not None and not _JSON_TYPE.fullmatch(content_type):
            raise HTTPException(415)
        settings = self.context.settings
        limits = JsonLimits(size_bytes=settings.v1_body_limit_bytes, depth=settings.json_depth_limit)
        return parse(self.body_bytes, limits)

    def caller(self) -> Caller:
        """Who asks, in a transaction of its own: for work that runs outside of one."""
        return self.context.database.read(self.entry, lambda tx: tx.caller)

    def read(self, work: Callable[[Transaction], object]) -> Response:
        """Answer 200 with what `work` reads; marked stale where the reader asked to wait and it took too long."""
        value = self.context.database.read(self.entry, work)
        if not self.stale:
            return Response(dumps(value), 200, None, JSON)
        if isinstance(value, dict):
            value = {**value, "stale": True}
        return Response(dumps(value), 200, {STALE_HEADER: "true"}, JSON)

    def write(self, work: Callable[[Transaction], object], *, status: int = 200) -> Response:
        """Answer `status` with what `work` wrote, and the version by which a later read can wait for it.

        With an `Idempotency-Key` the same request is carried out once; its repetition gets the same answer.
        """
        return self._written(work, status)

    def _written(self, work: Callable[[Transaction], object], status: int) -> Response:
        kept: list[Transaction] = []

        def keeping(tx: Transaction) -> object:
            kept[:] = [tx]
            return work(tx)

        value = self.context.database.run(self.entry, keeping)
        headers: dict[str, str] = {}
        if isinstance(value, Answer):
            status, headers = value.status, dict(value.headers)
            value = value.value
        version = kept[0].version
        if version is not None:
            headers[VERSION_HEADER] = write_version(self.context.secrets, version)
        if status == 204:
            return Response(None, 204, headers)
        return Response(dumps(value), status, headers, JSON)


async def open_call(request: Request) -> Call:
    """The call of this request: body read, headers checked, `Renkei-After` waited for."""
    context: AppContext = request.app.state.context
    scope = request.scope
    try:
        body = await request.body() if scope["method"] not in {"GET", "HEAD"} else b""
    except ClientDisconnect:
        raise Disconnected from None
    call = Call(
        context=context,
        scope=scope,
        client=client_of(scope, context),
        body_bytes=body,
        idempotency_key=_idempotency_key(scope),
    )
    after = header(scope, AFTER_HEADER.lower().encode())
    if scope["method"] not in {"GET", "HEAD"} or after is None or not after.strip():
        return call
    return replace(call, stale=not await _reached(call, read_version(context.secrets, after.strip())))


Open = Annotated[Call, Depends(open_call)]
"""The parameter of an endpoint."""


def page_json(page: Page[T], item: Callable[[T], object]) -> dict[str, object]:
    """A page as it is answered: items, and the cursor that opens the next one (null on the last)."""
    return {"items": [item(one) for one in page.items], "next": page.next_cursor}


def client_of(scope: Scope, context: AppContext) -> ClientContext:
    """What the request brought along to say who it is. Raises `BadHeader`, `NetworkNotAllowed`."""
    operator = header(scope, b"renkei-operator")
    operator_id: UUID | None = None
    if operator:
        operator_id = parse_id(operator.strip())
        if operator_id is None:
            raise BadHeader("header:Renkei-Operator")
    authorization = header(scope, b"authorization") or None
    if authorization is not None and authorization.lower().startswith(_BEARER):
        authorization = authorization[len(_BEARER) :].strip()
    return ClientContext(
        api_key=header(scope, b"x-api-key") or header(scope, b"apikey") or None,
        token=authorization,
        client_ip=client_ip(scope, context),
        operator_header=operator_id,
    )


def client_ip(scope: Scope, context: AppContext) -> str:
    """The address the request came from, by the setting about proxies. Raises `NetworkNotAllowed`."""
    if context.settings.ouranos_forwarded_for == "peer":
        return str(scope["client"][0]) if scope.get("client") else ""
    forwarded = ",".join(
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"
    )
    entries = [entry.strip() for entry in forwarded.split(",")]
    if len(entries) < 2:
        raise NetworkNotAllowed
    return entries[-2]


def _idempotency_key(scope: Scope) -> str | None:
    key = header(scope, b"idempotency-key")
    if key is None:
        return None
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise BadHeader("header:Idempotency-Key")
    return key


async def _reached(call: Call, version: int) -> bool:
    """Whether everything that follows from `version` is done, waited for as long as the settings allow.

    Looks as the caller, whose complaint (no such key, …) is raised here as it would be by the read itself.
    """
    context = call.context
    deadline = time.monotonic() + context.settings.renkei_after_wait_seconds
    entry = await run_sync(v1_entry, context.access, call.client)
    step = 0
    while await run_sync(_is_pending, context.database, entry, version):
        if time.monotonic() >= deadline:
            return False
        await anyio.sleep(_WAIT_STEPS[min(step, len(_WAIT_STEPS) - 1)])
        step += 1
    return True


def _is_pending(database: Database, entry: Entry, version: int) -> bool:
    return database.read(entry, lambda tx: events.pending_since(tx, version))

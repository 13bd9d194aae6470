"""One request under `/v1`: what it brought along, and the one transaction that answers it.

An endpoint is an ordinary function that takes a `Call`, reads the body as a model, and hands its work over:

    @routes.post("/parts", openapi_extra=takes(PartBody, EXAMPLE), response_model=PartView, status_code=201)
    def create_part(call: Open) -> Response:
        draft = call.body(PartBody).draft()
        return call.write(lambda tx: part_json(update_part(tx, draft)), status=201)

The body is read, and `Renkei-After` waited for, in the event loop, so that slow senders and patient readers hold no thread.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import anyio
from anyio.to_thread import run_sync
from fastapi import Depends
from psycopg.errors import LockNotAvailable
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from renkei.commons.access.entry import v1_entry
from renkei.commons.access.errors import NetworkNotAllowed
from renkei.commons.access.model import ClientContext
from renkei.commons.edge.answers import JSON
from renkei.commons.edge.context import AppContext
from renkei.commons.edge.facts import facts_of, header, route_of
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
from renkei.database.idempotency import (
    POINTER,
    Claim,
    KeyReused,
    RequestInProgress,
    RequestKey,
    StoredAnswer,
    claim,
    release,
    remember,
)
from renkei.database.round_trip import Question
from renkei.database.transaction import Busy, Database, Entry, Knock, Transaction
from renkei.kit.errors import FaultKind, RenkeiError
from renkei.kit.ids import parse_id
from renkei.kit.paging import Page
from renkei.kit.strict_json import JsonLimits, dumps, parse

M = TypeVar("M", bound=Body)
T = TypeVar("T")

REPLAYED_HEADER: Final = "Idempotency-Replayed"

_BEARER: Final = "bearer "
_WAIT_STEPS: Final = (0.005, 0.01, 0.02, 0.05)
_IDEMPOTENCY_KEY: Final = re.compile(r"[!-~]{1,255}", re.ASCII)
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


class _Counted(Knock):
    """The entry of one request: whom it admits is noted, and counted against the quota."""

    def __init__(self, knock: Knock, call: Call) -> None:
        self._knock = knock
        self._call = call

    def ask(self, *, writing: bool) -> Question:
        return self._knock.ask(writing=writing)

    def admit(self, row: Mapping[str, Any]) -> Caller:
        caller = self._knock.admit(row)
        facts = facts_of(self._call.scope)
        facts.api_key_id = caller.api_key_id
        if caller.operator_key and facts.operator_id is None:
            # A request counts once, however many transactions it takes.
            facts.operator_id = caller.operator_id
            self._call.context.quota.take(caller.operator_id)
        return caller


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
        return _Counted(v1_entry(self.context.access, self.client), self)

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

        With an `Idempotency-Key` the same request is carried out once; its repetition gets the same bytes.
        Raises `KeyReused`, `RequestInProgress`.
        """
        if self.idempotency_key is None:
            return _response(self.context.database.run(self.entry, lambda tx: self._made(tx, work, status)))
        return self._once(self._request_key(self.idempotency_key), work, status)

    def _made(self, tx: Transaction, work: Callable[[Transaction], object], status: int) -> StoredAnswer:
        """The answer of this transaction, whose events are written, so that its version is known."""
        value = work(tx)
        tx.flush()
        headers: dict[str, str] = {}
        if isinstance(value, Answer):
            status, headers = value.status, dict(value.headers)
            value = value.value
        if tx.version is not None:
            headers[VERSION_HEADER] = write_version(self.context.secrets, tx.version)
        return StoredAnswer(status, headers, None if status == 204 else dumps(value))

    def _once(self, request: RequestKey, work: Callable[[Transaction], object], status: int) -> Response:
        """Carry `work` out unless it was; see `database.idempotency` for the steps."""
        database, entry = self.context.database, self.entry
        keep = timedelta(hours=self.context.settings.idempotency_hours)
        claimed = Claim(None, fresh=False)

        def carry_out(tx: Transaction) -> tuple[StoredAnswer, bool]:
            found = claim(tx, request, keep=keep).answer
            if found is not None:
                return found, True
            answer = self._made(tx, work, status)
            remember(tx, request, answer)
            return answer, False

        try:
            claimed = database.run(entry, lambda tx: claim(tx, request, keep=keep), write=False)
            if claimed.answer is not None:
                return _response(claimed.answer, replayed=True)
            answer, replayed = database.run(entry, carry_out)
        except Busy as busy:
            if not claimed.fresh and isinstance(busy.__cause__, LockNotAvailable):
                raise RequestInProgress(POINTER) from busy
            raise
        except KeyReused:
            raise
        except Exception:
            with suppress(RenkeiError):
                database.run(entry, lambda tx: release(tx, request), write=False)
            raise
        return _response(answer, replayed=replayed)

    def _request_key(self, key: str) -> RequestKey:
        """The name of this request: method and route; the resource, the query and the body are its fingerprint."""
        parts = (
            self.scope["path"].encode("utf-8", "surrogatepass"),
            self.scope["query_string"],
            self.body_bytes,
        )
        content = b"".join(len(part).to_bytes(8) + part for part in parts)
        return RequestKey(
            f"{self.scope['method']} {route_of(self.scope)}", key, hashlib.sha256(content).digest()
        )


def _response(answer: StoredAnswer, *, replayed: bool = False) -> Response:
    headers = {**answer.headers, REPLAYED_HEADER: "true"} if replayed else dict(answer.headers)
    return Response(answer.body, answer.status, headers, None if answer.body is None else JSON)


def call_without_body(request: Request) -> Call:
    """The call of a request whose body is read elsewhere."""
    context: AppContext = request.app.state.context
    return Call(
        context=context,
        scope=request.scope,
        client=client_of(request.scope, context),
        idempotency_key=_idempotency_key(request.scope),
    )


async def open_call(request: Request) -> Call:
    """The call of this request: body read, headers checked, `Renkei-After` waited for."""
    scope = request.scope
    try:
        body = await request.body() if scope["method"] not in {"GET", "HEAD"} else b""
    except ClientDisconnect:
        raise Disconnected from None
    call = replace(call_without_body(request), body_bytes=body)
    after = header(scope, AFTER_HEADER.lower().encode())
    if scope["method"] not in {"GET", "HEAD"} or after is None or not after.strip():
        return call
    return replace(call, stale=not await _reached(call, read_version(call.context.secrets, after.strip())))


Open = Annotated[Call, Depends(open_call)]
"""The parameter of an endpoint."""


def page_json(page: Page[T], item: Callable[[T], object]) -> dict[str, object]:
    """A page as it is answered: items, and the cursor that opens the next one (null on the last)."""
    return {"items": [item(one) for one in page.items], "next": page.next_cursor}


@contextmanager
def placed(places: Mapping[str, str]) -> Iterator[None]:
    """Tell a fault at this door's name of the place (value), where the room has another (key)."""
    try:
        yield
    except RenkeiError as error:
        error.pointer = places.get(error.pointer, error.pointer)
        raise


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
    if _IDEMPOTENCY_KEY.fullmatch(key) is None:
        raise BadHeader(POINTER)
    return key


async def _reached(call: Call, version: int) -> bool:
    """Whether everything that follows from `version` is done, waited for as long as the settings allow.

    Looks as the caller, whose complaint (no such key, …) is raised here as it would be by the read itself.
    """
    context = call.context
    deadline = time.monotonic() + context.settings.renkei_after_wait_seconds
    entry = await run_sync(v1_entry, context.access, call.client)
    step = 0
    while await run_sync(_is_pending, context.database, entry, version, step == 0):
        if time.monotonic() >= deadline:
            return False
        await anyio.sleep(_WAIT_STEPS[min(step, len(_WAIT_STEPS) - 1)])
        step += 1
    return True


def _is_pending(database: Database, entry: Entry, version: int, wake: bool) -> bool:
    """Whether something is; if so, with `wake`, the worker is asked to look now, not at its next time."""

    def look(tx: Transaction) -> bool:
        pending = events.pending_since(tx, version)
        if pending and wake:
            events.wake(tx)
        return pending

    return database.read(entry, look)

"""One request and its answer at this door, free of HTTP's machinery: what the handlers of each target see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast
from uuid import UUID

from renkei.commons.edge.context import AppContext
from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.bodies import read_body
from renkei.connectors.ouranos.links import next_link
from renkei.connectors.ouranos.queries import Query
from renkei.connectors.ouranos.refusals import forbidden
from renkei.connectors.ouranos.texts import Source
from renkei.database.caller import Caller
from renkei.database.round_trip import Question
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import JsonLimits

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request that got past key and token. `source` is the service that answers for its faults.

    `client_ip` is where it came from ("" where that is not known).
    """

    context: AppContext
    query: Query
    body: bytes = b""
    content_type: str | None = None
    source: Source = "dataspace"
    client_ip: str = ""
    _read: dict[Callable[[object], object], object] = field(default_factory=dict, init=False)

    @property
    def limits(self) -> JsonLimits:
        """What a body may cost at this door."""
        settings = self.context.settings
        return JsonLimits(size_bytes=settings.ouranos_body_limit_bytes, depth=settings.json_depth_limit)

    def json(self, *, base: str = texts.VALIDATION_FAILED) -> object:
        """The body's value. Raises `Refusal` (400)."""
        return read_body(self.body, self.content_type, source=self.source, limits=self.limits, base=base)

    def sent(self, read: Callable[[object], T]) -> T:
        """The body as `read` understands it, read once however often it is asked for. Raises `Refusal`."""
        if read not in self._read:
            self._read[read] = read(self.json())
        return cast("T", self._read[read])

    def own(self, tx: Transaction, *operator_ids: UUID) -> None:
        """The body speaks for the caller's operator only. Raises `Refusal` (403)."""
        if any(operator_id != tx.caller.operator_id for operator_id in operator_ids):
            raise forbidden(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back: a value for the JSON writer (None with 204: no body), and headers. `written`: JSON already."""

    value: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    written: bytes | None = None


Handler = Callable[[Transaction, Exchange], Answer]
"""Answers one target inside the request's transaction. Raises `Refusal` or any told fault of a room."""
Outside = Callable[[Caller, Exchange], Answer]
"""Answers after the transaction that let the caller in: for what runs transactions of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A handler inside the transaction or one outside; `writes`: it holds the operator's write lock, gets a track id.

    `question`: what the handler will ask first, if the request is sound; it goes to the database with the entry, and the
    handler finds the answer in `tx.found`. A handler that finds none there was asked something unsound.
    """

    handle: Handler | None = None
    outside: Outside | None = None
    writes: bool = False
    question: Callable[[Exchange], Question | None] | None = None


def reads(handle: Handler, question: Callable[[Exchange], Question | None] | None = None) -> Operation:
    """An operation that only reads."""
    return Operation(handle=handle, question=question)


def writes(handle: Handler, question: Callable[[Exchange], Question | None] | None = None) -> Operation:
    """An operation that writes."""
    return Operation(handle=handle, writes=True, question=question)


def outside(handle: Outside) -> Operation:
    """An operation that runs after its caller was let in."""
    return Operation(outside=handle)


def page_answer(
    exchange: Exchange,
    target: str,
    rows: object,
    after: UUID | None,
    carried: Mapping[str, object],
    *,
    written: bytes | None = None,
) -> Answer:
    """A list (or one that is `written` already), with the `Link` to its next page if there is one."""
    if after is None:
        return Answer(value=rows, written=written)
    link = next_link(exchange.context.settings.base_url, target, after, carried)
    return Answer(value=rows, written=written, headers={"Link": link})

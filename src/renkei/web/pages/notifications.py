"""What happened: notifications, newest first, each with the page it is about."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from renkei.commons.edge.fields import Id
from renkei.commons.edge.validation import Body
from renkei.commons.notifications.model import Notification
from renkei.commons.notifications.service import list_notifications, mark_read
from renkei.commons.trades.service import requests_of_ids
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.kit.ids import parse_id
from renkei.web.calls import Opened
from renkei.web.pages.requests import names_of

ROWS: Final = 25
_AGAIN_MILLISECONDS: Final = 2_000


class ReadForm(Body):
    """The notifications that were on the page."""

    ids: list[Id]


@dataclass(frozen=True, slots=True)
class Told:
    """One page of the list."""

    rows: tuple[Notification, ...]
    next: UUID | None
    names: Mapping[UUID, str]
    items: Mapping[UUID, str]
    """The customer's name of the item, by request; a cancelled request has none."""


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/notifications")

    @routes.get("")
    def notifications(call: Opened) -> Response:
        after = parse_id(call.query("after"))
        return call.show("notifications.html", told=call.read(lambda tx: _told(tx, after)), after=after)

    @routes.post("")
    def read_them(call: Opened) -> Response:
        ids = call.form(ReadForm, ids=call.all_of("ids")).ids
        call.write(lambda tx: mark_read(tx, ids))
        return call.redirect("/app/notifications")

    @routes.get("/unread")
    def count(call: Opened) -> Response:
        call.read(lambda tx: tx.caller)
        return call.piece("unread.html")

    @routes.get("/changes")
    async def changes(call: Opened) -> Response:
        """Server-sent events (WHATWG HTML, 9.2): `changed` whenever something new has come."""
        settings, tidings = call.context.settings, call.context.tidings
        try:
            caller = await run_sync(call.read, lambda tx: tx.caller)
        except RenkeiError:
            return Response(status_code=204)  # which tells a browser not to ask again
        if tidings.waiting >= settings.live_pages_limit:
            return Response(status_code=204)
        return StreamingResponse(
            _events(tidings.changes(caller.operator_key, settings.live_seconds)),
            media_type="text/event-stream",
            headers={"X-Accel-Buffering": "no"},
        )

    return routes


async def _events(changes: AsyncGenerator[None]) -> AsyncIterator[str]:
    yield f"retry: {_AGAIN_MILLISECONDS}\n\n"
    async with aclosing(changes) as told:
        async for _ in told:
            yield "event: changed\ndata:\n\n"


def _told(tx: Transaction, after: UUID | None) -> Told:
    page = list_notifications(tx, after=after, limit=ROWS)
    about = {one.relation.request_id for one in page.items if one.relation and one.relation.request_id}
    return Told(
        rows=page.items,
        next=page.next_cursor,
        names=names_of(tx, (one.sender_operator_id for one in page.items)),
        items={one.request_id: one.customer_part.name for one in requests_of_ids(tx, about)},
    )

"""What happened: notifications, newest first, each with the page it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.edge.fields import Id
from renkei.commons.edge.validation import Body
from renkei.commons.notifications.model import Notification
from renkei.commons.notifications.service import list_notifications, mark_read
from renkei.commons.trades.service import requests_of_ids
from renkei.database.transaction import Transaction
from renkei.kit.ids import parse_id
from renkei.web.calls import Opened
from renkei.web.pages.requests import names_of

ROWS: Final = 25


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

    return routes


def _told(tx: Transaction, after: UUID | None) -> Told:
    page = list_notifications(tx, after=after, limit=ROWS)
    about = {one.relation.request_id for one in page.items if one.relation and one.relation.request_id}
    return Told(
        rows=page.items,
        next=page.next_cursor,
        names=names_of(tx, (one.sender_operator_id for one in page.items)),
        items={one.request_id: one.customer_part.name for one in requests_of_ids(tx, about)},
    )

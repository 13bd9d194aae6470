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
    return Told(page.items, page.next_cursor, names_of(tx, (one.sender_operator_id for one in page.items)))

"""For the platform's staff: who asks to join, which companies there are, how the system is; never a company's values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.access.audit import search
from renkei.commons.access.people import decide, waiting
from renkei.commons.announcements.errors import SpanEmpty
from renkei.commons.announcements.model import AnnouncementDraft
from renkei.commons.announcements.service import announce, take_back
from renkei.commons.edge.fields import Id, Short, Text
from renkei.commons.edge.validation import Body
from renkei.commons.operators.corporate_numbers import is_there, look_up
from renkei.commons.operators.model import Operator
from renkei.commons.operators.service import list_operators
from renkei.database.events import QueueState, Tracked, queue_state, tracked
from renkei.database.readiness import check_migrations
from renkei.database.transaction import Transaction, as_role
from renkei.kit.clock import JAPAN
from renkei.kit.errors import RenkeiError, SeveralFaults
from renkei.kit.ids import parse_id
from renkei.web.calls import Opened, PageCall
from renkei.web.pages.platform_companies import staff_of

ROWS = 100


class DecisionForm(Body):
    """What becomes of a company that asks to join."""

    registration_id: Id
    do: Literal["approve", "refuse"]


class AnnouncementForm(Body):
    """What to tell everybody."""

    kind: Literal["notice", "maintenance"]
    text_ja: Text
    text_en: Text
    shown_from: Short
    shown_until: Short


class EndForm(Body):
    """An announcement that is shown no longer."""

    announcement_id: Id


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """How the installation is."""

    queue: QueueState
    trouble: RenkeiError | None
    companies: tuple[Operator, ...]
    found: int
    members: int
    track: tuple[Tracked, ...] | None


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/platform")

    @routes.get("")
    def overview(call: Opened) -> Response:
        return _overview(call)

    @routes.post("/registrations")
    def decided(call: Opened) -> Response:
        call.check_form()
        caller, form = staff_of(call), call.form(DecisionForm)
        decide(call.context.access, caller, form.registration_id, approve=form.do == "approve")
        if form.do == "refuse":
            return call.redirect("/app/platform", "The company is refused.")
        return call.redirect("/app/platform", "The company is a member now.")

    @routes.post("/announcements")
    def tell(call: Opened) -> Response:
        call.check_form()
        caller, context = staff_of(call), call.context
        try:
            form = call.form(AnnouncementForm)
            draft = AnnouncementDraft(
                kind=form.kind,
                ja=form.text_ja,
                en=form.text_en,
                shown_from=_moment(form.shown_from, "/shown_from"),
                shown_until=_moment(form.shown_until, "/shown_until"),
            )
            announce(context.database, context.board, caller, draft)
        except (SpanEmpty, SeveralFaults) as error:
            call.tell(error)
            return _overview(call)
        return call.redirect("/app/platform", "The announcement is made.")

    @routes.post("/announcements/end")
    def end(call: Opened) -> Response:
        call.check_form()
        caller, form = staff_of(call), call.form(EndForm)
        take_back(call.context.database, call.context.board, caller, form.announcement_id)
        return call.redirect("/app/platform", "The announcement is taken back.")

    return routes


def _moment(text: str, pointer: str) -> datetime:
    """What a date-and-time field of a browser sends, by the clock in Japan."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=JAPAN)
    except ValueError:
        raise SpanEmpty(pointer) from None


def _overview(call: PageCall) -> Response:
    caller = staff_of(call)
    asking = waiting(call.context.access, caller)
    listed, has_list = call.context.database.owner(
        lambda tx: (look_up(tx, [one.open_operator_id for one in asking]), is_there(tx))
    )
    text, track, who = (call.query(name).strip() for name in ("text", "track", "who"))
    return call.show(
        "platform.html",
        system=_system(call, text, track),
        waiting=asking,
        listed=listed,
        has_list=has_list,
        announcements=call.context.board.coming,
        text=text,
        track=track,
        now=call.context.database.clock.now(),
        values=call.values,
        who=who,
        audit=search(call.context.access, caller, who) if who else None,
    )


def _system(call: PageCall, text: str, track: str) -> System:
    database = call.context.database
    trouble: RenkeiError | None = None
    try:
        check_migrations(database, call.context.expected_revisions())
        if call.context.queue is not None:
            call.context.queue.probe()
    except RenkeiError as error:
        trouble = error
    wanted = parse_id(track)

    def look(tx: Transaction) -> tuple[QueueState, tuple[Tracked, ...] | None]:
        return queue_state(tx), None if not track else _tracked(tx, wanted)

    queue, found_track = database.read(as_role("renkei_engine"), look)
    every = database.owner(list_operators)
    fitting = [one for one in every if text.casefold() in f"{one.name} {one.open_operator_id}".casefold()]
    return System(
        queue=queue,
        trouble=trouble,
        companies=tuple(fitting[:ROWS]),
        found=len(fitting),
        members=sum(one.state == "member" for one in every),
        track=found_track,
    )


def _tracked(tx: Transaction, track: UUID | None) -> tuple[Tracked, ...]:
    return () if track is None else tuple(tracked(tx, track))

"""Requests (依頼・回答): who asks what, until when; and what the two parties say to each other about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from renkei.commons.consents.service import inbox, note_reads
from renkei.commons.edge.fields import Day, Id, Text
from renkei.commons.edge.validation import Body
from renkei.commons.operators.service import operators_by_ids
from renkei.commons.trades.model import (
    RequestCounts,
    RequestDraft,
    RequestFilter,
    RequestMessage,
    RequestState,
    RequestView,
    Target,
)
from renkei.commons.trades.service import (
    cancel,
    find_requests,
    messages,
    reject,
    remind,
    reply,
    request_counts,
    request_of,
    review,
    update_request,
)
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.kit.ids import parse_id
from renkei.usecases.footprint.kind import KIND
from renkei.web.calls import Opened, PageCall

ROWS: Final = 25
"""Requests on one page: what fits on a screen without endless scrolling."""
STATES: Final[Mapping[str, RequestState]] = {
    "open": "NOT_COMPLETED",
    "answered": "COMPLETED",
    "returned": "REJECT",
}
RequestId = Annotated[Id, Path()]


class WordForm(Body):
    """A word to the customer, or the reason for sending a request back."""

    text: Text


class ReviewForm(Body):
    """What the customer says of an answer."""

    verdict: Literal["accepted", "queried", "returned"]
    reason: Text | None = None


class RemindForm(Body):
    """Requests to remind their suppliers of, and the word."""

    ids: list[Id]
    text: Text


class ChangeForm(Body):
    """What was asked, said anew."""

    message: Text | None = None
    due_date: Day | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list."""

    rows: tuple[RequestView, ...]
    next: UUID | None
    names: Mapping[UUID, str]
    counts: RequestCounts | None
    """How all that were sent stand."""


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One request as its page shows it."""

    view: RequestView
    words: tuple[RequestMessage, ...]
    names: Mapping[UUID, str]
    is_mine: bool
    """The caller is the customer; otherwise the supplier."""
    received: Mapping[str, Any] | None
    """What the supplier discloses to the caller."""


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/requests")

    @routes.get("")
    def requests(call: Opened) -> Response:
        side: Target = "REQUEST" if call.query("side") == "sent" else "RESPONSE"
        state, text = call.query("state"), call.query("text").strip()
        after = parse_id(call.query("after"))
        found = call.read(lambda tx: _listed(tx, side, state, text, after))
        asked = {"side": "sent" if side == "REQUEST" else "", "state": state, "text": text}
        return call.show(
            "requests.html",
            found=found,
            side=side,
            state=state,
            text=text,
            today=call.context.database.clock.now().date(),
            further=_address(asked | {"after": str(found.next)}) if found.next else None,
            first=_address(asked) if after else None,
        )

    @routes.post("/remind")
    def remind_all(call: Opened) -> Response:
        form = call.form(RemindForm, ids=call.all_of("ids"))
        count = call.write(lambda tx: remind(tx, form.ids, form.text))
        return call.redirect(
            "/app/requests?side=sent&state=overdue",
            "%(count)s suppliers have been reminded. Nobody is reminded of a request twice a day.",
            count=count,
        )

    @routes.get("/{request_id}")
    def request(call: Opened, request_id: RequestId) -> Response:
        return show_request(call, request_id)

    _add_supplier(routes)
    _add_customer(routes)
    return routes


def _add_supplier(routes: APIRouter) -> None:
    @routes.post("/{request_id}/reply")
    def write(call: Opened, request_id: RequestId) -> Response:
        try:
            text = call.form(WordForm).text
            call.write(lambda tx: reply(tx, request_id, text))
        except RenkeiError as error:
            return _again(call, request_id, error, "reply")
        return call.redirect(f"/app/requests/{request_id}", "Your message has been sent.")

    @routes.post("/{request_id}/reject")
    def send_back(call: Opened, request_id: RequestId) -> Response:
        def work(tx: Transaction) -> None:
            reject(tx, request_id, request_of(tx, request_id).trade.trade_id, text)

        try:
            text = call.form(WordForm).text
            call.write(work)
        except RenkeiError as error:
            return _again(call, request_id, error, "reject")
        return call.redirect(
            f"/app/requests/{request_id}", "The request has been sent back with your reason."
        )


def _add_customer(routes: APIRouter) -> None:
    @routes.post("/{request_id}/review")
    def judge(call: Opened, request_id: RequestId) -> Response:
        try:
            form = call.form(ReviewForm)
            call.write(lambda tx: review(tx, request_id, form.verdict, form.reason))
        except RenkeiError as error:
            return _again(call, request_id, error, call.field("verdict") or "")
        return call.redirect(f"/app/requests/{request_id}", "The supplier has been told.")

    @routes.post("/{request_id}/change")
    def change(call: Opened, request_id: RequestId) -> Response:
        def work(tx: Transaction) -> None:
            view = request_of(tx, request_id)
            update_request(
                tx,
                RequestDraft(
                    downstream_trace_id=view.trade.downstream_trace_id,
                    upstream_operator_id=view.trade.upstream_operator_id,
                    kind=view.kind,
                    trade_id=view.trade.trade_id,
                    request_id=request_id,
                    message=form.message,
                    due_date=form.due_date,
                    period_from=view.period_from,
                    period_to=view.period_to,
                ),
            )

        try:
            form = call.form(ChangeForm)
            call.write(work)
        except RenkeiError as error:
            return _again(call, request_id, error, "change")
        return call.redirect(f"/app/requests/{request_id}", "The request has been changed.")

    @routes.post("/{request_id}/cancel")
    def take_back(call: Opened, request_id: RequestId) -> Response:
        call.write(lambda tx: cancel(tx, request_id, request_of(tx, request_id).trade.trade_id))
        return call.redirect("/app/requests?side=sent", "The request has been cancelled.")


def show_request(call: PageCall, request_id: UUID, opened: str = "", status: int = 200) -> Response:
    """The page of one request; `opened` names the form that stands open."""
    found = call.read(lambda tx: _opened(tx, request_id))
    return call.show(
        "request.html",
        status,
        found=found,
        opened=opened,
        today=call.context.database.clock.now().date(),
    )


def names_of(tx: Transaction, operator_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of companies. One statement, none for none."""
    wanted = list(set(operator_ids))
    return {one.operator_id: one.name for one in operators_by_ids(tx, wanted)} if wanted else {}


def _again(call: PageCall, request_id: UUID, error: RenkeiError, opened: str) -> Response:
    """The page with what was wrong beside its field. Faults that are about no field of it go their own way."""
    if any(
        fault.pointer not in {"/text", "/reason", "/verdict", "/message", "/due_date"}
        for fault in error.faults
    ):
        raise error
    call.tell(error)
    return show_request(call, request_id, opened)


def _listed(tx: Transaction, side: Target, state: str, text: str, after: UUID | None) -> Listed:
    where = RequestFilter(
        state=STATES.get(state),
        text=text or None,
        overdue_on=tx.now.date() if state == "overdue" else None,
    )
    page = find_requests(tx, side, where, after, ROWS)
    partners = (
        one.trade.upstream_operator_id if side == "REQUEST" else one.trade.downstream_operator_id
        for one in page.items
    )
    counts = request_counts(tx, KIND) if side == "REQUEST" else None
    return Listed(page.items, page.next_cursor, names_of(tx, partners), counts)


def _opened(tx: Transaction, request_id: UUID) -> RequestPage:
    view = request_of(tx, request_id)
    trade = view.trade
    is_mine = trade.downstream_operator_id == tx.caller.operator_id
    delivery = inbox(tx, view.kind, [trade.trade_key]).get(trade.trade_key) if is_mine else None
    if delivery is not None:
        note_reads(tx, [delivery])
    return RequestPage(
        view=view,
        words=messages(tx, request_id),
        names=names_of(tx, [trade.downstream_operator_id, trade.upstream_operator_id]),
        is_mine=is_mine,
        received=None if delivery is None else delivery.payload,
    )


def _address(asked: Mapping[str, str]) -> str:
    given = {name: value for name, value in asked.items() if value}
    return "/app/requests" + (f"?{urlencode(given)}" if given else "")

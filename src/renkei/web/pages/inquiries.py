"""Inquiries (照会): asking for more than is shown, past the direct supplier too; granting, passing on, refusing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from renkei.commons.consents import inquiries, purposes
from renkei.commons.consents.model import ANSWER, Hop, Inquiry, InquiryDraft
from renkei.commons.edge.fields import Day, Short, Text
from renkei.commons.edge.validation import Body
from renkei.commons.parts.service import part_keys
from renkei.commons.trades.model import RequestView
from renkei.commons.trades.service import request_of
from renkei.database.transaction import Transaction
from renkei.kit.errors import RenkeiError
from renkei.usecases.footprint import use_case
from renkei.usecases.footprint.kind import KIND
from renkei.web.calls import Opened, PageCall
from renkei.web.forms import end_of_day, optional_id, path_id
from renkei.web.pages.requests import names_of

ROWS: Final = 25
ATTRIBUTES: Final = tuple(use_case.attributes[KIND])
PURPOSES: Final = tuple(one.purpose for one in purposes.PURPOSES)


class AskForm(Body):
    """What is asked for, what for, until when."""

    attributes: list[Short] = Field(min_length=1, max_length=50)
    purpose: Short = ANSWER
    message: Text | None = None
    ends_at: Day | None = None


class GrantForm(Body):
    """What the asker may see of the own part."""

    attributes: list[Short] = Field(min_length=1, max_length=50)
    named: Literal["yes", "no"] = "no"
    valid_until: Day | None = None
    standing: Literal["yes", "no"] = "yes"
    reason: Text | None = None


class ReasonForm(Body):
    """Why, for the own records."""

    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of either list, with the names it needs."""

    hops: Sequence[Hop]
    asked: Sequence[Inquiry]
    next: UUID | None
    names: Mapping[UUID, str]
    today: date


@dataclass(frozen=True, slots=True)
class Put:
    """An inquiry that was put to the company."""

    hop: Hop
    names: Mapping[UUID, str]
    part: str | None
    """The own part it is about."""
    is_over: bool


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/inquiries")
    def listed(call: Opened) -> Response:
        side: Literal["asked", "received"] = "asked" if call.query("side") == "asked" else "received"
        after = optional_id(call.query("after"))
        return call.show(
            "inquiries.html", side=side, after=after, found=call.read(lambda tx: _listed(tx, side, after))
        )

    @routes.get("/inquiries/{inquiry_id}")
    def asked(call: Opened, inquiry_id: str) -> Response:
        wanted = path_id(inquiry_id)

        def work(tx: Transaction) -> tuple[Inquiry, Mapping[UUID, str]]:
            found = inquiries.inquiry(tx, wanted)
            return found, names_of(tx, (one.provider_id for one in found.answers if one.provider_id))

        found, names = call.read(work)
        newest = {one.thread_id: one for one in reversed(found.answers)}
        return call.show("inquiry.html", found=found, answers=list(newest.values()), names=names)

    _add_asking(routes)
    _add_deciding(routes)
    return routes


def _add_asking(routes: APIRouter) -> None:
    @routes.get("/requests/{request_id}/inquire")
    def show_form(call: Opened, request_id: str) -> Response:
        return _ask(call, path_id(request_id))

    @routes.post("/requests/{request_id}/inquire")
    def ask(call: Opened, request_id: str) -> Response:
        wanted = path_id(request_id)

        def work(tx: Transaction) -> Inquiry:
            return inquiries.ask(
                tx,
                InquiryDraft(
                    trade_id=request_of(tx, wanted).trade.trade_id,
                    kind=KIND,
                    attributes=frozenset(form.attributes),
                    purpose=form.purpose,
                    message=form.message,
                    ends_at=end_of_day(form.ends_at),
                ),
            )

        try:
            form = call.form(AskForm, attributes=call.all_of("attributes"))
            asked = call.write(work)
        except RenkeiError as error:
            call.tell(error)
            return _ask(call, wanted)
        return call.redirect(
            f"/app/inquiries/{asked.inquiry_id}", "The inquiry has been sent. What comes back stands here."
        )


def _add_deciding(routes: APIRouter) -> None:
    @routes.get("/received-inquiries/{hop_id}")
    def put(call: Opened, hop_id: str) -> Response:
        return _put(call, path_id(hop_id))

    @routes.post("/received-inquiries/{hop_id}/grant")
    def grant(call: Opened, hop_id: str) -> Response:
        def work(tx: Transaction) -> Hop:
            return inquiries.grant(
                tx,
                wanted,
                attributes=frozenset(form.attributes),
                named=form.named == "yes",
                valid_until=end_of_day(form.valid_until),
                standing=form.standing == "yes",
                reason=form.reason,
            )

        wanted = path_id(hop_id)
        try:
            form = call.form(GrantForm, attributes=call.all_of("attributes"))
            call.write(work)
        except RenkeiError as error:
            call.tell(error)
            return _put(call, wanted)
        return call.redirect(
            f"/app/received-inquiries/{wanted}",
            "It is disclosed to who asked. You can take it back under “Disclosure” at any time.",
        )

    @routes.post("/received-inquiries/{hop_id}/pass-on")
    def pass_on(call: Opened, hop_id: str) -> Response:
        wanted = path_id(hop_id)
        if (faulty := _decide(call, wanted, inquiries.pass_on)) is not None:
            return faulty
        return call.redirect(f"/app/received-inquiries/{wanted}", "It has been put to the suppliers behind.")

    @routes.post("/received-inquiries/{hop_id}/refuse")
    def refuse(call: Opened, hop_id: str) -> Response:
        wanted = path_id(hop_id)
        if (faulty := _decide(call, wanted, inquiries.refuse)) is not None:
            return faulty
        return call.redirect(
            f"/app/received-inquiries/{wanted}", "It is noted that you show nothing more. Nobody is told."
        )


def _decide(call: PageCall, hop_id: UUID, decide: inquiries.Decide) -> Response | None:
    """Decide without further ado; the page with what is wrong, if it cannot be done."""
    try:
        form = call.form(ReasonForm)
        call.write(lambda tx: decide(tx, hop_id, form.reason))
    except RenkeiError as error:
        call.tell(error)
        return _put(call, hop_id)
    return None


def _listed(tx: Transaction, side: Literal["asked", "received"], after: UUID | None) -> Listed:
    today = tx.now.date()
    if side == "asked":
        asked = inquiries.inquiries(tx, after=after, limit=ROWS)
        return Listed((), asked.items, asked.next_cursor, {}, today)
    put = inquiries.received(tx, after=after, limit=ROWS)
    return Listed(put.items, (), put.next_cursor, names_of(tx, (one.asker_id for one in put.items)), today)


def _ask(call: PageCall, request_id: UUID) -> Response:
    def work(tx: Transaction) -> tuple[RequestView, str]:
        view = request_of(tx, request_id)
        supplier = view.trade.upstream_operator_id
        return view, names_of(tx, [supplier]).get(supplier, "–")

    view, supplier = call.read(work)
    return call.show(
        "inquire.html",
        view=view,
        supplier=supplier,
        attributes=ATTRIBUTES,
        chosen=call.all_of("attributes"),
        purposes=PURPOSES,
        days=inquiries.OPEN_DAYS,
    )


def _put(call: PageCall, hop_id: UUID) -> Response:
    def work(tx: Transaction) -> Put:
        hop = inquiries.received_one(tx, hop_id)
        parts = {} if hop.trace_id is None else part_keys(tx, [hop.trace_id])
        part = None if hop.trace_id is None else parts.get(hop.trace_id)
        return Put(
            hop=hop,
            names=names_of(tx, [hop.asker_id, hop.from_id]),
            part=None if part is None else part.name,
            is_over=hop.ends_at <= tx.now,
        )

    return call.show("inquiry_received.html", found=call.read(work), attributes=ATTRIBUTES)

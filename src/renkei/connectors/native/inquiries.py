"""Inquiries: `/v1/inquiries`, asking for more than is shown; `/v1/received-inquiries`, answering, passing on, refusing."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from renkei.commons.consents import inquiries
from renkei.commons.consents.model import ANSWER, Hop, Inquiry, InquiryAnswer, InquiryDraft
from renkei.commons.edge.calls import Answer, Open, page_json
from renkei.commons.edge.fields import After, Id, Limit, Moment, MomentText, Short, Text
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction


class InquiryBody(Body):
    """What to show more of, of what comes by this trade or stands behind it."""

    trade_id: Id = Field(description="a trade by which you buy")
    kind: Short = "CFP"
    attributes: list[Short] = Field(min_length=1, max_length=50)
    purpose: Short = ANSWER
    message: Text | None = Field(default=None, description="read by everybody whom it is passed on to")
    ends_at: Moment | None = Field(default=None, description="60 days from now if left out")


class GrantBody(Body):
    """What the asker may see from now on, besides what it sees already."""

    attributes: list[Short] | None = Field(
        default=None, max_length=50, description="what was asked for if left out"
    )
    named: bool = Field(
        default=False,
        description="with the name of the own company; else as a supplier behind (for one's own customer "
        "it makes no difference)",
    )
    valid_until: Moment | None = None
    standing: bool = True
    reason: Text | None = Field(default=None, description="why; for the own records")


class ReasonBody(Body):
    """Why; for the own records."""

    reason: Text | None = None


class InquiryAnswerView(View):
    """What came straight to the asker; `provider_id` null: from a supplier behind. Rows of a thread are versions."""

    answer_id: Id
    thread_id: Id
    provider_id: Id | None
    attributes: dict[str, Any]
    purpose: str
    valid_until: MomentText | None
    withdrawn: bool
    delivered_at: MomentText


class InquiryView(View):
    """What was asked for. It is open until its end, whatever those who were asked decide."""

    inquiry_id: Id
    trade_id: Id
    kind: str
    attributes: list[str]
    purpose: str
    message: str | None
    ends_at: MomentText
    created_at: MomentText
    state: Literal["open", "ended"]


class InquiryOut(InquiryView):
    """One, with what came back (the direct supplier's answer comes by the trade)."""

    answers: list[InquiryAnswerView]
    stale: bool = False


class InquiriesView(View):
    """What the company asked for, newest first."""

    items: list[InquiryView]
    next: Id | None
    stale: bool = False


class HopView(View):
    """An inquiry that a customer put to the company, for itself or for `asker_id`; `decisions` are the company's own."""

    hop_id: Id
    inquiry_id: Id
    asker_id: Id
    from_id: Id
    trade_id: Id
    trace_id: Id | None
    kind: str
    attributes: list[str]
    purpose: str
    message: str | None
    ends_at: MomentText
    asked_at: MomentText
    decisions: list[Literal["granted", "passed_on", "refused"]]
    stale: bool = False


class HopsView(View):
    """Inquiries that were put to the company, newest first."""

    items: list[HopView]
    next: Id | None
    stale: bool = False


_INQUIRY = {
    "trade_id": "d17833fe-22b7-4a4a-b097-bc3f2150c9a6",
    "attributes": ["categories", "certificate"],
    "purpose": "eu_battery_art_7",
    "message": "原材料の内訳をお知らせください。",
}


def router() -> APIRouter:
    """The paths of inquiries."""
    routes = APIRouter(tags=["inquiries"])

    @routes.get("/inquiries", response_model=InquiriesView)
    def get_inquiries(call: Open, limit: Limit = 50, after: After = None) -> Response:
        """What the company asked for, newest first."""
        return call.read(
            lambda tx: page_json(inquiries.inquiries(tx, after=after, limit=limit), _inquiry_json)
        )

    @routes.post(
        "/inquiries", openapi_extra=takes(InquiryBody, _INQUIRY), response_model=InquiryOut, status_code=201
    )
    def create_inquiry(call: Open) -> Response:
        """Ask for more. Whoever stands behind may be asked too, hop by hop; whoever grants answers straight."""
        given = call.body(InquiryBody)
        draft = InquiryDraft(
            attributes=frozenset(given.attributes), **given.model_dump(exclude={"attributes"})
        )
        return call.write(lambda tx: Answer(_whole_json(inquiries.ask(tx, draft)), 201))

    @routes.get("/inquiries/{inquiry_id}", response_model=InquiryOut)
    def get_inquiry(call: Open, inquiry_id: Id) -> Response:
        """One, with what came back."""
        return call.read(lambda tx: _whole_json(inquiries.inquiry(tx, inquiry_id)))

    @routes.get("/received-inquiries", response_model=HopsView)
    def get_received(call: Open, limit: Limit = 50, after: After = None) -> Response:
        """What customers ask for, for themselves or for others."""
        return call.read(lambda tx: page_json(inquiries.received(tx, after=after, limit=limit), _hop_json))

    @routes.post(
        "/received-inquiries/{hop_id}/grant",
        openapi_extra=takes(GrantBody, {"named": False}),
        response_model=HopView,
    )
    def grant(call: Open, hop_id: Id) -> Response:
        """Answer for the own part: it is delivered straight to who asked, and may be taken back like any disclosure."""
        given = call.body(GrantBody)

        def work(tx: Transaction) -> dict[str, Any]:
            attributes = None if given.attributes is None else frozenset(given.attributes)
            said = given.model_dump(exclude={"attributes"})
            return _hop_json(inquiries.grant(tx, hop_id, attributes=attributes, **said))

        return call.write(work)

    @routes.post(
        "/received-inquiries/{hop_id}/pass-on",
        openapi_extra=takes(ReasonBody, {}, required=False),
        response_model=HopView,
    )
    def pass_on(call: Open, hop_id: Id) -> Response:
        """Put it to the suppliers behind the own part."""
        given = call.body(ReasonBody) if call.body_bytes else ReasonBody()
        return call.write(lambda tx: _hop_json(inquiries.pass_on(tx, hop_id, given.reason)))

    @routes.post(
        "/received-inquiries/{hop_id}/refuse",
        openapi_extra=takes(ReasonBody, {}, required=False),
        response_model=HopView,
    )
    def refuse(call: Open, hop_id: Id) -> Response:
        """Show nothing more; nobody else learns it."""
        given = call.body(ReasonBody) if call.body_bytes else ReasonBody()
        return call.write(lambda tx: _hop_json(inquiries.refuse(tx, hop_id, given.reason)))

    return routes


def _inquiry_json(one: Inquiry) -> dict[str, Any]:
    return {name: getattr(one, name) for name in InquiryView.model_fields} | {
        "attributes": sorted(one.attributes)
    }


def _whole_json(one: Inquiry) -> dict[str, Any]:
    return _inquiry_json(one) | {"answers": [_answer_json(answer) for answer in one.answers]}


def _answer_json(one: InquiryAnswer) -> dict[str, Any]:
    return {
        name: getattr(one, "payload" if name == "attributes" else name)
        for name in InquiryAnswerView.model_fields
    }


def _hop_json(one: Hop) -> dict[str, Any]:
    said = {name: getattr(one, name) for name in HopView.model_fields if name != "stale"}
    return said | {"attributes": sorted(one.attributes), "decisions": list(one.decisions)}

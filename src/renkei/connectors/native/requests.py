"""Requests and answers: `/v1/requests`; each is read by the company that asks and the one that is asked."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from renkei.commons.edge.calls import Answer, Open, page_json, placed
from renkei.commons.edge.fields import After, Day, DayText, Id, Limit, MomentText, Short, Text
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.commons.trades.model import RequestDraft, RequestMessage, RequestView
from renkei.commons.trades.service import (
    cancel,
    link,
    messages,
    put_request,
    reject,
    reply,
    request_of,
    review,
    statuses,
    update_request,
)
from renkei.database.transaction import Transaction

State = Literal["NOT_COMPLETED", "COMPLETED", "REJECT", "CANCEL"]
Verdict = Literal["accepted", "queried", "returned"]


class RequestBody(Body):
    """Please answer for this bought part."""

    trace_id: Id = Field(description="the own bought part")
    upstream_operator_id: Id = Field(description="the supplier, also one that is only invited yet")
    kind: Short = "CFP"
    trade_id: Id | None = Field(
        default=None, description="ask again under an existing trade (another kind or period)"
    )
    message: Text | None = None
    due_date: Day | None = None
    period_from: Day | None = None
    period_to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> RequestBody:
        if self.period_from is not None and self.period_to is not None and self.period_to < self.period_from:
            raise PydanticCustomError("period", "reversed")
        return self


class RequestPatch(Body):
    """What to change of a request that was sent; what is absent stays. A rejected request is asked anew."""

    message: Text | None = None
    due_date: Day | None = None
    period_from: Day | None = None
    period_to: Day | None = None


class LinkBody(Body):
    """The supplier's own part that answers."""

    trace_id: Id


class ReplyBody(Body):
    """A word to the other side."""

    text: Text


class RejectBody(Body):
    """Why the request is sent back."""

    reply: Text | None = None


class ReviewBody(Body):
    """What the customer says of an answer; `queried` and `returned` need a reason."""

    verdict: Verdict
    reason: Text | None = None


class CustomerPartView(View):
    """The customer's part, as its supplier may see it."""

    trace_id: Id
    operator_id: Id
    plant_id: Id
    name: str
    support_name: str | None
    terminated: bool
    unit: str | None
    label: str | None
    info1: str | None
    info2: str | None
    info3: str | None


class RequestOut(View):
    """A request with its trade."""

    request_id: Id
    trade_id: Id
    kind: str
    direction: Literal["sent", "received"]
    state: State
    downstream_operator_id: Id
    upstream_operator_id: Id
    downstream_trace_id: Id
    upstream_trace_id: Id | None
    customer_part: CustomerPartView
    message: str | None
    reply_message: str | None
    due_date: DayText | None
    period_from: DayText | None
    period_to: DayText | None
    tree_terminated: bool = Field(description="everything upstream is answered or ends there")
    completed_count: int
    trades_count: int
    review: Verdict | None
    review_reason: str | None
    created_at: MomentText
    updated_at: MomentText
    linked_at: MomentText | None
    stale: bool = False


class RequestsView(View):
    """A page of requests, newest first."""

    items: list[RequestOut]
    next: Id | None
    stale: bool = False


class MessageView(View):
    """One word said under a request."""

    kind: str
    text: str
    sender_operator_id: Id
    sent_at: MomentText


class MessagesView(View):
    """Every word said, oldest first."""

    items: list[MessageView]
    next: int | None
    stale: bool = False


_REQUEST = {
    "trace_id": "d17833fe-22b7-4a4a-b097-bc3f2150c9a6",
    "upstream_operator_id": "b1234567-1234-1234-1234-123456789012",
    "message": "来月中にご回答をお願いします。",
    "due_date": "2026-12-31",
}


def router() -> APIRouter:
    """The paths under `/requests`."""
    routes = APIRouter(prefix="/requests", tags=["requests"])
    _add_asking(routes)
    _add_answering(routes)
    return routes


def _add_asking(routes: APIRouter) -> None:
    @routes.get("", response_model=RequestsView)
    def get_requests(
        call: Open,
        direction: Annotated[Literal["sent", "received"] | None, Query()] = None,
        kind: Annotated[Short | None, Query()] = None,
        trace_id: Annotated[
            Id | None, Query(description="of the own bought part (with direction=sent)")
        ] = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """Requests sent, received or both, page by page."""
        target: Any = {"sent": "REQUEST", "received": "RESPONSE", None: None}[direction]

        def work(tx: Transaction) -> dict[str, object]:
            page = statuses(tx, target, trace_id, None, after, limit, kind=kind)
            return page_json(page, lambda one: request_json(tx, one))

        return call.read(work)

    @routes.post("", openapi_extra=takes(RequestBody, _REQUEST), response_model=RequestOut, status_code=201)
    def create_request(call: Open) -> Response:
        """Ask a supplier for a bought part."""
        given = call.body(RequestBody)
        draft = RequestDraft(downstream_trace_id=given.trace_id, **given.model_dump(exclude={"trace_id"}))

        def work(tx: Transaction) -> Answer:
            with placed({"/downstream_trace_id": "/trace_id"}):
                made = put_request(tx, draft)
            return Answer(request_json(tx, made), 201, {"Location": f"/v1/requests/{made.request_id}"})

        return call.write(work)

    @routes.get("/{request_id}", response_model=RequestOut)
    def get_request(call: Open, request_id: Id) -> Response:
        """One request."""
        return call.read(lambda tx: request_json(tx, request_of(tx, request_id)))

    @routes.patch(
        "/{request_id}",
        openapi_extra=takes(RequestPatch, {"due_date": "2027-01-31"}),
        response_model=RequestOut,
    )
    def patch_request(call: Open, request_id: Id) -> Response:
        """Change a request that was sent."""
        given = call.body(RequestPatch)

        def work(tx: Transaction) -> dict[str, Any]:
            present = request_of(tx, request_id)
            said = given.model_dump(include=given.model_fields_set)
            kept = {name: said.get(name, getattr(present, name)) for name in RequestPatch.model_fields}
            draft = RequestDraft(
                downstream_trace_id=present.trade.downstream_trace_id,
                upstream_operator_id=present.trade.upstream_operator_id,
                kind=present.kind,
                trade_id=present.trade.trade_id,
                request_id=request_id,
                **kept,
            )
            return request_json(tx, update_request(tx, draft))

        return call.write(work)

    @routes.post("/{request_id}/cancel", status_code=204)
    def cancel_request(call: Open, request_id: Id) -> Response:
        """Take a request back (the customer)."""
        return call.write(lambda tx: cancel(tx, request_id, _trade_of(tx, request_id)), status=204)

    @routes.post(
        "/{request_id}/review",
        openapi_extra=takes(ReviewBody, {"verdict": "accepted"}),
        response_model=RequestOut,
    )
    def review_answer(call: Open, request_id: Id) -> Response:
        """Accept, query or return an answer (the customer)."""
        given = call.body(ReviewBody)
        return call.write(lambda tx: request_json(tx, review(tx, request_id, given.verdict, given.reason)))


def _add_answering(routes: APIRouter) -> None:
    @routes.get("/{request_id}/messages", response_model=MessagesView)
    def get_messages(
        call: Open,
        request_id: Id,
        limit: Limit = 50,
        after: Annotated[int, Query(ge=0, le=10**9, description="`next` of the page before")] = 0,
    ) -> Response:
        """Every word said under a request, oldest first. Words are only added: a place in the list never moves."""

        def work(tx: Transaction) -> dict[str, object]:
            said = messages(tx, request_id)
            end = after + limit
            return {
                "items": [_message_json(one) for one in said[after:end]],
                "next": end if end < len(said) else None,
            }

        return call.read(work)

    @routes.post(
        "/{request_id}/link",
        openapi_extra=takes(LinkBody, {"trace_id": "d17833fe-22b7-4a4a-b097-bc3f2150c9a6"}),
        response_model=RequestOut,
    )
    def link_part(call: Open, request_id: Id) -> Response:
        """Link an own part to the request (the supplier); may be repeated with another part."""
        trace_id = call.body(LinkBody).trace_id

        def work(tx: Transaction) -> dict[str, Any]:
            with placed({"query:traceId": "/trace_id", "query:tradeId": "path:request_id"}):
                link(tx, _trade_of(tx, request_id), trace_id)
            return request_json(tx, request_of(tx, request_id))

        return call.write(work)

    @routes.post(
        "/{request_id}/reject",
        openapi_extra=takes(RejectBody, {"reply": "担当外の部品です。"}),
        response_model=RequestOut,
    )
    def reject_request(call: Open, request_id: Id) -> Response:
        """Send a request back (the supplier)."""
        words = call.body(RejectBody).reply
        return call.write(
            lambda tx: request_json(tx, reject(tx, request_id, _trade_of(tx, request_id), words))
        )

    @routes.post(
        "/{request_id}/reply",
        openapi_extra=takes(ReplyBody, {"text": "確認いたします。"}),
        response_model=RequestOut,
    )
    def reply_to_request(call: Open, request_id: Id) -> Response:
        """Write a word to the customer (the supplier)."""
        words = call.body(ReplyBody).text
        return call.write(lambda tx: request_json(tx, reply(tx, request_id, words)))


def request_json(tx: Transaction, view: RequestView) -> dict[str, Any]:
    """A request as it is answered to one of its two companies."""
    trade, part = view.trade, view.customer_part
    return {
        "request_id": view.request_id,
        "trade_id": trade.trade_id,
        "kind": view.kind,
        "direction": "sent" if trade.downstream_key == tx.caller.operator_key else "received",
        "state": view.state,
        "downstream_operator_id": trade.downstream_operator_id,
        "upstream_operator_id": trade.upstream_operator_id,
        "downstream_trace_id": trade.downstream_trace_id,
        "upstream_trace_id": trade.upstream_trace_id,
        "customer_part": {name: getattr(part, name) for name in CustomerPartView.model_fields},
        "message": view.message,
        "reply_message": view.reply_message,
        "due_date": view.due_date,
        "period_from": view.period_from,
        "period_to": view.period_to,
        "tree_terminated": view.tree_terminated,
        "completed_count": view.completed_count,
        "trades_count": view.trades_count,
        "review": view.review,
        "review_reason": view.review_reason,
        "created_at": view.created_at,
        "updated_at": view.updated_at,
        "linked_at": trade.linked_at,
    }


def _message_json(one: RequestMessage) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "text": one.text,
        "sender_operator_id": one.sender_operator_id,
        "sent_at": one.sent_at,
    }


def _trade_of(tx: Transaction, request_id: UUID) -> UUID:
    return request_of(tx, request_id).trade.trade_id

"""Targets `tradeRequest`, `tradeResponse` and `status` (section 8)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from renkei.commons.trades.model import CustomerPart, RequestDraft, RequestView, Target, Trade
from renkei.commons.trades.service import (
    cancel,
    link,
    newest_received,
    put_request,
    received_pieces,
    reject,
    requests_received,
    statuses,
    trades_sent,
)
from renkei.connectors.ouranos.exchange import Answer, Exchange, page_answer
from renkei.connectors.ouranos.parts_input import UNITS
from renkei.connectors.ouranos.queries import DEFAULT_LIMIT
from renkei.connectors.ouranos.trade_input import RequestInput, read_request, read_status
from renkei.database.round_trip import Question
from renkei.database.transaction import Transaction
from renkei.kit.strict_json import dumps

KIND: Final = "CFP"
MOST_TRACE_IDS: Final = 50
_UNITS: Final = frozenset(UNITS)
_STATES: Final = {
    "cfpResponseStatus": frozenset({"NOT_COMPLETED", "COMPLETED", "REJECT", "CANCEL"}),
    "tradeTreeStatus": frozenset({"TERMINATED", "UNTERMINATED"}),
}


# -- models ----------------------------------------------------------------------------------------------------------
def trade_model(trade: Trade) -> dict[str, object]:
    """A TradeModel; `upstreamTraceId` is null until the supplier has linked its part."""
    return {
        "tradeId": trade.trade_id,
        "downstreamOperatorId": trade.downstream_operator_id,
        "upstreamOperatorId": trade.upstream_operator_id,
        "downstreamTraceId": trade.downstream_trace_id,
        "upstreamTraceId": trade.upstream_trace_id,
    }


def status_model(view: RequestView) -> dict[str, object]:
    """A StatusModel with the counters of the chain."""
    return {
        "statusId": view.request_id,
        "tradeId": view.trade.trade_id,
        "requestStatus": {
            "cfpResponseStatus": view.state,
            "tradeTreeStatus": "TERMINATED" if view.tree_terminated else "UNTERMINATED",
            "completedCount": view.completed_count,
            "completedCountModifiedAt": _seconds(view.completed_count_at),
            "tradesCount": view.trades_count,
            "tradesCountModifiedAt": _seconds(view.trades_count_at),
        },
        "message": view.message,
        "replyMessage": view.reply_message,
        "requestType": view.kind,
        "responseDueDate": view.due_date,
    }


def customer_model(part: CustomerPart) -> dict[str, object]:
    """The customer's part as its supplier sees it: no amount, never marked as terminated."""
    return {
        "traceId": part.trace_id,
        "operatorId": part.operator_id,
        "plantId": part.plant_id,
        "partsName": part.name,
        "supportPartsName": part.support_name,
        "terminatedFlag": False,
        "amountRequired": None,
        "amountRequiredUnit": part.unit if part.unit in _UNITS else None,
        "partsLabelName": part.label,
        "partsAddInfo1": part.info1,
        "partsAddInfo2": part.info2,
        "partsAddInfo3": part.info3,
    }


def _seconds(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


# -- requests --------------------------------------------------------------------------------------------------------
def get_requests(tx: Transaction, exchange: Exchange) -> Answer:
    """The trades under the requests that the caller sent, newest first."""
    query = exchange.query
    limit = query.limit()
    after = query.after()
    trace_ids = query.uuids("traceIds", most=MOST_TRACE_IDS)
    if trace_ids is not None:
        limit, after = DEFAULT_LIMIT, None
    page = trades_sent(tx, trace_ids, after, limit, kind=KIND)
    rows = [trade_model(view.trade) for view in page.items]
    following = page.next_cursor if trace_ids is None else None
    return page_answer(exchange, "tradeRequest", rows, following, {"limit": limit})


def put_requests(tx: Transaction, exchange: Exchange) -> Answer:
    """Ask a supplier for a bought part (all ids null), or change what was asked (all ids set)."""
    sent = read_request(exchange.json())
    exchange.own(tx, sent.downstream_operator_id)
    draft = RequestDraft(
        downstream_trace_id=sent.downstream_trace_id,
        upstream_operator_id=sent.upstream_operator_id,
        kind=KIND,
        trade_id=sent.trade_id,
        request_id=sent.request_id,
        message=sent.message,
        due_date=sent.due_date,
    )
    view = put_request(tx, draft, single=True)
    return Answer(value={"tradeModel": trade_model(view.trade), "statusModel": _echo(view, sent)}, status=201)


def _echo(view: RequestView, sent: RequestInput) -> dict[str, object]:
    """The status of a request just put: what was sent, with its ids; the counters are null here."""
    echoed = {
        name: value
        for name, value in sent.status.items()
        if isinstance(value, str) and value in _STATES[name]
    }
    return {
        "statusId": view.request_id,
        "tradeId": view.trade.trade_id,
        "requestStatus": {
            **echoed,
            "completedCount": None,
            "completedCountModifiedAt": None,
            "tradesCount": None,
            "tradesCountModifiedAt": None,
        },
        "message": sent.message,
        "replyMessage": sent.reply_message,
        "requestType": view.kind,
        "responseDueDate": view.due_date,
    }


# -- responses -------------------------------------------------------------------------------------------------------
def responses_question(exchange: Exchange) -> Question | None:
    """What `get_responses` asks for the first page; None for a later one. Raises `Refusal`."""
    limit = exchange.query.limit()
    return newest_received(KIND, limit) if exchange.query.after() is None else None


def get_responses(tx: Transaction, exchange: Exchange) -> Answer:
    """The requests that the caller received, with the customer's part, newest first."""
    limit = exchange.query.limit()
    after = exchange.query.after()
    if after is None:
        assert tx.found is not None, "a sound question is sent with the entry"
        pieces, following = received_pieces(tx, tx.found, exchange.context.remembered, limit, KIND, _response)
    else:
        page = requests_received(tx, after, limit, kind=KIND)
        pieces, following = [_response(view) for view in page.items], page.next_cursor
    written = b"[%b]" % b",".join(pieces)
    return page_answer(exchange, "tradeResponse", None, following, {"limit": limit}, written=written)


def _response(view: RequestView) -> bytes:
    """One element of the answer."""
    return dumps(
        {
            "statusModel": status_model(view),
            "tradeModel": trade_model(view.trade),
            "partsModel": customer_model(view.customer_part),
        }
    )


def put_responses(tx: Transaction, exchange: Exchange) -> Answer:
    """Link the caller's own part to a trade it was addressed by; may be repeated with another part."""
    trade_id = exchange.query.required_uuid("tradeId")
    trace_id = exchange.query.required_uuid("traceId")
    return Answer(value=trade_model(link(tx, trade_id, trace_id)), status=201)


# -- status ----------------------------------------------------------------------------------------------------------
def get_status(tx: Transaction, exchange: Exchange) -> Answer:
    """The state of requests sent, received or both, newest first."""
    query = exchange.query
    limit = query.limit()
    chosen = query.one_of("statusTarget", "REQUEST", "RESPONSE")
    request_id = query.uuid("statusId")
    trace_id = query.uuid("traceId")
    after = query.after()
    target: Target | None = "REQUEST" if chosen == "REQUEST" else "RESPONSE" if chosen == "RESPONSE" else None
    # Of the two ids only one counts (the other had to be readable all the same).
    trace_id, request_id = (trace_id, None) if target == "REQUEST" else (None, request_id)
    if trace_id is not None or request_id is not None:
        after = None
    page = statuses(tx, target, trace_id=trace_id, request_id=request_id, after=after, limit=limit, kind=KIND)
    rows = [status_model(view) for view in page.items]
    return page_answer(exchange, "status", rows, page.next_cursor, {"limit": limit, "statusTarget": chosen})


def put_status(tx: Transaction, exchange: Exchange) -> Answer:
    """Take a request back (the customer), or send it back (the supplier)."""
    sent = read_status(exchange.json())
    if sent.action == "CANCEL":
        cancel(tx, sent.request_id, sent.trade_id)
    else:
        reject(tx, sent.request_id, sent.trade_id, sent.reply_message)
    return Answer(value={}, status=201)

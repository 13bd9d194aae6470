"""Trades: `/v1/trades`: by which supplier a bought part comes, with which share, and what was delivered by it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from renkei.commons.consents.model import Received
from renkei.commons.consents.service import received_for
from renkei.commons.edge.calls import Open, page_json, placed
from renkei.commons.edge.fields import (
    After,
    Amount,
    Day,
    DayText,
    Id,
    Limit,
    MomentText,
    NumberOut,
    Share,
    Short,
)
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.commons.parts.service import own_part
from renkei.commons.trades.model import ShareDraft, TradeOut
from renkei.commons.trades.service import put_shares, shares_of_trade, trades_out_of
from renkei.database.transaction import Transaction
from renkei.kit.paging import page_from


class ShareBody(Body):
    """How much of the bought part comes by the trade in a period (both days included)."""

    valid_from: Day
    valid_to: Day | None = Field(default=None, description="default: until further notice")
    share: Share
    purchased_quantity: Amount | None = None
    quantity_unit: Short | None = None

    @model_validator(mode="after")
    def _in_order(self) -> ShareBody:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise PydanticCustomError("period", "reversed")
        return self


class SharesBody(Body):
    """All shares of one trade; they replace what was stated before."""

    shares: list[ShareBody] = Field(max_length=200)


class ShareView(View):
    """A share as stated."""

    valid_from: DayText
    valid_to: DayText | None
    share: NumberOut
    purchased_quantity: NumberOut | None
    quantity_unit: str | None


class SharesView(View):
    """The shares of one trade."""

    shares: list[ShareView]
    stale: bool = False


class TradeView(View):
    """A trade by which the caller buys a part."""

    trade_id: Id
    trace_id: Id = Field(description="the own bought part")
    upstream_operator_id: Id
    upstream_trace_id: Id | None
    linked: bool
    request_id: Id | None
    state: str | None
    share: NumberOut = Field(description="today")


class TradesView(View):
    """The trades of one bought part."""

    items: list[TradeView]
    next: Id | None
    stale: bool = False


class DeliveryView(View):
    """What came into the inbox by a trade: the consented attributes, or a tombstone (`withdrawn`)."""

    delivery_id: Id
    trade_id: Id
    kind: str
    attributes: dict[str, Any]
    statement_id: Id | None
    statement_version: int | None
    purpose: str | None
    valid_until: MomentText | None
    withdrawn: bool
    delivered_at: MomentText


class DeliveriesView(View):
    """Deliveries, newest first."""

    items: list[DeliveryView]
    next: Id | None
    stale: bool = False


def router() -> APIRouter:
    """The paths of trades and deliveries."""
    routes = APIRouter(tags=["trades"])

    @routes.get("/trades", response_model=TradesView)
    def get_trades(
        call: Open,
        trace_id: Annotated[Id, Query(description="an own bought part")],
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """The trades by which a part is bought, the oldest first."""

        def work(tx: Transaction) -> dict[str, object]:
            found = trades_out_of(tx, [own_part(tx, trace_id, "query:trace_id").part_key])
            return page_json(page_from(found, after, limit, id_of=lambda trade: trade.trade_id), _trade_json)

        return call.read(work)

    @routes.get("/trades/{trade_id}/shares", response_model=SharesView)
    def get_shares(call: Open, trade_id: Id) -> Response:
        """The shares as stated."""
        return call.read(lambda tx: _shares_json(tx, trade_id))

    @routes.put(
        "/trades/{trade_id}/shares",
        openapi_extra=takes(SharesBody, {"shares": [{"valid_from": "2026-04-01", "share": 0.6}]}),
        response_model=SharesView,
    )
    def replace_shares(call: Open, trade_id: Id) -> Response:
        """State the shares of a trade."""
        drafts = [ShareDraft(**share.model_dump()) for share in call.body(SharesBody).shares]

        def work(tx: Transaction) -> dict[str, Any]:
            with placed({"/trade_id": "path:trade_id"}):
                put_shares(tx, trade_id, drafts)
            return _shares_json(tx, trade_id)

        return call.write(work)

    @routes.get("/deliveries", response_model=DeliveriesView)
    def get_deliveries(
        call: Open,
        trace_id: Annotated[Id, Query(description="an own bought part")],
        kind: Annotated[Short | None, Query()] = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """What suppliers delivered for a bought part, newest first, tombstones too."""

        def work(tx: Transaction) -> dict[str, object]:
            part_key = own_part(tx, trace_id, "query:trace_id").part_key
            return page_json(received_for(tx, part_key, kind=kind, after=after, limit=limit), _delivery_json)

        return call.read(work)

    return routes


def _trade_json(trade: TradeOut) -> dict[str, Any]:
    return {
        "trade_id": trade.trade_id,
        "trace_id": trade.downstream_trace_id,
        "upstream_operator_id": trade.upstream_operator_id,
        "upstream_trace_id": trade.upstream_trace_id,
        "linked": trade.linked,
        "request_id": trade.request_id,
        "state": trade.state,
        "share": trade.share,
    }


def _shares_json(tx: Transaction, trade_id: UUID) -> dict[str, Any]:
    return {
        "shares": [
            {name: getattr(share, name) for name in ShareView.model_fields}
            for share in shares_of_trade(tx, trade_id)
        ]
    }


def _delivery_json(one: Received) -> dict[str, Any]:
    return {
        "delivery_id": one.delivery_id,
        "trade_id": one.trade_id,
        "kind": one.kind,
        "attributes": one.payload,
        "statement_id": one.statement_id,
        "statement_version": one.statement_version,
        "purpose": one.purpose,
        "valid_until": one.valid_until,
        "withdrawn": one.withdrawn,
        "delivered_at": one.delivered_at,
    }

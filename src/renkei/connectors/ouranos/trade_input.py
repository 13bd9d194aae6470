"""What is sent for requests and their status (sections 8.1 and 8.6), read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, cast
from uuid import UUID

from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.fields import Faults, Fields

MESSAGE: Final = 1000
_NOBODY: Final = UUID(int=0)
_NO_DAY: Final = date.min
_STATUS_TYPE: Final = "traceability.PutRequestStatusInput"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInput:
    """A TradeRequestModel as it was sent. `trade_id` and `request_id` are both set (update) or both None (create)."""

    trade_id: UUID | None
    request_id: UUID | None
    downstream_operator_id: UUID
    upstream_operator_id: UUID
    downstream_trace_id: UUID
    message: str | None
    reply_message: str | None
    due_date: date
    status: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusInput:
    """A StatusModel as it was sent to cancel or reject a request."""

    request_id: UUID
    trade_id: UUID
    action: Literal["CANCEL", "REJECT"]
    reply_message: str | None


def read_request(value: object) -> RequestInput:
    """The body of PUT tradeRequest. Raises `Refusal` with every fault."""
    faults = Faults("dataspace")
    fields = Fields(faults, value, expected="traceability.PutTradeRequestInput")
    trade = fields.inner("tradeModel", expected="traceability.PutTradeInput")
    status = fields.inner("statusModel", expected="traceability.PutStatusInput")
    trade_id = trade.uuid("tradeId")
    downstream_operator_id = trade.uuid("downstreamOperatorId", required=True)
    upstream_operator_id = trade.uuid("upstreamOperatorId", required=True)
    downstream_trace_id = trade.uuid("downstreamTraceId", required=True)
    trade.close()
    request_id = status.uuid("statusId")
    status_trade_id = status.uuid("tradeId")
    message = status.text("message", high=MESSAGE)
    reply_message = status.text("replyMessage")
    status.one_of("requestType", ("CFP",), required=True)
    due_date = status.day("responseDueDate")
    requested = status.inner("requestStatus", expected=_STATUS_TYPE)
    status.close()
    if fields.readable and trade.readable and status.readable:
        _ids_together(
            faults,
            given=[
                one is not None
                for one in (trade.raw("tradeId"), status.raw("statusId"), status.raw("tradeId"))
            ],
            trade_ids=(trade_id, status_trade_id),
        )
    faults.refuse()
    return RequestInput(
        trade_id=trade_id,
        request_id=request_id,
        downstream_operator_id=downstream_operator_id or _NOBODY,
        upstream_operator_id=upstream_operator_id or _NOBODY,
        downstream_trace_id=downstream_trace_id or _NOBODY,
        message=message,
        reply_message=reply_message,
        due_date=due_date or _NO_DAY,
        status={name: requested.raw(name) for name in ("cfpResponseStatus", "tradeTreeStatus")},
    )


def _ids_together(faults: Faults, *, given: list[bool], trade_ids: tuple[UUID | None, UUID | None]) -> None:
    """All three ids, or none; and both trade ids the same one."""
    if any(given) and not all(given):
        faults.add(
            "tradeModel.tradeId, statusModel.statusId, and statusModel.tradeId must all have values or all be null"
        )
    elif None not in trade_ids and trade_ids[0] != trade_ids[1]:
        faults.add("tradeModel.tradeId and statusModel.tradeId must be equal")


def read_status(value: object) -> StatusInput:
    """The body of PUT status. Raises `Refusal` with every fault. What is not read here is ignored on purpose."""
    faults = Faults("dataspace")
    fields = Fields(faults, value, expected="traceability.PutStatusInput")
    request_id = fields.uuid("statusId", required=True)
    trade_id = fields.uuid("tradeId", required=True)
    reply_message = fields.text("replyMessage", high=MESSAGE)
    fields.close()
    status = fields.inner("requestStatus", expected=_STATUS_TYPE)
    action = status.raw("cfpResponseStatus")
    if action is not None and not isinstance(action, str):
        faults.wrong_type(status.at("cfpResponseStatus"), "string", action)
    elif action not in ("CANCEL", "REJECT") and fields.readable and status.readable:
        faults.add(f"requestStatus: (cfpResponseStatus: {texts.not_allowed(action or '')})")
    faults.refuse()
    return StatusInput(
        request_id=request_id or _NOBODY,
        trade_id=trade_id or _NOBODY,
        action=cast("Literal['CANCEL', 'REJECT']", action),
        reply_message=reply_message,
    )

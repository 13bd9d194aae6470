"""`/notifications`, `/replyMessages` and `/requestStatus` (section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from renkei.commons.notifications.model import OWN_AFFAIRS, Notification, TradeRelation
from renkei.commons.notifications.service import list_notifications
from renkei.commons.trades.service import reply
from renkei.connectors.ouranos.entries import Asked, Body, own
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.connectors.ouranos.trade_input import MESSAGE
from renkei.database.events import track_status
from renkei.database.transaction import Transaction

_PAGE: Final = 100
MOST_TRACK_IDS: Final = 10


def get_notifications(tx: Transaction, exchange: Exchange) -> Answer:
    """What happened that the caller's company should know, newest first."""
    asked = Asked(exchange.query)
    operator_id = asked.uuid("operatorId", required=True)
    notified_from = asked.moment("notifiedAtFrom")
    notified_to = asked.moment("notifiedAtTo", end_of_day=True)
    after = asked.optional_uuid("after")
    asked.close()
    own(tx, operator_id)
    page = list_notifications(tx, notified_from, notified_to, after, _PAGE)
    # Reminders of a company's own affairs are no words of this contract.
    told = [one for one in page.items if one.type not in OWN_AFFAIRS]
    value: dict[str, object] = {"notifications": [_model(one) for one in told]}
    if page.next_cursor is not None:
        value["next"] = page.next_cursor
    return Answer(value=value)


def _model(notification: Notification) -> dict[str, object]:
    found: dict[str, object] = {
        "notificationId": notification.notification_id,
        "notificationType": notification.type,
        "notifiedFromOperatorId": notification.sender_operator_id,
        "notifiedAt": f"{notification.notified_at:%Y-%m-%dT%H:%M:%S}Z",
    }
    if notification.relation is not None:
        found["tradeRelation"] = _relation(notification.relation)
    return found


def _relation(relation: TradeRelation) -> Mapping[str, object]:
    """The trade a notification is about; ids that do not exist (yet) are left out."""
    found = {
        "tradeId": relation.trade_id,
        "requestId": relation.request_id,
        "downstreamOperatorId": relation.downstream_operator_id,
        "upstreamOperatorId": relation.upstream_operator_id,
        "downstreamTraceId": relation.downstream_trace_id,
        "upstreamTraceId": relation.upstream_trace_id,
    }
    return {name: value for name, value in found.items() if value is not None}


def post_reply(tx: Transaction, exchange: Exchange) -> Answer:
    """The supplier's word to the customer under a received request; an empty one takes the former away."""
    body = Body(exchange)
    operator_id = body.fields.uuid("operatorId", required=True)
    request_id = body.fields.uuid("requestId", required=True)
    text = body.fields.text("replyMessage", high=MESSAGE)
    body.close()
    assert operator_id is not None
    assert request_id is not None
    own(tx, operator_id)
    reply(tx, request_id, text or None)
    return Answer(value={"requestId": request_id})


def get_request_status(tx: Transaction, exchange: Exchange) -> Answer:
    """What became of own writes, by their `X-Track`: accepted, and carried through to everyone concerned or not yet.

    Only accepted writes have a track id; one that is not the caller's, or too old, is absent.
    """
    asked = Asked(exchange.query)
    operator_id = asked.uuid("operatorId", required=True)
    track_ids = asked.ids("trackId", "trackId[]", most=MOST_TRACK_IDS)
    asked.close()
    own(tx, operator_id)
    found = track_status(tx, track_ids)
    return Answer(
        value=[
            {
                "trackId": track_id,
                "requestCreatedAt": f"{found[track_id][1]:%Y-%m-%dT%H:%M:%S}Z",
                "acceptedRequestStatus": "SUCCESS",
                "summaryRequestStatus": found[track_id][0],
            }
            for track_id in dict.fromkeys(track_ids)
            if track_id in found
        ]
    )

"""What this company was told: `/v1/notifications`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Open, page_json
from renkei.commons.edge.fields import After, Id, Limit, Moment, MomentText
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.commons.notifications.model import Notification
from renkei.commons.notifications.service import list_notifications, mark_read


class RelationView(View):
    """The trade and request it is about."""

    trade_id: Id
    request_id: Id | None
    downstream_operator_id: Id
    upstream_operator_id: Id
    downstream_trace_id: Id
    upstream_trace_id: Id | None


class NotificationView(View):
    """One thing that happened."""

    notification_id: Id
    type: str
    sender_operator_id: Id
    relation: RelationView | None
    notified_at: MomentText
    read_at: MomentText | None
    further_trade_ids: list[Id] = Field(
        description="`CFP_UPDATED`: the other trades whose values the same change of the sender's brought along"
    )
    trace_id: Id | None = Field(
        description="`CFP_RENEWAL_DUE`: an own part whose value is due for renewal; `CFP_UNSETTLED`: one that is bought in a loop "
        "that never settles, so that the purchase adds nothing"
    )
    further_parts: int = Field(
        description="how many more parts it is about; those due for renewal are listed by `/renewals`"
    )


class NotificationsView(View):
    """A page of notifications, newest first."""

    items: list[NotificationView]
    next: Id | None
    stale: bool = False


class ReadBody(Body):
    """Notifications that were read."""

    notification_ids: list[Id] = Field(min_length=1, max_length=1000)


class ReadView(View):
    """How many of them had been unread."""

    marked: int


def router() -> APIRouter:
    """The paths under `/notifications`."""
    routes = APIRouter(prefix="/notifications", tags=["notifications"])

    @routes.get("", response_model=NotificationsView)
    def get_notifications(
        call: Open,
        notified_from: Annotated[Moment | None, Query()] = None,
        notified_to: Annotated[Moment | None, Query()] = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Response:
        """What happened, newest first."""
        return call.read(
            lambda tx: page_json(
                list_notifications(tx, notified_from, notified_to, after, limit), _notification_json
            )
        )

    @routes.post(
        "/read",
        openapi_extra=takes(ReadBody, {"notification_ids": ["2f1c9c1e-5d0b-4d67-9d5c-6f0f4f0f8d3a"]}),
        response_model=ReadView,
    )
    def read_notifications(call: Open) -> Response:
        """Mark notifications as read; unknown ones are passed over."""
        ids = call.body(ReadBody).notification_ids
        return call.write(lambda tx: {"marked": mark_read(tx, ids)})

    return routes


def _notification_json(one: Notification) -> dict[str, Any]:
    return {
        "notification_id": one.notification_id,
        "type": one.type,
        "sender_operator_id": one.sender_operator_id,
        "relation": None
        if one.relation is None
        else {name: getattr(one.relation, name) for name in RelationView.model_fields},
        "notified_at": one.notified_at,
        "read_at": one.read_at,
        "further_trade_ids": one.further_trade_ids,
        "trace_id": one.trace_id,
        "further_parts": one.further_parts,
    }

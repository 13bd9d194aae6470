"""Automatic update under `/v1`: how a part follows, and values that wait for a decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Open, page_json
from renkei.commons.edge.fields import DayText, Id, Limit, MomentText, NumberOut, Positive
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction
from renkei.kit.decimals import to_15_digits
from renkei.usecases.footprint import updates
from renkei.usecases.footprint.api_model import (
    CauseView,
    StatementView,
    ValueView,
    cause_json,
    statement_json,
    value_json,
)
from renkei.usecases.footprint.model import Mode, Update, UpdatePolicy
from renkei.usecases.footprint.rules import total

_State = Literal["waiting", "published", "refused", "superseded"]


class PolicyBody(Body):
    """How a part follows what it stands on. An own edit is always published at once."""

    mode: Mode
    threshold: Positive | None = Field(
        default=None,
        description="only with `threshold`: relative change above which it is published, as 0.05",
    )
    first_month: int = Field(default=4, ge=1, le=12, description="only with `yearly`: when its year begins")

    def policy(self) -> UpdatePolicy:
        """The same as the room takes it."""
        return UpdatePolicy(
            mode=self.mode,
            threshold=None if self.threshold is None else Decimal(self.threshold),
            first_month=self.first_month,
        )


class PolicyView(View):
    """How a part follows what it stands on."""

    mode: Mode
    threshold: NumberOut | None
    first_month: int
    stale: bool = False


class UpdateView(View):
    """A value that was calculated and waits, or did."""

    update_id: Id
    trace_id: Id
    base_statement_id: Id
    mode: Mode
    in_force: ValueView
    total: NumberOut
    causes: list[CauseView]
    due: DayText | None
    state: _State
    created_at: MomentText
    decided_at: MomentText | None
    decided_by: str | None


class UpdatesView(View):
    """A page of them."""

    items: list[UpdateView]
    next: Id | None
    stale: bool = False


_After = Annotated[Id | None, Query(description="`next` of the page before")]


def routers() -> tuple[APIRouter, ...]:
    """The routers of this page, for the `/v1` door."""
    following = APIRouter(tags=["updates"])
    _add_policies(following)
    _add_updates(following)
    return (following,)


def _add_policies(routes: APIRouter) -> None:
    @routes.get("/parts/{trace_id}/update-policy", response_model=PolicyView)
    def get_policy(call: Open, trace_id: Id) -> Response:
        """How an own part follows what it stands on."""
        return call.read(lambda tx: _policy_json(updates.policy_of(tx, trace_id)))

    @routes.put(
        "/parts/{trace_id}/update-policy",
        openapi_extra=takes(PolicyBody, {"mode": "threshold", "threshold": 0.05}),
        response_model=PolicyView,
    )
    def put_policy(call: Open, trace_id: Id) -> Response:
        """Choose how an own part follows; what waits is looked at anew under it."""
        policy = call.body(PolicyBody).policy()
        return call.write(lambda tx: _policy_json(updates.put_policy(tx, trace_id, policy)))


def _add_updates(routes: APIRouter) -> None:
    @routes.get("/updates", response_model=UpdatesView)
    def get_updates(
        call: Open, state: _State = "waiting", limit: Limit = 50, after: _After = None
    ) -> Response:
        """Values that were calculated and not published at once, newest first."""

        def work(tx: Transaction) -> dict[str, object]:
            page = updates.updates(tx, state=state, after=after, limit=limit)
            return page_json(page, lambda one: _update_json(*one))

        return call.read(work)

    @routes.post("/updates/{update_id}/approve", response_model=StatementView)
    def approve(call: Open, update_id: Id) -> Response:
        """Publish exactly this value (role approver); 409 if another has taken its place."""

        def work(tx: Transaction) -> dict[str, Any]:
            statement = updates.approve(tx, update_id)
            return statement_json(statement, updates.trace_id_of(tx, statement.part_key), {})

        return call.write(work)

    @routes.post("/updates/{update_id}/refuse", response_model=UpdateView)
    def refuse(call: Open, update_id: Id) -> Response:
        """Keep the published value (role approver); the same value is not proposed again."""

        def work(tx: Transaction) -> dict[str, Any]:
            update = updates.refuse(tx, update_id)
            return _update_json(update, updates.trace_id_of(tx, update.part_key))

        return call.write(work)


def _policy_json(policy: UpdatePolicy) -> dict[str, object]:
    return {"mode": policy.mode, "threshold": policy.threshold, "first_month": policy.first_month}


def _update_json(update: Update, trace_id: Id) -> dict[str, Any]:
    return {
        "update_id": update.update_id,
        "trace_id": trace_id,
        "base_statement_id": update.base_statement_id,
        "mode": update.mode,
        "in_force": value_json(update.in_force),
        "total": to_15_digits(total(update.in_force)),
        "causes": [cause_json(cause) for cause in update.causes],
        "due": update.due,
        "state": update.state,
        "created_at": update.created_at,
        "decided_at": update.decided_at,
        "decided_by": update.decided_by,
    }

"""The first page: what there is to do, before anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.operators.model import Operator
from renkei.commons.operators.service import operators_by_ids, own_operator
from renkei.commons.trades.model import RequestView
from renkei.commons.trades.service import requests_received, trades_sent
from renkei.database.transaction import Transaction
from renkei.usecases.footprint.updates import updates
from renkei.web.calls import Opened

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page shows."""

    company: Operator
    to_answer: list[RequestView]
    overdue: list[RequestView]
    sent: int
    answered: int
    waiting_updates: int
    names: dict[str, str]
    today: date


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/")
    def home(call: Opened) -> Response:
        return call.show("home.html", home=call.read(_home), shown=SHOWN)

    return routes


def _home(tx: Transaction) -> Home:
    received = requests_received(tx, None, 500).items
    sent = trades_sent(tx, None, None, 500).items
    to_answer = [one for one in received if one.state == "NOT_COMPLETED"]
    open_ = [one for one in sent if one.state in {"NOT_COMPLETED", "REJECT"}]
    today = tx.now.date()
    overdue = [one for one in open_ if one.due_date is not None and one.due_date < today]
    partners = {one.trade.downstream_operator_id for one in to_answer[:SHOWN]}
    partners |= {one.trade.upstream_operator_id for one in overdue[:SHOWN]}
    named = operators_by_ids(tx, list(partners)) if partners else []
    return Home(
        company=own_operator(tx),
        to_answer=to_answer,
        overdue=overdue,
        sent=len(sent),
        answered=sum(one.state == "COMPLETED" for one in sent),
        waiting_updates=len(updates(tx).items),
        today=today,
        names={str(one.operator_id): one.name for one in named},
    )

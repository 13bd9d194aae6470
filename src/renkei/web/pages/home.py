"""The first page: what there is to do, before anything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons.consents import inquiries
from renkei.commons.operators.model import Operator
from renkei.commons.operators.service import operators_by_ids
from renkei.commons.terms.model import Terms
from renkei.commons.terms.service import newest
from renkei.commons.trades.model import RequestFilter, RequestView
from renkei.commons.trades.service import find_requests, request_counts, requests_received
from renkei.database.transaction import Transaction
from renkei.usecases.footprint.calculator.model import Renewal
from renkei.usecases.footprint.calculator.service import renewals
from renkei.usecases.footprint.kind import KIND
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
    renewal: Renewal | None
    """The oldest own value that is due for renewal."""
    terms: Terms | None
    """The terms of use that an administrator has yet to accept."""
    inquiries: int
    """Of those put to the company lately, how many are open and not decided."""
    names: dict[str, str]
    today: date


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/")
    def home(call: Opened) -> Response:
        found = call.read(lambda tx: _home(tx) if tx.caller.operator_key else None)
        if found is None:
            assert call.caller is not None
            # Staff that lacks the second factor is led to where it is set up.
            return call.redirect("/app/platform" if "staff" in call.caller.roles else "/app/me")
        return call.show("home.html", home=found, shown=SHOWN)

    return routes


def _home(tx: Transaction) -> Home:
    received = requests_received(tx, None, 500).items
    to_answer = [one for one in received if one.state == "NOT_COMPLETED"]
    today = tx.now.date()
    counts = request_counts(tx, KIND)
    late = RequestFilter(overdue_on=today)
    overdue = list(find_requests(tx, "REQUEST", late, None, SHOWN).items) if counts.overdue else []
    known = {tx.caller.operator_id}
    known |= {one.trade.downstream_operator_id for one in to_answer[:SHOWN]}
    known |= {one.trade.upstream_operator_id for one in overdue}
    companies = {one.operator_id: one for one in operators_by_ids(tx, list(known))}
    return Home(
        company=companies[tx.caller.operator_id],
        to_answer=to_answer,
        overdue=overdue,
        sent=counts.sent,
        answered=counts.answered,
        inquiries=sum(
            not one.decisions and one.ends_at > tx.now for one in inquiries.received(tx, limit=50).items
        ),
        renewal=next(iter(renewals(tx, limit=1).items), None),
        terms=_terms(tx),
        waiting_updates=len(updates(tx).items),
        today=today,
        names={str(one.operator_id): one.name for one in companies.values()},
    )


def _terms(tx: Transaction) -> Terms | None:
    if "admin" not in tx.caller.roles:
        return None
    found = newest(tx)
    return None if found is None or found[1] is not None else found[0]

"""For the platform's staff: one company, let in again, kept out, closed or merged; and what each company uses."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei.commons import succession
from renkei.commons.access.audit_store import note
from renkei.commons.access.people import require_staff
from renkei.commons.edge.fields import Name
from renkei.commons.edge.validation import Body
from renkei.commons.operators.errors import OperatorMissing, SuccessorMissing
from renkei.commons.operators.model import Operator, OperatorState
from renkei.commons.operators.service import list_operators, set_operator_state
from renkei.commons.operators.usage import month_of, usage
from renkei.database.caller import Caller
from renkei.database.transaction import Transaction
from renkei.kit.clock import JAPAN
from renkei.kit.errors import RenkeiError
from renkei.web.calls import Opened, PageCall
from renkei.web.downloads import csv_file
from renkei.web.forms import path_id

_STATES: Final[dict[str, OperatorState]] = {"suspend": "suspended", "enable": "member"}


class StateForm(Body):
    """What becomes of the company."""

    do: Literal["suspend", "enable", "close"]


class MergeForm(Body):
    """The company that takes this one over, by its public id."""

    successor: Name


def staff_of(call: PageCall) -> Caller:
    """Who calls. Raises `Forbidden` unless it is the platform's staff."""
    caller = call.read(lambda tx: tx.caller)
    require_staff(caller)
    return caller


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/platform")

    @routes.get("/companies/{operator_id}")
    def company(call: Opened, operator_id: str) -> Response:
        staff_of(call)
        return _company(call, path_id(operator_id))

    @routes.post("/companies/{operator_id}")
    def change(call: Opened, operator_id: str) -> Response:
        call.check_form()
        caller, form, wanted = staff_of(call), call.form(StateForm), path_id(operator_id)
        database = call.context.database

        def work(tx: Transaction) -> None:
            set_operator_state(tx, wanted, _STATES[form.do])
            note(tx, "company_state", operator_id=wanted, by=caller.actor, about=form.do)

        if form.do == "close":
            succession.close(database, wanted, by=caller.actor)
        else:
            database.owner(work)
        return call.redirect(f"/app/platform/companies/{wanted}", "The changes are stored.")

    @routes.post("/companies/{operator_id}/merge")
    def merge(call: Opened, operator_id: str) -> Response:
        call.check_form()
        caller, wanted = staff_of(call), path_id(operator_id)
        try:
            number = call.form(MergeForm).successor
            every = call.context.database.owner(list_operators)
            successor = next((one for one in every if one.open_operator_id == number), None)
            if successor is None:
                raise SuccessorMissing("/successor")
            succession.merge(call.context.database, wanted, successor.operator_id, by=caller.actor)
        except RenkeiError as error:
            call.tell(error, {"successor_id": "successor"})
            return _company(call, wanted)
        return call.redirect(
            f"/app/platform/companies/{wanted}",
            "The company is merged. The administrators of its successor act for it from now on.",
        )

    @routes.get("/usage")
    def table(call: Opened) -> Response:
        staff_of(call)
        since, until = _month(call)
        rows = usage(call.context.database, since, until)
        return call.show("usage.html", rows=rows, month=f"{since.astimezone(JAPAN):%Y-%m}")

    @routes.get("/usage.csv")
    def file(call: Opened) -> Response:
        staff_of(call)
        since, until = _month(call)
        _ = call.words
        return csv_file(
            f"{_('Usage')} {since.astimezone(JAPAN):%Y-%m}",
            (
                _("Company"), _("Company number"), _("State"), _("Parts"), _("People"), _("Applications"),
                _("Requests sent"), _("Requests received"),
            ),
            [
                (
                    one.name, one.open_operator_id, one.state, one.parts, one.people, one.applications,
                    one.requests_sent, one.requests_received,
                )
                for one in usage(call.context.database, since, until)
            ],
        )  # fmt: skip

    return routes


def _month(call: PageCall) -> tuple[datetime, datetime]:
    return month_of(call.query("month"), call.context.database.clock.now())


def _company(call: PageCall, operator_id: UUID) -> Response:
    every: dict[UUID, Operator] = {
        one.operator_id: one for one in call.context.database.owner(list_operators)
    }
    found = every.get(operator_id)
    if found is None:
        raise OperatorMissing
    successor = None if found.successor_id is None else every.get(found.successor_id)
    merged = [one for one in every.values() if one.successor_id == operator_id]
    return call.show("platform_company.html", company=found, successor=successor, merged=merged)

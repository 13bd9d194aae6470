"""Groups of companies and families of own parts: `/v1/groups`, `/v1/families`; what consents may name."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from renkei.commons.consents import selections
from renkei.commons.consents.model import Selection, Sort
from renkei.commons.edge.calls import Answer, Open, page_json
from renkei.commons.edge.fields import After, Id, Limit, MomentText, Short
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.database.transaction import Transaction

MOST_MEMBERS = 1_000
"""Of one selection: what is said in one body."""


class SelectionBody(Body):
    """A name, and exactly these members."""

    name: Short
    members: list[Id] = Field(
        max_length=MOST_MEMBERS, description="ids of companies, or trace ids of own parts"
    )


class SelectionView(View):
    """A group or a family."""

    selection_id: Id
    name: str
    members: list[Id]
    created_at: MomentText
    stale: bool = False


class SelectionsView(View):
    """The own groups or families, the oldest first."""

    items: list[SelectionView]
    next: Id | None
    stale: bool = False


_EXAMPLES: dict[Sort, dict[str, Any]] = {
    "group": {"name": "協力会", "members": ["b1234567-1234-1234-1234-123456789012"]},
    "family": {"name": "鋼板", "members": ["d17833fe-22b7-4a4a-b097-bc3f2150c9a6"]},
}


def routers() -> tuple[APIRouter, ...]:
    """The paths of groups and of families."""
    return _of("group", "/groups"), _of("family", "/families")


def _of(sort: Sort, prefix: str) -> APIRouter:
    routes = APIRouter(prefix=prefix, tags=["consents"])
    body = takes(SelectionBody, _EXAMPLES[sort])
    several = prefix.removeprefix("/")

    @routes.get(
        "", response_model=SelectionsView, operation_id=f"get_{several}", summary=f"The own {several}"
    )
    def get_all(call: Open, limit: Limit = 50, after: After = None) -> Response:
        """Of the own company, the oldest first."""
        return call.read(lambda tx: page_json(selections.own_all(tx, sort, after=after, limit=limit), _json))

    @routes.post(
        "",
        openapi_extra=body,
        response_model=SelectionView,
        status_code=201,
        operation_id=f"create_{sort}",
        summary=f"Make a {sort}",
    )
    def create(call: Open) -> Response:
        """Consents that name it reach whoever or whatever comes in later, too."""
        given = call.body(SelectionBody)

        def work(tx: Transaction) -> Answer:
            return Answer(_json(selections.put(tx, sort, given.name, given.members)), 201)

        return call.write(work)

    @routes.get(
        "/{selection_id}", response_model=SelectionView, operation_id=f"get_{sort}", summary=f"One {sort}"
    )
    def get_one(call: Open, selection_id: Id) -> Response:
        """With its members."""
        return call.read(lambda tx: _json(selections.own(tx, sort, selection_id)))

    @routes.put(
        "/{selection_id}",
        openapi_extra=body,
        response_model=SelectionView,
        operation_id=f"replace_{sort}",
        summary=f"Change a {sort}",
    )
    def replace(call: Open, selection_id: Id) -> Response:
        """What is disclosed with it is delivered to whoever comes in, and taken back from whoever leaves."""
        given = call.body(SelectionBody)
        return call.write(lambda tx: _json(selections.put(tx, sort, given.name, given.members, selection_id)))

    @routes.delete(
        "/{selection_id}", status_code=204, operation_id=f"delete_{sort}", summary=f"Delete a {sort}"
    )
    def remove(call: Open, selection_id: Id) -> Response:
        """Not while a decision in force names it."""
        return call.write(lambda tx: selections.delete(tx, sort, selection_id), status=204)

    return routes


def _json(one: Selection) -> dict[str, Any]:
    return {
        "selection_id": one.selection_id,
        "name": one.name,
        "members": list(one.members),
        "created_at": one.created_at,
    }

"""Companies and their plants: `/v1/me`, `/v1/operators`, `/v1/invitations`, `/v1/plants`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Answer, Open, page_json
from renkei.commons.edge.fields import After, Id, Limit, LongText, Name, Short
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.commons.operators.errors import NotYourOperator, OperatorMissing
from renkei.commons.operators.model import InvitationDraft, Operator, OperatorDraft, Plant, PlantDraft
from renkei.commons.operators.service import (
    invite,
    operator_by_open_id,
    operators_by_ids,
    own_operator,
    plants,
    put_plant,
    update_operator,
)
from renkei.database.transaction import Transaction
from renkei.kit.paging import page_from


class OperatorView(View):
    """A company as the directory shows it."""

    operator_id: Id
    name: str
    address: str
    country: str
    open_operator_id: str | None
    global_operator_id: str | None
    state: str
    successor_id: Id | None
    stale: bool = False


class OperatorsView(View):
    """Companies found."""

    items: list[OperatorView]
    next: Id | None
    stale: bool = False


class MeView(View):
    """Who calls, and for which company."""

    operator: OperatorView | None = Field(description="null for platform staff")
    account_id: Id | None
    api_key_id: Id | None
    roles: list[str]
    stale: bool = False


class OperatorPatch(Body):
    """What to change of the own company; what is absent stays."""

    name: Name | None = None
    address: Name | None = None
    global_operator_id: Name | None = None


class InvitationBody(Body):
    """A company that is not a member yet, as its customer knows it."""

    name: Name
    country: Short
    address: LongText = ""
    email: Name | None = None
    other_ids: dict[Short, Name] = Field(
        default_factory=dict, max_length=20, description="identifiers by their scheme"
    )


class PlantBody(Body):
    """A site of the own company."""

    name: Name
    address: Name
    open_plant_id: Short
    global_plant_id: Name | None = None


class PlantView(View):
    """A site."""

    plant_id: Id
    operator_id: Id
    name: str
    address: str
    open_plant_id: str
    global_plant_id: str | None
    stale: bool = False


class PlantsView(View):
    """The own sites, the oldest first."""

    items: list[PlantView]
    next: Id | None
    stale: bool = False


_PLANT = {"name": "豊田工場", "address": "愛知県豊田市1-1", "open_plant_id": "1234567890123000001"}
_INVITATION = {
    "name": "B社",
    "country": "JP",
    "email": "sales@example.com",
    "other_ids": {"corporate_number": "1180301018771"},
}


def router() -> APIRouter:
    """The paths of companies and plants."""
    routes = APIRouter(tags=["operators"])

    @routes.get("/me", response_model=MeView)
    def me(call: Open) -> Response:
        """Who am I, and for which company do I act."""
        return call.read(_me_json)

    @routes.get("/operators", response_model=OperatorsView)
    def find_operator(
        call: Open,
        open_operator_id: Annotated[Short, Query(description="法人番号 or another registered identifier")],
    ) -> Response:
        """The member with this public identifier; no items if there is none."""

        def work(tx: Transaction) -> dict[str, object]:
            found = operator_by_open_id(tx, open_operator_id)
            return {"items": [] if found is None else [operator_json(found)], "next": None}

        return call.read(work)

    @routes.get("/operators/{operator_id}", response_model=OperatorView)
    def get_operator(call: Open, operator_id: Id) -> Response:
        """One company of the directory."""

        def work(tx: Transaction) -> dict[str, object]:
            found = operators_by_ids(tx, [operator_id])
            if not found:
                raise OperatorMissing
            return operator_json(found[0])

        return call.read(work)

    @routes.patch(
        "/operators/{operator_id}",
        openapi_extra=takes(OperatorPatch, {"name": "A社"}),
        response_model=OperatorView,
    )
    def patch_operator(call: Open, operator_id: Id) -> Response:
        """Change the own company."""
        patch = call.body(OperatorPatch)

        def work(tx: Transaction) -> dict[str, object]:
            if operator_id != tx.caller.operator_id:
                raise NotYourOperator
            present = own_operator(tx)
            said = patch.model_fields_set
            return operator_json(
                update_operator(
                    tx,
                    OperatorDraft(
                        operator_id=operator_id,
                        name=patch.name or present.name,
                        address=patch.address or present.address,
                        global_operator_id=(
                            patch.global_operator_id
                            if "global_operator_id" in said
                            else present.global_operator_id
                        ),
                    ),
                )
            )

        return call.write(work)

    @routes.post(
        "/invitations",
        openapi_extra=takes(InvitationBody, _INVITATION),
        response_model=OperatorView,
        status_code=201,
    )
    def create_invitation(call: Open) -> Response:
        """Enter a company that is not a member yet; requests may be sent to it at once, it sees them when it joins."""
        draft = InvitationDraft(**call.body(InvitationBody).model_dump())
        return call.write(lambda tx: operator_json(invite(tx, draft)), status=201)

    @routes.get("/plants", response_model=PlantsView)
    def get_plants(call: Open, limit: Limit = 50, after: After = None) -> Response:
        """The own plants, the oldest first."""
        return call.read(
            lambda tx: page_json(
                page_from(plants(tx), after, limit, id_of=lambda plant: plant.plant_id), plant_json
            )
        )

    @routes.post("/plants", openapi_extra=takes(PlantBody, _PLANT), response_model=PlantView, status_code=201)
    def create_plant(call: Open) -> Response:
        """Register a plant."""
        given = call.body(PlantBody)

        def work(tx: Transaction) -> Answer:
            plant = put_plant(tx, PlantDraft(operator_id=tx.caller.operator_id, **given.model_dump()))
            return Answer(plant_json(plant), 201, {"Location": f"/v1/plants/{plant.plant_id}"})

        return call.write(work)

    @routes.put("/plants/{plant_id}", openapi_extra=takes(PlantBody, _PLANT), response_model=PlantView)
    def replace_plant(call: Open, plant_id: Id) -> Response:
        """State a plant anew."""
        given = call.body(PlantBody)
        return call.write(
            lambda tx: plant_json(
                put_plant(
                    tx, PlantDraft(operator_id=tx.caller.operator_id, plant_id=plant_id, **given.model_dump())
                )
            )
        )

    return routes


def operator_json(operator: Operator) -> dict[str, Any]:
    """A company as it is answered."""
    return {
        "operator_id": operator.operator_id,
        "name": operator.name,
        "address": operator.address,
        "country": operator.country,
        "open_operator_id": operator.open_operator_id,
        "global_operator_id": operator.global_operator_id,
        "state": operator.state,
        "successor_id": operator.successor_id,
    }


def plant_json(plant: Plant) -> dict[str, Any]:
    """A plant as it is answered."""
    return {
        "plant_id": plant.plant_id,
        "operator_id": plant.operator_id,
        "name": plant.name,
        "address": plant.address,
        "open_plant_id": plant.open_plant_id,
        "global_plant_id": plant.global_plant_id,
    }


def _me_json(tx: Transaction) -> dict[str, Any]:
    caller = tx.caller
    return {
        "operator": operator_json(own_operator(tx)) if caller.operator_key else None,
        "account_id": caller.account_id,
        "api_key_id": caller.api_key_id,
        "roles": sorted(caller.roles),
    }

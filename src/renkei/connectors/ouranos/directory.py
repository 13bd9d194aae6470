"""`/api/v1/authInfo`: targets `operator` and `plant` (sections 6.6 and 6.7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from renkei.commons.operators.errors import IdTaken, OperatorIdImmutable, PlantMissing
from renkei.commons.operators.model import Operator, OperatorDraft, Plant, PlantDraft
from renkei.commons.operators.service import (
    operator_by_open_id,
    operators_by_ids,
    own_operator,
    plants,
    put_plant,
    update_operator,
)
from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.exchange import Answer, Exchange
from renkei.connectors.ouranos.fields import Faults, Fields
from renkei.connectors.ouranos.refusals import Refusal, bad_query
from renkei.database.transaction import Transaction

MOST_OPERATOR_IDS: Final = 100
_NAME: Final = 256
_OPEN_ID: Final = 20
_OPEN_PLANT_ID: Final = 26
_NOBODY: Final = UUID(int=0)
_LAST_6: Final = re.compile(r"[0-9]{6}\Z", re.ASCII)
_NAMES: Final = {
    "open_operator_id": "openOperatorId",
    "global_operator_id": "globalOperatorId",
    "open_plant_id": "openPlantId",
    "global_plant_id": "globalPlantId",
}


def operator_model(operator: Operator) -> dict[str, object]:
    """An OperatorModel in the answer's order."""
    return {
        "operatorId": operator.operator_id,
        "operatorName": operator.name,
        "operatorAddress": operator.address,
        "openOperatorId": operator.open_operator_id or "",
        "operatorAttribute": {"globalOperatorId": operator.global_operator_id},
    }


def plant_model(plant: Plant) -> dict[str, object]:
    """A PlantModel in the answer's order."""
    return {
        "plantId": plant.plant_id,
        "operatorId": plant.operator_id,
        "plantName": plant.name,
        "plantAddress": plant.address,
        "openPlantId": plant.open_plant_id,
        "plantAttribute": {"globalPlantId": plant.global_plant_id},
    }


def get_operator(tx: Transaction, exchange: Exchange) -> Answer:
    """The caller's own company, one by its public id, or an array by internal ids."""
    query = exchange.query
    if "operatorIds" in query.values and query.values.get("openOperatorId"):
        raise Refusal(400, exchange.source, f"{texts.INVALID_REQUEST}, {texts.ONLY_ONE_OPERATOR_QUERY}")
    if "operatorIds" in query.values:
        ids = query.uuids("operatorIds", most=MOST_OPERATOR_IDS)
        if ids is None:
            raise bad_query(exchange.source, "operatorIds")
        return Answer(value=[operator_model(one) for one in operators_by_ids(tx, ids)])
    open_id = query.text("openOperatorId", longest=_NAME)
    if open_id is None:
        return Answer(value=operator_model(own_operator(tx)))
    found = operator_by_open_id(tx, open_id)
    if found is None:
        raise Refusal(404, exchange.source, texts.RECORD_NOT_FOUND)
    return Answer(value=operator_model(found))


def put_operator(tx: Transaction, exchange: Exchange) -> Answer:
    """Change the caller's own name, address and global id."""
    draft = _read_operator(exchange)
    exchange.own(tx, draft.operator_id)
    try:
        return Answer(value=operator_model(update_operator(tx, draft)), status=201)
    except OperatorIdImmutable:
        raise Refusal(400, exchange.source, texts.OPEN_OPERATOR_ID_IMMUTABLE) from None
    except IdTaken as taken:
        raise _taken(exchange, taken) from None


def get_plants(tx: Transaction, _: Exchange) -> Answer:
    """All plants of the caller's company."""
    return Answer(value=[plant_model(plant) for plant in plants(tx)])


def put_plants(tx: Transaction, exchange: Exchange) -> Answer:
    """Create a plant (`plantId` null) or change an own one."""
    draft = _read_plant(exchange)
    exchange.own(tx, draft.operator_id)
    try:
        return Answer(value=plant_model(put_plant(tx, draft)), status=201)
    except PlantMissing:
        raise Refusal(404, exchange.source, texts.RECORD_NOT_FOUND) from None
    except IdTaken as taken:
        raise _taken(exchange, taken) from None


def _taken(exchange: Exchange, taken: IdTaken) -> Refusal:
    return Refusal(
        400, exchange.source, texts.already_exists(_NAMES.get(taken.field, taken.field), taken.value)
    )


def _read_operator(exchange: Exchange) -> OperatorDraft:
    faults = Faults(exchange.source)
    fields = Fields(faults, exchange.json(), expected="traceability.PutOperatorInput")
    operator_id = fields.uuid("operatorId", required=True)
    name = fields.text("operatorName", required=True, low=1, high=_NAME)
    address = fields.text("operatorAddress", required=True, low=1, high=_NAME)
    open_id = fields.text("openOperatorId", required=True, low=1, high=_OPEN_ID)
    attribute = _attribute(
        fields, "operatorAttribute", "globalOperatorId", "traceability.OperatorAttributeInput"
    )
    fields.close()
    _close_attribute(attribute, "operatorAttribute")
    faults.refuse()
    return OperatorDraft(
        operator_id=operator_id or _NOBODY,
        name=name or "",
        address=address or "",
        open_operator_id=open_id,
        global_operator_id=attribute.value,
    )


def _read_plant(exchange: Exchange) -> PlantDraft:
    faults = Faults(exchange.source)
    fields = Fields(faults, exchange.json(), expected="traceability.PutPlantInput")
    plant_id = fields.uuid("plantId")
    operator_id = fields.uuid("operatorId", required=True)
    name = fields.text("plantName", required=True, low=1, high=_NAME)
    address = fields.text("plantAddress", required=True, low=1, high=_NAME)
    if fields.raw("openPlantId") is None:
        fields.fault("openPlantId", texts.IS_REQUIRED)
    open_id = fields.text("openPlantId", high=_OPEN_PLANT_ID)
    if open_id is not None and _LAST_6.search(open_id) is None:
        fields.fault("openPlantId", texts.LAST_6_NUMERIC)
    attribute = _attribute(fields, "plantAttribute", "globalPlantId", "traceability.PlantAttributeInput")
    fields.close()
    _close_attribute(attribute, "plantAttribute")
    faults.refuse()
    return PlantDraft(
        plant_id=plant_id,
        operator_id=operator_id or _NOBODY,
        name=name or "",
        address=address or "",
        open_plant_id=open_id or "",
        global_plant_id=attribute.value,
    )


@dataclass(frozen=True, slots=True)
class _Attribute:
    fields: Fields
    value: str | None


def _attribute(fields: Fields, name: str, inner: str, expected: str) -> _Attribute:
    """The object `name` (required, `{}` will do) with one text that may be null or empty."""
    if fields.raw(name) is None:
        fields.fault(name, texts.CANNOT_BE_BLANK)
    below = fields.inner(name, expected=expected)
    return _Attribute(below, below.text(inner, high=_NAME))


def _close_attribute(attribute: _Attribute, name: str) -> None:
    attribute.fields.close(lambda group: f"{name}: ({group})")

"""What there is to say of own parts to those who may hear it: the contents of deliveries, attribute by attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from renkei.commons.consents import service as consents
from renkei.commons.consents.model import Payload
from renkei.commons.operators.service import plants
from renkei.commons.parts import service as parts
from renkei.commons.parts.model import Part
from renkei.database.events import ReceivedEvent
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.quantities import NO_FACTS, ConversionFacts
from renkei.usecases.footprint import documents, store, unsettled
from renkei.usecases.footprint.calculation import ZERO
from renkei.usecases.footprint.certificates import ATTRIBUTE, certificate_content
from renkei.usecases.footprint.kind import KIND
from renkei.usecases.footprint.model import Statement

STRUCTURE: Final = "structure"
PLANT: Final = "plant"
OF_THE_PART: Final = frozenset({STRUCTURE, PLANT})


def disclose(tx: Transaction, part_keys: set[int]) -> None:
    """Reaction to `disclosure`: bring the inboxes of all who may see something of these own parts up to date."""
    wanted = consents.attributes_in_question(tx, KIND, part_keys)
    if wanted is not None:
        consents.deliver(tx, KIND, *contents(tx, part_keys, wanted))


def preview(tx: Transaction, trace_id: UUID, trade_key: int | None = None) -> Payload:
    """What there is to say of an own part to a customer, attribute by attribute, before anything is decided.

    `trade_key`: the value that is stated for this customer alone goes before the general one, as it does when it is
    delivered. Nothing for a part that is not the caller's own.
    """
    part = parts.part_keys(tx, [trace_id]).get(trace_id)
    if part is None:
        return Payload(statement_id=None, version=None)
    general, per_trade = contents(tx, {part.part_key})
    alone = None if trade_key is None else per_trade.get(trade_key)
    return alone or general[part.part_key]


def contents(
    tx: Transaction, part_keys: set[int], wanted: frozenset[str] = OF_THE_PART
) -> tuple[dict[int, Payload], dict[int, Payload]]:
    """What there is to say of own parts, by part, and where one customer has a value of its own by trade.

    `wanted`: of the attributes that are rarely disclosed and cost a look each, those that are asked for (all of them).
    """
    own = parts.parts_of(tx, part_keys)
    facts = {key: part.facts for key, part in own.items()}
    beside = {key: {ATTRIBUTE: said} for key, said in certificate_content(tx, part_keys).items()}
    for key, said in _of_the_part(tx, own, wanted).items():
        beside[key] = {**beside.get(key, {}), **said}
    general: dict[int, Payload] = {
        key: Payload(statement_id=None, version=None, attributes=beside.get(key, {})) for key in part_keys
    }
    per_trade: dict[int, Payload] = {}
    for statement, written in store.read_current(tx, part_keys):
        payload = Payload(
            statement_id=statement.statement_id,
            version=statement.version,
            attributes={
                **_attributes(statement, written, facts.get(statement.part_key, NO_FACTS)),
                **beside.get(statement.part_key, {}),
            },
        )
        if statement.trade_key is None:
            general[statement.part_key] = payload
        else:
            per_trade[statement.trade_key] = payload
    return general, per_trade


def _of_the_part(
    tx: Transaction, own: Mapping[int, Part], wanted: frozenset[str]
) -> dict[int, dict[str, Mapping[str, Any]]]:
    """Where each part is made, and of what, one level down: names and amounts, no supplier."""
    found: dict[int, dict[str, Mapping[str, Any]]] = {key: {} for key in own}
    if PLANT in wanted:
        made_at = {one.plant_id: one for one in plants(tx)}
        for key, part in own.items():
            plant = made_at[part.plant_id]
            found[key][PLANT] = {
                "name": plant.name,
                "address": plant.address,
                "open_plant_id": plant.open_plant_id,
            }
    if STRUCTURE in wanted:
        for key, lines in parts.first_levels(tx, own).items():
            found[key][STRUCTURE] = {
                "lines": [
                    {
                        "name": line.name,
                        "amount": documents.number(line.amount),
                        "unit": line.unit,
                        "base_quantity": documents.number(line.base_quantity),
                        "sourcing": line.sourcing,
                    }
                    for line in lines
                ]
            }
    return found


def _attributes(
    statement: Statement, written: store.Documents, facts: ConversionFacts
) -> Mapping[str, Mapping[str, Any]]:
    """Attribute → content, of one statement. What it has nothing to say of is absent."""
    in_force, document = statement.in_force, written.in_force
    found: dict[str, Mapping[str, Any]] = {
        "total": documents.delivered_total(statement.declared_unit, in_force, facts),
        "quality": documents.delivered_quality(document),
        "gate_to_gate": {
            "unit": statement.declared_unit.value,
            "value": documents.number(gate_to_gate(statement)),
        },
    }
    if in_force.primary_data_share is not None:
        found["pds"] = {"value": document["primary_data_share"], "coverage": document["pds_coverage"]}
    if in_force.categories:
        found["categories"] = {
            "split": document["categories"],
            "coverage": document.get("categories_coverage", {}),
        }
    return found


def gate_to_gate(statement: Statement) -> Decimal:
    """The part's own processes alone, all stages together: as stated, else the sum of what is declared as own."""
    if statement.gate_to_gate is not None:
        return statement.gate_to_gate
    total = ZERO
    for emission in statement.declared.values():
        total = CONTEXT.add(total, emission.own or ZERO)
    return to_15_digits(total)


def on_delivery(tx: Transaction, events: Sequence[ReceivedEvent]) -> None:
    """Handler: what came into the inbox (or was taken back) changes the totals of the parts it is bought for."""
    unsettled.follow_wave(tx, events)
    bought = [event.data["part"] for event in events]
    tx.mark("part_inputs", [part for part in bought if isinstance(part, int)])

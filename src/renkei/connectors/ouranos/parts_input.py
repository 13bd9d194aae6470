"""What is sent for parts and structures (sections 7.2 and 7.5), read and checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from renkei.connectors.ouranos import texts
from renkei.connectors.ouranos.fields import Faults, Fields

UNITS: Final = (
    "liter",
    "kilogram",
    "cubic-meter",
    "kilowatt-hour",
    "megajoule",
    "ton-kilometer",
    "square-meter",
    "unit",
)
MOST_CHILDREN: Final = 50
_NAME: Final = 50
_NOBODY: Final = UUID(int=0)
_PARTS: Final = "traceability.PutPartsInput"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsInput:
    """One PartsModel as it was sent, all fields legal. `amount` is None for a parent or a part of its own."""

    operator_id: UUID
    trace_id: UUID | None
    plant_id: UUID
    name: str
    support_name: str | None
    terminated: bool
    amount: Decimal | None
    unit: str | None
    label: str | None
    info1: str | None
    info2: str | None
    info3: str | None


@dataclass(frozen=True, slots=True)
class StructureInput:
    """A PartsStructureModel as it was sent: the parent, and its children in the order of the body."""

    parent: PartsInput
    children: tuple[PartsInput, ...]

    def operators(self) -> Iterator[UUID]:
        """Whose parts these claim to be."""
        yield self.parent.operator_id
        for child in self.children:
            yield child.operator_id


def read_part(value: object) -> PartsInput:
    """The body of PUT parts. Raises `Refusal` with every fault."""
    faults = Faults("dataspace")
    fields = Fields(faults, value, expected=_PARTS)
    part = _part(fields, child=False)
    fields.close()
    faults.refuse()
    return part


def read_structure(value: object) -> StructureInput:
    """The body of PUT partsStructure. Raises `Refusal` with every fault."""
    faults = Faults("dataspace")
    fields = Fields(faults, value, expected="traceability.PutPartsStructureInput")
    if fields.raw("parentPartsModel") is None:
        _blank(fields, "parentPartsModel")
    parent_fields = fields.inner("parentPartsModel", expected=_PARTS)
    parent = _part(parent_fields, child=False)
    if fields.raw("parentPartsModel") is not None:
        parent_fields.close(lambda group: f"parentPartsModel: ({group})")
    if fields.raw("childrenPartsModel") is None:
        _blank(fields, "childrenPartsModel")
    sent = fields.items("childrenPartsModel", expected="traceability.PutPartsInputs") or []
    if len(sent) > MOST_CHILDREN:
        faults.add(f"childrenPartsModel: {texts.length_between(0, MOST_CHILDREN)}")
    children = []
    for index, one in enumerate(sent):
        if faults.full:
            break
        child_fields = Fields(faults, one, path="childrenPartsModel", expected=_PARTS)
        children.append(_part(child_fields, child=True))
        child_fields.close(lambda group, at=index: f"childrenPartsModel[{at}]: ({group})")  # type: ignore[misc]
    faults.refuse()
    return StructureInput(parent, tuple(children))


def _blank(fields: Fields, name: str) -> None:
    if fields.readable:
        fields.faults.add(f"{name}: {texts.CANNOT_BE_BLANK}")


def _part(fields: Fields, *, child: bool) -> PartsInput:
    """The part; meaningless where the fields have faults (the caller refuses then)."""
    if not child:
        fields.must_be_null("amountRequired")
    return PartsInput(
        operator_id=fields.uuid("operatorId", required=True) or _NOBODY,
        trace_id=fields.uuid("traceId"),
        plant_id=fields.uuid("plantId", required=True) or _NOBODY,
        name=fields.text("partsName", required=True, low=1, high=_NAME) or "",
        support_name=fields.text("supportPartsName", high=_NAME),
        terminated=fields.flag("terminatedFlag"),
        amount=fields.number("amountRequired", required=True) if child else None,
        unit=fields.one_of("amountRequiredUnit", UNITS, required=child, blank=texts.IS_REQUIRED),
        label=fields.text("partsLabelName", high=_NAME),
        info1=fields.text("partsAddInfo1", high=_NAME),
        info2=fields.text("partsAddInfo2", high=_NAME),
        info3=fields.text("partsAddInfo3", high=_NAME),
    )

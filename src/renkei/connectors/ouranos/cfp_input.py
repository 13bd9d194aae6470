"""What is sent for a footprint (section 9.1): an array of exactly four CfpModels, one of each writable kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from renkei.connectors.ouranos.fields import Faults, Fields, joined, objects_of
from renkei.connectors.ouranos.parts_input import UNITS
from renkei.connectors.ouranos.refusals import join

CFP_TYPES: Final[Mapping[str, str]] = {
    "preProduction": "preProcessing",
    "mainProduction": "mainProcessing",
    "preComponent": "preProcessing",
    "mainComponent": "mainProcessing",
}
"""Writable cfpType → its dqrType, in the order in which missing ones are told."""
DQR_TYPES: Final = ("preProcessing", "mainProcessing")
DECLARED_UNITS: Final = tuple(f"kgCO2e/{unit}" for unit in UNITS)
DQR_FIELDS: Final = ("TeR", "GeR", "TiR")
_NOBODY: Final = UUID(int=0)

Quality = tuple[Decimal | None, Decimal | None, Decimal | None]
"""TeR, GeR, TiR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CfpInput:
    """The four elements as one footprint. `emissions` by cfpType, `quality` by dqrType; null stays None."""

    cfp_id: UUID | None
    trace_id: UUID
    declared_unit: str
    emissions: Mapping[str, Decimal | None]
    quality: Mapping[str, Quality]
    order: tuple[str, ...]
    """The cfpTypes in the order of the body, in which the answer stands too."""


@dataclass(frozen=True, slots=True)
class _Element:
    cfp_id: UUID | None
    trace_id: UUID | None
    unit: str | None
    cfp_type: str | None
    dqr_type: str | None
    emission: Decimal | None
    quality: Quality
    sent: tuple[object, object, object]
    """cfpId, traceId, ghgDeclaredUnit as sent: what "the same" is asked of, legal or not."""
    may_emit: bool
    """Whether an emission above 0 was sent, or something unreadable in its place (which was told already)."""


def read_cfp(value: object) -> CfpInput:
    """The body of PUT cfp. Raises `Refusal` with every fault, in the order of the contract's table."""
    faults = Faults("dataspace")
    elements = []
    count = 0
    for index, one in enumerate(objects_of(faults, value, expected="traceability.PutCfpInputs")):
        count += 1
        if not faults.full:
            elements.append(_element(faults, one, index))
    if value is None or isinstance(value, list):
        _kinds(faults, elements, count)
        _sameness(faults, elements)
        _emission_for_quality(faults, elements)
        _one_quality_a_kind(faults, elements)
    faults.refuse()
    first = elements[0]
    return CfpInput(
        cfp_id=first.cfp_id,
        trace_id=first.trace_id or _NOBODY,
        declared_unit=first.unit or "",
        emissions={one.cfp_type or "": one.emission for one in elements},
        quality={one.dqr_type or "": one.quality for one in elements},
        order=tuple(one.cfp_type or "" for one in elements),
    )


def _element(faults: Faults, value: object, index: int) -> _Element:
    fields = Fields(faults, value, expected="traceability.PutCfpInput")
    emission = fields.number("ghgEmission")
    element = _Element(
        cfp_id=fields.uuid("cfpId"),
        trace_id=fields.uuid("traceId", required=True),
        unit=fields.one_of("ghgDeclaredUnit", DECLARED_UNITS, required=True),
        cfp_type=fields.one_of("cfpType", CFP_TYPES, required=True),
        dqr_type=fields.one_of("dqrType", DQR_TYPES, required=True),
        emission=emission,
        quality=(None, None, None),
        may_emit=fields.raw("ghgEmission") is not None and (emission is None or emission > 0),
        sent=(_same(fields.raw("cfpId")), _same(fields.raw("traceId")), fields.raw("ghgDeclaredUnit")),
    )
    dqr = fields.inner("dqrValue", expected="traceability.PutDqrValueInput")
    quality = (dqr.number("TeR"), dqr.number("GeR"), dqr.number("TiR"))
    groups = [joined(fields.broken)] if fields.broken else []
    # A writable cfpType with any other dqrType, a wrong one included.
    expected = CFP_TYPES.get(element.cfp_type or "")
    if (
        expected is not None
        and element.dqr_type != expected
        and isinstance(fields.raw("dqrType"), str | None)
    ):
        groups.append("ensure the combination of cfpType and dqrType is correct")
    if dqr.broken:
        groups.append(f"dqrValue: ({joined(dqr.broken)})")
    if groups:
        faults.add(f"cfpModel[{index}]: ({join(groups)})")
    return replace(element, quality=quality)


def _same(value: object) -> object:
    """Identifiers are compared whatever the case of their letters."""
    return value.lower() if isinstance(value, str) else value


def _kinds(faults: Faults, elements: list[_Element], count: int) -> None:
    if count != len(CFP_TYPES):
        faults.add("cfp models must be 4 elements")
    present = {one.cfp_type for one in elements}
    for cfp_type in CFP_TYPES:
        if cfp_type not in present:
            faults.add(f"cfpType {cfp_type} is insufficient")


def _sameness(faults: Faults, elements: list[_Element]) -> None:
    for at, name in enumerate(("cfpId", "traceId", "ghgDeclaredUnit")):
        if any(one.sent[at] != elements[0].sent[at] for one in elements):
            faults.add(f"ensure all objects have the same {name}")


def _emission_for_quality(faults: Faults, elements: list[_Element]) -> None:
    """A quality above 0 is of some emission above 0."""
    for dqr_type, kinds in (
        ("preProcessing", "preProduction or preComponent"),
        ("mainProcessing", "mainProduction or mainComponent"),
    ):
        stage = [one for one in elements if one.dqr_type == dqr_type]
        rated = any(number is not None and number > 0 for one in stage for number in one.quality)
        if rated and not any(one.may_emit for one in stage):
            faults.add(f"set ghgEmission to a value greater than 0 for cfpType of {kinds}")


def _one_quality_a_kind(faults: Faults, elements: list[_Element]) -> None:
    """Both elements of a dqrType carry the same quality; null is only the same as null."""
    for dqr_type in DQR_TYPES:
        if len({one.quality for one in elements if one.dqr_type == dqr_type}) > 1:
            faults.add("different dqrValues are set for the same dqrType")

"""How footprints lie in JSON: in the columns of this room's tables, and in what is delivered to a customer.

Stages are keys ("raw_material"), numbers are JSON numbers with a point of their own exact digits, and what is not stated
is left out. Reading takes what an earlier release wrote: an unknown key is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from renkei.kit.decimals import to_15_digits, to_json_number
from renkei.kit.quantities import NO_FACTS, ConversionFacts, Unit
from renkei.usecases.footprint.model import (
    NO_QUALITY,
    Cause,
    Emission,
    Quality,
    Source,
    Stage,
    Value,
)

T = TypeVar("T")
Document = Mapping[str, Any]


# -- numbers and small things ----------------------------------------------------------------------------------------
def number(x: Decimal | None) -> int | Decimal | None:
    """A number as JSON has it."""
    return None if x is None else to_json_number(x)


def decimal(value: Any) -> Decimal | None:
    """A number as read from JSON; exact, since jsonb keeps every digit."""
    return None if value is None else Decimal(value)


def _by_stage(document: Document, read: Callable[[Any], T]) -> dict[Stage, T]:
    return {stage: read(document[stage]) for stage in Stage if stage in document}


def amounts(stages: Mapping[Stage, Decimal]) -> dict[str, Any]:
    """One number a stage."""
    return {stage.value: number(amount) for stage, amount in stages.items()}


def read_amounts(document: Document) -> dict[Stage, Decimal]:
    """One number a stage."""
    return _by_stage(document, Decimal)


def emissions(stages: Mapping[Stage, Emission]) -> dict[str, Any]:
    """Own and component of each stage."""
    return {
        stage.value: {"own": number(emission.own), "component": number(emission.component)}
        for stage, emission in stages.items()
    }


def read_emissions(document: Document) -> dict[Stage, Emission]:
    """Own and component of each stage."""
    return _by_stage(document, lambda one: Emission(decimal(one.get("own")), decimal(one.get("component"))))


def quality(stages: Mapping[Stage, Quality]) -> dict[str, Any]:
    """The indicators of each stage; a stage without any is left out."""
    return {
        stage.value: {"ter": number(rated.ter), "ger": number(rated.ger), "tir": number(rated.tir)}
        for stage, rated in stages.items()
        if rated != NO_QUALITY
    }


def read_quality(document: Document) -> dict[Stage, Quality]:
    """The indicators of each stage."""
    return _by_stage(
        document,
        lambda one: Quality(decimal(one.get("ter")), decimal(one.get("ger")), decimal(one.get("tir"))),
    )


def categories(split: Mapping[str, Mapping[Stage, Decimal]]) -> dict[str, Any]:
    """A number a category and stage."""
    return {name: amounts(of_stage) for name, of_stage in split.items()}


def read_categories(document: Document) -> dict[str, dict[Stage, Decimal]]:
    """A number a category and stage."""
    return {name: read_amounts(of_stage) for name, of_stage in document.items()}


# -- columns of `statements` -----------------------------------------------------------------------------------------
def declared(
    stages: Mapping[Stage, Emission],
    split: Mapping[str, Mapping[Stage, Decimal]],
    primary_data_share: Decimal | None,
    gate_to_gate: Decimal | None,
) -> dict[str, Any]:
    """What the owner said, without its quality."""
    document: dict[str, Any] = {"stages": emissions(stages)}
    if split:
        document["categories"] = categories(split)
    if primary_data_share is not None:
        document["primary_data_share"] = number(primary_data_share)
    if gate_to_gate is not None:
        document["gate_to_gate"] = number(gate_to_gate)
    return document


def value(in_force: Value) -> dict[str, Any]:
    """A value in force, but for the two coverages, which are columns."""
    document: dict[str, Any] = {"stages": emissions(in_force.stages)}
    if in_force.quality:
        document["quality"] = quality(in_force.quality)
        document["quality_coverage"] = quality(in_force.quality_coverage)
    if in_force.categories:
        document["categories"] = categories(in_force.categories)
    if in_force.categories_coverage:
        document["categories_coverage"] = {
            name: number(share) for name, share in in_force.categories_coverage.items()
        }
    if in_force.primary_data_share is not None:
        document["primary_data_share"] = number(in_force.primary_data_share)
        document["pds_coverage"] = number(in_force.pds_coverage)
    if in_force.secondary_share:
        document["secondary_share"] = number(in_force.secondary_share)
    if in_force.notes:
        document["notes"] = [dict(note) for note in in_force.notes]
    return document


FIRST_RULES: Final = "1"
"""The rules of versions that say nothing of any."""


def calculated(in_force: Value, from_: Iterable[Source], rules: str) -> dict[str, Any]:
    """A value in force with what it was calculated from and by."""
    return value(in_force) | {"sources": sources(from_), "rules": rules}


def read_value(document: Document, coverage_direct: Decimal, coverage_deep: Decimal) -> Value:
    """A value in force."""
    return Value(
        stages=read_emissions(document["stages"]),
        quality=read_quality(document.get("quality", {})),
        quality_coverage=read_quality(document.get("quality_coverage", {})),
        categories=read_categories(document.get("categories", {})),
        categories_coverage={
            name: Decimal(share) for name, share in document.get("categories_coverage", {}).items()
        },
        primary_data_share=decimal(document.get("primary_data_share")),
        pds_coverage=decimal(document.get("pds_coverage")),
        coverage_direct=coverage_direct,
        coverage_deep=coverage_deep,
        secondary_share=Decimal(document.get("secondary_share", 0)),
        notes=tuple(document.get("notes", ())),
    )


def sources(found: Iterable[Source]) -> list[list[Any]]:
    """What a version was calculated from: child, kind, id, share."""
    return [[one.child_id, one.kind, one.source_id, number(one.share)] for one in found]


def read_sources(document: Iterable[Any]) -> tuple[Source, ...]:
    """What a version was calculated from."""
    return tuple(Source(UUID(child), kind, UUID(id_), Decimal(share)) for child, kind, id_, share in document)


def causes(found: Iterable[Cause]) -> list[dict[str, Any]]:
    """Why a version was written."""
    return [{"kind": cause.kind, "ids": list(cause.ids)} for cause in found]


def read_causes(document: Iterable[Any]) -> tuple[Cause, ...]:
    """Why a version was written."""
    return tuple(Cause(kind=one["kind"], ids=tuple(map(UUID, one["ids"]))) for one in document)


# -- what is delivered -----------------------------------------------------------------------------------------------
def delivered_total(unit: Unit, in_force: Value, facts: ConversionFacts) -> dict[str, Any]:
    """The attribute `total`: own and component together a stage, with the coverage, which cannot be withheld.

    `facts` let a customer convert that counts the part in another unit.
    """
    document: dict[str, Any] = {
        "unit": unit.value,
        "stages": {
            stage.value: number(to_15_digits(emission.total))
            for stage, emission in in_force.stages.items()
            if emission.total is not None
        },
        "coverage_deep": number(in_force.coverage_deep),
    }
    known = {
        name: number(getattr(facts, name))
        for name in ("mass_kg_per_unit", "density_kg_per_liter")
        if getattr(facts, name) is not None
    }
    if known:
        document["facts"] = known
    return document


def delivered_quality(in_force: Document) -> dict[str, Any]:
    """The attribute `quality` out of a value in force: the indicators a stage, and how much of the emissions has them stated."""
    return {"stages": in_force.get("quality", {}), "coverage": in_force.get("quality_coverage", {})}


def read_facts(document: Document) -> ConversionFacts:
    """Facts for conversion as they came with a total."""
    known = document.get("facts")
    if not known:
        return NO_FACTS
    return ConversionFacts(
        mass_kg_per_unit=decimal(known.get("mass_kg_per_unit")),
        density_kg_per_liter=decimal(known.get("density_kg_per_liter")),
    )

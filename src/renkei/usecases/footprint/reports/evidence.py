"""The evidence file: everything a declaration stands on, as it was when it was filed.

Canonical JSON (numbers as text, so that nothing is rounded by a reader). Names of members are the words of the domain.
It holds the company's own rows and what was delivered to it, nothing else: what a supplier did not disclose is told as
not disclosed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from typing import Any, Final
from uuid import UUID

from renkei.commons.operators import service as operators
from renkei.commons.parts.model import Part, StructureView
from renkei.commons.parts.service import part_keys, structure_of
from renkei.database.transaction import Transaction
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.errors import RenkeiError, SeveralFaults
from renkei.kit.quantities import Unit
from renkei.usecases.footprint import documents
from renkei.usecases.footprint.calculator import battery
from renkei.usecases.footprint.calculator.errors import RuleSetUnknown, SheetMissing
from renkei.usecases.footprint.calculator.service import sheet_version
from renkei.usecases.footprint.certificates import certificate_content
from renkei.usecases.footprint.disclosure import gate_to_gate
from renkei.usecases.footprint.factors.model import parse_ref
from renkei.usecases.footprint.factors.service import factor_sets
from renkei.usecases.footprint.model import STAGES, Quality, Source, Statement
from renkei.usecases.footprint.reports import store
from renkei.usecases.footprint.reports.model import STUDY_FIELDS, BatteryDraft, ReportDraft
from renkei.usecases.footprint.rules import total

FORMAT: Final = "renkei-declaration/1"
_ZERO: Final = Decimal(0)


class StudyFieldUnknown(RenkeiError):
    """A text for something that no report has."""

    code = "study_field_unknown"
    en = "A report has no “{field}”. It may have: {allowed}."
    ja = "報告書に「{field}」という項目はありません。使用できる項目：{allowed}"


class BatteryPerPiece(RenkeiError):
    """A battery whose footprint is stated per kilogram, or the like."""

    code = "battery_per_piece"
    en = "The footprint is per {unit}. For a battery it must be stated per piece: one battery."
    ja = "排出量が{unit}当たりで登録されています。電池の場合は1個（電池1台）当たりで登録してください。"


def gather(
    tx: Transaction,
    *,
    declaration: Mapping[str, Any],
    part: Part,
    statement: Statement,
    draft: ReportDraft,
) -> dict[str, Any]:
    """The evidence of a declaration of this version. Raises `SeveralFaults` for what cannot go into a report."""
    faults = [
        fault
        for name in draft.study
        if name not in STUDY_FIELDS
        for fault in StudyFieldUnknown(f"/study/{name}", field=name, allowed=", ".join(STUDY_FIELDS)).faults
    ]
    told_battery = None
    if draft.battery is not None:
        try:
            told_battery = _battery(draft.battery, statement)
        except RenkeiError as error:
            faults += error.faults
    if faults:
        raise SeveralFaults(tuple(faults))
    company = operators.own_operator(tx)
    plant = next((one for one in operators.plants(tx) if one.plant_id == part.plant_id), None)
    structure = structure_of(tx, part.trace_id)
    sheet = _sheet(tx, statement)
    return {
        "format": FORMAT,
        "declaration": dict(declaration),
        "manufacturer": {
            "operator_id": company.operator_id,
            "name": company.name,
            "address": company.address,
            "country": company.country,
            "open_operator_id": company.open_operator_id,
            "global_operator_id": company.global_operator_id,
        },
        "model": {
            "trace_id": part.trace_id,
            "name": part.name,
            "support_name": part.support_name,
            "label": part.label,
            "info": [one for one in (part.info1, part.info2, part.info3) if one],
            "mass_kg_per_unit": part.mass_kg_per_unit,
        },
        "plant": None
        if plant is None
        else {
            "plant_id": plant.plant_id,
            "name": plant.name,
            "address": plant.address,
            "open_plant_id": plant.open_plant_id,
            "global_plant_id": plant.global_plant_id,
        },
        "statement": _statement(statement),
        "structure": _structure(structure),
        "inputs": _inputs(tx, statement.sources),
        "sheet": sheet,
        "factor_sets": _factor_sets(tx, statement),
        "certificates": [
            {"name": file["name"], "sha256": file["sha256"]}
            for said in certificate_content(tx, [part.part_key]).values()
            for file in said["files"]
        ],
        "battery": told_battery,
        "study": dict(draft.study),
    }


def _statement(one: Statement) -> dict[str, Any]:
    value = one.in_force
    whole = total(value)
    with localcontext(CONTEXT):
        absolute = sum((abs(each.total or _ZERO) for each in value.stages.values()), _ZERO)
        shares = {
            stage.value: to_15_digits((each.total or _ZERO) / absolute) if absolute else _ZERO
            for stage, each in value.stages.items()
        }
    return {
        "statement_id": one.statement_id,
        "cfp_id": one.cfp_id,
        "version": one.version,
        "declared_unit": one.declared_unit.value,
        "component_scope": one.component_scope,
        "total": to_15_digits(whole),
        "stages": {
            stage.value: {"own": each.own, "component": each.component, "total": each.total or _ZERO}
            for stage in STAGES
            if (each := value.stages.get(stage)) is not None
        },
        "stage_shares": shares,
        "quality": {stage.value: _quality(each) for stage, each in value.quality.items()},
        "quality_coverage": {stage.value: _quality(each) for stage, each in value.quality_coverage.items()},
        "dqr": _dqr(value.stages, value.quality),
        "primary_data_share": value.primary_data_share,
        "pds_coverage": value.pds_coverage,
        "gate_to_gate": gate_to_gate(one),
        "categories": {
            name: to_15_digits(sum(of.values(), _ZERO)) for name, of in sorted(value.categories.items())
        },
        "coverage_direct": value.coverage_direct,
        "coverage_deep": value.coverage_deep,
        "secondary_share": value.secondary_share,
        "notes": [dict(note) for note in value.notes],
        "method": _without_floats(one.method),
        "period_from": one.period_from,
        "period_to": one.period_to,
        "causes": documents.causes(one.causes),
        "automatic": one.automatic,
        "created_by": one.created_by,
        "created_at": one.created_at,
    }


def _quality(one: Quality) -> dict[str, Any]:
    return {"ter": one.ter, "ger": one.ger, "tir": one.tir}


def _dqr(stages: Mapping[Any, Any], rated: Mapping[Any, Quality]) -> Decimal | None:
    """The mean of the stated indicators, each stage by the amount of its emission; None if nothing is rated."""
    with localcontext(CONTEXT):
        weight, weighted = _ZERO, _ZERO
        for stage, one in rated.items():
            known = [x for x in (one.ter, one.ger, one.tir) if x]
            amount = abs(stages[stage].total or _ZERO) if stage in stages else _ZERO
            if known:
                weight += amount
                weighted += amount * sum(known, _ZERO) / len(known)
        return to_15_digits(weighted / weight) if weight else None


def _without_floats(value: Any) -> Any:
    """A document as canonical JSON takes it: what was read as a float is written by its shortest text."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {str(name): _without_floats(below) for name, below in value.items()}
    if isinstance(value, list | tuple):
        return [_without_floats(below) for below in value]
    return value


def _structure(view: StructureView | None) -> dict[str, Any] | None:
    if view is None or view.structure_id is None:
        return None
    return {
        "structure_id": view.structure_id,
        "version": view.version,
        "effective_from": view.effective_from,
        "lines": [
            {
                "trace_id": line.child.trace_id,
                "name": line.child.name,
                "amount": line.amount,
                "unit": line.unit,
                "base_quantity": line.base_quantity,
                "sourcing": line.sourcing,
                "counted_by": line.counted_by,
            }
            for line in view.lines
        ],
    }


def _inputs(tx: Transaction, sources: Iterable[Source]) -> list[dict[str, Any]]:
    """What the version was calculated from, each as it came: what a supplier did not disclose is not there."""
    named = list(sources)
    names = {part.trace_id: part.name for part in part_keys(tx, {one.child_id for one in named}).values()}
    came = store.deliveries(tx, [one.source_id for one in named if one.kind == "delivery"])
    companies = {
        one.operator_id: one.name
        for one in operators.operators_by_ids(tx, list({row["supplier_id"] for row in came.values()}))
    }
    found = []
    for one in named:
        said: dict[str, Any] = {
            "trace_id": one.child_id,
            "name": names.get(one.child_id),
            "kind": one.kind,
            "source_id": one.source_id,
            "share": one.share,
        }
        row = came.get(one.source_id)
        if row is not None:
            payload = row["payload"]
            said |= {
                "supplier_id": row["supplier_id"],
                "supplier": companies.get(row["supplier_id"]),
                "statement_id": row["statement_id"],
                "statement_version": row["statement_version"],
                "consent_id": row["consent_id"],
                "consent_version": row["consent_version"],
                "delivered_at": row["delivered_at"],
                "disclosed": sorted(payload),
                "delivered": _without_floats(payload),
                "verification": _verification(payload),
            }
        found.append(said)
    return found


def _verification(payload: Mapping[str, Any]) -> str:
    """What is known of the verification of an upstream answer, which the verifier of this declaration may not open."""
    if "certificate" not in payload:
        return "not_disclosed"
    return "certificate" if payload["certificate"].get("files") else "none"


def _sheet(tx: Transaction, statement: Statement) -> dict[str, Any] | None:
    name, _, version = str(statement.method.get("sheet", "")).partition("/")
    try:
        stored = sheet_version(tx, UUID(name), int(version))
    except (ValueError, SheetMissing):
        return None
    return {
        "sheet_id": stored.sheet_id,
        "version": stored.version,
        "content": _without_floats(store.sheet_content(tx, stored.sheet_id, stored.version)),
        "result": _without_floats(stored.result),
    }


def _factor_sets(tx: Transaction, statement: Statement) -> list[dict[str, Any]]:
    named = [parse_ref(str(text)) for text in statement.method.get("factors", ())]
    used = {(ref.set_id, ref.version) for ref in named if ref is not None}
    return [
        {
            "set_id": one.set_id,
            "version": one.version,
            "title_en": one.title_en,
            "title_ja": one.title_ja,
            "source": one.source,
            "licence": one.licence,
            "attribution": one.attribution,
            "gwp_set": one.gwp_set.value,
            "period_from": one.period_from,
            "period_to": one.period_to,
        }
        for one in sorted(factor_sets(tx), key=lambda each: (each.set_id, each.version))
        if (one.set_id, one.version) in used
    ]


def _battery(draft: BatteryDraft, statement: Statement) -> dict[str, Any]:
    rules = battery.battery_rules().get(draft.rule_set)
    if rules is None:
        raise RuleSetUnknown("/battery/rule_set", allowed=", ".join(battery.battery_rules()))
    if statement.declared_unit is not Unit.UNIT:
        raise BatteryPerPiece("/battery", unit=statement.declared_unit.value)
    try:
        life = battery.service_life(
            rules,
            capacity_kwh=draft.capacity_kwh,
            category=draft.category,
            years=draft.years,
            cycles_per_year=draft.cycles_per_year,
            warranty_km=draft.warranty_km,
            km_per_year=draft.km_per_year,
        )
    except RenkeiError as error:
        error.pointer = f"/battery{error.pointer}"
        raise
    emissions = {stage: each.total or _ZERO for stage, each in statement.in_force.stages.items()}
    with localcontext(CONTEXT):
        each_kwh = to_15_digits(sum(emissions.values(), _ZERO) / life.total_kwh)
    return {
        "rule_set": rules.name,
        "rule_set_version": rules.version,
        "source": rules.source,
        "category": draft.category,
        "capacity_kwh": draft.capacity_kwh,
        "cycles_per_year": life.cycles_per_year,
        "years": life.years,
        "total_kwh": to_15_digits(life.total_kwh),
        "per_kwh": each_kwh,
        "stages_per_kwh": {stage.value: x for stage, x in battery.per_kwh(emissions, life.total_kwh).items()},
        "conformity_id": draft.conformity_id,
        "study_url": draft.study_url,
        "performance_class": draft.performance_class or battery.class_of(rules, each_kwh),
    }

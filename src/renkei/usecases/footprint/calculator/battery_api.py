"""The battery's footprint under `/v1`: a calculation, nothing is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from renkei.commons.edge.calls import Open
from renkei.commons.edge.fields import Amount, DayText, Number, NumberOut, Positive, Share, Short
from renkei.commons.edge.openapi import takes
from renkei.commons.edge.validation import Body, View
from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.usecases.footprint.api_model import ByStage, TotalsBody
from renkei.usecases.footprint.calculator import battery
from renkei.usecases.footprint.calculator.errors import RuleSetUnknown
from renkei.usecases.footprint.calculator.model import ElectricityRule

_EXAMPLE: Final = {
    "rule_set": "eu-cfb-ev",
    "category": "M1",
    "capacity_kwh": 60,
    "years": 8,
    "stages": {"raw_material": 2900, "production": 1300, "distribution": 60, "end_of_life": 60},
    "electricity": [
        {
            "kwh": 2000,
            "counted": "national_consumption_mix",
            "factors": {"national_consumption_mix": 0.45, "market_based": 0.05},
        }
    ],
}


class ElectricityBody(Body):
    """Electricity of one battery, with the factor (kgCO2e/kWh) under each rule that there is one for."""

    kwh: Amount
    counted: ElectricityRule = Field(description="the rule by which `stages` counts it")
    factors: dict[ElectricityRule, Number] = Field(min_length=1)


class ComponentInputBody(Body):
    """One input of a system component; without a value it is left out."""

    name: Short
    mass_kg: Positive
    value: Number | None = Field(default=None, description="kgCO2e per kg")


class RecycledBody(Body):
    """One material in the Circular Footprint Formula; kgCO2e per unit of material."""

    material: Literal["metal", "glass", "plastic", "textile"]
    r1: Share = Field(description="recycled share of the input")
    r2: Share = Field(description="share that is recycled at the end of life")
    r3: Share = Decimal(0)
    ev: Number
    ev_star: Number | None = None
    erec: Number
    erec_eol: Number = Decimal(0)
    ed: Number = Decimal(0)
    qs_in: Share = Decimal(1)
    qs_out: Share = Decimal(1)
    energy_recovery: Number = Decimal(0)


class BatteryBody(Body):
    """One battery model from one plant."""

    rule_set: Short = "eu-cfb-ev"
    category: Short = Field(description="M1, N1, L, M2, M3, N2, N3, or another one with cycles_per_year")
    capacity_kwh: Positive = Field(description="usable, at the beginning of life")
    years: Positive | None = Field(default=None, description="of the warranty; none: the rule set's")
    cycles_per_year: Positive | None = Field(default=None, description="only where the rule set has none")
    warranty_km: Positive | None = None
    km_per_year: Positive | None = None
    stages: TotalsBody = Field(description="kgCO2e of one battery")
    electricity: list[ElectricityBody] = Field(default_factory=list, max_length=100)
    inputs: list[ComponentInputBody] = Field(
        default_factory=list, max_length=1000, description="of one system component: what may be cut off"
    )
    recycled: list[RecycledBody] = Field(default_factory=list, max_length=100)


class ElectricityRuleView(View):
    """The battery's total, if all its electricity followed one rule where it can."""

    rule: ElectricityRule
    admitted: bool = Field(description="whether the rule set admits it in a report")
    total: NumberOut
    per_kwh: NumberOut


class CutOffView(View):
    """The component with the omitted mass added to the input of the highest value."""

    emission: NumberOut
    omitted_share: NumberOut
    added_to: str | None
    too_heavy: list[str] = Field(description="omitted although too heavy for it")


class RecycledView(View):
    """kgCO2e per unit of material."""

    cff: NumberOut
    cut_off_recycled_content: NumberOut
    in_force: NumberOut = Field(description="by the rule set")


class DutyView(View):
    """When a duty begins: on this day, or so many months after its act enters into force, whichever is later."""

    day: DayText
    months_after_act: int


class BatteryView(View):
    """kgCO2e per kWh that the battery delivers in its life."""

    rule_set: str
    rule_set_version: str
    source: str
    gwp_set: str
    cycles_per_year: NumberOut
    years: NumberOut
    total_kwh: NumberOut
    total: NumberOut
    per_kwh: NumberOut
    stages: ByStage
    electricity: list[ElectricityRuleView]
    cut_off: CutOffView | None
    recycled: list[RecycledView]
    performance_class: str | None = Field(description="null: no act has set classes yet")
    schedule: dict[str, dict[str, DutyView]] = Field(
        description="by category of battery and duty: data of the rule set; check the current text"
    )


def add_battery(routes: APIRouter) -> None:
    """The path of the battery's footprint."""

    @routes.post(
        "/calculator/battery", openapi_extra=takes(BatteryBody, _EXAMPLE), response_model=BatteryView
    )
    def calculate_battery(call: Open) -> Response:
        """The functional unit, the stages per kWh, electricity rules side by side, cut-off, recycled content."""
        given = call.body(BatteryBody)
        rules = battery.battery_rules().get(given.rule_set)
        if rules is None:
            raise RuleSetUnknown("/rule_set", allowed=", ".join(battery.battery_rules()))
        shown = _battery(rules, given)
        return call.read(lambda _tx: shown)


def _battery(rules: battery.BatteryRules, given: BatteryBody) -> dict[str, Any]:
    life = battery.service_life(
        rules,
        capacity_kwh=given.capacity_kwh,
        category=given.category,
        years=given.years,
        cycles_per_year=given.cycles_per_year,
        warranty_km=given.warranty_km,
        km_per_year=given.km_per_year,
    )
    emissions = given.stages.by_stage()
    total = sum(emissions.values(), Decimal(0))
    uses = [
        battery.ElectricityUse(kwh=one.kwh, counted=one.counted, factors=one.factors)
        for one in given.electricity
    ]

    def each_kwh(x: Decimal) -> Decimal:
        return to_15_digits(CONTEXT.divide(x, life.total_kwh))

    inputs = [battery.Input(name=one.name, mass_kg=one.mass_kg, value=one.value) for one in given.inputs]
    component = battery.cut_off(rules, inputs) if inputs else None
    return {
        "rule_set": rules.name,
        "rule_set_version": rules.version,
        "source": rules.source,
        "gwp_set": rules.gwp_set,
        "cycles_per_year": life.cycles_per_year,
        "years": life.years,
        "total_kwh": to_15_digits(life.total_kwh),
        "total": to_15_digits(total),
        "per_kwh": each_kwh(total),
        "stages": {stage.value: x for stage, x in battery.per_kwh(emissions, life.total_kwh).items()},
        "electricity": [
            {
                "rule": one.rule,
                "admitted": one.admitted,
                "total": one.total,
                "per_kwh": each_kwh(one.total),
            }
            for one in battery.electricity_side_by_side(rules, total, uses)
        ],
        "cut_off": None
        if component is None
        else {
            "emission": to_15_digits(component.emission),
            "omitted_share": component.omitted_share,
            "added_to": component.added_to,
            "too_heavy": list(component.too_heavy),
        },
        "recycled": [_recycled(rules, one) for one in given.recycled],
        "performance_class": battery.class_of(rules, each_kwh(total)),
        "schedule": {
            category: {
                duty: {"day": one.day, "months_after_act": one.months_after_act}
                for duty, one in duties.items()
            }
            for category, duties in rules.schedule.items()
        },
    }


def _recycled(rules: battery.BatteryRules, given: RecycledBody) -> dict[str, Any]:
    a = rules.allocation_a.get(
        given.material, battery.battery_rules()["eu-cfb-ev"].allocation_a[given.material]
    )
    of = battery.Recycled(a=a, **given.model_dump(exclude={"material"}))
    cff, content = (
        to_15_digits(battery.cff(of, rules.energy_b)),
        to_15_digits(battery.recycled_content(of)),
    )
    return {
        "cff": cff,
        "cut_off_recycled_content": content,
        "in_force": cff if rules.recycling == "cff" else content,
    }

"""The footprint of a battery per kWh that it delivers in its life (Regulation (EU) 2023/1542, Article 7 and Annex II).

    60 kWh, M1 (60 full cycles a year), 8 years: 60 × 60 × 8 = 28,800 kWh
    4,320 kgCO2e ÷ 28,800 kWh = 0.15 kgCO2e/kWh

What the acts may still change is data (`data/battery_rules.json`), each rule set with a version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from renkei.kit.decimals import CONTEXT, to_15_digits
from renkei.kit.errors import RenkeiError
from renkei.usecases.footprint.calculator.model import ElectricityRule
from renkei.usecases.footprint.model import Stage

Recycling = Literal["cff", "cut_off_recycled_content"]
_FILE: Final = Path(__file__).parent / "data" / "battery_rules.json"
_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)


class CyclesMissing(RenkeiError):
    """The rule set has no number of cycles for this category of vehicle."""

    code = "battery_cycles_missing"
    en = "This category has no fixed number of cycles a year; enter it, and justify it in the study."
    ja = "この区分には年間サイクル数の規定がありません。サイクル数を入力してください（公開調査書での説明が必要です）。"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryRules:
    """One rule set: parameters and dates, with a version and their source."""

    name: str
    version: str
    source: str
    gwp_set: str
    cycles_per_year: Mapping[str, Decimal]
    default_years: Decimal
    electricity: Mapping[ElectricityRule, bool]
    cut_off_mass_share: Decimal
    recycling: Recycling
    allocation_a: Mapping[str, Decimal]
    energy_b: Decimal
    schedule: Mapping[str, Mapping[str, Duty]]
    classes: tuple[tuple[str, Decimal | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """When a duty of Article 7 begins: on this day, or so many months after its act enters into force, whichever is later."""

    day: date
    months_after_act: int


@cache
def battery_rules() -> Mapping[str, BatteryRules]:
    """Every rule set for batteries, by name."""
    said: dict[str, Any] = msgspec.json.decode(_FILE.read_bytes())
    return {
        name: BatteryRules(
            name=name,
            version=one["version"],
            source=one["source"],
            gwp_set=one["gwp_set"],
            cycles_per_year={key: Decimal(x) for key, x in one["cycles_per_year"].items()},
            default_years=Decimal(one["default_years"]),
            electricity=one["electricity"],
            cut_off_mass_share=Decimal(one["cut_off_mass_share"]),
            recycling=one["recycling"],
            allocation_a={key: Decimal(x) for key, x in one["cff"]["A"].items()},
            energy_b=Decimal(one["cff"]["B"]),
            schedule={
                category: {
                    duty: Duty(date.fromisoformat(day), months) for duty, (day, months) in duties.items()
                }
                for category, duties in one["schedule"].items()
            },
            classes=tuple(
                (name, None if bound is None else Decimal(bound)) for name, bound in one["classes"]
            ),
        )
        for name, one in said["rule_sets"].items()
    }


# -- functional unit ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLife:
    """Energy over the service life, and what it was made of."""

    cycles_per_year: Decimal
    years: Decimal
    total_kwh: Decimal


def service_life(
    rules: BatteryRules,
    *,
    capacity_kwh: Decimal,
    category: str,
    years: Decimal | None = None,
    cycles_per_year: Decimal | None = None,
    warranty_km: Decimal | None = None,
    km_per_year: Decimal | None = None,
) -> ServiceLife:
    """Usable capacity × full cycles a year × years of operation (CFB-EV).

    The cycles are those of the vehicle's category; another category needs `cycles_per_year`, else `CyclesMissing`.
    Years are those of the warranty; a warranty in kilometres is turned into years, the shorter counts; without any, the
    rule set's.
    """
    cycles = rules.cycles_per_year.get(category, cycles_per_year)
    if cycles is None:
        raise CyclesMissing("/cycles_per_year")
    with localcontext(CONTEXT):
        spans = [] if years is None else [years]
        if warranty_km is not None and km_per_year:
            spans.append(warranty_km / km_per_year)
        span = min(spans, default=rules.default_years)
        return ServiceLife(
            cycles_per_year=cycles, years=to_15_digits(span), total_kwh=capacity_kwh * cycles * span
        )


def per_kwh(emissions: Mapping[Stage, Decimal], total_kwh: Decimal) -> dict[Stage, Decimal]:
    """kgCO2e of one battery, by stage, per kWh of the total energy that it delivers."""
    with localcontext(CONTEXT):
        return {stage: to_15_digits(emission / total_kwh) for stage, emission in emissions.items()}


def class_of(rules: BatteryRules, value: Decimal) -> str | None:
    """The performance class of kgCO2e per kWh (Article 7(2)): the best whose bound it keeps; None without classes."""
    for name, bound in rules.classes:
        if bound is None or value <= bound:
            return name
    return None


# -- electricity ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricityUse:
    """Electricity of one battery, and the factor (kgCO2e/kWh) under each rule that there is one for.

    `counted` is the rule by which the stage's emission was counted.
    """

    kwh: Decimal
    counted: ElectricityRule
    factors: Mapping[ElectricityRule, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricityView:
    """The total (kgCO2e of one battery) if all electricity followed one rule where it can."""

    rule: ElectricityRule
    admitted: bool
    total: Decimal


def electricity_side_by_side(
    rules: BatteryRules, total: Decimal, uses: Sequence[ElectricityUse]
) -> list[ElectricityView]:
    """The total by each rule, and whether the rule set admits it in a report.

    A use without a factor under a rule stays as it was counted.
    """
    named = sorted({rule for use in uses for rule in use.factors})
    views = []
    with localcontext(CONTEXT):
        for rule in named:
            other = total
            for use in uses:
                if rule in use.factors and use.counted in use.factors:
                    other += use.kwh * (use.factors[rule] - use.factors[use.counted])
            views.append(
                ElectricityView(
                    rule=rule, admitted=rules.electricity.get(rule, False), total=to_15_digits(other)
                )
            )
    return views


# -- recycling -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Recycled:
    """What the Circular Footprint Formula needs for one material; kgCO2e per unit of material (PEF).

    r1 recycled share of the input, r2 share that is recycled at the end of life, r3 share with energy recovery;
    ev virgin, ev_star the virgin that is substituted, erec recycling of the input, erec_eol at the end of life, ed disposal;
    qs_in, qs_out quality of secondary against primary (÷ Qp).
    """

    r1: Decimal
    r2: Decimal
    ev: Decimal
    erec: Decimal
    a: Decimal
    r3: Decimal = _ZERO
    ev_star: Decimal | None = None
    erec_eol: Decimal = _ZERO
    ed: Decimal = _ZERO
    qs_in: Decimal = _ONE
    qs_out: Decimal = _ONE
    energy_recovery: Decimal = _ZERO
    """EER − LHV·XERheat·ESEheat − LHV·XERelec·ESEelec: burning, less the heat and power that it replaces."""


def cff_material(of: Recycled) -> Decimal:
    """(1−R1)·Ev + R1·(A·Erec + (1−A)·Ev·Qsin/Qp) + (1−A)·R2·(ErecEoL − E*v·Qsout/Qp); may be negative."""
    star = of.ev if of.ev_star is None else of.ev_star
    with localcontext(CONTEXT):
        return (
            (1 - of.r1) * of.ev
            + of.r1 * (of.a * of.erec + (1 - of.a) * of.ev * of.qs_in)
            + (1 - of.a) * of.r2 * (of.erec_eol - star * of.qs_out)
        )


def cff_energy(of: Recycled, b: Decimal = _ZERO) -> Decimal:
    """(1−B)·R3·(EER − LHV·XERheat·ESEheat − LHV·XERelec·ESEelec)."""
    with localcontext(CONTEXT):
        return (1 - b) * of.r3 * of.energy_recovery


def cff_disposal(of: Recycled) -> Decimal:
    """(1−R2−R3)·ED."""
    with localcontext(CONTEXT):
        return (1 - of.r2 - of.r3) * of.ed


def cff(of: Recycled, b: Decimal = _ZERO) -> Decimal:
    """The whole formula: material, energy, disposal."""
    with localcontext(CONTEXT):
        return cff_material(of) + cff_energy(of, b) + cff_disposal(of)


def recycled_content(of: Recycled) -> Decimal:
    """Plain cut-off (100/0): what is recycled comes with its recycling, what leaves for recycling bears nothing.

    (1−R1)·Ev + R1·Erec + (1−R2−R3)·ED, and what is burnt.
    """
    with localcontext(CONTEXT):
        return (
            (1 - of.r1) * of.ev + of.r1 * of.erec + (1 - of.r2 - of.r3) * of.ed + of.r3 * of.energy_recovery
        )


# -- cut-off ---------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input of a system component: kilograms, kgCO2e per kilogram (None where it is left out)."""

    name: str
    mass_kg: Decimal
    value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """The component's emission with the omitted mass added to the input of the highest value; mass stays closed.

    `too_heavy`: omitted inputs above the rule's share of the component's mass; they may not be left out.
    """

    emission: Decimal
    omitted_share: Decimal
    added_to: str | None
    too_heavy: tuple[str, ...]


def cut_off(rules: BatteryRules, inputs: Sequence[Input]) -> CutOff:
    """Leave out inputs without a value if each is below the mass share (CFB-EV: 1 %); energy has no cut-off."""
    with localcontext(CONTEXT):
        whole = sum((one.mass_kg for one in inputs), _ZERO)
        omitted = [one for one in inputs if one.value is None]
        missing = sum((one.mass_kg for one in omitted), _ZERO)
        valued = [(one.value, one) for one in inputs if one.value is not None]
        emission = sum((value * one.mass_kg for value, one in valued), _ZERO)
        highest = max(valued, key=lambda pair: pair[0], default=None)
        if highest is not None:
            emission += missing * highest[0]
        return CutOff(
            emission=emission,
            omitted_share=to_15_digits(missing / whole) if whole else _ZERO,
            added_to=highest[1].name if highest is not None and omitted else None,
            too_heavy=tuple(one.name for one in omitted if one.mass_kg >= rules.cut_off_mass_share * whole),
        )

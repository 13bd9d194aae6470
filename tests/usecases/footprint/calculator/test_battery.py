"""The battery's footprint per kWh, by the examples of the footprint rules, sections 2.2 and 2.3."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.usecases.footprint.calculator.battery import (
    CyclesMissing,
    Duty,
    ElectricityUse,
    Input,
    Recycled,
    battery_rules,
    cff,
    cff_disposal,
    cff_energy,
    cff_material,
    class_of,
    cut_off,
    electricity_side_by_side,
    per_kwh,
    recycled_content,
    service_life,
)
from renkei.usecases.footprint.model import Stage

RULES = battery_rules()["eu-cfb-ev"]


def d(x):
    return Decimal(str(x))


def test_sixty_kwh_eight_years():
    """CFB-EV: 60 kWh, M1 (60 full cycles a year), 8 years = 28,800 kWh; 4,320 kgCO2e = 0.15 kgCO2e/kWh."""
    life = service_life(RULES, capacity_kwh=d(60), category="M1", years=d(8))
    assert (life.cycles_per_year, life.total_kwh) == (60, 28_800)
    emissions = {Stage.RAW_MATERIAL: d(2880), Stage.PRODUCTION: d(1440)}
    assert per_kwh(emissions, life.total_kwh) == {Stage.RAW_MATERIAL: d("0.1"), Stage.PRODUCTION: d("0.05")}
    assert sum(per_kwh(emissions, life.total_kwh).values()) == d("0.15")


@pytest.mark.parametrize(
    ("category", "said", "kwh"),
    [
        ("M1", {}, 60 * 60 * 5),  # no warranty: 5 years
        ("L", {"years": d(8)}, 60 * 20 * 8),
        ("N3", {"years": d(8)}, 60 * 250 * 8),
        # 160,000 km at 20,000 km a year are 8 years, and the shorter counts
        ("M1", {"years": d(10), "warranty_km": d(160_000), "km_per_year": d(20_000)}, 60 * 60 * 8),
        ("ferry", {"years": d(10), "cycles_per_year": d(300)}, 60 * 300 * 10),
    ],
)
def test_cycles_and_years_follow_the_category_and_the_warranty(category, said, kwh):
    assert service_life(RULES, capacity_kwh=d(60), category=category, **said).total_kwh == kwh


def test_another_category_needs_its_cycles():
    with pytest.raises(CyclesMissing):
        service_life(RULES, capacity_kwh=d(60), category="ferry")


def test_electricity_rules_side_by_side():
    """2,000 kWh at 0.45 (mix) are 900 of 4,320; by contract at 0.05 100, so 3,520, which the 2024 draft does not admit."""
    uses = [
        ElectricityUse(
            kwh=d(2000),
            counted="national_consumption_mix",
            factors={"national_consumption_mix": d("0.45"), "market_based": d("0.05")},
        ),
        ElectricityUse(kwh=d(100), counted="direct", factors={"direct": d("0.03")}),
    ]
    views = {one.rule: (one.total, one.admitted) for one in electricity_side_by_side(RULES, d(4320), uses)}
    assert views == {
        "direct": (4320, True),
        "market_based": (3520, False),
        "national_consumption_mix": (4320, True),
    }


def test_the_circular_footprint_formula():
    """PEF: R1 0.4, R2 0.9, A 0.2, Ev 10, Erec 2, ErecEoL 2, Qs/Qp 1, ED 0.5.

    material = 0.6 x 10 + 0.4 x (0.2 x 2 + 0.8 x 10) + 0.8 x 0.9 x (2 - 10) = 6 + 3.36 - 5.76 = 3.6
    disposal = (1 - 0.9) x 0.5 = 0.05; energy with R3 0: 0; together 3.65. Cut-off: 6 + 0.4 x 2 + 0.05 = 6.85.
    """
    of = Recycled(r1=d("0.4"), r2=d("0.9"), a=d("0.2"), ev=d(10), erec=d(2), erec_eol=d(2), ed=d("0.5"))
    assert (cff_material(of), cff_energy(of), cff_disposal(of)) == (d("3.6"), 0, d("0.05"))
    assert cff(of) == d("3.65")
    assert recycled_content(of) == d("6.85")


def test_energy_recovery_and_quality():
    """R3 0.5, EER less credits -2: (1 - 0) x 0.5 x -2 = -1; Qsin/Qp 0.5: 0.5 x (0.5 x 2 + 0.5 x 10 x 0.5) = 1.75."""
    of = Recycled(
        r1=d("0.5"),
        r2=d(0),
        r3=d("0.5"),
        a=d("0.5"),
        ev=d(10),
        erec=d(2),
        qs_in=d("0.5"),
        energy_recovery=d(-2),
    )
    assert cff_energy(of) == -1
    assert cff_material(of) == d("6.75")


@given(ev=st.decimals("0", "100", places=2), a=st.decimals("0", "1", places=2))
def test_virgin_material_that_is_landfilled_costs_its_virgin_value_by_either_model(ev, a):
    of = Recycled(r1=d(0), r2=d(0), a=a, ev=ev, erec=d(1), ed=d(0))
    assert cff(of) == recycled_content(of) == ev


def test_cut_off_keeps_the_mass_and_tells_what_was_omitted():
    """98 kg x 2 + 1.5 kg x 10, 0.5 kg left out and added to the highest: 196 + 15 + 5 = 216; 0.5 % omitted."""
    inputs = [
        Input(name="steel", mass_kg=d(98), value=d(2)),
        Input(name="copper", mass_kg=d("1.5"), value=d(10)),
        Input(name="glue", mass_kg=d("0.5"), value=None),
    ]
    found = cut_off(RULES, inputs)
    assert (found.emission, found.omitted_share, found.added_to, found.too_heavy) == (
        216,
        d("0.005"),
        "copper",
        (),
    )
    heavy = [*inputs[:2], Input(name="resin", mass_kg=d(2), value=None)]
    assert cut_off(RULES, heavy).too_heavy == ("resin",)


def test_every_rule_set_says_its_version_and_source():
    for name, rules in battery_rules().items():
        assert rules.version, name
        assert rules.source, name
        assert set(rules.schedule) == {"ev", "industrial", "lmt", "industrial_external_storage"}
        for duties in rules.schedule.values():
            assert duties["declaration"].day < duties["class"].day < duties["threshold"].day
    assert RULES.schedule["ev"]["declaration"] == Duty(date(2025, 2, 18), 12)
    assert RULES.schedule["lmt"]["threshold"] == Duty(date(2031, 8, 18), 18)


def test_classes_are_data_and_there_are_none_until_an_act_sets_them():
    """Bounds made up: A up to 0.1, B up to 0.2, C above; 0.1 is still A, 0.15 is B."""
    assert class_of(RULES, d("0.15")) is None
    with_classes = replace(RULES, classes=(("A", d("0.1")), ("B", d("0.2")), ("C", None)))
    values = {"0.05": "A", "0.1": "A", "0.15": "B", "0.2": "B", "0.201": "C"}
    assert {value: class_of(with_classes, d(value)) for value in values} == values

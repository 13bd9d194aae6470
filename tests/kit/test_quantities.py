from __future__ import annotations

from dataclasses import fields
from decimal import Decimal

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.kit.quantities import (
    CUBIC_METERS_25C_PER_NORMAL_CUBIC_METER,
    DECLARED_UNITS,
    NO_FACTS,
    ConversionFacts,
    Dimension,
    NotConvertible,
    Unit,
    convert,
    merge_facts,
    parse_unit,
)

PINT_NAMES = {
    Unit.UNIT: "count",
    Unit.SHEET: "count",
    Unit.DOZEN: "dozen_pieces",
    Unit.TON_KILOMETER: "metric_ton * kilometer",
    Unit.KILOGRAM_KILOMETER: "kilogram * kilometer",
    Unit.TONNE: "metric_ton",
    Unit.CUBIC_METER: "meter ** 3",
    Unit.CUBIC_CENTIMETER: "centimeter ** 3",
    Unit.NORMAL_CUBIC_METER: "normal_cubic_meter",
    Unit.SQUARE_METER: "meter ** 2",
    Unit.SQUARE_CENTIMETER: "centimeter ** 2",
    Unit.SQUARE_MILLIMETER: "millimeter ** 2",
    Unit.WATT_HOUR: "watt_hour",
    Unit.KILOWATT_HOUR: "kilowatt_hour",
    Unit.MEGAWATT_HOUR: "megawatt_hour",
}


@pytest.fixture(scope="module")
def oracle() -> pint.UnitRegistry[Decimal]:
    registry: pint.UnitRegistry[Decimal] = pint.UnitRegistry(non_int_type=Decimal)
    registry.define("dozen_pieces = 12 * count")
    registry.define("normal_cubic_meter = [normal_gas]")
    return registry


@pytest.mark.parametrize("source", Unit)
def test_inside_a_dimension_every_conversion_agrees_with_pint(
    source: Unit, oracle: pint.UnitRegistry[Decimal]
) -> None:
    for target in Unit:
        if target.dimension is not source.dimension:
            continue
        amount = Decimal("12.345")
        ours = convert(amount, source, target)
        quantity = oracle.Quantity(amount, PINT_NAMES.get(source, source.value))
        theirs = quantity.to(PINT_NAMES.get(target, target.value)).magnitude
        assert isinstance(ours, Decimal)
        # pint multiplies by inexact reciprocals: equal to 25 digits of its 28.
        assert abs(ours - theirs) <= abs(theirs) * Decimal("1e-25"), (source, target)


def test_the_declared_units_are_those_of_ouranos() -> None:
    names = "liter kilogram cubic-meter kilowatt-hour megajoule ton-kilometer square-meter unit"
    assert [unit.value for unit in DECLARED_UNITS] == names.split()


def test_kilowatt_hours_are_exact() -> None:
    """10 kWh = 10 * 3.6 MJ = 36 MJ, and back without a remainder."""
    assert convert(Decimal(10), Unit.KILOWATT_HOUR, Unit.MEGAJOULE) == 36
    assert convert(Decimal(36), Unit.MEGAJOULE, Unit.KILOWATT_HOUR) == 10


@pytest.mark.parametrize(
    ("amount", "source", "target", "facts", "expected"),
    [
        # 8 pieces * 0.25 kg = 2 kg = 2000 g
        ("8", Unit.UNIT, Unit.GRAM, ConversionFacts(mass_kg_per_unit=Decimal("0.25")), "2000"),
        # 3 kg / 0.25 kg per piece = 12 pieces = 1 dozen
        ("3", Unit.KILOGRAM, Unit.DOZEN, ConversionFacts(mass_kg_per_unit=Decimal("0.25")), "1"),
        # 2 m3 = 2000 L * 0.9 kg/L = 1800 kg = 1.8 t
        ("2", Unit.CUBIC_METER, Unit.TONNE, ConversionFacts(density_kg_per_liter=Decimal("0.9")), "1.8"),
        # 4 sheets * 0.5 m2 * 7.85 kg/m2 = 15.7 kg
        (
            "4",
            Unit.SHEET,
            Unit.KILOGRAM,
            ConversionFacts(area_m2_per_unit=Decimal("0.5"), mass_kg_per_m2=Decimal("7.85")),
            "15.7",
        ),
        # 250 cm * 0.04 kg/m = 0.1 kg
        ("250", Unit.CENTIMETER, Unit.KILOGRAM, ConversionFacts(mass_kg_per_m=Decimal("0.04")), "0.1"),
        # 100 L * 0.75 kg/L * 43.2 MJ/kg = 3240 MJ = 900 kWh
        (
            "100",
            Unit.LITER,
            Unit.KILOWATT_HOUR,
            ConversionFacts(density_kg_per_liter=Decimal("0.75"), energy_mj_per_kg=Decimal("43.2")),
            "900",
        ),
        # 500 kg * 120 km = 0.5 t * 120 km = 60 tkm
        ("500", Unit.KILOGRAM, Unit.TON_KILOMETER, ConversionFacts(transport_km=Decimal(120)), "60"),
        # 10 m3N * 1.1 = 11 m3
        (
            "10",
            Unit.NORMAL_CUBIC_METER,
            Unit.CUBIC_METER,
            ConversionFacts(cubic_meters_per_normal_cubic_meter=Decimal("1.1")),
            "11",
        ),
    ],
)
def test_between_dimensions_by_hand(
    amount: str, source: Unit, target: Unit, facts: ConversionFacts, expected: str
) -> None:
    assert convert(Decimal(amount), source, target, facts) == Decimal(expected)
    back = convert(Decimal(expected), target, source, facts)
    assert back == Decimal(amount)


def test_the_gas_state_constant() -> None:
    """298.15/273.15 * 101.325/100 = 1.091525… * 1.01325 = 1.105987…"""
    assert abs(CUBIC_METERS_25C_PER_NORMAL_CUBIC_METER - Decimal("1.105987")) < Decimal("0.000001")


class TestNotConvertible:
    def test_names_the_missing_fact(self) -> None:
        answer = convert(Decimal(1), Unit.UNIT, Unit.KILOGRAM)
        assert answer == NotConvertible(Unit.UNIT, Unit.KILOGRAM, ("mass_kg_per_unit",))

    def test_names_the_fewest_given_what_is_known(self) -> None:
        facts = ConversionFacts(density_kg_per_liter=Decimal(1))
        answer = convert(Decimal(1), Unit.LITER, Unit.UNIT, facts)
        assert answer == NotConvertible(Unit.LITER, Unit.UNIT, ("mass_kg_per_unit",))

    def test_names_none_where_no_fact_could_help(self) -> None:
        answer = convert(Decimal(1), Unit.HOUR, Unit.KILOGRAM)
        assert answer == NotConvertible(Unit.HOUR, Unit.KILOGRAM, ())

    @pytest.mark.parametrize("fact", ["0", "-1", "NaN", "Infinity"])
    def test_a_fact_that_cannot_be_is_unknown(self, fact: str) -> None:
        facts = ConversionFacts(mass_kg_per_unit=Decimal(fact))
        assert isinstance(convert(Decimal(1), Unit.UNIT, Unit.KILOGRAM, facts), NotConvertible)

    def test_every_pair_of_units_has_an_answer(self) -> None:
        everything = ConversionFacts(**{field.name: Decimal(2) for field in fields(ConversionFacts)})
        for source in Unit:
            for target in Unit:
                answer = convert(Decimal(1), source, target, everything)
                timeless = (source.dimension is Dimension.TIME) == (target.dimension is Dimension.TIME)
                assert isinstance(answer, Decimal) is timeless
                convert(Decimal(1), source, target, NO_FACTS)


def test_the_shortest_chain_wins() -> None:
    """One piece weighs 3 kg by its own fact, and 2 m2 * 1 kg/m2 = 2 kg by way of its area: 3 it is."""
    facts = ConversionFacts(
        area_m2_per_unit=Decimal(2), mass_kg_per_m2=Decimal(1), mass_kg_per_unit=Decimal(3)
    )
    assert convert(Decimal(1), Unit.UNIT, Unit.KILOGRAM, facts) == 3


def test_own_facts_win_and_the_other_sides_fill_in() -> None:
    own = ConversionFacts(mass_kg_per_unit=Decimal(1), density_kg_per_liter=Decimal(0))
    other = ConversionFacts(
        mass_kg_per_unit=Decimal(9), density_kg_per_liter=Decimal(2), transport_km=Decimal(5)
    )
    assert merge_facts(own, other) == ConversionFacts(
        mass_kg_per_unit=Decimal(1), density_kg_per_liter=Decimal(2), transport_km=Decimal(5)
    )


@pytest.mark.parametrize(("text", "unit"), [("piece", Unit.UNIT), ("unit", Unit.UNIT), ("gram", Unit.GRAM)])
def test_units_are_read_by_name(text: str, unit: Unit) -> None:
    assert parse_unit(text) is unit


@pytest.mark.parametrize("text", ["", "Gram", "kg", None, 1, []])
def test_other_names_are_no_units(text: object) -> None:
    assert parse_unit(text) is None


@given(
    st.decimals(min_value="0", max_value="99999.99999", places=5),
    st.sampled_from(Unit),
    st.sampled_from(Unit),
)
def test_there_and_back_is_the_same_amount(amount: Decimal, source: Unit, target: Unit) -> None:
    facts = ConversionFacts(**{field.name: Decimal("0.7") for field in fields(ConversionFacts)})
    there = convert(amount, source, target, facts)
    if isinstance(there, NotConvertible):
        return
    back = convert(there, target, source, facts)
    assert isinstance(back, Decimal)
    assert abs(back - amount) <= amount * Decimal("1e-30")

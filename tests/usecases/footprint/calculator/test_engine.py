"""The arithmetic of a sheet, by examples that can be checked by hand (footprint rules, sections 3, 4 and 6)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.kit.decimals import to_15_digits
from renkei.kit.quantities import ConversionFacts, Unit
from renkei.usecases.footprint.calculator.model import (
    Allocation,
    CoProduct,
    CustomerShare,
    RatingOverride,
    Split,
)
from renkei.usecases.footprint.factors.library import platform_factors
from renkei.usecases.footprint.factors.model import FactorScope, GwpSet, parse_ref
from renkei.usecases.footprint.model import Emission, Quality, Stage
from tests.usecases.footprint.calculator.sheets import (
    CITY_GAS,
    POWER,
    STEEL,
    TRUCK,
    calculated,
    codes,
    d,
    line,
    sheet,
)


def test_energy_is_own_and_a_bought_material_is_a_component():
    """1,000 kWh x 0.5 + 200 kg x 2.2 = 500 + 440 = 940 kgCO2e; / 100 pieces = 5.0 own, 4.4 component, 9.4."""
    found = calculated(
        line("power", "energy", 1000, "kilowatt-hour", 0.5), line("steel", "material", 200, "kilogram", 2.2)
    )
    assert found.stages == {
        Stage.RAW_MATERIAL: Emission(None, d("4.4")),
        Stage.PRODUCTION: Emission(d(5), None),
    }
    assert (found.total, found.period_total, found.gate_to_gate) == (d("9.4"), d(940), d(5))
    assert found.categories == {
        "energy:electricity": {Stage.PRODUCTION: d(5)},
        "material:own": {Stage.RAW_MATERIAL: d("4.4")},
    }
    assert [(one.line_id, one.emission, one.per_unit) for one in found.lines] == [
        ("power", d(500), d(5)),
        ("steel", d(440), d("4.4")),
    ]
    assert not found.partial


def test_a_net_amount_is_raised_by_its_yield():
    """Footprint rules 4.2: net 1.0 kg at a yield of 0.92 is 1.086957 kg; x 2 kgCO2e/kg = 2.173913."""
    found = calculated(line("steel", "material", 1, "kilogram", 2, basis="unit", yield_share=d("0.92")))
    assert found.total == d("2.17391304347826")
    assert to_15_digits(found.lines[0].pieces[0].amount) == d("108.695652173913")


def test_the_sheets_yield_holds_for_lines_per_unit_only():
    """Of 100 begun 80 are good: 2 kWh per good unit become 2.5; 100 kWh of the period stay 100 kWh."""
    found = calculated(
        line("machine", "energy", 2, "kilowatt-hour", 1, basis="unit"),
        line("hall", "energy", 100, "kilowatt-hour", 1),
        yield_share=d("0.8"),
    )
    assert found.total == d("2.5") + d(1)


class TestBurning:
    def test_a_burnt_fuel_is_completed_from_well_to_tank(self):
        """8,000 m3 x 40 MJ = 320,000 MJ = 88,888.89 kWh (gross); burning 8,000 x 2.0533333 = 16,426.6664."""
        found = calculated(line("gas", "fuel", 8000, "cubic-meter", CITY_GAS))
        burnt, upstream = found.lines[0].pieces
        assert (burnt.scope, burnt.emission) == (FactorScope.COMBUSTION, d("16426.6664"))
        assert upstream.scope is FactorScope.UPSTREAM
        assert to_15_digits(upstream.amount) == d("88888.8888888889")
        per_kwh = platform_factors()[platform_factors()[parse_ref(CITY_GAS)].upstream].value
        assert to_15_digits(upstream.emission) == to_15_digits(d(320000) / d("3.6") * per_kwh)
        assert found.period_total == to_15_digits(burnt.emission + upstream.emission)
        assert found.gate_to_gate == to_15_digits(burnt.emission / 100), "getting the gas is not of the gate"
        assert not found.partial

    def test_heat_units_are_converted_by_the_factors_own_heating_value(self):
        """320,000 MJ of city gas are 8,000 m3."""
        by_volume = calculated(line("gas", "fuel", 8000, "cubic-meter", CITY_GAS))
        by_heat = calculated(line("gas", "fuel", 320, "gigajoule", CITY_GAS))
        assert by_heat.total == by_volume.total

    def test_a_line_of_its_own_completes_and_nothing_counts_twice(self):
        own_upstream = line(
            "wtt", "fuel", 8000, "cubic-meter", 0.3, completes="gas", own={"scope": FactorScope.UPSTREAM}
        )
        found = calculated(line("gas", "fuel", 8000, "cubic-meter", CITY_GAS), own_upstream)
        assert [len(one.pieces) for one in found.lines] == [1, 1]
        assert found.period_total == d("16426.6664") + 2400

    def test_the_same_upstream_factor_in_another_unit_is_recognised(self):
        """LNG well-to-tank per kg as a line of its own: city gas is not completed by LNG per kWh again."""
        lng = next(
            ref
            for ref, one in platform_factors().items()
            if one.family == "wtt LNG" and one.unit == "kilogram"
        )
        found = calculated(
            line("gas", "fuel", 8000, "cubic-meter", CITY_GAS),
            line("wtt", "fuel", 5000, "kilogram", str(lng)),
        )
        assert [len(one.pieces) for one in found.lines] == [1, 1]
        assert codes(found) == []

    def test_upstream_of_what_covers_its_life_cycle_is_not_counted_again(self):
        upstream = line(
            "wtt", "energy", 10, "kilowatt-hour", 1, completes="power", own={"scope": FactorScope.UPSTREAM}
        )
        found = calculated(line("power", "energy", 10, "kilowatt-hour", POWER), upstream)
        assert (found.period_total, found.lines[1].status) == (d("4.85392"), "excluded")
        assert codes(found) == ["scope_twice"]

    def test_upstream_alone_is_asked_about(self):
        wtt = str(platform_factors()[parse_ref(CITY_GAS)].upstream)
        assert codes(calculated(line("wtt", "fuel", 1, "kilowatt-hour", wtt))) == ["only_upstream"]

    def test_a_fuel_without_known_upstream_counts_its_burning_and_is_partial(self):
        found = calculated(line("coke", "fuel", 1, "tonne", "jp-fuels@2024#coke"))
        assert codes(found) == ["upstream_missing"]
        assert found.partial
        assert found.period_total == platform_factors()[parse_ref("jp-fuels@2024#coke")].value


class TestUnits:
    def test_megajoules_and_kilowatt_hours(self):
        """3,600 MJ = 1,000 kWh."""
        in_mj = calculated(line("power", "energy", 3600, "megajoule", POWER))
        assert in_mj.period_total == d("485.392")

    def test_tonnes_and_distance_are_tonne_kilometres(self):
        """26 t over 150 km = 3,900 t·km; tank-to-wheel and well-to-tank, an input's transport."""
        found = calculated(
            line("truck", "transport", 26, "tonne", TRUCK, facts=ConversionFacts(transport_km=d(150)))
        )
        first, second = found.lines[0].pieces
        assert (first.amount, second.amount) == (3900, 3900)
        assert found.stages[Stage.RAW_MATERIAL].component == to_15_digits(
            (first.emission + second.emission) / 100
        )

    def test_the_state_of_a_gas_is_asked_and_its_usual_value_offered(self):
        found = calculated(line("gas", "fuel", 100, "normal-cubic-meter", CITY_GAS))
        [question] = [one for one in found.questions if one.code == "not_convertible"]
        assert question.blocks
        assert question.parameters["missing"] == ["cubic_meters_per_normal_cubic_meter"]
        assert str(question.parameters["usual"]["cubic_meters_per_normal_cubic_meter"]).startswith("1.1059")
        answered = calculated(
            line(
                "gas", "fuel", 100, "normal-cubic-meter", CITY_GAS,
                facts=ConversionFacts(cubic_meters_per_normal_cubic_meter=d("1.106")),
            )
        )  # fmt: skip
        assert answered.lines[0].pieces[0].amount == d("110.6")

    def test_what_cannot_be_converted_is_asked_and_the_rest_is_counted(self):
        found = calculated(
            line("steel", "material", 5, "unit", STEEL), line("power", "energy", 1000, "kilowatt-hour", POWER)
        )
        assert [one.status for one in found.lines] == ["question", "counted"]
        assert (found.partial, found.period_total) == (True, d("485.392"))
        [question] = [one for one in found.questions if one.code == "not_convertible"]
        assert question.parameters["missing"] == ["mass_kg_per_unit"]

    def test_money_needs_currency_and_year(self):
        """1,500,000 JPY of 2024 at 0.0065 USD(2022)/JPY = 9,750 USD; x 0.382 = 3,724.5 kgCO2e."""
        plating = "renkei-proxies@2026.1#plating"
        asked = calculated(line("plating", "process", 1_500_000, "JPY", plating, price_year=2024))
        assert codes(asked) == ["money"]
        assert codes(calculated(line("p", "process", 100, "USD", plating, price_year=2021))) == ["money"]
        found = calculated(
            line("plating", "process", 1_500_000, "JPY", plating, price_year=2024, money_rate=d("0.0065"))
        )
        assert found.period_total == d("3724.5")
        assert codes(found) == ["proxy"]


class TestAllocation:
    LINES = (line("power", "energy", 1000, "kilowatt-hour", 1), line("steel", "material", 500, "kilogram", 2))

    def test_by_mass(self):
        """Product 300 kg, co-product 100 kg: 75 % of 1,000 own and 1,000 component = 750 + 750."""
        found = calculated(
            *self.LINES,
            co_products=(CoProduct(name="B", basis=d(100)),),
            allocation=Allocation(method="physical", main_basis=d(300), unit="kg"),
        )
        assert found.allocated_to == {"product": d("0.75"), "B": d("0.25")}
        assert found.stages[Stage.PRODUCTION].own == d("7.5")
        assert found.stages[Stage.RAW_MATERIAL].component == d("7.5")
        assert found.period_total == 2000

    def test_by_revenue_and_by_recorded_shares(self):
        by_revenue = calculated(
            *self.LINES,
            co_products=(CoProduct(name="B", basis=d(100_000)),),
            allocation=Allocation(method="economic", main_basis=d(900_000), unit="JPY"),
        )
        recorded = calculated(
            *self.LINES,
            co_products=(CoProduct(name="B", basis=d("0.1")),),
            allocation=Allocation(method="recorded", main_basis=d("0.9"), note="PCR 2023-07"),
        )
        assert by_revenue.total == recorded.total == d(18)

    def test_scrap_that_is_cut_off_bears_nothing(self):
        scrap = CoProduct(name="scrap", basis=d(100), treatment="cut_off")
        assert calculated(*self.LINES, co_products=(scrap,)).total == d(20)
        sold = replace(scrap, treatment="co_product")
        by_mass = Allocation(method="physical", main_basis=d(300))
        assert calculated(*self.LINES, co_products=(sold,), allocation=by_mass).total == d(15)

    @given(
        main=st.decimals("0.001", "1e6", places=3),
        others=st.lists(st.decimals("0", "1e6", places=3), max_size=5),
    )
    def test_shares_sum_to_one_and_nothing_is_lost(self, main, others):
        co_products = tuple(CoProduct(name=f"{n}", basis=x) for n, x in enumerate(others))
        found = calculated(
            *self.LINES, co_products=co_products, allocation=Allocation(method="physical", main_basis=main)
        )
        assert abs(sum(found.allocated_to.values()) - 1) < d("1E-13")
        assert found.period_total == 2000
        assert abs(found.total * 100 - 2000 * found.allocated_to["product"]) < d("1E-9")


def test_mass_that_does_not_fit_is_asked_about():
    """500 kg in; 100 pieces of 4 kg = 400 kg and 90 kg of scrap = 490 kg out: fine. Without the scrap: 80 %."""
    facts = ConversionFacts(mass_kg_per_unit=d(4))
    steel = line("steel", "material", 500, "kilogram", 2)
    scrap = (CoProduct(name="scrap", basis=d(0), treatment="cut_off", mass_kg=d(90)),)
    fits = calculated(steel, facts=facts, co_products=scrap)
    assert (fits.balance.input_kg, fits.balance.output_kg) == (500, 490)
    assert codes(fits) == []
    assert codes(calculated(steel, facts=facts)) == ["mass_unaccounted"]
    heavy = ConversionFacts(mass_kg_per_unit=d(6))
    assert codes(calculated(steel, facts=heavy)) == ["mass_balance"]
    assert calculated(steel).balance is None, "the product's mass is not known"


class TestQuality:
    def test_ratings_follow_technology_region_and_year(self):
        """Japan's mix of 2023 in FY2024: similar 3, same country 1, one year apart 2. UK factor in Japan: GeR 4."""
        found = calculated(line("power", "energy", 1, "kilowatt-hour", POWER))
        piece = found.lines[0].pieces[0]
        assert (piece.ter, piece.ger, piece.tir) == (3, 1, 2)
        truck = calculated(line("truck", "transport", 1, "ton-kilometer", TRUCK)).lines[0].pieces[0]
        assert (truck.ter, truck.ger, truck.tir) == (3, 4, 1)
        assert found.dqr == 2

    def test_quality_is_weighted_by_emission(self):
        """30 kg at 1 and 10 kg at 5: (30 x 1 + 10 x 5) / 40 = 2."""
        by_hand = {n: RatingOverride(reason="study", ter=d(n), ger=d(n), tir=d(n)) for n in (1, 5)}
        found = calculated(
            line("a", "energy", 30, "kilowatt-hour", 1, rating=by_hand[1]),
            line("b", "energy", 10, "kilowatt-hour", 1, rating=by_hand[5]),
        )
        assert found.quality == {Stage.PRODUCTION: Quality(d(2), d(2), d(2))}
        assert found.dqr == 2

    @pytest.mark.parametrize("factor", ["renkei-proxies@2026.1#copper", "battery-literature@2025#cobalt"])
    def test_proxies_rate_4_to_5_unless_said_otherwise_with_a_reason(self, factor):
        piece = calculated(line("x", "material", 1, "kilogram", factor)).lines[0].pieces[0]
        assert {piece.ter, piece.ger, piece.tir} <= {4, 5}
        said = RatingOverride(reason="checked with the supplier", ter=d(3))
        piece = calculated(line("x", "material", 1, "kilogram", factor, rating=said)).lines[0].pieces[0]
        assert (piece.ter, piece.ger in {4, 5}) == (3, True)

    def test_primary_share_by_either_rule(self):
        """60 kg measured with the process's own factor, 40 kg measured with an average: pact 60 %, activity 100 %."""
        lines = (
            line("own", "energy", 60, "kilowatt-hour", 1, primary=True),
            line("average", "material", 40, "kilogram", 1, primary=True, own={"specific": False}),
        )
        by_pact, by_activity = calculated(*lines), calculated(*lines, rule_set="activity")
        assert by_pact.primary_data_shares == {"pact": d("0.6"), "activity": 1}
        assert (by_pact.primary_data_share, by_activity.primary_data_share) == (d("0.6"), 1)
        assert (by_pact.rule_set, by_pact.rule_set_version) == ("pact", "2026.1")

    def test_different_gwp_sets_are_recorded_and_flagged(self):
        """The UK's factors use AR5; a gas released by AR6 beside them is a mix. CO2 alone mixes with everything."""
        gas = line("leak", "gas", 2, "kilogram", "ipcc-gwp100@AR6#hfc134a")
        truck = line("truck", "transport", 1, "ton-kilometer", TRUCK)
        mixed = calculated(gas, truck)
        assert (codes(mixed), mixed.gwp_sets) == (["mixed_gwp"], ("AR5", "AR6"))
        assert mixed.lines[0].emission == 3060
        assert mixed.lines[0].pieces[0].gwp_set is GwpSet.AR6
        assert codes(calculated(truck, line("d", "fuel", 1, "kiloliter", "jp-fuels@2024#diesel"))) == []


def test_what_is_missing_is_asked_and_what_is_left_out_is_reported():
    found = calculated(
        line("paint", "material", 3, "kilogram"),
        line("power", "energy", 90, "kilowatt-hour", 1),
        line("glue", "material", 10, "kilogram", 1, excluded="below 1 % of the mass"),
        line("power again", "energy", 1, "kilowatt-hour", POWER),
        line("power twice", "energy", 1, "kilowatt-hour", POWER),
    )
    assert codes(found) == ["no_factor", "same_line_twice"]
    assert [one.status for one in found.lines] == ["question", "counted", "excluded", "counted", "counted"]
    assert found.omitted == to_15_digits(d(10) / (d(90) + 2 * d("0.485392") + 10))
    assert codes(calculated(line("steel", "material", 1, "kilogram", STEEL)), without=()) == ["no_energy"]


def test_electricity_rules_stand_side_by_side():
    """1,000 kWh: by the mix 485.392 kg, by a contract of 0.1 100 kg; 200 kg of the rest stay."""
    power = line(
        "power", "energy", 1000, "kilowatt-hour", POWER,
        electricity_rule="national_consumption_mix",
        alternatives={"market_based": parse_ref("ipcc-electricity@AR5#electricity-wind-onshore")},
    )  # fmt: skip
    found = calculated(power, line("steel", "material", 100, "kilogram", 2))
    assert found.electricity == {"market_based": d("2.11"), "national_consumption_mix": d("6.85392")}
    assert found.total == d("6.85392")


class TestOrganisationLevel:
    """pc-supply-chain-example.json, organisation level: company t2-conn splits its totals by sales.

    Scope 1+2 1,000 t and Scope 3 upstream 5,000 t of 10^10 JPY; connectors for 10^6 JPY, 1,000 pieces:
    10^6 kg x 10^6/10^10 / 1,000 = 0.1 kgCO2e own, 5 x 10^6 kg x 10^-4 / 1,000 = 0.5 kgCO2e upstream.
    """

    LINES = (
        line("scope12", "energy", 1_000_000, "kilogram", 1),
        line("scope3", "material", 5_000_000, "kilogram", 1),
    )
    TRADE = UUID("e2a6a1ae-1cb0-4a5e-8f53-90d3bb01fc3a")
    SPLIT = Split(
        index="sales",
        unit="JPY",
        index_total=d(10**10),
        shares=(CustomerShare(name="t1-board", index=d(10**6), pieces=d(1000), trade_id=TRADE),),
        certificates=d(2000),
    )

    def test_the_example(self):
        found = calculated(*self.LINES, split=self.SPLIT, production=Decimal(1))
        assert found.stages[Stage.PRODUCTION].own == d("0.1")
        assert found.stages[Stage.RAW_MATERIAL].component == d("0.5")
        assert found.gate_to_gate == d("0.1")
        assert found.split.allocated == 600
        assert found.split.unallocated == 6_000_000 - 600
        assert found.split.certificates_unallocated == d("1999.8")
        [customer] = found.split.customers
        assert (customer.per_piece, customer.certificates) == (d("0.6"), d("0.2"))

    def test_of_several_customers_a_sheet_for_one_has_its_own_value(self):
        """By volume of 1,000: A takes 100 in 10 pieces, B 300 in 60: 6,000 x 0.1/10 = 60; together 2,400/70."""
        lines = (line("scope12", "energy", 6000, "kilogram", 1),)
        split = Split(
            index="volume",
            index_total=d(1000),
            shares=(
                CustomerShare(name="A", index=d(100), pieces=d(10), trade_id=self.TRADE),
                CustomerShare(name="B", index=d(300), pieces=d(60)),
            ),
        )
        assert calculated(*lines, split=split, trade_id=self.TRADE).total == d(60)
        together = calculated(*lines, split=split)
        assert together.total == to_15_digits(d(2400) / 70)
        assert (together.split.allocated, together.split.unallocated) == (2400, 3600)

    @given(indexes=st.lists(st.decimals("0", "1000", places=2), min_size=1, max_size=8))
    def test_what_is_given_away_and_what_is_left_make_the_total(self, indexes):
        total = max(sum(indexes), Decimal(1))
        split = Split(
            index="unit",
            index_total=total,
            shares=tuple(CustomerShare(name=f"{n}", index=x, pieces=d(7)) for n, x in enumerate(indexes)),
        )
        found = calculated(*self.LINES, split=split).split
        assert abs(found.allocated + found.unallocated - 6_000_000) < d("1E-6")
        assert abs(sum(one.emission for one in found.customers) - found.allocated) < d("1E-6")
        assert found.allocated <= found.total + d("1E-6")

    def test_from_organisation_to_product_level_only_the_split_goes(self):
        at_product_level = replace(sheet(*self.LINES), split=None, production=d(10**7))
        assert at_product_level.level == "product"
        assert calculated(*self.LINES, production=d(10**7)).total == d("0.6")


@given(
    amount=st.decimals("0.001", "1e6", places=3),
    unit=st.sampled_from([Unit.KILOGRAM, Unit.TONNE, Unit.GRAM]),
)
def test_a_total_does_not_depend_on_the_unit_it_was_entered_in(amount, unit):
    in_kilograms = amount * unit.factor
    one = calculated(line("steel", "material", amount, unit.value, STEEL))
    other = calculated(line("steel", "material", in_kilograms, "kilogram", STEEL))
    assert one.total == other.total


@given(share=st.decimals("0.01", "1", places=4), amount=st.decimals("0.01", "1e5", places=2))
def test_a_yield_takes_back_what_it_gave(share, amount):
    found = calculated(line("steel", "material", amount, "kilogram", 1, yield_share=share))
    assert abs(found.period_total * share - amount) <= amount * d("1E-13")

"""The sets that came with the product: complete, consistent, found in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from renkei.kit.quantities import parse_unit
from renkei.usecases.footprint.factors.library import platform_factors, platform_names, platform_sets
from renkei.usecases.footprint.factors.model import (
    FactorKind,
    FactorQuery,
    FactorRef,
    FactorScope,
    parse_ref,
)
from renkei.usecases.footprint.factors.service import (
    factor,
    factor_set,
    factor_sets,
    factors_by_ref,
    find_factors,
)
from renkei.usecases.footprint.factors.units import is_money, read_unit


def test_every_set_names_source_licence_and_period():
    for one in platform_sets():
        assert one.source, one.set_id
        assert one.licence, one.set_id
        assert one.period_from <= one.period_to
        assert one.factors > 0


def test_every_factor_has_two_names_a_known_unit_and_leads_to_others_that_exist():
    factors = platform_factors()
    for ref, one in factors.items():
        assert one.name_en, ref
        assert one.name_ja, ref
        assert is_money(one.unit) or parse_unit(one.unit), ref
        assert one.upstream is None or factors[one.upstream].scope is FactorScope.UPSTREAM, ref
        assert one.proxy_of in {"", "literature"} or parse_ref(one.proxy_of) in factors, ref


def test_only_burning_is_completed_by_an_upstream_factor():
    for ref, one in platform_factors().items():
        assert one.upstream is None or one.scope is FactorScope.COMBUSTION, ref


@pytest.mark.parametrize(
    ("set_id", "version", "factor_id", "value", "unit"),
    [
        # Ordinance No. 3 of 2006: 38.0 GJ/kL x 0.0188 tC/GJ x 44/12 = 2.61947 tCO2/kL
        ("jp-fuels", "2024", "diesel", "2619.4666667", "kiloliter"),
        # 40.0 GJ/1000 m3 x 0.0140 tC/GJ x 44/12 = 2.05333 tCO2/1000 m3, at 25 °C
        ("jp-fuels", "2024", "city-gas", "2.0533333", "cubic-meter"),
        # Our World in Data, Japan 2023
        ("owid-grid", "2023", "electricity-jp", "0.485392", "kilowatt-hour"),
        # UK Government 2025: 3824.09335 kgCO2e a tonne of construction metals
        ("renkei-proxies", "2026.1", "copper", "3.82409335", "kilogram"),
        # IPCC AR6: N2O 273
        ("ipcc-gwp100", "AR6", "n2o", "273", "kilogram"),
        # IPCC 2006: 74 100 kgCO2/TJ x 43.0 GJ/t = 3.1863 kgCO2/kg
        ("ipcc-fuels", "2006", "gas-diesel-oil", "3.1863", "kilogram"),
    ],
)
def test_a_factor_is_as_its_source_has_it(set_id, version, factor_id, value, unit):
    found = platform_factors()[FactorRef(set_id, version, factor_id)]
    assert (found.value, found.unit) == (Decimal(value), unit)


def test_what_a_proxy_stands_on_has_its_value():
    factors = platform_factors()
    proxies = [one for one in factors.values() if one.ref.set_id == "renkei-proxies"]
    assert {"copper", "plating", "heat-treatment", "die-casting"} <= {one.ref.factor_id for one in proxies}
    for one in proxies:
        behind = factors[parse_ref(one.proxy_of)]
        assert (one.value, one.unit) == (behind.value, behind.unit), one.ref


def found(database, a, **query):
    return [
        str(one.ref) for one in database.read(a, lambda tx: find_factors(tx, FactorQuery(**query))).factors
    ]


@pytest.mark.parametrize(
    ("text", "region", "first"),
    [
        ("電力", "JP", "owid-grid@2023#electricity-jp"),
        ("ELECTRICITY generation mix", "DE", "owid-grid@2023#electricity-de"),
        ("都市ガス", None, "jp-fuels@2024#city-gas"),
        ("ｄｉｅｓｅｌ burnt", "JP", "jp-fuels@2024#diesel"),
        ("メッキ", None, "renkei-proxies@2026.1#plating"),
        ("heat treatment", None, "renkei-proxies@2026.1#heat-treatment"),
        ("銅", "JP", "renkei-proxies@2026.1#copper"),
        ("鉄鋼", None, "metal-averages@1#steel"),
    ],
)
def test_a_search_finds_it_first(database, a, text, region, first):
    assert found(database, a, text=text, region=region)[0] == first


def test_a_search_keeps_to_units_that_convert_and_to_the_region_where_asked(database, a):
    by_energy = database.read(
        a, lambda tx: find_factors(tx, FactorQuery(text="電力", unit="megajoule"), limit=500)
    ).factors
    assert {one.unit for one in by_energy} == {"kilowatt-hour"}
    assert found(database, a, text="電力", unit="kilogram") == []
    only = database.read(
        a, lambda tx: find_factors(tx, FactorQuery(region="JP", region_only=True), limit=500)
    )
    assert {one.region for one in only.factors} == {"JP"}
    fuels = found(database, a, kind=FactorKind.FUEL, set_id="jp-fuels")
    assert len(fuels) == 19


def test_pages_of_a_search_hold_everything_once(database, a):
    query = FactorQuery(text="輸送", set_id="uk-ghg")
    pages, after = [], None
    while True:
        page = database.read(a, lambda tx, at=after: find_factors(tx, query, after=at, limit=100))
        pages += [str(one.ref) for one in page.factors]
        after = page.following
        if after is None:
            break
    assert len(pages) == len(set(pages)) == 127 * 2


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("kWh", "kilowatt-hour"),
        ("ＫＷＨ", "kilowatt-hour"),
        ("m³", "cubic-meter"),
        ("㎥", "cubic-meter"),
        ("m3N", "normal-cubic-meter"),
        ("t·km", "ton-kilometer"),
        ("トン", "tonne"),
        ("個", "unit"),
        ("piece", "unit"),
        ("円", "JPY"),
        ("USD", "USD"),
        ("usd", None),
        ("furlong", None),
        ("", None),
    ],
)
def test_units_are_read_as_people_write_them(written, unit):
    assert read_unit(written) == unit


def test_the_list_of_sets_and_single_factors(database, a):
    listed = database.read(a, factor_sets)
    assert {one.set_id for one in listed} == platform_names()
    assert database.read(a, lambda tx: factor_set(tx, "jp-fuels", "2024")).factors == 19
    ref = FactorRef("jp-fuels", "2024", "lpg")
    assert database.read(a, lambda tx: factor(tx, ref)).name_ja == "液化石油ガス(LPG)の燃焼"
    unknown = FactorRef("jp-fuels", "2024", "nothing")
    assert set(database.read(a, lambda tx: factors_by_ref(tx, [ref, unknown]))) == {ref}

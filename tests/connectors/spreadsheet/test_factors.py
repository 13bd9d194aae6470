"""Lists of emission factors as companies keep them: read exactly, every fault with its place, doubt asked about once."""

from __future__ import annotations

import codecs
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from renkei.commons.edge.validation import read as read_body
from renkei.commons.parts.errors import ChangedMeanwhile
from renkei.connectors.spreadsheet.api import FactorMappingBody
from renkei.connectors.spreadsheet.factor_import import (
    Target,
    look,
    mapping_from,
    mapping_json,
    show,
    store,
    target_from,
    target_json,
)
from renkei.connectors.spreadsheet.factor_mapping import FactorMapping
from renkei.connectors.spreadsheet.workbooks import limits_of
from renkei.kit.errors import SeveralFaults
from renkei.kit.strict_json import JsonLimits, dumps, parse
from renkei.settings import Settings
from renkei.usecases.footprint.calculator.service import calculate_sheet
from renkei.usecases.footprint.factors import service
from renkei.usecases.footprint.factors.errors import FactorSetExists, FactorSetNameBad, FactorSetReserved
from renkei.usecases.footprint.factors.model import FactorKind, FactorRef, FactorScope, GwpSet
from tests.connectors.spreadsheet.books import workbook
from tests.usecases.footprint.calculator.sheets import line, sheet
from tests.usecases.footprint.conftest import Chain

EXAMPLES = Path(__file__).parents[3] / "examples" / "factors"
LIMITS = limits_of(Settings())
YEAR = {"period_from": date(2025, 4, 1), "period_to": date(2026, 3, 31)}
TARGET = Target(set_id="in-house", source="自社", licence="社内限り", **YEAR)
HEADS = "係数ID,名称,種類,範囲,係数,単位,地域,GWP\n"


@pytest.fixture
def acme(create_operator):
    return create_operator("A社")


@pytest.fixture
def other(create_operator):
    return create_operator("B社")


def example(name):
    return (EXAMPLES / name).read_bytes()


def purchasing():
    document = parse(example("mapping-purchasing.json"), JsonLimits(size_bytes=10_000, depth=4))
    return read_body(FactorMappingBody, document).mapping()


def looked(content, **mapping):
    data = content if isinstance(content, bytes) else content.encode()
    return look(data, FactorMapping(**mapping), LIMITS)


def factors_of(content, **mapping):
    """Id → factor."""
    return {one.ref.factor_id: one for one in looked(content, **mapping).read.factors}


def told(findings, kind="fault"):
    return [(one.fault.code, one.place.pointer) for one in findings.of(kind)]


def asked(findings):
    return [(one.fault.code, one.fault.parameters.get("value")) for one in findings.of("question")]


def stored(database, operator, content, target=TARGET, mapping=None, limit=100):
    read = look(
        content if isinstance(content, bytes) else content.encode(), mapping or FactorMapping(), LIMITS
    )

    def work(tx):
        shown = show(tx, read, target, limit=limit)
        return shown, store(tx, read, target, limit=limit, expect=shown.fingerprint)

    return database.run(operator, work)


def shown(database, operator, content, target=TARGET, limit=100, **mapping):
    read = looked(content, **mapping)
    return database.run(operator, lambda tx: show(tx, read, target, limit=limit))


# -- reading -----------------------------------------------------------------------------------------------------------
def test_a_list_with_titles_groups_and_units_of_every_sort_is_read_exactly():
    """0.287 t per 1,000 kWh is 0.287 kg per kWh, 2.6 t per million yen 0.0026 kg per yen, 310 g/m2 0.31 kg."""
    found = factors_of(example("factor-list-ja.xlsx"))
    assert {key: (str(one.value), one.unit) for key, one in found.items()} == {
        "E-001": ("0.287", "kilowatt-hour"),
        "E-002": ("58.4", "gigajoule"),
        "M-101": ("2140", "tonne"),
        "M-102": ("1.05", "kilogram"),
        "M-103": ("8.9", "kilogram"),
        "P-201": ("0.31", "square-meter"),
        "S-301": ("0.0026", "JPY"),
        "T-401": ("0.118", "ton-kilometer"),
    }
    power, steel, ingot = found["E-001"], found["M-101"], found["M-102"]
    assert (power.kind, power.scope, power.gwp_set) == (
        FactorKind.ELECTRICITY,
        FactorScope.COMBUSTION,
        GwpSet.CO2,
    )
    assert (steel.year, steel.region, steel.scope) == (2023, "JP", FactorScope.LIFE_CYCLE)
    assert (ingot.year, ingot.region, ingot.gwp_set) == (2023, "CN", GwpSet.AR6)
    assert found["S-301"].price_year == 2023
    assert "電炉比率30%" in steel.note
    assert "仕入先回答" in steel.note, "each keeps its source where there are several"


def test_headings_of_groups_are_asked_about_and_other_sheets_said():
    findings = looked(example("factor-list-ja.xlsx")).findings
    assert told(findings) == []
    assert told(findings, "question") == [("factor_rows_left_out", "sheet:原単位一覧/row:5")]
    assert ("sheets_unread", "") in told(findings, "note")


def test_an_export_in_shift_jis_is_read_by_its_mapping():
    read = look(example("purchasing-cp932.csv"), purchasing(), LIMITS)
    assert (told(read.findings), asked(read.findings)) == ([], [])
    found = {one.ref.factor_id: one for one in read.read.factors}
    box, film = found["20-0001"], found["20-0002"]
    assert (box.value, box.unit, box.year) == (Decimal("1020.5"), "tonne", 2023)
    assert (film.region, film.gwp_set, film.kind) == ("CN", GwpSet.AR5, FactorKind.MATERIAL)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_every_usual_encoding_is_read(encoding):
    text = f"{HEADS}steel,鋼板,材料,ライフサイクル,2.1,kg-CO2e/kg,日本,AR5\n"
    content = text.encode(encoding)
    assert encoding != "utf-16" or content.startswith(codecs.BOM_UTF16)
    assert factors_of(content)["steel"].name_ja == "鋼板"


def test_every_fault_is_told_at_once_with_its_place():
    findings = looked(example("factor-list-with-faults.csv")).findings
    assert told(findings) == [
        ("cell_not_number", "row:2/line:2/column:E"),
        ("cell_missing", "row:3/line:3/column:E"),
        ("factor_unit_unknown", "row:4/line:4/column:F"),
        ("cell_unknown_word", "row:5/line:5/column:C"),
        ("cell_unknown_word", "row:6/line:6/column:G"),
        ("cell_not_number", "row:6/line:6/column:H"),
        ("factor_twice_in_file", "row:7/line:7/column:A"),
        ("factor_price_year_missing", "row:8/line:8/column:F"),
    ]
    assert all("{" not in one.fault.sentence(language) for one in findings.found for language in ("ja", "en"))


def test_a_fault_in_a_workbook_names_its_sheet():
    content = workbook(
        ("表紙", [["2025年度"]]), ("係数", [["名称", "係数", "単位"], ["鋼板", "約2", "kg-CO2/kg"]])
    )
    assert told(looked(content).findings) == [("cell_not_number", "sheet:係数/row:2/column:B")]


def test_what_rows_leave_open_is_asked_about_once_or_said_by_the_mapping():
    text = "名称,CO2排出係数,単位\n購入電力,0.431,kWh\n鋼板,2.1,kg\n"
    assert asked(looked(text).findings) == [
        ("factors_assumed", "kgCO2e"),
        ("factors_assumed", "GLO（世界）"),
        ("factors_assumed", "electricity（電力）"),
        ("factors_assumed", "life_cycle（ライフサイクル）"),
        ("factors_assumed", "unknown（不明）"),
        ("factors_assumed", "material（材料）"),
    ]
    said = {
        "emission_unit": "t",
        "kind": FactorKind.FUEL,
        "scope": FactorScope.COMBUSTION,
        "region": "JP",
        "gwp_set": GwpSet.AR5,
    }
    assert asked(looked(text, **said).findings) == []
    assert factors_of(text, **said)["鋼板"].value == 2100


def test_a_unit_in_the_heading_counts_for_every_row_and_a_number_may_be_written_anyhow():
    content = workbook(("係数", [["名称", "排出係数（t-CO2e/kL）"], ["A重油", "２．７１"], ["軽油", 2.585]]))
    assert {key: (str(one.value), one.unit) for key, one in factors_of(content).items()} == {
        "A重油": ("2710", "kiloliter"),
        "軽油": ("2585", "kiloliter"),
    }


def test_ids_are_made_of_names_and_told_apart_by_what_differs():
    text = "名称,係数,単位,地域\n系統電力,0.43,kg-CO2/kWh,日本\n系統電力,0.58,kg-CO2/kWh,中国\n鋼板 (t1.2),2,kg-CO2/kg,日本\n"
    assert list(factors_of(text)) == ["系統電力-日本", "系統電力-中国", "鋼板-t1.2"]
    alike = "名称,係数,単位\n鋼板,2,kg-CO2/kg\n鋼板,3,kg-CO2/kg\n"
    assert told(looked(alike).findings) == [("factor_twice_in_file", "row:3/line:3/column:A")]


def test_an_upstream_factor_may_be_another_row_of_the_file(database, acme):
    """100 kWh x (0.4 + 0.05) for 100 pieces."""
    text = (
        "係数ID,名称,種類,範囲,係数,単位,地域,GWP,上流係数\n"
        "power,電力,電力,燃焼,0.4,kg-CO2/kWh,JP,CO2,power-up\n"
        "power-up,電力の燃料,電力,上流,0.05,kg-CO2e/kWh,JP,AR5,\n"
        "lost,熱,熱,燃焼,0.2,kg-CO2/MJ,JP,CO2,nowhere\n"
    )
    assert told(looked(text).findings) == [("cell_unknown_word", "row:4/line:4/column:I")]
    stored(database, acme, text.rpartition("lost")[0])
    power = database.read(acme, lambda tx: service.factor(tx, FactorRef("in-house", "1", "power")))
    assert power.upstream == FactorRef("in-house", "1", "power-up")


# -- versions ----------------------------------------------------------------------------------------------------------
def test_a_file_becomes_the_next_version_and_the_calculator_uses_it(database, acme):
    """100 kWh x 0.287 for 100 pieces is 0.287 a piece."""
    target = Target(set_id="in-house", title="社内原単位", **YEAR)
    report, done = stored(database, acme, example("factor-list-ja.xlsx"), target)
    assert (done.version, done.factors, done.source) == ("1", 8, "仕入先回答; 自社推計")
    assert report.report["changes"]["factors_added"] == 8
    part = Chain(database).part(acme, "製品")
    used = line("power", "energy", 100, "kilowatt-hour", "in-house@1#E-001")
    found = database.read(acme, lambda tx: calculate_sheet(tx, sheet(used, trace_id=part.trace_id)))
    assert found.total == Decimal("0.287")
    assert found.gwp_sets == ("CO2",), "the factor's own, not that of the set"
    _, again = stored(database, acme, example("factor-list-ja.xlsx"), target)
    assert again.version == "2"


def test_a_factor_keeps_its_gwp_set_where_its_set_is_lent(database, acme, other):
    _, done = stored(database, acme, example("factor-list-ja.xlsx"))
    lent = database.run(
        acme, lambda tx: service.lend(tx, done.set_id, done.version, borrower_id=other.operator_id)
    )
    there = database.read(other, lambda tx: service.factors_of_version(tx, lent.name, lent.version))
    assert {one.ref.factor_id: one.gwp_set.value for one in there} == {
        "E-001": "CO2",
        "M-102": "AR6",
    } | dict.fromkeys(("E-002", "M-101", "M-103", "P-201", "S-301", "T-401"), "AR5")


def test_what_differs_from_the_version_before_is_shown_and_a_slip_of_units_asked_about(database, acme):
    """kg read where t was meant: a thousandth."""
    first = f"{HEADS}steel,鋼板,材料,ライフサイクル,2.1,t-CO2e/t,JP,AR5\nold,旧材,材料,ライフサイクル,1,kg-CO2e/kg,JP,AR5\n"
    second = f"{HEADS}steel,鋼板,材料,ライフサイクル,2.1,kg-CO2e/t,JP,AR5\nnew,新材,材料,ライフサイクル,1,kg-CO2e/kg,JP,AR5\n"
    stored(database, acme, first)
    later = shown(database, acme, second)
    changes = later.report["changes"]
    assert [
        (one["kind"], one["factor_id"], one["before_value"], one["value"]) for one in changes["items"]
    ] == [
        ("changed", "steel", 2100, Decimal("2.1")),
        ("added", "new", None, 1),
        ("removed", "old", 1, None),
    ]
    assert (changes["former_version"], changes["version"]) == ("1", "2")
    assert told(later.findings, "question") == [("factor_jumped", "row:2/line:2/column:E")]
    assert [one.fault.code for one in shown(database, acme, first).findings.of("question")] == [
        "factors_unchanged"
    ]


def test_nothing_is_stored_of_a_file_with_faults_or_when_another_version_came_meanwhile(
    database, acme, other
):
    good = f"{HEADS}steel,鋼板,材料,ライフサイクル,2.1,kg-CO2e/kg,JP,AR5\n"
    bad = looked(example("factor-list-with-faults.csv"))
    with pytest.raises(SeveralFaults):
        database.run(acme, lambda tx: store(tx, bad, TARGET, limit=100))
    read = looked(good)
    before = database.run(acme, lambda tx: show(tx, read, TARGET, limit=100))
    stored(database, acme, good.replace("2.1", "2.2"))
    with pytest.raises(ChangedMeanwhile):
        database.run(acme, lambda tx: store(tx, read, TARGET, limit=100, expect=before.fingerprint))
    assert [one.version for one in database.read(acme, service.own_sets)] == ["1"]
    assert database.read(other, service.own_sets) == []


def test_what_a_set_must_say_comes_from_beside_the_file_the_file_or_the_version_before(database, acme):
    text = "名称,係数,単位,年度\n鋼板,2,kg-CO2/kg,2023年度\n樹脂,3,kg-CO2/kg,令和6年度\n"
    bare = shown(database, acme, text, Target(set_id="in-house"))
    assert told(bare.findings) == [("factor_set_fact_missing", "")] * 2
    codes = [one.fault.code for one in bare.findings.of("question")]
    assert "factor_period_assumed" in codes
    said = Target(set_id="in-house", title="社内", source="自社", licence="社内限り")
    _, first = stored(database, acme, text, said)
    assert (first.period_from, first.period_to) == (date(2023, 4, 1), date(2025, 3, 31)), "two business years"
    _, second = stored(database, acme, text, Target(set_id="in-house", version="2025"))
    assert (second.title_ja, second.source, second.licence) == ("社内", "自社", "社内限り")
    _, third = stored(database, acme, text, Target(set_id="in-house"))
    assert third.version == "2026", "the number behind the highest"
    reversed_ = Target(
        set_id="x", source="s", licence="l", period_from=YEAR["period_to"], period_to=YEAR["period_from"]
    )
    assert told(shown(database, acme, text, reversed_).findings) == [("factor_period_reversed", "")]


def test_a_set_keeps_its_name_and_its_bounds(database, acme):
    good = f"{HEADS}steel,鋼板,材料,ライフサイクル,2.1,kg-CO2e/kg,JP,AR5\n"
    stored(database, acme, good)
    for target, error in (
        (Target(set_id="uk-ghg"), FactorSetReserved),
        (Target(set_id="a b"), FactorSetNameBad),
        (Target(set_id="in-house", version="1"), FactorSetExists),
    ):
        with pytest.raises(error):
            shown(database, acme, good, target)
    assert told(shown(database, acme, good, limit=0).findings) == [("factors_too_many", "")]


def test_numbers_of_a_licensed_set_stand_in_no_report(database, acme):
    """Whoever reads the upload may have no seat; what was licensed stays so."""
    text = f"{HEADS}casting,鋳物,材料,ライフサイクル,{{}},kg-CO2e/kg,JP,AR5\n"
    first, done = stored(database, acme, text.format("1.2345"), mapping=FactorMapping(restricted=True))
    later, again = stored(database, acme, text.format("98.765"))
    assert done.restricted
    assert again.restricted
    told_of_both = dumps(first.report).decode() + dumps(later.report).decode()
    assert "1.2345" not in told_of_both
    assert "98.765" not in told_of_both


def test_a_mapping_and_a_target_come_back_as_they_were_saved():
    for mapping in (
        purchasing(),
        FactorMapping(price_year=2024, decimal_comma=True, scope=FactorScope.DIRECT),
    ):
        saved = parse(dumps(mapping_json(mapping)), JsonLimits(size_bytes=10_000, depth=4))
        assert mapping_from(saved) == mapping
    saved = parse(dumps(target_json(TARGET)), JsonLimits(size_bytes=10_000, depth=4))
    assert target_from(saved) == TARGET


def test_a_megagram_is_a_tonne_and_no_milligram():
    """0.5 Mg is 500 kg, 0.5 mg is 0.0000005 kg."""
    rows = "a,A,材料,ライフサイクル,0.5,Mg-CO2e/t,日本,AR5\nb,B,材料,ライフサイクル,0.5,mg-CO2e/kg,日本,AR5\n"
    found = {
        one.ref.factor_id: one for one in look((HEADS + rows).encode(), FactorMapping(), LIMITS).read.factors
    }
    per_tonne, per_kilogram = found["a"], found["b"]
    assert (per_tonne.value, per_kilogram.value) == (Decimal(500), Decimal("0.0000005"))


@pytest.mark.parametrize("heading", ["排出係数(t-CO2)", "排出係数（t-CO2/kWh）"])
def test_a_mass_in_the_heading_counts_where_a_column_says_per_what_it_is(heading):
    """0.00043 t per kWh is 0.43 kg, and nobody is asked whether it is 0.00043 kg."""
    content = f"名称,種類,範囲,{heading},単位,地域,GWP\n電力,電力,ライフサイクル,0.00043,kWh,日本,AR5\n"
    found = look(content.encode(), FactorMapping(), LIMITS)
    assert [one.value for one in found.read.factors] == [Decimal("0.43")]
    assert found.findings.of("question") == []


def test_where_the_heading_says_something_else_the_mass_is_asked_about():
    for heading in ("排出係数", "排出係数(t)", "排出係数(t-CO2/GJ)"):
        content = f"名称,種類,範囲,{heading},単位,地域,GWP\n電力,電力,ライフサイクル,0.43,kWh,日本,AR5\n"
        found = look(content.encode(), FactorMapping(), LIMITS)
        assert [one.value for one in found.read.factors] == [Decimal("0.43")]
        assert [one.fault.code for one in found.findings.of("question")] == ["factors_assumed"]


def test_long_names_that_differ_at_their_end_alone_get_ids_of_their_own():
    """An id has 100 characters; lists name products at more length than that."""
    name = "冷" * 100
    rows = "".join(
        f"{name}{end},材料,ライフサイクル,2,kg-CO2e/kg,{of},AR5\n"
        for end, of in (("甲", "日本"), ("乙", "日本"), ("甲", "中国"))
    )
    content = f"名称,種類,範囲,係数,単位,地域,GWP\n{rows}"
    found = look(content.encode(), FactorMapping(), LIMITS)
    assert found.findings.of("fault") == []
    ids = [one.ref.factor_id for one in found.read.factors]
    assert len(set(ids)) == 3
    assert max(map(len, ids)) == 100
    turned = look(
        "\n".join([*content.splitlines()[:1], *reversed(content.splitlines()[1:])]).encode(),
        FactorMapping(),
        LIMITS,
    )
    assert sorted(one.ref.factor_id for one in turned.read.factors) == sorted(ids), "whatever their order"

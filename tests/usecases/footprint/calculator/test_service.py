"""Sheets that are kept: versions, statements, next year, and whose they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from renkei.commons.parts.errors import PartMissing
from renkei.commons.trades.deletion import delete_part
from renkei.kit.errors import SeveralFaults
from renkei.kit.quantities import Unit
from renkei.usecases.footprint.calculator.errors import SheetChanged, SheetMissing
from renkei.usecases.footprint.calculator.model import (
    Allocation,
    CoProduct,
    CustomerShare,
    OwnValue,
    RatingOverride,
    Split,
)
from renkei.usecases.footprint.calculator.service import (
    begin_next,
    calculate_sheet,
    put_sheet,
    renewals,
    sheet_version,
    sheets,
)
from renkei.usecases.footprint.errors import TradeMissing
from renkei.usecases.footprint.factors.model import parse_ref
from renkei.usecases.footprint.factors.service import put_factor_set
from renkei.usecases.footprint.model import Emission, Stage
from tests.usecases.footprint.calculator.sheets import POWER, STEEL, d, line, sheet
from tests.usecases.footprint.factors.test_own_sets import own_set

LINES = (
    line("power", "energy", 1000, "kilowatt-hour", POWER, primary=True),
    line("steel", "material", 2, "kilogram", STEEL, basis="unit"),
)


def put(database, operator, part, *lines, replaces=None, **said):
    one = sheet(*(lines or LINES), trace_id=part.trace_id, **said)
    return database.run(operator, lambda tx: put_sheet(tx, one, replaces=replaces))


def test_keeping_a_sheet_states_its_footprint(database, chain, a):
    """485.392 kg of power / 100 = 4.85392 own; 2 kg x 1.89 = 3.78 component."""
    part = chain.part(a, "製品")
    stored = put(database, a, part)
    assert stored.version == 1
    statement = chain.statement(a, part)
    assert statement.statement_id == stored.statement_id
    assert statement.declared == {
        Stage.RAW_MATERIAL: Emission(None, d("3.78")),
        Stage.PRODUCTION: Emission(d("4.85392"), None),
    }
    assert statement.declared_pds == 0, "a measured amount with an average factor is secondary by pact"
    assert statement.gate_to_gate == d("4.85392")
    assert (statement.period_from, statement.period_to) == (date(2024, 4, 1), date(2025, 3, 31))
    assert statement.method["factors"] == [POWER, STEEL]
    assert statement.method["sheet"] == f"{stored.sheet_id}/1"
    assert statement.method["rule_set"] == "pact 2026.1"
    assert statement.declared_quality[Stage.PRODUCTION].ger == 1
    assert statement.in_force.stages[Stage.PRODUCTION].total == d("4.85392")


def test_a_correction_is_a_version_and_the_former_one_stays(database, chain, a):
    part = chain.part(a, "製品")
    first = put(database, a, part)
    second = put(database, a, part, LINES[0], replaces=1)
    assert (second.sheet_id, second.version) == (first.sheet_id, 2)
    former = database.read(a, lambda tx: sheet_version(tx, first.sheet_id, 1))
    assert former.result == first.result
    assert former.sheet == first.sheet
    assert former.superseded_at is not None
    assert [one.version for one in chain.history(a, part)] == [2, 1]
    with pytest.raises(SheetChanged):
        put(database, a, part, replaces=1)
    assert len(database.read(a, lambda tx: sheets(tx, part.trace_id)).items) == 1


def test_everything_that_was_entered_comes_back(database, chain, a):
    part = chain.part(a, "製品")
    said = sheet(
        replace(
            LINES[0],
            alternatives={"market_based": parse_ref("ipcc-electricity@AR5#electricity-hydropower")},
            electricity_rule="national_consumption_mix",
            rating=RatingOverride(reason="確認済み", ter=d("1.5")),
            evidence="請求書",
        ),
        line("own", "part", 3, "unit", 1.25, own={"year": 2024, "primary_share": d("0.5")}),
        trace_id=part.trace_id,
        co_products=(CoProduct(name="端材", basis=d("0.1")),),
        allocation=Allocation(method="recorded", main_basis=d("0.9"), note="実績"),
        yield_share=d("0.97"),
    )
    stored = database.run(a, lambda tx: put_sheet(tx, said))
    assert database.read(a, lambda tx: sheet_version(tx, stored.sheet_id)).sheet == said


def test_an_older_period_is_kept_without_touching_the_newer_footprint(database, chain, a):
    part = chain.part(a, "製品")
    newest = put(database, a, part)
    older = put(database, a, part, period_from=date(2023, 4, 1), period_to=date(2024, 3, 31))
    assert older.statement_id is None
    assert [one["code"] for one in older.result["questions"]] == ["older_period"]
    assert chain.statement(a, part).statement_id == newest.statement_id
    listed = database.read(a, lambda tx: sheets(tx, part.trace_id, limit=1))
    assert [one.sheet_id for one in listed.items] == [older.sheet_id]
    following = database.read(a, lambda tx: sheets(tx, part.trace_id, after=listed.next_cursor))
    assert [one.sheet_id for one in following.items] == [newest.sheet_id]


def test_a_new_year_starts_from_last_years_sheet(database, chain, a):
    """The volume and the bills are asked for; the bill of material per piece, factors and yields stay."""
    part = chain.part(a, "製品")
    stored = put(database, a, part)
    following = database.read(a, lambda tx: begin_next(tx, stored.sheet_id))
    assert (following.sheet.period_from, following.sheet.period_to) == (date(2025, 4, 1), date(2026, 3, 31))
    assert (following.fields, following.lines) == (("production",), ("power",))
    assert following.sheet.lines == stored.sheet.lines
    kept = database.run(a, lambda tx: put_sheet(tx, following.sheet))
    assert kept.sheet_id != stored.sheet_id
    assert chain.statement(a, part).period_to == date(2026, 3, 31)


def test_what_is_due_for_renewal_is_listed_the_oldest_first(database, chain, a, b):
    """Periods to 31 March 2024 and 2025: on 26 November 2026 both are more than 12 months ago, one more than 24."""
    old, newer, without = (chain.part(a, name) for name in ("旧年度", "前年度", "期間なし"))
    put(database, a, newer)
    stored = put(database, a, old, period_from=date(2023, 4, 1), period_to=date(2024, 3, 31))
    chain.state(a, without, 1)

    def due(operator=a, **said):
        def work(tx):
            tx.now = datetime(2026, 11, 26, tzinfo=UTC)
            return renewals(tx, **said)

        return database.read(operator, work)

    assert [(one.name, one.period_to) for one in due().items] == [
        ("旧年度", date(2024, 3, 31)),
        ("前年度", date(2025, 3, 31)),
    ]
    assert due().items[0].sheet_id == stored.sheet_id
    assert [one.name for one in due(months=24).items] == ["旧年度"]
    first = due(limit=1)
    assert [one.name for one in due(limit=1, after=first.next_cursor).items] == ["前年度"]
    assert due(b).items == ()
    assert due(b, after=first.next_cursor).items == ()
    put(database, a, old, period_from=date(2025, 12, 1), period_to=date(2026, 11, 25))
    assert [one.name for one in due().items] == ["前年度"], "renewed"


def test_for_one_customer_only(database, chain, a, b):
    """納入先別: organisation level, 10 % of 6,000 kg for B's 10 pieces = 60 each; the general value stays."""
    bought, part = chain.part(b, "購入品"), chain.part(a, "製品")
    request = chain.ask(b, bought, a)
    chain.link(a, request, part)
    general = put(database, a, part)
    trade = request.trade.trade_id
    split = Split(
        index="sales",
        index_total=d(1000),
        shares=(CustomerShare(name="B社", index=d(100), pieces=d(10), trade_id=trade),),
    )
    put(database, a, part, line("total", "energy", 6000, "kilogram", 1), trade_id=trade, split=split)
    view = chain.view(a, part)
    assert view.statement.statement_id == general.statement_id
    [scoped] = view.trade_statements
    assert scoped.declared == {Stage.PRODUCTION: Emission(d(60), None)}
    assert (scoped.method["calcMethod"], scoped.method["distribution_index"]) == ("1", "sales")
    with pytest.raises(TradeMissing):
        put(database, a, part, trade_id=uuid4())


def test_what_is_impossible_is_told_at_once_and_nothing_is_kept(database, chain, a):
    part = chain.part(a, "製品")
    both = replace(LINES[0], own_value=OwnValue(value=d(1), unit="kilogram", source="x"))
    unknown = replace(
        LINES[1], line_id="power", factor=parse_ref("uk-ghg@2025#nothing"), yield_share=d("1.2")
    )
    silent = replace(LINES[0], line_id="c", completes="z", rating=RatingOverride(reason=" "))
    with pytest.raises(SeveralFaults) as caught:
        put(
            database, a, part, both, unknown, silent,
            period_to=date(2024, 3, 1),
            production=d(0),
            rule_set="mine",
            co_products=(CoProduct(name="B", basis=d("0.2")),),
            allocation=Allocation(method="recorded", main_basis=d("0.9")),
            split=Split(
                index="unit", index_total=d(10), shares=(CustomerShare(name="A", index=d(11), pieces=d(0)),)
            ),
        )  # fmt: skip
    assert [(fault.code, fault.pointer) for fault in caught.value.faults] == [
        ("value_out_of_range", "/period_to"),
        ("nothing_made", "/production"),
        ("rule_set_unknown", "/rule_set"),
        ("factor_or_value", "/lines/0/own_value"),
        ("sheet_line_twice", "/lines/1/line_id"),
        ("factor_ref_unknown", "/lines/1/factor"),
        ("yield_impossible", "/lines/1/yield_share"),
        ("sheet_line_unknown", "/lines/2/completes"),
        ("rating_without_reason", "/lines/2/rating/reason"),
        ("allocation_incomplete", "/allocation/main_basis"),
        ("split_impossible", "/split/shares/0/pieces"),
        ("split_too_much", "/split/shares"),
    ]
    assert database.read(a, lambda tx: sheets(tx, part.trace_id)).items == ()
    assert chain.statement(a, part) is None


def test_inputs_that_stand_in_the_structure_too_are_asked_about(database, chain, a):
    parent = chain.part(a, "製品")
    chain.structure(a, parent, [("鋼板", 2)])
    found = database.read(a, lambda tx: calculate_sheet(tx, sheet(*LINES, trace_id=parent.trace_id)))
    assert [one.code for one in found.questions] == ["component_beside_structure"]


def test_own_factors_count_and_those_of_others_do_not(database, chain, a, b):
    table = "factor_id,name_ja,kind,value,unit,region,year\npower,契約電力,electricity,0.4,kWh,JP,2024\n"
    database.run(a, lambda tx: put_factor_set(tx, own_set(), table, limit=9))
    own = line("power", "energy", 1000, "kilowatt-hour", "our-factors@2024#power")
    part = chain.part(a, "製品")
    assert put(database, a, part, own).result["total"] == 4
    with pytest.raises(SeveralFaults):
        put(database, b, chain.part(b, "製品"), own)


def test_sheets_are_the_companys_own(database, chain, a, b):
    part = chain.part(a, "製品")
    stored = put(database, a, part)
    with pytest.raises(SheetMissing):
        database.read(b, lambda tx: sheet_version(tx, stored.sheet_id))
    with pytest.raises(PartMissing):
        database.read(b, lambda tx: sheets(tx, part.trace_id))
    with pytest.raises(PartMissing):
        put(database, b, part)


def test_a_deleted_part_leaves_no_present_sheet(database, chain, a):
    part = chain.part(a, "製品")
    stored = put(database, a, part)
    database.run(a, lambda tx: delete_part(tx, part.trace_id))
    with pytest.raises(SheetMissing):
        database.read(a, lambda tx: sheet_version(tx, stored.sheet_id))
    assert database.read(a, lambda tx: sheet_version(tx, stored.sheet_id, 1)).superseded_at is not None


# -- pc-supply-chain-example.json ------------------------------------------------------------------------------------
SUPPLIERS = {
    # id: (gate to gate, upstream, share of primary data in %)
    "pcb": ("1.2", "6.0", "66.6667"),
    "ic": ("3.5", "9.5", "59.8077"),
    "connector": ("0.1", "0.5", "16.6667"),
    "lcd": ("8.0", "22.0", "56.0"),
    "al_sheet": ("0.9", "8.1", "41.5"),
    "resin": ("0.3", "2.2", "12.0"),
    "li_cell": ("2.0", "5.0", "67.8571"),
    "ssd_nand": ("4.0", "6.0", "70.0"),
}
ASSEMBLIES = {
    # id: (gate to gate, inputs, other upstream, inbound transport, pcf, primary %)
    "mainboard": ("2.4", {"pcb": "0.35", "ic": "6", "connector": "12"}, "0.8", "0.3", "91.22", "56.9283"),
    "display": ("1.5", {"lcd": "1", "connector": "2"}, "1.1", "0.2", "34.0", "54.4118"),
    "battery": ("0.6", {"li_cell": "4", "resin": "0.05"}, "0.4", "0.1", "29.225", "67.1172"),
    "ssd": ("0.8", {"ssd_nand": "2", "pcb": "0.02"}, "0.3", "0", "21.244", "70.1186"),
    "chassis": ("0.9", {"al_sheet": "0.7", "resin": "0.2"}, "0.5", "0.2", "8.4", "42.5536"),
    "pc": (
        "3.2",
        {"mainboard": "1", "display": "1", "battery": "1", "ssd": "1", "chassis": "1"},
        "12.0",
        "0",
        "199.289",
        "56.057",
    ),
}


def test_the_pc_supply_chain_at_product_level(database, chain, a):
    """The virtual PC of the Green x Digital trial, Tier 2 to Tier 0: each firm's sheet uses its suppliers' values.

    mainboard: 2.4 + 0.35 x 7.2 + 6 x 13 + 12 x 0.6 + 0.8 + 0.3 = 91.22; PC 199.289, primary 56.057 %.
    """
    values = {
        name: (d(own) + d(upstream), d(primary) / 100) for name, (own, upstream, primary) in SUPPLIERS.items()
    }
    for name, (own, inputs, other, transport, expected, primary) in ASSEMBLIES.items():
        lines = [
            line("own", "energy", own, "kilowatt-hour", 1, basis="unit", primary=True),
            line("other", "material", other, "kilogram", 1, basis="unit"),
            line("transport", "transport", transport, "ton-kilometer", 1, basis="unit"),
            *(
                line(
                    child, "part", amount, "unit", values[child][0], basis="unit",
                    own={"primary_share": values[child][1]},
                )
                for child, amount in inputs.items()
            ),
        ]  # fmt: skip
        part = chain.part(a, name)
        stored = put(database, a, part, *lines, production=Decimal(1000), declared_unit=Unit.UNIT)
        total, share = stored.result["total"], stored.result["primary_data_share"]
        assert total == d(expected), name
        assert abs(share * 100 - d(primary)) < d("0.0001"), name
        assert stored.result["gate_to_gate"] == d(own), name
        assert chain.statement(a, part).declared[Stage.RAW_MATERIAL].component == d(expected) - d(own)
        values[name] = (total, share)

"""A company's own sets: uploaded whole or not at all, never changed, seen by nobody else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from renkei.kit.errors import SeveralFaults
from renkei.usecases.footprint.factors.errors import (
    FactorMissing,
    FactorSetExists,
    FactorSetMissing,
    FactorSetReserved,
)
from renkei.usecases.footprint.factors.model import FactorQuery, FactorRef, FactorScope, FactorSet, GwpSet
from renkei.usecases.footprint.factors.reading import read_table
from renkei.usecases.footprint.factors.service import (
    factor,
    factor_set,
    factor_sets,
    find_factors,
    put_factor_set,
)

TABLE = """\
係数ID,名称,種類,範囲,係数,単位,地域,年,価格年,備考
power,A電力 法人,electricity,life_cycle,0.4312,kWh,JP,2024,,
steel,"冷延鋼板
（１mm）",material,,"2,200.5",t,JP,2023,,仕入先回答
めっき,めっき加工,process,,０.００３,円,JP,2024,2024,
"""


def own_set(**said):
    values = {
        "set_id": "our-factors",
        "version": "2024",
        "title_en": "Ours",
        "title_ja": "自社",
        "source": "bills",
        "licence": "internal",
        "gwp_set": GwpSet.AR5,
        "period_from": date(2024, 4, 1),
        "period_to": date(2025, 3, 31),
    }
    return FactorSet(**(values | said))


def put(database, operator, table=TABLE, *, limit=100, **said):
    return database.run(operator, lambda tx: put_factor_set(tx, own_set(**said), table, limit=limit))


def faults_of(table, **options):
    with pytest.raises(SeveralFaults) as caught:
        read_table(table, own_set(), **({"limit": 100} | options))
    return [(fault.code, fault.pointer) for fault in caught.value.faults]


def test_a_set_comes_back_exactly_and_is_found_beside_the_platforms(database, a):
    stored = put(database, a)
    assert (stored.own, stored.factors) == (True, 3)
    steel = database.read(a, lambda tx: factor(tx, FactorRef("our-factors", "2024", "steel")))
    assert (steel.value, steel.unit, steel.year) == (Decimal("2200.5"), "tonne", 2023)
    assert (steel.scope, steel.gwp_set, steel.own) == (FactorScope.LIFE_CYCLE, GwpSet.AR5, True)
    plating = database.read(a, lambda tx: factor(tx, FactorRef("our-factors", "2024", "めっき")))
    assert (plating.value, plating.unit, plating.price_year) == (Decimal("0.003"), "JPY", 2024)
    first = database.read(a, lambda tx: find_factors(tx, FactorQuery(text="電力 法人"))).factors[0]
    assert first.ref == FactorRef("our-factors", "2024", "power")
    assert database.read(a, factor_sets)[0] == stored


def test_a_version_never_changes_and_a_platform_name_is_taken(database, a):
    put(database, a)
    with pytest.raises(FactorSetExists):
        put(database, a)
    put(database, a, version="2025")
    with pytest.raises(FactorSetReserved):
        put(database, a, set_id="uk-ghg")
    with pytest.raises(FactorSetReserved):
        put(database, a, set_id="ours.0123456789ab")


def test_nobody_else_sees_it(database, a, b):
    put(database, a)
    with pytest.raises(FactorSetMissing):
        database.read(b, lambda tx: factor_set(tx, "our-factors", "2024"))
    with pytest.raises(FactorMissing):
        database.read(b, lambda tx: factor(tx, FactorRef("our-factors", "2024", "steel")))
    assert database.read(b, lambda tx: find_factors(tx, FactorQuery(set_id="our-factors"))).factors == ()
    assert put(database, b).factors == 3, "and may use the same name"


def test_every_fault_is_told_with_line_and_column_and_nothing_is_stored(database, a):
    """Line 3 has three faults, line 5 (whose record begins there) one, line 7 repeats line 2."""
    table = (
        "factor_id,name_ja,kind,value,unit,region,price_year\n"
        "good,良い,material,1,kg,JP,\n"
        ",名なし,metal,abc,kg,JP,\n"
        "\n"
        'multi,"二\n行",material,1,stone,JP,\n'
        "good,再び,material,2,kg,JP,\n"
        "spend,支出,spend,1,JPY,jp,\n"
    )
    assert faults_of(table) == [
        ("factor_cell_missing", "line:3/factor_id"),
        ("factor_cell_not_number", "line:3/value"),
        ("factor_cell_unknown_word", "line:3/kind"),
        ("factor_cell_unknown_unit", "line:5/unit"),
        ("factor_twice", "line:7/factor_id"),
        ("factor_cell_missing", "line:8/price_year"),
        ("factor_cell_bad_form", "line:8/region"),
    ]
    with pytest.raises(SeveralFaults):
        put(database, a, table)
    with pytest.raises(FactorSetMissing):
        database.read(a, lambda tx: factor_set(tx, "our-factors", "2024"))


@pytest.mark.parametrize(
    ("table", "faults"),
    [
        ("", [("factor_table_empty", "")]),
        ("x\n", [("factor_column_unknown", "line:1/1"), *[("factor_column_missing", "line:1")] * 4]),
        ("factor_id,name_ja,value,unit\n", [("factor_table_empty", "")]),
        (
            "factor_id,name_ja,value,unit,colour\nx,x,1,kg,red\n",
            [("factor_column_unknown", "line:1/5")],
        ),
        (
            "factor_id,係数ID,name_ja,value,unit\n",
            [("factor_column_twice", "line:1/2")],
        ),
        ('factor_id,name_ja,value,unit\nx,"x,1,kg\n', [("factor_table_unreadable", "line:2")]),
        ("factor_id,name_ja,value,unit\nx,x,1,kg,more\n", [("factor_row_too_long", "line:2")]),
        ("factor_id,name_ja,value,unit\na/b,x,1e99,kg\n", [
            ("factor_cell_bad_form", "line:2/factor_id"), ("factor_cell_not_number", "line:2/value")]),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_taken(table, faults):
    assert faults_of(table) == faults


def test_more_rows_than_allowed_are_refused():
    rows = "".join(f"f{n},x,1,kg\n" for n in range(4))
    assert len(read_table("factor_id,name_ja,value,unit\n" + rows, own_set(), limit=4)) == 4
    assert faults_of("factor_id,name_ja,value,unit\n" + rows, limit=3) == [("factor_table_too_long", "")]


def test_tabs_and_a_byte_order_mark_are_taken():
    table = "\ufefffactor_id\tname_en\tvalue\tunit\nx\tSteel, cold rolled\t1.5\tkgCO2e/kg\n"
    [found] = read_table(table, own_set(), limit=9)
    assert (found.name_en, found.name_ja, found.value, found.unit) == (
        "Steel, cold rolled",
        "Steel, cold rolled",
        Decimal("1.5"),
        "kilogram",
    )

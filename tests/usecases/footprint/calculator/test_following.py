"""Sheets follow newer versions of the factor sets they calculate with."""

from __future__ import annotations

from datetime import date

import pytest

from renkei.usecases.footprint.calculator.following import waiting
from renkei.usecases.footprint.calculator.service import put_sheet, sheets
from renkei.usecases.footprint.factors import service
from renkei.usecases.footprint.factors.service import put_factor_set
from renkei.usecases.footprint.model import UpdatePolicy
from renkei.usecases.footprint.updates import put_policy
from tests.usecases.footprint.calculator.sheets import line, sheet
from tests.usecases.footprint.factors.test_own_sets import own_set

TABLE = "係数ID,名称,種類,範囲,係数,単位,地域,年\npower,自社電力,electricity,life_cycle,{},kWh,JP,2024\n"
POWER = "our-factors@{}#power"


def store(database, operator, version, value, *, table=TABLE, **said):
    of = own_set(version=version, **said)
    database.run(operator, lambda tx: put_factor_set(tx, of, table.format(value), limit=100))


def total(chain, operator, part):
    value, _direct, _deep = chain.total(operator, part)
    return value


def keep(database, operator, part, version, *, set_id="our-factors", **said):
    """1,000 kWh for 100 pieces: 10 kWh each."""
    power = line("power", "energy", 1000, "kilowatt-hour", f"{set_id}@{version}#power", primary=True)
    one = sheet(power, trace_id=part.trace_id, **said)
    return database.run(operator, lambda tx: put_sheet(tx, one))


def test_a_newer_version_changes_the_value_and_everything_above(chain, database, a):
    """10 kWh x 0.5 = 5, then 10 kWh x 0.4 = 4; the product that contains two of them 10, then 8."""
    product = chain.part(a, "製品")
    [part] = chain.structure(a, product, [("部品", 2)])
    store(database, a, "2024", "0.5")
    keep(database, a, part, "2024")
    chain.state(a, product)
    assert (total(chain, a, part), total(chain, a, product)) == (5, 10)
    store(database, a, "2024-2", "0.4")
    chain.settle()
    assert (total(chain, a, part), total(chain, a, product)) == (4, 8)
    said = chain.statement(a, part)
    [kept] = database.read(a, lambda tx: sheets(tx, part.trace_id)).items
    assert said.automatic
    assert [(cause.kind, cause.ids) for cause in said.causes] == [("factors", (kept.sheet_id,))]
    assert said.method["factors"] == [POWER.format("2024-2")]
    assert (kept.version, kept.statement_id) == (2, said.statement_id)
    assert [cause.kind for cause in chain.statement(a, product).causes] == ["child"]
    chain.settle()
    assert chain.statement(a, part).version == 2, "once is enough"


@pytest.mark.parametrize("mode", ["review", "monthly", "yearly"])
def test_where_the_owner_decides_a_draft_waits(chain, database, a, mode):
    part = chain.part(a, "部品")
    store(database, a, "2024", "0.5")
    keep(database, a, part, "2024")
    database.run(a, lambda tx: put_policy(tx, part.trace_id, UpdatePolicy(mode=mode)))
    store(database, a, "2024-2", "0.4")
    chain.settle()
    assert total(chain, a, part) == 5
    [draft] = database.read(a, lambda tx: waiting(tx, 10))
    assert (draft.statement_id, draft.version) == (None, 2)
    database.run(a, lambda tx: put_sheet(tx, draft.sheet, replaces=draft.version))
    assert total(chain, a, part) == 4
    assert database.read(a, lambda tx: waiting(tx, 10)) == []


def test_what_does_not_stand_on_it_stays(chain, database, a):
    """Another period, a value stated otherwise since, a factor that the version lacks, and an older version lent again."""
    store(database, a, "2024", "0.5")
    other_year, otherwise, lacking = (chain.part(a, name) for name in ("別の年度", "手入力", "係数なし"))
    keep(database, a, other_year, "2024", period_from=date(2025, 4, 1), period_to=date(2026, 3, 31))
    keep(database, a, otherwise, "2024")
    chain.state(a, otherwise, 7, again=True)
    store(database, a, "2024-2", "0.4")
    chain.settle()
    assert [total(chain, a, one) for one in (other_year, otherwise)] == [5, 7]
    keep(database, a, lacking, "2024-2")
    store(database, a, "2024-3", "0.3", table=TABLE.replace("power,", "steam,"))
    chain.settle()
    assert total(chain, a, lacking) == 4


def test_a_borrower_follows_what_it_is_lent_and_never_back(chain, database, a, b):
    part = chain.part(b, "部品")
    lent = f"our-factors.{a.operator_id.hex[:12]}"

    def lend(version):
        return database.run(a, lambda tx: service.lend(tx, "our-factors", version, borrower_id=b.operator_id))

    store(database, a, "2024", "0.5")
    first = lend("2024")
    chain.settle()
    keep(database, b, part, "2024", set_id=lent)
    store(database, a, "2024-2", "0.4")
    chain.settle()
    assert total(chain, b, part) == 5, "not lent yet"
    lend("2024-2")
    chain.settle()
    assert total(chain, b, part) == 4
    database.run(a, lambda tx: service.end_loan(tx, first.loan_id))
    lend("2024")
    chain.settle()
    assert total(chain, b, part) == 4


def test_licensed_factors_wait_for_a_person_with_a_seat(chain, database, a):
    """Nobody with a seat is there when it happens by itself: sheet and value stay."""
    part = chain.part(a, "部品")
    store(database, a, "2024", "0.5")
    keep(database, a, part, "2024")
    store(database, a, "2024-2", "0.4", restricted=True)
    chain.settle()
    assert total(chain, a, part) == 5
    [kept] = database.read(a, lambda tx: sheets(tx, part.trace_id)).items
    assert kept.version == 1


def test_more_sheets_than_one_round_takes(chain, database, a, monkeypatch):
    monkeypatch.setattr("renkei.usecases.footprint.calculator.following.MOST_AT_ONCE", 2)
    store(database, a, "2024", "0.5")
    parts = [chain.part(a, f"部品{number}") for number in range(5)]
    for part in parts:
        keep(database, a, part, "2024")
    store(database, a, "2024-2", "0.4")
    chain.settle()
    assert [total(chain, a, part) for part in parts] == [4] * 5

"""Licensed numbers are for persons with a seat and metered; a set that is lent is the borrower's until it is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from renkei.commons.operators.export import export_lines, export_rows
from renkei.database.caller import Caller
from renkei.kit.clock import SetClock
from renkei.kit.errors import Forbidden, SeveralFaults
from renkei.usecases.footprint.calculator.service import calculate_sheet, put_sheet, sheet_version
from renkei.usecases.footprint.factors import service
from renkei.usecases.footprint.factors.documents import factor_json
from renkei.usecases.footprint.factors.errors import (
    BorrowerMissing,
    DaysReversed,
    FactorSetMissing,
    LentSet,
    LoanExists,
    LoanMissing,
    SeatMissing,
)
from renkei.usecases.footprint.factors.model import FactorQuery, FactorRef
from tests.usecases.footprint.calculator.sheets import d, line, sheet
from tests.usecases.footprint.factors.test_own_sets import put

TABLE = """\
factor_id,name_ja,kind,value,unit,region
casting,鋳鉄鋳物,material,1.7,kg,JP
plating,亜鉛めっき,process,2.3,kg,JP
"""
CASTING = FactorRef("idea-extract", "3.5", "casting")
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
TODAY = NOON.date()


def person(operator, account_id, *, roles=("editor",)):
    """An entry like the operator's own, for one of its people."""

    def enter(connection, writing):
        caller: Caller = operator(connection, writing)
        return replace(caller, account_id=account_id, door="v1", roles=frozenset(roles))

    return enter


def seat(database, operator, account_id, **said):
    values = {
        "name": "idea-extract",
        "licence_number": "IDEA-1",
        "valid_from": TODAY - timedelta(days=1),
        "valid_until": TODAY + timedelta(days=1),
    } | said
    return database.run(operator, lambda tx: service.put_seat(tx, account_id=account_id, **values))


@pytest.fixture(autouse=True)
def noon(database, monkeypatch):
    """It is the same day from the first line of a test to the last."""
    monkeypatch.setattr(database, "clock", SetClock(NOON))


@pytest.fixture
def licensed(database, a):
    return put(database, a, TABLE, set_id="idea-extract", version="3.5", licence="IDEA", restricted=True)


@pytest.fixture
def expert(a):
    return uuid4()


def look(database, entry, ref=CASTING):
    return database.run(entry, lambda tx: factor_json(service.factor(tx, ref)))


def sheet_of(part, ref="idea-extract@3.5#casting"):
    own = line("own", "material", 1, "kilogram", 5, basis="unit")
    return sheet(line("cast", "material", 2, "kilogram", ref, basis="unit"), own, trace_id=part.trace_id)


class TestSeats:
    def test_the_number_is_shown_to_whoever_has_a_seat_and_to_nobody_else(
        self, database, a, licensed, expert
    ):
        seat(database, a, expert)
        assert look(database, person(a, expert))["value"] == Decimal("1.7")
        assert look(database, person(a, uuid4()))["value"] is None
        assert look(database, a)["value"] is None, "an application has no seat"
        found = database.read(a, lambda tx: service.find_factors(tx, FactorQuery(text="鋳物"))).factors
        assert [(one.name_ja, one.hidden) for one in found if one.restricted] == [("鋳鉄鋳物", True)]

    @pytest.mark.parametrize(
        "said",
        [
            {"name": "another-set"},
            {"valid_from": TODAY + timedelta(days=1)},
            {"valid_from": TODAY - timedelta(days=9), "valid_until": TODAY - timedelta(days=1)},
        ],
    )
    def test_a_seat_is_for_one_set_and_its_days(self, database, a, licensed, expert, said):
        seat(database, a, expert, **said)
        assert look(database, person(a, expert))["value"] is None

    def test_a_seat_that_was_taken_away(self, database, a, licensed, expert):
        given = seat(database, a, expert)
        database.run(a, lambda tx: service.end_seat(tx, given.seat_id))
        assert look(database, person(a, expert))["value"] is None
        assert database.read(a, service.seats)[0].ended_at is not None

    def test_only_an_admin_gives_seats_and_only_in_the_own_company(self, database, a, b, licensed, expert):
        with pytest.raises(Forbidden):
            seat(database, person(a, expert), expert)
        given = seat(database, a, expert)
        with pytest.raises(SeatMissing):
            database.run(b, lambda tx: service.end_seat(tx, given.seat_id))
        assert database.read(b, service.seats) == []
        with pytest.raises(DaysReversed):
            seat(database, a, expert, valid_until=date(2020, 1, 1))


class TestCalculating:
    def test_without_a_seat_it_is_refused_at_its_line(self, database, chain, a, licensed):
        one = sheet_of(chain.part(a, "鋳物"))
        for work in (calculate_sheet, put_sheet):
            with pytest.raises(SeveralFaults) as told:
                database.run(a, lambda tx, work=work: work(tx, one))
            assert [(fault.code, fault.pointer) for fault in told.value.faults] == [
                ("factor_licence_needed", "/lines/0/factor")
            ]

    def test_the_result_stays_and_the_number_does_not(self, database, chain, a, licensed, expert):
        """2 kg x 1.7 + 1 kg x 5 = 8.4; of the first line nothing stays from which 1.7 could be read."""
        seat(database, a, expert)
        part = chain.part(a, "鋳物")
        stored = database.run(person(a, expert), lambda tx: put_sheet(tx, sheet_of(part)))
        assert stored.result["total"] == d("8.4")
        cast, own = stored.result["lines"]
        assert (cast["emission"], cast["per_unit"]) == (None, None)
        assert [(one["factor"], one["value"], one["emission"]) for one in cast["pieces"]] == [
            ("idea-extract@3.5#casting", None, None)
        ]
        assert own["per_unit"] == 5
        assert database.read(a, lambda tx: sheet_version(tx, stored.sheet_id)).result == stored.result
        assert "idea-extract@3.5#casting" in chain.statement(a, part).method["factors"]

    def test_whoever_has_a_seat_sees_the_trail_while_calculating(self, database, chain, a, licensed, expert):
        seat(database, a, expert)
        one = sheet_of(chain.part(a, "鋳物"))
        found = database.run(person(a, expert), lambda tx: calculate_sheet(tx, one))
        assert found.lines[0].per_unit == d("3.4")

    def test_an_export_has_the_number_for_whoever_has_a_seat_alone(
        self, database, chain, a, licensed, expert
    ):
        seat(database, a, expert)
        part = chain.part(a, "部品")
        made = database.run(person(a, expert), lambda tx: put_sheet(tx, sheet_of(part)))
        assert made.result["lines"][0]["emission"] is None

        def taken(account_id):
            entry = person(a, account_id, roles=("admin",))
            return {
                row["factor_id"]: row["value"]
                for name, row in database.run(entry, lambda tx: list(export_rows(tx)))
                if name == "footprint.factors"
            }

        assert taken(expert) == {"casting": Decimal("1.7"), "plating": Decimal("2.3")}
        assert taken(uuid4()) == {"casting": None, "plating": None}
        everything = database.run(
            person(a, uuid4(), roles=("admin",)), lambda tx: b"".join(export_lines(tx)).decode()
        )
        assert "casting" in everything
        assert '"value":1.7' not in everything.replace(" ", "")

    def test_reading_and_calculating_are_metered(self, database, chain, a, b, licensed, expert):
        seat(database, a, expert)
        entry, one = person(a, expert), sheet_of(chain.part(a, "鋳物"))
        look(database, entry)
        database.run(entry, lambda tx: put_sheet(tx, one))
        look(database, a)
        database.journal.flush()
        told = database.read(a, service.uses)
        assert {(one.name, one.version, one.account_id, one.what, one.times) for one in told} == {
            ("idea-extract", "3.5", expert, "read", 1),
            ("idea-extract", "3.5", expert, "calculated", 1),
        }
        assert database.read(b, service.uses) == []


class TestLoans:
    def lent(self, database, a, b, **said):
        return database.run(
            a, lambda tx: service.lend(tx, "our-factors", "2024", borrower_id=b.operator_id, **said)
        )

    def test_the_borrower_calculates_with_it_until_it_is_taken_back(self, database, chain, a, b):
        put(database, a)
        loan = self.lent(database, a, b)
        assert loan.name == f"our-factors.{a.operator_id.hex[:12]}"
        ref = FactorRef(loan.name, "2024", "steel")
        steel = database.read(b, lambda tx: service.factor(tx, ref))
        assert (steel.value, steel.name_ja) == (Decimal("2200.5"), "冷延鋼板\n（１mm）")
        [told] = [one for one in database.read(b, service.factor_sets) if one.own]
        assert (told.lent_by, told.set_id) == (a.operator_id, loan.name)
        part = chain.part(b, "鋼板")
        one = sheet(line("s", "material", 1, "tonne", str(ref), basis="unit"), trace_id=part.trace_id)
        assert database.run(b, lambda tx: put_sheet(tx, one)).result["total"] == d("2200.5")
        database.run(a, lambda tx: service.end_loan(tx, loan.loan_id))
        assert [one for one in database.read(b, service.factor_sets) if one.own] == []
        with pytest.raises(SeveralFaults) as told:
            database.run(b, lambda tx: put_sheet(tx, one))
        assert told.value.faults[0].pointer == "/lines/0/factor"
        assert chain.statement(b, part).in_force.stages, "what was stated stays"
        assert database.read(a, service.loans)[0].ended_at is not None

    def test_what_was_taken_back_can_be_lent_again(self, database, a, b):
        put(database, a)
        first = self.lent(database, a, b)
        database.run(a, lambda tx: service.end_loan(tx, first.loan_id))
        again = self.lent(database, a, b, valid_until=TODAY)
        assert (again.loan_id, again.ended_at, again.valid_until) == (first.loan_id, None, TODAY)
        [told] = [one for one in database.read(b, service.factor_sets) if one.own]
        assert told.factors == 3
        with pytest.raises(LoanExists):
            self.lent(database, a, b)

    def test_a_loan_ends_with_its_day(self, database, a, b):
        put(database, a)
        loan = self.lent(database, a, b, valid_until=TODAY)
        ref = FactorRef(loan.name, "2024", "steel")
        assert database.read(b, lambda tx: service.factors_by_ref(tx, [ref]))

        def tomorrow(tx):
            tx.now += timedelta(days=2)
            return service.factors_by_ref(tx, [ref]), service.factor_sets(tx)

        by_ref, sets = database.read(b, tomorrow)
        assert (by_ref, [one for one in sets if one.own]) == ({}, [])

    def test_licensed_numbers_need_a_seat_of_the_borrowers_own(self, database, a, b, licensed, expert):
        loan = database.run(a, lambda tx: service.lend(tx, "idea-extract", "3.5", borrower_id=b.operator_id))
        ref = FactorRef(loan.name, "3.5", "casting")
        seat(database, a, expert)
        assert look(database, person(b, expert), ref)["value"] is None, "a seat of the lender is none here"
        seat(database, b, expert, name=loan.name)
        assert look(database, person(b, expert), ref)["value"] == Decimal("1.7")

    def test_what_cannot_be_lent(self, database, a, b, create_operator):
        put(database, a)
        loan = self.lent(database, a, b)
        c = create_operator("C社")
        for work, error in (
            (lambda tx: service.lend(tx, "our-factors", "2024", borrower_id=b.operator_id), LoanExists),
            (lambda tx: service.lend(tx, "our-factors", "2024", borrower_id=a.operator_id), BorrowerMissing),
            (lambda tx: service.lend(tx, "our-factors", "2024", borrower_id=uuid4()), BorrowerMissing),
            (lambda tx: service.lend(tx, "none", "2024", borrower_id=b.operator_id), FactorSetMissing),
            (
                lambda tx: service.lend(
                    tx, "our-factors", "2024", borrower_id=c.operator_id, valid_until=date(2020, 1, 1)
                ),
                DaysReversed,
            ),
        ):
            with pytest.raises(error):
                database.run(a, work)
        with pytest.raises(LentSet):
            database.run(b, lambda tx: service.lend(tx, loan.name, "2024", borrower_id=c.operator_id))
        with pytest.raises(LoanMissing):
            database.run(b, lambda tx: service.end_loan(tx, loan.loan_id))
        with pytest.raises(FactorSetMissing):
            database.run(c, lambda tx: service.lend(tx, "our-factors", "2024", borrower_id=b.operator_id))

    def test_others_see_nothing_of_it(self, database, a, b, create_operator):
        put(database, a)
        loan = self.lent(database, a, b)
        c = create_operator("C社")
        assert database.read(c, service.loans) == []
        assert (
            database.read(c, lambda tx: service.factors_by_ref(tx, [FactorRef(loan.name, "2024", "steel")]))
            == {}
        )
        assert database.read(b, service.loans) == [], "the borrower lends nothing"
        count = "SELECT count(*) FROM footprint.factors"
        assert [database.read(one, lambda tx: tx.execute(count).fetchone()[0]) for one in (a, b, c)] == [
            3,
            3,
            0,
        ]

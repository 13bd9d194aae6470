"""Registering and reading parts: what a trace id stands for."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from renkei.commons.parts.errors import PartMissing
from renkei.commons.parts.model import LineDraft, PartDraft, PartFilter
from renkei.commons.parts.service import (
    list_parts,
    part_keys,
    put_part,
    put_structure,
    structure_of,
    update_part,
)
from renkei.database.transaction import act_as
from renkei.kit.errors import Forbidden, SeveralFaults
from renkei.kit.quantities import ConversionFacts


@pytest.fixture
def acme(create_operator):
    return create_operator("A社")


@pytest.fixture
def other(create_operator):
    return create_operator("B社")


def draft(operator, name="部品", **values):
    return PartDraft(plant_id=operator.plant_id, name=name, **values)


def put(database, operator, name="部品", **values):
    return database.run(operator, lambda tx: put_part(tx, draft(operator, name, **values)))


class TestTraceIds:
    def test_the_same_natural_key_is_the_same_part(self, database, acme):
        first = put(database, acme, support_name="A", label="one")
        second = put(database, acme, support_name="A", label="two")
        assert second.trace_id == first.trace_id
        assert second.label == "two"

    @pytest.mark.parametrize("values", [{"support_name": "B"}, {"support_name": None}, {"name": "別"}])
    def test_another_natural_key_is_another_part(self, database, acme, values):
        first = put(database, acme, support_name="A")
        second = put(database, acme, **{"name": "部品", "support_name": "A", **values})
        assert second.trace_id != first.trace_id

    def test_no_support_name_twice_is_the_same_part(self, database, acme):
        assert put(database, acme).trace_id == put(database, acme).trace_id

    def test_two_operators_never_share_one(self, database, acme, other):
        assert put(database, acme).trace_id != put(database, other).trace_id

    def test_renaming_issues_a_new_id_and_leaves_the_old_part(self, database, acme):
        first = put(database, acme, "旧", label="x")
        second = put(database, acme, "新", trace_id=first.trace_id)
        assert second.trace_id != first.trace_id
        found = database.read(acme, lambda tx: part_keys(tx, [first.trace_id, second.trace_id]))
        assert found[first.trace_id].name == "旧"
        assert found[second.trace_id].name == "新"

    def test_a_repeated_rename_finds_the_part_of_the_first(self, database, acme):
        first = put(database, acme, "旧")
        second = put(database, acme, "新", trace_id=first.trace_id)
        assert put(database, acme, "新", trace_id=first.trace_id).trace_id == second.trace_id

    def test_unknown_and_foreign_are_refused_alike(self, database, acme, other):
        theirs = put(database, other)
        refusals = []
        for trace_id in (uuid4(), theirs.trace_id):
            with pytest.raises(PartMissing) as refusal:
                put(database, acme, trace_id=trace_id)
            refusals.append(refusal.value.faults)
        assert refusals[0] == refusals[1]

    def test_a_foreign_plant_is_no_plant(self, database, acme, other):
        with pytest.raises(SeveralFaults) as refusal:
            database.run(acme, lambda tx: put_part(tx, draft(other)))
        assert [fault.code for fault in refusal.value.faults] == ["plant_unknown"]


class TestUpdate:
    def test_facts_survive_a_door_that_does_not_know_them(self, database, acme):
        put(database, acme, facts=ConversionFacts(mass_kg_per_unit=Decimal("0.25")))
        assert put(database, acme, unit="unit").mass_kg_per_unit == Decimal("0.25")

    def test_put_part_clears_the_structure_and_update_part_keeps_it(self, database, acme):
        line = LineDraft(child=draft(acme, "子"), amount=Decimal(2), unit="unit")
        database.run(acme, lambda tx: put_structure(tx, draft(acme, "親"), [line]))
        kept = database.run(acme, lambda tx: update_part(tx, draft(acme, "親", label="x")))
        assert kept.has_lines
        cleared = put(database, acme, "親")
        assert not cleared.has_lines
        view = database.read(acme, lambda tx: structure_of(tx, cleared.trace_id))
        assert view is not None
        assert view.lines == ()

    def test_a_viewer_may_not_write(self, database, acme):
        viewer = act_as(acme.operator_key, acme.operator_id, roles=("viewer",))
        with pytest.raises(Forbidden):
            database.run(viewer, lambda tx: put_part(tx, draft(acme)))

    def test_an_unknown_unit_is_a_fault_with_its_place(self, database, acme):
        with pytest.raises(SeveralFaults) as refusal:
            put(database, acme, unit="furlong")
        assert [(fault.code, fault.pointer) for fault in refusal.value.faults] == [("unit_unknown", "/unit")]

    def test_the_former_state_is_kept(self, database, acme):
        part = put(database, acme, label="one")
        put(database, acme, label="two")
        rows = database.read(
            acme,
            lambda tx: tx.rows(
                "SELECT row ->> 'label' AS label FROM commons.history WHERE row_key = %s AND table_name = 'parts'",
                (part.part_key,),
            ),
        )
        assert [row["label"] for row in rows] == ["one"]


class TestList:
    def test_pages_cover_every_part_once_in_order(self, database, acme, other):
        names = [("b", None), ("a", "2"), ("a", None), ("a", "1"), ("c", ""), ("B", None), ("あ", "x")]
        for name, support in names:
            put(database, acme, name, support_name=support)
        put(database, other, "a", support_name="0")
        seen, after = [], None
        while True:
            page = database.read(acme, lambda tx, after=after: list_parts(tx, after=after, limit=2))
            seen += [(part.name, part.support_name) for part in page.items]
            after = page.next_cursor
            if after is None:
                break
        assert seen == [("B", None), ("a", "1"), ("a", "2"), ("a", None), ("b", None), ("c", ""), ("あ", "x")]

    def test_a_cursor_that_is_foreign_or_unknown_shows_nothing(self, database, acme, other):
        put(database, acme)
        theirs = put(database, other)
        for after in (uuid4(), theirs.trace_id):
            page = database.read(acme, lambda tx, after=after: list_parts(tx, after=after))
            assert page.items == ()

    def test_filters_hold_at_once(self, database, acme):
        line = LineDraft(child=draft(acme, "子"), amount=Decimal(2), unit="unit")
        view = database.run(acme, lambda tx: put_structure(tx, draft(acme, "親"), [line]))
        roots = database.read(acme, lambda tx: list_parts(tx, PartFilter(roots_only=True)))
        assert [part.name for part in roots.items] == ["親"]
        child = view.lines[0].child
        by_id = database.read(acme, lambda tx: list_parts(tx, PartFilter(trace_id=child.trace_id, name="子")))
        assert [part.trace_id for part in by_id.items] == [child.trace_id]
        assert by_id.items[0].is_child
        none = database.read(acme, lambda tx: list_parts(tx, PartFilter(name="子", roots_only=True)))
        assert none.items == ()

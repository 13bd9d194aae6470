"""Registering many parts at once: all or none, every fault with its place, the same as one by one."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from renkei.commons.parts.bulk import bulk_register, promote, stage
from renkei.commons.parts.errors import PartQuotaExceeded
from renkei.commons.parts.model import BulkRow, LineDraft, PartDraft
from renkei.commons.parts.service import (
    list_parts,
    part_keys,
    put_structure,
    structure_of,
    structure_version,
    structure_versions,
    update_part,
)
from renkei.database.transaction import act_as
from renkei.kit.errors import Fault, Forbidden, SeveralFaults
from renkei.kit.quantities import ConversionFacts


@pytest.fixture
def acme(create_operator):
    return create_operator("A社")


@pytest.fixture
def other(create_operator):
    return create_operator("B社")


class Rows:
    """Short words for rows of one operator; each gets the next number."""

    def __init__(self, operator):
        self.operator = operator
        self.rows = []

    def draft(self, name, support_name=None, **values):
        return PartDraft(plant_id=self.operator.plant_id, name=name, support_name=support_name, **values)

    def line(self, child, amount="1", unit="unit", **values):
        named = child if isinstance(child, PartDraft | UUID) else self.draft(child)
        return LineDraft(child=named, amount=Decimal(amount), unit=unit, **values)

    def row(self, name, lines=None, *, effective_from=None, **values):
        stated = (
            None
            if lines is None
            else tuple(line if isinstance(line, LineDraft) else self.line(line) for line in lines)
        )
        self.rows.append(
            BulkRow(
                number=len(self.rows) + 1,
                parent=self.draft(name, **values),
                lines=stated,
                effective_from=effective_from,
            )
        )
        return self


@pytest.fixture
def rows(acme):
    return Rows(acme)


def register(database, operator, rows, **options):
    return bulk_register(database, operator, rows.rows if isinstance(rows, Rows) else rows, **options)


def names(database, operator):
    return [part.name for part in database.read(operator, lambda tx: list_parts(tx, limit=500)).items]


def faults(refusal):
    return [(fault.code, fault.pointer) for fault in refusal.value.faults]


def structure(database, operator, trace_id):
    return database.read(operator, lambda tx: structure_of(tx, trace_id))


class TestStoring:
    def test_parts_are_stored_as_stated(self, database, acme, rows):
        rows.row(
            "車体\t1\\N",
            support_name="A\nB",
            terminated=True,
            unit="kilogram",
            label="",
            info1="一",
            info2="\\",
            facts=ConversionFacts(mass_kg_per_unit=Decimal("1.250"), density_kg_per_liter=Decimal("1E-7")),
        )
        result = register(database, acme, rows)
        [(number, trace_id)] = result.trace_ids
        part = database.read(acme, lambda tx: part_keys(tx, [trace_id]))[trace_id]
        assert number == 1
        assert (part.name, part.support_name, part.terminated) == ("車体\t1\\N", "A\nB", True)
        assert (part.unit, part.label, part.info1, part.info2, part.info3) == (
            "kilogram",
            "",
            "一",
            "\\",
            None,
        )
        assert (part.mass_kg_per_unit, part.density_kg_per_liter) == (Decimal("1.250"), Decimal("0.0000001"))
        assert (result.parts_created, result.parts_updated, result.structures) == (1, 0, 0)

    def test_children_may_stand_before_or_behind_their_parents(self, database, acme, rows):
        rows.row("軸", unit="kilogram").row("組立", ["軸", "箱"]).row("箱", ["板"], label="箱です")
        result = register(database, acme, rows)
        assert (result.parts_created, result.structures) == (4, 2)
        traces = dict(result.trace_ids)
        view = structure(database, acme, traces[2])
        assert [(line.child.name, line.sourcing) for line in view.lines] == [("軸", "bought"), ("箱", "made")]
        assert [line.child.trace_id for line in view.lines] == [traces[1], traces[3]]
        assert view.lines[1].child.label == "箱です"

    def test_lines_keep_their_order_and_everything_said_of_them(self, database, acme, rows):
        rows.row(
            "盤",
            [
                rows.line("ねじ", "0.100", "gram", base_quantity=Decimal(1000), counted_by="supplier"),
                rows.line("甲", alternative_group="g", usage_share=Decimal("0.4"), sourcing="consigned_free"),
                rows.line("乙", alternative_group="g", usage_share=Decimal("0.6"), phantom=True),
            ],
        )
        [(_, trace_id)] = register(database, acme, rows).trace_ids
        lines = structure(database, acme, trace_id).lines
        assert [(line.position, line.child.name) for line in lines] == [(1, "ねじ"), (2, "甲"), (3, "乙")]
        assert (lines[0].amount, lines[0].unit, lines[0].base_quantity) == (
            Decimal("0.1"),
            "gram",
            Decimal(1000),
        )
        assert (lines[0].counted_by, lines[1].sourcing, lines[2].phantom) == (
            "supplier",
            "consigned_free",
            True,
        )
        assert (lines[1].usage_share, lines[2].usage_share) == (Decimal("0.4"), Decimal("0.6"))

    def test_a_child_of_a_trace_id_is_left_as_it_is(self, database, acme, rows):
        draft = PartDraft(plant_id=acme.plant_id, name="軸", label="前から")
        axle = database.run(acme, lambda tx: update_part(tx, draft))
        rows.row("組立", [axle.trace_id])
        result = register(database, acme, rows)
        [line] = structure(database, acme, result.trace_ids[0][1]).lines
        assert (line.child.trace_id, line.child.label) == (axle.trace_id, "前から")
        assert result.parts_created == 1

    def test_a_registered_child_that_is_only_named_is_left_as_it_is(self, database, acme, rows):
        draft = PartDraft(plant_id=acme.plant_id, name="軸", label="前から", unit="kilogram")
        axle = database.run(acme, lambda tx: update_part(tx, draft))
        result = register(database, acme, rows.row("組立", ["軸"]))
        [line] = structure(database, acme, result.trace_ids[0][1]).lines
        assert line.child.trace_id == axle.trace_id
        assert (line.child.label, line.child.unit) == ("前から", "kilogram")

    def test_a_new_child_is_made_from_the_first_line_that_names_it(self, database, acme, rows):
        rows.row("甲", [rows.line(rows.draft("軸", label="一番"))]).row(
            "乙", [rows.line(rows.draft("軸", label="二番"))]
        )
        result = register(database, acme, rows)
        assert result.parts_created == 3
        [line] = structure(database, acme, result.trace_ids[1][1]).lines
        assert line.child.label == "一番"

    def test_no_support_name_and_one_are_two_parts(self, database, acme, rows):
        rows.row("軸").row("軸", support_name="").row("軸", support_name="A").row("組立", ["軸"])
        result = register(database, acme, rows)
        assert result.parts_created == 4
        [line] = structure(database, acme, dict(result.trace_ids)[4]).lines
        assert line.child.trace_id == dict(result.trace_ids)[1]

    def test_the_result_is_that_of_one_by_one(self, database, acme, other, rows):
        """The same BOM through `bulk_register` and through `put_structure` reads the same."""
        rows.row("車", ["箱", "軸"], unit="unit").row("箱", ["板"], unit="unit").row("軸").row("板")
        register(database, acme, rows)
        single = Rows(other)
        for parent, children in (("箱", ["板"]), ("車", ["箱", "軸"])):
            database.run(
                other,
                lambda tx, p=parent, c=children: put_structure(
                    tx, single.draft(p, unit="unit"), [single.line(single.draft(n)) for n in c]
                ),
            )

        def shown(operator):
            parts = database.read(operator, lambda tx: list_parts(tx, limit=50)).items
            return {
                part.name: [
                    (line.child.name, line.amount, line.sourcing)
                    for line in structure(database, operator, part.trace_id).lines
                ]
                for part in parts
            }

        first = shown(acme)
        assert first["車"] == [("箱", Decimal(1), "made"), ("軸", Decimal(1), "bought")]
        second = shown(other)
        # One by one, a child is updated by the line that names it; its own lines are the same.
        assert second == first

    def test_chunks_of_rows_see_each_other(self, database, acme, rows, monkeypatch):
        monkeypatch.setattr("renkei.commons.parts.bulk.ROWS_AT_ONCE", 2)
        for number in range(7):
            rows.row(f"部品{number}", [f"部品{(number + 3) % 7}"])
        result = register(database, acme, rows)
        assert (result.parts_created, result.structures) == (7, 7)
        view = structure(database, acme, dict(result.trace_ids)[1])
        assert view.lines[0].child.trace_id == dict(result.trace_ids)[4]

    def test_an_empty_file_is_nothing(self, database, acme):
        assert register(database, acme, []).parts_created == 0


class TestAgain:
    def test_the_same_rows_again_change_nothing(self, database, acme, rows):
        rows.row("車", ["箱", "軸"], label="L").row("箱", ["板"]).row("軸", []).row(
            "来年", ["軸"], effective_from=date(2030, 4, 1)
        )
        first = register(database, acme, rows)
        assert (first.parts_created, first.structures) == (5, 3)
        second = register(database, acme, rows)
        assert second.trace_ids == first.trace_ids
        assert (second.parts_created, second.parts_updated, second.structures) == (0, 0, 0)

    def test_what_differs_is_changed_and_told(self, database, acme, rows):
        marked = []
        database.reactions = {
            topic: [lambda _, keys, topic=topic: marked.append((topic, keys))]
            for topic in ("part_inputs", "chain")
        }
        rows.row("車", ["箱"], label="旧").row("箱").row("軸", unit="unit").row("同じ", ["軸"])
        traces = dict(register(database, acme, rows).trace_ids)
        assert marked == []
        again = Rows(acme)
        again.row("車", ["箱", "軸"], label="旧").row("箱", label="新").row("軸", unit="kilogram").row(
            "同じ", ["軸"]
        )
        result = register(database, acme, again)
        assert (result.parts_created, result.parts_updated, result.structures) == (0, 2, 1)
        parts = database.read(acme, lambda tx: part_keys(tx, traces.values()))
        key = {number: parts[trace_id].part_key for number, trace_id in traces.items()}
        assert dict(marked) == {"part_inputs": {key[1], key[3]}, "chain": {key[2]}}
        assert parts[traces[2]].label == "新"
        versions = database.read(acme, lambda tx: structure_versions(tx, traces[1]))
        assert [(one.version, one.line_count, one.in_force) for one in versions] == [
            (2, 2, True),
            (1, 1, False),
        ]

    def test_absent_lines_leave_a_structure_and_empty_ones_clear_it(self, database, acme, rows):
        [(_, trace_id)] = register(database, acme, rows.row("車", ["箱"])).trace_ids
        register(database, acme, Rows(acme).row("車", label="x"))
        assert len(structure(database, acme, trace_id).lines) == 1
        register(database, acme, Rows(acme).row("車", [], label="x"))
        assert structure(database, acme, trace_id).lines == ()
        assert database.read(acme, lambda tx: part_keys(tx, [trace_id]))[trace_id].has_lines is False

    def test_facts_that_a_row_does_not_know_stay(self, database, acme, rows):
        facts = ConversionFacts(mass_kg_per_unit=Decimal(2))
        [(_, trace_id)] = register(database, acme, rows.row("軸", facts=facts)).trace_ids
        register(database, acme, Rows(acme).row("軸", label="x"))
        part = database.read(acme, lambda tx: part_keys(tx, [trace_id]))[trace_id]
        assert (part.mass_kg_per_unit, part.label) == (Decimal(2), "x")

    def test_a_structure_of_a_later_day_waits_for_it(self, database, acme, rows):
        tomorrow = datetime.now(UTC).date() + timedelta(days=400)
        rows.row("車", ["箱"]).row("組立", ["車"])
        traces = dict(register(database, acme, rows).trace_ids)
        register(database, acme, Rows(acme).row("車", ["軸"], effective_from=tomorrow))
        assert [line.child.name for line in structure(database, acme, traces[1]).lines] == ["箱"]
        later = database.read(acme, lambda tx: structure_version(tx, traces[1], 2))
        assert ([line.child.name for line in later.lines], later.effective_from) == (["軸"], tomorrow)

    def test_a_staged_file_can_be_promoted_again_after_a_failure(self, database, acme, rows):
        with stage(rows.row("車", ["箱"]).rows) as staged:

            def fails(tx):
                promote(tx, staged)
                raise RuntimeError

            with pytest.raises(RuntimeError):
                database.run(acme, fails)
            assert names(database, acme) == []
            assert database.run(acme, lambda tx: promote(tx, staged)).parts_created == 2


class TestAtOnce:
    def test_two_registrations_of_the_same_rows_store_each_part_once(self, database, acme, rows):
        for number in range(50):
            rows.row(f"部品{number}", [f"部品{number + 1}"])
        together = threading.Barrier(2)

        def run(_):
            together.wait()
            return register(database, acme, rows)

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(run, range(2))
        assert first.trace_ids == second.trace_ids
        assert sorted([first.parts_created, second.parts_created]) == [0, 51]
        assert sorted([first.structures, second.structures]) == [0, 50]

    def test_a_structure_put_meanwhile_comes_before_or_after(self, database, acme, rows):
        """Serial outcomes only: the last of the two writers is in force, and both versions are there."""
        [(_, trace_id)] = register(database, acme, Rows(acme).row("車", ["軸"])).trace_ids
        rows.row("車", ["箱"])
        together = threading.Barrier(2)

        def bulk():
            together.wait()
            return register(database, acme, rows)

        def single():
            together.wait()
            line = rows.line("板")
            return database.run(acme, lambda tx: put_structure(tx, trace_id, [line]))

        with ThreadPoolExecutor(2) as pool:
            for running in [pool.submit(bulk), pool.submit(single)]:
                running.result()
        versions = [
            [
                line.child.name
                for line in database.read(acme, lambda tx, v=v: structure_version(tx, trace_id, v)).lines
            ]
            for v in (1, 2, 3)
        ]
        assert versions in ([["軸"], ["箱"], ["板"]], [["軸"], ["板"], ["箱"]])
        assert [line.child.name for line in structure(database, acme, trace_id).lines] == versions[2]


class TestFaults:
    def test_every_fault_at_once_and_nothing_stored(self, database, acme, other, rows):
        rows.row("軸", unit="furlong")
        rows.row("車", [rows.line("箱", unit="bushel"), rows.line("軸", "-1")])
        rows.row("軸")
        rows.row("自分", ["自分", "箱", "箱"])
        rows.row("遠い", [uuid4()])
        rows.rows.append(
            BulkRow(number=6, parent=PartDraft(plant_id=other.plant_id, name="他社の工場"), lines=None)
        )
        rows.rows.append(Fault("malformed_json", "line:7"))
        rows.rows.append(
            BulkRow(
                number=8,
                parent=rows.draft("外"),
                lines=(
                    LineDraft(child=PartDraft(plant_id=uuid4(), name="x"), amount=Decimal(1), unit="unit"),
                ),
            )
        )
        with pytest.raises(SeveralFaults) as refusal:
            register(database, acme, rows)
        assert faults(refusal) == [
            ("unit_unknown", "line:1/unit"),
            ("unit_unknown", "line:2/lines/0/unit"),
            ("bad_amount", "line:2/lines/1/amount"),
            ("duplicate_row", "line:3"),
            ("self_reference", "line:4/lines/0/child"),
            ("duplicate_child", "line:4/lines/2/child"),
            ("trace_unknown", "line:5/lines/0/child/trace_id"),
            ("plant_unknown", "line:6/plant_id"),
            ("malformed_json", "line:7"),
            ("plant_unknown", "line:8/lines/0/child/plant_id"),
        ]
        assert names(database, acme) == []

    def test_a_list_of_faults_is_bounded(self, database, acme, rows):
        for number in range(150):
            rows.row(f"部品{number}", unit="furlong")
        with pytest.raises(SeveralFaults) as refusal:
            register(database, acme, rows)
        assert len(refusal.value.faults) == 100

    def test_a_foreign_part_is_as_unknown_as_none(self, database, acme, other, rows):
        theirs = database.run(
            other, lambda tx: update_part(tx, PartDraft(plant_id=other.plant_id, name="箱"))
        )
        told = []
        for trace_id in (theirs.trace_id, uuid4()):
            with pytest.raises(SeveralFaults) as refusal:
                register(database, acme, Rows(acme).row("車", [trace_id]))
            told.append([(fault.code, fault.pointer, fault.parameters) for fault in refusal.value.faults])
        assert told[0] == told[1] == [("trace_unknown", "line:1/lines/0/child/trace_id", {})]

    def test_one_part_by_name_and_by_trace_id_is_found_twice(self, database, acme, rows):
        axle, car = (
            database.run(acme, lambda tx, n=name: update_part(tx, PartDraft(plant_id=acme.plant_id, name=n)))
            for name in ("軸", "車")
        )
        rows.row("車", ["軸", axle.trace_id, car.trace_id]).row("箱", [axle.trace_id])
        with pytest.raises(SeveralFaults) as refusal:
            register(database, acme, rows)
        assert faults(refusal) == [
            ("duplicate_child", "line:1/lines/1/child"),
            ("self_reference", "line:1/lines/2/child"),
        ]

    def test_the_same_names_of_another_company_do_not_meet(self, database, acme, other, rows):
        register(database, acme, rows.row("車", ["軸"]))
        result = register(database, other, Rows(other).row("車", ["軸"]))
        assert result.parts_created == 2
        assert names(database, acme) == names(database, other) == ["車", "軸"]

    def test_a_viewer_may_not(self, database, acme, rows):
        viewer = act_as(acme.operator_key, acme.operator_id, roles=("viewer",))
        with pytest.raises(Forbidden):
            register(database, viewer, rows.row("車"))

    def test_a_company_has_no_more_parts_than_its_quota(self, database, acme, rows):
        rows.row("車", ["軸", "箱"])
        with pytest.raises(PartQuotaExceeded) as refusal:
            register(database, acme, rows, part_limit=2)
        assert refusal.value.parameters == {"maximum": 2, "held": 0, "new": 3}
        assert names(database, acme) == []
        assert register(database, acme, rows, part_limit=3).parts_created == 3
        assert register(database, acme, rows, part_limit=3).parts_created == 0

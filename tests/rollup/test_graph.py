"""Building graphs: order, loops, changed lines, and every fault at once."""

from __future__ import annotations

import numpy as np
import pytest

from renkei.rollup import FaultCode, Graph, IncompleteError, Lines, RollupError, roll_up


def faults_of(raised: pytest.ExceptionInfo[RollupError]) -> set[tuple[str, str, int]]:
    return {(fault.code, fault.array, fault.index) for fault in raised.value.faults}


class TestBuild:
    def test_levels_are_counted_from_the_end_parts(self):
        # 3 ← 2 ← 0, 3 ← 1, and 4 alone
        graph = Graph.build(5, [2, 0, 1], [3, 2, 3], [1, 1, 1])
        assert graph.depth == 3
        assert graph.nodes == 5

    def test_parallel_lines_are_added_up_and_zero_amounts_left_out(self):
        graph = Graph.build(3, [0, 0, 1], [2, 2, 2], [1, 2, 0])
        child, parent, amount = graph.lines()
        assert (child.tolist(), parent.tolist(), amount.tolist()) == ([0], [2], [3.0])

    def test_a_graph_without_lines_or_nodes(self):
        assert roll_up(Graph.build(2, [], [], []), [[1.0], [2.0]]).all().tolist() == [[1.0], [2.0]]
        assert roll_up(Graph.build(0, [], [], []), np.empty((0, 2))).all().shape == (0, 2)

    def test_zero_amounts_close_no_loop(self):
        graph = Graph.build(2, [0, 1], [1, 0], [2, 0])
        assert graph.unsolvable == ()
        assert roll_up(graph, [[1.0], [1.0]]).all()[:, 0].tolist() == [1, 3]

    def test_every_fault_is_told_at_once_with_its_place(self):
        with pytest.raises(RollupError) as raised:
            Graph.build(
                3,
                [0, 1, 5, 0, 0, -1],
                [1, 1, 0, 2, 2, 0],
                [1, 1, 1, float("nan"), -2, float("inf")],
            )
        assert faults_of(raised) == {
            (FaultCode.SELF_REFERENCE, "child", 1),
            (FaultCode.NODE_OUT_OF_RANGE, "child", 2),
            (FaultCode.NODE_OUT_OF_RANGE, "child", 5),
            (FaultCode.AMOUNT_NOT_FINITE, "amount", 3),
            (FaultCode.AMOUNT_NOT_FINITE, "amount", 5),
            (FaultCode.AMOUNT_NEGATIVE, "amount", 4),
        }
        assert raised.value.count == 6

    def test_a_million_faults_are_counted_and_a_hundred_shown(self):
        with pytest.raises(RollupError) as raised:
            Graph.build(2, np.zeros(1000, int), np.ones(1000, int), np.full(1000, -1.0))
        assert raised.value.count == 1000
        assert len(raised.value.faults) == 100

    @pytest.mark.parametrize(
        ("child", "parent", "amount"),
        [([0], [1, 1], [1]), ([0], [1], [1, 1]), ([[0]], [[1]], [[1]]), (["a"], [1], [1])],
    )
    def test_lengths_that_do_not_fit(self, child, parent, amount):
        with pytest.raises(RollupError) as raised:
            Graph.build(2, child, parent, amount)
        assert raised.value.faults[0].code is FaultCode.SHAPE

    @pytest.mark.parametrize("child", [[0.5], [float("nan")], [float("inf")], [1e300], [2**63 - 1]])
    def test_node_numbers_that_are_none(self, child):
        with pytest.raises(RollupError) as raised:
            Graph.build(2, child, [1], [1])
        assert raised.value.faults[0].code is FaultCode.NODE_OUT_OF_RANGE

    @pytest.mark.parametrize("kind", [np.int8, np.uint16, np.int64, np.uint64])
    def test_any_width_of_integer(self, kind):
        graph = Graph.build(3, np.array([0, 1], kind), np.array([2, 2], kind), [1, 2])
        assert roll_up(graph, [[1.0], [1.0], [0.0]]).of([2])[0, 0] == 3


class TestUnsolvable:
    @pytest.mark.parametrize("amounts", [(1.0, 1.0), (2.0, 0.5), (3.0, 4.0), (1e200, 1e200), (1 - 1e-14, 1)])
    def test_a_loop_that_needs_as_much_as_it_makes_is_named(self, amounts):
        graph = Graph.build(4, [0, 1, 0, 3], [1, 0, 2, 2], [*amounts, 1, 1])
        assert [loop.tolist() for loop in graph.unsolvable] == [[0, 1]]

    def test_what_stands_on_it_is_marked_and_the_rest_goes_on(self):
        # 0 and 1 need each other; 2 stands on them, 3 and 4 do not; 5 is a loop that can be solved
        graph = Graph.build(7, [0, 1, 0, 3, 5, 6], [1, 0, 2, 4, 6, 5], [1, 1, 0.1, 2, 0.5, 0.5])
        totals = roll_up(graph, np.ones((7, 1)))
        assert totals.incomplete.tolist() == [0, 1, 2]
        assert np.isnan(totals.of([0, 1, 2])).all()
        # 4: 1 + 2 x 1; 5 and 6: 1 + 0.5 x 2 = 2
        assert totals.of([3, 4, 5, 6])[:, 0].tolist() == pytest.approx([1, 3, 2, 2])
        assert totals.overflowed.size == 0
        with pytest.raises(IncompleteError):
            totals.contributions(2)
        assert totals.contributions(4).total[0] == 3

    def test_the_smaller_loop_is_solvable_beside_an_unsolvable_one_of_its_size(self):
        graph = Graph.build(4, [0, 1, 2, 3], [1, 0, 3, 2], [2, 2, 0.5, 0.5])
        assert [loop.tolist() for loop in graph.unsolvable] == [[0, 1]]
        assert roll_up(graph, np.ones((4, 1))).of([2, 3])[:, 0].tolist() == pytest.approx([2, 2])

    def test_changed_lines_mend_a_loop(self):
        totals = roll_up(Graph.build(3, [0, 1, 0], [1, 0, 2], [1, 1, 1]), np.ones((3, 1)))
        assert totals.incomplete.tolist() == [0, 1, 2]
        totals.update(lines=Lines([0], [1], [0], [0.5]))
        # 0: 1 + 0.5 x (1), with 1: 1 + 0: u0 = 1 + 0.5 (1 + u0), so 3; u1 = 4; u2 = 1 + 3
        assert totals.all()[:, 0].tolist() == pytest.approx([3, 4, 4])
        assert totals.incomplete.size == 0
        assert totals.graph.unsolvable == ()

    def test_changed_lines_close_a_loop(self):
        totals = roll_up(Graph.build(3, [0, 0], [1, 2], [1, 1]), np.ones((3, 1)))
        change = totals.update(lines=Lines([0], [1], [0], [1]))
        assert totals.incomplete.tolist() == [0, 1, 2]
        assert sorted(change.changed.tolist()) == [0, 1, 2]

    def test_a_node_that_no_longer_uses_the_loop_is_not_marked(self):
        totals = roll_up(Graph.build(4, [0, 1, 0, 2], [1, 0, 2, 3], [1, 1, 1, 1]), np.ones((4, 1)))
        totals.update(lines=Lines([2], [], [], []))
        assert totals.incomplete.tolist() == [0, 1]
        assert totals.of([2, 3])[:, 0].tolist() == [1, 2]


class TestLargeLoops:
    """More than 64 members: cut open, not solved as one dense system."""

    def ring(self, nodes: int, amount: float) -> Graph:
        numbers = np.arange(nodes)
        return Graph.build(nodes, np.roll(numbers, -1), numbers, np.full(nodes, amount))

    def test_a_ring_by_its_formula(self):
        """Each of 1,000 needs 0.5 of the next: u = 1 + 0.5 u = 2."""
        totals = roll_up(self.ring(1000, 0.5), np.ones((1000, 2)))
        assert totals.all() == pytest.approx(np.full((1000, 2), 2.0), rel=1e-14)

    def test_a_ring_that_needs_what_it_makes(self):
        graph = self.ring(1000, 1.0)
        assert [loop.size for loop in graph.unsolvable] == [1000]
        assert np.isnan(roll_up(graph, np.ones((1000, 1))).all()).all()

    def test_a_loop_beyond_the_limit_of_cuts_is_named(self, monkeypatch):
        from renkei.rollup import _loops

        monkeypatch.setattr(_loops, "LARGEST_CUT", 0)
        assert [loop.size for loop in self.ring(100, 0.5).unsolvable] == [100]

    def test_many_loops_in_one_by_residual(self):
        random = np.random.default_rng(5)
        nodes, count = 3000, 9000
        child, parent = random.integers(0, nodes, count), random.integers(0, nodes, count)
        kept = child != parent
        child, parent = child[kept], parent[kept]
        amount = random.uniform(0, 0.6, child.size)
        own = random.normal(size=(nodes, 2))
        graph = Graph.build(nodes, child, parent, amount)
        totals = roll_up(graph, own.copy())
        assert max(loop.size for loop in graph.ordered.schedule.loops) > 1000
        needed = np.zeros((nodes, 2))
        np.add.at(needed, parent, amount[:, None] * totals.all()[child])
        assert np.abs(own + needed - totals.all()).max() < 1e-12 * np.abs(totals.all()).max()
        assert totals.contributions(7).total == pytest.approx(totals.of([7])[0], rel=1e-10)


class TestChangedLines:
    def graph(self) -> Graph:
        # 3 ← 2 ← 1 ← 0
        return Graph.build(5, [0, 1, 2], [1, 2, 3], [1, 1, 1])

    def test_the_first_graph_stays_as_it_is(self):
        graph = self.graph()
        other = graph.with_lines(Lines([2], [4], [2], [5]))
        assert sorted(zip(*(part.tolist() for part in graph.lines()), strict=True)) == [
            (0, 1, 1.0),
            (1, 2, 1.0),
            (2, 3, 1.0),
        ]
        assert sorted(zip(*(part.tolist() for part in other.lines()), strict=True)) == [
            (0, 1, 1.0),
            (2, 3, 1.0),
            (4, 2, 5.0),
        ]
        assert other.changed_nodes == 1
        assert other.rebuilt().changed_nodes == 0

    def test_a_line_against_the_order_is_ordered_locally(self):
        """3 ← 2 ← 1 ← 0 becomes 0 ← 3 with 1 ending: 2 = 1 + 1, 3 = 1 + 2, 0 = 1 + 3."""
        totals = roll_up(self.graph(), np.ones((5, 1)))
        totals.update(lines=Lines([0, 1], [3], [0], [1]))
        assert totals.all()[:, 0].tolist() == [4, 1, 2, 3, 1]

    def test_later_changes_replace_earlier_ones(self):
        graph = self.graph().with_lines(Lines([2], [4], [2], [5])).with_lines(Lines([2, 1], [0], [2], [7]))
        assert roll_up(graph, np.ones((5, 1))).all()[:, 0].tolist() == [1, 1, 8, 9, 1]
        assert graph.changed_nodes == 2

    def test_lines_inside_a_loop_may_change(self):
        graph = Graph.build(3, [0, 1, 0], [1, 0, 2], [0.5, 0.5, 1])
        other = graph.with_lines(Lines([0], [], [], []))
        # 0: 1; 1: 1 + 0.5; 2: 1 + 1
        assert roll_up(other, np.ones((3, 1))).all()[:, 0].tolist() == [1, 1.5, 2]

    def test_lines_of_tells_what_to_edit(self):
        child, parent, amount = self.graph().lines_of([2, 3])
        assert sorted(zip(child.tolist(), parent.tolist(), amount.tolist(), strict=True)) == [
            (1, 2, 1),
            (2, 3, 1),
        ]

    def test_every_fault_at_once_and_nothing_changed(self):
        totals = roll_up(self.graph(), np.ones((5, 1)))
        with pytest.raises(RollupError) as raised:
            totals.update(lines=Lines([1, 1, 9], [0, 0, 2], [1, 3, 2], [-1, 1, 1]))
        assert faults_of(raised) == {
            (FaultCode.NODE_OUT_OF_RANGE, "of", 2),
            (FaultCode.NODE_REPEATED, "of", 0),
            (FaultCode.NODE_REPEATED, "of", 1),
            (FaultCode.AMOUNT_NEGATIVE, "amount", 0),
            (FaultCode.SELF_REFERENCE, "child", 2),
            (FaultCode.PARENT_NOT_NAMED, "parent", 1),
            (FaultCode.PARENT_NOT_NAMED, "parent", 2),
        }
        assert totals.graph.changed_nodes == 0
        assert totals.all()[:, 0].tolist() == [1, 2, 3, 4, 1]

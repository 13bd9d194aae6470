"""Totals: what may be given, what is flagged, what an update touches, what a what-if leaves alone."""

from __future__ import annotations

import numpy as np
import pytest

from renkei.rollup import FaultCode, Graph, Lines, RollupError, Totals, roll_up


def stair(nodes: int, amount: float = 1.0) -> Graph:
    """Node k needs `amount` of node k - 1."""
    return Graph.build(
        nodes, np.arange(nodes - 1), np.arange(1, nodes), np.full(nodes - 1, amount, dtype=float)
    )


class TestOwnValues:
    @pytest.mark.parametrize("own", [[1.0, 2.0], [[1.0]], [[[1.0]], [[2.0]]], [[1.0], [2.0], [3.0]]])
    def test_wrong_shapes(self, own):
        with pytest.raises(RollupError) as raised:
            roll_up(stair(2), own)
        assert raised.value.faults[0].code is FaultCode.SHAPE

    def test_each_row_that_is_not_finite(self):
        with pytest.raises(RollupError) as raised:
            roll_up(stair(4), [[1, np.nan], [1, 1], [np.inf, 1], [1, -np.inf]])
        assert [(fault.code, fault.index) for fault in raised.value.faults] == [
            (FaultCode.OWN_NOT_FINITE, 0),
            (FaultCode.OWN_NOT_FINITE, 2),
            (FaultCode.OWN_NOT_FINITE, 3),
        ]

    def test_huge_values_whose_sum_overflows_are_no_fault(self):
        own = [[1.7e308], [1.7e308]]
        assert roll_up(Graph.build(2, [], [], []), own).all().tolist() == own

    def test_credits_are_legal(self):
        assert roll_up(stair(2, 3), [[-2.0], [1.0]]).of([1])[0, 0] == 1 + 3 * -2

    def test_no_columns(self):
        assert roll_up(stair(3), np.empty((3, 0))).all().shape == (3, 0)

    def test_any_order_in_memory(self):
        own = np.arange(6, dtype=float).reshape(3, 2)
        assert np.array_equal(roll_up(stair(3), np.asfortranarray(own)).all(), roll_up(stair(3), own).all())

    def test_upstream_and_own_make_the_total(self):
        totals = roll_up(stair(3, 2), [[1.0], [10.0], [100.0]])
        # 100 + 2 x (10 + 2 x 1)
        assert totals.of([2])[0, 0] == 124
        assert totals.below([2])[0, 0] == 24


class TestOverflow:
    def totals(self) -> Totals:
        return roll_up(stair(4, 1e200), [[1e200, 1.0], [0, 0], [0, 0], [0, 0]])

    def test_it_is_flagged(self):
        # 1e200 x 1e200 is beyond float64; in the second column 1e200, then 1e400
        totals = self.totals()
        assert totals.overflowed.tolist() == [1, 2, 3]
        assert totals.incomplete.size == 0
        assert totals.of([1]).tolist() == [[np.inf, 1e200]]

    def test_an_update_clears_and_sets_the_flag(self):
        totals = self.totals()
        totals.update([0], [[1e100, 1e-300]])
        # 1e100 x 1e200 = 1e300, then beyond
        assert totals.overflowed.tolist() == [2, 3]
        totals.update([0], [[0, 0]])
        assert totals.overflowed.size == 0
        totals.update([0], [[1e300, 0]])
        assert totals.overflowed.tolist() == [1, 2, 3]

    def test_an_unsolvable_loop_is_no_overflow(self):
        totals = roll_up(Graph.build(3, [0, 1], [1, 0], [1, 1]), [[1.0], [1.0], [1.0]])
        totals.update([2], [[5.0]])
        assert totals.overflowed.size == 0


class TestUpdate:
    def test_only_what_stands_on_the_change_is_touched(self):
        # 0 → 1 → 2 and 3 → 4
        graph = Graph.build(5, [0, 1, 3], [1, 2, 4], [1, 1, 1])
        change = roll_up(graph, np.ones((5, 1))).update([1], [[5.0]])
        assert change.nodes.tolist() == [1, 2]
        assert change.before[:, 0].tolist() == [2, 3]
        assert change.after[:, 0].tolist() == [6, 7]

    def test_children_come_before_parents(self):
        change = roll_up(stair(50), np.ones((50, 1))).update([7, 3], [[2.0], [2.0]])
        assert change.nodes.tolist() == list(range(3, 50))

    def test_what_did_not_differ_is_touched_but_not_changed(self):
        totals = roll_up(stair(3), np.ones((3, 1)))
        assert totals.update([0], [[1.0]]).changed.size == 0

    def test_nothing_to_do(self):
        change = roll_up(stair(3), np.ones((3, 1))).update()
        assert change.nodes.size == 0
        assert change.changed.size == 0

    @pytest.mark.parametrize(
        ("nodes", "own", "code"),
        [
            ([5], [[1.0]], FaultCode.NODE_OUT_OF_RANGE),
            ([-1], [[1.0]], FaultCode.NODE_OUT_OF_RANGE),
            ([1, 1], [[1.0], [2.0]], FaultCode.NODE_REPEATED),
            ([1], [[1.0, 2.0]], FaultCode.SHAPE),
            ([1], None, FaultCode.SHAPE),
            ([1], [[np.nan]], FaultCode.OWN_NOT_FINITE),
        ],
    )
    def test_bad_input_changes_nothing(self, nodes, own, code):
        totals = roll_up(stair(3), np.ones((3, 1)))
        with pytest.raises(RollupError) as raised:
            totals.update(nodes, own, lines=Lines([2], [], [], []))
        assert raised.value.faults[0].code is code
        assert totals.all()[:, 0].tolist() == [1, 2, 3]
        assert totals.own[:, 0].tolist() == [1, 1, 1]

    def test_values_and_lines_together(self):
        totals = roll_up(stair(3), np.ones((3, 1)))
        totals.update([0], [[5.0]], lines=Lines([2], [0], [2], [2]))
        # 1: 1 + 5; 2: 1 + 2 x 5
        assert totals.all()[:, 0].tolist() == [5, 6, 11]


class TestWhatIf:
    def test_the_totals_stay_as_they_are(self):
        totals = roll_up(stair(3), np.ones((3, 1)))
        bent = totals.what_if([0], [[11.0]], lines=Lines([2], [1], [2], [0.8]))
        # 1: 1 + 11; 2: 1 + 0.8 x 12
        assert bent.of([0, 1, 2])[:, 0].tolist() == pytest.approx([11, 12, 10.6])
        assert bent.change.before[:, 0].tolist() == [1, 2, 3]
        assert bent.change.changed.tolist() == [0, 1, 2]
        assert totals.all()[:, 0].tolist() == [1, 2, 3]
        assert totals.own[:, 0].tolist() == [1, 1, 1]
        assert totals.graph.changed_nodes == 0

    def test_contributions_under_the_changes(self):
        bent = roll_up(stair(3), np.ones((3, 1))).what_if([0], [[11.0]], lines=Lines([2], [1], [2], [0.8]))
        found = bent.contributions(2)
        values = dict(zip(found.nodes.tolist(), found.values[:, 0].tolist(), strict=True))
        assert values == pytest.approx({0: 0.8 * 11, 1: 0.8, 2: 1})

    def test_without_changes_nothing_differs(self):
        totals = roll_up(stair(3), np.ones((3, 1)))
        assert totals.what_if().of([2])[0, 0] == 3
        assert totals.what_if().change.nodes.size == 0


class TestContributions:
    def test_shares_sum_to_one(self):
        found = roll_up(stair(4, 0.5), np.ones((4, 2))).contributions(3)
        assert found.shares(1).sum() == pytest.approx(1, rel=1e-15)

    def test_no_total_has_no_shares(self):
        found = roll_up(stair(2), [[1.0], [-1.0]]).contributions(1)
        assert found.total[0] == 0
        assert np.isnan(found.shares()).all()

    def test_credits_count_by_their_size(self):
        found = roll_up(Graph.build(4, [0, 1, 2], [3, 3, 3], [1, 1, 1]), [[5.0], [-9.0], [7.0], [1.0]])
        top = found.contributions(3)
        assert top.nodes[top.top(2)].tolist() == [1, 2]
        assert top.nodes[top.top(99)].tolist() == [1, 2, 0, 3]

    def test_some_rows_are_those_of_all(self):
        bent = roll_up(stair(4, 0.5), np.arange(8.0).reshape(4, 2)).what_if([1], [[7.0, -50.0]])
        found = bent.contributions(3)
        # 0.5 x 0.5 of 1, which has -50 in the second column
        assert found.nodes[found.top(1, column=1)].tolist() == [1]
        assert found.values_of(found.top(1, column=1)).tolist() == [[0.25 * 7, 0.25 * -50]]
        assert np.array_equal(found.values_of(np.array([3, 0, 1])), found.values[[3, 0, 1]])
        assert found.total == pytest.approx(found.values.sum(axis=0), rel=1e-15)

    def test_no_such_product(self):
        with pytest.raises(RollupError):
            roll_up(stair(2), np.ones((2, 1))).contributions(2)

"""Totals of all nodes: computed once in a full pass, then kept up by updates, or bent in a what-if."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from renkei.rollup._arrays import Faults, Floats, Indices, among, node_numbers, own_values, put_rows
from renkei.rollup._sweeps import sweep_up
from renkei.rollup.contributions import Contributions, OwnValues, contributions_to
from renkei.rollup.errors import FaultCode
from renkei.rollup.graph import Graph, Lines

MUCH = 8
"""Computing everything costs less than finding what stands on a change if that is more than a part in so many of all nodes."""


@dataclass(frozen=True)
class Change:
    """What was computed: `nodes` (m, children before parents), their totals `before` and `after` (m, columns).

    Every node whose total changed is among them.
    """

    nodes: Indices
    before: Floats
    after: Floats

    @cached_property
    def changed(self) -> Indices:
        """The nodes whose totals really differ, children before parents."""
        differs: NDArray[np.bool_] = (self.before != self.after) & ~(
            np.isnan(self.before) & np.isnan(self.after)
        )
        nodes: Indices = self.nodes[differs.any(axis=1)]
        return nodes


class Totals:
    """The totals of every node of a graph, for any number of columns.

    `own` (nodes, columns) is used as it is and changed by `update`: it belongs to the totals from now on.
    Values are kept in the order of the graph (`in_order`); `of` and `all` answer in the caller's node numbers.
    One thread updates at a time (the caller sees to that); any number may read and ask what-if between updates.
    """

    def __init__(self, graph: Graph, own: Floats, values: Floats) -> None:
        """Use `roll_up`."""
        self.graph = graph
        self.own = own
        self.in_order = values
        self._not_finite = _not_finite(values)

    @property
    def columns(self) -> int:
        """How many columns."""
        return int(self.own.shape[1])

    def of(self, nodes: ArrayLike) -> Floats:
        """The totals of these nodes: (len(nodes), columns)."""
        return self.in_order[self.graph.positions_of(nodes)]

    def all(self) -> Floats:
        """The totals of all nodes in the caller's numbers: (nodes, columns), a copy."""
        return np.take(self.in_order, self.graph.ordered.position, axis=0)

    def below(self, nodes: ArrayLike) -> Floats:
        """What came from the nodes' lines (the upstream or component side): total minus own, (len(nodes), columns)."""
        numbers = self.graph.ordered.node[self.graph.positions_of(nodes)]
        return self.of(nodes) - self.own[numbers]

    @property
    def incomplete(self) -> Indices:
        """The nodes whose total is NaN because they stand on an unsolvable loop, ascending."""
        return self.graph.standing_on_unsolvable

    @property
    def overflowed(self) -> Indices:
        """The nodes whose total left the range of float64 in some column (it is inf, or NaN above that), ascending."""
        if not self._not_finite.size:
            return self._not_finite
        nodes = np.sort(self.graph.ordered.node[self._not_finite])
        return nodes[~np.isin(nodes, self.graph.standing_on_unsolvable)]

    def update(
        self, nodes: ArrayLike = (), own: ArrayLike | None = None, *, lines: Lines | None = None
    ) -> Change:
        """Give `nodes` new own values, (len(nodes), columns), and other nodes new lines; recompute what stands on them.

        Touches only the changed nodes and what stands on them; each is gathered anew from its lines in fixed order, so the
        totals equal those of a full pass bit for bit, whatever updates went before.
        Raises RollupError with every fault, and then nothing has changed.
        """
        graph, numbers, rows, start = _checked(self, nodes, own, lines)
        cone = graph.above(start)
        if numbers.size:
            self.own[numbers] = rows
        self.graph = graph
        touched = graph.ordered.node[cone]
        before = np.take(self.in_order, cone, axis=0)
        after = np.take(self.own, touched, axis=0)
        if not graph.compute_in(self.in_order, cone, after):
            piece = graph.piece(cone)
            cone, before = piece.positions, np.take(self.in_order, piece.positions, axis=0)
            touched = graph.ordered.node[cone]
            after = piece.compute(np.take(self.own, touched, axis=0), self.in_order)
            put_rows(self.in_order, cone, after)
        self._note_not_finite(cone, after)
        return Change(touched, before, after)

    def what_if(
        self, nodes: ArrayLike = (), own: ArrayLike | None = None, *, lines: Lines | None = None
    ) -> WhatIf:
        """The totals as `update` with the same arguments would make them; these totals stay as they are.

        What is wrong with the arguments is told at once; what stands on the change is computed when it is asked for.
        """
        graph, numbers, rows, start = _checked(self, nodes, own, lines)
        positions = graph.ordered.position[numbers]
        order = np.argsort(positions)
        return WhatIf(self, graph, start, positions[order], rows[order])

    def reorder(self) -> None:
        """Order the graph afresh (`Graph.rebuilt`) and move the values along; no total changes."""
        graph = self.graph.rebuilt()
        moved = self.graph.ordered.position[graph.ordered.node]
        self.in_order = np.take(self.in_order, moved, axis=0)
        self._not_finite = graph.ordered.position[self.graph.ordered.node[self._not_finite]]
        self.graph = graph

    def contributions(self, product: int) -> Contributions:
        """Where the total of `product` comes from: every node that it needs, with its own values times the amount needed."""
        nothing = np.empty(0, np.int64)
        own = OwnValues(self.graph, self.own, nothing, np.empty((0, self.columns)))
        return contributions_to(self.graph, product, own)

    def _note_not_finite(self, cone: Indices, after: Floats) -> None:
        if not self._not_finite.size and np.isfinite(after).all():
            return
        kept = self._not_finite[~np.isin(self._not_finite, cone)]
        self._not_finite = np.concatenate([kept, cone[~np.isfinite(after).all(axis=1)]])


@dataclass(frozen=True)
class WhatIf:
    """Totals under changes that were not made. It answers until the totals that it was asked of are updated."""

    _base: Totals
    _graph: Graph
    _start: Indices
    _changed: Indices
    """The positions with other own values, ascending."""
    _own: Floats

    def of(self, nodes: ArrayLike) -> Floats:
        """The totals of these nodes under the changes: (len(nodes), columns)."""
        positions = self._graph.positions_of(nodes)
        if self._cone is None:
            return self._all[positions]
        values = self._base.of(nodes)
        cone, by_position, after = self._part
        hit, at = among(cone[by_position], positions)
        values[hit] = after[by_position[at]]
        return values

    @cached_property
    def change(self) -> Change:
        """Which totals would differ, and how."""
        if self._cone is None:
            cone = np.flatnonzero((self._all != self._base.in_order).any(axis=1))
            after = self._all[cone]
        else:
            cone, _, after = self._part
        nodes = self._graph.ordered.node[cone]
        return Change(nodes, self._base.of(nodes), after)

    def contributions(self, product: int) -> Contributions:
        """Where the total of `product` would come from."""
        own = OwnValues(self._graph, self._base.own, self._changed, self._own)
        return contributions_to(self._graph, product, own)

    @cached_property
    def _cone(self) -> Indices | None:
        """The positions of what stands on the change; None where computing everything costs less."""
        graph = self._graph
        return graph.above_at_most(self._start, graph.nodes // MUCH if graph.is_in_order else graph.nodes)

    @cached_property
    def _all(self) -> Floats:
        """Every total under the changes, by position; for a graph that is in order."""
        values = np.take(self._base.own, self._graph.ordered.node, axis=0)
        values[self._changed] = self._own
        sweep_up(self._graph.ordered.schedule, values, self._graph.patch)
        return values

    @cached_property
    def _part(self) -> tuple[Indices, Indices, Floats]:
        """The positions of what stands on the change, their order, and their totals."""
        assert self._cone is not None
        piece = self._graph.piece(self._cone)
        own = np.take(self._base.own, self._graph.ordered.node[piece.positions], axis=0)
        by_position = np.argsort(piece.positions)
        own[by_position[np.searchsorted(piece.positions, self._changed, sorter=by_position)]] = self._own
        return piece.positions, by_position, piece.compute(own, self._base.in_order)


def roll_up(graph: Graph, own: ArrayLike) -> Totals:
    """The full pass: totals of every node for all columns at once.

    `own`: (nodes, columns) float64, own values per one unit of the node, any sign, finite; row i belongs to node i, each column
    is a quantity of its own in its own unit. total[j] = own[j] + sum over the lines of j of amount x total[child].
    An array that is float64 in C order already is kept, not copied (see `Totals`).

    Error: outside loops |computed - exact| <= 1.01 k 2^-53 x (the total of |own|), where k of a node is its number of lines + 1 + the
    largest k of its children (0 for an end part). Without credits that is a relative error: some 60 x 2^-53 at depth 12 with 4 lines a part.
    A loop multiplies it by the condition of its system: (1 + largest row sum of its amounts) x max((I - B)^-1 1), below 2 x 10^12.
    Raises RollupError for a wrong shape and for each row with NaN or inf.
    """
    faults = Faults()
    rows = own_values(own, graph.nodes, None, faults)
    faults.refuse()
    values = np.empty_like(rows)
    # "clip" never clips a checked position; it spares numpy a second buffer of this size.
    np.take(rows, graph.ordered.node, axis=0, out=values, mode="clip")
    if graph.patch is None or graph.is_in_order:
        sweep_up(graph.ordered.schedule, values, graph.patch)
    else:
        sweep_up(graph.ordered.schedule, values)
        piece = graph.piece(graph.above(graph.patch.changed))
        values[piece.positions] = piece.compute(rows[graph.ordered.node[piece.positions]], values)
    return Totals(graph, rows, values)


def _checked(
    totals: Totals, nodes: ArrayLike, own: ArrayLike | None, lines: Lines | None
) -> tuple[Graph, Indices, Floats, Indices]:
    """The graph with the new lines, the changed nodes with their rows, and the positions where it all begins."""
    graph = totals.graph
    faults = Faults()
    numbers = node_numbers(nodes, "nodes", graph.nodes, faults)
    rows = own_values(
        np.empty((0, totals.columns)) if own is None else own, numbers.size, totals.columns, faults
    )
    chosen = numbers
    if numbers.size > 1:
        chosen, counts = np.unique(numbers, return_counts=True)
        if chosen.size < numbers.size:
            faults.add(FaultCode.NODE_REPEATED, "nodes", np.isin(numbers, chosen[counts > 1]), numbers)
    faults.refuse()
    start = graph.ordered.position[chosen]
    if lines is not None:
        graph = graph.with_lines(lines)
        start = np.union1d(start, graph.ordered.position[np.asarray(lines.of, dtype=np.int64).reshape(-1)])
    return graph, numbers, rows, start


def _not_finite(values: Floats) -> Indices:
    """The positions of rows with NaN or inf; costs one sum when there are none."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(values.sum()):
            return np.empty(0, np.int64)
    return np.flatnonzero(~np.isfinite(values).all(axis=1))

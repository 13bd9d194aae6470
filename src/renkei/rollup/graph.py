"""The graph: which part needs how much of which, in an order that can be computed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from renkei.rollup._arrays import (
    Faults,
    Floats,
    Indices,
    Rows,
    add_products,
    checked_lines,
    distinct,
    gather,
    node_numbers,
    put_rows,
    rows_by_parent,
    some_rows,
)
from renkei.rollup._loops import Loops
from renkei.rollup._ordering import Ordered, Schedule, order_rows
from renkei.rollup._sweeps import sweep_up
from renkei.rollup.errors import FaultCode


class Lines(NamedTuple):
    """The complete new lines of the nodes `of`: one unit of `parent[i]` needs `amount[i]` of `child[i]`.

    Every parent must be in `of`; a node in `of` without a line has none from now on.
    """

    of: ArrayLike
    child: ArrayLike
    parent: ArrayLike
    amount: ArrayLike


@dataclass(frozen=True, slots=True)
class Patch:
    """Rows that differ from the ordered base, in positions.

    `bent`: the changed rows with a line that does not point to a lower level, and the changed members of loops. Only nodes that
    stand on one of these are ordered afresh, locally, whenever they are computed; for all others the base's order holds.
    """

    changed: Indices
    rows: Rows
    up_child: Indices
    up_parent: Indices
    bent: Indices


@dataclass(frozen=True, slots=True)
class Piece:
    """Some nodes with everything needed to compute them.

    `positions` are in the order of computing (children before parents). Their rows in the working array are `inside`; the
    values at the positions `given` are taken as they are and go to the rows `outside`.
    """

    positions: Indices
    inside: Indices | slice
    outside: Indices | slice
    given: Indices
    size: int
    schedule: Schedule

    def compute(self, own: Floats, values: Floats) -> Floats:
        """The totals of `positions`: `own` are their own values, `values` everybody's present totals."""
        work = np.empty((self.size, values.shape[1]))
        work[self.inside] = own
        if isinstance(self.outside, slice):
            # "clip" never clips here; it spares numpy a buffer. Taking rows is several times faster than indexing.
            np.take(values, self.given, axis=0, out=work[self.outside], mode="clip")
        else:
            work[self.outside] = values[self.given]
        sweep_up(self.schedule, work)
        return work[self.inside]


class _Scratch:
    """One number a node, -1 unless in use; so that finding a few nodes never costs the size of the graph."""

    def __init__(self, nodes: int, kind: np.dtype[np.signedinteger]) -> None:
        self.lock = threading.Lock()
        self._slot: Indices | None = None
        self._turned: Schedule | None = None
        self._make: Callable[[], Indices] = lambda: np.full(nodes, -1, kind)

    def turned(self, schedule: Schedule) -> Schedule:
        """`schedule` with its rows turned round, kept."""
        if self._turned is None:
            self._turned = schedule.turned()
        return self._turned

    @contextmanager
    def slots(self) -> Iterator[Indices]:
        """The array, for one thread at a time; who takes it leaves it as it was."""
        with self.lock:
            if self._slot is None:
                self._slot = self._make()
            yield self._slot


@dataclass(frozen=True)
class Graph:
    """Parts and lines, ordered once. Make one with `Graph.build`; it never changes, `with_lines` gives another.

    Memory beside the caller's arrays: 12 bytes a line for the rows, 4 a line for their reverse, 24 a node
    (double the indices from 2^31 lines on).
    """

    ordered: Ordered
    patch: Patch | None = None
    _scratch: _Scratch = field(kw_only=True, repr=False)

    @classmethod
    def build(cls, nodes: int, child: ArrayLike, parent: ArrayLike, amount: ArrayLike) -> Graph:
        """Order `nodes` nodes with the lines "one unit of parent[i] needs amount[i] units of child[i]".

        `child`, `parent`: integers (any width) from 0 to nodes - 1, length = number of lines; `amount`: float64, finite, not
        negative, in units of the child per one unit of the parent. Parallel lines are added up, lines of amount 0 add
        nothing. The order of the lines is without any effect. A node without lines costs 24 bytes: leave room for new ones.

        Time: linear in nodes and lines. Raises RollupError with every fault (range, self-reference, NaN, infinite, negative).
        """
        faults = Faults()
        children, parents, amounts = checked_lines(nodes, child, parent, amount, faults)
        faults.refuse()
        return cls._of(order_rows(rows_by_parent(nodes, children, parents, amounts)))

    @classmethod
    def _of(cls, ordered: Ordered) -> Graph:
        return cls(ordered, _scratch=_Scratch(ordered.nodes, ordered.node.dtype))

    # -- what it says ------------------------------------------------------------------------------------------------
    @property
    def nodes(self) -> int:
        """How many nodes."""
        return self.ordered.nodes

    @property
    def depth(self) -> int:
        """How many levels the ordered base has (a loop counts as one)."""
        return self.ordered.schedule.starts.size - 1

    @property
    def changed_nodes(self) -> int:
        """How many nodes have lines that differ from the ordered base; `rebuilt` makes it 0."""
        return self.patch.changed.size if self.patch else 0

    def lines(self) -> tuple[Indices, Indices, Floats]:
        """All lines: child, parent, amount."""
        return self.lines_of(np.arange(self.nodes, dtype=self.ordered.node.dtype))

    def lines_of(self, nodes: ArrayLike) -> tuple[Indices, Indices, Floats]:
        """The lines of these nodes: child, parent, amount. To change some, edit them and give them to `with_lines`."""
        positions = self.positions_of(nodes)
        parent, child, amount = self._all_lines(positions)
        return self.ordered.node[child], self.ordered.node[parent], amount

    @cached_property
    def unsolvable(self) -> tuple[Indices, ...]:
        """The loops that need as much as they make (spectral radius 1 or more, or singular): the members of each."""
        found: list[Indices] = []
        afresh = None if self.is_in_order or self.patch is None else self.piece(self.above(self.patch.bent))
        for loops in self.ordered.schedule.loops:
            if not loops.solvable:
                members = np.arange(loops.start, loops.end, dtype=np.int64).reshape(loops.count, loops.size)
                if afresh is not None:  # a loop is touched as a whole or not at all
                    members = members[~np.isin(members[:, 0], afresh.positions)]
                found += [np.sort(self.ordered.node[loop]) for loop in members]
        if afresh is not None:
            inside = np.empty(afresh.size, np.int64)
            inside[afresh.inside] = afresh.positions
            for loops in afresh.schedule.loops:
                if not loops.solvable:
                    members = inside[loops.start : loops.end].reshape(loops.count, loops.size)
                    found += [np.sort(self.ordered.node[loop]) for loop in members]
        return tuple(sorted(found, key=lambda loop: int(loop[0])))

    @cached_property
    def standing_on_unsolvable(self) -> Indices:
        """The nodes whose total cannot be known: members of unsolvable loops and all that stands on them, in ascending order."""
        if not self.unsolvable:
            return np.empty(0, self.ordered.node.dtype)
        cone = self.above(np.sort(self.ordered.position[np.concatenate(self.unsolvable)]))
        if (
            self.patch is not None
        ):  # `above` may name nodes that stood on them once; NaN comes only from the loops
            piece = self.piece(cone)
            marks = piece.compute(np.zeros((cone.size, 1)), np.zeros((self.nodes, 1)))
            cone = piece.positions[np.isnan(marks[:, 0])]
        return np.sort(self.ordered.node[cone])

    # -- another graph -----------------------------------------------------------------------------------------------
    def with_lines(self, lines: Lines) -> Graph:
        """The graph with other lines for some nodes; this one stays as it is, and both share what is equal.

        Costs the changed lines (and what was changed before since the last ordering). Raises RollupError with every fault.
        """
        faults = Faults()
        of = node_numbers(lines.of, "of", self.nodes, faults)
        child, parent, amount = checked_lines(self.nodes, lines.child, lines.parent, lines.amount, faults)
        chosen, counts = np.unique(of, return_counts=True)
        if (counts > 1).any():
            faults.add(FaultCode.NODE_REPEATED, "of", np.isin(of, chosen[counts > 1]), of)
        unnamed = ~np.isin(parent, chosen)
        if unnamed.any():
            faults.add(FaultCode.PARENT_NOT_NAMED, "parent", unnamed, parent)
        faults.refuse()

        changed = self.ordered.position[chosen]
        order = np.argsort(changed)
        row_of = np.empty(changed.size, np.int64)
        row_of[order] = np.arange(changed.size)
        changed = changed[order]
        rows = self._new_rows(row_of[np.searchsorted(chosen, parent)], child, amount, changed.size)
        if self.patch:
            changed, rows = self._merged(changed, rows)
        return replace(self, patch=self._patched(changed, rows))

    def rebuilt(self) -> Graph:
        """The same graph with a fresh order, at the cost of the whole graph.

        Worthwhile when some thousand nodes have changed lines, or changed lines often point against the order (a node without
        lines that gets its first does); until then updates of what stands on those take some times longer.
        """
        return Graph.build(self.nodes, *self.lines())

    def _new_rows(self, row: Indices, child: Indices, amount: Floats, count: int) -> Rows:
        """Rows of changed nodes: their lines in order of the child's number, named by position."""
        width = max(self.nodes, count)
        rows = rows_by_parent(width, child, row, amount)[:count]
        return sparse.csr_array(
            (rows.data, self.ordered.position[rows.indices], rows.indptr), shape=(count, self.nodes)
        )

    def _merged(self, changed: Indices, rows: Rows) -> tuple[Indices, Rows]:
        assert self.patch
        kept = ~np.isin(self.patch.changed, changed)
        both = np.concatenate([self.patch.changed[kept], changed])
        order = np.argsort(both)
        return both[order], sparse.vstack([self.patch.rows[np.flatnonzero(kept)], rows], format="csr")[order]

    def _patched(self, changed: Indices, rows: Rows) -> Patch:
        parent = np.repeat(changed, np.diff(rows.indptr))
        starts = self.ordered.schedule.starts
        level = np.searchsorted(starts, parent, side="right")
        bent = [parent[np.searchsorted(starts, rows.indices, side="right") >= level]]
        for loops in self.ordered.schedule.loops:
            low, high = np.searchsorted(changed, [loops.start, loops.end])
            bent.append(changed[low:high])
        by_child = np.argsort(rows.indices, kind="stable")
        return Patch(changed, rows, rows.indices[by_child], parent[by_child], np.unique(np.concatenate(bent)))

    # -- for totals and contributions (positions in, positions out) ----------------------------------------------------
    @property
    def is_in_order(self) -> bool:
        """Whether the base's order holds for every node of this graph too."""
        return self.patch is None or not self.patch.bent.size

    @property
    def turned(self) -> Schedule:
        """The base's schedule with its rows turned round: row = child, column = parent; made at first use."""
        return self._scratch.turned(self.ordered.schedule)

    def positions_of(self, nodes: ArrayLike) -> Indices:
        """The positions of node numbers. Raises RollupError for each that is out of range."""
        faults = Faults()
        numbers = node_numbers(nodes, "nodes", self.nodes, faults)
        faults.refuse()
        return self.ordered.position[numbers]

    def above(self, start: Indices) -> Indices:
        """The positions `start` (distinct) and everything that stands on them, ascending."""
        return self._reached(start, self._parents, self.nodes)

    def above_at_most(self, start: Indices, most: int) -> Indices | None:
        """The same, or None as soon as it is clear that there are more than `most`."""
        reached = self._reached(start, self._parents, most)
        return None if reached.size > most else reached

    def below(self, start: Indices) -> Indices:
        """The positions `start` (distinct) and everything they need, ascending."""
        return self._reached(start, self._children, self.nodes)

    def _reached(
        self, start: Indices, following: Callable[[Indices, Indices], Indices], most: int
    ) -> Indices:
        """`start` and what follows from it, ascending; incomplete once there are more than `most`."""
        with self._scratch.slots() as slot:
            found = [start]
            count = start.size
            slot[start] = 0
            try:
                while found[-1].size and count <= most:
                    nearby = following(found[-1], slot)
                    nearby = nearby[slot[nearby] < 0]
                    found.append(distinct(nearby, slot))
                    count += found[-1].size
            finally:
                reached = np.concatenate(found)
                slot[reached] = -1
        reached.sort()
        return reached

    def _parents(self, positions: Indices, slot: Indices) -> Indices:
        """The parents, and perhaps some that used them before their lines changed: these are computed again in vain."""
        parents = gather(self.ordered.up_starts, self.ordered.up, positions)
        if self.patch is None:
            return parents
        if self.patch.up_child.size < positions.size:
            added = self.patch.up_parent[slot[self.patch.up_child] >= 0]  # of all that was found so far
            return np.concatenate([parents, added])
        low = np.searchsorted(self.patch.up_child, positions, side="left")
        high = np.searchsorted(self.patch.up_child, positions, side="right")
        found = low < high
        ranges = zip(low[found].tolist(), high[found].tolist(), strict=True)
        return np.concatenate([parents, *(self.patch.up_parent[a:b] for a, b in ranges)])

    def _children(self, positions: Indices, slot: Indices) -> Indices:  # noqa: ARG002 (as `_parents`)
        if self.ordered.inner is not None:
            return self._all_lines(positions)[1]
        rows = self.ordered.schedule.rows
        if self.patch is None:
            return gather(rows.indptr, rows.indices, positions)
        hit, at = self._changed_among(positions)
        if not at.size:
            return gather(rows.indptr, rows.indices, positions)
        changed = self.patch.rows[at].indices
        return np.concatenate([gather(rows.indptr, rows.indices, positions[~hit]), changed])

    def _changed_among(self, positions: Indices) -> tuple[NDArray[np.bool_], Indices]:
        """Which of the positions have changed rows, and the numbers of those."""
        assert self.patch
        at = np.searchsorted(self.patch.changed, positions)
        at[at == self.patch.changed.size] = 0
        hit = (
            self.patch.changed[at] == positions if self.patch.changed.size else np.zeros(positions.size, bool)
        )
        return hit, at[hit]

    def _rows(self, positions: Indices) -> Rows:
        """The rows of these positions, without the lines inside the base's loops."""
        rows = some_rows(self.ordered.schedule.rows, positions)
        if self.patch is None:
            return rows
        hit, at = self._changed_among(positions)
        return _spliced(rows, np.flatnonzero(hit), self.patch.rows[at]) if at.size else rows

    def _all_lines(self, positions: Indices) -> tuple[Indices, Indices, Floats]:
        """Parents, children and amounts of all lines of these positions."""
        rows = self._rows(positions)
        parent = np.repeat(positions, np.diff(rows.indptr))
        if self.ordered.inner is None:
            return parent, rows.indices, rows.data
        wanted = np.isin(self.ordered.inner[0], positions)
        if self.patch is not None:
            wanted &= ~np.isin(self.ordered.inner[0], self.patch.changed)
        inner = [part[wanted] for part in self.ordered.inner]
        return (
            np.concatenate([parent, inner[0]]),
            np.concatenate([rows.indices, inner[1]]),
            np.concatenate([rows.data, inner[2]]),
        )

    def compute_in(self, values: Floats, positions: Indices, own: Floats) -> bool:
        """Compute `positions` (ascending, with all that stands on them) straight into `values`; False if that cannot be.

        `own` are their own values and become their totals.

        It needs the base's order and no loops. The sums are those of `sweep_up`, without copying what is only read.
        """
        if self._is_bent_among(positions):
            return False
        starts, loops = self._levels_of(positions)
        if loops:
            return False
        rows = self._rows(positions)
        with np.errstate(over="ignore", invalid="ignore"):
            for low, high in pairwise(starts.tolist()):
                if rows.indptr[low] < rows.indptr[high]:
                    add_products(rows, low, high, values, own[low:high])
                put_rows(values, positions[low:high], own[low:high])
        return True

    def _is_bent_among(self, positions: Indices) -> bool:
        """Whether the base's order fails among these (ascending)."""
        if self.patch is None or not self.patch.bent.size or not positions.size:
            return False
        at = np.searchsorted(positions, self.patch.bent)
        at[at == positions.size] = 0
        return bool((positions[at] == self.patch.bent).any())

    def piece(self, positions: Indices) -> Piece:
        """What is needed to compute `positions` (ascending; all that stands on any of them or all below them is among them)."""
        if self._is_bent_among(positions):
            return self._ordered_afresh(positions)
        rows = self._rows(positions)
        size = positions.size
        with self._scratch.slots() as slot:
            slot[positions] = np.arange(size, dtype=slot.dtype)
            local = slot[rows.indices]
            slot[positions] = -1
        outside = np.flatnonzero(local < 0)
        local[outside] = np.arange(size, size + outside.size, dtype=local.dtype)
        starts, loops = self._levels_of(positions)
        local_rows = sparse.csr_array((rows.data, local, rows.indptr), shape=(size, size + outside.size))
        schedule = Schedule(starts, local_rows, loops)
        return Piece(
            positions,
            slice(0, size),
            slice(size, None),
            rows.indices[outside],
            size + outside.size,
            schedule,
        )

    def _levels_of(self, positions: Indices) -> tuple[NDArray[np.int64], tuple[Loops, ...]]:
        """The bounds of the levels among these positions (levels without any left out), and their loops."""
        bounds = np.searchsorted(positions, self.ordered.schedule.starts)
        filled = np.diff(bounds) > 0
        number = np.cumsum(filled) - 1
        found = []
        for loops in self.ordered.schedule.loops:
            low, high = np.searchsorted(positions, [loops.start, loops.end])
            if low < high:
                which = (positions[low : high : loops.size] - loops.start) // loops.size
                found.append(loops.some(int(number[loops.level]), int(low), which))
        return np.append(bounds[:-1][filled], positions.size), tuple(found)

    def _ordered_afresh(self, positions: Indices) -> Piece:
        """The same piece in an order found anew: changed lines have bent the base's order, or touched a loop."""
        node = self.ordered.node
        parent, child, amount = self._all_lines(positions)
        numbers = np.unique(np.concatenate([node[positions], node[child]]))
        local = np.searchsorted(numbers, node[positions])
        rows = rows_by_parent(
            numbers.size,
            np.searchsorted(numbers, node[child]),
            np.searchsorted(numbers, node[parent]),
            amount,
        )
        for_given = np.ones(numbers.size, bool)
        for_given[local] = False
        given = np.flatnonzero(for_given)
        ordered = order_rows(rows)
        order = np.argsort(ordered.position[local])
        return Piece(
            positions[order],
            ordered.position[local[order]],
            ordered.position[given],
            self.ordered.position[numbers[given]],
            numbers.size,
            ordered.schedule,
        )


def _spliced(rows: Rows, places: Indices, others: Rows) -> Rows:
    """The rows with those at `places` (ascending, few) replaced by `others`, one for one."""
    counts = np.diff(rows.indptr)
    counts[places] = np.diff(others.indptr)
    indptr = np.zeros_like(rows.indptr)
    np.cumsum(counts, out=indptr[1:])
    indices, data, done = [], [], 0
    begin, end = rows.indptr[places].tolist(), rows.indptr[places + 1].tolist()
    bounds = others.indptr.tolist()
    for number in range(places.size):
        kept, new = slice(done, begin[number]), slice(bounds[number], bounds[number + 1])
        indices += [rows.indices[kept], others.indices[new]]
        data += [rows.data[kept], others.data[new]]
        done = end[number]
    indices.append(rows.indices[done:])
    data.append(rows.data[done:])
    return sparse.csr_array((np.concatenate(data), np.concatenate(indices), indptr), shape=rows.shape)

"""Ordering, once per structure: nodes renumbered level by level, loops condensed to one place each.

The level of a node is one more than the highest level below it, so each level is one contiguous block
that needs only blocks before it. The members of a loop (a strongly connected component) share a level and stand
next to each other at its end, loops of equal size side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy import sparse

from renkei.rollup._arrays import (
    Indices,
    Rows,
    block_of,
    distinct,
    index_dtype,
    parents_by_child,
)
from renkei.rollup._loops import Loops, loops_of

SINGLE = 1


@dataclass(frozen=True)
class Schedule:
    """Rows in an order in which they can be computed.

    `starts` are the bounds of the levels; the lines of level k are `rows[starts[k]:starts[k+1]]` and name only rows before
    `starts[k]` or at and after `starts[-1]` (given values). Lines inside a loop are not among them but in `loops`.
    """

    starts: Indices
    rows: Rows
    loops: tuple[Loops, ...] = ()

    @cached_property
    def blocks(self) -> tuple[tuple[int, int, Rows], ...]:
        """Of each level the first row, the one behind the last, and its lines; made once, on the same memory."""
        bounds = self.starts.tolist()
        return tuple((low, high, block_of(self.rows, low, high)) for low, high in pairwise(bounds))

    def turned(self) -> Schedule:
        """The same with its rows turned round (row = child, column = parent), for `sweep_down`."""
        return Schedule(self.starts, self.rows.T.tocsr(), self.loops)

    @cached_property
    def loops_at(self) -> Mapping[int, Sequence[Loops]]:
        """The loops of each level that has any."""
        found: dict[int, list[Loops]] = {}
        for loops in self.loops:
            found.setdefault(loops.level, []).append(loops)
        return found


@dataclass(frozen=True, slots=True)
class Ordered:
    """A whole graph in order. Positions count nodes in the order of the schedule."""

    schedule: Schedule
    node: Indices
    position: Indices
    up_starts: Indices
    up: Indices
    inner: tuple[Indices, Indices, np.ndarray[tuple[int], np.dtype[np.float64]]] | None = field(default=None)
    """The lines inside loops: parents, children (positions) and amounts; None without loops."""

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return self.node.size


def order_rows(rows: Rows) -> Ordered:
    """Order the rows (parent by child, lines of a row in order of the child's number; they stay so)."""
    nodes = rows.shape[0]
    up_starts, up = parents_by_child(rows)
    levels = _levels(up_starts, up, np.diff(rows.indptr))
    reached = sum(level.size for level in levels)
    if reached == nodes:
        starts = _starts(levels)
        node = np.concatenate(levels) if levels else np.empty(0, rows.indices.dtype)
        del levels
        position = _inverse(node)
        schedule = Schedule(starts, _renumbered(rows, node, position))
        return Ordered(schedule, node, position, *parents_by_child(schedule.rows))
    return _order_with_loops(rows, up_starts, up, levels)


def _levels(up_starts: Indices, up: Indices, waiting: Indices) -> list[Indices]:
    """The nodes of each level: those whose every child stands on a level before. Nodes on or above a loop are missing.

    `waiting` (the number of lines of each node) is used up; a node with a negative number never comes.
    """
    parents = sparse.csr_array(
        (np.zeros(up.size, np.int8), up, up_starts), shape=(waiting.size, waiting.size)
    )
    scratch = np.empty(waiting.size, up.dtype)
    level = np.flatnonzero(waiting == 0).astype(up.dtype)
    levels = []
    while level.size:
        levels.append(level)
        above = parents[level].indices
        np.add.at(waiting, above, np.full(above.size, -1, waiting.dtype))
        level = distinct(above[waiting[above] == 0], scratch)
    return levels


def _starts(levels: list[Indices]) -> Indices:
    starts = np.zeros(len(levels) + 1, np.int64)
    np.cumsum([level.size for level in levels], out=starts[1:])
    return starts


def _inverse(node: Indices) -> Indices:
    position = np.empty_like(node)
    position[node] = np.arange(node.size, dtype=node.dtype)
    return position


def _renumbered(rows: Rows, node: Indices, position: Indices) -> Rows:
    ordered = rows[node]
    ordered.indices = position[ordered.indices]
    ordered.has_sorted_indices = False
    return ordered


def _renumbered_up(
    up_starts: Indices, up: Indices, node: Indices, position: Indices
) -> tuple[Indices, Indices]:
    pattern = sparse.csr_array((np.zeros(up.size, np.int8), up, up_starts), shape=(node.size, node.size))[
        node
    ]
    return pattern.indptr, position[pattern.indices]


def _order_with_loops(rows: Rows, up_starts: Indices, up: Indices, levels: list[Indices]) -> Ordered:
    nodes = rows.shape[0]
    kind = rows.indices.dtype
    first = _first_members(rows, levels)
    parent = np.repeat(np.arange(nodes, dtype=kind), np.diff(rows.indptr))
    outer = first[parent] != first[rows.indices]
    # Order again with each loop in the place of its first member.
    count = index_dtype(nodes, rows.nnz)
    heads, tails = first[parent[outer]], first[rows.indices[outer]]
    waiting = np.bincount(heads, minlength=nodes).astype(count)
    numbers = np.arange(nodes, dtype=kind)
    waiting[first != numbers] = -1
    order = np.argsort(tails, kind="stable")
    tail_starts = np.zeros(nodes + 1, kind)
    np.cumsum(np.bincount(tails, minlength=nodes), out=tail_starts[1:])
    levels = _levels(tail_starts, heads[order], waiting)
    # Within a level: nodes outside loops, then the members of loops by size, loop and number.
    sizes = np.bincount(first, minlength=nodes)
    level_of = np.zeros(nodes, np.int64)
    for number, level in enumerate(levels):
        level_of[level] = number
    members = np.flatnonzero(sizes[first] > SINGLE).astype(kind)
    member_first = first[members]
    members = members[np.lexsort((members, member_first, sizes[member_first], level_of[member_first]))]
    bounds = np.searchsorted(level_of[first[members]], np.arange(len(levels) + 1))
    full = [
        np.concatenate([level[sizes[level] == SINGLE], members[bounds[number] : bounds[number + 1]]])
        for number, level in enumerate(levels)
    ]
    node = np.concatenate(full)
    position = _inverse(node)
    starts = _starts(full)

    indptr = np.zeros(nodes + 1, kind)
    np.cumsum(np.bincount(parent[outer], minlength=nodes), out=indptr[1:])
    outer_rows = sparse.csr_array((rows.data[outer], rows.indices[outer], indptr), shape=rows.shape)
    inner = (position[parent[~outer]], position[rows.indices[~outer]], rows.data[~outer])
    at = position[members]  # members of one group are neighbours
    groups = [
        (number, int(at[low + offset]), size, count)
        for number, (low, high) in enumerate(pairwise(bounds.tolist()))
        for offset, size, count in _groups(sizes[first[members[low:high]]])
    ]
    schedule = Schedule(starts, _renumbered(outer_rows, node, position), loops_of(groups, *inner))
    return Ordered(schedule, node, position, *_renumbered_up(up_starts, up, node, position), inner)


def _groups(sizes: Indices) -> list[tuple[int, int, int]]:
    """Where each run of equal loop sizes begins, the size, and how many loops it has."""
    begins = np.flatnonzero(np.diff(sizes, prepend=0))
    ends = np.append(begins[1:], sizes.size)[: begins.size]
    return [
        (int(begin), int(sizes[begin]), int(end - begin) // int(sizes[begin]))
        for begin, end in zip(begins, ends, strict=True)
    ]


def _first_members(rows: Rows, levels: list[Indices]) -> Indices:
    """For each node the lowest number in its loop; a node outside loops is its own."""
    nodes = rows.shape[0]
    first = np.arange(nodes, dtype=rows.indices.dtype)
    rest = np.ones(nodes, bool)
    for level in levels:
        rest[level] = False
    core = np.flatnonzero(rest)  # on a loop or above one
    kept = rows[core][:, core]
    _, label = sparse.csgraph.connected_components(kept, directed=True, connection="strong")
    lowest = np.full(label.max() + 1, nodes, dtype=first.dtype)
    np.minimum.at(lowest, label, first[core])
    first[core] = lowest[label]
    return first

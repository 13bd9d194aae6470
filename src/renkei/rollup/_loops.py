"""Loops: strongly connected components, solved as linear systems of their own.

For a loop with inner amounts B (row = parent, column = child) and r = own values plus all lines from outside,
the totals are u = (I - B)^-1 r. B is not negative, so the inverse exists and is not negative exactly when the spectral
radius of B is below 1, that is: when making one unit needs less than one unit of itself.
The certificate is x = (I - B)^-1 1: if x > 0 and x - Bx > 0, the radius is below 1; and max(x) is the norm of the inverse,
by which errors can grow. A loop without that certificate, or with max(x) above 10^12, is unsolvable.

Up to 64 members: dense elimination with partial pivoting, all loops of one size in one call.
More: members are cut until no loop is left, the rest is an ordinary graph, and the cut members are found
from a dense system of their own size (the Schur complement). Both are direct: nothing iterates.
A loop that needs more than 12,000 cuts is beyond this and counts as unsolvable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from renkei.rollup._arrays import Floats, Indices, rows_by_parent

if TYPE_CHECKING:
    from renkei.rollup._ordering import Ordered

DENSE = 64
"""Largest loop that is solved as one dense system."""
LARGEST_INVERSE = 1e12
"""Above this norm of the inverse fewer than four digits would be left: singular to working precision."""
LARGEST_CUT = 12_000
"""Members to cut at most: their dense system takes 8 bytes x the square of this, 1.1 GiB."""
CHUNK = 64
"""Columns of the Schur complement that are computed in one pass."""


class Solver(Protocol):
    """Solves the loops of one group; `x` is (loops, members, columns) and is overwritten."""

    def solve(self, x: Floats) -> None:
        """Make x = (I - B)^-1 x for each loop."""

    def solve_transposed(self, x: Floats) -> None:
        """Make x = (I - B)^-T x for each loop."""

    def some(self, which: Indices) -> Solver:
        """The solver of some of the loops."""


@dataclass(frozen=True, slots=True)
class Loops:
    """Loops of equal size that stand side by side on one level."""

    level: int
    start: int
    size: int
    count: int
    solver: Solver

    @property
    def end(self) -> int:
        """The position after the last member."""
        return self.start + self.size * self.count

    @property
    def solvable(self) -> bool:
        """Whether these loops need less than they make."""
        return not isinstance(self.solver, Unsolvable)

    def solve(self, x: Floats, *, transposed: bool = False) -> None:
        """Solve in place the rows of `x` that belong to these loops."""
        part = x[self.start : self.end].reshape(self.count, self.size, -1)
        if transposed:
            if part.any():
                self.solver.solve_transposed(part)
        else:
            self.solver.solve(part)

    def some(self, level: int, start: int, which: Indices) -> Loops:
        """The loops with the numbers `which`, moved to another place."""
        return Loops(level, start, self.size, which.size, self.solver.some(which))


@dataclass(frozen=True, slots=True)
class Unsolvable:
    """Loops that need as much as they make: every value is NaN, and so is whatever stands on them."""

    def solve(self, x: Floats) -> None:
        """Mark."""
        x[:] = np.nan

    def solve_transposed(self, x: Floats) -> None:
        """Mark those of which anything is needed."""
        x[(x != 0).any(axis=(1, 2))] = np.nan

    def some(self, which: Indices) -> Solver:  # noqa: ARG002 (any of them is as unsolvable)
        """Itself."""
        return self


@dataclass(frozen=True, slots=True)
class Dense:
    """Small loops: `systems` is I - B of each, (loops, members, members)."""

    systems: Floats

    def solve(self, x: Floats) -> None:
        """By elimination."""
        x[:] = np.linalg.solve(self.systems, x)

    def solve_transposed(self, x: Floats) -> None:
        """By elimination of the transposed systems."""
        x[:] = np.linalg.solve(self.systems.transpose(0, 2, 1), x)

    def some(self, which: Indices) -> Solver:
        """Those systems."""
        return Dense(self.systems[which])


@dataclass(frozen=True, slots=True)
class Torn:
    """One large loop: `rest` is it without the lines of the `cut` members, `lines` are those, `schur` is factored."""

    rest: Ordered
    cut: Indices
    lines: Any
    schur: tuple[NDArray[Any], NDArray[Any]]

    def solve(self, x: Floats) -> None:
        """Once through the rest with the cut members at 0, find them, once more."""
        r = x[0]
        given = r.copy()
        given[self.cut] = 0
        below = self._up(given)
        given[self.cut] = linalg.lu_solve(self.schur, r[self.cut] + self.lines @ below, check_finite=False)
        x[0] = self._up(given)

    def solve_transposed(self, x: Floats) -> None:
        """The same steps in reverse."""
        y = self._down(x[0])
        z = linalg.lu_solve(self.schur, y[self.cut], trans=1, check_finite=False)
        y[self.cut] = 0
        back = self._down(self.lines.T @ z)
        back[self.cut] = z
        y += back
        x[0] = y

    def some(self, which: Indices) -> Solver:  # noqa: ARG002 (it is alone in its group)
        """Itself."""
        return self

    def _up(self, given: Floats) -> Floats:
        from renkei.rollup._sweeps import sweep_up  # noqa: PLC0415 (a sweep solves loops, a large loop sweeps)

        values = given[self.rest.node]
        sweep_up(self.rest.schedule, values)
        return values[self.rest.position]

    def _down(self, needed: Floats) -> Floats:
        from renkei.rollup._sweeps import sweep_down  # noqa: PLC0415

        values = needed[self.rest.node]
        sweep_down(self.rest.schedule.turned(), values)
        return values[self.rest.position]


def loops_of(
    groups: Sequence[tuple[int, int, int, int]], parent: Indices, child: Indices, amount: Floats
) -> tuple[Loops, ...]:
    """The loops of `groups` (level, start, size, count), with their inner lines given in positions."""
    order = np.argsort(parent, kind="stable")
    parent, child, amount = parent[order], child[order], amount[order]
    found: list[Loops] = []
    for level, start, size, count in groups:
        low, high = np.searchsorted(parent, [start, start + size * count])
        lines = parent[low:high] - start, child[low:high] - start, amount[low:high]
        if size <= DENSE:
            found += _dense(level, start, size, count, lines)
            continue
        for number in range(count):
            begin, end = np.searchsorted(lines[0], [number * size, (number + 1) * size])
            within = slice(begin, end)
            solver = _torn(
                size,
                lines[0][within] - number * size,
                lines[1][within] - number * size,
                lines[2][within],
            )
            found.append(Loops(level, start + number * size, size, 1, solver))
    return tuple(found)


def _dense(
    level: int, start: int, size: int, count: int, lines: tuple[Indices, Indices, Floats]
) -> list[Loops]:
    """Small loops, neighbours of one kind (solvable or not) together."""
    parent, child, amount = lines
    systems = np.zeros((count, size, size))
    systems[:, np.arange(size), np.arange(size)] = 1
    systems[parent // size, parent % size, child % size] -= amount
    solvable = _certified(systems)
    begins = np.flatnonzero(np.diff(solvable, prepend=not solvable[0]))
    ends = np.append(begins[1:], count)
    return [
        Loops(
            level,
            start + int(begin) * size,
            size,
            int(end - begin),
            Dense(systems[begin:end]) if solvable[begin] else Unsolvable(),
        )
        for begin, end in zip(begins, ends, strict=True)
    ]


def _certified(systems: Floats) -> NDArray[np.bool_]:
    """For each system I - B whether the spectral radius of B is below 1."""
    ones = np.ones((*systems.shape[:2], 1))
    with np.errstate(all="ignore"):
        try:
            x: Floats = np.linalg.solve(systems, ones).astype(np.float64, copy=False)
        except np.linalg.LinAlgError:  # one of them is exactly singular: ask each alone
            x = np.stack([_solved_or_nan(system) for system in systems])
        return _is_certificate(x, systems @ x)


def _solved_or_nan(system: Floats) -> Floats:
    try:
        return np.linalg.solve(system, np.ones((len(system), 1))).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return np.full((len(system), 1), np.nan)


def _is_certificate(x: Floats, image: Floats) -> NDArray[np.bool_]:
    """Whether x > 0, (I - B) x > 0 (it should be 1) and the norm of the inverse, max(x), is bearable; by loop."""
    good = (x > 0.5) & (x < LARGEST_INVERSE) & (image > 0.5)
    return np.asarray(good.all(axis=(-2, -1)))


def _torn(size: int, parent: Indices, child: Indices, amount: Floats) -> Solver:
    from renkei.rollup._ordering import order_rows  # noqa: PLC0415 (ordering finds loops, a large loop is ordered)

    rows = rows_by_parent(size, child, parent, amount)
    cut = _cut(rows.indptr.tolist(), rows.indices.tolist())
    if cut.size > LARGEST_CUT:
        return Unsolvable()
    is_cut = np.zeros(size, bool)
    is_cut[cut] = True
    kept = ~is_cut[parent]
    rest = order_rows(rows_by_parent(size, child[kept], parent[kept], amount[kept]))
    solver = Torn(rest, cut, rows[cut], (np.empty(0), np.empty(0)))
    schur = np.eye(cut.size)
    for low in range(0, cut.size, CHUNK):
        some = cut[low : low + CHUNK]
        unit = np.zeros((size, some.size))
        unit[some, np.arange(some.size)] = 1
        schur[:, low : low + some.size] -= solver.lines @ solver._up(unit)  # noqa: SLF001 (its own maker)
    if not np.isfinite(schur).all():
        return Unsolvable()
    with np.errstate(all="ignore"):
        factored, pivots, singular = linalg.lapack.dgetrf(schur)
        if singular:
            return Unsolvable()
        solver = Torn(rest, cut, solver.lines, (factored, pivots))
        x = np.ones((1, size, 1))
        solver.solve(x)
        image = x[0] - rows @ x[0]
        return solver if _is_certificate(x[0], image) else Unsolvable()


def _cut(indptr: list[int], indices: list[int]) -> Indices:
    """Members without whose lines no loop is left: where a depth-first walk closes a circle; the smaller side of those."""
    size = len(indptr) - 1
    fresh, open_, done = 0, 1, 2
    state = [fresh] * size
    heads: set[int] = set()
    tails: set[int] = set()
    at = indptr[:-1]
    for root in range(size):
        if state[root] != fresh:
            continue
        state[root] = open_
        path = [root]
        while path:
            node = path[-1]
            if at[node] == indptr[node + 1]:
                state[node] = done
                path.pop()
                continue
            below = indices[at[node]]
            at[node] += 1
            if state[below] == fresh:
                state[below] = open_
                path.append(below)
            elif state[below] == open_:
                heads.add(below)
                tails.add(node)
    return np.array(sorted(heads if len(heads) <= len(tails) else tails), dtype=np.int64)

"""The two passes over rows in order: upwards (totals) and downwards (how much of each node one product needs)."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from renkei.rollup._arrays import Floats, Indices, Rows
from renkei.rollup._ordering import Schedule


class Replaced(Protocol):
    """Rows outside loops (ascending) with other lines than the schedule says; each still points to lower levels only."""

    @property
    def changed(self) -> Indices:
        """Which rows."""

    @property
    def rows(self) -> Rows:
        """Their lines."""


def sweep_up(schedule: Schedule, values: Floats, replaced: Replaced | None = None) -> None:
    """Turn own values into totals in place: each row becomes own + sum of (amount x value of the child).

    `values` is (rows, columns) in the order of the schedule. Each row is added up line by line in the order of its
    lines, and then to the own value, however the levels are cut: that is why an update equals a full pass bit for bit.
    """
    own = None if replaced is None else values[replaced.changed]
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is found and told afterwards
        for level, (low, high, block) in enumerate(schedule.blocks):
            if block.nnz:
                values[low:high] += block @ values
            for some in schedule.loops_at.get(level, ()):
                some.solve(values)
            if replaced is not None and own is not None:
                begin, end = np.searchsorted(replaced.changed, [low, high])
                if begin < end:
                    values[replaced.changed[begin:end]] = own[begin:end] + replaced.rows[begin:end] @ values


def sweep_down(turned: Schedule, needed: Floats, replaced: Replaced | None = None) -> None:
    """Turn a demand into the amounts needed in place: each row becomes demand + sum of (amount x need of the parent).

    `turned` is a schedule with its rows turned round (row = child, column = parent), `needed` is (rows, 1).
    """
    passed_on = needed if replaced is None else needed.copy()
    with np.errstate(over="ignore", invalid="ignore"):
        for level, (low, high, block) in reversed(list(enumerate(turned.blocks))):
            if block.nnz:
                needed[low:high] += block @ passed_on
            for some in turned.loops_at.get(level, ()):
                some.solve(needed, transposed=True)
            if replaced is not None:
                passed_on[low:high] = needed[low:high]
                begin, end = np.searchsorted(replaced.changed, [low, high])
                if begin < end:
                    _pass_on(replaced, slice(begin, end), passed_on, needed)


def _pass_on(replaced: Replaced, some: slice, passed_on: Floats, needed: Floats) -> None:
    """Rows with other lines hand their need down along those, and nothing along the old ones."""
    parents, rows = replaced.changed[some], replaced.rows[some]
    passed_on[parents] = 0
    amounts = rows.data * np.repeat(needed[parents, 0], np.diff(rows.indptr))
    np.add.at(needed[:, 0], rows.indices, amounts)

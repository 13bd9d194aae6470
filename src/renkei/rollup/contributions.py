"""Contributions: what each node adds to one product, so that all of them make 100 %."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from renkei.rollup._arrays import Floats, Indices, among
from renkei.rollup._sweeps import sweep_down
from renkei.rollup.errors import IncompleteError
from renkei.rollup.graph import Graph

WHOLE = 200_000
"""Up to this many nodes going through the whole graph (2 ns a line) is cheaper than finding what stands below a product."""


@dataclass(frozen=True, slots=True)
class OwnValues:
    """Own values by position: those of `own` (by node number), but `rows` at the positions `changed` (ascending)."""

    graph: Graph
    own: Floats
    changed: Indices
    rows: Floats

    def at(self, positions: Indices) -> Floats:
        """Those at some positions: (len(positions), columns), a copy."""
        found = np.take(self.own, self.graph.ordered.node[positions], axis=0)
        hit, at = among(self.changed, positions)
        found[hit] = self.rows[at]
        return found

    def column(self, positions: Indices, column: int) -> Floats:
        """One column of those at some positions (ascending), a copy."""
        found: Floats = self.own[self.graph.ordered.node[positions], column]
        hit, at = among(positions, self.changed)
        found[at] = self.rows[hit, column]
        return found

    def weighted(self, positions: Indices, amounts: Floats) -> Floats:
        """The sum of amount x own values over some positions (ascending): (columns)."""
        by_node = np.zeros(self.graph.nodes)
        by_node[self.graph.ordered.node[positions]] = amounts
        hit, at = among(positions, self.changed)
        by_node[self.graph.ordered.node[positions[at]]] = 0
        total: Floats = by_node @ self.own + amounts[at] @ self.rows[hit]
        return total


@dataclass(frozen=True, slots=True)
class Contributions:
    """Every node that one unit of a product needs (itself among them).

    `nodes` (m), `amounts` (m): units of the node per one unit of the product, over all ways and loops;
    `total` (columns): the sum of amount x own values over all nodes, which is the total of the product within the error
    bound of `roll_up`. Own values are read when they are asked for: ask before the totals are updated.
    """

    nodes: Indices
    amounts: Floats
    total: Floats
    _positions: Indices
    _own: OwnValues

    @property
    def values(self) -> Floats:
        """Amount x own values of every node: (m, columns)."""
        return self.values_of(slice(None))

    def values_of(self, rows: Indices | slice) -> Floats:
        """The same for some of the rows, at the cost of those: (len(rows), columns)."""
        values = self._own.at(self._positions[rows])
        values *= self.amounts[rows, np.newaxis]
        return values

    def shares(self, column: int = 0) -> Floats:
        """The part of each node in the total of a column (m); they sum to 1. NaN throughout where the total is 0."""
        values = self._column(column)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.total[column] == 0, np.nan, values / self.total[column])

    def top(self, count: int, column: int = 0) -> Indices:
        """The rows of the `count` largest contributions by size (credits count by their size too), largest first."""
        return largest(self._column(column), count)

    def _column(self, column: int) -> Floats:
        values = self._own.column(self._positions, column)
        values *= self.amounts
        return values


def largest(values: Floats, count: int) -> Indices:
    """The places of the `count` largest of some numbers by their size, largest first, equal ones in their order."""
    size = np.abs(values)
    count = min(count, size.size)
    if count < size.size:
        chosen = np.argpartition(-size, count)[:count]
        chosen.sort()
    else:
        chosen = np.arange(size.size)
    return chosen[np.argsort(-size[chosen], kind="stable")]


def contributions_to(graph: Graph, product: int, own: OwnValues) -> Contributions:
    """Contributions to one unit of `product` with these own values.

    Costs what stands below the product. Raises RollupError if there is no such node, IncompleteError if the
    product stands on an unsolvable loop or the amounts leave the range of float64.
    """
    at = graph.positions_of(product)
    below, amounts = (_in_whole if graph.nodes <= WHOLE and graph.is_in_order else _in_piece)(graph, at)
    with np.errstate(over="ignore", invalid="ignore"):
        total = own.weighted(below, amounts)
    if not (np.isfinite(amounts).all() and np.isfinite(total).all()):
        raise IncompleteError(int(product))
    return Contributions(graph.ordered.node[below], amounts, total, below, own)


def _in_piece(graph: Graph, product: Indices) -> tuple[Indices, Floats]:
    """What stands below the product, and how much of each it needs: touches nothing else."""
    piece = graph.piece(graph.below(product))
    needed = np.zeros((piece.size, 1))
    needed[piece.inside, 0] = piece.positions == product
    sweep_down(piece.schedule.turned(), needed)
    amounts = needed[piece.inside, 0]
    order = np.argsort(piece.positions)
    return piece.positions[order], amounts[order]


def _in_whole(graph: Graph, product: Indices) -> tuple[Indices, Floats]:
    """The same by one pass over everything."""
    needed = np.zeros((graph.nodes, 1))
    needed[product] = 1
    sweep_down(graph.turned, needed, graph.patch)
    below = np.flatnonzero(needed[:, 0])
    return below, needed[below, 0]

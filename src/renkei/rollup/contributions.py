"""Contributions: what each node adds to one product, so that all of them make 100 %."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from renkei.rollup._arrays import Floats, Indices
from renkei.rollup._sweeps import sweep_down
from renkei.rollup.errors import IncompleteError
from renkei.rollup.graph import Graph

WHOLE = 200_000
"""Up to this many nodes going through the whole graph (2 ns a line) is cheaper than finding what stands below a product."""


@dataclass(frozen=True, slots=True)
class Contributions:
    """Every node that one unit of a product needs (itself among them).

    `nodes` (m), `amounts` (m): units of the node per one unit of the product, over all ways and loops;
    `values` (m, columns): amount x own values of the node; `total` (columns): their sum, which is the total of the product.
    The sum equals the rolled-up total within the error bound of `roll_up`.
    """

    nodes: Indices
    amounts: Floats
    values: Floats
    total: Floats

    def shares(self, column: int = 0) -> Floats:
        """The part of each node in the total of a column (m); they sum to 1. NaN throughout where the total is 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.total[column] == 0, np.nan, self.values[:, column] / self.total[column])

    def top(self, count: int, column: int = 0) -> Indices:
        """The rows of the `count` largest contributions by size (credits count by their size too), largest first."""
        size = np.abs(self.values[:, column])
        count = min(count, size.size)
        if count < size.size:
            chosen = np.argpartition(-size, count)[:count]
            chosen.sort()
        else:
            chosen = np.arange(size.size)
        return chosen[np.argsort(-size[chosen], kind="stable")]


def contributions_to(graph: Graph, product: int, own_at: Callable[[Indices], Floats]) -> Contributions:
    """Contributions to one unit of `product`; `own_at` gives the own values at positions.

    Costs what stands below the product. Raises RollupError if there is no such node, IncompleteError if the
    product stands on an unsolvable loop or the amounts leave the range of float64.
    """
    at = graph.positions_of(product)
    below, amounts = (_in_whole if graph.nodes <= WHOLE and graph.is_in_order else _in_piece)(graph, at)
    with np.errstate(over="ignore", invalid="ignore"):
        values = own_at(below)
        values *= amounts[:, np.newaxis]
        total = values.sum(axis=0)
    if not (np.isfinite(amounts).all() and np.isfinite(total).all()):
        raise IncompleteError(int(product))
    return Contributions(graph.ordered.node[below], amounts, values, total)


def _in_piece(graph: Graph, product: Indices) -> tuple[Indices, Floats]:
    """What stands below the product, and how much of each it needs: touches nothing else."""
    piece = graph.piece(graph.below(product))
    needed = np.zeros((piece.size, 1))
    needed[piece.inside, 0] = piece.positions == product
    sweep_down(piece.schedule, piece.schedule.rows.T.tocsr(), needed)
    amounts = needed[piece.inside, 0]
    order = np.argsort(piece.positions)
    return piece.positions[order], amounts[order]


def _in_whole(graph: Graph, product: Indices) -> tuple[Indices, Floats]:
    """The same by one pass over everything."""
    needed = np.zeros((graph.nodes, 1))
    needed[product] = 1
    sweep_down(graph.ordered.schedule, graph.users, needed, graph.patch)
    below = np.flatnonzero(needed[:, 0])
    return below, needed[below, 0]

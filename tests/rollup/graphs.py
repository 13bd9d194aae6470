"""Random graphs for the tests, and what an honest matrix says about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from renkei.rollup import Graph

COLUMNS = 3


@dataclass(frozen=True)
class Case:
    """Arrays as a caller would give them."""

    nodes: int
    child: Any
    parent: Any
    amount: Any
    own: Any

    def build(self) -> Graph:
        return Graph.build(self.nodes, self.child, self.parent, self.amount)

    def matrix(self) -> Any:
        """Row = parent, column = child."""
        matrix = np.zeros((self.nodes, self.nodes))
        np.add.at(matrix, (self.parent, self.child), self.amount)
        return matrix


@st.composite
def cases(draw: Any, *, loops: bool = False, most: int = 30, largest_amount: float = 1.5) -> Case:
    """A graph of up to `most` nodes; without `loops` every line goes from a higher to a lower (shuffled) number."""
    nodes = draw(st.integers(1, most))
    seed = draw(st.integers(0, 2**32 - 1))
    count = draw(st.integers(0, 3 * nodes))
    random = np.random.default_rng(seed)
    child, parent = random.integers(0, nodes, count), random.integers(0, nodes, count)
    if not loops:
        child, parent = np.minimum(child, parent), np.maximum(child, parent)
        shuffled = random.permutation(nodes)
        child, parent = shuffled[child], shuffled[parent]
    kept = child != parent
    child, parent = child[kept], parent[kept]
    amount = random.uniform(0, largest_amount, child.size)
    amount[random.random(child.size) < 0.1] = 0
    return Case(nodes, child, parent, amount, random.normal(size=(nodes, COLUMNS)))

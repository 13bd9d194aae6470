"""Bills of materials to measure on: made from a seed, deep and wide like those of vehicles, in no helpful order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bill:
    """Lines "one unit of parent needs amount of child" between `nodes` parts; `top` are the parts nobody needs."""

    nodes: int
    child: Numbers
    parent: Numbers
    amount: Values
    top: Numbers


def bill(nodes: int, *, depth: int = 12, lines: int = 4, local: bool = False, seed: int = 0) -> Bill:
    """About `nodes` parts on `depth` tiers, `lines` lines a part that is not at the end (3.7 a part over all).

    `local`: children come from a window of 8 to either side in the next tier (module families), else from anywhere in it
    (which fills a factorisation most). Numbers and lines are shuffled, so nobody is told the order.
    """
    random = np.random.default_rng(seed)
    width = nodes // depth
    nodes = width * depth
    shuffled = random.permutation(nodes).astype(np.int32)
    count = width * (depth - 1) * lines
    child = np.empty(count, np.int32)
    parent = np.empty(count, np.int32)
    for tier in range(depth - 1):
        part = slice(tier * width * lines, (tier + 1) * width * lines)
        at = np.repeat(np.arange(width, dtype=np.int32), lines)
        if local:
            below = np.clip(at + random.integers(-8, 9, at.size, dtype=np.int32), 0, width - 1)
        else:
            below = random.integers(0, width, at.size, dtype=np.int32)
        parent[part] = shuffled[tier * width + at]
        child[part] = shuffled[(tier + 1) * width + below]
    order = random.permutation(count)
    return Bill(nodes, child[order], parent[order], random.uniform(0.01, 0.3, count), shuffled[:width])

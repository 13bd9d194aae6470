"""What the roll-up refuses, with every fault at once.

This package has no sentences for people: a fault is a code, the place in the arrays, and the value found there.
Who calls it knows which part and which owner stand behind a node, and words the sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SHOWN = 100
"""At most this many faults of one kind are listed; `RollupError.count` has the full number."""


class FaultCode(StrEnum):
    """What can be wrong with the arrays."""

    NODE_OUT_OF_RANGE = "node_out_of_range"  # a node number below 0 or not below the number of nodes
    SELF_REFERENCE = "self_reference"  # a line whose child is its own parent
    AMOUNT_NOT_FINITE = "amount_not_finite"  # NaN or infinite
    AMOUNT_NEGATIVE = "amount_negative"  # amounts are never negative; own values may be (credits)
    OWN_NOT_FINITE = "own_not_finite"  # NaN or infinite
    NODE_REPEATED = "node_repeated"  # the same node changed twice in one call
    PARENT_NOT_NAMED = "parent_not_named"  # a new line of a node whose lines are not being replaced
    SHAPE = "shape"  # lengths or dimensions that do not fit together


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `index` is the line, row or entry of the array `array` it was found at."""

    code: FaultCode
    array: str
    index: int
    value: float


class RollupError(ValueError):
    """The arrays were refused; nothing was built or changed.

    `faults` lists up to 100 of each kind with its place; `count` is how many there are in all.
    """

    def __init__(self, faults: tuple[Fault, ...], count: int) -> None:
        self.faults = faults
        self.count = count
        first = ", ".join(f"{fault.code} at {fault.array}[{fault.index}]" for fault in faults[:3])
        super().__init__(f"{count} fault(s): {first}")


class IncompleteError(ValueError):
    """The node has no finite total: it stands on a loop that cannot be solved, or its total overflowed."""

    def __init__(self, node: int) -> None:
        self.node = node
        super().__init__(f"node {node} has no finite total")

"""The Merkle tree of RFC 9162, section 2.1: hashes, proofs, and checking them. Pure functions over SHA-256.

The tree over n leaves splits at the largest power of two below n (section 2.1.1), so every subtree to the left of the
last is perfect: 2**h leaves that begin at a multiple of 2**h. A perfect subtree never changes once it is full. It is
named by (height h, index i) and holds the leaves [i * 2**h, (i + 1) * 2**h). Everything a proof needs is put together
from perfect subtrees, and where they are kept is another module's business (`tiles`): a `NodeReader` gets them.

    >>> root_of([leaf_hash(b"a"), leaf_hash(b"b")]) == node_hash(leaf_hash(b"a"), leaf_hash(b"b"))
    True
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

Node = tuple[int, int]
"""A perfect subtree: height and index."""
NodeReader = Callable[[int, int], bytes]
Span = tuple[int, int]
"""Leaves [start, end) below one node of the tree, perfect or at the right edge."""

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256().digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf that holds `entry`."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over some leaf hashes (Merkle Tree Hash, section 2.1.1)."""
    row = list(leaves)
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)] + odd
    return row[0]


# -- what a proof is made of -----------------------------------------------------------------------------------------
def inclusion_spans(index: int, size: int) -> list[Span]:
    """The subtrees whose hashes prove that leaf `index` is in the tree over `size` leaves (section 2.1.3.1).

    In the order of the proof: from the leaf up. Raises `ValueError` unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError("there is no such leaf")
    found: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_spans(first: int, second: int) -> list[Span]:
    """The subtrees whose hashes prove that the tree over `second` leaves begins with that over `first` (section 2.1.4.1).

    Raises `ValueError` unless 0 < first <= second.
    """
    if not 0 < first <= second:
        raise ValueError("there is no such pair of sizes")
    found: list[Span] = []
    start, end = 0, second
    whole = True  # the former tree's own root needs no mention
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, whole = middle, False
    return [*([] if whole else [(start, end)]), *found[::-1]]


def nodes_of(spans: Iterable[Span]) -> Iterator[Node]:
    """The perfect subtrees that some spans are put together from, left to right within each."""
    for start, end in spans:
        at = start
        while at < end:
            # Spans begin at a multiple of the power of two at or above their length: the largest piece goes first.
            height = (end - at).bit_length() - 1
            yield height, at >> height
            at += 1 << height


def span_hash(span: Span, node: NodeReader) -> bytes:
    """The hash of one subtree."""
    found = [node(height, index) for height, index in nodes_of([span])]
    whole = found.pop()
    while found:
        whole = node_hash(found.pop(), whole)
    return whole


def tree_root(size: int, node: NodeReader) -> bytes:
    """The root over the first `size` leaves."""
    return span_hash((0, size), node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """The proof that leaf `index` is in the tree over `size` leaves."""
    return [span_hash(span, node) for span in inclusion_spans(index, size)]


def consistency_proof(first: int, second: int, node: NodeReader) -> list[bytes]:
    """The proof that the tree over `second` leaves begins with that over `first`."""
    return [span_hash(span, node) for span in consistency_spans(first, second)]


# -- checking --------------------------------------------------------------------------------------------------------
def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows the leaf hash at `index` in the tree of `size` leaves under `root` (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    found = leaf
    for sibling in proof:
        if last == 0:
            return False
        if node % 2 or node == last:
            found = node_hash(sibling, found)
            while not node % 2 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Whether `proof` shows that the tree of `second` leaves begins with that of `first` (section 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    node, last = first - 1, second - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    former = latter = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            former, latter = node_hash(sibling, former), node_hash(sibling, latter)
            while not node % 2 and node:
                node, last = node >> 1, last >> 1
        else:
            latter = node_hash(latter, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and former == first_root and latter == second_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)

"""Array types, the checks at the door, and the two gathers everything is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import _sparsetools  # its routines have no public name; `add_products` says why

from renkei.rollup.errors import SHOWN, Fault, FaultCode, RollupError

Floats = NDArray[np.float64]
Indices = NDArray[np.signedinteger[Any]]
Rows = Any
"""A `scipy.sparse.csr_array` of float64: row = parent, column = child (scipy carries no types)."""


def index_dtype(nodes: int, lines: int) -> type[np.signedinteger[Any]]:
    """32 bits as long as they suffice: half the memory traffic."""
    return np.int32 if max(nodes, lines) < 2**31 - 1 else np.int64


class Faults:
    """Collects faults; `refuse` raises them together."""

    def __init__(self) -> None:
        self._found: list[Fault] = []
        self._count = 0

    def add(self, code: FaultCode, array: str, wrong: NDArray[np.bool_], values: NDArray[Any]) -> None:
        """Note a fault for every True in `wrong`."""
        places = np.flatnonzero(wrong)
        self._count += places.size
        self._found += [Fault(code, array, int(at), float(values[at])) for at in places[:SHOWN]]

    def shape(self, array: str, found: int) -> None:
        """Note a length that does not fit and raise what is known: nothing further can be checked."""
        self._found.append(Fault(FaultCode.SHAPE, array, 0, float(found)))
        self._count += 1
        self.refuse()

    def refuse(self) -> None:
        """Raise RollupError if anything was found."""
        if self._count:
            raise RollupError(tuple(self._found), self._count)


def node_numbers(given: ArrayLike, name: str, nodes: int, faults: Faults) -> Indices:
    """`given` as one-dimensional node numbers; a fault for each that is out of range."""
    array = np.atleast_1d(np.asarray(given))
    if array.ndim != 1:
        faults.shape(name, array.ndim)
    if array.size == 0:
        return np.empty(0, np.int32)
    if array.dtype.kind not in "iu":
        whole = (np.abs(array) < 2**53) & (array == np.floor(array)) if array.dtype.kind == "f" else None
        if whole is None:
            faults.shape(name, array.ndim)
        else:
            faults.add(FaultCode.NODE_OUT_OF_RANGE, name, ~whole, array)
            array = np.where(whole, array, 0).astype(np.int64)
    if array.min() < 0 or array.max() >= nodes:
        faults.add(FaultCode.NODE_OUT_OF_RANGE, name, (array < 0) | (array >= nodes), array)
    return array


def amounts_of(given: ArrayLike, faults: Faults) -> Floats:
    """`given` as one-dimensional amounts; a fault for each that is not finite or below zero."""
    array = np.atleast_1d(np.asarray(given, dtype=np.float64))
    if array.ndim != 1:
        faults.shape("amount", array.ndim)
    if array.size and not (array.min() >= 0 and array.max() < np.inf):
        faults.add(FaultCode.AMOUNT_NOT_FINITE, "amount", ~np.isfinite(array), array)
        faults.add(FaultCode.AMOUNT_NEGATIVE, "amount", np.isfinite(array) & (array < 0), array)
    return array


def checked_lines(
    nodes: int, child: ArrayLike, parent: ArrayLike, amount: ArrayLike, faults: Faults
) -> tuple[Indices, Indices, Floats]:
    """The three arrays of lines; faults are noted, not raised (but for lengths that do not fit)."""
    children = node_numbers(child, "child", nodes, faults)
    parents = node_numbers(parent, "parent", nodes, faults)
    amounts = amounts_of(amount, faults)
    if not children.size == parents.size == amounts.size:
        faults.shape("amount", amounts.size)
    same = children == parents
    if same.any():
        faults.add(FaultCode.SELF_REFERENCE, "child", same, children)
    return children, parents, amounts


def own_values(given: ArrayLike, rows: int, columns: int | None, faults: Faults) -> Floats:
    """`given` as a (rows, columns) array of float64 in C order; a fault for each row that is not finite."""
    array = np.ascontiguousarray(given, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != rows or (columns is not None and array.shape[1] != columns):
        faults.shape("own", array.ndim if array.ndim != 2 else array.shape[0])
    with np.errstate(over="ignore", invalid="ignore"):
        suspect = not np.isfinite(array.sum())
    if suspect:
        wrong = ~np.isfinite(array)
        at = wrong.argmax(axis=1) if array.shape[1] else np.zeros(rows, np.intp)
        faults.add(FaultCode.OWN_NOT_FINITE, "own", np.asarray(wrong.any(axis=1)), array[np.arange(rows), at])
    return array


def rows_by_parent(nodes: int, child: Indices, parent: Indices, amount: Floats) -> Rows:
    """The lines as rows: one per parent, its lines in order of the child's number, parallel lines added up.

    The result does not depend on the order of the lines, to the last bit. Lines of amount 0 add nothing and are left out.
    """
    kind = index_dtype(nodes, amount.size)
    child, parent = child.astype(kind, copy=False), parent.astype(kind, copy=False)
    if amount.size and not amount.all():
        kept = amount != 0
        child, parent, amount = child[kept], parent[kept], amount[kept]
    lines = sparse.coo_array((amount, (parent, child)), shape=(nodes, nodes))
    lines.has_canonical_format = True  # spares adding parallel lines up in whatever order they came
    rows = lines.tocsr()
    rows.has_canonical_format = False
    rows.sort_indices()
    repeated = rows.indices[1:] == rows.indices[:-1]
    if repeated.any():
        _sort_parallel(rows, np.flatnonzero(repeated[1:] & repeated[:-1]))
        rows.sum_duplicates()
    return rows


def _sort_parallel(rows: Rows, threes: Indices) -> None:
    """Put three and more parallel lines in order of size, for (a + b) + c is not a + (b + c); a + b is b + a.

    `threes` are the places where three equal children follow each other.
    """
    marked = np.zeros(rows.nnz, bool)
    for step in range(3):
        marked[threes + step] = True
    at = np.flatnonzero(marked)
    row = np.searchsorted(rows.indptr, at, side="right")
    rows.data[at] = rows.data[at[np.lexsort((rows.data[at], rows.indices[at], row))]]


def parents_by_child(rows: Rows) -> tuple[Indices, Indices]:
    """The reverse of `rows` without amounts: where each child's parents begin, and the parents."""
    pattern = sparse.csr_array(
        (np.zeros(rows.nnz, np.int8), rows.indices, rows.indptr), shape=rows.shape
    ).tocsc()
    return pattern.indptr, pattern.indices


def gather(indptr: Indices, indices: Indices, rows: Indices) -> Indices:
    """The entries of several rows one after the other."""
    return np.take(indices, _places(indptr, rows)[1])


def some_rows(matrix: Rows, rows: Indices) -> Rows:
    """`matrix[rows]`, several times faster for a few thousand rows: nothing is checked again."""
    ends, at = _places(matrix.indptr, rows)
    starts = np.zeros(rows.size + 1, matrix.indptr.dtype)
    starts[1:] = ends
    return sparse.csr_array(
        (np.take(matrix.data, at), np.take(matrix.indices, at), starts), shape=(rows.size, matrix.shape[1])
    )


def block_of(rows: Rows, low: int, high: int) -> Rows:
    """Rows low to high, on the same memory."""
    begin, end = int(rows.indptr[low]), int(rows.indptr[high])
    return sparse.csr_array(
        (rows.data[begin:end], rows.indices[begin:end], rows.indptr[low : high + 1] - begin),
        shape=(high - low, rows.shape[1]),
    )


def add_products(rows: Rows, low: int, high: int, values: Floats, sums: Floats) -> None:
    """`sums += block_of(rows, low, high) @ values`, bit for bit, by the routine that does it.

    Of an update of some thousand rows in ten levels, making an array object a level is a quarter of the time.
    """
    products = np.zeros_like(sums)
    _sparsetools.csr_matvecs(
        high - low,
        rows.shape[1],
        values.shape[1],
        rows.indptr[low : high + 1],
        rows.indices,
        rows.data,
        values.ravel(),
        products.ravel(),
    )
    sums += products


def put_rows(values: Floats, positions: Indices, rows: Floats) -> None:
    """`values[positions] = rows`, several times faster: each row is moved in one piece."""
    if not rows.size:
        return
    piece = np.dtype((np.void, rows.shape[1] * rows.itemsize))
    # "clip" never clips a position that is known; it spares numpy a check of each.
    np.put(values.view(piece)[:, 0], positions, np.ascontiguousarray(rows).view(piece)[:, 0], mode="clip")


def _places(indptr: Indices, rows: Indices) -> tuple[Indices, Indices]:
    """Where each of the rows ends when they follow each other, and where their entries are now."""
    begin = np.take(indptr, rows)
    counts = np.take(indptr, rows + 1)
    counts -= begin
    ends = np.cumsum(counts, dtype=indptr.dtype)
    begin -= ends
    begin += counts
    at = np.repeat(begin, counts)
    at += np.arange(at.size, dtype=at.dtype)
    return ends, at


def distinct(numbers: Indices, scratch: Indices) -> Indices:
    """`numbers` without repetition, without sorting; `scratch` (one entry a node) is overwritten at those numbers."""
    ids = np.arange(numbers.size, dtype=scratch.dtype)
    scratch[numbers] = ids
    first: Indices = numbers[scratch[numbers] == ids]
    return first


def among(sorted_: Indices, wanted: Indices) -> tuple[NDArray[np.bool_], Indices]:
    """Which of the wanted numbers are among the sorted ones, and where there."""
    if not sorted_.size:
        return np.zeros(wanted.size, bool), sorted_
    at = np.minimum(np.searchsorted(sorted_, wanted), sorted_.size - 1)
    hit = sorted_[at] == wanted
    return hit, at[hit]

"""Where the tree is kept: tiles of 256 hashes, so that a proof among ten million leaves is a handful of reads.

Tile (level L, number t) holds, in order and 32 bytes each, the hashes of the perfect subtrees of height 8 * L with the
indexes [256 * t, 256 * t + 256); at level 0 these are the leaf hashes. The nodes of the heights between are computed
from them (at most 128 hashes). The last tile of each level is partly filled and grows; a full one never changes.
A tree of 256**k leaves has k levels, and a proof reads at most two tiles of each: one on the leaf's path and one at
the right edge.

    >>> tile_of((0, 300)), tile_of((9, 3))
    ((0, 1), (1, 0))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from renkei.commons.ledger.merkle import EMPTY_ROOT, HASH_BYTES, Node, NodeReader, node_hash, root_of

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
TILE_BYTES: Final = WIDTH * HASH_BYTES

TileName = tuple[int, int]
"""Level and number."""
Tiles = Mapping[TileName, bytes]


class TileMissing(Exception):
    """A tile that the tree must have is absent or too short: the stored log is damaged."""

    def __init__(self, name: TileName) -> None:
        super().__init__(f"tile {name[0]}/{name[1]}")
        self.name = name


def tile_of(node: Node) -> TileName:
    """The tile from which a perfect subtree's hash is had."""
    height, index = node
    level, above = divmod(height, HEIGHT)
    return level, (index << above) >> HEIGHT


def tiles_for(nodes: Iterable[Node]) -> set[TileName]:
    """The tiles that some nodes need."""
    return {tile_of(node) for node in nodes}


def edge_of(size: int) -> list[TileName]:
    """The partly filled tiles of a tree of `size` leaves: what must be known to append to it."""
    found = []
    level = 0
    while size >> (HEIGHT * level):
        count = size >> (HEIGHT * level)
        if count % WIDTH:
            found.append((level, count // WIDTH))
        level += 1
    return found


def reader(tiles: Tiles) -> NodeReader:
    """Nodes out of `tiles`. It raises `TileMissing` if one is not there whole."""

    def node(height: int, index: int) -> bytes:
        name = tile_of((height, index))
        above = height % HEIGHT
        first = ((index << above) % WIDTH) * HASH_BYTES
        piece = tiles.get(name, b"")[first : first + (HASH_BYTES << above)]
        if len(piece) != HASH_BYTES << above:
            raise TileMissing(name)
        return root_of(hashes_in(piece))

    return node


def hashes_in(tile: bytes) -> list[bytes]:
    """The hashes of a tile, in order."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


class Growth:
    """A tree that leaves are appended to, held by its right edge alone.

    `edge` are the partly filled tiles of the tree of `size` leaves. `changed` are the tiles that `append` wrote so far.
    Raises `TileMissing` if the edge is not that of a tree of this size.
    """

    def __init__(self, size: int, edge: Tiles) -> None:
        self.size = size
        self.changed: dict[TileName, bytes] = {}
        self._rows: list[bytearray] = []
        level = 0
        while size >> (HEIGHT * level):
            count = size >> (HEIGHT * level)
            row = bytearray(edge.get((level, count // WIDTH), b"")) if count % WIDTH else bytearray()
            if len(row) != (count % WIDTH) * HASH_BYTES:
                raise TileMissing((level, count // WIDTH))
            self._rows.append(row)
            level += 1

    def append(self, leaf_hashes: Sequence[bytes]) -> None:
        """Add leaves at the end."""
        for leaf in leaf_hashes:
            self.size += 1
            self._add(0, leaf)

    def root(self) -> bytes:
        """The root over all leaves."""
        whole: bytes | None = None
        for row in self._rows:
            for subtree in reversed(list(_perfect(hashes_in(bytes(row))))):
                whole = subtree if whole is None else node_hash(subtree, whole)
        return EMPTY_ROOT if whole is None else whole

    def written(self) -> dict[TileName, bytes]:
        """Every tile that differs from what is stored, the growing ones included."""
        last = {
            (level, (self.size >> (HEIGHT * level)) // WIDTH): bytes(row)
            for level, row in enumerate(self._rows)
            if row
        }
        return {**self.changed, **last}

    def _add(self, level: int, subtree: bytes) -> None:
        if level == len(self._rows):
            self._rows.append(bytearray())
        row = self._rows[level]
        row += subtree
        if len(row) == TILE_BYTES:
            full = bytes(row)
            self.changed[(level, (self.size >> (HEIGHT * level)) // WIDTH - 1)] = full
            row.clear()
            self._add(level + 1, root_of(hashes_in(full)))


def _perfect(row: Sequence[bytes]) -> Iterator[bytes]:
    """The roots of the perfect subtrees of a partly filled row, the largest first."""
    start = 0
    while start < len(row):
        width = 1 << ((len(row) - start).bit_length() - 1)
        yield root_of(row[start : start + width])
        start += width

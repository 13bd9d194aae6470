"""The Merkle tree against the vectors of the reference implementation, against its own definition, and in tiles."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.commons.ledger.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    consistency_spans,
    inclusion_proof,
    inclusion_spans,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    nodes_of,
    root_of,
    tree_root,
)
from renkei.commons.ledger.tiles import Growth, TileMissing, edge_of, reader, tiles_for

# Inputs and roots of the Certificate Transparency reference implementation (google/certificate-transparency,
# cpp/merkletree/merkle_tree_test.cc), whose tree is that of RFC 6962 and RFC 9162.
ENTRIES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    # (leaf counted from 0, size): proof
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[(0, 8)],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}  # fmt: skip


def leaves(count):
    return [leaf_hash(number.to_bytes(4)) for number in range(count)]


def node_of(row):
    """Perfect subtrees by the definition, straight from the leaves."""
    return lambda height, index: root_of(row[index << height : (index + 1) << height])


def grown(row, *cuts):
    """The tiles of a tree that grew in steps."""
    stored: dict = {}
    size = 0
    for end in (*cuts, len(row)):
        growth = Growth(size, {name: stored[name] for name in edge_of(size)})
        growth.append(row[size:end])
        stored |= growth.written()
        size = end
        assert growth.root() == root_of(row[:end])
    return stored


def test_published_roots():
    row = [leaf_hash(entry) for entry in ENTRIES]
    assert [root_of(row[: count + 1]).hex() for count in range(8)] == ROOTS
    assert EMPTY_ROOT == hashlib.sha256(b"").digest() == root_of([])


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_published_inclusion_proofs(index, size):
    row = [leaf_hash(entry) for entry in ENTRIES]
    proof = inclusion_proof(index, size, node_of(row))
    assert [one.hex() for one in proof] == INCLUSION[(index, size)]
    assert is_included(row[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_published_consistency_proofs(first, second):
    row = [leaf_hash(entry) for entry in ENTRIES]
    proof = consistency_proof(first, second, node_of(row))
    assert [one.hex() for one in proof] == CONSISTENCY[(first, second)]
    roots = bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1])
    assert is_consistent(first, second, proof, *roots)


def test_the_root_is_the_definition():
    """MTH(D[n]) = H(1 || MTH(D[0:k]) || MTH(D[k:n])), k the largest power of two below n."""

    def defined(row):
        if len(row) == 1:
            return row[0]
        k = 1
        while 2 * k < len(row):
            k *= 2
        return node_hash(defined(row[:k]), defined(row[k:]))

    for count in range(1, 70):
        assert root_of(leaves(count)) == defined(leaves(count))


def test_every_proof_of_every_small_tree():
    row = leaves(34)
    roots = [root_of(row[:size]) for size in range(35)]
    node = node_of(row)
    for size in range(1, 35):
        for index in range(size):
            proof = inclusion_proof(index, size, node)
            assert is_included(row[index], index, size, proof, roots[size])
            assert not is_included(row[index - 1], index, size, proof, roots[size]) or size == 1
        for first in range(1, size + 1):
            proof = consistency_proof(first, size, node)
            assert is_consistent(first, size, proof, roots[first], roots[size])
            if first < size:
                assert not is_consistent(first, size, proof, roots[first], roots[size - 1])
                assert not is_consistent(first, size, proof, roots[size], roots[size])


@given(st.integers(1, 300), st.data())
def test_a_changed_proof_proves_nothing(size, data):
    row = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, node_of(row))
    root = root_of(row)
    for wrong in ([*proof, row[0]], proof[:-1], [bytes(32), *proof[1:]]):
        if wrong != proof:
            assert not is_included(row[index], index, size, wrong, root)
    assert not is_included(row[index], size, size, proof, root)
    assert not is_included(row[index], -1, size, proof, root)


def test_no_proof_of_what_is_not_there():
    for index, size in ((1, 1), (0, 0), (-1, 4)):
        with pytest.raises(ValueError, match="no such leaf"):
            inclusion_spans(index, size)
    for first, second in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no such pair"):
            consistency_spans(first, second)
        assert not is_consistent(first, second, [], EMPTY_ROOT, EMPTY_ROOT)


@pytest.mark.parametrize("count", [1, 255, 256, 257, 511, 700, 66_000])
def test_tiles_give_the_same_roots_however_the_tree_grew(count):
    row = leaves(count)
    assert grown(row) == grown(row, count // 3, count // 2)
    assert tree_root(count, reader(grown(row))) == root_of(row)


def test_proofs_come_out_of_few_tiles():
    """66,000 leaves have three levels of tiles: 257 full ones and a part, 1 and a part, 1 with one hash."""
    row = leaves(66_000)
    stored = grown(row)
    assert sorted({level for level, _ in stored}) == [0, 1, 2]
    for index in (0, 255, 256, 40_000, 65_535, 65_536, 65_999):
        names = tiles_for(nodes_of(inclusion_spans(index, 66_000)))
        assert len(names) <= 2 * 3
        proof = inclusion_proof(index, 66_000, reader({name: stored[name] for name in names}))
        assert is_included(row[index], index, 66_000, proof, root_of(row))


def test_an_earlier_size_is_proved_from_the_tiles_of_a_later_one():
    row = leaves(1_000)
    node = reader(grown(row))
    for first, second in ((1, 999), (255, 700), (256, 512), (300, 1_000)):
        proof = consistency_proof(first, second, node)
        assert is_consistent(first, second, proof, root_of(row[:first]), root_of(row[:second]))


def test_at_ten_million_leaves_a_proof_needs_six_tiles():
    size = 10_000_000
    most = max(len(tiles_for(nodes_of(inclusion_spans(index, size)))) for index in range(0, size, 99_991))
    assert most <= 6


def test_a_missing_or_short_tile_is_named():
    stored = grown(leaves(700))
    stored[(0, 1)] = stored[(0, 1)][:-32]
    with pytest.raises(TileMissing) as missing:
        reader(stored)(0, 511)
    assert missing.value.name == (0, 1)
    with pytest.raises(TileMissing):
        Growth(700, {})

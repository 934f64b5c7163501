"""Tiles: whatever is appended in whatever portions, the tree read from them is the definition's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry.brute_force import mth, path, proof

from optout_registry.transparency.merkle import (
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tree_root,
)
from optout_registry.transparency.tiles import extended, hash_reader
from schemas.errors import BadInput

LEAVES = [n.to_bytes(3, "big") for n in range(1200)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


class Tiles(dict):
    """Stored tiles, and which of them were read."""

    def __init__(self):
        super().__init__()
        self.size = 0
        self.reads = []

    def read(self, level, index):
        self.reads.append((level, index))
        return self.get((level, index))

    def append(self, count):
        tiles = extended(self.size, HASHES[self.size : self.size + count], self.read)
        self.update(tiles)
        self.size += count
        return tiles


def built(*counts):
    tiles = Tiles()
    for count in counts:
        tiles.append(count)
    return tiles


def by_definition(size):
    """Tiles of a tree from the formula of tlog-tiles: MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l])."""
    tiles = {}
    level = 0
    while size >> (8 * level):
        span = 256**level
        hashes = [mth(LEAVES[start * span : (start + 1) * span]) for start in range(size // span)]
        for index in range(0, len(hashes), 256):
            tiles[level, index // 256] = b"".join(hashes[index : index + 256])
        level += 1
    return tiles


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513, 767, 768, 1200])
def test_tiles_are_those_of_the_specification(size):
    assert built(size) == by_definition(size)


def test_the_widths_of_the_specification_s_example():
    """A tree of 70,000: 273 full tiles and 112 hashes, a full tile and 17, and 1."""
    tiles = extended(0, [HASHES[0]] * 70_000, lambda *_: None)
    widths = {name: len(tile) // 32 for name, tile in tiles.items()}
    assert widths == {
        **{(0, index): 256 for index in range(273)},
        (0, 273): 112,
        (1, 0): 256,
        (1, 1): 17,
        (2, 0): 1,
    }


def test_three_levels_of_equal_leaves():
    """65,537 leaves: of equal leaves, every complete subtree of one height has one hash."""
    stored = extended(0, [HASHES[0]] * 65_537, lambda *_: None)
    expected = HASHES[0]
    for _ in range(16):
        expected = node_hash(expected, expected)
    assert stored[2, 0] == expected
    read = hash_reader(lambda level, index: stored.get((level, index)))
    assert tree_root(65_536, read) == expected
    assert tree_root(65_537, read) == node_hash(expected, HASHES[0])
    for index in (0, 65_535, 65_536):
        given_ = inclusion_proof(index, 65_537, read)
        check_inclusion(index, 65_537, HASHES[0], given_, tree_root(65_537, read))
    for first in (1, 255, 256, 65_535, 65_536):
        given_ = consistency_proof(first, 65_537, read)
        check_consistency(first, 65_537, tree_root(first, read), tree_root(65_537, read), given_)


@given(st.lists(st.integers(0, 400) | st.sampled_from([1, 255, 256, 257]), max_size=5))
def test_portions_make_no_difference(counts):
    counts = counts if sum(counts) <= len(LEAVES) else counts[:2]
    assert built(*counts) == built(sum(counts))


def test_one_leaf_at_a_time():
    assert built(*[1] * 600) == built(600)


@given(st.data())
def test_proofs_read_from_tiles_are_the_definition_s(data):
    stored = built(data.draw(st.integers(1, 700)), data.draw(st.integers(0, 400)))
    size = data.draw(st.integers(1, stored.size))  # of an older tree too, whose tiles have grown since
    first = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))
    read = hash_reader(stored.read)
    assert tree_root(size, read) == mth(LEAVES[:size])
    assert inclusion_proof(index, size, read) == path(index, LEAVES[:size])
    assert consistency_proof(first, size, read) == proof(first, LEAVES[:size])


@pytest.mark.parametrize(
    ("size", "count", "changed", "reads"),
    [
        (0, 0, set(), []),
        (300, 0, set(), []),
        (0, 1, {(0, 0)}, []),
        (254, 1, {(0, 0)}, [(0, 0)]),
        (255, 1, {(0, 0), (1, 0)}, [(0, 0)]),
        (256, 1, {(0, 1)}, []),
        (511, 1, {(0, 1), (1, 0)}, [(0, 1), (1, 0)]),
        (300, 300, {(0, 1), (0, 2), (1, 0)}, [(0, 1), (1, 0)]),
    ],
)
def test_only_what_grows_is_read_and_changed(size, count, changed, reads):
    stored = built(size)
    stored.reads.clear()
    assert set(stored.append(count)) == changed
    assert stored.reads == reads


def test_a_reader_reads_a_tile_once():
    stored = built(1200)
    stored.reads.clear()
    read = hash_reader(stored.read)
    for index in range(0, 1200, 7):
        inclusion_proof(index, 1200, read)
    assert len(stored.reads) == len(set(stored.reads)) == 6


def cut(tile):
    return tile[:-32]


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize(
    "damage",
    [lambda _: None, cut, lambda tile: tile + bytes(32), lambda tile: tile[:-1], lambda _: b""],
    ids=["missing", "short", "long", "no hashes", "empty"],
)
def test_a_tile_that_does_not_fit_the_size_is_not_extended(level, damage):
    stored = built(511)
    stored[level, 1 - level] = damage(stored[level, 1 - level])
    with pytest.raises(BadInput, match=f"tile {level}/{1 - level} of the log"):
        stored.append(1)


@pytest.mark.parametrize(
    "damage",
    [lambda _: None, cut, lambda tile: tile[:-1], lambda tile: tile + b"\0", lambda tile: tile * 257],
    ids=["missing", "short", "no hashes", "a byte more", "long"],
)
def test_a_tile_that_lacks_hashes_is_not_read(damage):
    stored = built(300)
    stored[0, 1] = damage(stored[0, 1])
    read = hash_reader(stored.read)
    for _ in range(2):
        with pytest.raises(BadInput, match="tile 0/1 of the log"):
            inclusion_proof(299, 300, read) and tree_root(300, read)
    assert tree_root(256, read) == mth(LEAVES[:256])


@pytest.mark.parametrize(
    ("size", "leaves", "subject"),
    [
        (-1, [HASHES[0]], "size of the log"),
        (2**63 - 1, [HASHES[0]], "size of the log"),
        (0, [b"x"], "leaf of the log"),
        (0, [HASHES[0], HASHES[0] + b"\0"], "leaf of the log"),
    ],
    ids=["negative", "too large", "short leaf", "long leaf"],
)
def test_what_is_no_append_is_refused(size, leaves, subject):
    with pytest.raises(BadInput, match=subject):
        extended(size, leaves, lambda *_: None)

"""A Merkle tree stored as tiles, as C2SP tlog-tiles lays them out.

Tile (level, index) is up to 256 hashes of 32 bytes, one after the other: of the complete subtrees of height
8 * level from number 256 * index on. The last tile of a level may hold fewer, and grows in place.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from optout_registry.transparency.merkle import HASH, MAX_SIZE, HashReader
from schemas.errors import BadInput

HEIGHT = 8
"""Levels of the tree in a tile."""

WIDTH = 1 << HEIGHT
"""Hashes in a full tile."""

TileReader = Callable[[int, int], bytes | None]
"""From (level, index) to the tile as it is stored; None where there is none."""


def extended(size: int, leaf_hashes: Sequence[bytes], read_tile: TileReader) -> dict[tuple[int, int], bytes]:
    """Tiles that change when leaves are appended to a tree of ``size``: (level, index) -> the new tile.

    Laid over the stored tiles these are the tree of ``size + len(leaf_hashes)``. One tile is read per level,
    the one that grows. Memory: some 100 bytes per leaf.

    Raises:
        BadInput: a leaf's hash is not 32 bytes, or a stored tile is not what a tree of this size has.
    """
    if not 0 <= size <= MAX_SIZE - len(leaf_hashes):
        raise _bad("size of the log", f"0 to {MAX_SIZE}", str(size))
    if not all(len(leaf) == HASH for leaf in leaf_hashes):
        raise _bad("leaf of the log", f"a hash of {HASH} bytes", "another length")
    tiles: dict[tuple[int, int], bytes] = {}
    level, hashes = 0, b"".join(leaf_hashes)
    while hashes:
        first, held = divmod(size, WIDTH)
        if held:
            hashes = _stored(level, first, held, read_tile) + hashes
        for tile, start in enumerate(range(0, len(hashes), WIDTH * HASH), first):
            tiles[level, tile] = hashes[start : start + WIDTH * HASH]
        full = len(hashes) - len(hashes) % (WIDTH * HASH)
        *_, hashes = _levels(hashes[:full])
        size, level = first, level + 1
    return tiles


def hash_reader(read_tile: TileReader) -> HashReader:
    """Read hashes of complete subtrees out of tiles. It keeps every tile it has read, so use it for one task.

    Raises:
        BadInput: by the reader it returns: a tile is missing, too short, or no tile.
    """
    held: dict[tuple[int, int], list[bytes]] = {}

    def read(names: Sequence[tuple[int, int]]) -> list[bytes]:
        return [read_one(*name) for name in names]

    def read_one(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        tile_index, at = divmod(index << height, WIDTH)
        name = (tile_level, tile_index)
        if name not in held:
            tile = read_tile(*name) or b""
            if len(tile) % HASH or len(tile) > WIDTH * HASH:
                raise _bad_tile(*name, f"at most {WIDTH} hashes of {HASH} bytes", tile)
            held[name] = list(_levels(tile))
        start = (at >> height) * HASH
        found = held[name][height][start : start + HASH]
        if len(found) != HASH:
            raise _bad_tile(*name, f"{at + (1 << height)} hashes or more", held[name][0])
        return found

    return read


def _levels(hashes: bytes) -> Iterator[bytes]:
    """The hashes, then those of complete subtrees at each height of a tile: last, the roots of full tiles."""
    yield hashes
    for _ in range(HEIGHT):
        pairs = range(0, len(hashes) - 2 * HASH + 1, 2 * HASH)
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 2 * HASH]).digest() for at in pairs])
        yield hashes


def _stored(level: int, index: int, held: int, read_tile: TileReader) -> bytes:
    tile = read_tile(level, index) or b""
    if len(tile) != held * HASH:
        raise _bad_tile(level, index, f"{held} hashes, as the log's size has it", tile)
    return tile


def _bad_tile(level: int, index: int, expected: str, tile: bytes) -> BadInput:
    return _bad(f"tile {level}/{index} of the log", expected, f"{len(tile)} bytes")


def _bad(subject: str, expected: str, found: str) -> BadInput:
    return BadInput(
        subject, expected=expected, found=found, remedy="restore the registry from its backup, then verify it"
    )

"""Merkle trees as RFC 6962 and RFC 9162 define them, each in section 2.1: roots, proofs, and their checks.

A tree over leaves 0 to size-1 is never held: whoever asks hands in how to read hashes of complete subtrees.
Inclusion of a leaf and consistency of two trees are both the same question, whether a subtree [start, end)
stands at its place in a tree; draft-ietf-plants-merkle-tree-certs, section 4, puts it so.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from schemas.errors import BadInput, Refused

HASH = 32
"""Bytes in a hash."""

EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves."""

MAX_SIZE = 2**63 - 1
"""Most leaves of a tree: what other implementations count in a signed 64-bit integer."""

HashReader = Callable[[Sequence[tuple[int, int]]], Sequence[bytes]]
"""From names to hashes: (level, i) names the subtree of leaves [i * 2**level, (i + 1) * 2**level)."""


class InvalidProof(Refused):
    """A proof does not show what it was given for."""


class _Step(NamedTuple):
    """One fork on the way from the root down to a subtree: the sibling that is left aside."""

    start: int
    end: int
    is_left: bool
    is_inside: bool
    """The sibling is itself a part of the subtree; then it is left of the rest."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf, 32 bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(size: int, read: HashReader) -> bytes:
    """Root of the first ``size`` leaves.

    Raises:
        BadInput: not a size, or ``read`` gives something else than one hash for each name.
    """
    _check_request(0, size, size)
    return _hashes([(0, size)], read)[0] if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: HashReader) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1: that leaf ``index`` is in the tree of ``size``; deepest hash first.

    Raises:
        BadInput: the tree has no such leaf, or ``read`` fails as in :func:`tree_root`.
    """
    _check_request(0, index, size)
    _check_request(index + 1, size)
    return _proof(index, index + 1, size, read)


def consistency_proof(first: int, second: int, read: HashReader) -> list[bytes]:
    """PROOF of RFC 6962, section 2.1.2: that the tree of ``second`` leaves begins with that of ``first``.

    From the empty tree to any other, and from a tree to itself, there is nothing to show: no hash.

    Raises:
        BadInput: not two sizes in this order, or ``read`` fails as in :func:`tree_root`.
    """
    _check_request(0, first, second)
    return _proof(0, first, second, read) if first else []


def check_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf``, a leaf's hash, stands at ``index`` in the tree of ``size`` with this root.

    Raises:
        InvalidProof: it does not, or an argument cannot be what it should be.
    """
    _check_whole(index, "the index")
    check_subtree(index, index + 1, size, leaf, root, proof)


def check_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of ``second`` leaves only appends to that of ``first``.

    Raises:
        InvalidProof: it does not, or an argument cannot be what it should be.
    """
    _check_whole(first, "the first size")
    _check_whole(second, "the second size")
    if first == 0:
        _check_hashes([first_root, second_root, *proof])
        if proof or first_root != EMPTY_ROOT or (second == 0 and second_root != EMPTY_ROOT):
            raise _invalid("the root of the empty tree, and no hash", "another root, or hashes")
        return
    check_subtree(0, first, second, first_root, second_root, proof)


def check_subtree(
    start: int, end: int, size: int, subtree: bytes, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that leaves [start, end) of the tree with this root are the tree with the root ``subtree``.

    The range is one leaf, or begins at a multiple of the least power of two that is not below its length.

    Raises:
        InvalidProof: they are not, or an argument cannot be what it should be.
    """
    for value, name in ((start, "the start"), (end, "the end"), (size, "the size")):
        _check_whole(value, name)
    if not start < end <= size or start % (1 << (end - start - 1).bit_length()):
        raise _invalid("a subtree within the tree", f"leaves [{start}, {end}) of {size}")
    _check_hashes([subtree, root, *proof])
    steps = list(_way_down(start, end, size))
    is_whole = not any(step.is_inside for step in steps)
    wanted = len(steps) + (not is_whole)
    if len(proof) != wanted:
        raise _invalid(f"{wanted} hashes", str(len(proof)))
    hashes = iter(proof)
    part = tree = subtree if is_whole else next(hashes)
    for step, sibling in zip(reversed(steps), hashes, strict=True):
        tree = node_hash(sibling, tree) if step.is_left else node_hash(tree, sibling)
        part = node_hash(sibling, part) if step.is_inside else part
    if part != subtree or tree != root:
        raise _invalid("the roots it was given for", "others")


def _way_down(start: int, end: int, size: int) -> Iterator[_Step]:
    low, high = 0, size
    while (low, high) != (start, end):
        # A tree parts after the greatest power of two that is below its size.
        split = low + (1 << ((high - low - 1).bit_length() - 1))
        if end <= split:
            yield _Step(split, high, is_left=False, is_inside=False)
            high = split
        else:
            yield _Step(low, split, is_left=True, is_inside=start < split)
            low = split
            start = max(start, split)


def _proof(start: int, end: int, size: int, read: HashReader) -> list[bytes]:
    steps = list(_way_down(start, end, size))
    ranges = [(step.start, step.end) for step in reversed(steps)]
    inside = [step.end for step in steps if step.is_inside]
    if inside:
        ranges.insert(0, (inside[-1], end))
    return _hashes(ranges, read)


def _hashes(ranges: Sequence[tuple[int, int]], read: HashReader) -> list[bytes]:
    """Roots of several ranges of leaves, each a part of the tree, with one call of ``read``."""
    names = [list(_complete(start, end)) for start, end in ranges]
    wanted = [name for group in names for name in group]
    found = list(read(wanted))
    if len(found) != len(wanted) or not all(map(_is_hash, found)):
        raise BadInput(
            "hashes of the registry's log",
            expected=f"{len(wanted)} hashes of {HASH} bytes",
            found=f"{sum(map(_is_hash, found))} such hashes among {len(found)}",
            remedy="restore the registry from its backup",
        )
    roots = []
    for group in reversed(names):
        root = found.pop()
        for _ in group[1:]:
            root = node_hash(found.pop(), root)
        roots.append(root)
    return roots[::-1]


def _complete(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Names of the complete subtrees that make up a range, from the left: the largest first."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _is_hash(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == HASH


def _is_whole(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_SIZE


def _check_request(*ascending: int) -> None:
    if not all(map(_is_whole, ascending)) or list(ascending) != sorted(ascending):
        raise BadInput(
            "request for a proof or a root",
            expected="leaves and sizes that the log has",
            found=", ".join(map(str, ascending)),
            remedy="ask for what the log's last checkpoint covers",
        )


def _check_whole(value: int, name: str) -> None:
    if not _is_whole(value):
        raise _invalid(f"{name} as an integer from 0 to 2^63-1", "something else")


def _check_hashes(values: Sequence[object]) -> None:
    if not all(map(_is_hash, values)):
        raise _invalid(f"hashes of {HASH} bytes", "something else among them")


def _invalid(expected: str, found: str) -> InvalidProof:
    return InvalidProof(
        "proof from the registry's log",
        expected=expected,
        found=found,
        remedy="ask for the proof again; if it stays wrong, keep it and the checkpoints for the auditor",
    )

"""Merkle trees: RFC 6962 by its own definitions, by its example, and by public proofs that must be refused."""

import base64
import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry.brute_force import mth, path, proof, reader

from optout_registry.transparency.merkle import (
    EMPTY_ROOT,
    InvalidProof,
    check_consistency,
    check_inclusion,
    check_subtree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tree_root,
)
from schemas.errors import BadInput

LEAVES = [n.to_bytes(2, "big") for n in range(300)]
ALL_SIZES = range(71)
ROOTS = [mth(LEAVES[:n]) for n in ALL_SIZES]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
OTHER = sha256(b"other").digest()


def test_hashes_of_nothing():  # SHA-256 of "", of 00, and of 01 and twice that, as sha256sum prints them
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    empty = leaf_hash(b"")
    assert empty.hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert node_hash(empty, empty).hex() == sha256(b"\x01" + empty + empty).hexdigest()


class Diagram:
    """The tree of seven leaves of RFC 6962, section 2.1.3, with its letters."""

    a, b, c, d, e, f, j = HASHES[:7]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, l = node_hash(g, h), node_hash(i, j)  # noqa: E741 -- the RFC's letter
    hash0, hash1 = g, k
    hash2 = node_hash(k, i)
    hash_ = node_hash(k, l)


@pytest.mark.parametrize(
    ("size", "root"),
    [(2, Diagram.hash0), (4, Diagram.hash1), (6, Diagram.hash2), (7, Diagram.hash_)],
    ids=["hash0", "hash1", "hash2", "hash"],
)
def test_roots_of_the_example(size, root):
    assert tree_root(size, reader(LEAVES)) == root


@pytest.mark.parametrize(("index", "letters"), [(0, "bhl"), (3, "cgl"), (4, "fjk"), (6, "ik")])
def test_audit_paths_of_the_example(index, letters):
    expected = [getattr(Diagram, letter) for letter in letters]
    assert inclusion_proof(index, 7, reader(LEAVES)) == expected
    check_inclusion(index, 7, HASHES[index], expected, Diagram.hash_)


@pytest.mark.parametrize(
    ("first", "root", "letters"),
    [(3, node_hash(Diagram.g, Diagram.c), "cdgl"), (4, Diagram.hash1, "l"), (6, Diagram.hash2, "ijk")],
    ids=["3 to 7", "4 to 7", "6 to 7"],
)
def test_consistency_proofs_of_the_example(first, root, letters):
    expected = [getattr(Diagram, letter) for letter in letters]
    assert consistency_proof(first, 7, reader(LEAVES)) == expected
    check_consistency(first, 7, root, Diagram.hash_, expected)


@pytest.mark.parametrize("size", ALL_SIZES)
def test_every_root_and_inclusion_proof_is_the_definition_s(size):
    leaves = LEAVES[:size]
    assert tree_root(size, reader(leaves)) == ROOTS[size]
    for index in range(size):
        given_ = inclusion_proof(index, size, reader(leaves))
        assert given_ == path(index, leaves)
        check_inclusion(index, size, HASHES[index], given_, ROOTS[size])


@pytest.mark.parametrize("second", ALL_SIZES)
def test_every_consistency_proof_is_the_definition_s(second):
    leaves = LEAVES[:second]
    for first in range(second + 1):
        given_ = consistency_proof(first, second, reader(leaves))
        assert given_ == (proof(first, leaves) if first else [])
        check_consistency(first, second, ROOTS[first], ROOTS[second], given_)


@given(st.data())
def test_larger_trees_are_the_definition_s(data):
    size = data.draw(st.integers(71, len(LEAVES)))
    leaves, index, first = (
        LEAVES[:size],
        data.draw(st.integers(0, size - 1)),
        data.draw(st.integers(1, size)),
    )
    assert inclusion_proof(index, size, reader(leaves)) == path(index, leaves)
    assert consistency_proof(first, size, reader(leaves)) == proof(first, leaves)
    check_inclusion(index, size, HASHES[index], path(index, leaves), mth(leaves))
    check_consistency(first, size, mth(leaves[:first]), mth(leaves), proof(first, leaves))


def damaged(hashes):
    """A proof, otherwise: each bit that may carry weight, length, order."""
    for position, value in enumerate(hashes):
        yield [*hashes[:position], bytes([value[0] ^ 1]) + value[1:], *hashes[position + 1 :]]
        yield [*hashes[:position], *hashes[position + 1 :]]
        yield [*hashes[:position], value, *hashes[position:]]
        yield [*hashes[:position], OTHER, *hashes[position + 1 :]]
        yield [*hashes[:position], value[:-1], *hashes[position + 1 :]]
    yield [*hashes, OTHER]
    if len(hashes) > 1:
        yield hashes[::-1]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 13])
def test_a_proof_of_something_else_is_no_inclusion(size):
    for index in range(size):
        good = path(index, LEAVES[:size])
        arguments = (index, size, HASHES[index], good, ROOTS[size])
        wrong = [
            *((index, size, HASHES[index], bad, ROOTS[size]) for bad in damaged(good)),
            *((other, size, HASHES[index], good, ROOTS[size]) for other in range(size) if other != index),
            (index, size, OTHER, good, ROOTS[size]),
            (index, size, HASHES[index], good, OTHER),
        ]
        check_inclusion(*arguments)
        for case in wrong:
            with pytest.raises(InvalidProof):
                check_inclusion(*case)


@pytest.mark.parametrize("second", [0, 1, 2, 3, 7, 8, 13])
def test_a_proof_of_something_else_is_no_consistency(second):
    for first in range(second + 1):
        good = proof(first, LEAVES[:second]) if first else []
        wrong = [
            *((first, second, ROOTS[first], ROOTS[second], bad) for bad in damaged(good)),
            (first, second, OTHER, ROOTS[second], good),
        ]
        if first or not second:  # any log but an empty one may follow an empty one, whatever its root
            wrong.append((first, second, ROOTS[first], OTHER, good))
        if first < second:
            wrong.append((second, first, ROOTS[second], ROOTS[first], good))
        check_consistency(first, second, ROOTS[first], ROOTS[second], good)
        for case in wrong:
            with pytest.raises(InvalidProof):
                check_consistency(*case)


ONE = HASHES[0]
NOT_SIZES = [-1, 2**63, 1.0, "1", None, True]


@pytest.mark.parametrize("size", NOT_SIZES)
def test_what_is_no_size_is_refused(size):
    with pytest.raises(InvalidProof, match="integer"):
        check_inclusion(0, size, ONE, [], ONE)
    with pytest.raises(InvalidProof, match="integer"):
        check_inclusion(size, 1, ONE, [], ONE)
    with pytest.raises(InvalidProof, match="integer"):
        check_consistency(size, 1, ONE, ONE, [])
    with pytest.raises(InvalidProof, match="integer"):
        check_consistency(1, size, ONE, ONE, [])
    with pytest.raises(InvalidProof, match="integer"):
        check_consistency(0, size, EMPTY_ROOT, ONE, [])
    for ask in (
        lambda: tree_root(size, reader(LEAVES)),
        lambda: inclusion_proof(0, size, reader(LEAVES)),
        lambda: inclusion_proof(size, 300, reader(LEAVES)),
        lambda: consistency_proof(size, 300, reader(LEAVES)),
        lambda: consistency_proof(0, size, reader(LEAVES)),
    ):
        with pytest.raises(BadInput, match="leaves and sizes that the log has"):
            ask()


@pytest.mark.parametrize(
    ("ask", "arguments"),
    [(inclusion_proof, (7, 7)), (inclusion_proof, (0, 0)), (consistency_proof, (8, 7))],
    ids=["leaf after the last", "leaf of nothing", "backwards"],
)
def test_what_the_log_has_not_is_not_proven(ask, arguments):
    with pytest.raises(BadInput, match="leaves and sizes"):
        ask(*arguments, reader(LEAVES))


@pytest.mark.parametrize("value", [b"", ONE[:31], ONE + b"\0", ONE.hex(), None, bytearray(ONE)])
def test_what_is_no_hash_is_refused(value):
    for case in (
        (check_inclusion, 0, 1, value, [], ONE),
        (check_inclusion, 0, 1, ONE, [], value),
        (check_inclusion, 0, 2, ONE, [value], ONE),
        (check_consistency, 0, 1, EMPTY_ROOT, value, []),
        (check_consistency, 0, 1, value, ONE, []),
        (check_consistency, 1, 1, value, value, []),
        (check_consistency, 1, 2, ONE, ONE, [value]),
    ):
        with pytest.raises(InvalidProof, match="32 bytes"):
            case[0](*case[1:])


@pytest.mark.parametrize(
    "read",
    [lambda _: [], lambda names: [b"x" * 31 for _ in names], lambda names: [OTHER] * (len(names) + 1)],
    ids=["none", "short", "too many"],
)
def test_a_reader_that_gives_no_hashes_is_refused(read):
    with pytest.raises(BadInput, match="hashes of the registry's log"):
        tree_root(7, read)
    with pytest.raises(BadInput, match="hashes of the registry's log"):
        inclusion_proof(3, 7, read)


def test_a_proof_is_one_call_of_the_reader():
    calls = []

    def read(names):
        calls.append(names)
        return reader(LEAVES)(names)

    consistency_proof(70, 299, read)
    inclusion_proof(70, 299, read)
    tree_root(299, read)
    assert len(calls) == 3


@pytest.mark.parametrize(
    ("start", "end", "size"), [(1, 3, 8), (2, 5, 8), (1, 15, 15), (3, 3, 8), (0, 9, 8), (5, 4, 8)]
)
def test_what_is_no_subtree_is_refused(start, end, size):
    with pytest.raises(InvalidProof, match="a subtree within the tree"):
        check_subtree(start, end, size, ONE, ONE, [ONE, ONE])


def refused(check, *arguments):
    try:
        check(*arguments)
    except InvalidProof:
        return True
    return False


def judged(kind, case):
    """Is a public proof refused? A folder's field names, put in our order of arguments."""

    def plain(value):
        return base64.b64decode(value)

    hashes = [plain(value) for value in case["proof"] or []]
    if kind == "consistency":
        sizes = case["size1"], case["size2"]
        return refused(check_consistency, *sizes, plain(case["root1"]), plain(case["root2"]), hashes)
    if kind == "subtreeconsistency":
        subtree = case["start"], case["end"], case["size"]
        return refused(check_subtree, *subtree, plain(case["root1"]), plain(case["root2"]), hashes)
    # A subtree is a tree of its own, with its leaves counted from its start.
    start = case.get("start", 0)
    size = case["treeSize"] if kind == "inclusion" else case["end"] - start
    leaf, root = plain(case["leafHash"]), plain(case["root"])
    return refused(check_inclusion, case["leafIdx"] - start, size, leaf, hashes, root)


def is_never_ours(kind, case):
    """A proof that its authors accept and we do not: roots that are no SHA-256, or subtrees of no leaf."""
    roots = [base64.b64decode(case[name]) for name in ("root", "root1", "root2") if name in case]
    return any(len(root) != 32 for root in roots) or (
        kind == "subtreeconsistency" and case["start"] == case["end"]
    )


def test_public_proofs(test_data):
    folder = test_data("standards/merkle") / "testdata"
    cases = {
        file.relative_to(folder).as_posix(): json.loads(file.read_text()) for file in folder.rglob("*.json")
    }
    kinds = {name: name.split("/")[0] for name in cases}
    to_refuse = {name for name, case in cases.items() if case["wantErr"]}
    assert (len(cases), len(to_refuse)) == (518, 482)
    were_refused = {name for name, case in cases.items() if judged(kinds[name], case)}
    assert to_refuse - were_refused == set()
    never_ours = {
        name for name, case in cases.items() if name not in to_refuse and is_never_ours(kinds[name], case)
    }
    assert were_refused - to_refuse == never_ours
    assert len(never_ours) == 8

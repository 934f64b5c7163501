"""A second opinion: Go's golang.org/x/mod/sumdb agrees on trees, proofs and notes, in both directions.

The program in oracle/ is built once. The go command finds the module as it is configured to.
"""

import base64
import json
import os
import random
import shutil
import subprocess

import pytest
from registry.brute_force import mth

from optout_registry.transparency.merkle import (
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
)
from optout_registry.transparency.notes import (
    Checkpoint,
    InvalidNote,
    Signer,
    open_note,
    parse_checkpoint,
    parse_verifier,
    signed_note,
)
from optout_registry.transparency.tiles import extended, hash_reader

COUNT = 3000
LEAVES = [f"leaf {n}".encode() * (n % 4) for n in range(COUNT)]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
SMALL = range(1, 301)
LARGE = (511, 512, 513, 1023, 1025, 2047, 2048, 2049, 2999, 3000)
GO_ORIGIN = "go.sum database tree"
OTHER = leaf_hash(b"other")


@pytest.fixture(scope="session")
def oracle(tmp_path_factory, repository):
    """A function that asks the Go program, with its answer's lists of bytes decoded."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("no go command: the registry's log is not compared with Go's")
    source = repository / "tests/registry/oracle"
    program = tmp_path_factory.mktemp("oracle") / "oracle"
    environment = {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}

    def run(*arguments):
        return subprocess.run(
            [go, *arguments], cwd=source, env=environment, capture_output=True, text=True, check=False
        )

    fetched = run("mod", "download")
    # A module with another checksum than go.sum has is no reason to skip.
    if fetched.returncode and "SECURITY ERROR" not in fetched.stderr:
        pytest.skip(f"go cannot fetch golang.org/x/mod: {fetched.stderr.strip().splitlines()[-1]}")
    built = run("build", "-buildvcs=false", "-o", str(program), ".")
    assert built.returncode == 0, fetched.stderr + built.stderr

    def ask(**request):
        done = subprocess.run(
            [program], input=json.dumps(request, default=text), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def text(data):
    return base64.b64encode(data).decode()


def plain(texts):
    return [base64.b64decode(value) for value in texts or []]


@pytest.fixture(scope="module")
def read():
    """Hashes of the log, out of tiles that grew in portions."""
    tiles = {}

    def read_tile(level, index):
        return tiles.get((level, index))

    ends = [1, 2, 255, 256, 300, 1000, 1024, COUNT]
    for start, end in zip([0, *ends], ends, strict=False):
        tiles.update(extended(start, HASHES[start:end], read_tile))
    return hash_reader(read_tile)


def test_roots_are_go_s(oracle, read):
    sizes = [0, *SMALL, *LARGE]
    assert plain(oracle(Leaves=LEAVES, Roots=sizes)["Roots"]) == [tree_root(size, read) for size in sizes]


def pairs(are_ordered_within):
    """Pairs (smaller, size): all up to 40, then some of every size."""
    chosen = random.Random(6962)  # noqa: S311 -- a sample, the same every time
    for size in (*SMALL, *LARGE):
        below = range(size) if are_ordered_within else range(1, size + 1)
        for smaller in below if size <= 40 else chosen.sample(below, 8):
            yield smaller, size


def test_inclusion_proofs_are_go_s(oracle, read):
    asked = list(pairs(are_ordered_within=True))
    ours = [inclusion_proof(index, size, read) for index, size in asked]
    answer = oracle(
        Leaves=LEAVES,
        Inclusions=asked,
        CheckIncluded=[
            {
                "Index": index,
                "Size": size,
                "Leaf": HASHES[index],
                "Root": tree_root(size, read),
                "Proof": proof,
            }
            for (index, size), proof in zip(asked, ours, strict=True)
        ],
    )
    assert [plain(proof) for proof in answer["Inclusions"]] == ours
    assert set(answer["CheckIncluded"]) == {""}
    for (index, size), proof in zip(asked, answer["Inclusions"], strict=True):
        check_inclusion(index, size, HASHES[index], plain(proof), tree_root(size, read))


def test_consistency_proofs_are_go_s(oracle, read):
    asked = list(pairs(are_ordered_within=False))
    ours = [consistency_proof(first, second, read) for first, second in asked]
    answer = oracle(
        Leaves=LEAVES,
        Consistencies=asked,
        CheckGrown=[
            {
                "First": first,
                "Second": second,
                "FirstRoot": tree_root(first, read),
                "SecondRoot": tree_root(second, read),
                "Proof": proof,
            }
            for (first, second), proof in zip(asked, ours, strict=True)
        ],
    )
    assert [plain(proof) for proof in answer["Consistencies"]] == ours
    assert set(answer["CheckGrown"]) == {""}
    for (first, second), proof in zip(asked, answer["Consistencies"], strict=True):
        check_consistency(first, second, tree_root(first, read), tree_root(second, read), plain(proof))


def test_go_refuses_what_is_false(oracle, read):
    """So that its silence above says something."""
    root = tree_root(7, read)
    good = {"Index": 3, "Size": 7, "Leaf": HASHES[3], "Root": root, "Proof": inclusion_proof(3, 7, read)}
    grown = {
        "First": 3,
        "Second": 7,
        "FirstRoot": tree_root(3, read),
        "SecondRoot": root,
        "Proof": consistency_proof(3, 7, read),
    }
    answer = oracle(
        CheckIncluded=[good, {**good, "Index": 2}, {**good, "Leaf": OTHER}, {**good, "Root": OTHER}],
        CheckGrown=[grown, {**grown, "FirstRoot": OTHER}, {**grown, "SecondRoot": OTHER}],
    )
    assert [bool(said) for said in answer["CheckIncluded"]] == [False, True, True, True]
    assert [bool(said) for said in answer["CheckGrown"]] == [False, True, True]


LOG = Signer("example.org/registry", bytes(range(32)))
WITNESS = Signer("свидетель.example", bytes(32))
TEXTS = [
    Checkpoint(LOG.name, COUNT, mth(LEAVES[:5])).text,
    "\n",
    "two\n\nparagraphs, the last of them empty\n\n",
    "— example.org/registry looks like a signature\n",
    "ünïcode \U0001f512\n",
]


@pytest.mark.parametrize("signer", [LOG, WITNESS], ids=["log", "witness"])
def test_notes_are_go_s(oracle, signer):
    signings = [{"Text": written, "Name": signer.name, "Key": signer.private_key} for written in TEXTS]
    openings = [{"Note": signed_note(written, signer), "Keys": [str(signer.verifier)]} for written in TEXTS]
    answer = oracle(Sign=signings, Open=openings)
    assert answer["Open"] == [{"Text": written, "Error": ""} for written in TEXTS]
    for written, signed in zip(TEXTS, answer["Sign"], strict=True):
        note = base64.b64decode(signed["Note"])
        assert note == signed_note(written, signer)
        assert open_note(note, [parse_verifier(signed["Verifier"])]) == written
        assert signed["Verifier"] == str(signer.verifier)


def test_go_opens_and_refuses_the_same_notes(oracle):
    note = signed_note(TEXTS[0], LOG)
    by_witness = signed_note(TEXTS[0], WITNESS).split(b"\n\n")[-1]
    impostor = signed_note(TEXTS[0], Signer(LOG.name, bytes(32)))
    notes = [
        note,
        note + by_witness,
        note + note.split(b"\n\n")[-1],
        note.replace(b"3000", b"3001"),
        note[:-1],
        note + b"\n",
        note + "— x\n".encode(),
        note.replace(b"\n\n", b"\n"),
        b"\0" + note,
        note + b"\xff\n",
        impostor,
        note + by_witness * 99,
        note + by_witness * 100,
    ]
    answer = oracle(Open=[{"Note": case, "Keys": [str(LOG.verifier)]} for case in notes])

    def opened(case):
        try:
            return open_note(case, [LOG.verifier])
        except InvalidNote:
            return ""

    assert [opened(case) for case in notes] == [said["Text"] for said in answer["Open"]]
    assert [bool(said["Error"]) for said in answer["Open"]] == [False] * 3 + [True] * 8 + [False, True]


def test_checkpoints_are_go_s(oracle):
    checkpoints = [Checkpoint(GO_ORIGIN, size, OTHER) for size in (0, 1, 10, COUNT, 2**63 - 1)]
    answer = oracle(Trees=[checkpoint.text for checkpoint in checkpoints])
    for checkpoint, tree in zip(checkpoints, answer["Trees"], strict=True):
        assert (tree["Size"], base64.b64decode(tree["Root"])) == (checkpoint.size, checkpoint.root)
        assert tree["Again"] == checkpoint.text
        assert parse_checkpoint(tree["Again"]) == checkpoint

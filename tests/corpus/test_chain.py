"""The chain of entries: verified from the first, append-only, one winner for each number."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from corpus.published import NOW, digest_of, make_envelope, publish_one, put_table, write_content

from pipelines.corpus.chain import (
    entry_name,
    find_entry,
    latest_version,
    load_version,
    parent_of,
    publish,
    read_chain,
    read_object_table,
    read_splits,
)
from schemas import spill
from schemas.canonical import sha256
from schemas.documents import Envelope, Parent
from schemas.errors import BadInput, ConfigurationError, LostRace
from schemas.profile import PROFILE
from schemas.tables import ELIGIBILITY, FOOTPRINT, LEDGER, OBSERVED, SHARDS, SNAPSHOT, SPLITS

ALL_SCHEMAS = {
    "eligibility": ELIGIBILITY, "footprint": FOOTPRINT, "ledger": LEDGER, "observed": OBSERVED,
    "profile": PROFILE, "shards": SHARDS, "snapshot": SNAPSHOT, "splits": SPLITS,
}  # fmt: skip


def overwrite(root, name, data):
    (root / name).chmod(0o600)
    (root / name).write_bytes(data)


def test_an_empty_corpus(store):
    assert read_chain(store) == ()
    assert latest_version(store) is None
    with pytest.raises(ConfigurationError) as caught:
        load_version(store)
    assert caught.value.found == "an empty corpus"


def test_publish_and_load(store):
    first, second = publish_one(store, "one"), publish_one(store, "two")
    assert read_chain(store) == (first, second)
    assert entry_name(2) == "versions/00000002.json"
    version = load_version(store)
    assert version == latest_version(store) == load_version(store, 2)
    assert (version.number, version.envelope) == (2, second)
    assert version.envelope_digest == sha256(store.read("versions/00000002.json"))
    assert second.parent == Parent(number=1, envelope=sha256(store.read("versions/00000001.json")))
    assert version.content == write_content(store, "two")
    assert load_version(store, 1).content == write_content(store, "one")


def test_entries_that_are_no_versions(store):
    """A later kind of entry has its number and its place in the chain, but is no version."""
    first = publish_one(store)
    publish(store, Envelope(number=2, kind="hold", parent=parent_of(first), published_at=NOW))
    assert [entry.kind for entry in read_chain(store)] == ["publish", "hold"]
    assert latest_version(store).number == 1
    with pytest.raises(ConfigurationError) as caught:
        find_entry(read_chain(store), 2)
    assert (caught.value.subject, caught.value.expected) == ("version 2", "one of 1")


@pytest.mark.parametrize("number", [0, 3, -1])
def test_an_unknown_number_names_those_there_are(store, number):
    publish_one(store, "one")
    publish_one(store, "two")
    with pytest.raises(ConfigurationError) as caught:
        load_version(store, number)
    assert caught.value.expected == "one of 1, 2"


def test_publishing_the_same_again_changes_nothing(store):
    envelope = publish_one(store)
    before = store.read(entry_name(1))
    publish(store, envelope)
    assert store.read(entry_name(1)) == before
    assert len(read_chain(store)) == 1


def test_a_plan_that_was_published_is_not_published_again(store):
    envelope = publish_one(store)
    later = envelope.model_copy(update={"published_at": NOW + timedelta(minutes=1)})
    assert publish(store, later) == envelope
    assert read_chain(store) == (envelope,)


def test_the_second_of_two_publishers_is_told(store):
    ours, theirs = make_envelope(store, "ours"), make_envelope(store, "theirs")
    publish(store, theirs)
    with pytest.raises(LostRace) as caught:
        publish(store, ours)
    assert caught.value.exit_code == 4
    assert caught.value.subject == "version 1"
    assert "optout build" in caught.value.remedy
    assert read_chain(store) == (theirs,)


PUBLISHER = """
import sys
from pipelines.corpus.chain import publish
from pipelines.corpus.store import open_store
from schemas.documents import Envelope
from schemas.errors import LostRace
store = open_store(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin.buffer:
    try:
        publish(store, Envelope.parse(line, "envelope"))
    except LostRace as error:
        print(error.subject, flush=True)
    else:
        print("won", flush=True)
"""


def test_two_processes_race(store):
    """A hundred numbers, two processes: each number has one winner, and the chain is whole."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, store.url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [racer.stdout.readline() for racer in racers] == ["ready\n"] * 2
    parent, wins = None, [0, 0]
    for number in range(1, 101):
        entries = [
            Envelope(number=number, kind="hold", parent=parent, published_at=NOW.replace(microsecond=mark))
            for mark in range(2)
        ]
        # the second to be told begins later: take turns
        order = (0, 1) if number % 2 else (1, 0)
        for who in order:
            racers[who].stdin.write(entries[who].to_canonical_json().decode() + "\n")
            racers[who].stdin.flush()
        said = [racer.stdout.readline().strip() for racer in racers]
        assert sorted(said) == [f"version {number}", "won"]
        winner = said.index("won")
        wins[winner] += 1
        assert store.read(entry_name(number)) == entries[winner].to_canonical_json()
        parent = parent_of(entries[winner])
    for racer in racers:
        racer.communicate()
        assert racer.returncode == 0
    assert len(read_chain(store)) == sum(wins) == 100
    assert list(store.list("staging")) == []


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        pytest.param({"number": 3}, "versions/00000002.json", id="a gap"),
        pytest.param({"parent": None}, "versions/00000001.json", id="no parent"),
        pytest.param(
            {"parent": Parent(number=1, envelope=digest_of("x"))},
            "versions/00000001.json",
            id="another parent",
        ),
    ],
)
def test_what_does_not_follow_is_not_published(store, changes, subject):
    publish_one(store)
    with pytest.raises(BadInput) as caught:
        publish(store, make_envelope(store, "two", **changes))
    assert caught.value.subject == subject
    assert len(read_chain(store)) == 1


@pytest.mark.parametrize("part", ["content", "shards", "observed"])
def test_an_entry_is_the_last_thing_written(store, part):
    """Nothing is published whose documents are not in the store."""
    envelope = make_envelope(store)
    gone = getattr(envelope, part)
    for entry in store.list():
        if gone.digest[2:] in entry.name:
            store.delete(entry.name)
    with pytest.raises(BadInput) as caught:
        publish(store, envelope)
    assert gone.digest[2:] in caught.value.subject
    assert read_chain(store) == ()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_changed_byte_of_an_entry_is_found_and_named(store, root, number):
    """Flip one bit of each byte in turn, add one, drop one: of the last entry, too."""
    for name in ("one", "two", "three"):
        publish_one(store, name)
    name = entry_name(number)
    data = store.read(name)
    changed = [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in range(len(data))]
    for found in [*changed, data + b"\n", data[:-1], b""]:
        overwrite(root, name, found)
        with pytest.raises(BadInput) as caught:
            read_chain(store)
        assert caught.value.subject == name
    overwrite(root, name, data)
    assert len(read_chain(store)) == 3


def test_an_entry_without_its_seal_is_not_ours(store, root):
    publish_one(store)
    value = json.loads(store.read(entry_name(1)))
    del value["seal"]
    overwrite(root, entry_name(1), json.dumps(value, separators=(",", ":"), sort_keys=True).encode())
    with pytest.raises(BadInput) as caught:
        read_chain(store)
    assert caught.value.subject == entry_name(1)


def test_an_entry_exchanged_as_a_whole_is_named(store, root):
    """Its own seal is right; the digest that its child holds is not."""
    first = publish_one(store, "one")
    publish_one(store, "two")
    overwrite(root, entry_name(1), first.model_copy(update={"runner": None}).to_canonical_json())
    with pytest.raises(BadInput) as caught:
        read_chain(store)
    assert caught.value.subject == entry_name(1)


@pytest.mark.parametrize(
    ("number", "subject"), [(1, "versions/00000001.json"), (2, "versions/00000002.json")]
)
def test_a_missing_entry_is_named(store, number, subject):
    for name in ("one", "two", "three"):
        publish_one(store, name)
    store.delete(entry_name(number))
    with pytest.raises(BadInput) as caught:
        read_chain(store)
    assert caught.value.subject == subject


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "1.json", "00000002.json.tmp", "00000002 (1).json", "00000002.json~", "old/00000002.json"],
)
def test_a_strange_file_beside_the_entries_is_named(store, root, name):
    """It may be an entry that somebody renamed, so it is not passed over."""
    envelope = publish_one(store)
    (root / "versions" / name).parent.mkdir(exist_ok=True)
    (root / "versions" / name).write_bytes(envelope.to_canonical_json())
    with pytest.raises(BadInput) as caught:
        read_chain(store)
    assert caught.value.subject == f"versions/{name}"


@pytest.mark.parametrize(
    "name", [".DS_Store", ".nfs000000000000a1b2", "._00000002.json", ".Trash-0/00000002.json"]
)
def test_what_a_desktop_or_a_file_system_hides_beside_the_entries_is_no_entry(store, root, name):
    envelope = publish_one(store)
    (root / "versions" / name).parent.mkdir(exist_ok=True)
    (root / "versions" / name).write_bytes(envelope.to_canonical_json())
    assert read_chain(store) == (envelope,)
    second = make_envelope(store, "two")
    assert publish(store, second) == second
    assert read_chain(store) == (envelope, second)


def test_every_changed_byte_of_a_content_document_is_found_and_named(store, root):
    envelope = publish_one(store)
    name = store.object_name("lineage", envelope.content.digest, "json")
    data = store.read(name)
    for at in range(0, len(data), 7):
        overwrite(root, name, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(BadInput) as caught:
            load_version(store)
        assert caught.value.subject == name


def test_an_entry_must_agree_with_its_content_document(store):
    elsewhere = put_table(store, [{"shard": digest_of("x"), "rows": 1, "bytes": 1}], SHARDS, "data")
    publish(store, make_envelope(store, shards=elsewhere))
    with pytest.raises(BadInput) as caught:
        load_version(store)
    assert caught.value.subject == entry_name(1)


def test_read_splits(store):
    publish_one(store)
    splits = read_splits(store, load_version(store))
    assert splits.schema.equals(SPLITS)
    assert splits.column("split").to_pylist() == [0, 1]
    assert [shard is None for shard in splits.column("shard").to_pylist()] == [False, True]


@pytest.mark.parametrize("memory_rows", [spill.MEMORY_ROWS, 1], ids=["small", "large"])
def test_a_table_must_be_what_its_reference_promises(store, monkeypatch, memory_rows):
    monkeypatch.setattr(spill, "MEMORY_ROWS", memory_rows)
    rows = [{"subject": 1, "state": 2}, {"subject": 3, "state": 4}]
    ref = put_table(store, rows, ELIGIBILITY)
    assert read_object_table(store, ref, ELIGIBILITY).to_pylist() == rows
    text = store.put("lineage", b"not a table", "parquet")
    for wrong, schema in (
        (ref, OBSERVED),
        (ref.model_copy(update={"rows": 3}), ELIGIBILITY),
        (ref.model_copy(update={"bytes": 1}), ELIGIBILITY),
        (text, ELIGIBILITY),
    ):
        with pytest.raises(BadInput) as caught:
            read_object_table(store, wrong, schema)
        assert caught.value.subject == store.object_name("lineage", wrong.digest, "parquet")
    with pytest.raises(BadInput) as caught:
        read_object_table(store, ref, ELIGIBILITY, "data")
    assert caught.value.found == "nothing of that name"


@pytest.mark.parametrize("schema", ALL_SCHEMAS.values(), ids=ALL_SCHEMAS)
def test_every_schema_comes_back_from_parquet(store, schema):
    """read_object_table compares schemas exactly, nullability and nested names included."""
    ref = put_table(store, [], schema)
    assert len(read_object_table(store, ref, schema)) == 0

"""Rotation on the command line: what is built before and after it, and what is refused in between."""

import json
import shutil
import sqlite3
import stat

import pytest
from commands import AS_OF, workspace

from builders import account, record

ACCOUNTS = [
    account(account_id=f"a{n}", identifiers=[{"type": "email", "value": f"p{n}@example.org"}])
    for n in range(12)
]
RECORDS = [record(record_id=f"r{n}", account_id=f"a{n // 4}", text=f"Line {n}") for n in range(48)]
OBJECTIONS = ("a11", {"type": "email", "value": "P7@example.org"}, {"type": "handle", "value": "@nobody"})
ONE = "registry: file:keys/registry.key"
BOTH = "registry: [file:keys/registry.key, file:keys/registry-2.key]"


def rewritten(place, old, new):
    """Change optout.yaml."""
    path = place.folder / "optout.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def copied(place, folder):
    """A workspace with all that is in it."""
    shutil.copytree(place.folder, folder)
    return type(place)(folder)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A workspace with one version, under one key."""
    place = workspace(
        tmp_path_factory.mktemp("rotation") / "w", ACCOUNTS, RECORDS, objections=OBJECTIONS, files=4
    )
    place.build().done()
    return place


@pytest.fixture(scope="module")
def rotated(built, tmp_path_factory):
    """The same after a rotation, and what that said."""
    place = copied(built, tmp_path_factory.mktemp("rotated") / "w")
    rewritten(place, ONE, BOTH)
    return place, place.run("registry", "rotate-key").done()


@pytest.fixture
def place(rotated, tmp_path):
    """A copy of it."""
    return copied(rotated[0], tmp_path / "w")


def test_the_new_key_is_made_and_the_event_is_named(rotated):
    place, ended = rotated
    keys = [
        json.loads((place.folder / "keys" / name).read_text()) for name in ("registry.key", "registry-2.key")
    ]
    assert stat.S_IMODE((place.folder / "keys" / "registry-2.key").stat().st_mode) == 0o600
    ids = ", then ".join(key["id"] for key in keys)
    # Three objections, and the person whom the build found one of them to reach.
    assert ended.out == f"event 5  4 pseudonyms under {ids}\n"
    assert "registry-2.key" in ended.err
    assert "keep a copy in a safe place" in ended.err
    assert "old snapshots and backups" in ended.err
    for key in keys:
        assert key["key"] not in ended.out + ended.err


def test_the_next_build_reuses_every_split_and_both_versions_verify(place):
    build = place.build().done()
    assert "4 splits, 4 reused unread" in build.err
    first, second = (place.run("funnel", number, "--json").done().json for number in (1, 2))
    assert (first["outcomes"], first["reasons"]) == (second["outcomes"], second["reasons"])
    assert first["reasons"]["objection"] == 8
    for number in (1, 2):
        assert place.run("verify", number).done().out.endswith("nothing found wanting\n")
    assert place.run("registry", "verify").code == 0
    # Law 5: built from nothing it is the same, byte for byte.
    place.build("--from-scratch").done()
    _, reissue, rebuilt = place.content()
    assert reissue == rebuilt


def test_an_objection_after_the_rotation_counts(place):
    place.run("registry", "add", "email", "p3@example.org").done()
    place.build("--accept-change", "tests").done()
    assert place.run("funnel", "--json").done().json["reasons"]["objection"] == 12
    assert place.run("verify").done().code == 0


def test_the_same_file_again_adds_nothing(place):
    before = place.run("registry", "status", "--json").done().json
    place.run("registry", "import", place.folder / "objections.jsonl").done()
    assert place.run("registry", "status", "--json").done().json == before
    assert (before["head"], before["received"]) == (5, 3)


def test_a_reference_is_added_first(built, tmp_path):
    place = copied(built, tmp_path / "w")
    ended = place.run("registry", "rotate-key")
    assert (ended.code, ended.out) == (2, "")
    assert "add a reference at the end" in ended.err
    assert not list((place.folder / "keys").glob("registry-*"))


def test_once_the_reference_is_there_nothing_goes_on_before_the_rotation(built, tmp_path):
    place = copied(built, tmp_path / "w")
    rewritten(place, ONE, BOTH)
    place.run("key", "wrap", "registry", place.folder / "keys/w.key", "--kms", "local:master.key").done()
    rewritten(place, "file:keys/registry-2.key", "kms:keys/w.key")
    for command in (["build", "--as-of", AS_OF], ["registry", "add", "account", "a1"]):
        ended = place.run(*command)
        assert (ended.code, ended.out) == (2, ""), ended
        assert "run `optout registry rotate-key`" in ended.err
    place.run("init").done()  # it asks for the keys of the registry, and not for the next one
    place.run("registry", "rotate-key").done()
    place.run("verify").done()
    assert "4 reused unread" in place.build().done().err


def test_the_last_key_alone_is_refused(place):
    rewritten(place, BOTH, "registry: file:keys/registry-2.key")
    for command in (["build", "--as-of", AS_OF], ["registry", "add", "account", "a1"], ["verify"], ["init"]):
        ended = place.run(*command)
        assert ended.code == 2, ended
        assert "registry key" in ended.err
        assert "Traceback" not in ended.err


def test_the_first_key_alone_is_not_enough_for_the_first_version_either(place):
    """That version's snapshot is under it alone; what the registry says of the same event, under both."""
    rewritten(place, BOTH, ONE)
    ended = place.run("verify", 1)
    assert (ended.code, ended.out) == (2, "")
    assert "add the references of the other keys to keys.registry" in ended.err


@pytest.mark.parametrize("lost", ["registry.key", "registry-2.key"])
@pytest.mark.parametrize("command", ["init", "registry rotate-key", "build"])
def test_no_key_is_made_in_the_place_of_one_that_was_lost(place, lost, command):
    (place.folder / "keys" / lost).unlink()
    ended = place.run(*command.split())
    assert (ended.code, ended.out) == (2, "")
    assert "restore" in ended.err
    assert not (place.folder / "keys" / lost).exists()


def test_a_key_does_not_stand_in_the_chain_twice(built, tmp_path):
    place = copied(built, tmp_path / "w")
    rewritten(place, ONE, "registry: [file:keys/registry.key, file:keys/registry.key]")
    ended = place.run("registry", "rotate-key")
    assert (ended.code, "every key once" in ended.err) == (2, True)


def test_a_new_registry_begins_with_one_key(tmp_path, built):
    place = type(built)(tmp_path / "w")
    place.folder.mkdir()
    (place.folder / "optout.yaml").write_text(f"keys:\n  {BOTH}\n")
    ended = place.run("init")
    assert (ended.code, "one key" in ended.err) == (2, True)
    assert not (place.folder / "registry.db").exists()


def test_objections_exchanged_under_cover_of_a_rotation_stop_the_build(place):
    connection = sqlite3.connect(place.folder / "registry.db")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE objection SET pseudonym = nonce WHERE event = 1")
    connection.commit()
    connection.close()
    ended = place.build()
    assert (ended.code, ended.out) == (3, "")
    assert "the objections of version 1 at event 4" in ended.err
    assert place.run("verify", 1).code == 1
    assert place.run("registry", "verify").code == 1


def test_a_copy_from_before_the_rotation_is_not_the_registry_in_use(place, built):
    place.build().done()
    shutil.copy(built.folder / "registry.db", place.folder / "registry.db")
    rewritten(place, BOTH, ONE)
    ended = place.build()
    assert (ended.code, ended.out) == (3, "")
    assert "rolled back" in ended.err

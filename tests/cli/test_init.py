"""`optout init` where something is gone that versions were built with: it makes nothing in its place."""

import json
import sqlite3

import pytest
from commands import workspace


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A workspace with one version."""
    place = workspace(tmp_path_factory.mktemp("init") / "w")
    place.build().done()
    return place


@pytest.fixture
def place(built, tmp_path):
    """A copy of it, corpus included."""
    copied = built.copy(tmp_path / "w")
    (built.folder / "corpus").rename(copied.folder / "corpus")
    yield copied
    (copied.folder / "corpus").rename(built.folder / "corpus")


def contents(place):
    """Every file but what the commands said."""
    files = (path for path in place.folder.rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files if not path.name.startswith("command-")}


def registry_id(place):
    connection = sqlite3.connect(place.folder / "registry.db")
    [(found,)] = connection.execute("SELECT id FROM registry").fetchall()
    connection.close()
    return found


def key_id(place, purpose):
    return json.loads((place.folder / "keys" / f"{purpose}.key").read_text("ascii"))["id"]


LOST = {
    "registry": (["registry.db"], registry_id),
    "registry and its key": (["registry.db", "keys/registry.key"], registry_id),
    "registry key": (["keys/registry.key"], lambda place: key_id(place, "registry")),
    "lineage key": (["keys/lineage.key"], lambda place: key_id(place, "lineage")),
}


@pytest.mark.parametrize(("lost", "named"), LOST.values(), ids=LOST)
def test_nothing_is_made_in_the_place_of_what_was_lost(place, lost, named):
    expected = named(place)
    for name in (*lost, "policy.yaml"):
        (place.folder / name).unlink()
    before = contents(place)
    ended = place.run("init")
    assert (ended.code, ended.out) == (2, "")
    assert expected in ended.err
    assert "restore it from its backup" in ended.err
    assert contents(place) == before


def test_another_registry_is_not_the_one_of_the_corpus(place):
    used = registry_id(place)
    (place.folder / "registry.db").unlink()
    (place.folder / "corpus").rename(place.folder / "aside")
    place.run("init").done()
    (place.folder / "aside").rename(place.folder / "corpus")
    before = contents(place)
    ended = place.run("init")
    assert ended.code == 2
    assert f"registry {used}, which version 1 was built with" in ended.err
    assert f"registry {registry_id(place)}" in ended.err
    assert contents(place) == before


def test_a_key_that_lies_elsewhere_and_is_not_there_is_missed_before_anything_is_written(tmp_path, place):
    fresh = place.copy(tmp_path / "fresh")
    for name in ("registry.db", "policy.yaml"):
        (fresh.folder / name).unlink()
    (fresh.folder / "optout.yaml").write_text("keys: {lineage: 'env:NO_SUCH_KEY'}\n", "utf-8")
    before = contents(fresh)
    ended = fresh.run("init")
    assert (ended.code, "NO_SUCH_KEY" in ended.err) == (2, True)
    assert contents(fresh) == before


def test_a_workspace_with_versions_is_left_as_it_is(place):
    before = contents(place)
    place.run("init").done()
    assert contents(place) == before

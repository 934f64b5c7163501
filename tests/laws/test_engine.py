"""Law 3: the bytes of the engine's modules are part of every split key, and workers have the plan's engine."""

import shutil

import pytest
from commands import AS_OF, copy_packages, workspace

from pipelines.corpus.chain import load_version, read_splits
from pipelines.corpus.store import open_store


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    place = workspace(tmp_path_factory.mktemp("engine") / "w", files=4)
    place.build().done()
    return place


@pytest.fixture
def place(published, tmp_path):
    place = published.copy(tmp_path / "w")
    shutil.copytree(published.folder / "corpus", place.folder / "corpus")
    return place


@pytest.fixture
def changed(tmp_path):
    """A function that copies the packages, changes one file and returns the folder of the copy."""

    def change(module, before=None, after="# a comment\n"):
        sources = copy_packages(tmp_path / "sources")
        path = sources / module
        text = path.read_text("utf-8")
        path.write_text(text + after if before is None else text.replace(before, after, 1), "utf-8")
        assert path.read_text("utf-8") != text
        return sources

    return change


def split_keys(place, number):
    store = open_store(str(place.folder / "corpus"))
    return read_splits(store, load_version(store, number)).column("split_key").to_pylist()


@pytest.mark.parametrize("module", ["pipelines/rules/standing.py", "pipelines/birthdays.py"])
def test_a_changed_byte_of_a_rule_computes_every_split_anew(place, changed, module):
    place.importing(changed(module)).build().done()
    _, second = place.versions()
    assert (second["splits_computed"], second["splits_reused"]) == (4, 0)
    assert set(split_keys(place, 1)).isdisjoint(split_keys(place, 2))


def test_a_changed_byte_elsewhere_reuses_every_split(place, changed):
    place.importing(changed("pipelines/cli/build.py")).build().done()
    one, two = place.versions()
    assert (two["splits_computed"], two["splits_reused"]) == (0, 4)
    assert one["content"] == two["content"]


@pytest.mark.parametrize(
    "change",
    [
        ("pipelines/rules/standing.py",),
        ("pipelines/rules/minor_image/english.yaml", "kiddo, kiddos", "kiddos"),
    ],
    ids=["a comment of a rule", "a word of a pack"],
)
def test_a_worker_with_another_engine_refuses(place, changed, change):
    plan = place.run("plan", "--as-of", AS_OF, "--from-scratch").done().out.strip()
    ended = place.importing(changed(*change)).run("job", plan)
    assert (ended.code, ended.out) == (1, "")
    assert "of this worker" in ended.err
    assert "install the same version of this project" in ended.err
    assert "Traceback" not in ended.err
    assert place.files("staging/results") == []
    place.run("job", plan).done()
    place.run("finish", plan).done()

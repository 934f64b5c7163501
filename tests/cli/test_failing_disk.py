"""A build on a disk that is full, or closed to the user: one error, no version, and the next run goes on."""

import json

import pytest
from commands import AS_OF, Workspace, workspace
from enumerations import few_of

from pipelines.keys import resolve
from pipelines.rules.packs import load_packs

SOURCE = {
    "platform": "sample",
    "accounts": [{"files": "in/accounts.jsonl", "format": "jsonl", "fields": {"account_id": {"from": "id"}}}],
    "records": [{
        "files": "in/posts*.jsonl",
        "format": "jsonl",
        "fields": {"record_id": {"from": "id"}, "account_id": {"from": "by"}, "surface": {"constant": "post"}},
    }],
}  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    place = workspace(tmp_path_factory.mktemp("undisturbed") / "w", files=24, row_group_rows=2)
    place.build().done()
    return place


def assert_one_error(place, ended, found):
    assert (ended.code, ended.out) == (3, ""), ended.err
    assert "Traceback" not in ended.err
    assert ended.err.count("optout: ") == 1
    assert f"  found:    {found}\n" in ended.err
    assert "nothing was published, and finished work is kept" in ended.err
    assert place.files("versions") == []


WRITTEN_BY_INIT = ["optout.yaml", "policy.yaml", "keys/registry.key", "keys/lineage.key"]


@pytest.mark.parametrize("full_at", few_of(WRITTEN_BY_INIT, "optout.yaml", "keys/registry.key"))
def test_a_full_disk_leaves_no_half_of_a_workspace(disk, tmp_path, full_at):
    """Each file takes one page. What is there is kept by the next `init`, so it must be whole."""
    folder, room = tmp_path / "disk", WRITTEN_BY_INIT.index(full_at)
    disk(folder, f"{4 * (room + 1)}k")
    (folder / "filler").write_bytes(b"x")
    place = Workspace(tmp_path)
    ended = place.run("init", "--workspace", folder)
    assert (ended.code, ended.out, ended.err.count("optout: ")) == (3, "", 1), ended.err
    assert "  found:    disk full\n" in ended.err
    left = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    assert sorted(left) == sorted(["filler", *WRITTEN_BY_INIT[:room]])
    disk(folder, "16m")
    place.run("init", "--workspace", folder).done()
    assert {name: (folder / name).read_bytes() for name in left} == left
    place.run("init").done()
    for name in ("optout.yaml", "policy.yaml"):
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes()
    for purpose in ("registry", "lineage"):
        assert resolve(f"file:keys/{purpose}.key", purpose, folder).purpose == purpose


# KiB that the packs leave when the disk is full: before there is a plan, in the midst of the splits, among the
# last of them.
@pytest.mark.parametrize("room", few_of([8, 200, 340], 200))
def test_a_full_disk_is_one_error_and_with_space_the_build_goes_on(disk, undisturbed, tmp_path, room):
    place = undisturbed.copy(tmp_path / "w")
    packs = len(load_packs().to_canonical_json()) // 1024
    disk(place.folder / "corpus", f"{packs + room}k")
    ended = place.build()
    assert_one_error(place, ended, "disk full")
    assert ("screening" in ended.err) == (room != 8)
    assert [name for name in place.files("staging/plans") if name.endswith(".arrow")] == []
    results = len(place.files("staging/results"))
    assert (results > 0) == (room != 8)
    assert results < 24
    disk(place.folder / "corpus", "16m")
    place.build().done()
    assert place.content() == undisturbed.content()
    assert place.files("staging") == []


@pytest.mark.parametrize("size", few_of(["8k", "200k"], "200k"))
def test_a_full_disk_is_one_error_of_an_ingest_that_goes_on(disk, tmp_path, size):
    place = Workspace(tmp_path)
    place.run("init").done()
    (tmp_path / "in").mkdir()
    (tmp_path / "in/accounts.jsonl").write_text('{"id": "a1"}\n', "utf-8")
    for n in range(40):
        lines = (json.dumps({"id": f"p{n}-{k}", "by": "a1"}) + "\n" for k in range(300))
        (tmp_path / f"in/posts{n:02d}.jsonl").write_text("".join(lines), "utf-8")
    (tmp_path / "source.yaml").write_text(json.dumps(SOURCE), "utf-8")
    disk(tmp_path / "canonical", size)
    ended = place.run("ingest")
    assert_one_error(place, ended, "disk full")
    assert not (tmp_path / "canonical/source.json").exists()
    disk(tmp_path / "canonical", "16m")
    assert place.run("ingest", "--json").done().json["files"] == 41


def test_a_corpus_closed_to_the_user_is_one_error(undisturbed, tmp_path):
    place = undisturbed.copy(tmp_path / "w")
    corpus = place.folder / "corpus"
    corpus.mkdir(mode=0o555)
    ended = place.start("build", "--as-of", AS_OF, powerless=True).wait()
    assert_one_error(place, ended, "permission denied")
    assert list(corpus.iterdir()) == []
    corpus.chmod(0o755)
    place.start("build", "--as-of", AS_OF, powerless=True).wait().done()
    assert place.content() == undisturbed.content()

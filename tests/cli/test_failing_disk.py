"""A build on a disk that is full, or closed to the user: one error, no version, and the next run goes on."""

import os
import subprocess

import pytest
from commands import AS_OF, workspace


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    place = workspace(tmp_path_factory.mktemp("undisturbed") / "w", files=24, row_group_rows=2)
    place.build().done()
    return place


@pytest.fixture
def disk(undisturbed, tmp_path):
    """The workspace with its corpus on a file system of its own, and a function that sets its size."""
    place = undisturbed.copy(tmp_path / "w")
    folder = place.folder / "corpus"
    folder.mkdir()

    def mount(size, *, remount="remount,"):
        command = ["mount", "-t", "tmpfs", "-o", f"{remount}size={size}", "none", str(folder)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    if os.geteuid() or not mount("16m", remount=""):
        pytest.skip("only root may mount a small file system, and not everywhere")
    try:
        yield place, mount
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def assert_one_error(place, ended, found):
    assert (ended.code, ended.out) == (3, ""), ended.err
    assert "Traceback" not in ended.err
    assert ended.err.count("optout: ") == 1
    assert f"  found:    {found}\n" in ended.err
    assert "nothing was published, and finished work is kept" in ended.err
    assert place.files("versions") == []


# Sizes at which it is full: before there is a plan, in the midst of the splits, among the last of them.
@pytest.mark.parametrize("size", ["8k", "200k", "340k"])
def test_a_full_disk_is_one_error_and_with_space_the_build_goes_on(disk, undisturbed, size):
    place, mount = disk
    assert mount(size)
    ended = place.build()
    assert_one_error(place, ended, "disk full")
    assert ("screening" in ended.err) == (size != "8k")
    assert [name for name in place.files("staging/plans") if name.endswith(".arrow")] == []
    results = len(place.files("staging/results"))
    assert (results > 0) == (size != "8k")
    assert results < 24
    assert mount("16m")
    place.build().done()
    assert place.content() == undisturbed.content()
    assert place.files("staging") == []


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

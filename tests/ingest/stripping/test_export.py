"""A folder of copies: whole or not there, the originals as they were."""

import os
from pathlib import Path

import pytest
from ingest.scanning.pictures import packet
from ingest.stripping.planted import FORMS, GIF, JPEG, PLANTED, PNG, WEBP
from ingest.stripping.planted_tiff import grey, tiff

from pipelines.ingest.scanning.limits import Limits
from pipelines.ingest.stripping import export as exporting
from pipelines.ingest.stripping.export import Exported, export
from pipelines.ingest.stripping.pieces import Refusal
from schemas.errors import BadInput, ConfigurationError


def exported(source, target, limits=None):
    done = Exported()
    export(source, target, limits or Limits(), done)
    return done


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def source(tmp_path):
    """A folder with a picture of each format, what is none, links, and a sidecar."""
    folder = tmp_path / "in"
    (folder / "b/c").mkdir(parents=True)
    for name, data in {
        "a.jpg": PLANTED["JPEG XMP"], "a.xmp": packet("x") + FORMS["utf-8"], "b/p.png": PLANTED["PNG tEXt"],
        "b/c/g.gif": PLANTED["GIF comment"], "b/c/w": PLANTED["WebP XMP"], "cut.jpg": JPEG[:-9], "notes.txt": b"x",
        "raw.dng": tiff(grey(t50706=(1, [1, 4, 0, 0]))), "empty": b"",
    }.items():  # fmt: skip
        (folder / name).write_bytes(data)
    (folder / "inside").symlink_to("b/p.png")
    (folder / "outside").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "pipe")
    return folder


def test_a_folder_of_copies(source, tmp_path):
    before = tree(source) | {path.name: path.stat().st_mtime_ns for path in source.rglob("*.*")}
    done = exported(source, tmp_path / "out")
    copies = tree(tmp_path / "out")
    assert sorted(copies) == ["a.jpg", "b/c/g.gif", "b/c/w", "b/p.png", "inside"]
    assert done.left == [
        ("cut.jpg", Refusal.TRUNCATED), ("empty", Refusal.NO_IMAGE), ("notes.txt", Refusal.NO_IMAGE),
        ("outside", Refusal.NOT_OPENED), ("pipe", Refusal.NOT_OPENED), ("raw.dng", Refusal.FORMAT),
    ]  # fmt: skip
    assert (done.copied, done.bytes) == (5, sum(map(len, copies.values())))
    assert [name for name, data in copies.items() for form in FORMS.values() if form in data] == []
    assert tree(source) | {path.name: path.stat().st_mtime_ns for path in source.rglob("*.*")} == before
    assert not (tmp_path / "out/inside").is_symlink()


def test_copies_of_clean_pictures_are_their_bytes(tmp_path):
    (tmp_path / "in").mkdir()
    for name, data in {"p.png": PNG, "g.gif": GIF, "w.webp": WEBP}.items():
        (tmp_path / "in" / name).write_bytes(data)
    exported(tmp_path / "in", tmp_path / "out")
    assert tree(tmp_path / "out") == tree(tmp_path / "in")


def test_a_file_beyond_the_limit_is_not_copied(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/p.png").write_bytes(PNG)
    done = exported(tmp_path / "in", tmp_path / "out", Limits(file_bytes=len(PNG) - 1))
    assert done.left == [("p.png", Refusal.LIMIT)]
    assert exported(tmp_path / "in", tmp_path / "again", Limits(file_bytes=len(PNG))).left == []


def test_what_a_dead_process_left_is_no_part_of_the_next_export(source, tmp_path):
    left = tmp_path / ".out.unfinished/old"
    left.mkdir(parents=True)
    (left / "copy.jpg").write_bytes(b"old")
    exported(source, tmp_path / "out")
    assert "old/copy.jpg" not in tree(tmp_path / "out")
    assert not left.exists()


def test_two_exports_to_one_folder_are_one_too_many(source, tmp_path):
    with exporting._new_folder(tmp_path / ".out.unfinished"):
        (tmp_path / ".out.unfinished/copy").touch()
        with pytest.raises(BadInput, match="another one, too"):
            exported(source, tmp_path / "out")
        assert (tmp_path / ".out.unfinished/copy").exists()


def test_what_fails_leaves_nothing(source, tmp_path, monkeypatch):
    def fail(_path):
        raise OSError(5, "broken")

    monkeypatch.setattr(exporting, "sync_folder", fail)
    with pytest.raises(OSError, match="broken"):
        exported(source, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


WRONG = {
    "no folder": ("missing", "out", "nothing of that name"),
    "a file": ("in/a.jpg", "out", "a file"),
    "there already": ("in", "there", "something of that name"),
    "a link that leads nowhere": ("in", "link", "something of that name"),
    "inside": ("in", "in/b/out", "one inside"),
    "in no folder": ("in", "missing/out", "no folder of that name"),
}


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(("given", "out", "found"), WRONG.values(), ids=WRONG)
def test_a_wrong_path_is_said(tmp_path, given, out, found):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    before = sorted(Path(tmp_path).rglob("*"))
    with pytest.raises(ConfigurationError, match=f"found:    {found}"):
        exported(tmp_path / given, tmp_path / out)
    assert sorted(Path(tmp_path).rglob("*")) == before

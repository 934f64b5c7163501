"""Which files of a folder are read, in which order, and with which sidecars."""

import os
import shutil

import pytest

from pipelines.ingest.scanning.folder import listed, pictures
from schemas.errors import BadInput

TREES = {
    "paths sorted, whatever is a folder": (
        ["b/1.jpg", "b.jpg", "a", "b-c/2.jpg", "B.jpg", "é.jpg", ".hidden/3.jpg"],
        [".hidden/3.jpg", "B.jpg", "a", "b-c/2.jpg", "b.jpg", "b/1.jpg", "é.jpg"],
    ),
    "sidecars go with their picture": (
        ["a.jpg", "a.xmp", "b.jpg", "b.jpg.xmp", "c.jpg", "c.XMP", "d.jpg"],
        [("a.jpg", "a.xmp"), ("b.jpg", "b.jpg.xmp"), ("c.jpg", "c.XMP"), "d.jpg"],
    ),
    "of both kinds, and of two pictures": (
        ["a.jpg", "a.jpg.xmp", "a.xmp", "a.png"],
        [("a.jpg", "a.jpg.xmp", "a.xmp"), ("a.png", "a.xmp")],
    ),
    "a sidecar of nothing here is a file like others": (
        ["a.xmp", "f/a.jpg", ".xmp", "g.xmp", "g/1.jpg"],
        [".xmp", "a.xmp", "f/a.jpg", "g.xmp", "g/1.jpg"],
    ),
    "a name without an ending has sidecars, too": (["a", "a.xmp"], [("a", "a.xmp")]),
}


@pytest.mark.parametrize(("names", "expected"), TREES.values(), ids=TREES)
def test_files_and_their_sidecars(tmp_path, names, expected):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [
        (file.path, *(os.path.relpath(os.fsdecode(one), tmp_path) for one in file.sidecars))
        for file in pictures(tmp_path)
    ]
    assert found == [(one,) if isinstance(one, str) else one for one in expected]
    assert [os.path.relpath(os.fsdecode(file.place), tmp_path) for file in pictures(tmp_path)] == [
        name for name, *_ in found
    ]


def test_a_name_that_is_no_text_is_shown_and_found(tmp_path):
    name = b"\xff\xe9.jpg"
    (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    (file,) = pictures(tmp_path)
    assert file.path == r"\xff\xe9.jpg"
    assert file.place == os.fsencode(tmp_path) + b"/" + name


def test_links_are_followed_to_files_below_the_folder_alone(tmp_path):
    outside = tmp_path / "outside"
    folder = tmp_path / "folder"
    (folder / "in").mkdir(parents=True)
    outside.mkdir()
    for place in (outside / "o.jpg", folder / "in/i.jpg", tmp_path / "folder-2"):
        place.write_bytes(b"x")
    for name, target in {
        "to-file": "in/i.jpg", "out": "../outside/o.jpg", "absolute": str(outside / "o.jpg"), "nowhere": "gone",
        "to-folder": "in", "folder-out": "../outside", "self": "self", "near": "../folder-2",
    }.items():  # fmt: skip
        (folder / name).symlink_to(target)
    found = {file.path: os.path.relpath(os.fsdecode(file.place), folder) for file in pictures(folder)}
    assert found == {
        "absolute": "absolute", "folder-out": "folder-out", "in/i.jpg": "in/i.jpg", "near": "near",
        "nowhere": "gone", "out": "out", "self": "self", "to-file": "in/i.jpg", "to-folder": "in",
    }  # fmt: skip


def test_a_folder_that_goes_meanwhile_is_said(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.jpg").touch()
    files = listed(tmp_path)
    assert next(files).path == "a/1.jpg"
    shutil.rmtree(tmp_path / "b")
    with pytest.raises(BadInput, match=f"No such file or directory: {tmp_path}/b"):
        list(files)


def test_a_folder_that_cannot_be_listed_is_no_empty_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(pictures(tmp_path / "missing"))

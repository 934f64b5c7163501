"""Which file a uri names, and that it never lies outside of the folder of pictures."""

import os
import unicodedata
from pathlib import Path

import pytest

from pipelines.ingest.pictures.places import Nowhere, place_of

NFC, NFD = (unicodedata.normalize(form, "é.jpg") for form in ("NFC", "NFD"))
THERE = [
    "a.jpg",
    "b/c d.jpg",
    "100%.jpg",
    "x%41.jpg",
    "xA.jpg",
    "y%41.jpg",
    f"composed/{NFC}",
    f"decomposed/{NFD}",
    "q.jpg?x=1",
]
PLACES = {
    "a file": ("a.jpg", "a.jpg"),
    "in a folder": ("b/c d.jpg", "b/c d.jpg"),
    "escaped": ("b/c%20d.jpg", "b/c d.jpg"),
    "with a dot before": ("./b/../a.jpg", "a.jpg"),
    "a percent sign that escapes nothing": ("100%.jpg", "100%.jpg"),
    "escaped percent sign": ("100%25.jpg", "100%.jpg"),
    "as written before as unescaped": ("x%41.jpg", "x%41.jpg"),
    "as unescaped, where nothing is called as written": ("%79%2541.jpg", "y%41.jpg"),
    "composed for composed": (f"composed/{NFC}", f"composed/{NFC}"),
    "decomposed for composed": (f"composed/{NFD}", f"composed/{NFC}"),
    "composed for decomposed": (f"decomposed/{NFC}", f"decomposed/{NFD}"),
    "escaped composed for decomposed": ("decomposed/%C3%A9.jpg", f"decomposed/{NFD}"),
    "a question mark in its name": ("q.jpg?x=1", "q.jpg?x=1"),
    "a link below": ("inside", "a.jpg"),
    "through a linked folder below": ("folder/c d.jpg", "b/c d.jpg"),
    "file: with three slashes": ("file://{root}/a.jpg", "a.jpg"),
    "file: with a host": ("FILE://localhost{root}/a.jpg", "a.jpg"),
    "file: with one slash": ("file:{root}/b/c%20d.jpg", "b/c d.jpg"),
    "not there": ("z.jpg", Nowhere.MISSING),
    "empty": ("", Nowhere.MISSING),
    "a folder": ("b", Nowhere.MISSING),
    "a null character": ("a.jpg\0", Nowhere.MISSING),
    "an escaped null character": ("a.jpg%00", Nowhere.MISSING),
    "a pipe": ("pipe", Nowhere.MISSING),
    "half a character": ("\udce9.jpg", Nowhere.MISSING),
    "the folder itself": (".", Nowhere.OUTSIDE),
    "dots": ("../secret.jpg", Nowhere.OUTSIDE),
    "escaped dots": ("%2e%2e/secret.jpg", Nowhere.OUTSIDE),
    "escaped slashes": ("..%2Fsecret.jpg", Nowhere.OUTSIDE),
    "an escaped path from the top": ("%2Fetc/hostname", Nowhere.OUTSIDE),
    "a neighbour with the same beginning": ("../root-2/secret.jpg", Nowhere.OUTSIDE),
    "a link out": ("out", Nowhere.OUTSIDE),
    "through a folder linked out": ("above/secret.jpg", Nowhere.OUTSIDE),
    "file: outside": ("file:///etc/hostname", Nowhere.OUTSIDE),
    "file: with dots": ("file://{root}/../secret.jpg", Nowhere.OUTSIDE),
    "file: on another host": ("file://server/a.jpg", Nowhere.ELSEWHERE),
    "an address": ("https://example.org/a.jpg", Nowhere.ELSEWHERE),
    "an id": ("at://did:plc:x/a.jpg", Nowhere.ELSEWHERE),
    "inline": ("data:image/png;base64,AAAA", Nowhere.ELSEWHERE),
    "from the top": ("/etc/hostname", Nowhere.ELSEWHERE),
    "a network path": ("//server/a.jpg", Nowhere.ELSEWHERE),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    top = tmp_path_factory.mktemp("top")
    folder = top / "root"
    for name in [*(f"root/{name}" for name in THERE), "secret.jpg", "root-2/secret.jpg"]:
        (top / name).parent.mkdir(exist_ok=True, parents=True)
        (top / name).touch()
    for name, target in {"inside": "a.jpg", "folder": "b", "out": "../secret.jpg", "above": ".."}.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe")
    return folder


@pytest.mark.parametrize(("uri", "expected"), PLACES.values(), ids=PLACES)
def test_the_file_that_a_uri_names(root, uri, expected):
    found = place_of(uri.format(root=root) if "{root}" in uri else uri, os.fsencode(root))
    if isinstance(expected, Nowhere):
        assert found is expected
    else:
        assert os.path.relpath(os.fsdecode(found.place), root) == expected


@pytest.mark.parametrize(
    ("laid", "expected"),
    [(["a.xmp"], ["a.xmp"]), (["a.jpg.xmp", "a.XMP"], ["a.jpg.xmp", "a.XMP"]), (["b.xmp", "axmp"], [])],
    ids=["by its stem", "by both", "of others"],
)
def test_sidecars_come_along(tmp_path, laid, expected):
    for name in ("a.jpg", *laid):
        (tmp_path / name).touch()
    found = place_of("a.jpg", os.fsencode(tmp_path))
    assert [Path(os.fsdecode(one)).name for one in found.sidecars] == expected

"""Real images against what exiftool says of them, value by value; each disagreement has its reason here.

The expectations are not ours: exiftool 13.50 wrote them (`-n -json -G`), for another project's tests.
"""

import json
from collections import Counter

import pytest
from ingest.media.golden import are_same, compared

from pipelines.ingest.media.reading import read_media

DISAGREEMENTS = {
    (
        "goexif/geodegrees_as_string.jpg",
        "exif exif:GPSLatitude",
    ): "text where numbers belong: given as written",
    (
        "goexif/geodegrees_as_string.jpg",
        "exif exif:GPSLongitude",
    ): "text where numbers belong: given as written",
    (
        "goexif/geodegrees_as_string.jpg",
        "exif exif:GPSTimeStamp",
    ): "text where numbers belong: given as written",
    ("metadata-extractor/issue-590.png", "xmp exif:GPSLatitude"): "no spelling of XMP: given as written",
    ("metadata-extractor/issue-590.png", "xmp exif:GPSLongitude"): "no spelling of XMP: given as written",
    (
        "metadata-extractor/manuallyAddedThumbnail.jpg",
        "comment:Comment",
    ): "Latin-1, which exiftool takes for UTF-8",
    ("metadata-extractor/withIptc.jpg", "iim iim:Category"): "written three times: exiftool shows the last",
}
NOT_READ_BY_EXIFTOOL = "JPEG format error"
"""Its warning where the segment behind the metadata is cut off. It then drops the metadata, too:
tests/exiftool/test_broken_off.py gives it those files whole."""


@pytest.fixture(scope="module")
def images(test_data):
    """(path, bytes, exiftool's findings) of each image that is there."""
    root = test_data("images_bep")
    goldens = root / "gen/testdata_exiftool/images"
    found = []
    for golden in sorted(goldens.rglob("*.json")):
        path = golden.relative_to(goldens).with_suffix("")
        image = root / "testdata/images" / path
        if not golden.name.endswith(".config.json") and image.exists():
            (told,) = json.loads(golden.read_text("utf-8"))
            found.append((path.as_posix(), image.read_bytes(), told))
    return found


def test_values_are_those_of_exiftool(images):
    rows = [
        (path, *row)
        for path, data, told in images
        if told["ExifTool"].get("Warning") != NOT_READ_BY_EXIFTOOL
        for row in compared(read_media(data), told)
    ]
    different = {
        (path, name): (ours, theirs) for path, name, ours, theirs in rows if not are_same(ours, theirs)
    }
    assert {key: found for key, found in different.items() if key not in DISAGREEMENTS} == {}
    assert different.keys() == DISAGREEMENTS.keys()
    assert (len(rows), len(different)) == (744, 7)
    assert len(different) <= len(rows) / 100
    # Something of every kind was compared.
    kinds = Counter(name.partition(" ")[0] for _, name, _, _ in rows)
    assert kinds == {"mime": 70, "size": 70, "exif": 302, "iim": 139, "xmp": 149, "comment:Comment": 14}

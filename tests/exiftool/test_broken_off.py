"""Real photographs that break off behind their metadata: exiftool drops it, unless the file ends properly."""

import json
import subprocess

from ingest.media.golden import are_same, compared
from ingest.media.made import EXIF

from pipelines.ingest.media.reading import read_media
from schemas.media import Block, Doubt, Doubted

UNREADABLE = "corrupt"
"""Folder of files whose EXIF has been damaged on purpose."""
NO_TEXT = {("2008-06-17-01-21-30-sep-2008-06-17-01-21-30a.jpg", "exif exif:UserComment")}
"""Bytes that are no text in any character set; they are read up to the first NUL, and doubted."""


def ended(data):
    """A file up to the end of its EXIF segment, and the marker that ends a JPEG."""
    at = data.index(EXIF)
    return data[: at - 2 + int.from_bytes(data[at - 2 : at], "big")] + b"\xff\xd9"


def test_metadata_of_files_that_break_off_is_what_exiftool_reads_of_ended_ones(test_data, tmp_path):
    root = test_data("images_bep")
    goldens = root / "gen/testdata_exiftool/images"
    files = {}
    for golden in sorted(goldens.rglob("*.jpg.json")):
        path = golden.relative_to(goldens).with_suffix("")
        (told,) = json.loads(golden.read_text("utf-8"))
        if told["ExifTool"].get("Warning") == "JPEG format error" and path.parts[0] != UNREADABLE:
            files[tmp_path / path.name] = (root / "testdata/images" / path).read_bytes()
    for path, data in files.items():
        path.write_bytes(ended(data))
    asked = ["exiftool", "-n", "-json", "-g", *map(str, files)]
    told = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    rows = []
    for one, data in zip(told, files.values(), strict=True):
        media = read_media(data)
        assert Doubted(Doubt.TRUNCATED, None) in media.doubts
        rows += [
            (one["File"]["FileName"], *row)
            for row in compared(media, one)
            if row[0].startswith(f"{Block.EXIF} ")
        ]
    assert {row[:2] for row in rows if not are_same(row[2], row[3])} == NO_TEXT
    assert (len(files), len(rows)) == (47, 192)

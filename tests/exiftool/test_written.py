"""What exiftool writes is read: all of it, in each container and character set, and nothing besides."""

import json
import subprocess

import pytest
from exiftool.written import BY_HAND, CASES, EXIF, EXIF_BY_HAND, IIM, XMP
from ingest.media.golden import are_same, compared

from pipelines.ingest.media.fields import EXIF_TAGS, GPS_TAGS, IIM_DATASETS, XMP_PROPERTIES
from pipelines.ingest.media.reading import read_media


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_property_is_read_as_it_was_written(case, written):
    media = read_media(written[case].read_bytes())
    declared = {(one.block, one.property): one.values for one in media.declared}
    assert declared == {(case.block, case.name): case.values}
    assert {(doubt.doubt, doubt.block) for doubt in media.doubts} == {
        (doubt, case.block) for doubt in case.doubts
    }


def test_every_property_is_written():
    assert len(CASES) >= 300
    assert XMP.keys() | BY_HAND == XMP_PROPERTIES
    assert EXIF.keys() | EXIF_BY_HAND == {*EXIF_TAGS.values(), *GPS_TAGS.values()}
    assert IIM.keys() == {*IIM_DATASETS.values()}


TOLD_OTHERWISE = {
    "MP:RegionInfo/PersonDisplayName": "exiftool leaves out the regions without a name",
    "mediapro:Event": "under its name exiftool tells two properties",
    "acdsee:keywords": "under its name exiftool tells two properties",
}


def test_exiftool_reads_the_same_where_the_character_set_is_told(written):
    files = {
        case: path for case, path in written.items() if not case.doubts and case.name not in TOLD_OTHERWISE
    }
    asked = ["exiftool", "-n", "-json", "-g", *map(str, files.values())]
    told = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    rows = [
        (case.id, *row)
        for (case, path), one in zip(files.items(), told, strict=True)
        for row in compared(read_media(path.read_bytes()), one)
    ]
    assert len(rows) >= 3 * len(files) > 900
    assert [row for row in rows if not are_same(*row[2:])] == []

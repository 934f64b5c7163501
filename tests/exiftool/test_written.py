"""What exiftool writes is read: all of it, in each container and character set, and nothing besides."""

import pytest
from exiftool.written import BY_HAND, CASES, EXIF, EXIF_BY_HAND, IIM, XMP

from pipelines.ingest.media.fields import EXIF_TAGS, GPS_TAGS, IIM_DATASETS, XMP_PROPERTIES
from pipelines.ingest.media.reading import read_media


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_property_is_read_as_it_was_written(case, written):
    media = read_media(written[case].read_bytes())
    declared = {(one.block, one.property): one.values for one in media.declared}
    assert declared == {(case.block, case.property): case.values}
    assert {(doubt.doubt, doubt.block) for doubt in media.doubts} == {(doubt, case.block) for doubt in case.doubts}


def test_every_property_is_written():
    assert len(CASES) >= 300
    assert XMP.keys() | BY_HAND == XMP_PROPERTIES
    assert EXIF.keys() | EXIF_BY_HAND == {*EXIF_TAGS.values(), *GPS_TAGS.values()}
    assert IIM.keys() == {*IIM_DATASETS.values()}

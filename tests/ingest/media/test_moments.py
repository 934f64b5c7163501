"""When a picture was taken: spellings, what is none, which blocks say it, the earliest of them."""

from datetime import UTC, datetime

import pytest
from ingest.media.made import (
    EXIF,
    XMP,
    Pointer,
    ascii_,
    iim,
    jpeg,
    packet,
    photoshop,
    resource,
    segment,
    tiff,
)

from pipelines.ingest.media.moments import parsed
from pipelines.ingest.media.reading import read_media

NAMESPACES = {"e": "http://ns.adobe.com/exif/1.0/", "p": "http://ns.adobe.com/photoshop/1.0/",
              "x": "http://ns.adobe.com/xap/1.0/"}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019:05:04 03:02:01", "2019-05-04T03:02:01"),
        ("2019:05:04 03:02:01\0", "2019-05-04T03:02:01"),
        ("2019-05-04T03:02:01Z", "2019-05-04T03:02:01"),
        ("2019-05-04T03:02:01.123456789", "2019-05-04T03:02:01.123456"),
        ("2019-05-04T03:02:01.5+02:00", "2019-05-04T01:02:01.500000"),
        ("2019-05-04T03:02:01-0330", "2019-05-04T06:32:01"),
        ("2015-01-22 00:00:00 +00:00", "2015-01-22T00:00:00"),
        ("2019-05-04T03:02", "2019-05-04T03:02:00"),
        ("2019:05:04", "2019-05-04T00:00:00"),
        ("2019-05", "2019-05-01T00:00:00"),
        ("2019", "2019-01-01T00:00:00"),
        ("1826:01:01 00:00:00", "1826-01-01T00:00:00"),
        ("9999:12:31 23:59:59", "9999-12-31T23:59:59"),
        ("1825:12:31 23:59:59", None),
        ("0000:00:00 00:00:00", None),
        ("2019:00:00 00:00:00", None),
        ("2019:02:30 00:00:00", None),
        ("2019:05:04 24:00:00", None),
        ("2019:05:04 03:02:60", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2019-05-04T03:02:01+99:00", None),
        ("2019-05-04T03:02:01+02", None),
        ("    :  :     :  :  ", None),
        ("\u0662\u0660\u0661\u0669:05:04 03:02:01", None),
        ("04.05.2019", None),
        (f"  2019-05-04T03:02:01{' ' * 30_000}", "2019-05-04T03:02:01"),
        (f"2019-05-04T03:02:01{' ' * 30_000}Z", None),
        ("", None),
    ],
)
def test_a_moment_is_read_or_none(text, moment):
    expected = None if moment is None else datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert parsed(text) == expected


def taken(exif=None, iptc=(), xmp=""):
    segments = []
    if exif:
        segments.append(
            segment(0xE1, EXIF + tiff(Pointer({34665: Pointer({t: ascii_(v) for t, v in exif.items()})})))
        )
    if iptc:
        segments.append(photoshop(resource(1028, iim(*iptc))))
    if xmp:
        segments.append(segment(0xE1, XMP + packet(xmp, **NAMESPACES)))
    found = read_media(jpeg(*segments)).taken_at
    return None if found is None else found.isoformat().removesuffix("+00:00")


@pytest.mark.parametrize(
    ("arguments", "moment"),
    [
        ({"exif": {36867: "2019:05:04 03:02:01"}}, "2019-05-04T03:02:01"),
        ({"exif": {36867: "2019:05:04 03:02:01", 36881: "+02:00", 37521: "25"}}, "2019-05-04T01:02:01.250000"),
        ({"exif": {36867: "2019:05:04 03:02:01", 36881: "   :  ", 37521: "  "}}, "2019-05-04T03:02:01"),
        ({"exif": {36867: "2019:05:04 03:02:01", 36880: "+02:00"}}, "2019-05-04T03:02:01"),
        ({"exif": {36868: "2019:05:04 03:02:01"}}, None),  # when it was scanned
        ({"exif": {306: "2019:05:04 03:02:01"}}, None),  # when it was changed
        ({"exif": {36867: "0000:00:00 00:00:00"}}, None),
        ({"iptc": [(55, b"20190504"), (60, b"030201+0200")]}, "2019-05-04T01:02:01"),
        ({"iptc": [(55, b"20190504"), (60, b"030201")]}, "2019-05-04T03:02:01"),
        ({"iptc": [(55, b"20190504")]}, "2019-05-04T00:00:00"),
        ({"iptc": [(55, b"20190504"), (60, b"later")]}, "2019-05-04T00:00:00"),
        ({"iptc": [(55, b"2015-01-22")]}, None),
        ({"iptc": [(55, b"00000000")]}, None),
        ({"xmp": "<e:DateTimeOriginal>2019-05-04T03:02:01</e:DateTimeOriginal>"}, "2019-05-04T03:02:01"),
        ({"xmp": "<p:DateCreated>2019-05</p:DateCreated>"}, "2019-05-01T00:00:00"),
        ({"xmp": "<x:CreateDate>2019-05-04</x:CreateDate>"}, None),  # of the file
        ({"exif": {36867: "2019:05:04 03:02:01"}, "iptc": [(55, b"20180504")],
          "xmp": "<p:DateCreated>2017-05-04</p:DateCreated>"}, "2017-05-04T00:00:00"),
        ({"exif": {36867: "2016:05:04 03:02:01"}, "iptc": [(55, b"20180504")],
          "xmp": "<p:DateCreated>2017-05-04</p:DateCreated>"}, "2016-05-04T03:02:01"),
    ],
)  # fmt: skip
def test_the_earliest_moment_that_a_block_says_counts(arguments, moment):
    assert taken(**arguments) == moment


def test_the_time_of_a_satellite_fix_is_not_when_it_was_taken():
    place = Pointer({29: ascii_("2019:05:04")})
    media = read_media(jpeg(segment(0xE1, EXIF + tiff(Pointer({34853: place})))))
    assert [one.property for one in media.declared] == ["exif:GPSDateStamp"]
    assert media.taken_at is None

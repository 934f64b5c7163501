"""Real images against what exiftool says of them, value by value; each disagreement has its reason here.

The expectations are not ours: exiftool 13.50 wrote them (`-n -json -G`), for another project's tests.
"""

import json
import re
from collections import Counter
from fractions import Fraction

import pytest
from PIL import Image

from pipelines.ingest.media.fields import EXIF_TAGS, GPS_TAGS, IIM_DATASETS, XMP_PROPERTIES
from pipelines.ingest.media.reading import read_media
from schemas.media import Block

NAMES = {
    Block.EXIF: {"exif:DateTime": "ModifyDate", "exif:DateTimeDigitized": "CreateDate"},
    Block.IIM: {},
    Block.XMP: {
        "dc:subject": "Subject",
        "dc:description": "Description",
        "dc:title": "Title",
        "lr:hierarchicalSubject": "HierarchicalSubject",
        "lr:weightedFlatSubject": "WeightedFlatSubject",
        "acdsee:notes": "Notes",
        "Iptc4xmpExt:AddlModelInfo": "AdditionalModelInformation",
        "Iptc4xmpExt:PersonInImageWDetails/PersonName": "PersonInImageName",
        "Iptc4xmpExt:PersonInImageWDetails/PersonDescription": "PersonInImageDescription",
        "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermName": "PersonInImageCvTermName",
        "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermId": "PersonInImageCvTermId",
        "Iptc4xmpExt:ImageRegion/Name": "ImageRegionName",
        "Iptc4xmpExt:ImageRegion/PersonInImage": "ImageRegionPersonInImage",
    },
}
"""Where exiftool calls a property otherwise than by what follows its prefix."""
GROUPS = {Block.EXIF: "EXIF", Block.IIM: "IPTC", Block.XMP: "XMP"}
PROPERTIES = {
    Block.EXIF: [*EXIF_TAGS.values(), *GPS_TAGS.values()],
    Block.IIM: [*IIM_DATASETS.values()],
    # Of another namespace, and called Event as well.
    Block.XMP: sorted(XMP_PROPERTIES - {"mediapro:Event"}),
}

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
"""Its warning where the segment behind the metadata is cut off. It then drops the metadata, too."""


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


def listed(value):
    return value if isinstance(value, list) else [value]


def expected(told, block, name):
    """Exiftool's values of a property, the alternatives of a text among them."""
    group = told.get(GROUPS[block], {})
    called = NAMES[block].get(name, name.partition(":")[2])
    keys = [key for key in group if key == called or key.startswith(f"{called}-")]
    return [value for key in keys for value in listed(group[key])]


def as_exiftool_writes(name, values, block):
    if name in {"exif:GPSLatitude", "exif:GPSLongitude"}:
        return [degrees(values)] if block is Block.EXIF else [signed(value) for value in values]
    if name == "exif:GPSTimeStamp" and block is Block.EXIF:
        return [clock(values)]
    return [spelling(name, value, block) for value in values]


def degrees(values):
    if not all(re.fullmatch(r"\d+/[1-9]\d*", value) for value in values):
        return " ".join(values)
    return float(sum(Fraction(value) / 60**place for place, value in enumerate(values)))


def signed(value):
    match = re.fullmatch(r"(\d+),([\d.]+)([NSEW])", value)
    return (-1 if match[3] in "SW" else 1) * (int(match[1]) + float(match[2]) / 60) if match else value


def clock(values):
    if not all(re.fullmatch(r"\d+/[1-9]\d*", value) for value in values):
        return " ".join(values)
    hour, minute, second = map(Fraction, values)
    return f"{int(hour):02}:{int(minute):02}:{float(second):05.2f}".removesuffix(".00")


def spelling(name, value, block):
    value = value.removeprefix("http://ns.useplus.org/ldf/vocab/")
    if block is not Block.EXIF and re.search("Date|Time", name):
        if date := re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ](.*))?", value):
            return ":".join(date.groups()[:3]) + (f" {date[4]}" if date[4] else "").replace(" +", "+")
        if time := re.fullmatch(r"(\d\d)(\d\d)(\d\d)(?:([-+]\d\d)(\d\d))?", value):
            return ":".join(time.groups()[:3]) + (f"{time[4]}:{time[5]}" if time[4] else "")
    return value


def is_same(ours, theirs):
    """JSON of exiftool's has numbers where a text looks like one."""
    if isinstance(theirs, bool):
        return ours.lower() == str(theirs).lower()
    if isinstance(theirs, int | float):
        try:
            return abs(float(ours) - theirs) < 1e-9
        except ValueError:
            return False
    return ours == theirs


def compared(images):
    """(path, property, ours, exiftool's) of each property that either has, of files that exiftool reads."""
    for path, data, told in images:
        if told["ExifTool"].get("Warning") == NOT_READ_BY_EXIFTOOL:
            continue
        media = read_media(data)
        ours = {(one.block, one.property): one.values for one in media.declared}
        yield path, "mime", [media.mime], [told["File"]["MIMEType"]]
        sides = [
            told[group] for group in ("File", "PNG", "RIFF", "EXIF") if "ImageWidth" in told.get(group, {})
        ]
        yield (
            path,
            "size",
            [str(media.width), str(media.height)],
            [sides[0]["ImageWidth"], sides[0]["ImageHeight"]] if sides else ["None", "None"],
        )
        comment = (Block.COMMENT, "comment:Comment")
        if comment in ours or "Comment" in told["File"]:
            yield path, "comment:Comment", [*ours.get(comment, ())], listed(told["File"].get("Comment", []))
        for block, names in PROPERTIES.items():
            for name in names:
                theirs = expected(told, block, name)
                values = ours.get((block, name))
                if theirs or values is not None:
                    yield path, f"{block} {name}", as_exiftool_writes(name, values or (), block), theirs


def test_values_are_those_of_exiftool(images):
    rows = list(compared(images))
    different = {
        (path, name): (ours, theirs)
        for path, name, ours, theirs in rows
        if len(ours) != len(theirs) or not all(map(is_same, ours, theirs))
    }
    assert {key: found for key, found in different.items() if key not in DISAGREEMENTS} == {}
    assert different.keys() == DISAGREEMENTS.keys()
    assert (len(rows), len(different)) == (743, 7)
    assert len(different) <= len(rows) / 100
    # Something of every kind was compared.
    kinds = Counter(name.partition(" ")[0] for _, name, _, _ in rows)
    assert kinds == {"mime": 70, "size": 70, "exif": 302, "iim": 139, "xmp": 148, "comment:Comment": 14}


def test_what_exiftool_drops_with_the_rest_is_read(images):
    """EXIF of files that break off behind it, against Pillow's reading of the same bytes."""
    values = 0
    for path, data, told in images:
        if told["ExifTool"].get("Warning") != NOT_READ_BY_EXIFTOOL or path.startswith("corrupt/"):
            continue
        start = data.index(b"Exif\0\0")
        pillow = Image.Exif()
        pillow.load(data[start : start - 2 + int.from_bytes(data[start - 2 : start], "big")])
        flat = {**pillow, **pillow.get_ifd(0x8769)}
        theirs = {
            name: flat[tag].split("\0")[0]
            for tag, name in EXIF_TAGS.items()
            if isinstance(flat.get(tag), str)
        }
        ours = {one.property: one.values for one in read_media(data).declared}
        assert {name: ours[name] for name in theirs} == {name: (value,) for name, value in theirs.items()}, (
            path
        )
        values += len(theirs)
    assert values == 160

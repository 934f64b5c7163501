"""What exiftool says of a file (`-n -json -G`) beside what is read of it, spelt alike."""

import re
from fractions import Fraction

from pipelines.ingest.media.fields import EXIF_TAGS, GPS_TAGS, IIM_DATASETS, XMP_PROPERTIES
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
        "acdsee:caption": "Caption",
        "acdsee:categories": "Categories",
        "acdsee:collections": "Collections",
        "exif:GPSTimeStamp": "GPSDateTime",
        "mwg-coll:Collections/CollectionName": "CollectionName",
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
    # Exiftool calls properties of other namespaces by the same names, and tells one of them.
    Block.XMP: sorted(XMP_PROPERTIES - {"mediapro:Event", "acdsee:keywords"}),
}


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


def compared(media, told):
    """(block and property, ours, exiftool's) of each property that either has."""
    ours = {(one.block, one.property): one.values for one in media.declared}
    yield "mime", [media.mime], [told["File"]["MIMEType"]]
    sides = [
        told[group] for group in ("File", "PNG", "GIF", "RIFF", "EXIF") if "ImageWidth" in told.get(group, {})
    ]
    size = [sides[0]["ImageWidth"], sides[0]["ImageHeight"]] if sides else ["None", "None"]
    yield "size", [str(media.width), str(media.height)], size
    comment = (Block.COMMENT, "comment:Comment")
    if comment in ours or "Comment" in told["File"]:
        yield "comment:Comment", [*ours.get(comment, ())], listed(told["File"].get("Comment", []))
    for block, names in PROPERTIES.items():
        for name in names:
            theirs = expected(told, block, name)
            values = ours.get((block, name))
            if theirs or values is not None:
                yield f"{block} {name}", as_exiftool_writes(name, values or (), block), theirs


def are_same(ours, theirs):
    return len(ours) == len(theirs) and all(map(is_same, ours, theirs))

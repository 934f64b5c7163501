"""Files that exiftool writes: one property in one block of one container, in one character set."""

import subprocess
from dataclasses import dataclass, field
from itertools import product

from ingest.media.made import EXIF as EXIF_HEADER
from ingest.media.made import heif, plain

from schemas.media import Block

LATIN, ASCII, ALL = "Zoë in der Straße", "Zoe on the street", "Zoë, Зоя, 佐江 👧"
PLANE = ALL.replace(" 👧", "")
"""What exiftool 12.57 writes of it into the texts of Windows: no more than the basic plane."""
VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
CONTAINERS = {
    Block.XMP: ("jpeg", "png", "webp", "gif", "tiff", "heic", "avif"),
    Block.EXIF: ("jpeg", "png", "webp", "tiff", "heic", "avif"),
    Block.IIM: ("jpeg", "png", "tiff"),
}
"""Containers that take each block."""
ALONE = {Block.XMP: "xmp", Block.EXIF: "exif"}
"""Files of a block alone. Of HEIC and AVIF exiftool 12.57 writes the blocks, not the container: whether it can
place a new item there changes from run to run ("chunk offset is outside media data")."""


@dataclass(frozen=True)
class Case:
    """What exiftool is asked for, and what the file then declares."""

    container: str
    block: Block
    name: str
    charset: str
    arguments: tuple[str, ...] = field(repr=False)
    values: tuple[str, ...] = field(repr=False)
    doubts: frozenset[str] = frozenset()

    @property
    def id(self):
        return f"{self.container}-{self.block}-{self.name}-{self.charset}"


def write(cases, folder):
    """Case -> its file. Every command of the one call must have written its file."""
    files = {}
    commands = []
    for place, case in enumerate(cases):
        is_alone = case.container in {"heic", "avif"}
        path = files[case] = folder / f"{place}.{ALONE[case.block] if is_alone else case.container}"
        if not is_alone:
            path.write_bytes(plain()[case.container])
        commands.append("\n".join([*case.arguments, "-overwrite_original", str(path)]))
    arguments = folder / "arguments"
    arguments.write_text("\n-execute\n".join(commands) + "\n", "utf-8")
    done = subprocess.run(["exiftool", "-@", str(arguments)], capture_output=True, text=True, check=False)
    written = done.stdout.count("1 image files updated") + done.stdout.count("1 image files created")
    assert written == len(cases), done.stderr[-2000:]
    return {case: _within(case, path) for case, path in files.items()}


def _within(case, path):
    """The file of a case: a block that stands alone is put into its container."""
    if path.suffix == f".{case.container}":
        return path
    block = path.read_bytes()
    item = (
        (b"mime", b"application/rdf+xml", block) if case.block is Block.XMP else (b"Exif", b"", _item(block))
    )
    held = path.with_suffix(f".{case.container}")
    held.write_bytes(heif(item, brand=case.container.encode()))
    return held


def _item(structure):
    return b"\0\0\0\6" + EXIF_HEADER + structure


# XMP: property -> arguments of exiftool, values as the packet then holds them. {} is the text.

TEXT = ("{}",)
XMP = {
    "plus:MinorModelAgeDisclosure": (("XMP-plus:MinorModelAgeDisclosure#=AG-A15",), (f"{VOCABULARY}AG-A15",)),
    "plus:ModelReleaseStatus": (("XMP-plus:ModelReleaseStatus#=MR-LMR",), (f"{VOCABULARY}MR-LMR",)),
    "plus:OtherConstraints": (("XMP-plus:OtherConstraints={}",), TEXT),
    "Iptc4xmpExt:ModelAge": (("XMP-iptcExt:ModelAge=7", "XMP-iptcExt:ModelAge=41"), ("7", "41")),
    "Iptc4xmpExt:AddlModelInfo": (("XMP-iptcExt:AdditionalModelInformation={}",), TEXT),
    "Iptc4xmpExt:PersonInImage": (("XMP-iptcExt:PersonInImage={}", "XMP-iptcExt:PersonInImage=B"), ("{}", "B")),
    "Iptc4xmpExt:PersonInImageWDetails/PersonName": (("XMP-iptcExt:PersonInImageName={}",), TEXT),
    "Iptc4xmpExt:PersonInImageWDetails/PersonDescription": (("XMP-iptcExt:PersonInImageDescription={}",), TEXT),
    "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermName": (
        ("XMP-iptcExt:PersonInImageCvTermName={}",), TEXT),
    "Iptc4xmpExt:PersonInImageWDetails/PersonCharacteristic/CvTermId": (
        ("XMP-iptcExt:PersonInImageCvTermId=http://cv.example/child",), ("http://cv.example/child",)),
    "Iptc4xmpExt:DigitalSourceType": (
        ("XMP-iptcExt:DigitalSourceType=http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",)),
    "Iptc4xmpExt:Event": (("XMP-iptcExt:Event={}",), TEXT),
    "Iptc4xmpExt:ImageRegion/Name": (("XMP-iptcExt:ImageRegionName={}",), TEXT),
    "Iptc4xmpExt:ImageRegion/PersonInImage": (
        ("XMP-iptcExt:ImageRegion={PersonInImage=[{}]}",), TEXT),
    "Iptc4xmpCore:AltTextAccessibility": (
        ("XMP-iptcCore:AltTextAccessibility={}", "XMP-iptcCore:AltTextAccessibility-de=Kind"), ("{}", "Kind")),
    "Iptc4xmpCore:ExtDescrAccessibility": (("XMP-iptcCore:ExtDescrAccessibility={}",), TEXT),
    "dc:subject": (("XMP-dc:Subject={}", "XMP-dc:Subject=child"), ("{}", "child")),
    "dc:description": (("XMP-dc:Description={}", "XMP-dc:Description-fr=enfant"), ("{}", "enfant")),
    "dc:title": (("XMP-dc:Title={}",), TEXT),
    "photoshop:Headline": (("XMP-photoshop:Headline={}",), TEXT),
    "photoshop:DateCreated": (("XMP-photoshop:DateCreated=2019:05:04 03:02:01+02:00",), ("2019-05-04T03:02:01+02:00",)),
    "photoshop:Category": (("XMP-photoshop:Category=KID",), ("KID",)),
    "photoshop:SupplementalCategories": (("XMP-photoshop:SupplementalCategories={}",), TEXT),
    "photoshop:Instructions": (("XMP-photoshop:Instructions={}",), TEXT),
    "pdf:Keywords": (("XMP-pdf:Keywords={}",), TEXT),
    "exif:DateTimeOriginal": (("XMP-exif:DateTimeOriginal=2019:05:04 03:02:01",), ("2019-05-04T03:02:01",)),
    "exif:DateTimeDigitized": (("XMP-exif:DateTimeDigitized=2019:05:04 03:02:01",), ("2019-05-04T03:02:01",)),
    "exif:UserComment": (("XMP-exif:UserComment={}",), TEXT),
    "exif:GPSLatitude": (("XMP-exif:GPSLatitude=-33.5",), ("33,30.0S",)),
    "exif:GPSLongitude": (("XMP-exif:GPSLongitude=12.25",), ("12,15.0E",)),
    "exif:GPSTimeStamp": (("XMP-exif:GPSDateTime=2019:05:04 03:02:01Z",), ("2019-05-04T03:02:01Z",)),
    "tiff:ImageDescription": (("XMP-tiff:ImageDescription={}",), TEXT),
    "tiff:DateTime": (("XMP-tiff:DateTime=2019:05:04 03:02:01",), ("2019-05-04T03:02:01",)),
    "xmp:CreateDate": (("XMP-xmp:CreateDate=2019:05:04 03:02:01",), ("2019-05-04T03:02:01",)),
    "lr:hierarchicalSubject": (("XMP-lr:HierarchicalSubject=family|{}",), ("family|{}",)),
    "lr:weightedFlatSubject": (("XMP-lr:WeightedFlatSubject={}",), TEXT),
    "digiKam:TagsList": (("XMP-digiKam:TagsList=People/{}",), ("People/{}",)),
    "MicrosoftPhoto:LastKeywordXMP": (("XMP-microsoft:LastKeywordXMP={}",), TEXT),
    "MP:RegionInfo/PersonDisplayName": (
        ("XMP-MP:RegionInfoMP={Regions=[{PersonDisplayName={}},{Rectangle=0|, 0|, 1|, 1},{PersonDisplayName=B}]}",),
        ("{}", "", "B")),
    "mediapro:People": (("XMP-mediapro:People={}",), TEXT),
    "mediapro:Event": (("XMP-mediapro:Event={}",), TEXT),
    "mediapro:CatalogSets": (("XMP-mediapro:CatalogSets=Albums|{}",), ("Albums|{}",)),
    "mwg-coll:Collections/CollectionName": (("XMP-mwg-coll:CollectionName={}",), TEXT),
    "acdsee:caption": (("XMP-acdsee:Caption={}",), TEXT),
    "acdsee:keywords": (("XMP-acdsee:Keywords={}",), TEXT),
    "acdsee:categories": (("XMP-acdsee:Categories={}",), TEXT),
    "acdsee:collections": (("XMP-acdsee:Collections={}",), TEXT),
    "acdsee:notes": (("XMP-acdsee:Notes={}",), TEXT),
    "GettyImagesGIFT:Personality": (("XMP-getty:Personality={}",), TEXT),
}  # fmt: skip
BY_HAND = {"plus:DataMining"}
"""Properties that exiftool 12.57 does not know; their packets are made by hand."""

EXIF = {
    "exif:ImageDescription": (("EXIF:ImageDescription={}",), TEXT),
    "exif:DateTime": (("EXIF:ModifyDate=2019:05:04 03:02:01",), ("2019:05:04 03:02:01",)),
    "exif:XPTitle": (("EXIF:XPTitle={}",), TEXT),
    "exif:XPComment": (("EXIF:XPComment={}",), TEXT),
    "exif:XPKeywords": (("EXIF:XPKeywords=child;{}",), ("child;{}",)),
    "exif:XPSubject": (("EXIF:XPSubject={}",), TEXT),
    "exif:DateTimeOriginal": (("EXIF:DateTimeOriginal=2019:05:04 03:02:01",), ("2019:05:04 03:02:01",)),
    "exif:DateTimeDigitized": (("EXIF:CreateDate=2019:05:04 03:02:01",), ("2019:05:04 03:02:01",)),
    "exif:OffsetTime": (("EXIF:OffsetTime=+02:00",), ("+02:00",)),
    "exif:OffsetTimeOriginal": (("EXIF:OffsetTimeOriginal=-03:30",), ("-03:30",)),
    "exif:OffsetTimeDigitized": (("EXIF:OffsetTimeDigitized=+02:00",), ("+02:00",)),
    "exif:UserComment": (("EXIF:UserComment={}",), TEXT),
    "exif:SubSecTime": (("EXIF:SubSecTime=042",), ("042",)),
    "exif:SubSecTimeOriginal": (("EXIF:SubSecTimeOriginal=12",), ("12",)),
    "exif:SubSecTimeDigitized": (("EXIF:SubSecTimeDigitized=9",), ("9",)),
    "exif:GPSLatitudeRef": (("EXIF:GPSLatitudeRef=S",), ("S",)),
    "exif:GPSLatitude": (("EXIF:GPSLatitude=33.5",), ("33/1", "30/1", "0/1")),
    "exif:GPSLongitudeRef": (("EXIF:GPSLongitudeRef=W",), ("W",)),
    "exif:GPSLongitude": (("EXIF:GPSLongitude=12.25",), ("12/1", "15/1", "0/1")),
    "exif:GPSTimeStamp": (("EXIF:GPSTimeStamp=03:02:01",), ("3/1", "2/1", "1/1")),
    "exif:GPSDateStamp": (("EXIF:GPSDateStamp=2019:05:04",), ("2019:05:04",)),
}
EXIF_BY_HAND = {"exif:ImageTitle"}

IIM = {
    "iim:ObjectName": (("IPTC:ObjectName={}",), TEXT),
    "iim:SubjectReference": (("IPTC:SubjectReference=IPTC:01000000:{}",), ("IPTC:01000000:{}",)),
    "iim:Category": (("IPTC:Category=KID",), ("KID",)),
    "iim:SupplementalCategories": (("IPTC:SupplementalCategories={}",), TEXT),
    "iim:FixtureIdentifier": (("IPTC:FixtureIdentifier={}",), TEXT),
    "iim:Keywords": (("IPTC:Keywords={}", "IPTC:Keywords=child"), ("{}", "child")),
    "iim:SpecialInstructions": (("IPTC:SpecialInstructions={}",), TEXT),
    "iim:DateCreated": (("IPTC:DateCreated=2019:05:04",), ("20190504",)),
    "iim:TimeCreated": (("IPTC:TimeCreated=03:02:01+02:00",), ("030201+0200",)),
    "iim:DigitalCreationDate": (("IPTC:DigitalCreationDate=2019:05:04",), ("20190504",)),
    "iim:DigitalCreationTime": (("IPTC:DigitalCreationTime=03:02:01-05:00",), ("030201-0500",)),
    "iim:Headline": (("IPTC:Headline={}",), TEXT),
    "iim:Caption-Abstract": (("IPTC:Caption-Abstract={}",), TEXT),
}

CHARSETS = {
    Block.XMP: {"ascii": (ASCII, (), ASCII), "all": (ALL, (), ALL)},
    Block.EXIF: {
        "little": (ALL, ("-ExifByteOrder=II",), ALL),
        "big": (ALL, ("-ExifByteOrder=MM",), ALL),
        "latin": (LATIN, ("-charset", "exif=Latin"), LATIN),
    },
    Block.IIM: {
        "utf8": (ALL, ("-IPTC:CodedCharacterSet=UTF8",), ALL),
        "latin-declared": (LATIN, ("-charset", "iptc=Latin", "-IPTC:CodedCharacterSet=ESC - A"), LATIN),
        "ascii-undeclared": (ASCII, (), ASCII),
        "latin-undeclared": (LATIN, ("-charset", "iptc=Latin"), LATIN),
        "utf8-undeclared": (ALL, ("-charset", "iptc=UTF8"), ALL),
        "cyrillic-undeclared": (
            "Зоя",
            ("-charset", "iptc=Cyrillic"),
            "Зоя".encode("cp1251").decode("latin-1"),
        ),
    },
}
"""Name -> (text asked for, arguments, text that is read)."""
LATIN_IN_EXIF = {"exif:ImageDescription"}
"""Text of EXIF without a character set of its own."""


def with_text(argument, text):
    """An argument with the text in it; within a structure commas are escaped."""
    return argument.replace("{}", text.replace(",", "|,") if "={" in argument.replace("{}", "") else text)


def _cases():
    tables = {Block.XMP: XMP, Block.EXIF: EXIF, Block.IIM: IIM}
    for block, table in tables.items():
        for container, (name, (arguments, values)), (charset, (asked, options, read)) in product(
            CONTAINERS[block], table.items(), CHARSETS[block].items()
        ):
            has_text = any("{}" in value for value in values)
            if not has_text and charset not in {"ascii", "utf8", "little", "big"}:
                continue
            text, held = (
                (asked, read) if ":XP" not in name else (asked.replace(ALL, PLANE), read.replace(ALL, PLANE))
            )
            doubtful = "undeclared" in charset and not held.isascii()
            doubtful |= charset == "latin" and name in LATIN_IN_EXIF
            yield Case(
                container, block, name, charset,
                (*options, *(f"-{with_text(argument, text)}" for argument in arguments)),
                tuple(value.replace("{}", held) for value in values),
                frozenset({"charset_undeclared"} if doubtful and has_text else ()),
            )  # fmt: skip


CASES = list(_cases())

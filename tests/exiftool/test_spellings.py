"""What is not written as standards have it and exiftool reads all the same: it is read here as well."""

import json
import struct
import subprocess
import zlib

import pytest
from ingest.media.made import XMP, Pointer, ascii_, chunk, heif, itxt, jpeg, packet, png, segment, tiff

from pipelines.ingest.media.fields import NAMESPACES
from pipelines.ingest.media.reading import read_media
from schemas.media import Doubt

ADDRESS = {prefix: address for address, prefix in reversed(NAMESPACES.items())}
AGE = "<e:ModelAge><rdf:Bag><rdf:li>7</rdf:li></rdf:Bag></e:ModelAge>"
AGED = packet(AGE, e=ADDRESS["Iptc4xmpExt"])
DESCRIBED = tiff(Pointer({270: ascii_("seven")}))
NAMES = {
    "plus": ("OtherConstraints", "OtherConstraints"), "Iptc4xmpExt": ("AddlModelInfo", "AdditionalModelInformation"),
    "Iptc4xmpCore": ("AltTextAccessibility", "AltTextAccessibility"), "dc": ("title", "Title"),
    "photoshop": ("Headline", "Headline"), "pdf": ("Keywords", "Keywords"), "tiff": ("ImageDescription", "ImageDescription"),
    "exif": ("UserComment", "UserComment"), "lr": ("weightedFlatSubject", "WeightedFlatSubject"),
    "digiKam": ("TagsList", "TagsList"), "mediapro": ("Event", "Event"), "acdsee": ("caption", "Caption"),
    "GettyImagesGIFT": ("Personality", "Personality"),
}  # fmt: skip
"""A property of each namespace, and how exiftool calls it."""


def brand(major, data):
    return data.replace(b"ftypheic\0\0\0\0mif1heic", b"ftyp" + major + b"\0\0\0\0avifmiaf")


ITEM = heif((b"mime", b"application/rdf+xml", AGED))
DEFLATED = b"\0" + struct.pack(">I", len(DESCRIBED)) + zlib.compress(DESCRIBED)
WRITTEN = {
    **{f"brand {major.decode()}": (brand(major, ITEM), "Iptc4xmpExt:ModelAge", "ModelAge", "7")
       for major in (b"miaf", b"MA1A", b"MA1B", b"avio", b"msf1", b"hevm", b"isom")},
    "behind IEND": (png() + itxt("XML:com.adobe.xmp", AGED.decode()), "Iptc4xmpExt:ModelAge", "ModelAge", "7"),
    "EXIF behind IEND": (png() + chunk(b"eXIf", DESCRIBED), "exif:ImageDescription", "ImageDescription", "seven"),
    **{f"chunk {name.decode()}": (png(chunk(name, DEFLATED)), "exif:ImageDescription", "ImageDescription", "seven")
       for name in (b"zxIf", b"zXIf", b"eXIf")},
    **{f"{prefix} at {address}": (
            jpeg(segment(0xE1, XMP + packet(f"<q:{name}>seven</q:{name}>", q=address))), f"{prefix}:{name}", called, "seven")
       for prefix, (name, called) in NAMES.items()
       for address in (ADDRESS[prefix].rstrip("/"), ADDRESS[prefix].rstrip("/").replace("/1.0", "/1.7") + "/")},
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What exiftool says of each of the files."""
    folder = tmp_path_factory.mktemp("spellings")
    for place, (data, *_) in enumerate(WRITTEN.values()):
        (folder / f"{place}.bin").write_bytes(data)
    paths = [str(folder / f"{place}.bin") for place in range(len(WRITTEN))]
    done = subprocess.run(["exiftool", "-json", *paths], capture_output=True, text=True, check=False)
    return dict(zip(WRITTEN, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", WRITTEN)
def test_what_exiftool_reads_is_read(name, told):
    data, known, called, value = WRITTEN[name]
    assert str(told[name][called]) == value
    assert {one.property: one.values for one in read_media(data).declared} == {known: (value,)}


def test_what_exiftool_follows_elsewhere_is_doubted(tmp_path):
    body = packet('<dc:subject rdf:nodeID="a"/>', dc=ADDRESS["dc"]).decode()
    body = body.replace("</rdf:RDF>", '<rdf:Bag rdf:nodeID="a"><rdf:li>child</rdf:li></rdf:Bag></rdf:RDF>')
    data = jpeg(segment(0xE1, XMP + body.encode()))
    (tmp_path / "a.jpg").write_bytes(data)
    done = subprocess.run(
        ["exiftool", "-s3", "-Subject", str(tmp_path / "a.jpg")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "child\n"
    assert [one.doubt for one in read_media(data).doubts] == [Doubt.BROKEN]

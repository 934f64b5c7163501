"""Copies of TIFF and AVIF as exiftool sees them: sound files, with tags of the picture and of nothing else."""

import json
import subprocess

import pytest
from exiftool.written import EXIF, IIM, LATIN, XMP, with_text
from ingest.stripping import planted_heif, planted_tiff
from ingest.stripping.planted import PLANT, PROFILE, exif, image, saved

from pipelines.ingest.stripping.strip import strip

PAGE = {
    "SubfileType", "ImageWidth", "ImageHeight", "BitsPerSample", "Compression", "PhotometricInterpretation",
    "FillOrder", "StripOffsets", "Orientation", "SamplesPerPixel", "RowsPerStrip", "StripByteCounts", "XResolution",
    "YResolution", "PlanarConfiguration", "ResolutionUnit", "Predictor", "ColorMap", "TileWidth", "TileLength",
    "TileOffsets", "TileByteCounts", "ExtraSamples", "SampleFormat", "JPEGTables", "YCbCrSubSampling",
    "ReferenceBlackWhite", "InkSet", "T4Options", "T6Options",
    # Of a JPEG in one strip: where it stands, how long it is, and its bytes.
    "PreviewImageStart", "PreviewImageLength", "PreviewImage",
}  # fmt: skip
ITEMS = {
    "MajorBrand", "MinorVersion", "CompatibleBrands", "HandlerType", "ImageSpatialExtent", "ImagePixelDepth",
    "AV1ConfigurationVersion", "ChromaFormat", "ChromaSamplePosition", "ColorProfiles", "ColorPrimaries",
    "TransferCharacteristics", "MatrixCoefficients", "VideoFullRangeFlag", "Rotation", "Mirroring", "AuxiliaryImageType",
    "MediaDataSize", "MediaDataOffset", "PrimaryItemReference", "MetaImageSize",
}  # fmt: skip
OUTSIDE = {"ExifTool", "System", "File", "Composite"}
PROFILES = {"ICC-header", "ICC_Profile", "ICC-chrm"}


def told(folder):
    """File name -> {(group, tag)} of all files of a folder; its warnings."""
    asked = [
        "exiftool",
        "-a",
        "-G1",
        "-s",
        "-j",
        "-validate",
        "-warning",
        "-error",
        "-all",
        "-x",
        "MediaData",
        str(folder),
    ]
    documents = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    return {
        document["SourceFile"].rsplit("/", 1)[-1]: {
            tuple(name.split(":", 1)): value for name, value in document.items() if ":" in name
        }
        for document in documents
    }


def unexpected(found):
    return {
        (group, tag)
        for group, tag in found
        if group not in OUTSIDE | PROFILES
        and not (group.startswith("IFD") and tag in PAGE)
        and not (group in {"QuickTime", "Meta"} and tag in ITEMS)
    }


def filled(tables):
    """Arguments that write every property of the tables at once."""
    return [
        f"-{with_text(argument, LATIN)}"
        for table in tables
        for arguments, _ in table.values()
        for argument in arguments
    ]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Originals and copies: what exiftool and Pillow wrote, and what is planted by hand."""
    originals, copies = tmp_path_factory.mktemp("originals"), tmp_path_factory.mktemp("copies")
    for name, page in {"little": "<", "big": ">"}.items():
        path = originals / f"written-{name}.tif"
        path.write_bytes(planted_tiff.tiff(planted_tiff.grey(), planted_tiff.grey(), order=page))
        asked = ["exiftool", "-overwrite_original", *filled((XMP, EXIF, IIM)), str(path)]
        assert (
            "1 image files updated"
            in subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        )
    (originals / "written.avif").write_bytes(
        saved(image("RGBA"), "AVIF", exif=exif(6), xmp=b"<x:xmpmeta>" + PLANT, icc_profile=PROFILE)
    )
    for kind, module in {"tif": planted_tiff, "avif": planted_heif}.items():
        for place, data in enumerate([*module.PLANTED.values(), *module.PLAIN.values()]):
            (originals / f"{place}.{kind}").write_bytes(data)
    for path in originals.iterdir():
        (copies / path.name).write_bytes(b"".join(strip(path.read_bytes())))
    return told(originals), told(copies)


def test_exiftool_finds_nothing_but_the_picture(files):
    before, after = files
    assert len(after) == len(before) > 100
    assert {name: rest for name, found in after.items() if (rest := unexpected(found))} == {}
    assert len(unexpected(before["written-big.tif"])) > 80
    assert len(unexpected(before["written-little.tif"])) > 80
    assert len([name for name, found in before.items() if unexpected(found)]) > 30


def test_exiftool_finds_no_fault_in_items_and_boxes(files):
    _, after = files
    said = {name: found["ExifTool", "Validate"] for name, found in after.items() if name.endswith(".avif")}
    assert set(said.values()) == {"OK"}
    assert len(said) > 50

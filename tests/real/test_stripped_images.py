"""Copies of real pictures: the same pixels, and no word of what exiftool finds in the originals."""

import json
import re
import warnings
from collections import Counter

import pytest
from ingest.media.mutations import mutated
from ingest.stripping.test_strip import pixels
from PIL import Image, ImageOps

from pipelines.ingest.media.reading import read_media
from pipelines.ingest.scanning.limits import Limits
from pipelines.ingest.stripping.export import Exported, export
from pipelines.ingest.stripping.pieces import Refused
from pipelines.ingest.stripping.strip import strip

NOT_METADATA = {"File", "ICC_Profile", "Composite", "ExifTool", "System"}
"""Groups of exiftool's: what is outside of the file or worked out, and the profile, which stays."""


@pytest.fixture(scope="module")
def copies(test_data, tmp_path_factory):
    source = test_data("images_bep") / "testdata"
    target = tmp_path_factory.mktemp("copies") / "out"
    done = Exported()
    export(source, target, Limits(), done)
    return source, target, done


def test_what_is_copied_and_what_is_not(copies):
    _, target, done = copies
    assert (done.copied, Counter(why.value for _, why in done.left)) == (
        65,
        # 49 are cut: cameras' pictures reduced to their first 64 KiB by those who collected them.
        {"truncated": 49, "format": 5, "no_image": 4, "broken": 1},
    )
    assert len([path for path in target.rglob("*") if path.is_file()]) == 65


def pictures(copies):
    source, target, _ = copies
    for copy in sorted(path for path in target.rglob("*") if path.is_file()):
        yield source / copy.relative_to(target), copy


def seen(path):
    with warnings.catch_warnings(), Image.open(path) as picture:
        warnings.simplefilter("ignore")  # Pillow's, of odd EXIF in the originals
        return (
            picture.mode,
            picture.tobytes(),
            ImageOps.exif_transpose(picture).tobytes(),
            picture.info.get("icc_profile"),
        )


def test_pixels_colours_and_orientation_are_the_same(copies):
    compared = [original for original, copy in pictures(copies) if seen(original) == seen(copy)]
    assert len(compared) == 65


def test_damaged_ones_are_copied_or_refused_and_nothing_else(test_data):
    """Those that are written anew, and raw formats, which are read in the same way."""
    found = test_data("images_bep") / "testdata"
    files = sorted(
        path for path in found.rglob("*") if path.suffix in {".avif", ".dng", ".arw", ".nef", ".pef", ".cr2"}
    )
    copied, refused = 0, Counter()
    for seed in range(1200):
        data = mutated(files[seed % len(files)].read_bytes(), seed)
        try:
            copy = b"".join(strip(data))
        except Refused as why:
            refused[why.why.value] += 1
        else:
            copied += 1
            assert b"".join(strip(copy)) == copy
    assert copied > 20
    assert min(refused["broken"], refused["truncated"], refused["format"]) > 50


def test_damaged_ones_of_other_formats_too(test_data):
    """Those whose image data is copied: where Pillow shows the damaged one, it shows the same of the copy."""
    found = test_data("images_bep") / "testdata"
    files = sorted(
        path
        for path in found.rglob("*")
        if path.suffix in {".jpg", ".png", ".webp"} and path.stat().st_size < 100_000
    )
    sound = [data for data in (path.read_bytes() for path in files) if is_copied(data)]
    assert {data[:4] for data in sound} >= {b"\x89PNG", b"RIFF"}
    copied = compared = 0
    for seed in range(400):
        data = mutated(sound[seed % len(sound)], seed)
        if is_copied(data):
            copied += 1
            copy = b"".join(strip(data))
            assert b"".join(strip(copy)) == copy
            before = pixels(data)
            assert before is None or pixels(copy) == before
            compared += before is not None
    assert min(compared, 400 - copied) > 20


def is_copied(data):
    try:
        strip(data)
    except Refused:
        return False
    return True


def values(node):
    if isinstance(node, dict):
        for child in node.values():
            yield from values(child)
    elif isinstance(node, list):
        for child in node:
            yield from values(child)
    elif isinstance(node, str):
        yield node


def test_no_value_that_exiftool_finds_is_left(copies, test_data):
    golden = test_data("images_bep") / "gen/testdata_exiftool"
    source, _, _ = copies
    looked_for, left = 0, []
    for original, copy in pictures(copies):
        document = json.loads((golden / f"{original.relative_to(source)}.json").read_text("utf-8"))[0]
        groups = {name: group for name, group in document.items() if name not in NOT_METADATA}
        before, after = original.read_bytes(), copy.read_bytes()
        # Short words and numbers stand in compressed pixels by chance.
        for text in {
            text for text in values(groups) if len(text) >= 6 and not re.fullmatch(r"[\d .:+-]*", text)
        }:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                form = text.encode(encoding)
                if form in before:
                    looked_for += 1
                    left += [f"{copy.name}: {text}"] if form in after else []
        read = read_media(after)
        assert (read.declared, read.taken_at) == ((), None), copy.name
    assert left == []
    assert looked_for > 500

"""Copies of TIFF: pages written anew, pixels as they were, and what is refused."""

import io
import struct

import pytest
from ingest.stripping.planted import FORMS, PLANT, PROFILE, image, riff, saved
from ingest.stripping.planted_tiff import (
    BYTES,
    GREY,
    PLAIN,
    PLANTED,
    PREVIEWS,
    TURNED,
    directory,
    grey,
    jpeg_strip,
    longer,
    strips,
    tags,
    tiff,
)
from PIL import Image, ImageOps

from pipelines.ingest.stripping import tiff as tiff_module
from pipelines.ingest.stripping import tiff_directories
from pipelines.ingest.stripping.pieces import Refusal, Refused
from pipelines.ingest.stripping.strip import strip
from pipelines.ingest.stripping.tiff_pixels import Segment, copied

WHERE = {273, 324}
JPEG_STRIP = jpeg_strip()["pixels"][0]


def copy_of(data):
    return b"".join(strip(memoryview(data)))


@pytest.mark.parametrize("data", PLAIN.values(), ids=PLAIN)
def test_strips_and_tags_that_show_them_are_the_same(data):
    copy = copy_of(data)
    assert strips(copy) == strips(data) != []
    without = [[{tag: value for tag, value in page.items() if tag not in WHERE} for page in tags(file)]
               for file in (copy, data)]  # fmt: skip
    assert without[0] == without[1]


@pytest.mark.parametrize("name", PLANTED)
def test_of_a_page_no_other_tag_is_left(name):
    left = {tag for page in tags(copy_of(PLANTED[name])) for tag in page}
    assert left <= {256, 257, 258, 259, 262, 273, 274, 277, 278, 279, 282, 347, 34675}
    assert left.isdisjoint(BYTES)


@pytest.mark.parametrize("data", PREVIEWS.values(), ids=PREVIEWS)
def test_smaller_versions_of_a_picture_are_left_out(data):
    copy = copy_of(data)
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(copy)) as after:
        assert after.n_frames == 1
        assert before.tobytes() == after.tobytes() == GREY
    assert all(form in data and form not in copy for form in FORMS.values())
    assert copy_of(copy) == copy


@pytest.mark.parametrize("turned", TURNED)
def test_how_a_picture_is_turned_stays(turned):
    copy = copy_of(TURNED[turned])
    assert tags(copy)[0].get(274) == (turned if 1 <= turned <= 8 else None)
    with Image.open(io.BytesIO(TURNED[turned])) as before, Image.open(io.BytesIO(copy)) as after:
        assert ImageOps.exif_transpose(before).tobytes() == ImageOps.exif_transpose(after).tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
def test_bytes_of_an_entry_behind_its_value_are_none(order):
    data = tiff(grey(), order=order)
    entry = struct.pack(f"{order}HHIH", 262, 3, 1, 1)
    assert data.count(entry + b"\0\0") == copy_of(data).count(entry + b"\0\0") == 1
    assert copy_of(data.replace(entry + b"\0\0", entry + b"hi")) == copy_of(data)


def test_a_strip_of_several_pages_is_copied_once():
    one, two = tiff(grey()), tiff(grey(), grey())
    at, size = tags(two)[0][273][0], tags(two)[1][273][0]
    shared = two.replace(struct.pack(">HHII", 273, 4, 1, size), struct.pack(">HHII", 273, 4, 1, at))
    assert strips(copy_of(shared)) == [GREY, GREY]
    assert len(copy_of(shared)) < len(copy_of(one)) + len(GREY)


def test_a_strip_that_is_a_webp_loses_what_it_declares():
    picture = saved(image(), "WEBP", lossless=True, icc_profile=PROFILE)
    body = picture[8:] + riff(b"XMP ", PLANT)
    held = b"RIFF" + struct.pack("<I", len(body)) + body
    copy = b"".join(strip(tiff(grey([held], t259=(3, [50001])))))
    assert copy.endswith(picture[12:])
    assert PLANT not in copy
    with pytest.raises(Refused):
        copied(b"RIFFxxxxWAVE", Segment(0, 12, 50001))


SUBSAMPLED = {
    "default": ({}, 10 * 7 * 6),
    "none": ({"t530": (3, [1, 1])}, 19 * 13 * 3),
    "across": ({"t530": (3, [4, 1])}, 5 * 13 * 6),
}


@pytest.mark.parametrize(("told", "size"), SUBSAMPLED.values(), ids=SUBSAMPLED)
def test_subsampled_pixels_are_counted_in_units(told, size):
    """TIFF 6.0, section 21: of 19 x 13 pixels 10 x 7 units of 2 x 2, each of four samples and two."""
    page = grey([bytes(size) + PLANT], t258=(3, [8, 8, 8]), t262=(3, [6]), t277=(3, [3]), **told)
    assert strips(copy_of(tiff(page))) == [bytes(size)]


SUB = grey([GREY[:19]], t254=(4, [0]), t257=(4, [1]))
RAW = directory(t254=(4, [0]), t256=(4, [4]), t257=(4, [1]), t259=(3, [34713]), t262=(3, [32803]))
LOOP = tiff(grey(), grey())
LOOP = LOOP[:-4] + LOOP[4:8]
AT = struct.unpack_from(">I", tiff(grey()), 4)[0]
APART = grey([], t278=(4, [10]), t259=(3, [5]), t273=(4, [300, 400]), t279=(4, [190, 57]))
REFUSED = {
    "no page": (b"II*\0" + bytes(100), Refusal.BROKEN),
    "a directory beyond the end": (b"II*\0\xff\xff\0\0" + bytes(100), Refusal.TRUNCATED),
    "a directory in the head": (b"MM\0*\0\0\0\4" + bytes(100), Refusal.BROKEN),
    "a directory that is cut": (tiff(grey())[:-20], Refusal.TRUNCATED),
    "pages in a circle": (LOOP, Refusal.BROKEN),
    "DNG": (tiff(grey(t50706=(1, [1, 4, 0, 0]))), Refusal.FORMAT),
    "CR2": (b"II*\0\x10\0\0\0CR\2\0" + bytes(100), Refusal.FORMAT),
    "a mosaic": (tiff(grey(t262=(3, [32803]))), Refusal.FORMAT),
    "a raw picture below": (tiff(grey(sub=[RAW])), Refusal.FORMAT),
    "a full picture below": (tiff(grey(sub=[SUB])), Refusal.FORMAT),
    "a smaller one alone": (tiff(grey(t254=(4, [1]))), Refusal.FORMAT),
    "a smaller one first": (tiff(grey(t254=(4, [1])), grey()), Refusal.FORMAT),
    "itself below": (tiff(grey(t330=(4, [AT]))), Refusal.BROKEN),
    "JPEG of old": (tiff(grey([JPEG_STRIP], t259=(3, [6]))), Refusal.FORMAT),
    "JPEG of old, otherwise broken": (tiff(grey([], t259=(3, [6]), t256=(2, PLANT))), Refusal.FORMAT),
    "JPEG 2000": (tiff(grey(t259=(3, [34712]))), Refusal.FORMAT),
    "voxels": (tiff(grey(t32997=(4, [2]))), Refusal.FORMAT),
    "a strip beyond the end": (tiff(grey([], t273=(4, [9999]), t279=(4, [247]))), Refusal.TRUNCATED),
    "a strip over a directory": (tiff(longer(grey(t259=(3, [5])), 260)), Refusal.BROKEN),
    "a strip over XMP": (tiff(longer(grey(t259=(3, [5]), t700=(1, PLANT)), 249)), Refusal.BROKEN),
    "a strip over the head": (tiff(directory([], t256=(4, [1]), t257=(4, [1]), t273=(4, [7]), t279=(4, [1]))), Refusal.BROKEN),
    "strips over each other": (tiff(APART, end=bytes(400)), Refusal.BROKEN),
    "a strip over a preview": (tiff(longer(grey(t259=(3, [5]), sub=[grey(t254=(4, [1]))]), 260)), Refusal.BROKEN),
    "a strip over a comment of EXIF": (tiff(longer(grey(t259=(3, [5]), below=[(34665, directory([], t37510=(7, PLANT)))]), 250)), Refusal.BROKEN),
    "a strip that is too short": (tiff(grey([GREY[:-1]])), Refusal.BROKEN),
    "fewer strips": (tiff(grey(t278=(4, [12]))), Refusal.BROKEN),
    "more strips": (tiff(grey([GREY, PLANT])), Refusal.BROKEN),
    "no strips": (tiff(grey([])), Refusal.BROKEN),
    "no size of a strip": (tiff(grey([], t273=(4, [8]))), Refusal.BROKEN),
    "places of strips in words": (tiff(grey([], t273=(7, b"8"), t279=(4, [247]))), Refusal.BROKEN),
    "no width": (tiff(grey(t256=(4, [0]))), Refusal.BROKEN),
    "no rows": (tiff(grey(t278=(4, [0]))), Refusal.BROKEN),
    "a width in words": (tiff(grey(t256=(2, PLANT))), Refusal.BROKEN),
    "many widths": (tiff(grey(t256=(4, [19, 19]))), Refusal.BROKEN),
    "a resolution in words": (tiff(grey(t282=(2, PLANT))), Refusal.BROKEN),
    "a resolution that is no fraction": (tiff(grey(t282=(4, [72]))), Refusal.BROKEN),
    "many resolutions": (tiff(grey(t282=(5, [72, 1, 72, 1]))), Refusal.BROKEN),
    "more bits than samples": (tiff(grey(t258=(3, [8, 8]))), Refusal.BROKEN),
    "a long table of colours": (tiff(grey(t262=(3, [3]), t320=(3, [0] * 769))), Refusal.BROKEN),
    "very many samples": (tiff(grey(t277=(3, [1025]))), Refusal.LIMIT),
    "very many strips": (tiff(grey(t257=(4, [1 << 30]), t278=(4, [1]))), Refusal.LIMIT),
    "a tag twice": (tiff(grey(t263=(3, [1]))).replace(b"\1\7\0\3", b"\1\6\0\3"), Refusal.BROKEN),
    "a JPEG that is none": (tiff(grey(t259=(3, [7]))), Refusal.BROKEN),
    "a JPEG that is cut": (tiff(grey([JPEG_STRIP[:-5]], t259=(3, [7]))), Refusal.TRUNCATED),
    "tables of a JPEG with a picture": (tiff(grey([JPEG_STRIP], t259=(3, [7]), t347=(7, JPEG_STRIP))), Refusal.BROKEN),
}  # fmt: skip


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_certain_is_refused(data, why):
    with pytest.raises(Refused) as refused:
        strip(data)
    assert refused.value.why is why


LONG = struct.pack(">I", 150_000) + PROFILE[4:].ljust(149_996, b"\1")


def sharing(pages):
    """Pages that all name the profile of the first."""
    some = [grey([GREY[:19]], t257=(4, [1]), t34675=(7, bytes(5) if page else LONG)) for page in range(pages)]
    data = tiff(*some)
    first, other = (struct.pack(">HHI", 34675, 7, size) for size in (len(LONG), 5))
    entry = data[data.index(first) :][:12]
    parts = data.split(other)
    return parts[0] + b"".join(entry + part[4:] for part in parts[1:])


def test_values_that_pages_share_are_not_copied_without_end():
    assert tags(copy_of(sharing(2)))[1][34675] == LONG
    with pytest.raises(Refused) as refused:
        strip(sharing(9))
    assert refused.value.why is Refusal.LIMIT


def test_directories_are_bounded(monkeypatch):
    data = tiff(*[grey()] * 5)
    copy_of(data)
    monkeypatch.setattr(tiff_directories, "_MAX_DIRECTORIES", 4)
    with pytest.raises(Refused) as refused:
        strip(data)
    assert refused.value.why is Refusal.LIMIT


def test_strips_of_all_pages_are_bounded(monkeypatch):
    monkeypatch.setattr(tiff_module, "MAX_PIECES", 4)
    copy_of(tiff(*[grey()] * 4))
    with pytest.raises(Refused) as refused:
        strip(tiff(*[grey()] * 5))
    assert refused.value.why is Refusal.LIMIT


def test_entries_of_all_directories_are_bounded():
    data = tiff(*[grey()] * 5)
    entries = 5 * 9
    for left, is_enough in ((entries, True), (entries - 1, False)):
        walk = tiff_directories.Walk(data, "big", left)
        if is_enough:
            assert len(walk.all(int.from_bytes(data[4:8]))[0]) == 5
        else:
            with pytest.raises(Refused) as refused:
                walk.all(int.from_bytes(data[4:8]))
            assert refused.value.why is Refusal.LIMIT

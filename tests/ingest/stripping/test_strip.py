"""A copy looks the same and declares nothing: pixels compared, bytes searched for what was planted in them."""

import io
import random
import warnings

import pytest
from ingest.stripping import planted, planted_heif, planted_parts, planted_tiff
from ingest.stripping.planted import (
    FORMS,
    GIF,
    JPEG,
    PNG,
    PROFILE,
    SECRET,
    WEBP,
    after,
    chunk,
    exif,
    segment,
)
from PIL import Image, ImageOps

from pipelines.ingest.media.reading import read_media
from pipelines.ingest.stripping.orientation import orientation_block
from pipelines.ingest.stripping.pieces import Refusal, Refused
from pipelines.ingest.stripping.strip import strip

PLANTED = {**planted.PLANTED, **planted_tiff.PLANTED, **planted_heif.PLANTED}
PLAIN = {**planted.PLAIN, **planted_tiff.PLAIN, **planted_heif.PLAIN}


def copy_of(data):
    return b"".join(strip(memoryview(data)))


def looks(data):
    """All that a viewer shows: frames, their times and loops, how they are turned, the colour profile."""
    with Image.open(io.BytesIO(data)) as picture:
        profile = picture.info.get("icc_profile")
        frames = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            turned = ImageOps.exif_transpose(picture)
            frames.append((turned.mode, turned.size, turned.tobytes(), picture.info.get("duration"),
                           picture.info.get("transparency")))  # fmt: skip
        density = (
            picture.info.get("jfif_density"),
            picture.info.get("dpi") if picture.format in {"PNG", "TIFF"} else None,
        )
        return picture.info.get("loop"), density, valid(profile), frames


def valid(profile):
    """What a decoder takes of a profile: as much as it says it is."""
    if profile is None or profile[36:40] != b"acsp":
        return None
    return profile[: int.from_bytes(profile[:4], "big")]


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")  # Pillow's, of the planted one
@pytest.mark.parametrize("data", PLANTED.values(), ids=PLANTED)
def test_what_was_planted_is_gone_and_the_picture_looks_the_same(data):
    copy = copy_of(data)
    for form in FORMS.values():
        assert form in data
        assert form not in copy
    assert looks(copy) == looks(data)
    read = read_media(copy)
    assert (read.declared, read.taken_at, read.doubts) == ((), None, ())
    assert copy_of(copy) == copy


def test_a_thumbnail_of_jfif_is_not_announced_where_it_is_left_out():
    data = PLANTED["JPEG thumbnail of JFIF"]
    assert data[6:11] == copy_of(data)[6:11] == b"JFIF\0"
    assert data[18:20] != copy_of(data)[18:20] == b"\0\0"


@pytest.mark.parametrize("data", PLAIN.values(), ids=PLAIN)
def test_a_picture_that_declares_nothing_looks_the_same(data):
    copy = copy_of(data)
    assert looks(copy) == looks(data)
    assert copy_of(copy) == copy


@pytest.mark.parametrize(
    ("name", "data"), [(name, data) for name, data in PLAIN.items() if "profile" in name]
)
def test_a_profile_stays(name, data):
    assert looks(copy_of(data))[2].endswith(
        b"\1" * 100 if "parts" in name or "long" in name else PROFILE[200:]
    )


TURNED = {f"{order} {turned}": (order, turned) for order in ("MM", "II") for turned in range(10)}


@pytest.mark.parametrize(("order", "turned"), TURNED.values(), ids=TURNED)
def test_how_a_picture_is_turned_stays_and_nothing_else_of_exif(order, turned):
    tags = Image.Exif()
    tags.endian = "<" if order == "II" else ">"
    tags[0x0112], tags[0x010E], tags[0x010F] = turned, SECRET, "Camera"
    tags.get_ifd(0x8825)[1] = "N"
    data = after(JPEG, 20, segment(0xE1, tags.tobytes()))
    copy = copy_of(data)
    found = Image.open(io.BytesIO(copy)).getexif()
    assert dict(found) == ({0x0112: turned} if 2 <= turned <= 8 else {})
    assert looks(copy) == looks(data)


EXIF = {
    "nothing": b"",
    "another order": b"XX*\0" + exif(6)[4:],
    "cut before the directory": exif(6)[:8],
    "cut in the directory": exif(6)[:20],
    "a directory beyond the end": b"MM\0*\xff\xff\xff\xff" + exif(6)[8:],
    "an orientation of text": exif(6).replace(b"\x01\x12\0\3", b"\x01\x12\0\2"),
    "several orientations": exif(6).replace(b"\x01\x12\0\3\0\0\0\1", b"\x01\x12\0\3\0\0\0\2"),
}


@pytest.mark.parametrize("block", EXIF.values(), ids=EXIF)
def test_an_orientation_that_cannot_be_read_turns_nothing(block):
    assert orientation_block(exif(6)) is not None
    assert orientation_block(block) is None


REFUSED = {
    "nothing": (b"", Refusal.NO_IMAGE),
    "text": (b"hello", Refusal.NO_IMAGE),
    "BigTIFF": (b"MM\0+" + bytes(100), Refusal.FORMAT),
    "a film": (b"\0\0\0\x18ftypisom" + bytes(100), Refusal.FORMAT),
    "a JPEG of no picture": (b"\xff\xd8\xff\xd9", Refusal.BROKEN),
    "a hierarchical JPEG": (after(JPEG, 20, segment(0xDE, bytes(9))), Refusal.FORMAT),
    "a JPEG with bytes between segments": (after(JPEG, 20, b"planted"), Refusal.BROKEN),
    "a JPEG with a segment of no length": (after(JPEG, 20, b"\xff\xe5\0\1"), Refusal.BROKEN),
    "a JPEG with a table that is too long": (after(JPEG, 20, segment(0xDB, bytes(65) + b"planted")), Refusal.BROKEN),
    "a JPEG with restarts that are too long": (after(JPEG, 20, segment(0xDD, b"\0\1planted")), Refusal.BROKEN),
    "a JPEG in a JPEG": (after(JPEG, 20, b"\xff\xd8"), Refusal.BROKEN),
    "a PNG with an unknown critical chunk": (after(PNG, 33, chunk(b"CgBI", bytes(4))), Refusal.FORMAT),
    "a PNG with two heads": (after(PNG, 33, PNG[8:33]), Refusal.BROKEN),
    "a PNG without a head": (PNG[:8] + PNG[33:], Refusal.BROKEN),
    "a PNG with a long gamma": (after(PNG, 33, chunk(b"gAMA", bytes(4) + b"planted")), Refusal.BROKEN),
    "a GIF with text": (after(GIF, len(GIF) - 1, b"\x21\x01\x0c" + bytes(12) + b"\1x\0"), Refusal.FORMAT),
    "a GIF with an unknown block": (after(GIF, len(GIF) - 1, b"\x99"), Refusal.BROKEN),
    "a GIF with a long control": (after(GIF, len(GIF) - 1, b"\x21\xf9\x07planted\0"), Refusal.BROKEN),
    "a WebP of no chunk": (b"RIFF\4\0\0\0WEBP", Refusal.BROKEN),
    "a WebP of no size": (b"RIFF\0\0\0\0WEBP" + WEBP[12:], Refusal.BROKEN),
}  # fmt: skip


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_copied_is_refused_by_name(data, why):
    with pytest.raises(Refused) as refused:
        strip(data)
    assert refused.value.why is why


@pytest.mark.parametrize(
    "name",
    [
        "JPEG",
        "JPEG progressive",
        "PNG",
        "PNG animated",
        "GIF",
        "WebP",
        "WebP animated",
        "TIFF L raw",
        "AVIF",
        "AVIF transparent",
    ],
)
def test_a_picture_that_ends_early_is_refused_wherever_it_ends(name):
    data = PLAIN[name]
    for length in range(16, len(data)):
        with pytest.raises(Refused) as refused:
            strip(data[:length])
        assert refused.value.why in {Refusal.TRUNCATED, Refusal.BROKEN}


BOMBS = {
    "segments": (JPEG[:2] + b"\xff\xfe\0\2" * 600 + JPEG[2:], 500),
    "chunks": (after(PNG, 33, chunk(b"prVt", b"") * 600), 500),
    "chunks of WebP": (planted.in_webp(WEBP, planted.riff(b"prVt", b"") * 600), 500),
    "blocks": (after(GIF, len(GIF) - 1, b"\x21\xfe" + b"\1x" * 600 + b"\0"), 500),
    "extensions": (after(GIF, len(GIF) - 1, b"\x21\xfe\0" * 600), 500),
}


@pytest.mark.parametrize(("data", "most"), BOMBS.values(), ids=BOMBS)
def test_the_parts_of_a_file_are_bounded(monkeypatch, data, most):
    from pipelines.ingest.stripping import gif, jpeg, png, webp

    copy_of(data)
    for module in (gif, jpeg, png, webp):
        monkeypatch.setattr(module, "MAX_PIECES", most)
    with pytest.raises(Refused) as refused:
        strip(data)
    assert refused.value.why is Refusal.LIMIT


def changed(data, chance):
    """Some bytes of ``data`` otherwise, in others' places, or twice."""
    new = bytearray(data)
    for _ in range(chance.randrange(1, 8)):
        at, other = chance.randrange(len(new)), chance.randrange(len(new))
        deed = chance.randrange(4)
        if deed == 0:
            new[at] = chance.choice([0, 1, 0x7F, 0xFF, chance.randrange(256)])
        elif deed == 1:
            del new[at : at + chance.randrange(20)]
        elif deed == 2:
            new[at:at] = new[other : other + chance.randrange(40)]
        else:
            new[at : at + 4] = chance.randbytes(4)
    return bytes(new)


def pixels(data):
    """What is shown, as it is stored; None, where Pillow shows nothing, or a change has made it very large."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, of what is damaged
        try:
            with Image.open(io.BytesIO(data)) as picture:
                if picture.width * picture.height > 1 << 20:
                    return None
                shown = []
                for number in range(getattr(picture, "n_frames", 1)):
                    picture.seek(number)
                    shown.append((picture.mode, picture.size, picture.tobytes()))
                return shown
        except Exception:  # noqa: BLE001 - Pillow's, which has one for everything
            return None


def strip_changed(seeds, originals):
    """Each copied or refused; each copy its own copy, of the pixels of what was copied."""
    copied = refused = 0
    for seed in seeds:
        chance = random.Random(seed)  # noqa: S311
        data = changed(chance.choice(originals), chance)
        try:
            copy = copy_of(data)
        except Refused:
            refused += 1
        else:
            copied += 1
            assert copy_of(copy) == copy
            before = pixels(data)
            assert before is None or pixels(copy) == before
    return copied, refused


CHANGED = {
    "all": [*PLAIN.values(), *PLANTED.values()],
    **{
        kind: [data for name, data in {**planted.PLAIN, **planted.PLANTED}.items() if name.startswith(kind)]
        + [data for name, (data, _) in planted_parts.BESIDE.items() if name.startswith(kind)]
        for kind in ("JPEG", "PNG", "WebP")
    },
}


@pytest.mark.parametrize("originals", CHANGED.values(), ids=CHANGED)
def test_changed_pictures_are_copied_or_refused_and_nothing_else(originals):
    copied, refused = strip_changed(range(500), originals)
    assert copied > 30
    assert refused > 50


@pytest.mark.long
@pytest.mark.parametrize("originals", CHANGED.values(), ids=CHANGED)
def test_very_many_changed_pictures_are_copied_or_refused_and_nothing_else(originals):
    strip_changed(range(500, 25_000), originals)

"""Of an image's own parts a copy holds those that show it; parts that contradict each other refuse the file."""

import io
import re
import struct
import zlib

import pytest
from ingest.stripping.planted import (
    ANIMATED_WEBP,
    FORMS,
    JPEG,
    PNG,
    PROFILE,
    PROGRESSIVE,
    SECRET,
    WEBP,
    after,
    before_last,
    chunk,
    image,
    in_frame,
    in_webp,
    riff,
    saved,
    segment,
)
from ingest.stripping.planted_parts import (
    ANIMATED,
    BESIDE,
    DHT,
    DNL,
    DQT,
    DRI,
    FRAME_END,
    FRAME_START,
    GREY,
    GREY_PNG,
    IN_SCANS,
    LOSSY,
    PALETTE,
    RESTARTED,
    SCAN_START,
    SIMPLE,
    START,
    TRIPLETS,
    huffman,
    place,
    scan_of,
)
from ingest.stripping.test_strip import copy_of, looks
from PIL import Image

from pipelines.ingest.stripping import jpeg_frame
from pipelines.ingest.stripping.jpeg import strip_jpeg_tables
from pipelines.ingest.stripping.pieces import Refusal, Refused
from pipelines.ingest.stripping.strip import strip


@pytest.mark.parametrize(("data", "without"), BESIDE.values(), ids=BESIDE)
def test_what_was_planted_in_a_part_that_shows_nothing_is_gone(data, without):
    copy = copy_of(data)
    for form in FORMS.values():
        assert form in data
        assert form not in copy
    assert copy == copy_of(without)
    assert looks(copy) == looks(without)
    assert copy_of(copy) == copy


def shown(data):
    with Image.open(io.BytesIO(data)) as picture:
        return picture.mode, picture.tobytes()


OPENED = {
    name: pair for name, pair in BESIDE.items() if name.startswith(("JPEG", "PNG suggested", "PNG palette"))
}


@pytest.mark.parametrize(("data", "without"), OPENED.values(), ids=OPENED)
def test_decoders_show_nothing_of_it(data, without):
    assert shown(data) == shown(without)


def zeroed(data):
    """The three bytes that end the head of the scan, which sequential files may have as they like."""
    return data[: place(data, 0xDA)[1] - 3] + bytes(3) + data[place(data, 0xDA)[1] :]


SEQUENCE = after(JPEG, START, segment(DRI, b"\0\1") + segment(DRI, b"\0\2") + segment(DRI, b"\0\0"))
ARITHMETIC = JPEG[: FRAME_START + 1] + b"\xc9" + JPEG[FRAME_START + 2 :]
CODES = JPEG[slice(*place(JPEG, DHT))]
SAME = {
    "restarts that are replaced": (SEQUENCE, JPEG),
    "no restarts": (after(JPEG, START, segment(DRI, b"\0\0")), JPEG),
    "restarts behind the scan": (after(JPEG, len(JPEG) - 2, segment(DRI, b"hi")), JPEG),
    "restarts, told twice": (before_last(b"\xff\xda", RESTARTED, segment(DRI, b"\0\1")), RESTARTED),
    "a number of lines": (after(JPEG, len(JPEG) - 2, segment(DNL, b"hi")), JPEG),
    "a number of lines before the scan": (after(JPEG, SCAN_START, segment(DNL, b"hi")), JPEG),
    "conditioning of Huffman codes": (after(JPEG, START, segment(0xCC, b"\0h\x10i\1h\x11i")), JPEG),
    "a table that is told again": (before_last(b"\xff\xda", PROGRESSIVE, PROGRESSIVE[slice(*place(PROGRESSIVE, DQT))]),
                                   PROGRESSIVE),
    "what a sequential scan says of its coefficients": (zeroed(JPEG), JPEG),
    "fill bytes": (after(JPEG, START, b"\xff\xff\xff"), JPEG),
    "reserved bytes of WebP": (WEBP[:21] + b"hid" + WEBP[24:], WEBP),
    "reserved flags of WebP": (WEBP[:20] + bytes([WEBP[20] | 0xC1]) + WEBP[21:], WEBP),
    "an announced WebP profile that is none": (
        in_webp(LOSSY, riff(b"ICCP", b"x" * 200), 0x20), LOSSY),
    "a WebP profile that is not announced": (in_webp(LOSSY, riff(b"ICCP", PROFILE)), LOSSY),
    "a palette of more colours than pixels can name": (
        saved(image("L").convert("1").convert("P"), "PNG", bits=1)[:33] + chunk(b"PLTE", bytes(range(6)) + TRIPLETS)
        + re.sub(rb"(?s)^.*?(?=....IDAT)", b"", saved(image("L").convert("1").convert("P"), "PNG", bits=1)),
        saved(image("L").convert("1").convert("P"), "PNG", bits=1)[:33] + chunk(b"PLTE", bytes(range(6)))
        + re.sub(rb"(?s)^.*?(?=....IDAT)", b"", saved(image("L").convert("1").convert("P"), "PNG", bits=1))),
    "the check of the end": (PNG[:-4] + b"Mila", PNG),
}  # fmt: skip


@pytest.mark.parametrize(("data", "without"), SAME.values(), ids=SAME)
def test_what_is_too_short_for_a_text_is_gone_too(data, without):
    assert data != without
    assert copy_of(data) == copy_of(without)
    assert looks(copy_of(data)) == looks(without)


@pytest.mark.parametrize("data", [JPEG, PROGRESSIVE, RESTARTED, GREY, IN_SCANS], ids=len)
def test_a_jpeg_of_nothing_else_is_its_own_copy(data):
    assert copy_of(data) == data


def test_tables_between_scans_stay_where_they_are_used():
    red, green, blue = Image.open(io.BytesIO(IN_SCANS)).split()
    for seed, band in enumerate((red, green, blue)):
        alone = saved(image("L", seed), "JPEG", quality=40 + 20 * seed, optimize=True)
        assert band.tobytes() == Image.open(io.BytesIO(alone)).tobytes()
    assert copy_of(IN_SCANS) == IN_SCANS


def test_arithmetic_coding_needs_no_huffman_codes():
    conditioning = segment(0xCC, b"\0\x10\x01\x10\x10\5\x11\5")
    data = after(ARITHMETIC, SCAN_START, conditioning + segment(0xCC, b"\3h"))
    copy = copy_of(data)
    assert copy == ARITHMETIC[:FRAME_END] + conditioning + ARITHMETIC[SCAN_START:]
    assert CODES in ARITHMETIC


def test_tables_without_an_image_hold_the_last_of_each():
    first, last = segment(DQT, b"\0" + b"\1" * 64), segment(DQT, b"\0" + b"\2" * 64)
    held = b"".join(strip_jpeg_tables(b"\xff\xd8" + first + last + CODES + b"\xff\xd9"))
    assert held == b"\xff\xd8" + last + CODES + b"\xff\xd9"


def restarts(data, old, new):
    """The nth restart of a picture otherwise."""
    return data[: data.index(old)] + new + data[data.index(old) + 2 :]


def animation(*chunks, announced=2):
    """A PNG with these between head and end, after the announcement."""
    return PNG[:33] + chunk(b"acTL", struct.pack(">II", announced, 0)) + b"".join(chunks) + PNG[-12:]


def control(number, size=(19, 13), place=(0, 0), ways=b"\0\0"):
    return chunk(b"fcTL", struct.pack(">IIIIIHH", number, *size, *place, 7, 100) + ways)


def part(number):
    return chunk(b"fdAT", struct.pack(">I", number) + zlib.compress(bytes((19 * 4 + 1) * 13)))


IDAT = PNG[33:-12]
COMPONENTS = JPEG[FRAME_START + 10 : FRAME_END]
FRAMES_HEAD = ANIMATED_WEBP.index(b"ANMF") + 8


def framed(components):
    held = JPEG[FRAME_START + 4 : FRAME_START + 9] + bytes([len(components) // 3]) + components
    return JPEG[:FRAME_START] + segment(0xC0, held) + JPEG[FRAME_END:]


def scanned(head):
    return JPEG[:SCAN_START] + segment(0xDA, head) + scan_of(JPEG) + b"\xff\xd9"


def one_component(marker, scans):
    """A picture of one component, of scans with these heads, each of one byte."""
    frame = segment(marker, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0")
    return b"\xff\xd8" + frame + b"".join(segment(0xDA, head) + b"\x55" for head in scans) + b"\xff\xd9"


def progressive(*scans):
    return one_component(0xC2, scans)


def lossless(*scans):
    return one_component(0xC3, scans)


FIRST = b"\1\1\0\0\0\0"
LAST_SCAN = PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xda") : -2]
LAST_CODES = PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xc4") : -2]
assert LAST_CODES.endswith(LAST_SCAN)
BROKEN = {
    "JPEG a second frame": after(JPEG, SCAN_START, JPEG[FRAME_START:FRAME_END]),
    "JPEG a scan twice": after(JPEG, len(JPEG) - 2, JPEG[SCAN_START:-2]),
    "JPEG a refinement twice": after(PROGRESSIVE, len(PROGRESSIVE) - 2, LAST_CODES),
    "JPEG a scan of no component": scanned(b"\1\x09\0\0\x3f\0"),
    "JPEG a component twice in a scan": scanned(b"\3\1\0\1\0\2\x11\0\x3f\0"),
    "JPEG a component without a scan": framed(COMPONENTS + b"\x09\x11\1"),
    "JPEG a frame of no component": framed(b""),
    "JPEG a long frame": JPEG[:FRAME_START] + segment(0xC0, JPEG[FRAME_START + 4 : FRAME_END] + b"planted..")
        + JPEG[FRAME_END:],
    "JPEG no width": JPEG[: FRAME_START + 7] + b"\0\0" + JPEG[FRAME_START + 9 :],
    "JPEG a name twice, in one scan": JPEG[:FRAME_START] + segment(0xC0, JPEG[FRAME_START + 4 : FRAME_START + 9] + b"\4"
        + COMPONENTS + COMPONENTS[:3]) + JPEG[FRAME_END:],
    "JPEG a quantization that cannot be": framed(COMPONENTS[:8] + b"\4"),
    "JPEG a component that is too wide": framed(COMPONENTS[:1] + b"\x52" + COMPONENTS[2:]),
    "JPEG a component that is too high": framed(COMPONENTS[:1] + b"\x25" + COMPONENTS[2:]),
    "JPEG a component of no width": framed(COMPONENTS[:1] + b"\x02" + COMPONENTS[2:]),
    "JPEG a component of no height": framed(COMPONENTS[:1] + b"\x20" + COMPONENTS[2:]),
    "JPEG a long head of a scan": scanned(b"\3\1\0\2\x11\3\x11\0\x3f\0planted."),
    "JPEG a component twice beside the others": scanned(b"\4\1\0\2\x11\3\x11\3\x11\0\x3f\0"),
    "JPEG codes that cannot be": scanned(b"\3\1\x40\2\x11\3\x11\0\x3f\0"),
    "JPEG codes that cannot be, either": scanned(b"\3\1\4\2\x11\3\x11\0\x3f\0"),
    "JPEG a scan of five": JPEG[:FRAME_START] + segment(0xC0, JPEG[FRAME_START + 4 : FRAME_START + 9] + b"\5"
        + b"".join(bytes([name, 0x11, 0]) for name in range(5))) + JPEG[FRAME_END:SCAN_START]
        + segment(0xDA, b"\5\0\0\1\0\2\0\3\0\4\0\0\x3f\0") + scan_of(JPEG) + b"\xff\xd9",
    "JPEG a scan of nothing": before_last(b"\xff\xda", JPEG, segment(0xDA, b"\0\0\x3f\0")),
    "JPEG progressive, without first coefficients": progressive(b"\1\1\0\1\x05\2"),
    "JPEG progressive, from back to front": progressive(FIRST, b"\1\1\0\6\5\0"),
    "JPEG progressive, too many coefficients": progressive(FIRST, b"\1\1\0\1\x40\0"),
    "JPEG progressive, too many bits": progressive(b"\1\1\0\0\0\x0e"),
    "JPEG progressive, two bits at once": progressive(b"\1\1\0\0\0\3", b"\1\1\0\0\0\x31"),
    "JPEG progressive, first coefficients and others": progressive(b"\1\1\0\0\x05\0"),
    "JPEG lossless, more than one coefficient": lossless(b"\1\1\0\1\1\0"),
    "JPEG lossless, refined": lossless(b"\1\1\0\1\0\x10"),
    "JPEG two components of a name": framed(COMPONENTS[:6] + b"\2" + COMPONENTS[7:]),
    "JPEG a component of no size": framed(COMPONENTS[:7] + b"\0" + COMPONENTS[8:]),
    "JPEG a destination that is none": after(JPEG, START, segment(DQT, b"\4" + SECRET.encode().ljust(64))),
    "JPEG codes of a class that is none": after(JPEG, START, segment(DHT, b"\x20" + bytes(15) + b"\1x")),
    "JPEG an empty segment of tables": after(JPEG, START, segment(DHT, b"")),
    "JPEG a symbol twice": JPEG.replace(bytes(range(2, 12)), bytes(range(2, 11)) + b"\2"),
    "JPEG a difference of 17 bits": JPEG.replace(bytes(range(2, 12)), bytes(range(2, 11)) + b"\x11"),
    "JPEG more symbols than codes": JPEG.replace(b"\xff\xc4\0\x1f\0\0\1", b"\xff\xc4\0\x1f\0\3\x00").replace(
        b"\3\0\5\1\1\1\1\1\1", b"\3\0\3\1\1\1\1\1\1", 1),
    "JPEG a table that changes within a component":
        before_last(b"\xff\xda", PROGRESSIVE, segment(DQT, b"\0" + SECRET.encode().ljust(64, b"\1"))),
    "JPEG restarts that nothing asks for": RESTARTED.replace(segment(DRI, b"\0\1"), b""),
    "JPEG a restart out of order": restarts(RESTARTED, b"\xff\xd0", b"\xff\xd3"),
    "JPEG a restart too many": before_last(b"\xff\xd9", RESTARTED, b"\xff\xd1planted"),
    "JPEG a restart too few": RESTARTED[: RESTARTED.rindex(b"\xff\xd0")] + b"\xff\xd9",
    "JPEG a reserved marker in a scan": after(JPEG, len(JPEG) - 2, b"\xff\x02\0\x09planted"),
    "JPEG a private marker in a scan": after(JPEG, len(JPEG) - 2, b"\xff\x01planted"),
    "JPEG a long number of lines": after(JPEG, len(JPEG) - 2, segment(DNL, b"planted")),
    "PNG fewer frames than announced": animation(control(0), IDAT),
    "PNG more frames than announced": animation(control(0), IDAT, control(1), part(2), control(3), part(4)),
    "PNG no frames announced": animation(IDAT, announced=0),
    "PNG frames out of order": animation(control(0), IDAT, control(2), part(1)),
    "PNG a number twice": animation(control(0), IDAT, control(1), part(1)),
    "PNG a frame without data": animation(control(0), IDAT, control(1)),
    "PNG a frame's data before the image": animation(control(0), part(1), IDAT, control(2), part(3)),
    "PNG data of no frame": animation(IDAT, part(0), control(1), part(2), control(3), part(4)),
    "PNG a frame outside": animation(control(0), IDAT, control(1, place=(1, 0)), part(2)),
    "PNG a first frame that is not the picture": animation(control(0, (18, 13)), IDAT, control(1), part(2)),
    "PNG a way that is none": animation(control(0), IDAT, control(1, ways=b"\3\0"), part(2)),
    "PNG a frame too low": animation(control(0), IDAT, control(1, place=(0, 1)), part(2)),
    "PNG a frame of no height": animation(control(0), IDAT, control(1, (19, 0)), part(2)),
    "PNG a blend that is none": animation(control(0), IDAT, control(1, ways=b"\0\2"), part(2)),
    "PNG two frames for one": animation(control(0), IDAT, control(1), control(2), part(3), announced=3),
    "PNG data without a number": animation(control(0), IDAT, control(1), chunk(b"fdAT", b"\2")),
    "PNG a long frame": animation(control(0), IDAT, chunk(b"fcTL", struct.pack(">IIIIIHH", 1, 19, 13, 0, 0, 7, 100)
                                                            + b"\0\0planted"), part(2)),
    "PNG two announcements": animation(chunk(b"acTL", struct.pack(">II", 2, 0)), control(0), IDAT, control(1), part(2)),
    "PNG two resolutions": after(PNG, 33, chunk(b"pHYs", b"12345678\1") + chunk(b"pHYs", b"planted..")),
    "PNG a resolution behind the image": after(PNG, len(PNG) - 12, chunk(b"pHYs", b"planted..")),
    "PNG image data in two places": after(PNG, len(PNG) - 12, chunk(b"tEXt", b"a\0b") + chunk(b"IDAT", b"planted")),
    "PNG of another first chunk": PNG[:8] + chunk(b"IHDr", PNG[16:29]) + PNG[33:],
    "PNG an end and nothing else": PNG[:8] + PNG[-12:],
    "PNG a long head": PNG[:8] + chunk(b"IHDR", PNG[16:29] + b"planted") + PNG[33:],
    "PNG an end that is not empty": PNG[:-12] + chunk(b"IEND", b"planted"),
    "PNG a long announcement": after(PNG, 33, chunk(b"acTL", b"\0\0\0\1\0\0\0\0planted") + control(0)),
    "PNG a profile without a name": after(PNG, 33, chunk(b"iCCP", b"\0\0" + zlib.compress(PROFILE))),
    "PNG no height": PNG[:8] + chunk(b"IHDR", PNG[16:20] + bytes(4) + PNG[24:29]) + PNG[33:],
    "PNG another order of lines": PNG[:8] + chunk(b"IHDR", PNG[16:28] + b"\2") + PNG[33:],
    "PNG no image data": PNG[:33] + PNG[-12:],
    "PNG a check that is wrong": PNG[:-16] + b"Mila" + PNG[-12:],
    "PNG a colour type that is none": PNG[:8] + chunk(b"IHDR", PNG[16:25] + b"\5" + PNG[26:29]) + PNG[33:],
    "PNG no size": PNG[:8] + chunk(b"IHDR", bytes(4) + PNG[20:29]) + PNG[33:],
    "PNG another filter": PNG[:8] + chunk(b"IHDR", PNG[16:27] + b"\1" + PNG[28:29]) + PNG[33:],
    "PNG a palette twice": after(PALETTE, PALETTE.index(b"PLTE") - 4, chunk(b"PLTE", TRIPLETS)),
    "PNG a long palette": PALETTE[:33] + chunk(b"PLTE", bytes(771)) + PALETTE[PALETTE.index(b"IDAT") - 4 :],
    "PNG no palette": PALETTE[:33] + PALETTE[PALETTE.index(b"IDAT") - 4 :],
    "PNG transparency before the palette": after(PALETTE, 33, chunk(b"tRNS", b"planted")),
    "PNG transparency of more colours than there are": PALETTE[:33] + chunk(b"PLTE", bytes(6)) + chunk(b"tRNS", b"planted")
        + PALETTE[PALETTE.index(b"IDAT") - 4 :],
    "PNG transparency of grey, long": after(GREY_PNG, 33, chunk(b"tRNS", b"planted")),
    "PNG transparency of colours, long": after(ANIMATED, 33, chunk(b"tRNS", b"planted")),
    "PNG a long background": after(GREY_PNG, 33, chunk(b"bKGD", b"secret")),
    "PNG long bits": after(GREY_PNG, 33, chunk(b"sBIT", b"bits")),
    "WebP frames without an announcement of loops": ANIMATED_WEBP.replace(b"ANIM", b"prVt"),
    "WebP animated, of no frame": in_webp(WEBP, b"", 2),
    "WebP a frame of no image": in_webp(ANIMATED_WEBP, riff(b"ANMF", bytes(16) + riff(b"prVt", b"x"))),
    "WebP a frame outside": ANIMATED_WEBP[:FRAMES_HEAD] + b"\1" + ANIMATED_WEBP[FRAMES_HEAD + 1 :],
    "WebP a frame too low": ANIMATED_WEBP[: FRAMES_HEAD + 3] + b"\1" + ANIMATED_WEBP[FRAMES_HEAD + 4 :],
    "WebP long loops": in_webp(ANIMATED_WEBP[:30] + riff(b"ANIM", b"planted") + ANIMATED_WEBP[30:], b""),
    "WebP a long head": in_webp(WEBP[:12] + riff(b"VP8X", WEBP[20:30] + b"hide") + WEBP[30:], b""),
    "WebP a second head": in_webp(WEBP, riff(b"VP8X", bytes(10))),
    "WebP of transparency alone": SIMPLE.replace(b"VP8 ", b"ALPH", 1),
    "WebP of something else": SIMPLE.replace(b"VP8 ", b"prVt", 1),
    "WebP something behind an odd image": WEBP[:-1] + b"x",
    "WebP extended, of no image": in_webp(WEBP, b"").replace(b"VP8L", b"prVt"),
}  # fmt: skip


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_parts_that_contradict_each_other_are_refused(data):
    assert data not in {JPEG, PROGRESSIVE, RESTARTED, PNG, PALETTE, WEBP, ANIMATED_WEBP, SIMPLE}
    with pytest.raises(Refused) as refused:
        strip(data)
    assert refused.value.why is Refusal.BROKEN


def test_the_animations_that_are_refused_are_otherwise_sound():
    data = animation(control(0), IDAT, control(1), part(2))
    assert copy_of(data) == data
    assert Image.open(io.BytesIO(data)).n_frames == 2
    with_still = animation(IDAT, control(0), part(1), announced=1)
    assert copy_of(with_still) == with_still


SOUND = {
    "progressive": progressive(b"\1\1\0\0\0\3", b"\1\1\0\0\0\x32", b"\1\1\0\1\x05\0", b"\1\1\0\6\x3f\x0d"),
    "lossless": lossless(b"\1\1\0\1\0\2"),
}  # fmt: skip


@pytest.mark.parametrize("data", SOUND.values(), ids=SOUND)
def test_the_scans_that_are_refused_are_otherwise_sound(data):
    assert copy_of(data) == data


def test_a_lossless_picture_has_no_quantization():
    data = lossless(b"\1\1\0\1\0\2")
    codes = CODES + segment(DHT, b"\0" + bytes(8) + b"\1" + bytes(7) + b"\x10")
    copy = copy_of(after(data, 2, JPEG[slice(*place(JPEG, DQT))] + huffman(0x10) + codes))
    assert copy == after(data, 2, codes[len(CODES) :])


def test_tables_with_an_image_are_refused():
    for data in (JPEG, JPEG[2:]):
        with pytest.raises(Refused):
            strip_jpeg_tables(data)
    with pytest.raises(Refused):
        strip_jpeg_tables(b"\xff\xd0" + CODES + b"\xff\xd9")


def test_a_height_that_stands_behind_the_picture_is_refused():
    data = (
        JPEG[: FRAME_START + 5] + b"\0\0" + JPEG[FRAME_START + 7 : -2] + segment(DNL, b"\0\x0d") + b"\xff\xd9"
    )
    with pytest.raises(Refused) as refused:
        strip(data)
    assert refused.value.why is Refusal.FORMAT


def test_restarts_are_bounded(monkeypatch):
    copy_of(RESTARTED)
    monkeypatch.setattr(jpeg_frame, "MAX_PIECES", 1)
    with pytest.raises(Refused) as refused:
        strip(RESTARTED)
    assert refused.value.why is Refusal.LIMIT


RESTARTS = re.compile(rb"\xff[\xd0-\xd7]")


@pytest.mark.parametrize("sampling", ["4:4:4", "4:2:2", "4:2:0", "4:1:1"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (16, 16), (17, 33), (100, 7)])
def test_restarts_of_every_kind_of_picture_are_counted(sampling, progressive, size):
    for interval in (1, 3, 1000):
        data = saved(image().resize(size), "JPEG", subsampling=sampling, progressive=progressive,
                     restart_marker_blocks=interval)  # fmt: skip
        assert segment(DRI, struct.pack(">H", interval)) in data
        copy = copy_of(data)
        assert looks(copy) == looks(data)
        # Of progressive ones Pillow's encoder writes some codes again that are the same.
        assert copy == data or (progressive and RESTARTS.findall(copy) == RESTARTS.findall(data))


def test_what_fills_up_a_chunk_may_be_missing_at_the_end():
    assert WEBP[WEBP.index(b"VP8L") + 4] % 2 == 1
    short = WEBP[:4] + struct.pack("<I", len(WEBP) - 9) + WEBP[8:-1]
    assert copy_of(short) == WEBP


def test_frames_hold_what_they_show():
    data = in_frame(ANIMATED_WEBP, riff(b"prVt", b"x"))
    reserved = ANIMATED_WEBP[: FRAMES_HEAD + 15] + bytes([ANIMATED_WEBP[FRAMES_HEAD + 15] | 0xFC])
    assert copy_of(data) == copy_of(reserved + ANIMATED_WEBP[FRAMES_HEAD + 16 :]) == copy_of(ANIMATED_WEBP)
    assert copy_of(ANIMATED_WEBP) == ANIMATED_WEBP

"""Parts of an image that no decoder needs, and bytes planted in them: tables, scans, frames, palettes.

Each is a file and the same one without it.
"""

import struct

from ingest.stripping.planted import (
    ANIMATED_WEBP,
    FORMS,
    JPEG,
    PLAIN,
    PLANT,
    PNG,
    PROGRESSIVE,
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

DHT, DQT, DRI, SOF, SOS, DNL = 0xC4, 0xDB, 0xDD, 0xC0, 0xDA, 0xDC
RESTARTED = PLAIN["JPEG with restarts"]
GREY = PLAIN["JPEG grey"]
GREY_PNG = saved(image("L"), "PNG")
PALETTE = PLAIN["PNG of a palette, transparent"]
ANIMATED = PLAIN["PNG animated"]
LOSSY = PLAIN["WebP lossy, transparent"]
SIMPLE = PLAIN["WebP lossy"]
TRIPLETS = PLANT.ljust(-(-len(PLANT) // 3) * 3, b".")


def segments(data):
    """Marker, start and end of each segment up to the first scan's head."""
    at, found = 2, []
    while not found or found[-1][0] != SOS:
        (size,) = struct.unpack_from(">H", data, at + 2)
        found.append((data[at + 1], at, at + 2 + size))
        at += 2 + size
    return found


def place(data, marker):
    """Where the first segment of a kind starts, and where it ends."""
    return next((start, end) for kind, start, end in segments(data) if kind == marker)


def quantization(destination):
    """A segment for each planted form: 64 values of two bytes."""
    assert max(map(len, FORMS.values())) <= 128
    return b"".join(
        segment(DQT, bytes([0x10 | destination]) + form.ljust(128, b"\1")) for form in FORMS.values()
    )


def huffman(destination):
    """A segment for each planted form: symbols of codes that are all 16 bits long."""
    return b"".join(
        segment(DHT, bytes([destination]) + bytes(15) + bytes([len(form)]) + form) for form in FORMS.values()
    )


def scan_of(data):
    """The coded data of a picture of one scan."""
    return data[place(data, SOS)[1] : -2]


def in_three_scans():
    """Red, green and blue as a scan each, between them the same two tables again, each time otherwise."""
    parts = [saved(image("L", seed), "JPEG", quality=40 + 20 * seed, optimize=True) for seed in range(3)]
    frame = struct.pack(">BHHB", 8, 13, 19, 3) + b"".join(bytes([name, 0x11, 0]) for name in (1, 2, 3))
    out = b"\xff\xd8" + segment(0xEE, b"Adobe\0\x64\0\0\0\0\0") + segment(SOF, frame)
    for name, part in enumerate(parts, 1):
        for kind, start, end in segments(part):
            out += part[start:end] if kind in {DQT, DHT} else b""
        out += segment(SOS, bytes([1, name, 0, 0, 63, 0])) + scan_of(part)
    return out + b"\xff\xd9"


def in_simple_webp(piece):
    """A chunk at the end of a WebP that is one image."""
    body = SIMPLE[8:] + piece
    return b"RIFF" + struct.pack("<I", len(body)) + body


IN_SCANS = in_three_scans()
START = place(JPEG, DQT)[0]
FRAME_START, FRAME_END = place(JPEG, SOF)
REFINED = PROGRESSIVE.index(b"\xff\xda\0\x0c\3\1\0\2\0\3\0\0\0\x10")
"""The scan that refines the first coefficients."""
SCAN_START = place(JPEG, SOS)[0]

JPEGS = {
    "JPEG quantization of no component": (after(JPEG, START, quantization(3)), JPEG),
    "JPEG quantization that is replaced": (after(JPEG, START, quantization(0)), JPEG),
    "JPEG quantization behind the scan": (after(JPEG, len(JPEG) - 2, quantization(0)), JPEG),
    "JPEG quantization before another": (
        JPEG[:START] + segment(DQT, b"".join(bytes([0x12]) + form.ljust(128, b"\1") for form in FORMS.values())
                               + JPEG[START + 4 : place(JPEG, DQT)[1]]) + JPEG[place(JPEG, DQT)[1] :], JPEG),
    "JPEG codes of no scan": (after(JPEG, START, huffman(0x13)), JPEG),
    "JPEG codes that are replaced": (after(JPEG, START, huffman(0x10) + huffman(0)), JPEG),
    "JPEG codes behind the scan": (after(JPEG, len(JPEG) - 2, huffman(0x10)), JPEG),
    "JPEG codes of coefficients that come later": (
        after(PROGRESSIVE, place(PROGRESSIVE, DQT)[0], huffman(0x10) + huffman(0x11)), PROGRESSIVE),
    "JPEG codes of a refinement that needs none": (after(PROGRESSIVE, REFINED, huffman(0) + huffman(1)), PROGRESSIVE),
    "JPEG codes behind the last scan": (after(PROGRESSIVE, len(PROGRESSIVE) - 2, huffman(0)), PROGRESSIVE),
    "JPEG in three scans, codes": (before_last(b"\xff\xda", IN_SCANS, huffman(0x13)), IN_SCANS),
    "JPEG in three scans, quantization": (before_last(b"\xff\xda", IN_SCANS, quantization(1)), IN_SCANS),
}  # fmt: skip

PNGS = {
    "PNG frame's data without an animation": (after(PNG, len(PNG) - 12, chunk(b"fdAT", bytes(4) + PLANT)), PNG),
    "PNG frame's data before the image": (after(PNG, 33, chunk(b"fdAT", PLANT)), PNG),
    "PNG frame without an animation": (after(PNG, 33, chunk(b"fcTL", PLANT)), PNG),
    "PNG animation that is announced late": (
        after(PNG, len(PNG) - 12, chunk(b"acTL", struct.pack(">II", 1, 0)) + chunk(b"fcTL", PLANT)
              + chunk(b"fdAT", bytes(4) + PLANT)), PNG),
    "PNG late announcement": (after(PNG, len(PNG) - 12, chunk(b"acTL", PLANT)), PNG),
    "PNG suggested palette": (after(PNG, 33, chunk(b"PLTE", TRIPLETS)), PNG),
    "PNG suggested palette, opaque": (after(ANIMATED, 33, chunk(b"PLTE", TRIPLETS)), ANIMATED),
    "PNG palette of grey": (after(GREY_PNG, 33, chunk(b"PLTE", TRIPLETS)), GREY_PNG),
    "PNG transparency of what has its own": (after(PNG, 33, chunk(b"tRNS", PLANT)), PNG),
}  # fmt: skip

WEBPS = {
    "WebP second image": (in_webp(WEBP, riff(b"VP8L", PLANT)), WEBP),
    "WebP second image, lossy": (in_webp(WEBP, riff(b"VP8 ", PLANT)), WEBP),
    "WebP transparency behind the image": (in_webp(WEBP, riff(b"ALPH", PLANT)), WEBP),
    "WebP second transparency": (in_webp(LOSSY, riff(b"ALPH", PLANT)), LOSSY),
    "WebP animation in a still picture": (in_webp(WEBP, riff(b"ANIM", PLANT)), WEBP),
    "WebP frame in a still picture": (in_webp(WEBP, riff(b"ANMF", bytes(16) + riff(b"VP8L", PLANT))), WEBP),
    "WebP second animation": (in_webp(ANIMATED_WEBP, riff(b"ANIM", PLANT)), ANIMATED_WEBP),
    "WebP image behind the frames": (in_webp(ANIMATED_WEBP, riff(b"VP8L", PLANT)), ANIMATED_WEBP),
    "WebP unknown behind the frames": (in_webp(ANIMATED_WEBP, riff(b"prVt", PLANT)), ANIMATED_WEBP),
    "WebP second image in a frame": (in_frame(ANIMATED_WEBP, riff(b"VP8L", PLANT)), ANIMATED_WEBP),
    "WebP transparency in a frame": (in_frame(ANIMATED_WEBP, riff(b"ALPH", PLANT)), ANIMATED_WEBP),
    "WebP frame in a frame": (in_frame(ANIMATED_WEBP, riff(b"ANMF", PLANT)), ANIMATED_WEBP),
    "WebP second profile": (in_webp(WEBP, riff(b"ICCP", PLANT)), WEBP),
    "WebP second image, simple": (in_simple_webp(riff(b"VP8 ", PLANT)), SIMPLE),
    "WebP frame, simple": (in_simple_webp(riff(b"ANMF", bytes(16) + PLANT)), SIMPLE),
}  # fmt: skip

BESIDE = {**JPEGS, **PNGS, **WEBPS}

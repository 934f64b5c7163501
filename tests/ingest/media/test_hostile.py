"""Files made to break a reader: each ends in a doubt, within bounded work and memory."""

import mmap
import struct
import zlib
from functools import cache

import pytest
from ingest.media.made import (
    EXIF,
    XMP,
    XMP_EXTENSION,
    Pointer,
    ascii_,
    box,
    chunk,
    full_box,
    gif,
    gif_comment,
    heif,
    iim,
    jpeg,
    long_,
    packet,
    page,
    photoshop,
    png,
    raw_,
    resource,
    riff_chunk,
    segment,
    tiff,
    webp,
    ztxt,
)
from ingest.media.spent import calls_of, peak_of

from pipelines.ingest.media import limits
from pipelines.ingest.media.reading import read_media
from schemas.media import Block, Doubt, Doubted

DC = "http://purl.org/dc/elements/1.1/"
MIB = 1024 * 1024
LIMIT, BROKEN, TRUNCATED = Doubt.LIMIT, Doubt.BROKEN, Doubt.TRUNCATED


def within_jpeg(xmp):
    """A packet of any size, in a WebP: a segment of JPEG holds 64 KB."""
    return webp(riff_chunk(b"XMP ", xmp))


@cache
def bomb(size):
    return zlib.compress(b" " * size, 9)


def loops():
    """Directories each of which is the next of the other."""
    out = bytearray(tiff(page(), page({270: ascii_("x")})))
    last = out.rindex(struct.pack("<HHI", 279, 4, 1)) + 12
    struct.pack_into("<I", out, last, 8)
    return bytes(out)


HOSTILE = {
    # PNG
    "a text that unpacks to 100 MB": (lambda: png(chunk(b"zTXt", b"Title\0\0" + bomb(100 * MIB))), LIMIT, Block.COMMENT),
    "a packet that unpacks to 100 MB": (
        lambda: png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb(100 * MIB))), LIMIT, Block.XMP),
    "a profile that unpacks to 100 MB": (
        lambda: png(chunk(b"zTXt", b"Raw profile type exif\0\0" + bomb(100 * MIB))), LIMIT, Block.EXIF),
    "a profile of nothing but lines": (
        lambda: png(ztxt("Raw profile type exif", b"\n" * MIB)), BROKEN, Block.EXIF),
    "a profile of nothing but blanks": (
        lambda: png(ztxt("Raw profile type exif", b"\nexif\n" + b" " * MIB)), BROKEN, Block.EXIF),
    "many texts of 1 MB": (lambda: png(*[ztxt(f"k{n}", b" " * MIB) for n in range(20)]), LIMIT, Block.COMMENT),
    "many chunks": (lambda: png(*[chunk(b"abCd")] * 70_000), LIMIT, None),
    "a chunk of 2 GB": (lambda: png() [:-12] + struct.pack(">I", 2**31) + b"zTXtTitle\0\0", LIMIT, Block.COMMENT),
    # JPEG
    "many segments": (lambda: jpeg(segment(0xE2) * 70_000), LIMIT, None),
    "fill without end": (lambda: b"\xff\xd8" + b"\xff" * 70_000, LIMIT, None),
    "many comments": (lambda: jpeg(*[segment(0xFE, str(n).encode()) for n in range(300)]), LIMIT, Block.COMMENT),
    "many packets": (
        lambda: jpeg(*[segment(0xE1, XMP + packet(f"<dc:title>{n}</dc:title>", dc=DC)) for n in range(9)]),
        LIMIT, Block.XMP),
    "many extensions": (
        lambda: jpeg(*[segment(0xE1, XMP_EXTENSION + b"A" * 32 + struct.pack(">II", 9, n)) for n in range(5000)]),
        BROKEN, Block.XMP),
    "resources larger than a block": (lambda: jpeg(*[photoshop(b"x" * 65_000)] * 260), LIMIT, Block.IIM),
    "many resources": (
        lambda: tiff(page({34377: raw_(resource(1005, b"") * 17_000)})), LIMIT, Block.IIM),
    # TIFF and EXIF
    "many entries": (lambda: tiff(Pointer({tag: long_(0) for tag in range(1000, 6000)})), LIMIT, Block.EXIF),
    "65,535 entries that are not there": (lambda: b"II*\0\x08\0\0\0\xff\xff", TRUNCATED, Block.EXIF),
    "many pages": (lambda: tiff(*[page()] * 70), LIMIT, None),
    "pages that lead back": (loops, BROKEN, None),
    "many directories below": (lambda: tiff(page({330: long_(*[8] * 70)})), LIMIT, None),
    "directories within themselves": (lambda: tiff(page({330: long_(8), 34665: long_(8), 34853: long_(8)})), None, None),
    "a value of 4 GB": (lambda: tiff(page({700: (1, 2**32 - 1, b"\x08\0\0\0")})), LIMIT, Block.XMP),
    "rationals without end": (lambda: tiff(page({34853: Pointer({2: (5, 2**32 - 1, b"\x08\0\0\0")})})), LIMIT, Block.EXIF),
    "a place of 3,000 rationals": (
        lambda: tiff(page({34853: Pointer({2: (5, 3000, b"\1\0\0\0" * 6000)})})), LIMIT, Block.EXIF),
    "a long description": (lambda: tiff(page({270: ascii_("x" * 100_000)})), LIMIT, Block.EXIF),
    # GIF
    "many blocks": (lambda: gif(*[gif_comment(b"")] * 70_000), LIMIT, None),
    "pixels in sub-blocks of one byte": (lambda: gif(b"\x21\x01" + b"\1x" * 1_100_000 + b"\0"), LIMIT, None),
    "a comment larger than a block": (lambda: gif(gif_comment(b"x" * (60 * MIB))), LIMIT, Block.COMMENT),
    # ISO
    "many boxes": (lambda: heif(more=[box(b"free")] * 5000), LIMIT, None),
    "a box shorter than its head": (lambda: heif() + b"\0\0\0\4free", BROKEN, None),
    "items without end": (
        lambda: box(b"ftyp", b"heic\0\0\0\0") + full_box(b"meta", full_box(b"iinf", b"\0\1"),
        full_box(b"iloc", b"\0\0\xff\xff", b"\0" * 400_000)), LIMIT, None),
    "extents of no bytes": (
        lambda: box(b"ftyp", b"heic\0\0\0\0") + full_box(b"meta", full_box(b"iinf", b"\0\1"),
        full_box(b"iloc", b"\0\0\0\1\0\1\0\0\xff\xff")), LIMIT, None),
    "an item of all the file, many times": (
        lambda: heif((b"mime", b"application/rdf+xml", b"x" * (17 * MIB))), LIMIT, Block.XMP),
    # WebP
    "many chunks of nothing": (lambda: webp(*[riff_chunk(b"abcd", b"")] * 70_000), LIMIT, None),
    "a size beyond the file": (lambda: b"RIFF\xff\xff\xff\xffWEBPEXIF\xff\xff\xff\xff", LIMIT, Block.EXIF),
    # XMP
    "elements within each other": (lambda: within_jpeg(packet("<a>" * 50_000)), LIMIT, Block.XMP),
    "many elements": (
        lambda: within_jpeg(packet(f"<dc:subject><rdf:Bag>{'<rdf:li/>' * 110_000}</rdf:Bag></dc:subject>", dc=DC)),
        LIMIT, Block.XMP),
    "many values": (
        lambda: within_jpeg(packet(f"<dc:subject><rdf:Bag>{'<rdf:li>a</rdf:li>' * 2000}</rdf:Bag></dc:subject>", dc=DC)),
        LIMIT, Block.XMP),
    "a long value": (lambda: within_jpeg(packet(f"<dc:title>{'a' * 40_000}</dc:title>", dc=DC)), LIMIT, Block.XMP),
    "many attributes": (
        lambda: within_jpeg(packet("", dc=DC).replace(b'about=""', b" ".join(b'a%d=""' % n for n in range(50_000)))),
        None, None),
    "a packet larger than a block": (lambda: within_jpeg(packet(" " * (17 * MIB))), LIMIT, Block.XMP),
    # IIM
    "many datasets": (lambda: tiff(page({33723: raw_(iim(*[(80, b"")] * 17_000))})), LIMIT, Block.IIM),
    "many keywords": (lambda: tiff(page({33723: raw_(iim(*[(25, b"k")] * 2000))})), LIMIT, Block.IIM),
}  # fmt: skip


LARGE = [name for name in HOSTILE if "MB" in name or "larger" in name or "value" in name or "element" in name]
"""Those that could take memory; the others could take time."""
CALLS = 3_000_000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_doubt_after_bounded_work(name):
    make, doubt, block = HOSTILE[name]
    media, calls = calls_of(make())
    assert doubt is None or Doubted(doubt, block) in media.doubts
    assert calls <= CALLS
    for one in media.declared:
        assert len(one.values) <= limits.MAX_VALUES
        assert all(len(text) <= limits.MAX_CHARACTERS for text in one.values)


@pytest.mark.parametrize("name", LARGE)
def test_a_hostile_file_takes_bounded_memory(name):
    assert peak_of(HOSTILE[name][0]()) <= 6 * limits.MAX_BLOCK_BYTES


def test_a_sidecar_is_bounded_as_well():
    beside = packet(f"<dc:title>{'<a/>' * 110_000}</dc:title>", dc=DC)
    media, calls = calls_of(jpeg(), beside)
    assert media.doubts == (Doubted(LIMIT, Block.SIDECAR),)
    assert calls <= CALLS
    beside = b"<" + b" " * (limits.MAX_BLOCK_BYTES) + b">"
    assert read_media(jpeg(), beside).doubts == (Doubted(LIMIT, Block.SIDECAR),)


@pytest.mark.parametrize("name", ["jpeg", "tiff", "png"])
def test_pixels_cost_nothing(name):
    """A picture a hundred times as large takes the same work: nothing of its pixels is looked at."""
    counts = []
    for size in (10_000, 1_000_000):
        made = {"jpeg": jpeg()[:-2] + b"\x55" * size + b"\xff\xd9", "tiff": tiff(page()) + b"\0" * size,
                "png": png(chunk(b"IDAT", b"\0" * size))}[name]  # fmt: skip
        counts.append(calls_of(made)[1])
    assert counts[0] == counts[1]


def test_nothing_of_a_mapped_file_is_held(tmp_path):
    path = tmp_path / "a.jpg"
    structure = tiff(Pointer({270: ascii_("a child")}))
    path.write_bytes(jpeg(segment(0xE1, EXIF + structure), photoshop(resource(1028, iim((25, b"x"))))))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        view = memoryview(mapped)
        media = read_media(view)
        view.release()
        # Closing fails while a view of it is there.
    assert [one.values for one in media.declared] == [("a child",), ("x",)]

"""Whatever the bytes are, reading raises nothing, and says the same again."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.media.made import (
    Pointer,
    ascii_,
    chunk,
    gif,
    gif_comment,
    gif_xmp,
    heif,
    iim,
    itxt,
    jpeg,
    packet,
    page,
    photoshop,
    plain,
    png,
    profile,
    rational_,
    raw_,
    resource,
    riff_chunk,
    segment,
    tiff,
    webp,
    ztxt,
)
from ingest.media.mutations import mutated

from pipelines.ingest.media.reading import read_media
from schemas.media import Block

XMP = packet(
    '<dc:subject><rdf:Bag><rdf:li>Зоя</rdf:li></rdf:Bag></dc:subject><m:Regions rdf:parseType="Resource"><m:RegionList>'
    '<rdf:Bag><rdf:li m:Name="Ana" m:Type="Face"/></rdf:Bag></m:RegionList></m:Regions>'
    "<n:HasExtendedXMP>00112233445566778899AABBCCDDEEFF</n:HasExtendedXMP>",
    dc="http://purl.org/dc/elements/1.1/",
    m="http://www.metadataworkinggroup.com/schemas/regions/",
    n="http://ns.adobe.com/xmp/note/",
)
STRUCTURE = tiff(
    Pointer({270: ascii_("Зоя"), 306: ascii_("2019:05:04 03:02:01"), 40091: raw_("Зоя".encode("utf-16-le"), 1),
             34665: Pointer({36867: ascii_("2019:05:04 03:02:01"), 37510: raw_(b"UNICODE\0a\0b\0"), 36881: ascii_("+02:00")}),
             34853: Pointer({1: ascii_("N"), 2: rational_((1, 1), (2, 1), (3, 1))})}),
    Pointer({270: ascii_("thumbnail")}),
)  # fmt: skip
IIM = iim((25, "Зоя".encode()), (55, b"20190504"), (60, b"030201+0200"), charset=b"\x1b%G")
FILES = {
    "jpeg": jpeg(
        segment(0xE1, b"Exif\0\0" + STRUCTURE), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"00112233445566778899AABBCCDDEEFF" + b"\0\0\0\4\0\0\0\0<a/>"),
        photoshop(resource(1028, IIM)), segment(0xFE, b"comment"),
    ),
    "png": png(chunk(b"eXIf", STRUCTURE), itxt("XML:com.adobe.xmp", XMP.decode(), packed=True), profile("iptc", IIM),
               ztxt("Comment", b"x")),
    "webp": webp(riff_chunk(b"EXIF", STRUCTURE), riff_chunk(b"XMP ", XMP)),
    "gif": gif(gif_xmp(XMP), gif_comment(b"comment")),
    "tiff": tiff(page({700: raw_(XMP, 1), 33723: raw_(IIM), 270: ascii_("x"), 330: page()}), page({270: ascii_("y")})),
    "heic": heif((b"Exif", b"", b"\0\0\0\0" + STRUCTURE), (b"mime", b"application/rdf+xml", XMP)),
}  # fmt: skip


def reads(data, sidecar=None):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        media = read_media(data, sidecar)
    if media is not None:
        # Half a character would be no text of a table.
        "".join(text for one in media.declared for text in one.values).encode()
    return media


@pytest.mark.parametrize("name", FILES)
def test_everything_is_in_the_files_that_are_changed(name):
    """Else the changes would show nothing."""
    media = reads(FILES[name])
    assert len(media.declared) >= 2
    # The packet names an extension, which is not there, or is another.
    assert {one.block for one in media.doubts} == {Block.XMP}


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_raises_nothing_and_reads_the_same_again(name):
    for seed in range(300):
        data = mutated(FILES[name], seed)
        assert reads(data) == reads(memoryview(data)), seed


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_raises_nothing(name, part):
    for seed in range(1000 + part * 1000, 2000 + part * 1000):
        reads(mutated(FILES[name], seed))


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_raises_nothing(name):
    data = FILES[name]
    for end in range(0, len(data), 7):
        reads(data[:end])


@given(
    st.sampled_from([*plain().values(), b"\xff\xd8\xff", b"GIF89a", b"II*\0", b"MM\0*"]),
    st.binary(max_size=300),
)
def test_any_bytes_raise_nothing(start, rest):
    reads(start[:16] + rest, rest)
    reads(rest, start)


def test_a_changed_sidecar_raises_nothing():
    for seed in range(300):
        reads(plain()["png"], mutated(XMP, seed))

"""Every container, made by hand: type, dimensions, the blocks that it holds, what is wrong with it."""

import struct
import zlib

import pytest
from ingest.media.made import (
    EXIF,
    MANIFEST,
    XMP,
    Pointer,
    ascii_,
    box,
    chunk,
    gif,
    gif_comment,
    gif_xmp,
    heif,
    iim,
    itxt,
    jpeg,
    long_,
    packet,
    page,
    photoshop,
    plain,
    png,
    profile,
    raw_,
    resource,
    riff_chunk,
    segment,
    sub_blocks,
    tiff,
    webp,
    with_exif,
    with_iim,
    with_xmp,
    ztxt,
)

from pipelines.ingest.media.reading import read_media
from schemas.media import Block, Declared, Doubt, Doubted

DC = "http://purl.org/dc/elements/1.1/"
SUBJECT = packet("<dc:subject><rdf:Bag><rdf:li>a child</rdf:li></rdf:Bag></dc:subject>", dc=DC)
MIMES = {
    "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif", "tiff": "image/tiff",
    "heic": "image/heic", "avif": "image/avif",
}  # fmt: skip


def values(media):
    return {(one.block, one.property): one.values for one in media.declared}


@pytest.mark.parametrize("name", MIMES)
def test_a_file_without_metadata_has_its_type_and_dimensions(name):
    media = read_media(plain()[name])
    assert (media.mime, media.width, media.height, media.taken_at) == (MIMES[name], 8, 6, None)
    assert (media.declared, media.doubts) == ((), ())
    # A TIFF is made of the directories of which EXIF is made.
    assert media.blocks == ((Block.EXIF,) if name == "tiff" else ())


@pytest.mark.parametrize(
    ("block", "name", "data", "declared"),
    [
        *((Block.XMP, name, data, Declared("dc:subject", ("a child",), Block.XMP))
          for name, data in with_xmp(SUBJECT).items()),
        *((Block.EXIF, name, data, Declared("exif:ImageDescription", ("a child",), Block.EXIF))
          for name, data in with_exif(tiff(Pointer({270: ascii_("a child")}))).items()),
        *((Block.IIM, name, data, Declared("iim:Keywords", ("a child",), Block.IIM))
          for name, data in with_iim(iim((25, b"a child"))).items()),
    ],
)  # fmt: skip
def test_each_container_gives_its_blocks(block, name, data, declared):
    for form in (data, memoryview(data)):
        media = read_media(form)
        assert media.declared == (declared,)
        assert media.blocks == ((Block.EXIF, block) if name == "tiff" else (block,))
        assert (media.mime, media.width, media.height, media.doubts) == (MIMES[name], 8, 6, ())


@pytest.mark.parametrize(
    ("data", "is_there"),
    [
        (jpeg(segment(0xEB, MANIFEST)), True),
        (jpeg(segment(0xEB, MANIFEST.replace(b"c2pa", b"xxxx"))), False),
        (png(chunk(b"caBX", b"\0" * 8)), True),
        (webp(riff_chunk(b"C2PA", b"\0" * 8)), True),
        (gif(b"\x21\xff\x0bC2PA_GIF\1\0\0" + sub_blocks(b"\0" * 8)), True),
        (tiff(page({52545: raw_(b"\0" * 8)})), True),
        (heif(more=[box(b"uuid", bytes.fromhex("d8fec3d61b0e483c92975828877ec481"), b"\0" * 8)]), True),
        (heif(more=[box(b"uuid", bytes(16), b"\0" * 8)]), False),
    ],
)  # fmt: skip
def test_a_manifest_is_noted_and_not_read(data, is_there):
    media = read_media(data)
    assert (Block.C2PA in media.blocks) is is_there
    assert (media.declared, media.doubts) == ((), ())


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (jpeg(segment(0xFE, "Zoë".encode())), "Comment", "Zoë"),
        (gif(gif_comment(b"x" * 600)), "Comment", "x" * 600),
        (png(chunk(b"tEXt", b"Description\0Zo\xeb")), "Description", "Zoë"),
        (png(chunk(b"tEXt", b"comment\0a")), "Comment", "a"),
        (png(ztxt("Title", "Zoë".encode("latin-1"))), "Title", "Zoë"),
        (png(itxt("Caption", "Зоя")), "Caption", "Зоя"),
        (png(itxt("Caption", "Зоя", packed=True)), "Caption", "Зоя"),
    ],
)
def test_text_of_a_container(data, name, text):
    media = read_media(data)
    assert media.declared == (Declared(f"comment:{name}", (text,), Block.COMMENT),)
    assert media.doubts == ()


def test_text_under_other_keywords_is_not_read():
    media = read_media(png(chunk(b"tEXt", b"Author\0Junior Child"), chunk(b"tEXt", b"Software\0kid")))
    assert (media.declared, media.blocks) == ((), (Block.COMMENT,))


def test_a_comment_that_is_not_in_its_character_set_is_doubted():
    media = read_media(jpeg(segment(0xFE, "Zoë".encode("latin-1"))))
    assert media.declared == (Declared("comment:Comment", ("Zoë",), Block.COMMENT),)
    assert media.doubts == (Doubted(Doubt.CHARSET_UNDECLARED, Block.COMMENT),)


def test_resources_go_on_in_the_next_segment():
    block = iim((120, b"long " * 50), (25, b"child"))
    whole = resource(1005, b"odd", b"name") + resource(1028, block)
    first, second = whole[:99], whole[99:]
    media = read_media(jpeg(photoshop(first), photoshop(second)))
    assert values(media) == {
        (Block.IIM, "iim:Caption-Abstract"): ("long " * 50,),
        (Block.IIM, "iim:Keywords"): ("child",),
    }
    assert media.doubts == ()


def test_profiles_in_png_text():
    structure = tiff(Pointer({270: ascii_("a child")}))
    media = read_media(
        png(profile("APP1", EXIF + structure), profile("xmp", SUBJECT), profile("iptc", iim((25, b"x"))))
    )
    assert values(media) == {
        (Block.EXIF, "exif:ImageDescription"): ("a child",),
        (Block.IIM, "iim:Keywords"): ("x",),
        (Block.XMP, "dc:subject"): ("a child",),
    }


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (b"\niptc\n      9\n1c021900016b", Doubt.TRUNCATED),
        (b"\niptc\n      9\n1c0219000", Doubt.BROKEN),
        (b"no profile", Doubt.BROKEN),
    ],
)
def test_a_profile_that_is_none(text, doubt):
    assert Doubted(doubt, Block.IIM) in read_media(png(ztxt("Raw profile type iptc", text))).doubts


@pytest.mark.parametrize("order", ["<", ">"])
def test_pages_of_a_tiff_are_all_read(order):
    pages = [
        page({270: ascii_("first"), 700: raw_(SUBJECT, 1)}, order=order),
        page({270: ascii_("second"), 33723: raw_(iim((25, b"kid")))}, order=order),
        page({270: ascii_("first")}, order=order),
    ]
    media = read_media(tiff(*pages, order=order))
    assert values(media) == {
        (Block.EXIF, "exif:ImageDescription"): ("first", "second"),
        (Block.XMP, "dc:subject"): ("a child",),
        (Block.IIM, "iim:Keywords"): ("kid",),
    }
    assert media.doubts == ()


def test_a_thumbnail_of_exif_is_not_the_picture():
    structure = tiff(Pointer({270: ascii_("picture")}), Pointer({270: ascii_("thumbnail")}))
    assert read_media(with_exif(structure)["jpeg"]).declared == (
        Declared("exif:ImageDescription", ("picture",), Block.EXIF),
    )


def test_iim_of_tiff_that_was_swapped_as_numbers():
    block = iim((25, b"child"))
    block += b"\0" * (-len(block) % 4)
    swapped = b"".join(block[at : at + 4][::-1] for at in range(0, len(block), 4))
    media = read_media(tiff(page({33723: (4, len(block) // 4, swapped)})))
    assert media.declared == (Declared("iim:Keywords", ("child",), Block.IIM),)


@pytest.mark.parametrize(
    ("entries", "mime"),
    [
        ({50706: (1, 4, b"\1\4\0\0")}, "image/x-adobe-dng"),
        ({259: (3, 1, struct.pack("<H", 34713)), 271: ascii_("NIKON")}, "image/x-nikon-nef"),
        ({259: (3, 1, struct.pack("<H", 32767)), 271: ascii_("SONY")}, "image/x-sony-arw"),
        ({259: (3, 1, struct.pack("<H", 65535)), 271: ascii_("RICOH")}, "image/x-pentax-pef"),
        ({271: ascii_("NIKON")}, "image/tiff"),
        ({259: (3, 1, struct.pack("<H", 34713))}, "image/tiff"),
    ],
)
def test_raw_formats_are_known_by_what_is_in_them(entries, mime):
    assert read_media(tiff(page(entries))).mime == mime


def test_dimensions_of_a_raw_file_are_those_of_the_picture_below():
    full = page({254: long_(0)}, width=640, height=480)
    media = read_media(tiff(page({254: long_(1), 330: full}, width=64, height=48)))
    assert (media.width, media.height) == (640, 480)


@pytest.mark.parametrize(
    ("brands", "mime"),
    [
        ((b"heic", b"heic"), "image/heic"),
        ((b"mif1", b"heic"), "image/heif"),
        ((b"mif1", b"avif"), "image/avif"),
        ((b"avis", b"avif"), "image/avif"),
        ((b"hevc", b"hevc"), "image/heic-sequence"),
        ((b"hevm", b"avif"), "image/heic-sequence"),
        ((b"MA1A", b"miaf"), "image/avif"),
        ((b"MA1B", b"miaf"), "image/avif"),
        ((b"avio", b"miaf"), "image/avif"),
        ((b"miaf", b"avif"), "image/avif"),
        ((b"miaf", b"miaf"), "image/heif"),
        ((b"msf1", b"isom"), "image/heif-sequence"),
        ((b"isom", b"avif"), "image/avif"),
        ((b"isom", b"heic"), "image/heic"),
        ((b"isom", b"isom"), "image/heif"),
    ],
)
def test_brands(brands, mime):
    major, compatible = brands
    data = heif()
    data = data.replace(b"ftypheic\0\0\0\0mif1heic", b"ftyp" + major + b"\0\0\0\0mif1" + compatible)
    assert read_media(data).mime == mime


def test_a_file_of_no_known_brand_is_a_picture_if_its_items_are():
    data = heif((b"mime", b"application/rdf+xml", SUBJECT)).replace(
        b"ftypheic\0\0\0\0mif1heic", b"ftypjpeg" + b"\0" * 12
    )
    media = read_media(data)
    assert (media.mime, media.width) == ("image/heif", 8)
    assert values(media) == {(Block.XMP, "dc:subject"): ("a child",)}
    for other in (
        data.replace(b"pict", b"vide"),
        data.replace(b"hdlr", b"free"),
        data.replace(b"meta", b"moov"),
        data[:30],
    ):
        assert read_media(other) is None


def test_brands_behind_the_first_box_are_none():
    data = heif().replace(b"ftypheic\0\0\0\0mif1heic", b"ftypisom\0\0\0\0isomisom").replace(b"pict", b"vide")
    assert read_media(data + box(b"free", b"avif" * 100)) is None


def png_trailed(*behind):
    """A PNG and what stands behind its last chunk."""
    return png() + b"".join(behind)


def test_chunks_behind_the_last_one_of_a_png_are_read():
    data = png_trailed(itxt("XML:com.adobe.xmp", SUBJECT.decode()), chunk(b"eXIf", DESCRIBED))
    media = read_media(data)
    assert values(media) == {
        (Block.XMP, "dc:subject"): ("a child",),
        (Block.EXIF, "exif:ImageDescription"): ("x",),
    }
    assert media.doubts == ()
    assert Doubted(Doubt.TRUNCATED, Block.EXIF) in read_media(data[:-20]).doubts


@pytest.mark.parametrize(
    "behind",
    [b"", b"\0", b"\0" * 900_000, b"PK\3\4 and so on", b"\0\0\0", b"\xff\xd8\xff\xe0" * 9],
    ids=range(6),
)
def test_what_is_no_chunk_behind_them_is_left(behind):
    media = read_media(png_trailed(behind))
    assert (media.declared, media.doubts) == ((), ())


DESCRIBED = tiff(Pointer({270: ascii_("x")}))
DEFLATED = b"\0" + struct.pack(">I", len(DESCRIBED)) + zlib.compress(DESCRIBED)


@pytest.mark.parametrize("name", [b"zxIf", b"zXIf", b"eXIf", b"exIf"])
@pytest.mark.parametrize(
    "held", [DEFLATED, DESCRIBED, EXIF + DESCRIBED], ids=["deflated", "plain", "with a header"]
)
def test_exif_of_a_png_in_every_form_that_was_proposed(name, held):
    assert values(read_media(png(chunk(name, held)))) == {(Block.EXIF, "exif:ImageDescription"): ("x",)}


@pytest.mark.parametrize(
    ("held", "doubt"),
    [
        (DEFLATED[:-8], Doubt.TRUNCATED),
        (DEFLATED[:6] + b"\xff" + DEFLATED[7:], Doubt.BROKEN),
        (b"\0\0\0\0\0" + zlib.compress(b"\0" * (16 * 1024 * 1024 + 1)), Doubt.LIMIT),
    ],
)
def test_deflated_exif_that_cannot_be_read_is_doubted(held, doubt):
    media = read_media(png(chunk(b"zxIf", held)))
    assert (media.declared, media.doubts) == ((), (Doubted(doubt, Block.EXIF),))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"GIF88a" + b"\0" * 20,
        b"RIFF\4\0\0\0WAVE",
        b"%PDF-1.7",
        box(b"ftyp", b"isom\0\0\0\0isom"),
        box(b"ftyp", b"qt  \0\0\0\0qt  "),
        b"II+\0\x08\0\0\0",  # BigTIFF
        b"BM" + b"\0" * 60,
    ],
)
def test_what_is_no_image_format_that_is_read(data):
    assert read_media(data) is None
    assert read_media(data, SUBJECT) is None


def test_the_type_is_that_of_the_content():
    # A JPEG within a WebP's chunk, a PNG's start behind a JPEG's end: the first bytes decide.
    assert read_media(jpeg() + png()).mime == "image/jpeg"
    assert read_media(webp(riff_chunk(b"XXXX", jpeg()))).mime == "image/webp"


@pytest.mark.parametrize(
    ("data", "sides", "doubts"),
    [
        (jpeg(height=0), (None, None), ()),  # a later segment says it
        (jpeg(width=65535, height=65535), (65535, 65535), ()),
        (png(width=2**31 - 1, height=1), (None, None), (Doubted(Doubt.LIMIT, None),)),
        (png(width=1_000_000, height=1_000_000), (1_000_000, 1_000_000), ()),
        (png(width=0, height=5), (None, None), ()),
        (heif(width=2**32 - 1, height=2**32 - 1), (None, None), (Doubted(Doubt.LIMIT, None),)),
        (tiff(page(width=2**32 - 1)), (None, None), (Doubted(Doubt.LIMIT, None),)),
    ],
)
def test_absurd_dimensions_are_none(data, sides, doubts):
    media = read_media(data)
    assert (media.width, media.height) == sides
    assert media.doubts == doubts


@pytest.mark.parametrize(
    ("data", "doubt"),
    [
        (jpeg()[:-2], None),  # of the scan nothing is read
        (b"\xff\xd8\xff\xe1\0\1", Doubt.BROKEN),
        (b"\xff\xd8\xff\xe0\0\4ab\0\0", Doubt.BROKEN),
        (b"\xff\xd8\xff\xe1\xff\xffExif\0\0", Doubt.TRUNCATED),
        (gif()[:-1] + b"\x77", Doubt.BROKEN),
        (gif()[:-1], Doubt.TRUNCATED),
        (png()[:-12], Doubt.TRUNCATED),
        (webp(riff_chunk(b"XMP ", SUBJECT + b" " * (len(SUBJECT) % 2)))[:-9], Doubt.TRUNCATED),
        (webp(riff_chunk(b"abcd", b"odd"))[:-1], None),  # without its padding
        (webp(riff_chunk(b"abcd", b"even"))[:-1], Doubt.TRUNCATED),
        (webp(riff_chunk(b"abcd", b"even"))[:-8], Doubt.TRUNCATED),
        (webp(riff_chunk(b"abcd", b"even")) + b"more", None),  # behind the RIFF
        (heif()[:-4], Doubt.TRUNCATED),
        (tiff(page())[:40], Doubt.TRUNCATED),
        (b"II*\0\xff\xff\xff\xff", Doubt.TRUNCATED),
    ],
)
def test_a_container_that_ends_early_or_is_none_is_doubted(data, doubt):
    found = {one.doubt for one in read_media(data).doubts if one.block is None}
    assert found == ({doubt} if doubt else set())


def test_what_stands_before_the_end_is_read():
    cut = jpeg(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SUBJECT))
    media = read_media(cut[: cut.index(b"\xff\xdb") + 10])
    assert media.declared == (Declared("dc:subject", ("a child",), Block.XMP),)
    assert media.doubts == (Doubted(Doubt.TRUNCATED, None),)


def test_equal_blocks_count_once_and_others_are_joined():
    other = packet("<dc:subject><rdf:Bag><rdf:li>a dog</rdf:li></rdf:Bag></dc:subject>", dc=DC)
    blocks = [itxt("XML:com.adobe.xmp", one.decode()) for one in (SUBJECT, SUBJECT, other)]
    assert read_media(png(*blocks)).declared == (Declared("dc:subject", ("a child", "a dog"), Block.XMP),)


def test_xmp_of_gif_ends_before_its_trailer():
    media = read_media(gif(gif_xmp(SUBJECT), gif_comment(b"after it")))
    assert values(media) == {
        (Block.XMP, "dc:subject"): ("a child",),
        (Block.COMMENT, "comment:Comment"): ("after it",),
    }
    assert media.doubts == ()


def test_a_damaged_text_of_png_is_doubted_and_the_rest_read():
    packed = zlib.compress(b"a child" * 100)
    cut = chunk(b"zTXt", b"Title\0\0" + packed[:-8])
    spoilt = chunk(b"zTXt", b"Title\0\0" + b"\0" + packed[1:])
    media = read_media(png(cut, spoilt, chunk(b"tEXt", b"no keyword"), itxt("Caption", "x")))
    assert values(media) == {(Block.COMMENT, "comment:Caption"): ("x",)}
    assert media.doubts == (Doubted(Doubt.TRUNCATED, Block.COMMENT), Doubted(Doubt.BROKEN, Block.COMMENT))


def test_false_friends_of_containers_are_not_read():
    """The second picture of an MPF file, a maker's note, a description of what a TIFF's tag does not name."""
    second = jpeg(segment(0xE1, XMP + SUBJECT))
    mpf = segment(0xE2, b"MPF\0II*\0\x08\0\0\0\0\0\0\0\0\0" + b"Dependent child image")
    assert read_media(jpeg(mpf) + second).declared == ()
    note = Pointer({34665: Pointer({37500: raw_(b"Panasonic\0\0\0" + b"BabyAge 7 years")})})
    assert read_media(with_exif(tiff(note))["jpeg"]).declared == ()

"""EXIF: values of each type, character sets, directories that are damaged."""

import struct

import pytest
from ingest.media.made import EXIF, Pointer, ascii_, jpeg, long_, rational_, raw_, segment, tiff

from pipelines.ingest.media.reading import read_media
from schemas.media import Block, Doubt, Doubted

ORDERS = {"<": "utf-16-le", ">": "utf-16-be"}


def read(structure):
    return read_media(jpeg(segment(0xE1, EXIF + structure)))


def values(media):
    return {one.property: one.values for one in media.declared}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (lambda _: raw_(b"ASCII\0\0\0Zoe"), "Zoe"),
        (lambda _: raw_(b"ASCII\0\0\0Zoe   \0\0"), "Zoe"),
        (lambda _: raw_(b"\0" * 8 + "Zoë".encode()), "Zoë"),
        (lambda order: raw_(b"UNICODE\0" + "Зоя 👧".encode(ORDERS[order])), "Зоя 👧"),
        (lambda order: raw_(b"UNICODE\0" + "Zoe".encode(ORDERS["<" if order == ">" else ">"])), "Zoe"),
        (lambda _: raw_(b"UNICODE\0\xfe\xff" + "Zoe".encode("utf-16-be")), "Zoe"),
        (lambda _: raw_(b"JIS\0\0\0\0\0" + "子供".encode("iso2022_jp")), "子供"),
        (lambda _: raw_(b"JIS\0\0\0\0\0" + "子供".encode("euc_jp")), "子供"),
        (lambda _: raw_(b"no code before it"), "no code before it"),
        (lambda _: ascii_("text as such"), "text as such"),
        (lambda _: raw_(b"short"), "short"),
    ],
)
def test_a_user_comment_is_in_the_character_set_that_it_names(order, entry, text):
    media = read(tiff(Pointer({34665: Pointer({37510: entry(order)})}), order=order))
    assert values(media) == {"exif:UserComment": (text,)}
    assert media.doubts == ()


@pytest.mark.parametrize(
    ("raw", "text", "doubts"),
    [
        (b"plain\0", "plain", ()),
        (b"plain\0 and rest\0", "plain", ()),
        ("Зоя\0".encode(), "Зоя", ()),
        (b"Zo\xeb\0", "Zoë", (Doubted(Doubt.CHARSET_UNDECLARED, Block.EXIF),)),
        (b"", "", ()),
        (b"\0\0\0\0", "", ()),
    ],
)
def test_ascii_holds_utf8_or_is_doubted(raw, text, doubts):
    media = read(tiff(Pointer({270: (2, len(raw), raw)})))
    assert values(media) == {"exif:ImageDescription": (text,)}
    assert media.doubts == doubts


def test_texts_of_windows_are_utf16():
    held = "Kind 👧\0".encode("utf-16-le")
    entries = {tag: raw_(held, 1) for tag in (40091, 40092, 40094, 40095)}
    names = ("exif:XPTitle", "exif:XPComment", "exif:XPKeywords", "exif:XPSubject")
    assert values(read(tiff(Pointer(entries)))) == dict.fromkeys(names, ("Kind 👧",))


def test_the_title_of_exif_3():
    assert values(read(tiff(Pointer({34665: Pointer({42038: (129, 5, b"Kind\0")})})))) == {
        "exif:ImageTitle": ("Kind",)
    }


@pytest.mark.parametrize("order", ORDERS)
def test_places_are_rationals_as_written(order):
    place = Pointer({
        1: ascii_("S"), 2: rational_((33, 1), (2999, 100), (0, 0), order=order), 3: ascii_("E"),
        4: rational_((12, 1), (15, 1), (1, 3), order=order), 29: ascii_("2019:05:04"),
    })  # fmt: skip
    assert values(read(tiff(Pointer({34853: place}), order=order))) == {
        "exif:GPSLatitudeRef": ("S",),
        "exif:GPSLatitude": ("33/1", "2999/100", "0/0"),
        "exif:GPSLongitudeRef": ("E",),
        "exif:GPSLongitude": ("12/1", "15/1", "1/3"),
        "exif:GPSDateStamp": ("2019:05:04",),
    }


def test_tags_in_the_other_directory_are_found_and_repeated_ones_once():
    entries = {36867: ascii_("2019:05:04 03:02:01"), 37510: ascii_("here"), 34665: Pointer({
        36867: ascii_("2019:05:04 03:02:01"), 270: ascii_("there")})}  # fmt: skip
    assert values(read(tiff(Pointer(entries)))) == {
        "exif:DateTimeOriginal": ("2019:05:04 03:02:01",),
        "exif:UserComment": ("here",),
        "exif:ImageDescription": ("there",),
    }


def test_directories_that_disagree_keep_both():
    entries = {306: ascii_("2019:05:04 03:02:01"), 34665: Pointer({306: ascii_("2020:05:04 03:02:01")})}
    assert values(read(tiff(Pointer(entries)))) == {
        "exif:DateTime": ("2019:05:04 03:02:01", "2020:05:04 03:02:01")
    }


@pytest.mark.parametrize(
    ("entries", "doubt"),
    [
        ({270: (2, 500, b"\x10\0\0\0"), 306: ascii_("x")}, Doubt.TRUNCATED),
        ({270: (2, 2**32 - 1, b"\x10\0\0\0"), 306: ascii_("x")}, Doubt.LIMIT),
        ({270: (99, 4, b"abcd"), 306: ascii_("x")}, Doubt.BROKEN),
        ({34665: long_(2**32 - 1), 306: ascii_("x")}, Doubt.TRUNCATED),
        ({34853: long_(2**31), 306: ascii_("x")}, Doubt.TRUNCATED),
    ],
)
def test_a_damaged_entry_is_left_out_and_the_rest_read(entries, doubt):
    # What is not long enough to stand elsewhere is an offset here.
    media = read(tiff(Pointer(entries)))
    assert values(media) == {"exif:DateTime": ("x",)}
    assert media.doubts == (Doubted(doubt, Block.EXIF),)


def test_a_directory_that_leads_back_to_itself_is_read_once():
    structure = bytearray(tiff(Pointer({270: ascii_("abc"), 34665: long_(8)})))
    assert values(read(bytes(structure))) == {"exif:ImageDescription": ("abc",)}
    # As a file of its own every directory of the chain is a page: this one is its own next.
    struct.pack_into("<I", structure, 8 + 2 + 24, 8)
    media = read_media(bytes(structure))
    assert values(media) == {"exif:ImageDescription": ("abc",)}
    assert Doubted(Doubt.BROKEN, Block.EXIF) in media.doubts


@pytest.mark.parametrize("structure", [b"", b"II", b"XX*\0\x08\0\0\0", b"II\x2b\0\x08\0\0\0"])
def test_what_is_no_tiff_structure(structure):
    media = read(structure)
    assert (media.declared, media.blocks) == ((), (Block.EXIF,))
    assert {one.block for one in media.doubts} == {Block.EXIF}


def test_of_a_tag_that_occurs_twice_the_first_counts():
    structure = tiff(Pointer({270: ascii_("first"), 271: ascii_("second")}))
    twice = structure.replace(struct.pack("<HH", 271, 2), struct.pack("<HH", 270, 2))
    assert twice != structure
    assert values(read(twice)) == {"exif:ImageDescription": ("first",)}

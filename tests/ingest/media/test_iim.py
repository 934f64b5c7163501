"""IIM: every character set that is declared, text in none, blocks that are damaged."""

import pytest
from ingest.media.made import iim, with_iim

from pipelines.ingest.media.reading import read_media
from schemas.media import Block, Declared, Doubt, Doubted

UNDECLARED = (Doubted(Doubt.CHARSET_UNDECLARED, Block.IIM),)
BROKEN = (Doubted(Doubt.BROKEN, Block.IIM),)


def read(block):
    return read_media(with_iim(block)["jpeg"])


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        (b"\x1b%G", "utf-8", "Zoë, Зоя, 佐江 👧"),
        (b"\x1b%/I", "utf-8", "Зоя"),
        (b"\x1b-A", "iso8859-1", "Zoë"),
        (b"\x1b.A", "iso8859-1", "Zoë"),
        (b"\x1b/A", "iso8859-1", "Zoë"),
        (b"\x1b-B", "iso8859-2", "Zoë Łukasz"),
        (b"\x1b-C", "iso8859-3", "Ĝis"),
        (b"\x1b-D", "iso8859-4", "Ģirts"),
        (b"\x1b-L", "iso8859-5", "Зоя"),
        (b"\x1b-G", "iso8859-6", "طفل"),
        (b"\x1b-F", "iso8859-7", "παιδί"),
        (b"\x1b-H", "iso8859-8", "ילד"),
        (b"\x1b-M", "iso8859-9", "çocuğ"),
        (b"\x1b-V", "iso8859-10", "Đorþ"),
        (b"\x1b-T", "iso8859-11", "เด็ก"),
        (b"\x1b-Y", "iso8859-13", "Šarūnė"),
        (b"\x1b-_", "iso8859-14", "Ŵyn"),
        (b"\x1b-b", "iso8859-15", "Œuf €"),
        (b"\x1b-f", "iso8859-16", "Țară"),
        (b"\x1b(B\x1b-L", "iso8859-5", "Зоя"),
        (b"\x1b(B", "ascii", "Zoe"),
    ],
)
def test_text_is_read_as_declared(declared, encoding, text):
    media = read(iim((120, text.encode(encoding)), charset=declared))
    assert media.declared == (Declared("iim:Caption-Abstract", (text,), Block.IIM),)
    assert media.doubts == ()


@pytest.mark.parametrize(
    ("declared", "raw", "text", "doubts"),
    [
        (None, b"Zoe", "Zoe", ()),
        (None, "Зоя".encode(), "Зоя", UNDECLARED),
        (None, b"Zo\xeb", "Zoë", UNDECLARED),
        (b"\x1b$B", b"Zo\xeb", "Zoë", UNDECLARED),  # a set of two bytes a character, which is not read
        (b"\x1b-~", b"Zo\xeb", "Zoë", UNDECLARED),
        (b"", b"Zo\xeb", "Zoë", UNDECLARED),
        (b"\x1b%G", b"Zo\xeb", "Zoë", BROKEN),
        (b"\x1b(B", b"Zo\xeb", "Zoë", BROKEN),
        (b"\x1b-G", b"\xa1", "¡", BROKEN),
    ],
)
def test_text_in_no_declared_character_set_is_marked(declared, raw, text, doubts):
    media = read(iim((120, raw), charset=declared))
    assert media.declared == (Declared("iim:Caption-Abstract", (text,), Block.IIM),)
    assert media.doubts == doubts


def test_text_may_be_filled_up_with_nul():
    assert read(iim((120, b"Zoe\0\0"))).declared == (Declared("iim:Caption-Abstract", ("Zoe",), Block.IIM),)


def test_the_declaration_counts_wherever_it_stands():
    block = iim((25, "Зоя".encode())) + iim(charset=b"\x1b%G")
    assert read(block).doubts == ()


def test_each_dataset_is_a_property_and_repeated_ones_are_its_values():
    media = read(iim((25, b"b"), (5, b"title"), (25, b"a"), (80, b"the author"), (25, b"b")))
    assert media.declared == (
        Declared("iim:Keywords", ("b", "a", "b"), Block.IIM),
        Declared("iim:ObjectName", ("title",), Block.IIM),
    )


def test_other_records_are_not_the_picture():
    assert read(b"\x1c\3\x19\0\1x" + b"\x1c\2\x19\0\1y").declared == (
        Declared("iim:Keywords", ("y",), Block.IIM),
    )


def test_extended_lengths():
    text = b"x" * 20_000
    block = b"\x1c\2\x78\x80\4" + len(text).to_bytes(4, "big") + text + iim((25, b"k"))
    assert {one.property for one in read(block).declared} == {"iim:Caption-Abstract", "iim:Keywords"}
    assert read(block).doubts == ()


@pytest.mark.parametrize(
    ("tail", "doubts"),
    [
        (b"\0\0\0\0\0\0\0", ()),
        (b"\0\0\0\0\0\0\7", BROKEN),
        (b"\x1c\2\x78\0\x09short", (Doubted(Doubt.TRUNCATED, Block.IIM),)),
        (b"\x1c\2\x78\x80\x09\xff\xff\xff\xff\xff\xff\xff\xff\xff", (Doubted(Doubt.LIMIT, Block.IIM),)),
        (b"\x1c\2\x78\xff\xff", (Doubted(Doubt.TRUNCATED, Block.IIM),)),
    ],
)
def test_what_stands_before_damage_is_read(tail, doubts):
    media = read(iim((25, b"k")) + tail)
    assert media.declared == (Declared("iim:Keywords", ("k",), Block.IIM),)
    assert media.doubts == doubts

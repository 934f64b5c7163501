"""HEIC and AVIF of which no copy is made: other kinds, and files where what is the picture is not certain."""

import struct
from dataclasses import replace

import pytest
from ingest.media.made import box, full_box
from ingest.stripping.heif import HEIC, SETS, SLICE, TEXT, File, Item, coded_item, hevc, spatial, unit
from ingest.stripping.planted import PLANT
from ingest.stripping.planted_heif import GRID, ONE, OPAQUE, TILES, TWO, XMP, beside, with_property

from pipelines.ingest.stripping.pieces import Refusal, Refused
from pipelines.ingest.stripping.strip import strip


def essential(held):
    return File({1: with_property(OPAQUE, held, is_essential=True)})


def colour(held):
    return File({1: replace(OPAQUE, held=held)})


BARE = replace(OPAQUE, properties=((spatial(19, 13), False),))
SHARED = bytearray(beside(XMP).bytes())
"""The bytes of the picture are said to be those of its XMP."""
AT = SHARED.index(struct.pack(">HHHH", 1, 0, 0, 1)) + 8
SHARED[AT : AT + 8] = SHARED[AT + 16 : AT + 24]
NOWHERE = ONE.bytes().replace(
    struct.pack(">HB", 1, len(OPAQUE.properties)) + b"\0\1",
    struct.pack(">HB", 1, len(OPAQUE.properties)) + b"\x7f\1",
)
METHOD_2 = ONE.bytes().replace(struct.pack(">HHHH", 1, 0, 0, 1), struct.pack(">HHHH", 1, 2, 0, 1))
ELSEWHERE = ONE.bytes().replace(struct.pack(">HHHH", 1, 0, 0, 1), struct.pack(">HHHH", 1, 0, 1, 1))
META = ONE.bytes()[28 : ONE.bytes().index(b"mdat") - 4]
PROPERTIES = [held for held, _ in OPAQUE.properties]
TWICE = box(b"iprp", box(b"ipco"), box(b"ipco", *PROPERTIES), full_box(b"ipma", struct.pack(
    f">IHB{len(PROPERTIES)}B", 1, 1, len(PROPERTIES), *range(1, len(PROPERTIES) + 1))))  # fmt: skip
MANY = File(
    {1: replace(GRID.items[1], held=b"\0\0\0\x31" + struct.pack(">HH", 3200, 64))}
    | {number: coded_item(unit(19, bytes(3000 if number == 2 else 1))) for number in range(2, 52)},
    ((b"dimg", 1, *range(2, 52)),),
).bytes()
FIRST = MANY.index(struct.pack(">HHHH", 2, 0, 0, 1)) + 8
MANY = MANY[:FIRST] + b"".join(MANY[FIRST : FIRST + 8] + struct.pack(">HHHH", number, 0, 0, 1) for number in range(3, 52)) + MANY[
    FIRST : FIRST + 8] + MANY[FIRST + 49 * 16 + 8 :]  # fmt: skip
"""All tiles of a grid are the same bytes, which would be copied fifty times."""
REFUSED = {
    "a film": (box(b"ftyp", b"isom", bytes(4)) + ONE.bytes()[28:], Refusal.FORMAT),
    "a raw picture": (replace(ONE, brands=(b"crx ",)).bytes(), Refusal.FORMAT),
    "a sequence": (replace(ONE, brands=(b"avis", b"avif")).bytes(), Refusal.FORMAT),
    "a sequence behind a picture": (replace(ONE, end=box(b"moov", bytes(8))).bytes(), Refusal.FORMAT),
    "a picture without items": (box(b"ftyp", b"avif", bytes(4)) + box(b"mini", bytes(9)), Refusal.FORMAT),
    "no box of items": (box(b"ftyp", b"avif", bytes(4)) + box(b"mdat", bytes(9)), Refusal.BROKEN),
    "two boxes of items": (ONE.bytes() + META, Refusal.BROKEN),
    **{f"no {name.decode()}": (replace(ONE, less=(name,)).bytes(), Refusal.BROKEN)
       for name in (b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp")},
    "two primary items": (replace(beside(OPAQUE), in_meta=full_box(b"pitm", b"\0\x09")).bytes(), Refusal.BROKEN),
    "an item twice": (beside(OPAQUE).bytes().replace(b"infe\2\0\0\0\0\x09", b"infe\2\0\0\0\0\1"), Refusal.BROKEN),
    "a part that is longer than the whole": (replace(ONE, in_meta=b"\0\0\1\0free").bytes(), Refusal.BROKEN),
    "two lists of properties": (replace(ONE, less=(b"iprp",), in_meta=TWICE).bytes(), Refusal.BROKEN),
    "items of something else": (ONE.bytes().replace(b"pict", b"meta"), Refusal.FORMAT),
    "no primary item": (replace(ONE, primary=7).bytes(), Refusal.BROKEN),
    "a primary item that is no picture": (replace(beside(XMP), primary=9).bytes(), Refusal.FORMAT),
    "a primary item that is a thumbnail": (beside(OPAQUE, (b"thmb", 1, 9)).bytes(), Refusal.BROKEN),
    "a primary item that is transparency": (replace(TWO, primary=2).bytes(), Refusal.BROKEN),
    "a part that is no picture": (replace(beside(XMP, file=GRID), references=((b"dimg", 1, 2, 9),)).bytes(), Refusal.FORMAT),
    "a part that is a JPEG": (replace(GRID, items=GRID.items | {3: replace(TILES[1], type=b"jpeg")}).bytes(), Refusal.FORMAT),
    "a tone map as the picture": (replace(beside(Item(b"tmap", bytes(9)), (b"dimg", 9, 1)), primary=9).bytes(), Refusal.FORMAT),
    "protected": (File({1: replace(OPAQUE, protection=1)}).bytes(), Refusal.FORMAT),
    "old entries": (ONE.bytes().replace(b"infe\2", b"infe\1"), Refusal.FORMAT),
    "bytes of another item": (METHOD_2, Refusal.FORMAT),
    "bytes of another file": (ELSEWHERE, Refusal.FORMAT),
    "bytes of XMP": (bytes(SHARED), Refusal.BROKEN),
    "bytes beyond the end": (ONE.bytes()[: -len(OPAQUE.held)], Refusal.TRUNCATED),
    "bytes that end early": (replace(ONE, gap=b"unused").bytes()[:-1], Refusal.TRUNCATED),
    "bytes that are not there": (ONE.bytes()[: ONE.bytes().index(b"mdat") - 4], Refusal.TRUNCATED),
    "bytes of many items": (bytes(MANY), Refusal.LIMIT),
    "bytes outside of any box for them": (ONE.bytes().replace(b"mdat", b"free"), Refusal.BROKEN),
    "no bytes": (colour(b"").bytes(), Refusal.FORMAT),
    "bytes that are no units": (colour(b"\x12\x7f" + OPAQUE.held).bytes(), Refusal.BROKEN),
    "a unit that is cut": (colour(OPAQUE.held[:-1]).bytes(), Refusal.TRUNCATED),
    "messages alone": (colour(b"\x2a\x01\4").bytes(), Refusal.BROKEN),
    "a length without an end": (colour(b"\x32" + b"\xff" * 9).bytes(), Refusal.BROKEN),
    "HEVC that is cut": (File({1: coded_item(SLICE[:-1])}, brands=HEIC).bytes(), Refusal.TRUNCATED),
    "HEVC with half a head": (File({1: coded_item(SLICE + b"\0\0\0\1\x26")}, brands=HEIC).bytes(), Refusal.BROKEN),
    "HEVC of no unit": (File({1: coded_item(TEXT)}, brands=HEIC).bytes(), Refusal.BROKEN),
    "no configuration": (File({1: BARE}).bytes(), Refusal.BROKEN),
    "the configuration of another coder": (File({1: with_property(BARE, hevc(*SETS))}).bytes(), Refusal.BROKEN),
    "an unknown property that has to be known": (essential(box(b"prvt", PLANT)).bytes(), Refusal.FORMAT),
    "a property that is not there": (NOWHERE, Refusal.BROKEN),
    "layers": (File({1: with_property(OPAQUE, box(b"a1lx", bytes(7)))}).bytes(), Refusal.FORMAT),
    "a choice of layers": (essential(box(b"lsel", bytes(2))).bytes(), Refusal.FORMAT),
    "a long crop": (essential(box(b"clap", bytes(32) + PLANT)).bytes(), Refusal.BROKEN),
    "a long turn": (essential(box(b"irot", b"\1" + PLANT)).bytes(), Refusal.BROKEN),
    "long colours": (essential(box(b"colr", b"nclx", bytes(7) + PLANT)).bytes(), Refusal.BROKEN),
    "many bits": (essential(full_box(b"pixi", b"\3\x08\x08\x08" + PLANT)).bytes(), Refusal.BROKEN),
    "the same of two": (File({1: replace(BARE, type=b"iden", held=b""), 2: OPAQUE, 3: OPAQUE}, ((b"dimg", 1, 2, 3),)).bytes(), Refusal.BROKEN),
    "a grid of other tiles": (replace(GRID, references=((b"dimg", 1, 2),)).bytes(), Refusal.BROKEN),
    "a long grid": (replace(GRID, items=GRID.items | {1: replace(GRID.items[1], held=GRID.items[1].held + PLANT)}).bytes(), Refusal.BROKEN),
    "a long overlay": (replace(GRID, items=GRID.items | {1: Item(b"iovl", bytes(10 + 4 + 8) + PLANT)}).bytes(), Refusal.BROKEN),
}  # fmt: skip


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_certain_is_refused(data, why):
    with pytest.raises(Refused) as refused:
        strip(data)
    assert refused.value.why is why

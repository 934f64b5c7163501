"""Copies of HEIC and AVIF: the items of the picture as they were, and what is refused."""

import struct
from dataclasses import replace

import pytest
from ingest.media.made import box, full_box
from ingest.stripping.heif import File, Item, boxes, taken_apart
from ingest.stripping.planted import FORMS, PLANT
from ingest.stripping.planted_heif import (
    GRID,
    ONE,
    OPAQUE,
    PLAIN,
    TILES,
    TWO,
    XMP,
    beside,
    spatial,
    with_property,
)

from pipelines.ingest.stripping import coded, heif
from pipelines.ingest.stripping.pieces import Refusal, Refused
from pipelines.ingest.stripping.strip import strip


def copy_of(data):
    return b"".join(strip(memoryview(data)))


def unit(kind, held):
    """A unit of HEVC with its length before it."""
    return struct.pack(">IBB", 2 + len(held), kind << 1, 1) + held


def message(kind, held):
    return bytes([kind, len(held)]) + held + b"\x80"


def hevc(*arrays):
    """Record of a decoder: main profile, lengths of four bytes."""
    head = b"\1\x01\x60\0\0\0\x90\0\0\0\0\0\x5a\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f"
    told = [bytes([0x80 | kind]) + struct.pack(">HH", 1, len(held)) + held for kind, held in arrays]
    return box(b"hvcC", head, bytes([len(arrays)]), *told)


SETS = ((32, b"\x40\1video"), (33, b"\x42\1sequence"), (34, b"\x44\1picture"))
SLICE, LIGHT = unit(19, b"\xaf" * 90), unit(39, message(144, b"\3\xe8\1\x90"))
TEXT = unit(39, message(5, bytes(16) + FORMS["utf-8"]))


def coded_item(held, record=None, **more):
    properties = ((record or hevc(*SETS), True), (spatial(64, 64), False))
    return Item(b"hvc1", held, properties, **more)


HEIC = (b"heic", b"mif1", b"heic")
PHONE = File(
    {
        **{number: coded_item(unit(20, bytes([number]) * 60) + TEXT, is_hidden=True, name=PLANT) for number in range(1, 5)},
        49: replace(with_property(Item(b"grid", b"\0\0\1\1\0\x80\0\x80", ((spatial(128, 128), False),), method=1), box(b"irot", b"\1"),
                                  is_essential=True)),
        50: coded_item(SLICE + TEXT),
        51: Item(b"Exif", bytes(4) + PLANT),
        52: coded_item(SLICE, is_hidden=True),
        53: with_property(coded_item(unit(19, b"\xae" * 9)), full_box(b"auxC", b"urn:mpeg:hevc:2015:auxid:1\0" + PLANT)),
        54: XMP,
    },
    ((b"dimg", 49, 1, 2, 3, 4), (b"thmb", 50, 49), (b"cdsc", 51, 49), (b"auxl", 53, 49), (b"cdsc", 54, 53)),
    primary=49, brands=HEIC, handler=PLANT + b"\0", end=PLANT,
)  # fmt: skip
"""As phones write them: tiles, a grid, a thumbnail, EXIF; and a mask that is its transparency."""


def test_a_picture_of_a_phone_keeps_tiles_and_transparency():
    data = PHONE.bytes()
    copy = copy_of(data)
    assert all(form not in copy for form in FORMS.values())
    items, links = taken_apart(copy)
    before, _ = taken_apart(data)
    kept = {1: 1, 2: 2, 3: 3, 4: 4, 5: 49, 6: 53}
    assert {number: item[:2] for number, item in items.items()} == {
        to: before[at][:2] for to, at in kept.items()
    }
    assert [items[number][2] for number in range(1, 5)] == [
        unit(20, bytes([number]) * 60) for number in range(1, 5)
    ]
    assert (items[5][2], items[6][2]) == (before[49][2], before[53][2])
    assert links == {(b"dimg", 5): (1, 2, 3, 4), (b"auxl", 6): (5,)}
    assert items[5][3] == before[49][3]
    assert items[6][3][-1] == (b"auxC", b"\0\0\0\0urn:mpeg:hevc:2015:auxid:1\0", False)
    meta = dict(boxes(dict(boxes(copy))[b"meta"][4:]))
    assert meta[b"pitm"] == b"\0\0\0\0\0\5"
    assert list(dict(boxes(copy))) == [b"ftyp", b"meta", b"mdat"]
    assert copy_of(copy) == copy


@pytest.mark.parametrize("name", PLAIN)
def test_items_references_and_properties_are_the_same(name):
    data = PLAIN[name]
    assert taken_apart(copy_of(data)) == taken_apart(data)


KEPT = {
    "slices": SLICE + unit(1, b"\xaa" * 9),
    "parameters": unit(33, b"sequence") + SLICE,
    "light": LIGHT + SLICE,
    "light in two messages": unit(39, message(137, bytes(24))[:-1] + message(144, bytes(4))) + SLICE,
}
LEFT_OUT = {
    "text before": (TEXT + SLICE, SLICE),
    "text behind": (SLICE + unit(40, message(4, PLANT[:200])), SLICE),
    "text after light": (unit(39, message(144, bytes(4))[:-1] + message(5, FORMS["utf-8"])) + SLICE, SLICE),
    "text behind the end of light": (
        LIGHT[:3] + bytes([LIGHT[3] + 9]) + LIGHT[4:] + b"unwanted!" + SLICE,
        SLICE,
    ),
    "a long message": (unit(39, b"\5\xff\x10" + bytes(271) + b"\x80") + SLICE, SLICE),
    "filler": (SLICE + unit(38, FORMS["utf-8"]), SLICE),
    "units that nobody knows": (unit(48, FORMS["utf-8"]) + SLICE + unit(22, FORMS["utf-8"]), SLICE),
}


@pytest.mark.parametrize("held", KEPT.values(), ids=KEPT)
def test_what_decodes_a_picture_is_copied(held):
    assert taken_apart(copy_of(File({1: coded_item(held)}, brands=HEIC).bytes()))[0][1][2] == held


@pytest.mark.parametrize(("held", "left"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_messages_of_hevc_are_left_out(held, left):
    assert taken_apart(copy_of(File({1: coded_item(held)}, brands=HEIC).bytes()))[0][1][2] == left


def test_a_record_of_a_decoder_keeps_its_parameters_alone():
    record = hevc(SETS[0], (39, b"\x4e\1" + FORMS["utf-8"]), *SETS[1:])
    data = File({1: coded_item(SLICE, record[:4] + record[4:] + PLANT)}, brands=HEIC)
    data = replace(
        data, items={1: coded_item(SLICE, struct.pack(">I", len(record + PLANT)) + record[4:] + PLANT)}
    )
    name, held, told = taken_apart(copy_of(data.bytes()))[0][1][3][0]
    assert (name, held, told) == (b"hvcC", hevc(*SETS)[8:], True)


def test_brands_are_those_that_are_known():
    data = replace(ONE, brands=(b"avif", b"mif1", b"Mila", b"MA1B", b"avis", b"mif1")).bytes()
    assert dict(boxes(copy_of(data)))[b"ftyp"] == b"avif\0\0\0\0avifmif1MA1B"


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
REFUSED = {
    "a film": (box(b"ftyp", b"isom", bytes(4)) + ONE.bytes()[28:], Refusal.FORMAT),
    "a raw picture": (replace(ONE, brands=(b"crx ",)).bytes(), Refusal.FORMAT),
    "a sequence": (replace(ONE, brands=(b"avis", b"avif")).bytes(), Refusal.FORMAT),
    "a sequence behind a picture": (replace(ONE, end=box(b"moov", bytes(8))).bytes(), Refusal.FORMAT),
    "a picture without items": (box(b"ftyp", b"avif", bytes(4)) + box(b"mini", bytes(9)), Refusal.FORMAT),
    "no box of items": (box(b"ftyp", b"avif", bytes(4)) + box(b"mdat", bytes(9)), Refusal.BROKEN),
    "two boxes of items": (ONE.bytes() + full_box(b"meta"), Refusal.BROKEN),
    **{f"no {name.decode()}": (replace(ONE, less=(name,)).bytes(), Refusal.BROKEN)
       for name in (b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp")},
    "two lists of items": (replace(ONE, in_meta=full_box(b"iinf", bytes(2))).bytes(), Refusal.BROKEN),
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
    "bytes outside of any box for them": (ONE.bytes().replace(b"mdat", b"free"), Refusal.BROKEN),
    "no bytes": (colour(b"").bytes(), Refusal.FORMAT),
    "bytes that are no units": (colour(b"\x12\x7f" + OPAQUE.held).bytes(), Refusal.BROKEN),
    "a unit that is cut": (colour(OPAQUE.held[:-1]).bytes(), Refusal.TRUNCATED),
    "messages alone": (colour(b"\x2a\x01\4").bytes(), Refusal.BROKEN),
    "a length without an end": (colour(b"\x32" + b"\xff" * 9).bytes(), Refusal.BROKEN),
    "HEVC that is cut": (File({1: coded_item(SLICE[:-1])}, brands=HEIC).bytes(), Refusal.TRUNCATED),
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
    "a grid of other tiles": (replace(GRID, references=((b"dimg", 1, 2),)).bytes(), Refusal.BROKEN),
    "a long grid": (replace(GRID, items=GRID.items | {1: replace(GRID.items[1], held=GRID.items[1].held + PLANT)}).bytes(), Refusal.BROKEN),
    "a long overlay": (replace(GRID, items=GRID.items | {1: Item(b"iovl", bytes(10 + 4 + 8) + PLANT)}).bytes(), Refusal.BROKEN),
}  # fmt: skip


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_certain_is_refused(data, why):
    copy_of(ONE.bytes())
    with pytest.raises(Refused) as refused:
        strip(data)
    assert refused.value.why is why


DERIVED = {
    "an overlay": replace(GRID, items=GRID.items | {1: replace(GRID.items[1], type=b"iovl", held=bytes(10 + 4 + 8))}),
    "the same, turned": File({1: replace(BARE, type=b"iden", held=b""), 2: OPAQUE}, ((b"dimg", 1, 2),)),
    "tiles within tiles": beside(replace(GRID.items[1], held=bytes(4) + struct.pack(">HH", 128, 64)), (b"dimg", 9, 1), file=GRID),
}  # fmt: skip


@pytest.mark.parametrize("file", DERIVED.values(), ids=DERIVED)
def test_pictures_put_together_from_others_are_copied_whole(file):
    file = replace(file, primary=max(file.items) if 9 in file.items else 1)
    assert taken_apart(copy_of(file.bytes())) == taken_apart(replace(file, items=dict(enumerate(file.items.values(), 1)),
        references=tuple((kind, *(min(number, len(file.items)) for number in numbers)) for kind, *numbers in file.references)).bytes())  # fmt: skip


def test_colours_that_are_multiplied_into_transparency_say_so():
    data = replace(TWO, references=(*TWO.references, (b"prem", 1, 2), (b"cdsc", 1, 2))).bytes()
    assert taken_apart(copy_of(data))[1] == {(b"auxl", 2): (1,), (b"prem", 1): (2,)}


def test_boxes_units_and_entries_are_bounded(monkeypatch):
    data = PHONE.bytes()
    copy_of(data)
    with monkeypatch.context() as patched:
        patched.setattr(heif, "_MAX_BOXES", 60)
        with pytest.raises(Refused, match="limit"):
            strip(data)
    for file in (data, ONE.bytes()):
        with monkeypatch.context() as patched:
            patched.setattr(coded, "MAX_PIECES", 1)
            with pytest.raises(Refused, match="limit"):
                strip(file)

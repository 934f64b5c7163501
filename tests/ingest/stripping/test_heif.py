"""Copies of HEIC and AVIF: the items of the picture as they were, and what is refused."""

import struct
from dataclasses import replace

import pytest
from ingest.media.made import box, full_box
from ingest.stripping.heif import (
    HEIC,
    LIGHT,
    SETS,
    SLICE,
    TEXT,
    File,
    Item,
    boxes,
    coded_item,
    hevc,
    message,
    spatial,
    taken_apart,
    unit,
)
from ingest.stripping.planted import FORMS, PLANT
from ingest.stripping.planted_heif import (
    FILES,
    GRID,
    ONE,
    OPAQUE,
    PLAIN,
    TWO,
    XMP,
    beside,
    obu,
    with_property,
)

from pipelines.ingest.stripping import coded, heif
from pipelines.ingest.stripping.pieces import Refused
from pipelines.ingest.stripping.strip import strip


def copy_of(data):
    return b"".join(strip(memoryview(data)))


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
    "light that is longer than its unit": (unit(39, b"\x90\xc8" + FORMS["utf-8"] + b"\x80") + SLICE, SLICE),
    "a long message": (unit(39, b"\5\xff\x10" + bytes(271) + b"\x80") + SLICE, SLICE),
    "the end of a sequence": (SLICE + unit(36, b""), SLICE),
    "filler": (SLICE + unit(38, FORMS["utf-8"]), SLICE),
    "units that nobody knows": (unit(48, FORMS["utf-8"]) + SLICE + unit(22, FORMS["utf-8"]), SLICE),
}


@pytest.mark.parametrize("held", KEPT.values(), ids=KEPT)
def test_what_decodes_a_picture_is_copied(held):
    assert taken_apart(copy_of(File({1: coded_item(held)}, brands=HEIC).bytes()))[0][1][2] == held


@pytest.mark.parametrize(("held", "left"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_messages_of_hevc_are_left_out(held, left):
    assert taken_apart(copy_of(File({1: coded_item(held)}, brands=HEIC).bytes()))[0][1][2] == left


@pytest.mark.parametrize("kind", [1, 2])
def test_how_bright_a_picture_is_stays_in_av1(kind):
    light = obu(5, bytes([kind]) + bytes(24))
    held = OPAQUE.held[:2] + light + OPAQUE.held[2:]
    assert taken_apart(copy_of(File({1: replace(OPAQUE, held=held)}).bytes()))[0][1][2] == held


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


BARE = replace(OPAQUE, properties=((spatial(19, 13), False),))
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


@pytest.mark.parametrize(
    "name", ["a thumbnail", "another picture", "a gain map", "depth", "a tone map", "groups"]
)
def test_other_pictures_are_left_out(name):
    assert taken_apart(copy_of(FILES[name].bytes())) == taken_apart(ONE.bytes())


def test_a_place_of_no_property_is_none():
    count = struct.pack(">HB", 1, len(OPAQUE.properties))
    data = ONE.bytes().replace(count + b"\0\1", count + b"\0\0")
    without = File({1: replace(OPAQUE, properties=OPAQUE.properties[1:])})
    assert taken_apart(copy_of(data)) == taken_apart(without.bytes())


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
    with monkeypatch.context() as patched:
        patched.setattr(heif, "_MAX_BOXES", 60)
        copy_of(ONE.bytes())
        with pytest.raises(Refused, match="limit"):
            strip(ONE.bytes() + box(b"free") * 60)
    for file in (data, ONE.bytes()):
        with monkeypatch.context() as patched:
            patched.setattr(coded, "MAX_PIECES", 1)
            with pytest.raises(Refused, match="limit"):
                strip(file)

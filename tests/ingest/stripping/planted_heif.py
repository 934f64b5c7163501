"""AVIF files: what Pillow writes, taken apart and put together anew with bytes planted in every place."""

import struct
from dataclasses import replace

from ingest.media.made import box, full_box
from ingest.stripping.heif import File, Item, item_of, spatial
from ingest.stripping.planted import PLANT, PROFILE, exif, image, saved

ALPHA = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
GAIN = b"urn:com:apple:photo:2020:aux:hdrgainmap"
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
COLOUR, ALPHA_ITEM = item_of(image("RGBA"), icc_profile=PROFILE)
OPAQUE = item_of(image())
TILES = [item_of(image("RGB", seed).resize((64, 64))) for seed in (0, 1)]


def with_property(item, held, *, is_essential=False):
    return replace(item, properties=(*item.properties, (held, is_essential)))


def obu(kind, held):
    """A unit of AV1 that says how long it is; the length takes two bytes."""
    return bytes([kind << 3 | 2, len(held) & 0x7F | 0x80, len(held) >> 7]) + held


NUMBERS = PLANT.ljust(-(-len(PLANT) // 4) * 4, b"\0")
XMP = Item(b"mime", PLANT, content=b"application/rdf+xml")
T35 = obu(5, b"\4\xb5" + PLANT)
TWO = File({1: COLOUR, 2: ALPHA_ITEM}, ((b"auxl", 2, 1),))
ONE = File({1: OPAQUE})
GRID = File(
    {
        1: Item(b"grid", b"\0\0\0\1" + struct.pack(">HH", 128, 64), ((spatial(128, 64), False),), method=1),
        2: replace(TILES[0], is_hidden=True),
        3: replace(TILES[1], is_hidden=True),
    },
    ((b"dimg", 1, 2, 3),),
)


def beside(item, *references, file=ONE, number=9):
    """The file with one more item."""
    return replace(file, items=file.items | {number: item}, references=(*file.references, *references))


def auxiliary(kind):
    return with_property(replace(OPAQUE, held=OPAQUE.held + T35), full_box(b"auxC", kind + b"\0" + PLANT))


FILES = {
    "Exif": beside(Item(b"Exif", bytes(4) + exif()), (b"cdsc", 9, 1)),
    "Exif, turned": beside(Item(b"Exif", bytes(4) + exif(6)), (b"cdsc", 9, 1)),
    "Exif in the box of items": beside(Item(b"Exif", bytes(4) + exif(), method=1), file=GRID),
    "Exif in pieces": beside(Item(b"Exif", bytes(4) + exif(), cuts=(5, 700))),
    "XMP": beside(XMP, (b"cdsc", 9, 1)),
    "XMP first": replace(beside(XMP, file=File({}), number=1), items={1: XMP, 2: OPAQUE}, primary=2),
    "an address": beside(Item(b"uri ", PLANT, content=PLANT)),
    "the name of an item": replace(ONE, items={1: replace(OPAQUE, name=PLANT)}),
    "the name of an item left out": beside(replace(XMP, name=PLANT)),
    "the handler": replace(ONE, handler=PLANT + b"\0"),
    "a property that describes": File({1: with_property(OPAQUE, full_box(b"udes", PLANT + b"\0"))}),
    "a property with a text": File({1: with_property(OPAQUE, full_box(b"altt", PLANT + b"\0en\0"))}),
    "a property with a number of its own": File({1: with_property(OPAQUE, box(b"uuid", bytes(16), PLANT))}),
    "a property of no item": replace(ONE, loose=(box(b"colr", b"prof", PLANT),)),
    "a profile that is none": File({1: with_property(OPAQUE, box(b"colr", b"prof", PLANT))}),
    "behind the profile": File({1: with_property(OPAQUE, box(b"colr", b"rICC", PROFILE + PLANT))}),
    "C2PA": replace(ONE, before=box(b"uuid", C2PA, PLANT)),
    "C2PA in the box of items": replace(ONE, in_meta=box(b"uuid", C2PA, PLANT)),
    "XML in the box of items": replace(ONE, in_meta=full_box(b"xml ", PLANT)),
    "groups": replace(ONE, in_meta=box(b"grpl", full_box(b"prvt", struct.pack(">II", 7, len(NUMBERS) // 4) + NUMBERS))),
    "other files": replace(ONE, in_meta=box(b"dinf", full_box(b"dref", full_box(b"url ", PLANT)))),
    "user data": replace(ONE, in_meta=box(b"udta", PLANT)),
    "free": replace(ONE, before=box(b"free", PLANT)),
    "between the pieces": replace(TWO, gap=PLANT),
    "between the pieces in the box of items": replace(GRID, gap=PLANT),
    "bytes of items first": replace(beside(XMP, file=TWO), first_bytes=True),
    "behind the end": replace(ONE, end=PLANT),
    "broken bytes behind the end": replace(ONE, end=b"\0\0\0\4" + PLANT),
    "a film behind the end": replace(ONE, end=box(b"ftyp", b"mp42") + box(b"moov", PLANT)),
    "a film in a box": replace(ONE, end=box(b"mpvd", box(b"moov", PLANT))),
    "a trailer": replace(ONE, end=box(b"sefd", PLANT) + b"SEFT"),
    "a thumbnail": beside(replace(OPAQUE, held=OPAQUE.held + T35), (b"thmb", 9, 1)),
    "another picture": beside(replace(OPAQUE, held=OPAQUE.held + T35)),
    "a gain map": beside(auxiliary(GAIN), (b"auxl", 9, 1)),
    "depth": beside(auxiliary(b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth"), (b"auxl", 9, 1)),
    "a tone map": beside(Item(b"tmap", PLANT), (b"dimg", 9, 1, 8), file=beside(auxiliary(GAIN), number=8)),
    "behind the kind of transparency": replace(TWO, items={1: COLOUR, 2: replace(
        ALPHA_ITEM, properties=(*(one for one in ALPHA_ITEM.properties if one[0][4:8] != b"auxC"),
                                (full_box(b"auxC", ALPHA + b"\0" + PLANT), True)))}),
    "a message in the picture": File({1: replace(OPAQUE, held=T35 + OPAQUE.held + T35)}),
    "padding in the picture": File({1: replace(OPAQUE, held=OPAQUE.held + obu(15, PLANT))}),
    "a reserved unit in the picture": File({1: replace(OPAQUE, held=OPAQUE.held + obu(9, PLANT))}),
    "a message in the configuration": File({1: replace(OPAQUE, properties=tuple(
        (box(b"av1C", held[8:], T35) if held[4:8] == b"av1C" else held, told) for held, told in OPAQUE.properties))}),
    "a message in a tile": replace(GRID, items=GRID.items | {3: replace(TILES[1], held=TILES[1].held + T35)}),
    "numbers of four bytes": replace(beside(XMP, number=100_000), wide=True),
    "unknown box of items": replace(ONE, in_meta=box(b"prvt", PLANT)),
}  # fmt: skip
PLANTED = {f"AVIF {name}": file.bytes() for name, file in FILES.items()} | {
    "AVIF of Pillow": saved(image("RGBA"), "AVIF", exif=exif(6), xmp=PLANT, icc_profile=PROFILE)
}
PLAIN = {
    "AVIF": saved(image(), "AVIF"),
    "AVIF grey": saved(image("L"), "AVIF"),
    "AVIF transparent": saved(image("RGBA"), "AVIF"),
    "AVIF with a profile": saved(image("RGBA"), "AVIF", icc_profile=PROFILE),
    "AVIF of tiles": GRID.bytes(),
    "AVIF in pieces": File({1: replace(OPAQUE, cuts=(7, 70))}).bytes(),
    "AVIF put together": TWO.bytes(),
    **{f"AVIF turned, {turned}": saved(image(), "AVIF", exif=b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0"
       + bytes([turned]) + bytes(7)) for turned in range(1, 9)},
}  # fmt: skip

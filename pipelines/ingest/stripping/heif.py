"""HEIC and AVIF without what they declare, anew from the items of the picture. ISO/IEC 23008-12; AVIF.

Of sequences, layered and protected pictures no copy is made.
"""

from bisect import bisect_right

from pipelines.ingest.media.boxes import Box, Boxes
from pipelines.ingest.media.parts import Unreadable
from pipelines.ingest.stripping.coded import av1_picture, hevc_picture
from pipelines.ingest.stripping.heif_items import Items, Reference, items_of
from pipelines.ingest.stripping.heif_properties import is_alpha, kept_property
from pipelines.ingest.stripping.heif_written import Item, written
from pipelines.ingest.stripping.pieces import Bytes, Refusal, must, number, take
from pipelines.ingest.stripping.regions import Region, must_stand_apart
from schemas.media import Doubt

_MAX_BOXES = 1 << 16
_MAX_ITEMS, _MAX_PROPERTIES, _MAX_OF_ITEM = 0xFFFF, 0x7FFF, 0xFF
_STILL = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"avif"}
_BRANDS = {*_STILL, b"miaf", b"MiHB", b"MiHE", b"MiHA", b"MiAB", b"MiPr", b"MA1A", b"MA1B", b"1pic"}
_NOT_COPIED = {b"moov", b"moof", b"mini"}
"""Films and sequences, in one part or many; pictures whose items no box tells of."""
_ONCE = {b"ftyp", b"meta"}
_GRID, _OVERLAY, _SAME = b"grid", b"iovl", b"iden"
_CONFIGURATIONS = {b"hvc1": b"hvcC", b"av01": b"av1C"}
"""Items that are coded, and the property without which none can be decoded."""
_IMAGES = {*_CONFIGURATIONS, _GRID, _OVERLAY, _SAME}
_REFERENCES = {b"dimg", b"auxl", b"prem"}
"""What an item is put together from; whose transparency it is; colours that it is multiplied into already."""

_LESSER = {b"thmb", b"auxl"}
"""References by which an item is less than a picture: a thumbnail of another one, or its transparency."""


def strip_heif(data: Bytes) -> list[Bytes]:
    """The pieces of the copy: the primary picture, what it is put together from, and its transparency.

    Other pictures beside it (thumbnails, depth, gain maps, bursts), and all that is none, are left out.
    """
    must(bytes(data[8:12]) in _STILL, Refusal.FORMAT)
    data = memoryview(data)
    boxes = Boxes(data, _MAX_BOXES)
    there, mdats = _outer(boxes)
    brands = _brands(data, there[b"ftyp"])
    items = items_of(boxes, there[b"meta"])
    kept = _kept(items)
    properties, places = _properties(items, kept)
    extents = _extents(data, items, kept, mdats)
    new = {item: place for place, item in enumerate(kept, 1)}
    references = [
        Reference(one.kind, new[one.source], targets)
        for one in items.references
        if one.kind in _REFERENCES and one.source in new
        and (targets := tuple(new[target] for target in one.targets if target in new))
    ]  # fmt: skip
    counted: dict[int, int] = {}
    for reference in references:
        if reference.kind == b"dimg":
            counted[reference.source] = counted.get(reference.source, 0) + len(reference.targets)
    copies = []
    for item in kept:
        of_item = [
            (places[place], essential)
            for place, essential in items.described.get(item, [])
            if place in places
        ]
        must(len(of_item) <= _MAX_OF_ITEM)
        held = [take(data, start, size) for start, size in extents[item]]
        told = dict(properties[place] for place, _ in of_item)
        info = items.infos[item]
        whole = held[0] if len(held) == 1 else b"".join(held)
        pieces = _pieces(info.type, whole, told, counted.get(new[item], 0))
        is_inner = item in items.extents and items.extents[item].is_in_box
        copies.append(Item(info.type, info.is_hidden, of_item, pieces, is_inner))
    return written(brands, copies, new[items.primary], references, properties)


def _outer(boxes: Boxes) -> tuple[dict[bytes, Box], list[Box]]:
    """The boxes of brands and items, and those that hold bytes of items.

    What stands behind the end is no box, or another file.
    """
    there: dict[bytes, Box] = {}
    mdats: list[Box] = []
    try:
        for box in boxes.within(0, len(boxes.data)):
            must(bool(there) or box.name == b"ftyp")
            if box.name == b"ftyp" and b"meta" in there:
                break
            must(box.name not in _NOT_COPIED, Refusal.FORMAT)
            must(box.name not in _ONCE or box.name not in there)
            must(not box.is_cut or box.name not in {*_ONCE, b"mdat"}, Refusal.TRUNCATED)
            if box.name == b"mdat":
                mdats.append(box)
            elif box.name in _ONCE:
                there[box.name] = box
    except Unreadable as end:
        if end.doubt is Doubt.LIMIT:
            raise
    must(b"meta" in there)
    return there, mdats


def _brands(data: Bytes, box: Box) -> list[bytes]:
    """The major brand, and those that are known of what it is compatible with: any text may stand there."""
    held = bytes(take(data, box.start, box.end - box.start))
    must(held[:4] in _STILL)
    others = (held[at : at + 4] for at in range(8, len(held) - 3, 4))
    return [held[:4], *dict.fromkeys(brand for brand in others if brand in _BRANDS)]


def _kept(items: Items) -> list[int]:
    """The primary item, those it is put together from, and their transparency, in order of their numbers."""
    # Readers show something else where what should be the picture says that it belongs to another one.
    must(not any(one.source == items.primary and one.kind in _LESSER for one in items.references))
    alphas = _alphas(items)
    parts: dict[int, list[int]] = {}
    for reference in items.references:
        if reference.kind == b"dimg":
            parts.setdefault(reference.source, []).extend(reference.targets)
        elif reference.kind == b"auxl" and reference.source in alphas:
            for target in reference.targets:
                parts.setdefault(target, []).append(reference.source)
    kept: set[int] = set()
    left = [items.primary]
    while left:
        item = left.pop()
        if item in kept:
            continue
        must(item in items.infos)
        info = items.infos[item]
        must(info.type in _IMAGES and not info.is_protected, Refusal.FORMAT)
        kept.add(item)
        left += parts.get(item, [])
    must(len(kept) <= _MAX_ITEMS, Refusal.LIMIT)
    return sorted(kept)


def _alphas(items: Items) -> set[int]:
    """Items that are the transparency of others."""
    are = {place for place, told in enumerate(items.properties) if is_alpha(told)}
    return {item for item, places in items.described.items() if any(place in are for place, _ in places)}


def _properties(items: Items, kept: list[int]) -> tuple[list[tuple[bytes, bytes]], dict[int, int]]:
    """Name and content of each property that is kept; its place in the file -> its place in that list."""
    used = sorted({told for item in kept for told in items.described.get(item, [])})
    found: list[tuple[bytes, bytes]] = []
    places: dict[int, int] = {}
    for place, is_essential in used:
        must(place < len(items.properties))
        held = kept_property(items.properties[place], is_essential=is_essential)
        if held is not None and place not in places:
            places[place] = len(found)
            found.append((items.properties[place].name, held))
    must(len(found) <= _MAX_PROPERTIES, Refusal.LIMIT)
    return found, places


def _extents(data: Bytes, items: Items, kept: list[int], mdats: list[Box]) -> dict[int, list[Region]]:
    """Item -> where its bytes stand: in boxes for such bytes, apart from those of what is left out."""
    outer = sorted((box.start, box.end) for box in mdats)
    found: dict[int, list[Region]] = {}
    for item in kept:
        if items.infos[item].type == _SAME:
            found[item] = []
            continue
        # Others hold the bytes in another file, or are cut out of other items.
        must(item in items.extents, Refusal.FORMAT)
        found[item] = _absolute(items, item)
        for start, size in found[item]:
            must(start + size <= len(data), Refusal.TRUNCATED)
            place = bisect_right(outer, (start, len(data))) - 1
            begin, end = (
                items.inner if items.extents[item].is_in_box else outer[place] if place >= 0 else (0, 0)
            )
            must(size > 0 and begin <= start and start + size <= end)
    total = sum(size for regions in found.values() for _, size in regions)
    must(total <= len(data), Refusal.LIMIT)
    others = (
        region
        for item, info in items.infos.items()
        if info.type not in _IMAGES and item in items.extents
        for region in _absolute(items, item)
    )
    must_stand_apart({region for regions in found.values() for region in regions}, others)
    return found


def _absolute(items: Items, item: int) -> list[Region]:
    extents = items.extents[item]
    base = items.inner[0] if extents.is_in_box else 0
    return [(base + start, size) for start, size in extents.pieces]


def _pieces(kind: bytes, held: Bytes, properties: dict[bytes, bytes], parts: int) -> list[Bytes]:
    """The bytes of an item in the copy. ``parts``: how many others it is put together from."""
    if kind in _CONFIGURATIONS:
        must(_CONFIGURATIONS[kind] in properties)
        pieces = hevc_picture(held, properties[b"hvcC"]) if kind == b"hvc1" else av1_picture(held)
        must(bool(pieces))
        return pieces
    if kind == _GRID:
        # Version, flags, rows and columns less one; both sides of the whole, in two bytes each or in four.
        must(len(held) == (12 if number(held, 1, 1) & 1 else 8))
        must((held[2] + 1) * (held[3] + 1) == parts)
    elif kind == _OVERLAY:
        # Version, flags, colour of the ground; both sides; where each part lies.
        size = 4 if number(held, 1, 1) & 1 else 2
        must(len(held) == 2 + 8 + 2 * size * (1 + parts))
    else:
        must(parts == 1)
    return [held] if held else []

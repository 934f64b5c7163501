"""PNG: its chunks. PNG specification, third edition; XMP specification part 3, section 1.1.5."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.ingest.media.limits import MAX_BLOCK_BYTES, MAX_INFLATED_BYTES, MAX_SEGMENTS
from pipelines.ingest.media.parts import BLOCK_OF, Bytes, Kind, Part, Piece, Unreadable, number, size_of, take
from pipelines.ingest.media.photoshop import photoshop_parts
from schemas.media import Block, Doubt, Doubted

_XMP = "XML:com.adobe.xmp"
_PROFILE = "Raw profile type "
_EXIF, _XMP_NAME = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_LONGEST_KEYWORD = 79
_NAME = 4
_EXIF_CHUNKS = frozenset({b"exif", b"zxif"})
"""In small letters: how they are written changed while they were proposed."""
_COMPRESSED, _COMPRESSED_HEAD = b"\0", 5
"""Of EXIF as zxIf was proposed: a zero, four bytes of length, deflated bytes."""
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PROFILE_KINDS = {"exif": Kind.EXIF, "app1": Kind.EXIF, "xmp": Kind.XMP, "iptc": Kind.IIM, "8bim": Kind.IIM}
_LENGTH = re.compile(rb"[ \t]*(\d{1,10})[ \t]*\n")


@dataclass
class _Budget:
    """Bytes that compressed text may still become."""

    left: int = MAX_INFLATED_BYTES


def png_parts(data: Bytes) -> Iterator[Part]:
    """Blocks, dimensions and doubts, in the order of the file. Unreadable: it cannot be walked further."""
    budget = _Budget()
    at, ended = 8, False
    for _ in range(MAX_SEGMENTS):
        if ended and not _is_chunk(data, at):
            return
        size, name = number(data, at, 4), bytes(take(data, at + 4, 4))
        if name == b"IHDR":
            found = size_of(number(data, at + 8, 4), number(data, at + 12, 4))
            if found is not None:
                yield found
        elif name in _TEXTS:
            yield from _text(name, data, at + 8, size, budget)
        elif name.lower() in _EXIF_CHUNKS:
            yield from _exif(data, at + 8, size, budget)
        elif name == b"caBX":
            yield Piece(Kind.C2PA, b"")
        elif name == b"IEND":
            ended = True
        at += 12 + size
    raise Unreadable(Doubt.LIMIT)


def _is_chunk(data: Bytes, at: int) -> bool:
    """Whether chunks go on behind the last one, as some writers have it; all else there is not read."""
    name = bytes(data[at + 4 : at + 8])
    return len(name) == _NAME and name.isalpha()


def _exif(data: Bytes, at: int, size: int, budget: _Budget) -> Iterator[Part]:
    try:
        held = take(data, at, size)
    except Unreadable as end:
        yield Doubted(end.doubt, Block.EXIF)
        if end.doubt is Doubt.LIMIT:
            return
        held = data[at:]
    if bytes(held[:1]) == _COMPRESSED:
        try:
            held = _inflated(bytes(held[_COMPRESSED_HEAD:]), budget)
        except Unreadable as end:
            yield Doubted(end.doubt, Block.EXIF)
            return
    yield Piece(Kind.EXIF, held[len(_EXIF) :] if bytes(held[: len(_EXIF)]) == _EXIF else held)


def _text(name: bytes, data: Bytes, at: int, size: int, budget: _Budget) -> Iterator[Part]:
    head = bytes(data[at : at + min(size, _LONGEST_KEYWORD + 1)])
    keyword, ended, _ = head.partition(b"\0")
    block = _block_of(keyword.decode("latin-1"))
    if not ended:
        yield Doubted(Doubt.BROKEN, Block.COMMENT)
        return
    try:
        written = _written(name, bytes(take(data, at, size))[len(keyword) + 1 :], budget)
    except Unreadable as end:
        yield Doubted(end.doubt, block)
        return
    yield from _pieces(keyword.decode("latin-1"), written, "utf-8" if name == b"iTXt" else "latin-1")


def _written(name: bytes, rest: bytes, budget: _Budget) -> bytes:
    """The text of a chunk, after its keyword."""
    if name == b"tEXt":
        return rest
    if name == b"zTXt":
        return _inflated(rest[1:], budget)
    compressed = rest[:1] == b"\1"
    parts = rest[2:].split(b"\0", 2)  # language, translated keyword, text
    if len(parts) < 3:  # noqa: PLR2004 - as said above
        raise Unreadable(Doubt.BROKEN)
    return _inflated(parts[2], budget) if compressed else parts[2]


def _inflated(packed: bytes, budget: _Budget) -> bytes:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(packed, min(budget.left, MAX_BLOCK_BYTES) + 1)
    except zlib.error as fault:
        raise Unreadable(Doubt.BROKEN) from fault
    budget.left = max(0, budget.left - len(text))
    if not budget.left or len(text) > MAX_BLOCK_BYTES:
        raise Unreadable(Doubt.LIMIT)
    if not inflater.eof:
        raise Unreadable(Doubt.TRUNCATED)
    return text


def _block_of(keyword: str) -> Block:
    if keyword == _XMP:
        return Block.XMP
    kind = _PROFILE_KINDS.get(keyword.removeprefix(_PROFILE).lower())
    return BLOCK_OF[kind] if keyword.startswith(_PROFILE) and kind is not None else Block.COMMENT


def _pieces(keyword: str, text: bytes, encoding: str) -> Iterator[Part]:
    if keyword == _XMP:
        yield Piece(Kind.XMP, text)
    elif keyword.startswith(_PROFILE):
        yield from _profile(keyword.removeprefix(_PROFILE).lower(), text)
    else:
        yield Piece(Kind.COMMENT, text, keyword, encoding)


def _profile(name: str, text: bytes) -> Iterator[Part]:
    """What ImageMagick wrote before PNG had a chunk for it: name, length and hexadecimal digits."""
    kind = _PROFILE_KINDS.get(name)
    if kind is None:
        return
    _, _, rest = text.lstrip(b"\n").partition(b"\n")
    match = _LENGTH.match(rest)
    try:
        held = bytes.fromhex(rest[match.end() :].decode("ascii")) if match is not None else None
    except ValueError:  # of both: no ASCII, no digits
        held = None
    if match is None or held is None:
        yield Doubted(Doubt.BROKEN, BLOCK_OF[kind])
        return
    if len(held) < int(match[1]):
        yield Doubted(Doubt.TRUNCATED, BLOCK_OF[kind])
    if kind is Kind.IIM:
        yield from photoshop_parts(held) if held.startswith(b"8BIM") else [Piece(kind, held)]
    elif held.startswith(_XMP_NAME):
        yield Piece(Kind.XMP, held[len(_XMP_NAME) :])
    else:
        yield Piece(kind, held.removeprefix(_EXIF))

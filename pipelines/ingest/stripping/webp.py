"""WebP without what it declares. RFC 9649."""

from pipelines.ingest.stripping.orientation import orientation_block
from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, must, take
from pipelines.ingest.stripping.profile import profile_of

_HEAD, _FRAME_HEAD, _EXTENDED = 8, 16, 10
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04
_IMAGE = {b"VP8 ", b"VP8L", b"ALPH"}


def strip_webp(data: Bytes) -> list[Bytes]:
    """The pieces of the copy: frames, transparency, animation and colour profile as they are."""
    size = int.from_bytes(take(data, 4, 4), "little")
    chunks: list[Bytes] = []
    turned: bytes | None = None
    must(size >= 4)  # noqa: PLR2004 - the form type
    for name, held in _chunks(take(data, 12, size - 4)):
        if name == b"EXIF" and turned is None:
            # Some writers put the head of a JPEG's segment before it.
            turned = orientation_block(held[6:] if bytes(held[:6]) == b"Exif\0\0" else held)
        elif name == b"VP8X":
            must(len(held) == _EXTENDED and not chunks)
            chunks += _chunk(name, bytes(held))
        elif name == b"ANIM":
            must(len(held) == 6)  # noqa: PLR2004 - background and number of loops
            chunks += _chunk(name, held)
        elif name == b"ANMF":
            inner = [piece for kind, part in _chunks(held[_FRAME_HEAD:]) if kind in _IMAGE
                     for piece in _chunk(kind, part)]  # fmt: skip
            chunks += _chunk(name, b"".join([take(held, 0, _FRAME_HEAD), *inner]))
        elif name == b"ICCP":
            profile = profile_of(held)
            chunks += [] if profile is None else _chunk(name, profile)
        elif name in _IMAGE:
            chunks += _chunk(name, held)
    must(bool(chunks))
    return _file(chunks, turned)


def _file(chunks: list[Bytes], turned: bytes | None) -> list[Bytes]:
    if bytes(chunks[0][:4]) == b"VP8X":
        flags = chunks[1][0] & ~(_EXIF_FLAG | _XMP_FLAG) | (_EXIF_FLAG if turned else 0)
        chunks[1] = bytes([flags]) + chunks[1][1:]
        chunks += _chunk(b"EXIF", turned) if turned else []
    size = 4 + sum(map(len, chunks))
    return [b"RIFF", size.to_bytes(4, "little"), b"WEBP", *chunks]


def _chunks(data: Bytes) -> list[tuple[bytes, Bytes]]:
    found: list[tuple[bytes, Bytes]] = []
    at = 0
    while at < len(data):
        must(len(found) < MAX_PIECES, Refusal.LIMIT)
        size = int.from_bytes(take(data, at + 4, 4), "little")
        found.append((bytes(data[at : at + 4]), take(data, at + _HEAD, size)))
        at += _HEAD + size + size % 2
    return found


def _chunk(name: bytes, held: Bytes) -> list[Bytes]:
    head = name + len(held).to_bytes(4, "little")
    return [head, held, b"\0"] if len(held) % 2 else [head, held]

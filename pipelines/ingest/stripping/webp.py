"""WebP without what it declares. RFC 9649.

A still picture is one image; an animated one is frames, if its head says that it is animated. What images and
frames stand beside them, no decoder shows.
"""

from pipelines.ingest.stripping.orientation import orientation_block
from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, Refused, must, take
from pipelines.ingest.stripping.profile import profile_of

_HEAD, _FRAME_HEAD, _EXTENDED = 8, 16, 10
_PROFILE_FLAG, _ALPHA_FLAG, _EXIF_FLAG, _ANIMATION_FLAG = 0x20, 0x10, 0x08, 0x02
_FRAME_FLAGS = 0x03
"""How a frame is blended and disposed of; the other bits are reserved."""
_LOSSY, _LOSSLESS, _ALPHA = b"VP8 ", b"VP8L", b"ALPH"
_IMAGES = {_LOSSY, _LOSSLESS}

_Chunks = list[tuple[bytes, Bytes]]


def strip_webp(data: Bytes) -> list[Bytes]:
    """The pieces of the copy: image or frames, transparency and colour profile as they are."""
    size = int.from_bytes(take(data, 4, 4), "little")
    must(size >= 4)  # noqa: PLR2004 - the form type
    chunks = _chunks(take(data, 12, size - 4))
    must(bool(chunks))
    if chunks[0][0] != b"VP8X":
        # The simple format: an image, without transparency of its own beside it.
        must(chunks[0][0] in _IMAGES)
        return _file(_chunk(*chunks[0]))
    head = bytes(chunks[0][1])
    must(len(head) == _EXTENDED and all(name != b"VP8X" for name, _ in chunks[1:]))
    is_animated = bool(head[0] & _ANIMATION_FLAG)
    shown = _frames(chunks, head) if is_animated else _image(chunks)
    profile = _profile(chunks) if head[0] & _PROFILE_FLAG else []
    turned = _turned(chunks)
    flags = head[0] & (_ALPHA_FLAG | _ANIMATION_FLAG)
    flags |= (_PROFILE_FLAG if profile else 0) | (_EXIF_FLAG if turned else 0)
    # Three bytes behind the flags are reserved.
    return _file([*_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + head[4:]), *profile, *shown, *turned])


def _file(chunks: list[Bytes]) -> list[Bytes]:
    size = 4 + sum(map(len, chunks))
    return [b"RIFF", size.to_bytes(4, "little"), b"WEBP", *chunks]


def _image(chunks: _Chunks) -> list[Bytes]:
    """The first image, and the transparency before it."""
    alpha: list[Bytes] = []
    for name, held in chunks:
        if name == _LOSSLESS:
            return _chunk(name, held)  # which has its own transparency
        if name == _LOSSY:
            return [*alpha, *_chunk(name, held)]
        if name == _ALPHA and not alpha:
            alpha = _chunk(name, held)
    raise Refused(Refusal.BROKEN)


def _frames(chunks: _Chunks, head: bytes) -> list[Bytes]:
    """Background and loops, then each frame: where it stands, how long, and one image."""
    pieces: list[Bytes] = []
    canvas = _number(head, 4) + 1, _number(head, 7) + 1
    shown = 0
    for name, held in chunks:
        if name == b"ANIM" and not pieces:
            must(len(held) == 6)  # noqa: PLR2004 - background and number of loops
            pieces += _chunk(name, held)
        elif name == b"ANMF":
            must(bool(pieces))
            frame = bytes(take(held, 0, _FRAME_HEAD))
            left, above, width, height = (_number(frame, at) for at in (0, 3, 6, 9))
            must(2 * left + width < canvas[0] and 2 * above + height < canvas[1])
            frame = frame[:-1] + bytes([frame[-1] & _FRAME_FLAGS])
            pieces += _chunk(name, b"".join([frame, *_image(_chunks(held[_FRAME_HEAD:]))]))
            shown += 1
    must(shown > 0)
    return pieces


def _profile(chunks: _Chunks) -> list[Bytes]:
    """The first colour profile, in its place before the images."""
    held = next((held for name, held in chunks if name == b"ICCP"), b"")
    profile = profile_of(held)
    return [] if profile is None else _chunk(b"ICCP", profile)


def _turned(chunks: _Chunks) -> list[Bytes]:
    """How the picture is turned, by the first block that says so."""
    for name, held in chunks:
        if name == b"EXIF":
            # Some writers put the head of a JPEG's segment before it.
            turned = orientation_block(held[6:] if bytes(held[:6]) == b"Exif\0\0" else held)
            if turned is not None:
                return _chunk(name, turned)
    return []


def _number(head: bytes, at: int) -> int:
    return int.from_bytes(head[at : at + 3], "little")


def _chunks(data: Bytes) -> _Chunks:
    found: _Chunks = []
    at = 0
    while at < len(data):
        must(len(found) < MAX_PIECES, Refusal.LIMIT)
        size = int.from_bytes(take(data, at + 4, 4), "little")
        name = bytes(data[at : at + 4])
        found.append((name, take(data, at + _HEAD, size)))
        at += _HEAD + size
        if size % 2:
            # What fills up a chunk has to be zero: decoders read it where a stream is longer than it says.
            must(name not in _IMAGES or bytes(data[at : at + 1]) in {b"", b"\0"})
            at += 1
    return found


def _chunk(name: bytes, held: Bytes) -> list[Bytes]:
    head = name + len(held).to_bytes(4, "little")
    return [head, held, b"\0"] if len(held) % 2 else [head, held]

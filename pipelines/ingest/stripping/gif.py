"""GIF without what it declares. GIF89a specification; the loop of Netscape's extension."""

from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, Refused, must, number, take
from pipelines.ingest.stripping.profile import profile_of

_IMAGE, _EXTENSION, _END = 0x2C, 0x21, 0x3B
_PLAIN_TEXT, _CONTROL, _COMMENT, _APPLICATION = 0x01, 0xF9, 0xFE, 0xFF
_LOOPS = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}
_PROFILE = b"\x0bICCRGBG1012"
_HAS_TABLE, _TABLE_SIZE = 0x80, 0x07


def strip_gif(data: Bytes) -> list[Bytes]:
    """The pieces of the copy: tables, frames, their timing and loops, a colour profile; no other extension.

    What stands behind the end of the file is left out. Text that a viewer would have to draw refuses it.
    """
    at = 13 + _table(number(data, 10, 1))
    kept = [take(data, 0, at)]
    for _ in range(MAX_PIECES):
        kind = number(data, at, 1)
        if kind == _END:
            return [*kept, b"\x3b"]
        if kind == _IMAGE:
            # Position, size and flags; a table of colours; the least size of codes.
            head = 10 + _table(number(data, at + 9, 1)) + 1
            end = _blocks_end(data, at + head)
            kept.append(data[at:end])
            at = end
            continue
        must(kind == _EXTENSION)
        label = number(data, at + 1, 1)
        must(label != _PLAIN_TEXT, Refusal.FORMAT)
        end = _blocks_end(data, at + 2)
        if label == _APPLICATION and bytes(data[at + 2 : at + 14]) == _PROFILE:
            kept += _profile(data[at + 14 : end])
        elif _is_kept(label, data[at + 2 : end]):
            kept.append(data[at:end])
        at = end
    raise Refused(Refusal.LIMIT)


def _is_kept(label: int, blocks: Bytes) -> bool:
    if label == _CONTROL:
        must(len(blocks) == 6 and blocks[0] == 4)  # noqa: PLR2004 - one block of four bytes
        return True
    if label != _APPLICATION or blocks[0] != 11:  # noqa: PLR2004 - name and code
        return False
    name = bytes(blocks[1:12])
    return name in _LOOPS and bytes(blocks[12:14]) == b"\x03\x01" and len(blocks) == 17  # noqa: PLR2004 - no more


def _profile(blocks: Bytes) -> list[Bytes]:
    """A colour profile (ICC's registered extension), in blocks anew."""
    held, at = bytearray(), 0
    while blocks[at]:
        held += blocks[at + 1 : at + 1 + blocks[at]]
        at += 1 + blocks[at]
    profile = profile_of(bytes(held))
    if profile is None:
        return []
    cut = [profile[at : at + 255] for at in range(0, len(profile), 255)]
    return [b"\x21\xff" + _PROFILE, *(bytes([len(part)]) + part for part in cut), b"\0"]


def _table(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << ((flags & _TABLE_SIZE) + 1) if flags & _HAS_TABLE else 0


def _blocks_end(data: Bytes, at: int) -> int:
    """Where a sequence of blocks ends, each with its length before it, the last one empty."""
    for _ in range(MAX_PIECES):
        size = number(data, at, 1)
        at += 1 + size
        if not size:
            return at
    raise Refused(Refusal.LIMIT)

"""PNG without what it declares, animated ones, too. W3C PNG, third edition."""

import zlib

from pipelines.ingest.stripping.orientation import orientation_block
from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, Refused, must, number, take
from pipelines.ingest.stripping.profile import inflated_profile

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LENGTHS: dict[bytes, int | None] = {
    b"IHDR": 13, b"PLTE": None, b"IDAT": None, b"IEND": 0,
    b"tRNS": None, b"bKGD": None, b"sBIT": None, b"pHYs": 9,
    b"cHRM": 32, b"gAMA": 4, b"sRGB": 1, b"cICP": 4, b"mDCV": 24, b"cLLI": 8,
    b"acTL": 8, b"fcTL": 26, b"fdAT": None,
}  # fmt: skip
"""Chunks that are kept: image data, transparency, colour, resolution, animation; null: of any length."""
_SHORT = {b"PLTE": 768, b"tRNS": 256, b"bKGD": 6, b"sBIT": 4}
"""The longest of those that are bounded."""
_ANCILLARY = 0x20
_PROFILE_NAME_MAX = 79


def strip_png(data: Bytes) -> list[Bytes]:
    """The pieces of the copy: the chunks that decide about the look, as they are.

    What stands behind the end chunk is left out. A critical chunk that is not known refuses the file.
    """
    kept: list[Bytes] = [SIGNATURE]
    turned: bytes | None = None
    at = len(SIGNATURE)
    for _ in range(MAX_PIECES):
        size, name = number(data, at, 4), bytes(take(data, at + 4, 4))
        chunk = take(data, at, size + 12)
        held = chunk[8:-4]
        at += len(chunk)
        must((len(kept) == 1) == (name == b"IHDR"))
        if name == b"IEND":
            must(size == 0)
            return [*kept, chunk]
        if name == b"iCCP":
            kept += _profile(held)
        elif name == b"eXIf" and turned is None:
            turned = orientation_block(held)
            kept += [] if turned is None else [_chunk(b"eXIf", turned)]
        elif name in _LENGTHS:
            must(_LENGTHS[name] in {None, size} and size <= _SHORT.get(name, size))
            kept.append(chunk)
        else:
            must(bool(name[0] & _ANCILLARY), Refusal.FORMAT)
    raise Refused(Refusal.LIMIT)


def _profile(held: Bytes) -> list[Bytes]:
    """A colour profile under a name that says nothing: the name is free text."""
    end = bytes(held[: _PROFILE_NAME_MAX + 1]).find(b"\0")
    must(end > 0)
    profile = inflated_profile(held[end + 2 :])
    return [] if profile is None else [_chunk(b"iCCP", b"icc\0\0" + zlib.compress(profile))]


def _chunk(name: bytes, held: bytes) -> bytes:
    check = zlib.crc32(name + held).to_bytes(4, "big")
    return len(held).to_bytes(4, "big") + name + held + check

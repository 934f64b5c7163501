"""Colour profiles: what of a picture's look is not in its image data. ICC.1:2022, 7.2."""

import zlib

from pipelines.ingest.stripping.pieces import Bytes

_HEADER, _SIGNATURE_AT, _SIGNATURE = 128, 36, b"acsp"
_MAX_BYTES = 16 * 1024 * 1024


def profile_of(held: Bytes) -> bytes | None:
    """The profile, as long as it says it is; none, where there is none that a decoder would use."""
    size = int.from_bytes(held[:4], "big")
    if not _HEADER <= size <= min(len(held), _MAX_BYTES):
        return None
    if bytes(held[_SIGNATURE_AT : _SIGNATURE_AT + len(_SIGNATURE)]) != _SIGNATURE:
        return None
    return bytes(held[:size])


def inflated_profile(held: Bytes) -> bytes | None:
    """The profile that these bytes are compressed to (zlib)."""
    try:
        return profile_of(zlib.decompressobj().decompress(held, _MAX_BYTES))
    except zlib.error:
        return None

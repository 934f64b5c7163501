"""The one tag of EXIF that a copy keeps: how the stored picture is turned. EXIF 2.32, 4.6.4 A."""

import struct

from pipelines.ingest.stripping.pieces import Bytes

_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_TAG, _SHORT, _LONG = 0x0112, 3, 4
_UPRIGHT, _LAST = 1, 8
_MAX_ENTRIES = 4096


def orientation_block(exif: Bytes) -> bytes | None:
    """A TIFF structure with nothing but the orientation of ``exif``; none, where the picture is not turned.

    An orientation that is none, or that cannot be read, turns no picture.
    """
    turned = _orientation(bytes(exif[: 8 + 2 + 12 * _MAX_ENTRIES]) if len(exif) < 1 << 16 else bytes(exif))
    if turned is None or not _UPRIGHT < turned <= _LAST:
        return None
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _TAG, _SHORT, 1, turned, 0, 0)


def _orientation(exif: bytes) -> int | None:
    order = _ORDERS.get(exif[:4])
    if order is None:
        return None
    try:
        (at,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, at)
        for entry in range(min(entries, _MAX_ENTRIES)):
            tag, kind, count = struct.unpack_from(f"{order}HHI", exif, at + 2 + 12 * entry)
            if tag == _TAG and count == 1 and kind in {_SHORT, _LONG}:
                form = "H" if kind == _SHORT else "I"
                (turned,) = struct.unpack_from(order + form, exif, at + 2 + 12 * entry + 8)
                return int(turned)
    except struct.error:
        return None
    return None

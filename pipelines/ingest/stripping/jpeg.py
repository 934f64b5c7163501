"""JPEG without what it declares. ITU-T T.81 annex B; JFIF 1.02; Adobe note 5116; ICC.1 annex B.4."""

import re
from collections.abc import Callable

from pipelines.ingest.stripping.orientation import orientation_block
from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, Refused, must, number, take
from pipelines.ingest.stripping.profile import profile_of

_EOI, _SOS = 0xD9, 0xDA
_DHT, _DAC, _DQT, _DNL, _DRI = 0xC4, 0xCC, 0xDB, 0xDC, 0xDD
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB}
"""Baseline, extended, progressive, lossless, with either coder. The others belong to hierarchical files."""
_HIERARCHICAL = {0xC5, 0xC6, 0xC7, 0xC8, 0xCD, 0xCE, 0xCF, 0xDE, 0xDF, *range(0xF0, 0xFE)}
_ALONE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length, none of which stands between segments."""
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_FILL = 0xFF
_JFIF, _EXIF, _ICC, _ADOBE = b"JFIF\0", b"Exif\0", b"ICC_PROFILE\0", b"Adobe"
_JFIF_LENGTH, _ADOBE_LENGTH = 14, 12
_PROFILE_BYTES = 65_519
"""Of a profile in one segment."""
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends the coded data of a scan: neither a stuffed byte nor a restart."""


def strip_jpeg(data: Bytes) -> list[Bytes]:
    """The pieces of the copy: tables, frame and scans as they are; of application segments the few of use.

    What stands behind the end of the image is left out: previews, further pictures, films, anything.
    """
    return _stripped(data, must_show=True)


def strip_jpeg_tables(data: Bytes) -> list[Bytes]:
    """The same of a stream without an image: the tables that the strips of a TIFF share."""
    must(bytes(data[:2]) == b"\xff\xd8")
    return _stripped(data, must_show=False)


def _stripped(data: Bytes, *, must_show: bool) -> list[Bytes]:
    application: dict[int, bytes] = {}
    profile: dict[int, Bytes] = {}
    turned: bytes | None = None
    image: list[Bytes] = []
    at, framed = 2, False
    for _ in range(MAX_PIECES):
        marker, at = _marker(data, at)
        if marker == _EOI:
            must(framed == must_show and bool(image) >= must_show)
            if turned is not None:
                application[_APP1] = _segment(_APP1, _EXIF + b"\0" + turned)
            # JFIF comes first, and what says how a picture is turned near the start.
            first = [application[kind] for kind in sorted(application)]
            return [b"\xff\xd8", *first, *_profile_segments(profile), *image, b"\xff\xd9"]
        must(marker not in _ALONE)
        held = take(data, at + 2, number(data, at, 2) - 2)
        at += 2 + len(held)
        if _APP0 <= marker <= _APP15 or marker == _COMMENT:
            head = bytes(held[:16])
            if marker == _APP1 and turned is None and head.startswith(_EXIF):
                turned = orientation_block(held[6:])
            elif marker == _APP2 and head.startswith(_ICC) and len(held) > len(_ICC) + 2:
                profile.setdefault(held[len(_ICC)], held[len(_ICC) + 2 :])
            elif (kept := _kept(marker, head)) is not None:
                application.setdefault(marker, kept)
            continue
        must(marker not in _HIERARCHICAL, Refusal.FORMAT)
        framed = framed or marker in _FRAMES
        must(marker in _LENGTHS and len(held) == _LENGTHS[marker](held))
        image.append(_segment(marker, held))
        if marker == _SOS:
            must(framed)
            end = _MARKER.search(data, at)
            if end is None:
                raise Refused(Refusal.TRUNCATED)
            image.append(data[at : end.start()])
            at = end.start()
    raise Refused(Refusal.LIMIT)


def _marker(data: Bytes, at: int) -> tuple[int, int]:
    """The marker here, past any fill bytes, and where it ends."""
    must(number(data, at, 1) == _FILL)
    while (marker := number(data, at, 1)) == _FILL:
        at += 1
    return marker, at + 1


def _kept(marker: int, head: bytes) -> bytes | None:
    """What of an application segment decides about the look: density and coding of colours, nothing else."""
    if marker == _APP0 and head.startswith(_JFIF) and len(head) >= _JFIF_LENGTH:
        return _segment(_APP0, head[: _JFIF_LENGTH - 2] + b"\0\0")  # no thumbnail
    if marker == _APP14 and head.startswith(_ADOBE) and len(head) >= _ADOBE_LENGTH:
        return _segment(_APP14, head[:_ADOBE_LENGTH])
    return None


def _profile_segments(parts: dict[int, Bytes]) -> list[Bytes]:
    """A colour profile, cut anew into segments."""
    profile = profile_of(b"".join(parts[place] for place in sorted(parts)))
    if profile is None:
        return []
    cut = [profile[at : at + _PROFILE_BYTES] for at in range(0, len(profile), _PROFILE_BYTES)]
    if len(cut) > 255:  # noqa: PLR2004 - they are counted in one byte
        return []
    return [_segment(_APP2, _ICC + bytes([place, len(cut)]) + part) for place, part in enumerate(cut, 1)]


def _segment(marker: int, held: Bytes) -> bytes:
    return bytes([_FILL, marker]) + (len(held) + 2).to_bytes(2, "big") + held


def _quantization(held: Bytes) -> int:
    at = 0
    while at < len(held):
        at += 65 if number(held, at, 1) < 0x10 else 129  # noqa: PLR2004 - 64 values of one byte, or of two
    return at


def _huffman(held: Bytes) -> int:
    at = 0
    while at < len(held):
        at += 17 + sum(take(held, at + 1, 16))
    return at


def _frame(held: Bytes) -> int:
    return 6 + 3 * number(held, 5, 1)


def _scan(held: Bytes) -> int:
    return 4 + 2 * number(held, 0, 1)


def _conditioning(held: Bytes) -> int:
    return len(held) // 2 * 2


_LENGTHS: dict[int, Callable[[Bytes], int]] = {
    _DQT: _quantization,
    _DHT: _huffman,
    _DAC: _conditioning,
    _DRI: lambda _: 2,
    _DNL: lambda _: 2,
    _SOS: _scan,
    **dict.fromkeys(_FRAMES, _frame),
}
"""How long each segment has to be by its own counts: behind them anything could stand."""

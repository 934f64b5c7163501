"""JPEG without what it declares. ITU-T T.81 annex B; JFIF 1.02; Adobe note 5116; ICC.1 annex B.4."""

import re
from itertools import groupby

from pipelines.ingest.stripping.jpeg_frame import FRAMES, Frame
from pipelines.ingest.stripping.jpeg_tables import DQT, RESTARTS, TABLES, Kept, Tables
from pipelines.ingest.stripping.orientation import orientation_block
from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, Refused, must, number, take
from pipelines.ingest.stripping.profile import profile_of

_EOI, _SOS, _DNL = 0xD9, 0xDA, 0xDC
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
    """The pieces of the copy: frame, scans and the tables they use; of application segments the few of use.

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
    image = _Image()
    at = 2
    for _ in range(MAX_PIECES):
        marker, at = _marker(data, at)
        if marker == _EOI:
            if turned is not None:
                application[_APP1] = _segment(_APP1, _EXIF + b"\0" + turned)
            # JFIF comes first, and what says how a picture is turned near the start.
            first = [application[kind] for kind in sorted(application)]
            return [b"\xff\xd8", *first, *_profile_segments(profile), *image.pieces(must_show), b"\xff\xd9"]
        must(marker not in _ALONE)
        start, held = at, take(data, at + 2, number(data, at, 2) - 2)
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
        if marker == _SOS:
            end = _MARKER.search(data, at)
            if end is None:
                raise Refused(Refusal.TRUNCATED)
            image.scan(start, held, data[at : end.start()])
            at = end.start()
        else:
            image.take_in(marker, start, held)
    raise Refused(Refusal.LIMIT)


class _Image:
    """Frame, scans, and the tables that scans use."""

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._tables = Tables()
        self._coded: dict[int, Bytes] = {}
        """Where the head of a scan stands -> its coded data."""
        self._quantized: dict[int, bytes | None] = {}
        """The table of each component that was in a scan."""

    def take_in(self, marker: int, start: int, held: Bytes) -> None:
        """Take in a segment that is neither a scan nor an application's."""
        if marker in TABLES:
            self._tables.define(marker, held, start)
        elif marker in FRAMES:
            must(self._frame is None)
            self._frame = Frame(marker, held)
            self._tables.kept.append(Kept(start, 0, marker, bytes(held)))
        else:
            # The number of lines is left out: the frame has told it.
            must(marker == _DNL and len(held) == 2)  # noqa: PLR2004 - a number of two bytes

    def scan(self, start: int, held: Bytes, coded: Bytes) -> None:
        """Take in a scan and keep what it uses."""
        frame = self._frame
        if frame is None:
            raise Refused(Refusal.BROKEN)
        scan = frame.scan(held)
        for name in scan.components:
            # Decoders differ in what they do with a table that changes within a component.
            table = self._tables.held((DQT, frame.components[name].table))
            must(self._quantized.setdefault(name, table) == table)
        frame.must_restart_in_order(scan, coded, int.from_bytes(self._tables.held(RESTARTS) or b"", "big"))
        self._tables.use([*scan.slots, RESTARTS])
        self._tables.kept.append(Kept(start, 0, _SOS, scan.held))
        self._coded[start] = coded

    def pieces(self, must_show: bool) -> list[Bytes]:  # noqa: FBT001 - what the caller was told
        """All that is kept, as it stood."""
        if must_show:
            must(self._frame is not None and self._frame.is_shown())
        else:
            must(self._frame is None)
            self._tables.use()
        pieces: list[Bytes] = []
        for start, group in groupby(sorted(self._tables.kept), key=lambda kept: kept.segment):
            parts = list(group)
            pieces.append(_segment(parts[0].marker, b"".join(part.held for part in parts)))
            if start in self._coded:
                pieces.append(self._coded[start])
        return pieces


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

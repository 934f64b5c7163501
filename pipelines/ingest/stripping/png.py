"""PNG without what it declares, animated ones, too. W3C PNG, third edition."""

import zlib
from collections.abc import Iterator

from pipelines.ingest.stripping.orientation import orientation_block
from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, Refused, must, number, take
from pipelines.ingest.stripping.png_frames import Frames
from pipelines.ingest.stripping.png_header import Header
from pipelines.ingest.stripping.profile import inflated_profile

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_LENGTH = 13
_LENGTHS = {b"pHYs": 9, b"cHRM": 32, b"gAMA": 4, b"sRGB": 1, b"cICP": 4, b"mDCV": 24, b"cLLI": 8}
"""Chunks of resolution and colour that are kept whatever the header says."""
_ONCE = {*_LENGTHS, *Header.DECIDES, b"iCCP"}
"""They stand before the image data. Of two, some decoders take the first, some the last."""
_ANCILLARY = 0x20
_PROFILE_NAME_MAX = 79


def strip_png(data: Bytes) -> list[Bytes]:
    """The pieces of the copy: the chunks that decide about the look, as they are.

    What stands behind the end chunk is left out. A critical chunk that is not known refuses the file.
    """
    chunks = _chunks(data)
    name, first = next(chunks, (b"", b""))
    must(name == b"IHDR" and len(first) == _HEADER_LENGTH + 12)
    copy = _Copy(first)
    for name, chunk in chunks:
        copy.take_in(name, chunk)
    return copy.pieces()


def _chunks(data: Bytes) -> Iterator[tuple[bytes, Bytes]]:
    """Name and whole of each chunk but the last one."""
    at = len(SIGNATURE)
    for _ in range(MAX_PIECES):
        size, name = number(data, at, 4), bytes(take(data, at + 4, 4))
        chunk = take(data, at, size + 12)
        at += len(chunk)
        if name == b"IEND":
            must(size == 0)
            return
        yield name, chunk
    raise Refused(Refusal.LIMIT)


class _Copy:
    """What is kept, and what of the file has come up to now."""

    def __init__(self, first: Bytes) -> None:
        self._header = Header(first[8:-4])
        self._kept: list[Bytes] = [SIGNATURE, _checked(first)]
        self._frames: Frames | None = None
        self._seen: set[bytes] = set()
        self._previous = b"IHDR"
        self._is_turned = False

    def take_in(self, name: bytes, chunk: Bytes) -> None:
        """Keep what of a chunk decides about the look. A critical one that is not known refuses the file."""
        held = chunk[8:-4]
        must(name != b"IHDR")
        if name in _ONCE:
            must(name not in self._seen and b"IDAT" not in self._seen)
        if name in _LENGTHS:
            must(len(held) == _LENGTHS[name])
            self._kept.append(_checked(chunk))
        elif name in Header.DECIDES:
            kept = self._header.kept(name, held)
            if kept is not None:
                _checked(chunk)
                self._kept.append(_chunk(name, bytes(kept)))
        elif name == b"iCCP":
            self._kept += _profile(held)
        elif name == b"eXIf":
            self._turn(held)
        elif name == b"IDAT":
            # Data that goes on behind another chunk is read by some decoders, and not by others.
            must(self._previous == b"IDAT" or b"IDAT" not in self._seen)
            if self._frames is not None:
                self._frames.image_data()
            self._kept.append(_checked(chunk))
        elif name in {b"acTL", b"fcTL", b"fdAT"}:
            self._animate(name, chunk)
        else:
            must(bool(name[0] & _ANCILLARY), Refusal.FORMAT)
        self._seen.add(name)
        self._previous = name

    def _animate(self, name: bytes, chunk: Bytes) -> None:
        """Frames are shown if they are announced before the image data, else by nobody."""
        held = chunk[8:-4]
        if name == b"acTL":
            if b"IDAT" in self._seen:
                return
            must(self._frames is None and len(held) == 8)  # noqa: PLR2004 - number of frames, and of rounds
            self._frames = Frames(self._header, held)
        elif self._frames is None:
            return
        elif name == b"fcTL":
            self._frames.control(held)
        else:
            self._frames.data(held)
        self._kept.append(_checked(chunk))

    def _turn(self, held: Bytes) -> None:
        turned = None if self._is_turned else orientation_block(held)
        if turned is not None:
            self._is_turned = True
            self._kept.append(_chunk(b"eXIf", turned))

    def pieces(self) -> list[Bytes]:
        """All that is kept, and an end."""
        must(b"IDAT" in self._seen and self._header.is_whole())
        if self._frames is not None:
            self._frames.must_be_whole()
        return [*self._kept, _chunk(b"IEND", b"")]


def _checked(chunk: Bytes) -> Bytes:
    """A chunk whose check is right: four bytes of one that is not could say anything."""
    must(zlib.crc32(chunk[4:-4]) == number(chunk, len(chunk) - 4, 4))
    return chunk


def _profile(held: Bytes) -> list[Bytes]:
    """A colour profile under a name that says nothing: the name is free text."""
    end = bytes(held[: _PROFILE_NAME_MAX + 1]).find(b"\0")
    must(end > 0)
    profile = inflated_profile(held[end + 2 :])
    return [] if profile is None else [_chunk(b"iCCP", b"icc\0\0" + zlib.compress(profile))]


def _chunk(name: bytes, held: bytes) -> bytes:
    check = zlib.crc32(name + held).to_bytes(4, "big")
    return len(held).to_bytes(4, "big") + name + held + check

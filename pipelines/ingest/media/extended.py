"""XMP that does not fit into one JPEG segment: put together. XMP specification part 3, section 1.1.3.1."""

import hashlib
from collections.abc import Iterator

from pipelines.ingest.media.limits import MAX_BLOCK_BYTES
from pipelines.ingest.media.parts import Bytes, Unreadable, number
from schemas.media import Doubt

_DIGEST, _HEADER = 32, 40


class Extensions:
    """The segments of a file's extensions, and which of them a main packet names."""

    def __init__(self) -> None:
        self._named: list[str] = []
        self._segments: dict[str, list[Bytes]] = {}
        self._size = 0

    def name(self, digest: str) -> None:
        """A main packet names its extension."""
        if digest.upper() not in self._named:
            self._named.append(digest.upper())

    def add(self, segment: Bytes) -> None:
        """One segment, from the digest on."""
        digest = bytes(segment[:_DIGEST]).decode("latin-1").upper()
        self._size += len(segment)
        if self._size <= 2 * MAX_BLOCK_BYTES:
            self._segments.setdefault(digest, []).append(segment)

    def packets(self) -> Iterator[Bytes | Doubt]:
        """The extensions that are named, and doubts. One that nothing names is not the picture's."""
        if self._segments.keys() - set(self._named):
            yield Doubt.BROKEN
        for digest in self._named:
            try:
                whole = _whole(self._segments.get(digest, []))
            except Unreadable as end:
                yield end.doubt
                continue
            if hashlib.md5(whole, usedforsecurity=False).hexdigest().upper() != digest:
                yield Doubt.BROKEN
            yield whole


def _whole(segments: list[Bytes]) -> bytes:
    if not segments:
        raise Unreadable(Doubt.TRUNCATED)
    size = number(segments[0], _DIGEST, 4)
    if size > MAX_BLOCK_BYTES:
        raise Unreadable(Doubt.LIMIT)
    # Only what is there is put down: a length is a claim.
    whole = bytearray()
    for at, held in sorted(
        (number(segment, _DIGEST + 4, 4), bytes(segment[_HEADER:])) for segment in segments
    ):
        if at > len(whole):
            raise Unreadable(Doubt.TRUNCATED)
        whole[at : at + len(held)] = held
    if len(whole) < size:
        raise Unreadable(Doubt.TRUNCATED)
    return bytes(whole[:size])

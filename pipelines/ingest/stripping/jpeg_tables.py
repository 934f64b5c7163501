"""The tables of a JPEG, of which a copy holds those that a scan uses. ITU-T T.81, B.2.4 and annex C.

A table that no scan uses, or that another one replaces before, shows nothing: anything could stand there.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from pipelines.ingest.stripping.pieces import Bytes, must, number, take

DHT, DAC, DQT, DRI = 0xC4, 0xCC, 0xDB, 0xDD
TABLES = {DHT, DAC, DQT, DRI}
AC = 0x10
"""Of a destination: the tables of coefficients that are not the first."""
_DESTINATIONS = 4
_DC_SYMBOLS = 17
"""Lengths in bits of a difference: 0 to 16, the last one in lossless files only."""
_CODES = 1 << 16
"""Codes of 16 bits, the longest ones."""

Slot: TypeAlias = tuple[int, int]
"""Marker, and class and destination of a table."""
RESTARTS: Slot = (DRI, 0)


class Kept(NamedTuple):
    """A table, or another part of the image, and where it stood: segments are put together again by it."""

    segment: int
    place: int
    marker: int
    held: bytes


class Tables:
    """What is defined at this point of the file, and what of it scans have used."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self._defined: dict[Slot, Kept] = {}
        self._written: dict[Slot, bytes] = {RESTARTS: b"\0\0"}

    def define(self, marker: int, held: Bytes, segment: int) -> None:
        """Take in a segment of tables that stands at ``segment``; each replaces the one of its slot."""
        for place, slot, table in _split(marker, held):
            self._defined[slot] = Kept(segment, place, marker, table)

    def held(self, slot: Slot) -> bytes | None:
        """The table as it is now; none where it is a default, or stands elsewhere."""
        defined = self._defined.get(slot)
        return None if defined is None else defined.held

    def use(self, slots: Iterable[Slot] | None = None) -> None:
        """Keep these, or all: those that are not what the copy holds already."""
        for slot in self._defined if slots is None else slots:
            defined = self._defined.get(slot)
            if defined is not None and self._written.get(slot) != defined.held:
                must(defined.marker != DHT or _is_read_to_its_end(defined.held))
                self._written[slot] = defined.held
                self.kept.append(defined)


def _split(marker: int, held: Bytes) -> Iterator[tuple[int, Slot, bytes]]:
    """The tables of a segment, which has to end with the last one."""
    if marker == DRI:
        must(len(held) == 2)  # noqa: PLR2004 - a number of two bytes
        yield 0, RESTARTS, bytes(held)
        return
    at = 0
    must(bool(held))
    while at < len(held):
        head = number(held, at, 1)
        high, destination = head & 0xF0, head & 0x0F
        must(high in {0, AC} and destination < _DESTINATIONS)
        if marker == DQT:
            size, slot = (129 if high else 65), destination  # 64 values of two bytes, or of one
        elif marker == DAC:
            size, slot = 2, head
        else:
            size, slot = 17 + sum(take(held, at + 1, 16)), head
        yield at, (marker, slot), bytes(take(held, at, size))
        at += size


def _is_read_to_its_end(table: bytes) -> bool:
    """A Huffman table without more symbols than codes, and none of them twice: no code would need them."""
    counts, symbols = table[1:17], table[17:]
    codes = sum(many << 15 - shorter for shorter, many in enumerate(counts))
    return (
        codes <= _CODES
        and len(set(symbols)) == len(symbols)
        and (bool(table[0] & AC) or max(symbols, default=0) < _DC_SYMBOLS)
    )

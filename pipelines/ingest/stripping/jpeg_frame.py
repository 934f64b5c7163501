"""What the scans of a JPEG show: its picture, and no part of it twice. ITU-T T.81.

B.2.2 and B.2.3 say what a frame and a scan tell, G.1.1.1.1 in which order a progressive picture is refined.
"""

import re
from typing import NamedTuple

from pipelines.ingest.stripping.jpeg_tables import AC, DAC, DHT, DQT, Slot
from pipelines.ingest.stripping.pieces import MAX_PIECES, Bytes, Refusal, must, number

FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, 0xCB}
"""Baseline, extended, progressive, lossless, with either coder. The others belong to hierarchical files."""
_PROGRESSIVE, _LOSSLESS, _ARITHMETIC = {0xC2, 0xCA}, {0xC3, 0xCB}, {0xC9, 0xCA, 0xCB}
_COEFFICIENTS, _BLOCK = 64, 8
_MOST_SAMPLES, _MOST_TABLES, _MOST_IN_SCAN, _MOST_BITS = 4, 4, 4, 13
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")


class Component(NamedTuple):
    """Of a frame: samples across and down in each unit, and its quantization table."""

    across: int
    down: int
    table: int


class Scan(NamedTuple):
    """What a scan shows, and what is needed for it."""

    components: tuple[int, ...]
    held: bytes
    """Its head, where the file may not say anything it likes, as it has to be."""
    slots: tuple[Slot, ...]
    """Tables it uses."""


class Frame:
    """A picture, and how far the scans up to now have shown it."""

    def __init__(self, marker: int, held: Bytes) -> None:
        self._marker = marker
        self._height, self._width, count = number(held, 1, 2), number(held, 3, 2), number(held, 5, 1)
        must(count > 0 and len(held) == 6 + 3 * count and self._width > 0)
        # Only behind the first scan the file would say how high it is: most decoders refuse it, too.
        must(self._height > 0, Refusal.FORMAT)
        self.components: dict[int, Component] = {}
        for at in range(6, len(held), 3):
            name, samples, table = held[at], held[at + 1], held[at + 2]
            must(name not in self.components and table < _MOST_TABLES)
            component = Component(samples >> 4, samples & 0xF, table)
            must(0 < component.across <= _MOST_SAMPLES and 0 < component.down <= _MOST_SAMPLES)
            self.components[name] = component
        self._shown: dict[int, dict[int, int]] = {name: {} for name in self.components}
        """Of each component: coefficient -> the lowest bit that is known."""

    def is_shown(self) -> bool:
        """Every component is in some scan."""
        return all(self._shown.values())

    def scan(self, held: Bytes) -> Scan:
        """Take in the head of a scan. Refused is one that shows again what was shown before."""
        count = number(held, 0, 1)
        must(0 < count <= _MOST_IN_SCAN and len(held) == 4 + 2 * count)
        names = tuple(held[1:-3:2])
        must(len(set(names)) == count and all(name in self.components for name in names))
        selectors = held[2:-3:2]
        must(all(both >> 4 < _MOST_TABLES and both & 0xF < _MOST_TABLES for both in selectors))
        first, last, high, low = held[-3], held[-2], held[-1] >> 4, held[-1] & 0xF
        if self._marker in _PROGRESSIVE:
            must(first <= last < _COEFFICIENTS and low <= _MOST_BITS and high in {0, low + 1})
            must(last == 0 if first == 0 else count == 1)
            self._refine(names, range(first, last + 1), high, low)
            needs_dc, needs_ac = first == 0 and high == 0, first > 0
        elif self._marker in _LOSSLESS:
            must(last == 0 and high == 0)
            self._refine(names, range(1), 0, 0)
            needs_dc, needs_ac = True, False
        else:
            self._refine(names, range(1), 0, 0)
            # Some files say zero, and decoders do not ask.
            held = bytes(held[:-3]) + bytes([0, _COEFFICIENTS - 1, 0])
            needs_dc = needs_ac = True
        coder = DAC if self._marker in _ARITHMETIC else DHT
        slots = [(coder, both >> 4) for both in selectors if needs_dc]
        slots += [(coder, AC | both & 0xF) for both in selectors if needs_ac]
        if self._marker not in _LOSSLESS:
            slots += [(DQT, self.components[name].table) for name in names]
        return Scan(names, bytes(held), tuple(slots))

    def _refine(self, names: tuple[int, ...], coefficients: range, high: int, low: int) -> None:
        for name in names:
            shown = self._shown[name]
            must(coefficients.start == 0 or 0 in shown)
            for coefficient in coefficients:
                must(shown.get(coefficient) == (high or None))
                shown[coefficient] = low

    def must_restart_in_order(self, scan: Scan, coded: Bytes, interval: int) -> None:
        """Refuse coded data with other restarts than ``interval`` (in units, 0: none) asks for."""
        wanted = -(-self._units(scan.components) // interval) - 1 if interval else 0
        must(wanted < MAX_PIECES, Refusal.LIMIT)
        found = 0
        for restart in _RESTART.finditer(coded):
            must(found < wanted and restart[0][1] == 0xD0 + found % 8)
            found += 1
        must(found == wanted)

    def _units(self, names: tuple[int, ...]) -> int:
        """Units of a scan, from restart to restart an interval of them is coded."""
        block = 1 if self._marker in _LOSSLESS else _BLOCK
        most_across = max(component.across for component in self.components.values())
        most_down = max(component.down for component in self.components.values())
        if len(names) > 1:
            return -(-self._width // (block * most_across)) * -(-self._height // (block * most_down))
        across, down, _ = self.components[names[0]]
        wide, high = -(-self._width * across // most_across), -(-self._height * down // most_down)
        return -(-wide // block) * -(-high // block)

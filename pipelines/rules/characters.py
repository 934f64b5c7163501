"""What texts are made of, told cheaply: Arrow compiles a regex anew at every call."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

WORD = (
    r"0-9A-Za-z\x{aa}\x{b2}\x{b3}\x{b5}\x{b9}\x{ba}\x{bc}-\x{be}\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{37d}"
    r"\x{37f}-\x{386}\x{388}-\x{588}\x{58a}-\x{5bd}\x{5bf}-\x{60b}\x{60d}-\x{61a}\x{61c}-\x{61e}"
    r"\x{620}-\x{6d3}\x{6d5}-\x{963}\x{966}-\x{167f}\x{1681}-\x{1fff}\x{200c}\x{200d}\x{2070}-\x{209f}"
    r"\x{20d0}-\x{218f}\x{2460}-\x{24ff}\x{2776}-\x{2793}\x{2c00}-\x{2dff}\x{2e2f}\x{2e80}-\x{2fff}"
    r"\x{3005}-\x{3007}\x{3021}-\x{302f}\x{3031}-\x{303c}\x{3040}-\x{d7ff}\x{f900}-\x{fdff}\x{fe00}-\x{fe0f}"
    r"\x{fe20}-\x{fe2f}\x{fe70}-\x{fefe}\x{ff10}-\x{ff19}\x{ff21}-\x{ff3a}\x{ff3f}\x{ff41}-\x{ff5a}"
    r"\x{ff66}-\x{ffdc}\x{10000}-\x{1efff}\x{1f100}-\x{1f10c}\x{1fbf0}-\x{1fbf9}\x{20000}-\x{3ffff}"
    r"\x{e0100}-\x{e01ef}"
)
"""Characters of words, for an RE2 class: every letter, number and mark, by block.

What a block holds besides, or will hold one day, counts as well; punctuation, symbols and emoji have
blocks of their own. RE2 makes 700 ranges of ``\\pL``, which takes it 30 times as long to compile as these.
"""

_ZEROS = (
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0,
    0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50,
    0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
    0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
)  # fmt: skip
"""The zero of every set of decimal digits (Unicode 15); one to nine follow it."""


def with_ascii_digits(words: pa.StringArray) -> pa.StringArray:
    """Words, the decimal digits of every script written as 0 to 9."""
    if not len(words) or pc.all(pc.string_is_ascii(words)).as_py() is not False:
        return words
    foreign = "".join(rf"\x{{{zero:x}}}-\x{{{zero + 9:x}}}" for zero in _ZEROS)
    if not matches(words, f"[{foreign}]").any():
        return words
    for digit in range(10):
        same = "".join(rf"\x{{{zero + digit:x}}}" for zero in _ZEROS)
        words = pc.replace_substring_regex(words, f"[{same}]", str(digit))
    return words


def matches(words: pa.StringArray, pattern: str) -> npt.NDArray[np.bool_]:
    """Where an RE2 pattern is found; null words match nothing."""
    return np.asarray(pc.match_substring_regex(words, pattern).fill_null(False))


def holds(words: pa.StringArray, first: str, last: str) -> npt.NDArray[np.bool_]:
    """Where a text holds an ASCII character from ``first`` to ``last``; null holds nothing."""
    return count(words, first, last) > 0


def count(words: pa.StringArray, first: str, last: str) -> npt.NDArray[np.int64]:
    """How many ASCII characters from ``first`` to ``last`` each text holds; null holds none."""
    offsets, text = _bytes(words)
    inside = np.flatnonzero(_within(text, first, last))
    found = np.bincount(np.searchsorted(offsets, inside, side="right") - 1, minlength=len(words))
    return np.where(words.is_valid(), found, 0)


def begins(words: pa.StringArray, first: str, last: str) -> npt.NDArray[np.bool_]:
    """Where a text begins with an ASCII character from ``first`` to ``last``; null begins with nothing."""
    offsets, text = _bytes(words)
    found = np.diff(offsets) > 0
    found &= np.asarray(words.is_valid())
    found[found] = _within(text[offsets[:-1][found]], first, last)
    return found


def _bytes(words: pa.StringArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where each text begins, and where the last one ends; and the bytes of all of them."""
    if not len(words):
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    _, starts, data = words.buffers()
    offsets = np.frombuffer(starts, np.int32, len(words) + 1, words.offset * 4)
    return offsets - offsets[0], np.frombuffer(data or b"", np.uint8)[offsets[0] : offsets[-1]]


def _within(text: npt.NDArray[np.uint8], first: str, last: str) -> npt.NDArray[np.bool_]:
    # Bytes below `first` wrap round to large ones; those of other characters are 0x80 and above.
    within: npt.NDArray[np.bool_] = text - np.uint8(ord(first)) <= ord(last) - ord(first)
    return within

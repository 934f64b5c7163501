"""A vectorised 64-bit hash of ids. It orders the look-up table of one build and never outlives it."""

import hashlib
from itertools import count

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)
_WORD, _BYTE = 8, np.uint64(8)
"""Bytes in a word, bits in a byte."""
_WORDS_UP_TO = 4096
"""Bytes of an id that are taken word by word; what follows them becomes one word more. Nobody's ids are as
long, and a hostile one of megabytes takes no step of its own for every eight bytes."""


def hash_ids(ids: pa.StringArray) -> npt.NDArray[np.uint64]:
    """One u64 per id; equal ids have equal hashes. Null counts as the empty id."""
    if pa.types.is_large_string(ids.type):
        ids = ids.cast(pa.string())
    if len(ids) == 0:
        return np.zeros(0, np.uint64)
    _, offsets_buffer, data_buffer = ids.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32, len(ids) + 1, ids.offset * 4).astype(np.int64)
    data = np.frombuffer(data_buffer or b"", np.uint8)[offsets[0] : offsets[-1]]
    starts, lengths = offsets[:-1] - offsets[0], np.diff(offsets)
    padded = np.append(data, np.zeros(_WORD, np.uint8))
    # A word at every byte: the eight bytes that begin there.
    words = np.ndarray(len(data) + 1, "<u8", padded, strides=(1,))
    hashes = lengths.astype(np.uint64) * _PRIME
    used = np.minimum(lengths, _WORDS_UP_TO)
    rows = np.arange(len(ids))
    for position in count(0, _WORD):
        rows = rows[used[rows] > position]
        if not len(rows):
            break
        beyond = np.maximum(position + _WORD - used[rows], 0).astype(np.uint64) * _BYTE
        word = words[starts[rows] + position] << beyond >> beyond
        hashes[rows] = _mixed(hashes[rows], word)
    long = np.flatnonzero(lengths > _WORDS_UP_TO)
    rest = [_digest(data[starts[row] + _WORDS_UP_TO : starts[row] + lengths[row]].tobytes()) for row in long]
    hashes[long] = _mixed(hashes[long], np.array(rest, np.uint64))
    return (hashes * _MIX) ^ (hashes >> _SHIFT)


def _mixed(hashes: npt.NDArray[np.uint64], word: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    value = (hashes ^ word) * _PRIME
    return value ^ (value >> _SHIFT)


def _digest(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=_WORD).digest(), "little")

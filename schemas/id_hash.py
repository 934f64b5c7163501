"""A vectorised 64-bit hash of ids. It orders the look-up table of one build and never outlives it."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)
_HASHED_BYTES = 64
"""Longer ids are told apart by their length and then by comparison."""


def hash_ids(ids: pa.StringArray) -> npt.NDArray[np.uint64]:
    """One u64 per id; equal ids have equal hashes. Null counts as the empty id."""
    if pa.types.is_large_string(ids.type):
        ids = ids.cast(pa.string())
    if len(ids) == 0:
        return np.zeros(0, np.uint64)
    _, offsets_buffer, data_buffer = ids.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32, len(ids) + 1, ids.offset * 4).astype(np.int64)
    data = np.frombuffer(data_buffer or b"", np.uint8)
    lengths = np.diff(offsets)
    hashes = np.empty(len(ids), np.uint64)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        used = min(int(length), _HASHED_BYTES)
        words = -(-used // 8)
        block = np.zeros((len(rows), words * 8), np.uint8)
        block[:, :used] = data[offsets[rows, None] + np.arange(used)]
        value = np.full(len(rows), length, np.uint64) * _PRIME
        for word in block.view("<u8").reshape(len(rows), words).T:
            value = (value ^ word) * _PRIME
            value ^= value >> _SHIFT
        hashes[rows] = (value * _MIX) ^ (value >> _SHIFT)
    return hashes

"""A look at the bytes of texts: cheap, where a regex costs ten times as much on every row."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def holds(words: pa.StringArray, first: str, last: str) -> npt.NDArray[np.bool_]:
    """Where a text holds an ASCII character from ``first`` to ``last``; null holds nothing."""
    found = np.zeros(len(words), bool)
    if not len(words):
        return found
    _, starts, data = words.buffers()
    offsets = np.frombuffer(starts, np.int32, len(words) + 1, words.offset * 4)
    text = np.frombuffer(data or b"", np.uint8)[offsets[0] : offsets[-1]]
    # Bytes below `first` wrap round to large ones; those of other characters are 0x80 and above.
    inside = np.flatnonzero(text - np.uint8(ord(first)) <= ord(last) - ord(first))
    found[np.searchsorted(offsets, inside + offsets[0], side="right") - 1] = True
    found &= np.asarray(words.is_valid())
    return found

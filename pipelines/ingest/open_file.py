"""Opening a source file: plain, gzip and zstd are told apart by their first bytes."""

import io
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    # a frame to be skipped may come first: one of sixteen numbers (RFC 8878, 3.1.2)
    **{bytes([0x50 + number]) + b"\x2a\x4d\x18": "zstd" for number in range(16)},
}
_BUFFER = 1 << 20


def open_file(path: Path) -> BinaryIO:
    """The bytes of a file, decompressed as they are read, in bounded memory.

    A compressed file that ends too early is an OSError when its end is reached, never a short file.
    """
    with path.open("rb") as file:
        first = file.read(4)
    kind = next((kind for magic, kind in _MAGIC.items() if first.startswith(magic)), None)
    if kind is None:
        return path.open("rb", buffering=_BUFFER)
    # Unlike gzip and zstandard, Arrow reads members one after the other and notices a missing end.
    return cast("BinaryIO", io.BufferedReader(pa.CompressedInputStream(pa.OSFile(str(path)), kind), _BUFFER))

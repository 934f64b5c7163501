"""What one file may take of a process that reads it."""

from dataclasses import dataclass

ANSWER_BYTES = 8 * 1024 * 1024
"""An answer that is longer is none."""

DECLARED_BYTES = 4 * 1024 * 1024
"""Bytes of what a file declares that are answered; of more the rest is left out, and said to be."""

SIDECAR_BYTES = 4 * 1024 * 1024
"""Bytes of a sidecar that are read; a longer one is cut, and counts as truncated."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one file; part of the command line of a worker."""

    seconds: int = 10
    """Time from the answer before; beyond it the worker is ended."""
    file_bytes: int = 256 * 1024 * 1024
    """A larger file is not opened for reading."""
    memory_bytes: int = 512 * 1024 * 1024
    """Address space beside what the worker has when it starts; the mapped file counts."""

"""Files that a command writes where a person asked for them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from schemas.errors import ConfigurationError


@contextmanager
def writing_file(path: Path, mode: int = 0o666, *, new: bool = False) -> Iterator[BinaryIO]:
    """A file to write to; ConfigurationError where it cannot be made.

    ``new``: one that exists is refused, and what an error leaves behind is removed.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC), mode)
    except OSError as error:
        raise ConfigurationError(
            str(path),
            expected="a file that can be written",
            found=error.strerror or type(error).__name__,
            remedy="choose another path",
        ) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException:
        if new:
            path.unlink(missing_ok=True)
        raise

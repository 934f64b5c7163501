"""Files that a command writes where a person asked for them: whole, or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from schemas.errors import ConfigurationError


@contextmanager
def writing_file(path: Path, mode: int = 0o666, *, new: bool = False) -> Iterator[BinaryIO]:
    """A file to write to. It takes its name when all of it is on the disk; what raises leaves no name.

    Where nothing was written, what was there stays as it was. A pipe or a device is written as it stands.
    ``new``: one that exists is refused.

    Raises:
        ConfigurationError: it cannot be made or written.
    """
    try:
        if new and path.exists():
            raise FileExistsError(0, "one that exists")
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
        path = path.resolve()  # a link goes on pointing at the file
        unfinished = path.with_name(f".{secrets.token_hex(8)}")
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if unfinished.stat().st_size:
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(
            str(path),
            expected="a new file" if new else "a file that can be written",
            found=error.strerror or type(error).__name__,
            remedy="choose another path",
        ) from error

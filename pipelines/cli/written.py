"""Files that a command writes where a person asked for them: whole, or not at all."""

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from schemas.errors import ConfigurationError, OptoutError


@contextmanager
def writing_file(
    path: Path, mode: int = 0o666, *, replaces: Callable[[Path], object] | None = None
) -> Iterator[BinaryIO]:
    """A file to write to. It takes its name when all of it is on the disk; what raises leaves no name.

    Whoever mistypes a name must not lose a key or a log: what exists is refused. ``replaces`` raises an
    OptoutError or OSError of a file that is none of the same kind; others it lets be replaced, and empty
    ones. Then a pipe or a device is written as it stands, and where nothing was written, what was there stays
    as it was.

    Raises:
        ConfigurationError: it cannot be made or written, or exists.
    """
    try:
        if path.exists() and replaces is None:
            raise FileExistsError(0, "one that exists")
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
        path = path.resolve()  # a link goes on pointing at the file
        if replaces is not None and path.exists() and path.stat().st_size:
            _check_kind(path, replaces)
        unfinished = path.with_name(f".{secrets.token_hex(8)}")
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if replaces is None:
                os.link(unfinished, path)  # a file that came meanwhile is not replaced either
            elif unfinished.stat().st_size:
                if path.exists():
                    unfinished.chmod(stat.S_IMODE(path.stat().st_mode))
                unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(
            str(path),
            expected="a new file" if isinstance(error, FileExistsError) else "a file that can be written",
            found=error.strerror or type(error).__name__,
            remedy="choose another path",
        ) from error


def _check_kind(path: Path, replaces: Callable[[Path], object]) -> None:
    """That a file is one of those that may be replaced (FileExistsError)."""
    try:
        replaces(path)
    except OptoutError:
        raise FileExistsError(0, "one that exists, and is no earlier one of the same kind") from None

"""A large file that is written piece by piece and takes its name at the end."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipelines.disk.durable import sync_folder
from schemas.errors import BadInput


@contextmanager
def replacing_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to. It replaces ``path`` when all of it is on the disk. What raises leaves none.

    A process that is killed leaves ``.NAME.unfinished``, which the next one to write ``path`` takes over.

    Raises:
        BadInput: another process is writing the same file.
        OSError: it cannot be made, written or named.
    """
    path = path.resolve()  # a link goes on pointing at the file
    unfinished = path.with_name(f".{path.name}.unfinished")
    handle = _locked(unfinished)
    with os.fdopen(handle, "wb") as file:
        try:
            file.truncate()
            yield file
            file.flush()
            os.fsync(handle)
            unfinished.replace(path)
        except BaseException:
            # Never afterwards: the name may be that of another process's file by then.
            unfinished.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def _locked(unfinished: Path) -> int:
    """A handle of the file that has this name while its lock is held."""
    while True:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if unfinished.exists() and os.path.samestat(os.fstat(handle), unfinished.stat()):
                return handle
        except BlockingIOError as error:
            os.close(handle)
            raise BadInput(
                str(unfinished),
                expected="one process that writes this file",
                found="another one, too",
                remedy="wait until it has ended, or write to another file",
            ) from error
        os.close(handle)  # its writer gave it its name, or took it away, in between

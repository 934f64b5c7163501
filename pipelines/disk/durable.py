"""Files that survive a power cut: what was written, its name, and the folders above it."""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MASK = 0o777


@contextmanager
def temporary_file(folder: Path, data: bytes | memoryview, mode: int) -> Iterator[Path]:
    """A file of ``data`` that has reached the disk; it is gone when the block ends.

    Its writer holds a lock on it, so that a sweep can tell it from what a dead process left.
    """
    path = Path(folder, secrets.token_hex(16))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        view = memoryview(data).cast("B")
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
        yield path
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def create_file(path: Path, data: bytes, mode: int) -> bool:
    """Write a file in an existing folder, unless it is there; False if it is. What raises leaves no name.

    Either way the file and its name have reached the disk.
    """
    with suppress(FileExistsError):
        if not path.exists():
            with temporary_file(path.parent, data, mode) as written:
                os.link(written, path)
            sync_folder(path.parent)
            return True
    settle(path)
    return False


def settle(path: Path) -> None:
    """Bring a file to the disk, and its name: whoever linked it may have died before it did."""
    _sync(path, 0)
    sync_folder(path.parent)


def make_folders(folder: Path, mode: int = MASK) -> None:
    """Make a folder and its parents, unless they are there; ``mode`` is that of the last one."""
    if not folder.is_dir():
        make_folders(folder.parent)
        make_folder(folder, mode)


def make_folder(folder: Path, mode: int = MASK) -> None:
    """Make one folder in an existing one, unless it is there; its entry reaches the disk."""
    with suppress(FileExistsError):
        folder.mkdir(mode=mode)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Bring the entries of a folder to the disk."""
    _sync(folder, os.O_DIRECTORY)


def _sync(path: Path, kind: int) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | kind)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def walk(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Every file below a folder in order of path; nothing if there is no such folder.

    Unlike ``Path.rglob``, a folder that cannot be read is an error, not an empty one.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=_order)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path))
        else:
            yield entry


def delete_tree(folder: Path) -> int:
    """Remove a folder and all below it; how many files. What vanishes meanwhile is not counted."""
    removed = 0
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=_order)
    except FileNotFoundError:
        return 0
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            removed += delete_tree(Path(entry.path))
        else:
            with suppress(FileNotFoundError):
                os.unlink(entry.path)  # noqa: PTH108 - an entry has a path, not a Path
                removed += 1
    try:
        folder.rmdir()
    except OSError as error:
        # Somebody removed it, too, or has put a new file into it: that one stays.
        if error.errno not in {errno.ENOENT, errno.ENOTEMPTY}:
            raise
    return removed


def _order(entry: os.DirEntry[str]) -> str:
    return f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name

"""A folder of pictures -> a folder of copies without what they declare. The originals are only read."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.disk.durable import delete_tree, make_folders, sync_folder
from pipelines.ingest.scanning.crew import PictureFile
from pipelines.ingest.scanning.folder import listed
from pipelines.ingest.scanning.limits import Limits
from pipelines.ingest.stripping.pieces import Bytes, Refusal, Refused
from pipelines.ingest.stripping.strip import strip
from schemas.errors import BadInput, ConfigurationError

_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


@dataclass
class Exported:
    """What became of the files of a folder."""

    copied: int = 0
    bytes: int = 0
    """Of the copies."""
    left: list[tuple[str, Refusal]] = field(default_factory=list)
    """Path and reason of each file that was not copied, in order."""


def export(source: Path, target: Path, limits: Limits, exported: Exported) -> None:
    """Copy every picture below ``source`` into the new folder ``target``, which is there once all are.

    A killed process leaves ``.NAME.unfinished``, which the next one removes. Sidecars are not copied.

    Raises:
        ConfigurationError: ``source`` is no folder, or ``target`` is there or would lie in it.
        BadInput: another process writes the same copies, or a folder cannot be listed.
        OSError: the copies cannot be written.
    """
    _check(source, target)
    unfinished = target.absolute().with_name(f".{target.name}.unfinished")
    with _new_folder(unfinished):
        for file in listed(source):
            try:
                pieces = strip(_read(file, limits))
            except Refused as refused:
                exported.left.append((file.path, refused.why))
                continue
            _write(unfinished / file.path, pieces)
            exported.copied += 1
            exported.bytes += sum(map(len, pieces))
        for folder in _folders(unfinished):
            sync_folder(folder)
        unfinished.rename(target)
    sync_folder(target.absolute().parent)


@contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    """An empty folder for one process; what raises takes it away."""
    if folder.exists():  # of a dead process, unless it holds its lock
        with _locked(folder):
            delete_tree(folder)
    folder.mkdir()
    with _locked(folder):
        try:
            yield
        except BaseException:
            delete_tree(folder)
            raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BadInput(
            str(folder),
            expected="one process that writes these copies",
            found="another one, too",
            remedy="wait until it has ended, or name another folder",
        ) from error
    finally:
        os.close(handle)


def _read(file: PictureFile, limits: Limits) -> bytes:
    """The whole file: one that is mapped could shrink meanwhile, and end this process."""
    try:
        with os.fdopen(os.open(file.place, _OPEN), "rb") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Refused(Refusal.NOT_OPENED)
            if status.st_size > limits.file_bytes:
                raise Refused(Refusal.LIMIT)
            return opened.read(limits.file_bytes)
    except OSError as error:
        raise Refused(Refusal.NOT_OPENED) from error


def _write(path: Path, pieces: list[Bytes]) -> None:
    make_folders(path.parent)
    with path.open("xb") as copy:
        copy.writelines(pieces)
        copy.flush()
        os.fsync(copy.fileno())


def _folders(folder: Path) -> Iterator[Path]:
    """A folder and those below it, the lowest first."""
    for above, _, _ in os.walk(folder, topdown=False):
        yield Path(above)


def _check(source: Path, target: Path) -> None:
    if not source.is_dir():
        raise ConfigurationError(
            str(source),
            expected="a folder of pictures",
            found="a file" if source.exists() else "nothing of that name",
            remedy="name the folder that holds them",
        )
    if target.exists() or target.is_symlink():
        raise ConfigurationError(
            str(target),
            expected="the name of a new folder: copies of an earlier export would stay among these",
            found="something of that name",
            remedy="remove it, or name another one",
        )
    if not target.absolute().parent.is_dir():
        raise ConfigurationError(
            str(target),
            expected="a new folder in one that is there",
            found="no folder of that name",
            remedy=f"make {target.parent}, or name another place",
        )
    if target.resolve().is_relative_to(source.resolve()):
        raise ConfigurationError(
            str(target),
            expected=f"a folder outside of {source}, all files of which are copied",
            found="one inside",
            remedy="name another place",
        )

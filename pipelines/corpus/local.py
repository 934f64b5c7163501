"""A store in a folder. Durable, because no library's local store is: none of them calls fsync.

A write is a temporary file under staging/tmp, fsync, a link to its name, fsync of the folder. So a
name never shows half an object, and one that was seen survives a power cut.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.corpus import locks
from pipelines.corpus.objects import StoredObject, Suffix, Zone, checked_name, object_name
from pipelines.disk.durable import (
    MASK,
    delete_tree,
    make_folder,
    settle,
    sync_folder,
    temporary_file,
    walk,
)
from pipelines.disk.failures import explain, explained, in_doubt
from schemas.canonical import sha256
from schemas.documents import ObjectRef
from schemas.errors import BadInput

if TYPE_CHECKING:
    import pyarrow as pa

_STAGING = "staging"
_TEMPORARY = "staging/tmp"
_READ_ONLY, _PRIVATE, _PRIVATE_FOLDER = 0o444, 0o600, 0o700
_ATTEMPTS = 10


@dataclass(frozen=True)
class LocalStore:
    """:class:`pipelines.corpus.store.Store` in the folder ``root``."""

    root: Path
    _durable: set[Path] = field(default_factory=set, repr=False, compare=False)
    """Folders whose entry in their parent this process has seen to the disk."""

    @property
    def url(self) -> str:
        """The file URL of the folder."""
        return self.root.as_uri()

    def location(self, name: str) -> str:
        """The path of ``name``."""
        return str(self._path(name))

    def object_name(self, zone: Zone, digest: str, suffix: Suffix) -> str:
        """The name of an object."""
        return object_name(zone, digest, suffix)

    def put(self, zone: Zone, data: bytes | memoryview, suffix: Suffix, rows: int | None = None) -> ObjectRef:
        """Write an object under its digest; what lies there already must be the same bytes."""
        digest = sha256(data)
        name = object_name(zone, digest, suffix)
        if not self.create(name, data) and self._digest(name) != digest:
            raise BadInput(
                name,
                expected="the bytes that its name is the SHA-256 of",
                found="other bytes",
                remedy="restore it from a backup; or delete it and run `optout build --from-scratch`",
            )
        return ObjectRef(digest=digest, bytes=len(data), rows=rows)

    def read(self, name: str) -> bytes:
        """All bytes of ``name``."""
        with self._present(name), explained(name):
            return self._path(name).read_bytes()

    def open(self, name: str) -> "pa.NativeFile":
        """``name``, memory-mapped; an empty file cannot be, and is a buffer."""
        import pyarrow as pa

        with self._present(name), explained(name):
            if not self._path(name).stat().st_size:
                return pa.BufferReader(b"")
            return pa.memory_map(str(self._path(name)))

    def size(self, name: str) -> int | None:
        """Bytes of ``name``; None if it is missing."""
        with explained(name), suppress(FileNotFoundError):
            return self._path(name).stat().st_size
        return None

    def exists(self, name: str) -> bool:
        """Whether ``name`` is there."""
        return self.size(name) is not None

    def create(self, name: str, data: bytes | memoryview) -> bool:
        """Write ``name`` unless it exists: the link decides, in one system call."""
        with suppress(FileExistsError):
            if not self.exists(name):
                self._install(name, data, os.link)
                return True
        with in_doubt(name), self._present(name):
            settle(self._path(name))
        return False

    def replace(self, name: str, data: bytes | memoryview) -> None:
        """Write a name in staging, whether it exists or not."""
        if not name.startswith(f"{_STAGING}/"):
            msg = f"only staging may be overwritten, not {name}"
            raise ValueError(msg)
        self._install(name, data, os.replace)

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Everything below a folder but hidden files; what vanishes meanwhile is left out."""
        folder = self._path(prefix.rstrip("/")) if prefix else self.root
        with explained(prefix or self.url):
            for entry in walk(folder):
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    name = Path(entry.path).relative_to(self.root).as_posix()
                    if "/." not in name:
                        yield StoredObject(name, status.st_size, status.st_mtime_ns)

    def delete(self, name: str) -> None:
        """Remove ``name`` if it is there. Without fsync: a power cut may bring it back."""
        with explained(name):
            self._path(name).unlink(missing_ok=True)

    def delete_prefix(self, prefix: str) -> int:
        """Remove everything below a folder, and the folder; how many files."""
        with explained(prefix):
            return delete_tree(self._path(prefix.rstrip("/")))

    def clean(self) -> int:
        """Remove temporary files that no living process is writing."""
        removed = 0
        with explained(_TEMPORARY):
            for entry in walk(self._path(_TEMPORARY)):
                path = Path(entry.path)
                with suppress(FileNotFoundError), locks.alone(path) as free:
                    if free:
                        path.unlink()
                        removed += 1
        return removed

    @contextmanager
    def lease(self, name: str) -> Iterator[None]:
        """Hold the file ``name`` together with others; waits while somebody has it exclusively."""
        with ExitStack() as stack:
            with explained(name):
                held = False
                # A sweep that removes the folder between two of these calls makes it start again.
                while not held:
                    with suppress(FileNotFoundError):
                        self._ensure(self._path(name).parent)
                        held = stack.enter_context(locks.shared(self._path(name)))
            yield

    @contextmanager
    def exclusively(self, name: str) -> Iterator[bool]:
        """Hold the file ``name`` alone if that is to be had at once."""
        with ExitStack() as stack:
            free = False
            with explained(name), suppress(FileNotFoundError):
                self._ensure(self._path(name).parent)
                free = stack.enter_context(locks.alone(self._path(name), create=True))
            yield free

    def is_leased(self, name: str) -> bool:
        """Whether the file ``name`` cannot be held alone."""
        with explained(name), suppress(FileNotFoundError), locks.alone(self._path(name)) as free:
            return not free
        return False

    def _digest(self, name: str) -> str:
        with self._present(name), explained(name), self._path(name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _path(self, name: str) -> Path:
        return Path(self.root, checked_name(name))

    @contextmanager
    def _present(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise BadInput(
                name,
                expected=f"an object of the corpus at {self.url}",
                found="nothing of that name",
                remedy="check corpus in optout.yaml; an object that was lost comes from a backup",
            ) from error

    def _install(self, name: str, data: bytes | memoryview, place: Callable[[Path, Path], None]) -> None:
        private = name.startswith(f"{_STAGING}/")
        for left in reversed(range(_ATTEMPTS)):
            try:
                with explained(name):
                    self._ensure(self._path(name).parent)
                    self._ensure(self._path(_TEMPORARY))
                    mode = _PRIVATE if private else _READ_ONLY
                    with temporary_file(self._path(_TEMPORARY), data, mode) as written:
                        place(written, self._path(name))
                break
            except FileNotFoundError as error:
                # A sweep took the folder, or the temporary file in the instant before its lock.
                if not left:
                    raise explain(error, name) from error
        self._settle(name)

    def _settle(self, name: str) -> None:
        with in_doubt(name):
            sync_folder(self._path(name).parent)

    def _ensure(self, folder: Path) -> None:
        """Make a folder and its parents; each new entry reaches the disk before it is used."""
        if folder.is_dir() and (folder in self._durable or self.root not in folder.parents):
            return
        self._ensure(folder.parent)
        make_folder(folder, _PRIVATE_FOLDER if folder == Path(self.root, _STAGING) else MASK)
        self._durable.add(folder)

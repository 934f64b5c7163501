"""The store: the one place where bytes of a corpus are written and read. Opened by URL.

Names are those of :mod:`pipelines.corpus.objects`; that a store is a folder on a disk is known
only to the implementation behind :func:`open_store`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from pipelines.corpus.objects import StoredObject, Suffix, Zone
from schemas.documents import ObjectRef
from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    import pyarrow as pa


class Store(Protocol):
    """Durable objects by name. What returns has reached the disk; what raises has left no name."""

    @property
    def url(self) -> str:
        """The URL that opens this store."""

    def object_name(self, zone: Zone, digest: str, suffix: Suffix) -> str:
        """The name of an object: see :func:`pipelines.corpus.objects.object_name`."""

    def put(self, zone: Zone, data: bytes | memoryview, suffix: Suffix, rows: int | None = None) -> ObjectRef:
        """Write an object under its digest. Writing it again changes nothing.

        Raises:
            BadInput: it cannot be written, or other bytes lie under its name.
        """

    def read(self, name: str) -> bytes:
        """All bytes of ``name``; BadInput if it is missing."""

    def open(self, name: str) -> "pa.NativeFile":
        """``name`` for reading in places, memory-mapped where that is possible; BadInput if missing."""

    def size(self, name: str) -> int | None:
        """Bytes of ``name``; None if it is missing."""

    def exists(self, name: str) -> bool:
        """Whether ``name`` is there."""

    def create(self, name: str, data: bytes | memoryview) -> bool:
        """Write ``name`` unless it exists; False if it does. Of two who try at once, one succeeds.

        Either way the name has reached the disk, even if whoever wrote it died before it had.
        """

    def replace(self, name: str, data: bytes | memoryview) -> None:
        """Write ``name``, whether it exists or not. Only staging may be overwritten: else ValueError."""

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Everything below the folder ``prefix``, in order of name.

        Names that begin with a dot are not ours: desktops and file systems leave such files anywhere.
        """

    def delete(self, name: str) -> None:
        """Remove ``name`` if it is there."""

    def delete_prefix(self, prefix: str) -> int:
        """Remove everything below the folder ``prefix``; how many."""

    def clean(self) -> int:
        """Remove what interrupted writes have left, and nothing of those still going on; how many."""

    def lease(self, name: str) -> AbstractContextManager[None]:
        """Say that ``name`` is in use, together with others who say so; ends when the process does."""

    def exclusively(self, name: str) -> AbstractContextManager[bool]:
        """True while nobody else holds a lease on ``name`` nor can get one; False if somebody does."""

    def is_leased(self, name: str) -> bool:
        """Whether anybody holds a lease on ``name`` now, this process included."""

    def location(self, name: str) -> str:
        """Where other programs find ``name``: a path or URL. It need not exist."""


def open_store(url: str) -> Store:
    """The store at a ``file://`` URL or a plain path. Nothing is created before it is written to.

    Raises:
        ConfigurationError: another scheme, or a file URL that names a host.
    """
    from pipelines.corpus.local import LocalStore

    if "://" not in url:
        return LocalStore(Path(url).resolve())
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        raise ConfigurationError(
            "corpus in optout.yaml",
            expected="a path or a file:// URL",
            found=f"a {parts.scheme}:// URL" if parts.scheme != "file" else "a file:// URL with a host",
            remedy="name a folder on a local disk",
        )
    return LocalStore(Path(unquote(parts.path)).resolve())

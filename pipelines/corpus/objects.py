"""Names in a store: where an object lies follows from its zone and its SHA-256."""

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

from schemas.canonical import sha256
from schemas.errors import BadInput

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.corpus.store import Store
    from schemas.documents import ObjectRef

Zone = Literal["data", "lineage"]
Suffix = Literal["parquet", "json"]

ROOTS = frozenset({"versions", "data", "lineage", "staging"})
"""The top folders of a store. Access rules can keep them apart (law 8)."""

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_OBJECT = re.compile(r"(data|lineage)/sha256/([0-9a-f]{2})/([0-9a-f]{62})\.(parquet|json)")


class ObjectName(NamedTuple):
    """What the name of an object says."""

    zone: Zone
    digest: str
    suffix: Suffix


@dataclass(frozen=True)
class StoredObject:
    """One entry of a listing: its name, its size and when it was written (nanoseconds since 1970)."""

    name: str
    bytes: int
    modified_ns: int


def object_name(zone: Zone, digest: str, suffix: Suffix) -> str:
    """``data/sha256/ab/cdef….parquet``: the first two digits are the folder, the rest the file.

    Raises:
        ValueError: ``digest`` is not 64 lower-case hexadecimal digits.
    """
    if not _DIGEST.fullmatch(digest):
        msg = "an object is named by 64 lower-case hexadecimal digits"
        raise ValueError(msg)
    return f"{zone}/sha256/{digest[:2]}/{digest[2:]}.{suffix}"


def parse_object_name(name: str) -> ObjectName | None:
    """The inverse of :func:`object_name`; None for every other name."""
    match = _OBJECT.fullmatch(name)
    if match is None:
        return None
    zone, folder, rest, suffix = match.groups()
    return ObjectName(cast("Zone", zone), folder + rest, cast("Suffix", suffix))


def checked_name(name: str) -> str:
    """``name`` itself if it may stand in a store: relative, plain segments, under a known root.

    Raises:
        ValueError: anything that could lead elsewhere (``..``, an absolute path, a backslash).
    """
    root, *rest = name.split("/")
    if root not in ROOTS or not all(_SEGMENT.fullmatch(segment) for segment in rest):
        msg = f"not a name in a store: {name!r}"
        raise ValueError(msg)
    return name


def read_object(store: "Store", zone: Zone, ref: "ObjectRef", suffix: Suffix) -> bytes:
    """The bytes of an object, checked against the reference that led to it.

    Raises:
        BadInput: it is missing, or its bytes are not those that the reference names.
    """
    name = object_name(zone, ref.digest, suffix)
    data = store.read(name)
    _check_bytes(name, ref, sha256(data), len(data))
    return data


def open_object(store: "Store", zone: Zone, ref: "ObjectRef", suffix: Suffix) -> "pa.NativeFile":
    """An object that may be larger than memory, for reading in places, checked likewise.

    Raises:
        BadInput: as :func:`read_object`.
    """
    name = object_name(zone, ref.digest, suffix)
    file = store.open(name)
    digest = hashlib.file_digest(file, "sha256")
    _check_bytes(name, ref, digest.hexdigest(), file.tell())
    file.seek(0)
    return file


def _check_bytes(name: str, ref: "ObjectRef", digest: str, size: int) -> None:
    if digest != ref.digest or size != ref.bytes:
        raise BadInput(
            name,
            expected=f"{ref.bytes} bytes with SHA-256 {ref.digest}",
            found=f"{size} bytes with SHA-256 {digest}",
            remedy="the object was changed after it was written: restore it from a backup",
        )

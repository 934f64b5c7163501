"""Objects of a version: read under their digest, decoded with their exact schema, or named as faults."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.canonical import sha256
from schemas.documents import ObjectRef
from schemas.errors import BadInput, OptoutError
from schemas.model import Model
from schemas.spill import MEMORY_ROWS, kept

if TYPE_CHECKING:
    from pipelines.corpus.objects import Suffix, Zone
    from pipelines.corpus.store import Store
    from pipelines.lineage.verify.faults import Faults

LAW = 4
"""Everything lies under its digest; a version is its envelope."""
M = TypeVar("M", bound=Model)


@dataclass
class Objects:
    """Reads objects of ``store``. What is missing, damaged or of another form becomes a fault."""

    store: "Store"
    faults: "Faults"
    counts: Counter[str] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)
    """Every object the version refers to, found or not."""

    def data(self, ref: ObjectRef, suffix: "Suffix", zone: "Zone" = "lineage") -> bytes | None:
        """The bytes of an object, if they are what its name says."""
        name = self._counted(ref, suffix, zone)
        try:
            data = self.store.read(name)
        except BadInput:
            self._add_missing(name)
            return None
        return data if self._is_named_so(name, ref, sha256(data), len(data)) else None

    def table(
        self, ref: ObjectRef, schema: pa.Schema, zone: "Zone" = "lineage", rows: int | None = None
    ) -> pa.Table | None:
        """An object as a table of exactly ``schema``, with the rows its reference says."""
        is_large = ref.rows is not None and ref.rows > MEMORY_ROWS
        source = self._opened(ref, zone) if is_large else self.data(ref, "parquet", zone)
        if source is None:
            return None
        name = self.store.object_name(zone, ref.digest, "parquet")
        try:
            file = pq.ParquetFile(source if is_large else pa.BufferReader(source))
            found = file.schema_arrow
            read = partial(kept, file.iter_batches(), schema) if is_large else file.read
            table = read() if found.equals(schema) else None
        except (pa.ArrowException, OSError, ValueError) as error:
            self.faults.add(
                "objects", name, LAW, expected="a Parquet table", found=f"an error: {type(error).__name__}"
            )
            return None
        if table is None:
            self.faults.add("objects", name, LAW, expected=_columns(schema), found=_columns(found, schema))
            return None
        told = rows if rows is not None else ref.rows
        if told is not None and len(table) != told:
            self.faults.add("objects", name, LAW, expected=f"{told} rows", found=f"{len(table)} rows")
        return table

    def model(self, ref: ObjectRef, model: type[M]) -> M | None:
        """An object as a document of ``model``, in its canonical form."""
        data = self.data(ref, "json")
        if data is None:
            return None
        name = self.store.object_name("lineage", ref.digest, "json")
        return parsed(self.faults, name, data, model)

    def _opened(self, ref: ObjectRef, zone: "Zone") -> pa.NativeFile | None:
        """An object that may be larger than memory, if it is what its name says."""
        name = self._counted(ref, "parquet", zone)
        try:
            file = self.store.open(name)
        except BadInput:
            self._add_missing(name)
            return None
        digest = hashlib.file_digest(file, "sha256")
        if not self._is_named_so(name, ref, digest.hexdigest(), file.tell()):
            return None
        file.seek(0)
        return file

    def _counted(self, ref: ObjectRef, suffix: "Suffix", zone: "Zone") -> str:
        name = self.store.object_name(zone, ref.digest, suffix)
        self.counts["objects"] += name not in self.names
        self.names.add(name)
        return name

    def _add_missing(self, name: str) -> None:
        self.faults.add("objects", name, LAW, expected="an object of this name", found="none")

    def _is_named_so(self, name: str, ref: ObjectRef, digest: str, size: int) -> bool:
        if digest != ref.digest:
            self.faults.add("objects", name, LAW, expected=f"SHA-256 {ref.digest}", found=f"SHA-256 {digest}")
            return False
        if size != ref.bytes:
            words = f"{ref.bytes} bytes, as its reference says"
            self.faults.add("objects", name, LAW, expected=words, found=f"{size}")
        return True


def parsed(faults: "Faults", name: str, data: bytes, model: type[M]) -> M | None:
    """A document out of its canonical bytes; anything else is a fault of ``name``."""
    try:
        document = model.parse(data, name)
    except OptoutError as error:
        faults.add("documents", name, LAW, expected=error.expected or model.__name__, found=error.found or "")
        return None
    if document.to_canonical_json() != data:
        words = "canonical JSON (RFC 8785)"
        faults.add("documents", name, LAW, expected=words, found="other bytes of the same meaning")
        return None
    return document


def _columns(schema: pa.Schema, other: pa.Schema | None = None) -> str:
    names = other.names if other is not None else []
    shown = [f for f in schema if other is None or f.name not in names or not f.equals(other.field(f.name))]
    return "columns " + ", ".join(
        f"{f.name} {f.type}{'' if f.nullable else ' not null'}" for f in shown or schema
    )

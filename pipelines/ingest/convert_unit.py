"""One unit of an ingest: its files read, converted, and put together to canonical files."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from pipelines.ingest.batch import Batch
from pipelines.ingest.convert import Converter
from pipelines.ingest.instants import without_future
from pipelines.ingest.mapped import check_columns, source_columns
from pipelines.ingest.measure import Measured
from pipelines.ingest.parts import PartLimits, parts_of
from pipelines.ingest.pictures.filling import Pictures
from pipelines.ingest.read_csv import read_csv
from pipelines.ingest.read_jsonl import read_jsonl
from pipelines.ingest.read_parquet import read_parquet
from pipelines.ingest.scanning.limits import Limits
from pipelines.ingest.scanning.supervising import crew_of
from schemas.errors import BadInput
from schemas.fields import ACCOUNTS, RECORDS
from schemas.ingest_plans import IngestUnit, MediaRoot, SourceFile
from schemas.source import CsvFormat, Entry, JsonlFormat, SourceDescription


@dataclass
class UnitConversion:
    """The conversion of a unit; what is counted grows while parts are taken.

    ``now``: the moment of ingest. Instants after it are counted, and are null in the parts.
    """

    description: SourceDescription
    unit: IngestUnit
    now: datetime
    media: MediaRoot | None = None
    measured: Measured = field(default_factory=Measured)
    rows: int = 0
    defects: Counter[str] = field(default_factory=Counter)
    pictures: Counter[str] = field(default_factory=Counter)

    def parts(self) -> Iterator[pa.Buffer]:
        """The bytes of canonical files, one after the other.

        Raises:
            BadInput: a file changed since the plan, cannot be read to its end, or lacks a column.
        """
        schema = ACCOUNTS if self.unit.table == "accounts" else RECORDS
        limits = PartLimits(self.description.row_group_rows, self.description.part_rows)
        if self.media is None or self.unit.table == "accounts":
            yield from parts_of(self._batches(), schema, limits)
            return
        # One process: units are converted side by side already.
        with crew_of(1, Limits(), sha256=True) as crew:
            root = os.fsencode(Path(self.media.path).resolve())
            pictures = Pictures(root, crew, self.pictures)
            yield from parts_of(self._batches(pictures), schema, limits)

    def _batches(self, pictures: Pictures | None = None) -> Iterator[pa.RecordBatch]:
        entry = entry_of(self.description, self.unit)
        converter = Converter(entry, self.description.platform)
        for file in self.unit.files:
            try:
                check_unchanged(file)
                for batch in _read(entry, file):
                    converted = converter.convert(batch, file.name)
                    for rows in _filled(converted, batch, file, pictures):
                        self._count(rows)
                        yield without_future(rows, self.now)
                check_unchanged(file)
            except (OSError, pa.ArrowException, ValueError) as error:
                raise _unreadable(file, error) from error

    def _count(self, rows: pa.RecordBatch) -> None:
        self.rows += len(rows)
        defects = rows.column("defect").drop_null()
        self.defects.update(defects.field("field").to_pylist())
        if self.unit.table == "accounts":
            self.measured.add_accounts(rows)
        else:
            self.measured.add_records(rows, self.now)


def _filled(
    rows: pa.RecordBatch, batch: Batch, file: SourceFile, pictures: Pictures | None
) -> Iterable[pa.RecordBatch]:
    return [rows] if pictures is None else pictures.fill(rows, batch.positions, file.name)


def entry_of(description: SourceDescription, unit: IngestUnit) -> Entry:
    """The entry of source.yaml that a unit belongs to."""
    entries: tuple[Entry, ...] = description.accounts if unit.table == "accounts" else description.records
    return entries[unit.entry]


def check_unchanged(file: SourceFile) -> None:
    """BadInput if a file is not the one that was planned."""
    found = Path(file.path).stat()
    if (found.st_size, str(found.st_mtime_ns)) != (file.bytes, file.stamp):
        raise BadInput(
            file.name,
            expected="the file as it was when the ingest began",
            found="a file that has changed since",
            remedy="run `optout ingest` again when nobody writes to it",
        )


def _read(entry: Entry, file: SourceFile) -> Iterator[Batch]:
    path = Path(file.path)
    check_columns(entry, path, file.name)
    if isinstance(entry.format, CsvFormat):
        return read_csv(path, entry.format)
    if isinstance(entry.format, JsonlFormat):
        return read_jsonl(path)
    return read_parquet(path, source_columns(entry))


def _unreadable(file: SourceFile, error: Exception) -> BadInput:
    strerror = error.strerror if isinstance(error, OSError) else None
    return BadInput(
        file.name,
        expected="a file that can be read to its end",
        found=strerror or str(error).partition("\n")[0] or type(error).__name__,
        remedy="restore it, or take it out of files in source.yaml; nothing was written",
    )

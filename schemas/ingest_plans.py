"""The plan of an ingest, and what became of one of its units."""

from typing import Literal

from pydantic import Field

from schemas.documents import Digest
from schemas.model import Model
from schemas.source import SourceDescription

TableName = Literal["accounts", "records"]


class SourceFile(Model):
    """A file of a source as it was when the ingest was planned."""

    path: str
    """Where it is."""
    name: str
    """As source.yaml writes it: what defects name."""
    bytes: int = Field(ge=0)
    """Its size."""
    stamp: str
    """Modification time in nanoseconds."""


class MediaRoot(Model):
    """The folder of a source's pictures as it was when the ingest was planned."""

    path: str
    """Where it is."""
    name: str
    """As source.yaml writes it."""
    files: int = Field(ge=0)
    """Files below it, sidecars left out."""
    bytes: int = Field(ge=0)
    """Their size."""
    stamp: Digest
    """SHA-256 over path, size and modification time of each file in order, with those of its sidecars."""


class IngestUnit(Model):
    """Source files of one entry that are converted together, in this order."""

    table: TableName
    """The table they belong to."""
    entry: int = Field(ge=0)
    """Which entry of that table in source.yaml, from 0."""
    files: tuple[SourceFile, ...]
    """The files."""


class IngestPlan(Model):
    """All an ingest job needs. Lies in the source root while the ingest runs; found again by its digest."""

    format: Literal[1] = 1
    """Version of this form."""
    converter: Digest
    """Of what converts: the bytes of the modules of ingest and schemas, and the version of pyarrow."""
    description: SourceDescription
    """source.yaml."""
    media: MediaRoot | None = None
    """Where the pictures of the records are; null: they are not read."""
    units: tuple[IngestUnit, ...]
    """What is to be converted, in order."""


class DefectCount(Model):
    """How many rows did not conform in one field."""

    field: str
    """The field, or `row:…` where the row as a whole could not be read."""
    rows: int = Field(ge=1)
    """How many."""


class PictureCount(Model):
    """What became of so many pictures that records name."""

    what: str
    """`read`; `missing`, `outside` or `elsewhere`: no file to be read; `unread …` with the reason. `doubtful`
    are among those that were read."""
    pictures: int = Field(ge=1)
    """How many."""


class UnitResult(Model):
    """What one unit became. Written after its parts."""

    parts: tuple[str, ...]
    """Canonical files, relative to the source root, in order."""
    rows: int = Field(ge=0)
    """Rows, those that did not conform included."""
    defects: tuple[DefectCount, ...]
    """Rows that did not conform, by field; sorted."""
    pictures: tuple[PictureCount, ...] = ()
    """Pictures that records name; sorted."""
    digest: Digest
    """SHA-256 over the bytes of the parts, in order."""

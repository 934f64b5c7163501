"""source.json: the manifest ``ingest`` writes last, beside the canonical tables."""

from typing import Literal

from pydantic import Field

from schemas.documents import Digest
from schemas.model import Model

MANIFEST_NAME = "source.json"


class SourceNumbers(Model):
    """What the source gate judges, counted on the canonical rows. All are rows."""

    records: int = Field(ge=0)
    """Rows of the records tables."""
    malformed_records: int = Field(ge=0)
    """Of them, those that did not conform; the following numbers leave them out."""
    duplicate_records: int = Field(ge=0)
    """Whose record id occurred before."""
    implausible_dates: int = Field(ge=0)
    """Dated before 1990 or after the moment of ingest."""
    unknown_visibility: int = Field(ge=0)
    """Without a visibility."""
    unmatched_authors: int = Field(ge=0)
    """Whose author the accounts do not name."""
    accounts: int = Field(ge=0)
    """Rows of the accounts tables."""
    malformed_accounts: int = Field(ge=0)
    """Of them, those that did not conform; the numbers of unknown values leave them out."""
    duplicate_accounts: int = Field(ge=0)
    """Whose account id occurred before."""
    unknown_births: int = Field(ge=0)
    """Without a birth date."""
    unknown_values: int = Field(ge=0)
    """Of both tables, with a value outside its vocabulary."""


class SourceManifest(Model):
    """The canonical tables of one source. Paths are relative to the folder that holds it."""

    format: Literal[1] = 1
    """Version of this form."""
    platform: str
    """The platform, which scopes account ids and handles."""
    description: Digest
    """SHA-256 of the canonical JSON of source.yaml."""
    accounts: tuple[str, ...]
    """Parquet files of accounts, sorted."""
    records: tuple[str, ...]
    """Parquet files of records, sorted."""
    numbers: SourceNumbers
    """What the source gate judges."""

"""source.json: the manifest ``ingest`` writes last, beside the canonical tables."""

from typing import Literal

from schemas.documents import Digest
from schemas.model import Model

MANIFEST_NAME = "source.json"


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

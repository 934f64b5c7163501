"""A source as a build reads it: once, however often it plans."""

from dataclasses import dataclass, field

import pyarrow as pa

from pipelines.corpus.source_files import Observation, SourceFiles
from pipelines.matching import Hashed
from pipelines.quality.gates import source_gate
from pipelines.takedown import Unsealed
from schemas.documents import Finding
from schemas.manifest import SourceManifest
from schemas.policy import Policy
from schemas.splits import Split, cut


@dataclass(frozen=True)
class SourceRead:
    """All that a plan takes of a source, and what was worked out of it under the keys of the build."""

    manifest: SourceManifest
    accounts: list[pa.RecordBatch]
    accounts_digest: str
    quality: tuple[Finding, ...]
    """What the source gate found."""
    observed: dict[str, Observation]
    """By path of a file of records."""
    splits: list[Split]
    hashed: Hashed = field(default_factory=Hashed)
    unsealed: Unsealed = field(default_factory=Unsealed)


def read_source(files: SourceFiles, manifest: SourceManifest, policy: Policy) -> SourceRead:
    """Read the accounts, and of the records the footers (BadInput where that cannot be done)."""
    accounts, digest = files.accounts(manifest.accounts)
    quality = source_gate(manifest.numbers.model_dump(), policy.quality.source)
    observed = {path: files.observe(path) for path in sorted(manifest.records)}
    splits = [split for path in observed for split in cut(path, files.footer(path))]
    return SourceRead(manifest, list(accounts), digest, quality, observed, splits)

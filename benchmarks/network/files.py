"""The network on disk, as ingest would leave it: made once per size, then found again."""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from network.tables import PLATFORM, Records, account_ids, accounts_table, email, handle

from pipelines.ingest.parts import PartLimits, parts_of
from schemas.canonical import sha256
from schemas.fields import ACCOUNTS, RECORDS
from schemas.identifiers import SCHEME, normalise, pseudonym, target_message
from schemas.manifest import MANIFEST_NAME, SourceManifest, SourceNumbers
from schemas.snapshots import RegistrySnapshot
from schemas.tables import SNAPSHOT
from schemas.vocabulary import ALL_PURPOSES, ALL_ROLES, ALL_SURFACES, IdentifierType

SEED = 20_260_601
_BATCH = 50_000


def write_network(folder: Path, rows: int, accounts: int) -> Path:
    """Write ``rows`` canonical records and ``accounts`` accounts below ``folder``, unless they are there."""
    root = folder / f"rows-{rows}-accounts-{accounts}"
    if (root / MANIFEST_NAME).exists():
        return root
    table = accounts_table(np.random.default_rng(SEED), accounts)
    write_parts(root, "accounts", table.to_batches())
    records = Records(rows, accounts, SEED)
    batches = (
        batch
        for start in range(0, rows, _BATCH)
        for batch in records.batch(start, min(_BATCH, rows - start)).to_batches()
    )
    write_parts(root, "records", batches)
    write_manifest(root)
    return root


def write_parts(root: Path, name: str, batches: Iterable[pa.RecordBatch]) -> None:
    """Write canonical tables with the writer of ingest."""
    (root / name).mkdir(parents=True, exist_ok=True)
    schema = ACCOUNTS if name == "accounts" else RECORDS
    for number, part in enumerate(parts_of(batches, schema, PartLimits())):
        (root / name / f"part-{number:05d}.parquet").write_bytes(part)


def write_manifest(root: Path) -> None:
    """Make ``root`` a source of the files it holds."""
    accounts = sorted(path.relative_to(root).as_posix() for path in root.glob("accounts/*.parquet"))
    records = sorted(path.relative_to(root).as_posix() for path in root.glob("records/*.parquet"))
    births = [pq.read_table(root / path, columns=["birth_date"]).column(0) for path in accounts]
    visibility = [pq.read_table(root / path, columns=["visibility"]).column(0) for path in records]
    numbers = dict.fromkeys(SourceNumbers.model_fields, 0) | {
        "records": sum(len(column) for column in visibility),
        "unknown_visibility": sum(column.null_count for column in visibility),
        "accounts": sum(len(column) for column in births),
        "unknown_births": sum(column.null_count for column in births),
    }
    manifest = SourceManifest(
        platform=PLATFORM,
        description=sha256(b"benchmark"),
        accounts=tuple(accounts),
        records=tuple(records),
        numbers=SourceNumbers(**numbers),
    )
    (root / MANIFEST_NAME).write_bytes(manifest.to_canonical_json())


def objections(accounts: int, key: bytes, key_id: str) -> RegistrySnapshot:
    """A registry in which one account in a hundred objects: by account id, handle or e-mail address."""
    rng = np.random.default_rng(SEED)
    ids = account_ids(accounts).to_pylist()
    rows = []
    for number in rng.choice(accounts, max(accounts // 100, 1), replace=False).tolist():
        kind, value = [
            (IdentifierType.ACCOUNT, ids[number]),
            (IdentifierType.ACCOUNT, ids[number]),
            (IdentifierType.HANDLE, handle(number)),
            (IdentifierType.EMAIL, email(number)),
        ][number % 4]
        digest = pseudonym(key, target_message(kind, PLATFORM, normalise(kind, value)))
        rows.append((kind.value, digest, True, ALL_ROLES, ALL_SURFACES, ALL_PURPOSES, None, None))
    table = pa.Table.from_pylist(
        [dict(zip(SNAPSHOT.names, row, strict=True)) for row in sorted(rows)], schema=SNAPSHOT
    )
    return RegistrySnapshot(
        registry_id="benchmark",
        event=len(rows),
        root="0" * 64,
        log_key="none",
        key_ids=(key_id,),
        scheme=SCHEME,
        objections=table,
        platforms=(PLATFORM,),
        recorded_at=datetime.now(UTC),
    )


def first_files(source: Path, folder: Path, files: int) -> Path:
    """A source below ``folder`` of all accounts and the first ``files`` files of records of another one."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, count in (("accounts", None), ("records", files)):
        (folder / name).mkdir(parents=True)
        for path in sorted((source / name).iterdir())[:count]:
            (folder / name / path.name).hardlink_to(path)
    write_manifest(folder)
    return folder

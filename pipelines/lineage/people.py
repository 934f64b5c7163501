"""Which accounts of the source an identifier names, and which accounts belong to the same person."""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.errors import BadInput
from schemas.fields import ACCOUNTS
from schemas.identifiers import normalise
from schemas.manifest import MANIFEST_NAME, SourceManifest
from schemas.vocabulary import IdentifierType

_BATCH_ROWS = 65_536


def named_accounts(source: Path, kind: IdentifierType, value: str, region: str | None = None) -> set[str]:
    """Normal ids of the accounts that carry the identifier.

    A phone number without country code is read in ``region``, or in that of each account.

    Raises:
        BadInput: the accounts tables below ``source`` are missing or cannot be read.
    """
    # A region is only a hint for telephone numbers, so few different targets exist.
    wanted = cache(partial(normalise, kind, value))
    found: set[str] = set()
    for batch in _batches(source, ["account_id", "identifiers", "region"]):
        identifiers = batch.column("identifiers")
        rows, entries = pc.list_parent_indices(identifiers), pc.list_flatten(identifiers)
        chosen = pc.indices_nonzero(pc.equal(pc.struct_field(entries, "type"), kind.value))
        owners = batch.take(rows.take(chosen))
        values = pc.struct_field(entries, "value").take(chosen).to_pylist()
        accounts, regions = owners.column("account_id").to_pylist(), owners.column("region").to_pylist()
        found |= {
            _normal_id(account)
            for account, own, held in zip(accounts, regions, values, strict=True)
            if account is not None
            and held is not None
            and normalise(kind, held, own) == wanted(region or own)
        }
    return found


def linked_accounts(source: Path, accounts: set[str]) -> set[str]:
    """Normal ids of other accounts that share a ``person_id`` with one of these, at any remove.

    Raises:
        BadInput: the accounts tables below ``source`` are missing or cannot be read.
    """
    known, people = set(accounts), set[str]()
    size = -1
    while size != len(known) + len(people):
        # Each pass follows the links one step further; two passes settle nearly every case.
        size = len(known) + len(people)
        for batch in _batches(source, ["account_id", "person_id"]):
            linked = batch.filter(pc.and_(*(pc.is_valid(column) for column in batch.columns)))
            for account_id, person in zip(*(column.to_pylist() for column in linked.columns), strict=True):
                account = _normal_id(account_id)
                if account in known or person in people:
                    known.add(account)
                    people.add(person)
    return known - accounts


def has_accounts(source: Path) -> bool:
    """Whether the source is there to be asked."""
    return Path(source, MANIFEST_NAME).is_file()


def _normal_id(account_id: str) -> str:
    return normalise(IdentifierType.ACCOUNT, account_id)


def _batches(source: Path, columns: list[str]) -> Iterator[pa.RecordBatch]:
    subject = MANIFEST_NAME
    try:
        manifest = SourceManifest.parse(Path(source, MANIFEST_NAME).read_bytes(), MANIFEST_NAME)
        for path in manifest.accounts:
            subject = path
            with pq.ParquetFile(Path(source, path), memory_map=True) as file:
                for batch in file.iter_batches(_BATCH_ROWS, columns=columns):
                    yield batch.select(columns).cast(pa.schema([ACCOUNTS.field(name) for name in columns]))
    except (OSError, pa.ArrowException, KeyError) as error:
        raise BadInput(
            subject,
            expected="the canonical accounts that `optout ingest` wrote",
            found=type(error).__name__,
            remedy="run `optout ingest`; without the accounts only account ids and pictures can be found",
        ) from error

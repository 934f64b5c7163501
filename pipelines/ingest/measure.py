"""The numbers that the source gate judges, counted on canonical rows as they are written."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.fields import ACCOUNT_FIELDS, RECORD_FIELDS, TIMESTAMP, Field
from schemas.id_hash import hash_ids
from schemas.manifest import SourceNumbers

Hashes = npt.NDArray[np.uint64]

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No social network has content from before."""
_IDS = ("accounts", "records", "authors")
_NONE = np.zeros(0, np.uint64)


@dataclass
class Measured:
    """What was counted, and the unkeyed hashes of ids that tell what occurs twice; kept while ingest runs."""

    counts: Counter[str] = field(default_factory=Counter)
    accounts: list[Hashes] = field(default_factory=list)
    records: list[Hashes] = field(default_factory=list)
    authors: list[Hashes] = field(default_factory=list)

    def add_accounts(self, rows: pa.RecordBatch) -> None:
        """Count rows of an ACCOUNTS table."""
        sound = rows.filter(rows.column("defect").is_null())
        self.counts["accounts"] += len(rows)
        self.counts["malformed_accounts"] += len(rows) - len(sound)
        self.counts["unknown_births"] += sound.column("birth_date").null_count
        self.counts["unknown_values"] += _unknown_values(sound, ACCOUNT_FIELDS)
        self.accounts.append(_hashes(rows.column("account_id")))  # an account is known by any of its rows

    def add_records(self, rows: pa.RecordBatch, now: datetime) -> None:
        """Count rows of a RECORDS table; what is dated after ``now`` is implausible."""
        sound = rows.filter(rows.column("defect").is_null())
        created = sound.column("created_at")
        early = pc.less(created, pa.scalar(EARLIEST, TIMESTAMP))
        late = pc.greater(created, pa.scalar(now, TIMESTAMP))
        self.counts["records"] += len(rows)
        self.counts["malformed_records"] += len(rows) - len(sound)
        self.counts["implausible_dates"] += _count(pc.or_(early, late))
        self.counts["unknown_visibility"] += sound.column("visibility").null_count
        self.counts["unmatched_authors"] += sound.column("account_id").null_count
        self.counts["unknown_values"] += _unknown_values(sound, RECORD_FIELDS)
        self.records.append(_hashes(sound.column("record_id")))
        self.authors.append(_hashes(sound.column("account_id")))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything so far as arrays, for :meth:`add`."""
        return {
            "names": np.array(list(self.counts), str),
            "counts": np.array(list(self.counts.values()), np.int64),
            **{name: _joined(getattr(self, name)) for name in _IDS},
        }

    def add(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Add what was counted elsewhere."""
        self.counts.update(dict(zip(arrays["names"].tolist(), arrays["counts"].tolist(), strict=True)))
        for name in _IDS:
            getattr(self, name).append(arrays[name])

    def numbers(self) -> SourceNumbers:
        """Everything that was counted, once all rows are in."""
        accounts, records, authors = map(_joined, (self.accounts, self.records, self.authors))
        return SourceNumbers.model_validate({
            **dict.fromkeys(SourceNumbers.model_fields, 0),
            **self.counts,
            "duplicate_accounts": len(accounts) - len(np.unique(accounts)),
            "duplicate_records": len(records) - len(np.unique(records)),
            "unmatched_authors": self.counts["unmatched_authors"] + int((~np.isin(authors, accounts)).sum()),
        })  # fmt: skip


def measure(
    accounts: Iterable[pa.RecordBatch], records: Iterable[pa.RecordBatch], now: datetime
) -> SourceNumbers:
    """The numbers of whole canonical tables."""
    measured = Measured()
    for rows in accounts:
        measured.add_accounts(rows)
    for rows in records:
        measured.add_records(rows, now)
    return measured.numbers()


def _hashes(ids: pa.StringArray) -> Hashes:
    return hash_ids(ids.drop_null())


def _joined(parts: list[Hashes]) -> Hashes:
    return np.concatenate([_NONE, *parts])


def _unknown_values(rows: pa.RecordBatch, fields: Iterable[Field]) -> int:
    """Rows with a value outside its vocabulary; null is no value."""
    unknown = np.zeros(len(rows), bool)
    for one in fields:
        if one.values:
            column = rows.column(one.name)
            outside = pc.invert(pc.is_in(column, value_set=pa.array(one.values, pa.string())))
            unknown |= np.asarray(pc.and_(column.is_valid(), outside))
    return int(unknown.sum())


def _count(mask: pa.Array) -> int:
    return int(pc.sum(mask.fill_null(False)).as_py() or 0)

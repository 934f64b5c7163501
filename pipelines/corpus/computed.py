"""What a version, or a plan whose job is done, consists of: results of splits, and what gave them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.corpus.chain import Version, read_object_table, read_splits
from pipelines.corpus.objects import read_object
from pipelines.corpus.source_files import Observation
from pipelines.corpus.store import Store
from schemas.documents import ContentDocument, EngineRef, ObjectRef
from schemas.outcomes import Reason
from schemas.plans import SplitResult
from schemas.policy import Policy
from schemas.reviews import REVIEWS
from schemas.splits import Split
from schemas.tables import ELIGIBILITY, FOOTPRINT, OBSERVED, SNAPSHOT
from schemas.vocabulary import TakedownType


@dataclass(frozen=True)
class Conditions:
    """All a split key is made of, except the split itself and the accounts it names."""

    screening: str
    packs: str
    lineage_key: str
    platform: str
    engine: EngineRef


@dataclass(frozen=True)
class Computed:
    """Results of splits, and what they were computed from."""

    conditions: Conditions
    results: dict[tuple[str, int], tuple[Split, SplitResult]]
    """By path and ordinal of the split."""
    observed: frozenset[Observation]
    states: pa.Table
    """An ELIGIBILITY table."""
    records: frozenset[bytes]
    """What was taken down by its own name: :func:`sealed_records`."""
    reviews: pa.Table
    """A REVIEWS table."""

    def unchanged(
        self, store: Store, split: Split, observed: Observation, changed: npt.NDArray[np.uint64]
    ) -> SplitResult | None:
        """The result that computing ``split`` would give, if that can be told without reading it.

        It can where the same file was seen (path, size and stamp), every row could be read, and no
        subject of its footprint is among ``changed``, sorted.
        """
        before = self.results.get((split.path, split.ordinal))
        if (
            before is None
            or before[0] != split
            or observed not in self.observed
            or _has_unreadable(before[1])
            or _names(store, before[1].footprint, changed)
        ):
            return None
        return before[1]


def of_version(store: Store, version: Version) -> Computed:
    """What a published version consists of."""
    content = version.content
    assert version.envelope.observed is not None  # noqa: S101 - of every published version
    data = read_object(store, "lineage", content.policy, "json")
    policy = Policy.parse(data, f"the policy of version {version.number}")
    conditions = Conditions(
        screening=policy.screening_digest(),
        packs=content.packs.digest,
        lineage_key=content.keys["lineage"],
        platform=content.source.platform,
        engine=content.engine,
    )
    results = ((split_of(row), result_of(row)) for row in read_splits(store, version).to_pylist())
    records = sealed_records(read_object_table(store, content.snapshot.object, SNAPSHOT), policy)
    return _computed(store, conditions, results, version.envelope.observed, content, records)


def sealed_records(objections: pa.Table, policy: Policy) -> frozenset[bytes]:
    """The records that a SNAPSHOT table has taken down under a policy, as they are sealed.

    No footprint names a record: where these differ, only its ids tell whether a split holds one of them.
    """
    purposes = pc.bit_wise_and(objections.column("purposes"), pa.scalar(policy.purpose_set(), pa.uint16()))
    is_record = pc.equal(objections.column("type"), TakedownType.RECORD.value)
    chosen = objections.filter(pc.and_(is_record, pc.not_equal(purposes, 0)))
    return frozenset(chosen.column("sealed").to_pylist())


def read_observed(store: Store, ref: ObjectRef) -> dict[str, Observation]:
    """What was seen of each file of records when a plan was made, by path."""
    rows = read_object_table(store, ref, OBSERVED).to_pylist()
    return {row["path"]: Observation(**row) for row in rows}


def split_of(row: dict[str, object]) -> Split:
    """The split in a row of a SPLITS or PLANNED table."""
    return Split.model_validate({name: row[name] for name in Split.model_fields})


def result_of(row: Mapping[str, Any]) -> SplitResult:
    """The result held in a row of a SPLITS table."""
    names = {"split_key", "split_digest", "rows", "tally", "masked", "pictures"}
    parts = {name: row[name] for name in names}
    shard_rows = sum(entry["rows"] for entry in row["tally"] if entry["reason"] == 0)
    return SplitResult.model_validate({
        **parts,
        "shard": ref_of(row, "shard", shard_rows) if row["shard"] is not None else None,
        "ledger": ref_of(row, "ledger", row["rows"]),
        "footprint": ref_of(row, "footprint", row["footprint_rows"]),
        "queue": ref_of(row, "queue", row["queue_rows"]) if row["queue"] is not None else None,
    })  # fmt: skip


def ref_of(row: Mapping[str, Any], name: str, rows: int | None) -> ObjectRef:
    """The object that a row of a SPLITS table names under ``name``, not null, with so many ``rows``."""
    return ObjectRef(digest=row[name], bytes=row[f"{name}_bytes"], rows=rows)


def _computed(
    store: Store,
    conditions: Conditions,
    results: Iterable[tuple[Split, SplitResult]],
    observed: ObjectRef,
    content: ContentDocument,
    records: frozenset[bytes],
) -> Computed:
    return Computed(
        conditions,
        {(split.path, split.ordinal): (split, result) for split, result in results},
        frozenset(read_observed(store, observed).values()),
        read_object_table(store, content.eligibility, ELIGIBILITY),
        records,
        read_object_table(store, content.reviews, REVIEWS),
    )


def _has_unreadable(result: SplitResult) -> bool:
    """Whether the key may depend on authors whom the footprint, for want of the rest, does not name."""
    return any(entry.reason == Reason.UNREADABLE.code for entry in result.tally)


def _names(store: Store, footprint: ObjectRef, changed: npt.NDArray[np.uint64]) -> bool:
    """Whether a footprint part names any of these subjects, in whatever role."""
    if not len(changed):
        return False
    data = read_object(store, "lineage", footprint, "parquet")
    column = pq.ParquetFile(pa.BufferReader(data)).read(columns=[FOOTPRINT.names[0]], use_threads=False)
    subjects = np.unique(column.column(0).to_numpy())
    place = np.minimum(np.searchsorted(changed, subjects), len(changed) - 1)
    return bool((changed[place] == subjects).any())

"""Which splits of the parent need not be read again, because nothing they depend on has changed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.corpus.chain import Version, read_object_table, read_splits
from pipelines.corpus.objects import read_object
from pipelines.corpus.source_files import Observation
from pipelines.corpus.staging import PLANNED
from pipelines.corpus.store import Store
from schemas.documents import EngineRef, ObjectRef
from schemas.outcomes import Reason
from schemas.plans import SplitResult
from schemas.policy import Policy
from schemas.splits import Split
from schemas.tables import ELIGIBILITY, FOOTPRINT, OBSERVED


@dataclass(frozen=True)
class Conditions:
    """All a split key is made of, except the split itself and the accounts it names."""

    screening: str
    packs: str
    lineage_key: str
    platform: str
    engine: EngineRef


def planned_splits(
    store: Store,
    parent: Version | None,
    splits: list[Split],
    observed: dict[str, Observation],
    states: pa.Table,
    conditions: Conditions,
) -> pa.Table:
    """A PLANNED table: every split, with the parent's result where there is one to compare with.

    ``reused`` is set where the parent saw the same file (path, size and stamp) under the same
    conditions, every row could be read, and no subject of its footprint changed state. ``states``
    is the new ELIGIBILITY.
    """
    previous: dict[tuple[str, int], tuple[Split, SplitResult]] = {}
    seen: set[Observation] = set()
    changed = np.zeros(0, np.uint64)
    if parent is not None and _conditions_of(store, parent) == conditions:
        previous = _previous(store, parent)
        assert parent.envelope.observed is not None  # noqa: S101 - of every published version
        table = read_object_table(store, parent.envelope.observed, OBSERVED)
        seen = {Observation(**row) for row in table.to_pylist()}
        changed = changed_subjects(read_object_table(store, parent.content.eligibility, ELIGIBILITY), states)
    rows = []
    for number, split in enumerate(splits):
        before = previous.get((split.path, split.ordinal))
        reused = (
            before is not None
            and before[0] == split
            and observed[split.path] in seen
            and not _has_unreadable(before[1])
            and not _names(store, before[1].footprint, changed)
        )
        rows.append({
            "split": number,
            **split.model_dump(),
            "reused": reused,
            "previous": None if before is None else before[1].to_canonical_json().decode(),
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=PLANNED)


def changed_subjects(before: pa.Table, after: pa.Table) -> npt.NDArray[np.uint64]:
    """Subjects that came, went, or changed state between two ELIGIBILITY tables; sorted."""
    pairs = pa.concat_tables([before, after])
    subject = pairs.column("subject").to_numpy()
    state = pairs.column("state").to_numpy()
    order = np.lexsort((state, subject))
    subject, state = subject[order], state[order]
    same = (subject[1:] == subject[:-1]) & (state[1:] == state[:-1])
    unchanged = np.append(same, False) | np.append(False, same)
    return np.unique(subject[~unchanged])


def result_of(row: dict[str, object]) -> SplitResult:
    """The result held in a row of a SPLITS table."""
    names = {"split_key", "split_digest", "rows", "tally", "masked", "pictures"}
    parts = {name: row[name] for name in names}
    shard_rows = sum(entry["rows"] for entry in row["tally"] if entry["reason"] == 0)  # type: ignore[attr-defined]
    return SplitResult.model_validate({
        **parts,
        "shard": _ref(row, "shard", shard_rows) if row["shard"] is not None else None,
        "ledger": _ref(row, "ledger", row["rows"]),
        "footprint": _ref(row, "footprint", row["footprint_rows"]),
    })  # fmt: skip


def _ref(row: dict[str, object], name: str, rows: object) -> dict[str, object]:
    return {"digest": row[name], "bytes": row[f"{name}_bytes"], "rows": rows}


def _previous(store: Store, parent: Version) -> dict[tuple[str, int], tuple[Split, SplitResult]]:
    found = {}
    for row in read_splits(store, parent).to_pylist():
        split = Split(**{name: row[name] for name in Split.model_fields})
        found[split.path, split.ordinal] = (split, result_of(row))
    return found


def _conditions_of(store: Store, parent: Version) -> Conditions:
    content = parent.content
    policy = read_object(store, "lineage", content.policy, "json")
    return Conditions(
        screening=Policy.parse(policy, f"the policy of version {parent.number}").screening_digest(),
        packs=content.packs.digest,
        lineage_key=content.keys["lineage"],
        platform=content.source.platform,
        engine=content.engine,
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

"""Which splits need not be read again, because nothing they depend on has changed."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.corpus.chain import Version, read_object_table
from pipelines.corpus.computed import (
    Computed,
    Conditions,
    conditions_of,
    of_version,
    read_observed,
    records_of,
    split_of,
)
from pipelines.corpus.source_files import Observation
from pipelines.corpus.staging import PLANNED, mark_done, plan_splits
from pipelines.corpus.store import Store
from schemas.plans import Plan
from schemas.splits import Split
from schemas.tables import ELIGIBILITY


def planned_splits(
    store: Store,
    parent: Version | None,
    splits: list[Split],
    observed: dict[str, Observation],
    states: pa.Table,
    records: frozenset[bytes],
    conditions: Conditions,
) -> pa.Table:
    """A PLANNED table: every split, with the parent's result where there is one to compare with.

    ``reused`` is set where that is the result that computing it would give. ``states`` is the new
    ELIGIBILITY, ``records`` are the new :func:`~pipelines.corpus.computed.sealed_records`. Where those
    changed, nothing is reused unread: a worker digests every split and reads its ids, and takes the parent's
    result where no record that came or went is in it.
    """
    before = None if parent is None else of_version(store, parent)
    if before is not None and before.conditions != conditions:
        before = None
    changed = np.zeros(0, np.uint64) if before is None else changed_subjects(before.states, states)
    rows = []
    for number, split in enumerate(splits):
        held = result = None
        if before is not None:
            held = before.results.get((split.path, split.ordinal))
            if before.records == records:
                result = before.unchanged(store, split, observed[split.path], changed)
        rows.append({
            "split": number,
            **split.model_dump(),
            "reused": result is not None,
            "previous": None if held is None else held[1].to_canonical_json().decode(),
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=PLANNED)


def carry_over(store: Store, plan_id: str, plan: Plan, before: Computed) -> None:
    """Mark those splits of a plan as done that an earlier plan of the same build has computed alike."""
    if conditions_of(plan) != before.conditions or records_of(store, plan) != before.records:
        return  # what an earlier plan has computed is in staging, under its split key
    observed = read_observed(store, plan.observed)
    changed = changed_subjects(before.states, read_object_table(store, plan.eligibility, ELIGIBILITY))
    for row in plan_splits(store, plan_id, plan).to_pylist():
        if not row["reused"]:
            split = split_of(row)
            result = before.unchanged(store, split, observed[split.path], changed)
            if result is not None:
                mark_done(store, plan_id, row["split"], result.split_key)


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

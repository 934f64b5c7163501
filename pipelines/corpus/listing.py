"""What a corpus holds, as flat rows: its versions, the files of one, the builds that were refused."""

from typing import TYPE_CHECKING, Any

from pipelines.corpus.chain import find_entry, load_entry, read_chain, read_object_table
from pipelines.corpus.objects import object_name
from pipelines.corpus.refusals import bound, read_refusals
from schemas.errors import BadInput
from schemas.outcomes import Outcome

if TYPE_CHECKING:
    from pipelines.corpus.store import Store
    from schemas.documents import Counts, Envelope

Row = dict[str, Any]


def list_versions(store: "Store") -> list[Row]:
    """One row per entry of the chain, in order.

    ``status`` is derived: of the published versions the last is ``current``, those before it are
    ``superseded``. Counts are null where lineage/ is closed to the reader or damaged, which
    ``verify`` tells apart.
    """
    chain = read_chain(store)
    last = max((entry.number for entry in chain if entry.kind == "publish"), default=0)
    return [_entry_row(store, entry, last) for entry in chain]


def list_files(store: "Store", number: int | None = None) -> list[Row]:
    """The list of shards of a version: name in the store, rows, bytes. Reads versions/ and data/ only.

    The rows add up to what was kept: a shard that two splits share is listed twice.

    Raises:
        ConfigurationError: no such version. BadInput: its list of shards is missing or damaged.
    """
    from schemas.tables import SHARDS

    entry = find_entry(read_chain(store), number)
    if entry.shards is None:
        raise BadInput(
            f"version {entry.number}",
            expected="a list of shards",
            found="none",
            remedy="restore versions/ from a backup: nothing published is ever edited",
        )
    shards = read_object_table(store, entry.shards, SHARDS, "data").to_pylist()
    return [
        {"name": object_name("data", row["shard"], "parquet"), "rows": row["rows"], "bytes": row["bytes"]}
        for row in shards
    ]


def list_refused(store: "Store") -> list[Row]:
    """One row per finding that refused a build, oldest build first.

    ``threshold`` is the key of policy.yaml that decided, null where none does; of it, ``rows`` and
    ``of_rows`` are the rows that ``observed`` counts.
    """
    return [
        {
            "plan": refusal.plan,
            "refused_at": refusal.refused_at,
            "follows": refusal.parent.number if refusal.parent else None,
            "threshold": finding.threshold,
            "what": finding.arguments.get("column"),
            "expected": bound(finding),
            "observed": finding.observed,
            "rows": finding.rows,
            "of_rows": finding.of_rows,
            "expectation": finding.expectation,
        }
        for refusal in read_refusals(store)
        for finding in refusal.findings
        if not finding.success
    ]


def _entry_row(store: "Store", entry: "Envelope", last: int) -> Row:
    status = None
    if entry.kind == "publish":
        status = "current" if entry.number == last else "superseded"
    return {
        "version": entry.number,
        "kind": entry.kind,
        "status": status,
        "published_at": entry.published_at,
        **_counts_row(_counts(store, entry)),
        "splits_computed": entry.runner.splits_computed if entry.runner else None,
        "splits_reused": entry.runner.splits_reused if entry.runner else None,
        "newly_usable": entry.newly_usable,
        "accepted_by": entry.accepted_by,
        "content": entry.content.digest if entry.content else None,
    }


def _counts(store: "Store", entry: "Envelope") -> "Counts | None":
    if entry.content is None:
        return None
    try:
        return load_entry(store, entry).content.counts
    except BadInput:
        return None


def _counts_row(counts: "Counts | None") -> Row:
    outcomes = {
        outcome.value: counts.outcomes.get(outcome.value, 0) if counts else None for outcome in Outcome
    }
    return {"rows": counts.rows if counts else None, **outcomes}

"""What screening made of one split: ledger part, footprint part and shard, checked against each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.lineage.verify.faults import CAP, describe
from pipelines.lineage.verify.reviews import check_queue_part
from pipelines.lineage.verify.session import run
from schemas.documents import ObjectRef
from schemas.errors import BadInput
from schemas.outcomes import Reason
from schemas.reviews import QUEUE
from schemas.tables import FOOTPRINT, LEDGER
from schemas.vocabulary import Role

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.lineage.verify.faults import Faults
    from pipelines.lineage.verify.objects import Objects

MIN_ROWS_WITH_ORDER = 16
"""Of so many rows, a random order is the source's order once in 20 million million."""

_LEDGER_FAULTS = {
    "code": (1, "a reason code of the vocabulary"),
    "bits": (1, "a set of reasons of the vocabulary that fits the outcome"),
    "primary": (1, "as primary reason the first in precedence of its reasons"),
    "stage": (1, "reasons of one stage"),
    "place": (1, "a place in the shard if, and only if, it is kept"),
    "footprint": (10, "a row of the footprint part, of role author"),
    "rules": (4, "indices into the version's list of rules"),
}
_FOOTPRINT_FAULTS = {
    "role": "a role of the vocabulary",
    "order": "rows sorted by subject and role, each once",
    "sum": "at least one row, and kept + removed + quarantined within it",
    "author": "the counts of the ledger rows that point at it",
}


@dataclass(frozen=True)
class Part:
    """The decoded objects of one split."""

    ledger: pa.Table
    footprint: pa.Table
    shard: pa.Table | None
    queue: pa.Table


def check_part(
    session: "DuckDBPyConnection",
    objects: "Objects",
    split: dict[str, Any],
    shard_schema: pa.Schema,
    rules: Sequence[str],
) -> Part | None:
    """Read the objects of one row of SPLITS and check them; None if one cannot be read."""
    ledger = objects.table(_ref(split, "ledger", split["rows"]), LEDGER)
    footprint = objects.table(_ref(split, "footprint", split["footprint_rows"]), FOOTPRINT)
    kept = sum(entry["rows"] for entry in split["tally"] if entry["reason"] == Reason.KEPT.code)
    shard = None
    if split["shard"] is not None:
        shard = objects.table(_ref(split, "shard", kept), shard_schema, "data")
    queue: pa.Table | None = QUEUE.empty_table()
    if split["queue"] is not None:
        queue = objects.table(_ref(split, "queue", split["queue_rows"]), QUEUE)
    if ledger is None or footprint is None or queue is None or (shard is None and split["shard"] is not None):
        return None
    part = Part(ledger, footprint, shard, queue)
    _check_rows(session, f"split {split['split']}", split, part, rules, objects.faults)
    return part


def numbered(table: pa.Table, offset: int = 0) -> pa.Table:
    """The table with a column ``n``: the row's number."""
    return table.append_column("n", pa.array(range(offset, offset + len(table)), pa.int64()))


def _ref(split: dict[str, Any], what: str, rows: int) -> ObjectRef:
    value = {"digest": split[what], "bytes": split[f"{what}_bytes"], "rows": rows}
    return ObjectRef.of(value, f"{what} of split {split['split']}", BadInput)


def _check_rows(
    session: "DuckDBPyConnection",
    name: str,
    split: dict[str, Any],
    part: Part,
    rules: Sequence[str],
    faults: "Faults",
) -> None:
    session.register("ledger", numbered(part.ledger))
    session.register("footprint", numbered(part.footprint))
    session.register("queue", numbered(part.queue))
    session.register("tally", _tally(split))
    told = sum(entry["rows"] for entry in split["tally"])
    if told != split["rows"]:
        faults.add("tally", name, 1, expected=f"{split['rows']} rows in its tally", found=f"{told}")
    for code, expected, found in run(session, "wrong_tally"):
        words = f"{expected} rows of {describe(code, 0)}, as in the ledger"
        faults.add("tally", name, 1, expected=words, found=f"{found} in its tally")
    named = {"author": Role.AUTHOR.value, "cap": CAP}
    wrong_rows = run(session, "wrong_ledger", {**named, "rules": len(rules)})
    for n, wrong, _ in wrong_rows:
        law, expected = _LEDGER_FAULTS[wrong]
        row = part.ledger.slice(n, 1).to_pylist()[0]
        faults.add("ledger", f"{name} row {n}", law, expected=expected, found=_shown(row))
    faults.add_rest("ledger", 1, wrong_rows)
    wrong_rows = run(session, "wrong_footprint", {**named, "last_role": max(Role).value})
    for n, wrong, _ in wrong_rows:
        row = part.footprint.slice(n, 1).to_pylist()[0]
        found = f"role {row['role']}: " + ", ".join(
            f"{row[column]} {column}" for column in ("rows", "kept", "removed", "quarantined")
        )
        expected = _FOOTPRINT_FAULTS[wrong]
        faults.add("footprint", f"{name} footprint row {n}", 10, expected=expected, found=found)
    faults.add_rest("footprint", 10, wrong_rows)
    check_queue_part(session, name, rules, faults)
    _check_places(session, name, part, faults)


def _check_places(session: "DuckDBPyConnection", name: str, part: Part, faults: "Faults") -> None:
    rows = len(part.shard) if part.shard is not None else 0
    ((places, distinct, first, last, falls),) = run(session, "places")
    if (places, distinct, first, last) != (rows, rows, 0, rows - 1):
        faults.add(
            "places",
            name,
            1,
            expected=f"each of the {rows} rows of the shard once",
            found=f"{places} places, {distinct} of them distinct, from {first} to {last}",
        )
    elif rows >= MIN_ROWS_WITH_ORDER and falls == 0:
        faults.add("order", name, 8, expected="an order of its own", found="the order of the source")


def _tally(split: dict[str, Any]) -> pa.Table:
    entries = split["tally"]
    return pa.table(
        {
            "reason": pa.array([entry["reason"] for entry in entries], pa.uint8()),
            "rows": pa.array([entry["rows"] for entry in entries], pa.int64()),
        }
    )


def _shown(row: dict[str, Any]) -> str:
    return f"{describe(row['reason'], row['reasons'])}; place {row['place']}, footprint {row['footprint']}"

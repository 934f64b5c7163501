"""The parts of a version with labels in place of codes: one Arrow table per split, memory constant."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.corpus.chain import Version, read_object_table, read_splits
from pipelines.corpus.store import Store
from schemas.documents import ObjectRef
from schemas.errors import BadInput
from schemas.outcomes import Reason
from schemas.tables import FOOTPRINT, LEDGER
from schemas.vocabulary import Role

_CODES = 32
_PRECEDENCE = tuple(reason for reason in Reason if reason is not Reason.KEPT)
_REASONS = pa.array([next((r.label for r in Reason if r.code == code), None) for code in range(_CODES)])
_OUTCOMES = pa.array(
    [next((r.outcome.value for r in Reason if r.code == code), None) for code in range(_CODES)]
)
_ROLES = pa.array([role.name.lower() for role in sorted(Role)])

LABELLED_LEDGER = pa.schema([
    ("split", pa.int64()),
    ("row", pa.int64()),
    ("outcome", pa.string()),
    ("reason", pa.string()),
    ("reasons", pa.list_(pa.string())),
    ("rules", pa.list_(pa.string())),
    ("place", pa.int64()),
    ("shard", pa.string()),
    ("subject", pa.string()),
])  # fmt: skip
LABELLED_FOOTPRINT = pa.schema([
    ("split", pa.int64()),
    ("subject", pa.string()),
    ("role", pa.string()),
    *((name, pa.int64()) for name in ("rows", "kept", "removed", "quarantined", "rejected")),
])  # fmt: skip


def split_rows(store: Store, version: Version) -> list[dict[str, Any]]:
    """The splits of a version in order, as rows of SPLITS."""
    rows: list[dict[str, Any]] = read_splits(store, version).to_pylist()
    return rows


def ledger_part(store: Store, split: dict[str, Any]) -> pa.Table:
    """The ledger part (LEDGER) of one split; BadInput if it has other rows than the split."""
    ref = ObjectRef(digest=split["ledger"], bytes=split["ledger_bytes"], rows=split["rows"])
    part = read_object_table(store, ref, LEDGER)
    if len(part) != split["rows"]:
        raise _inconsistent(split, "ledger", f"{split['rows']} rows, as the split", f"{len(part)} rows")
    return part


def footprint_part(store: Store, split: dict[str, Any]) -> pa.Table:
    """The footprint part (FOOTPRINT) of one split."""
    ref = ObjectRef(digest=split["footprint"], bytes=split["footprint_bytes"], rows=split["footprint_rows"])
    return read_object_table(store, ref, FOOTPRINT)


def labelled_ledger(store: Store, version: Version) -> Iterator[pa.Table]:
    """LABELLED_LEDGER tables, one for each split, in the order of the splits."""
    for split in split_rows(store, version):
        yield label_ledger(store, version, split)


def label_ledger(store: Store, version: Version, split: dict[str, Any]) -> pa.Table:
    """The LABELLED_LEDGER of one split: its ledger part, with labels and the subjects of authors."""
    part = ledger_part(store, split)
    subjects = hex_subjects(footprint_part(store, split).column("subject"))
    rules = pa.array(version.content.rules, pa.string())
    kept = pc.is_valid(part.column("place"))
    return pa.table(
        [
            _constant(split["split"], len(part)),
            pa.array(np.arange(len(part), dtype=np.int64)),
            _labels(_OUTCOMES, part.column("reason"), split),
            _labels(_REASONS, part.column("reason"), split),
            reason_lists(part.column("reasons")),
            _rule_lists(part.column("rules"), rules, split),
            part.column("place").cast(pa.int64()),
            pc.if_else(kept, pa.scalar(split["shard"], pa.string()), pa.scalar(None, pa.string())),
            _taken(subjects, part.column("footprint"), split, "footprint"),
        ],
        schema=LABELLED_LEDGER,
    )


def labelled_footprint(store: Store, version: Version) -> Iterator[pa.Table]:
    """LABELLED_FOOTPRINT tables, one for each split, in the order of the splits."""
    for split in split_rows(store, version):
        yield label_footprint(footprint_part(store, split), split)


def label_footprint(part: pa.Table, split: dict[str, Any]) -> pa.Table:
    """The LABELLED_FOOTPRINT of rows of one split's footprint part."""
    counts = [part.column(name).cast(pa.int64()) for name in ("rows", "kept", "removed", "quarantined")]
    rejected, *judged = counts
    for column in judged:
        rejected = pc.subtract(rejected, column)
    return pa.table(
        [
            _constant(split["split"], len(part)),
            hex_subjects(part.column("subject")),
            _taken(_ROLES, part.column("role"), split, "footprint"),
            *counts,
            rejected,
        ],
        schema=LABELLED_FOOTPRINT,
    )


def hex_subjects(subjects: pa.ChunkedArray) -> pa.Array:
    """Subjects (u64) as text of 16 lower-case hexadecimal digits."""
    values = subjects.to_numpy()
    digits = values.astype(">u8").tobytes().hex().encode("ascii")
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(values), [None, pa.py_buffer(digits)])
    return fixed.cast(pa.binary()).cast(pa.string())


def reason_lists(bits: pa.ChunkedArray) -> pa.Array:
    """Sets of reasons (u32, bit = code) as lists of labels in order of precedence."""
    encoded = bits.combine_chunks().dictionary_encode()
    # A version knows few combinations, so each is spelt out once.
    spelt = [[r.label for r in _PRECEDENCE if value & r.bit] for value in encoded.dictionary.to_pylist()]
    return pa.array(spelt, pa.list_(pa.string())).take(encoded.indices)


def _labels(labels: pa.Array, codes: pa.ChunkedArray, split: dict[str, Any]) -> pa.Array:
    found = _taken(labels, codes, split, "ledger")
    if found.null_count:
        raise _inconsistent(split, "ledger", "reasons this release knows", "a code without a reason")
    return found


def _rule_lists(lists: pa.ChunkedArray, rules: pa.Array, split: dict[str, Any]) -> pa.Array:
    held = lists.combine_chunks()
    ids = _taken(rules, held.flatten(), split, "ledger")
    lengths = pc.fill_null(pc.list_value_length(held), 0).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), ids)


def _taken(values: pa.Array, positions: Any, split: dict[str, Any], part: str) -> pa.Array:  # noqa: ANN401
    if isinstance(positions, pa.ChunkedArray):
        positions = positions.combine_chunks()
    highest = pc.max(positions).as_py()
    if highest is not None and (highest >= len(values) or pc.min(positions).as_py() < 0):
        raise _inconsistent(split, part, f"positions below {len(values)}", f"position {highest}")
    return values.take(positions)


def _constant(value: int, rows: int) -> pa.Array:
    return pa.array(np.full(rows, value, dtype=np.int64))


def _inconsistent(split: dict[str, Any], part: str, expected: str, found: str) -> BadInput:
    return BadInput(
        f"{part} part of split {split['split']}",
        expected=expected,
        found=found,
        remedy="run `optout verify`; restore the object, or build the version anew",
    )

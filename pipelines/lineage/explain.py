"""What happened to one record: by its id while the source is there, by its place always."""

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.corpus.chain import Version, read_object_table
from pipelines.corpus.store import Store
from pipelines.lineage.parts import label_ledger, split_rows
from schemas.errors import BadInput, ConfigurationError
from schemas.splits import Split, byte_ranges, split_digest
from schemas.tables import OBSERVED

_PLACE = re.compile(r"(\d{1,9}):(-?\d{1,9})", re.ASCII)
_BATCH_ROWS = 65_536


def explain_record(store: Store, version: Version, record_id: str, source: Path) -> list[dict[str, Any]]:
    """Every row of ``version`` with this record id, as :func:`explain_row` gives it.

    The id is looked up in the canonical tables below ``source``: a ledger holds none. More than
    one row means that the source holds the id more than once; no row, that it does not hold it.
    A file of the size and time the version saw is taken to be the same; others are digested.

    Raises:
        ConfigurationError: the id is no text. BadInput: a split that may hold the record is gone or
            has other bytes than the version saw.
    """
    if not _is_text(record_id):
        raise ConfigurationError(
            "record id",
            expected="text in UTF-8, as every id is",
            found="other bytes",
            remedy="name the record as the source does, or by its place: optout explain SPLIT:ROW",
        )
    found: list[tuple[int, int]] = []
    changed: list[str] = []
    seen = _observed(store, version)
    for held in split_rows(store, version):
        rows = _rows_with(source, held, record_id, seen)
        if rows is None:
            changed.append(held["path"])
        else:
            found += [(held["split"], row) for row in rows]
    if changed and not found:
        raise BadInput(
            f"canonical tables of version {version.number}",
            expected="the splits that the version was built from",
            found=f"{len(changed)} gone or changed, the first of them in {changed[0]}",
            remedy="restore the source, or name the record by its place: optout explain SPLIT:ROW",
        )
    return [fate for split, row in found for fate in explain_row(store, version, split, row)]


def explain_row(store: Store, version: Version, split: int, row: int) -> list[dict[str, Any]]:
    """The fate of one row of one split, as a list of one flat object.

    {version, split, row, path, ordinal, outcome, reason, reasons, rules, shard, place, subject}:
    ``row`` counts from 0 in the split and ``place`` in the shard; ``subject`` is the author.

    Raises:
        ConfigurationError: the version has no such split, or the split no such row.
    """
    splits = split_rows(store, version)
    held = next((s for s in splits if s["split"] == split), None)
    if held is None or not 0 <= row < held["rows"]:
        raise ConfigurationError(
            f"{split}:{row}",
            expected=f"a split below {len(splits)}"
            if held is None
            else f"a row from 0, below {held['rows']}",
            found=f"split {split}" if held is None else f"row {row}",
            remedy='`optout lineage --sql "SELECT split, path, rows FROM splits"` lists them',
        )
    fate = label_ledger(store, version, held).slice(row, 1).to_pylist()[0]
    place = {"version": version.number, "split": split, "row": row}
    return [place | {"path": held["path"], "ordinal": held["ordinal"]} | fate]


def parse_place(text: str) -> tuple[int, int] | None:
    """(split, row) of ``SPLIT:ROW``; None if it is something else, thus a record id."""
    match = _PLACE.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def _is_text(value: str) -> bool:
    """Whether it can be written in UTF-8: an argument that is none comes with surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _observed(store: Store, version: Version) -> set[tuple[str, int, str]]:
    """(path, size, stamp) of every file as the version saw it."""
    if version.envelope.observed is None:
        return set()
    table = read_object_table(store, version.envelope.observed, OBSERVED)
    return {(row["path"], row["bytes"], row["stamp"]) for row in table.to_pylist()}


def _rows_with(
    source: Path, held: dict[str, Any], record_id: str, seen: set[tuple[str, int, str]]
) -> list[int] | None:
    """The rows of a split that have this id; None if the split is not the one the version saw."""
    split = Split.model_validate({name: held[name] for name in Split.model_fields})
    path = source / split.path
    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            if file.metadata.num_row_groups < split.first_row_group + split.row_groups:
                return None
            try:
                rows = _matches(file, split, record_id)
            except (OSError, pa.ArrowException, KeyError):
                rows = None  # the version may have found it just as unreadable
            # A hit must be row n still; a file that looks as it did may say that there is none.
            found = path.stat()
            if rows == [] and (split.path, found.st_size, str(found.st_mtime_ns)) in seen:
                return rows
            if _digest(path, file.metadata, split) == held["split_digest"]:
                return rows or []
    except (OSError, pa.ArrowException):
        return None
    return None


def _matches(file: pq.ParquetFile, split: Split, record_id: str) -> list[int]:
    groups = list(range(split.first_row_group, split.first_row_group + split.row_groups))
    found: list[int] = []
    start = 0
    for batch in file.iter_batches(_BATCH_ROWS, row_groups=groups, columns=["record_id"]):
        same = pc.equal(batch.column("record_id"), pa.scalar(record_id))
        found += [start + n for n in pc.indices_nonzero(same).to_pylist()]
        start += len(batch)
    return found


def _digest(path: Path, metadata: pq.FileMetaData, split: Split) -> str:
    with pa.memory_map(str(path)) as data:
        return split_digest(metadata, split, (data.read_at(n, at) for at, n in byte_ranges(metadata, split)))

"""The split key, derived again: that a split's result was made of this source, policy, registry and engine.

A resumed build takes up results by their keys, so a wrong key is a result that may be of other inputs.
"""

import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.lineage.verify.people import find_strangers
from pipelines.lineage.verify.reviews import name_pictures, reviews_met
from pipelines.lineage.verify.session import run
from pipelines.lineage.verify.source import Source
from pipelines.lineage.verify.takedowns import has_takedowns, name_content, rows_taken_down
from schemas.fields import RECORDS
from schemas.folded import folded_leaves
from schemas.splits import split_key
from schemas.vocabulary import OTHER_ROLES, PERSON_ROLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.lineage.verify.accounts import Terms
    from pipelines.lineage.verify.faults import Faults

LAW = 3
_ID = "account_id"
_PEOPLE = pa.schema([pa.field(_ID, pa.dictionary(pa.int32(), pa.string())), RECORDS.field("others")])
_MEDIUM = [field for field in RECORDS.field("media").type.value_type if field.name in {"uri", "sha256"}]
_NAMES = pa.schema([
    pa.field("n", pa.int64()), RECORDS.field("record_id"), pa.field("media", pa.list_(pa.struct(_MEDIUM))),
])  # fmt: skip
_FORM = {
    "subject": "<u8",
    "known": "?",
    "flags": "<u2",
    "clear": "<u2",
    "clear_older": "<u2",
    "until": "<i8",
    "adult_from": "<i8",
    "age_known": "?",
}
"""What eligibility says of somebody, column by column; of what is clear a row for each, role by role."""


def check_split_key(
    session: "DuckDBPyConnection", source: Source, split: dict[str, Any], terms: "Terms", faults: "Faults"
) -> None:
    """Derive the key of a split whose bytes are those of the source."""
    people, names = _ids(source, split, named=has_takedowns(session) or bool(len(terms.reviews)))
    name_content(session, names)
    if len(terms.reviews):
        name_pictures(session, names, terms)
    said = {
        "eligibility": _said(session, _used(people.column(_ID).combine_chunks()), terms),
        "others": _said(session, _named(people.column("others")), terms),
        "takedown": rows_taken_down(session),
        "reviews": reviews_met(session, terms.reviews),
    }
    expected = split_key({**terms.screening, "split": split["split_digest"], **said})
    if split["split_key"] != expected:
        name = f"split {split['split']}"
        faults.add("split key", name, LAW, expected=f"split key {expected}", found=split["split_key"])


def _said(session: "DuckDBPyConnection", ids: pa.Array, terms: "Terms") -> str:
    """SHA-256 of what eligibility says of these ids, column by column."""
    asked = pa.table({_ID: ids, "n": pa.array(range(len(ids)))})
    session.register("asked", asked)
    session.register("batch", asked.append_column("others", pa.nulls(len(ids), RECORDS.field("others").type)))
    find_strangers(session, terms)
    columns = list(zip(*run(session, "said", {"roles": len(PERSON_ROLES)}), strict=True)) or [()] * len(_FORM)
    said = hashlib.sha256()
    for values, form in zip(columns, _FORM.values(), strict=True):
        said.update(np.array(values, form).tobytes())
    return said.hexdigest()


def _ids(source: Source, split: dict[str, Any], *, named: bool) -> tuple[pa.Table, pa.Table]:
    """All that is decoded of a split before its key is known: whom its rows name, and what names them.

    Of row groups whose people can be decoded. The second table numbers its rows, and has those alone whose
    names can be decoded, too; without ``named`` it is empty.
    """
    metadata = source.file(split["path"])[1].metadata
    groups = range(split["first_row_group"], split["first_row_group"] + split["row_groups"])
    folded, leaves = folded_leaves(metadata, groups), _name_leaves(metadata)
    people, names, done = [_PEOPLE.empty_table()], [_NAMES.empty_table()], 0
    with pq.ParquetFile(source.root / split["path"], memory_map=True, read_dictionary=folded) as file:
        for group in groups:
            rows = metadata.row_group(group).num_rows
            table = _decoded(file, group, _PEOPLE.names, rows)
            if table is None:
                continue
            people.append(table.select(_PEOPLE.names).cast(_PEOPLE))
            content = _decoded(file, group, leaves, rows) if named else None
            if content is not None:
                numbers = pa.array(range(done, done + rows), pa.int64())
                names.append(content.append_column("n", numbers).select(_NAMES.names).cast(_NAMES))
            done += rows
    return pa.concat_tables(people).unify_dictionaries().combine_chunks(), pa.concat_tables(names)


def _name_leaves(metadata: pq.FileMetaData) -> list[str]:
    """The leaf columns that name a record and its pictures; a list is two levels of its own in Parquet."""
    paths = [metadata.schema.column(number).path for number in range(metadata.num_columns)]
    return [path for path in paths if re.fullmatch(r"record_id|media\.[^.]+\.[^.]+\.(uri|sha256)", path)]


def _decoded(file: pq.ParquetFile, group: int, columns: list[str], rows: int) -> pa.Table | None:
    """Columns of a row group; None: they cannot be decoded."""
    try:
        table = file.read_row_group(group, columns=columns)
        table.validate(full=True)
    except MemoryError:
        raise
    except (pa.ArrowException, OSError):
        return None
    return table if len(table) == rows else None


def _used(column: pa.DictionaryArray) -> pa.Array:
    used = np.zeros(len(column.dictionary), bool)
    used[column.indices.drop_null().to_numpy()] = True
    used &= np.asarray(column.dictionary.is_valid())
    return column.dictionary.filter(pa.array(used))


def _named(others: pa.ChunkedArray) -> pa.Array:
    entries = pa.Table.from_struct_array(others.combine_chunks().flatten())
    in_role = pc.is_in(entries.column("role"), value_set=pa.array(OTHER_ROLES, pa.string()))
    return entries.column("account").filter(in_role).drop_null().unique()

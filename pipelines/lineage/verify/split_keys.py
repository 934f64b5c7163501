"""The split key, derived again: that a split's result was made of this source, policy, registry and engine.

A resumed build takes up results by their keys, so a wrong key is a result that may be of other inputs.
"""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.lineage.verify.people import find_strangers
from pipelines.lineage.verify.session import run
from pipelines.lineage.verify.source import Source
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
_FORM = {
    "subject": "<u8",
    "known": "?",
    "flags": "<u2",
    "clear": "<u2",
    "adult_from": "<i8",
    "age_known": "?",
}
"""What eligibility says of somebody, column by column; `clear` has a row for each, role by role."""


def check_split_key(
    session: "DuckDBPyConnection", source: Source, split: dict[str, Any], terms: "Terms", faults: "Faults"
) -> None:
    """Derive the key of a split whose bytes are those of the source."""
    authors, others = _people(source, split)
    said = {"eligibility": _said(session, authors, terms), "others": _said(session, others, terms)}
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


def _people(source: Source, split: dict[str, Any]) -> tuple[pa.Array, pa.Array]:
    """Every author of the split once, and everybody whom its rows name in a role that we know.

    Authors in the order of the dictionary that Parquet holds them in, the others as they first appear.
    """
    metadata = source.file(split["path"])[1].metadata
    groups = range(split["first_row_group"], split["first_row_group"] + split["row_groups"])
    folded = folded_leaves(metadata, groups)
    schema = pa.schema([pa.field(_ID, pa.dictionary(pa.int32(), pa.string())), RECORDS.field("others")])
    tables = [schema.empty_table()]
    with pq.ParquetFile(source.root / split["path"], memory_map=True, read_dictionary=folded) as file:
        for group in groups:
            try:
                table = file.read_row_group(group, columns=schema.names)
                table.validate(full=True)
            except MemoryError:
                raise
            except (pa.ArrowException, OSError):
                continue
            if len(table) == metadata.row_group(group).num_rows:
                tables.append(table.select(schema.names).cast(schema))
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    return _used(whole.column(_ID).combine_chunks()), _named(whole.column("others"))


def _used(column: pa.DictionaryArray) -> pa.Array:
    used = np.zeros(len(column.dictionary), bool)
    used[column.indices.drop_null().to_numpy()] = True
    used &= np.asarray(column.dictionary.is_valid())
    return column.dictionary.filter(pa.array(used))


def _named(others: pa.ChunkedArray) -> pa.Array:
    entries = pa.Table.from_struct_array(others.combine_chunks().flatten())
    in_role = pc.is_in(entries.column("role"), value_set=pa.array(OTHER_ROLES, pa.string()))
    return entries.column("account").filter(in_role).drop_null().unique()

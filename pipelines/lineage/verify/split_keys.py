"""The split key, derived again: that a split's result was made of this source, policy, registry and engine.

A resumed build takes up results by their keys, so a wrong key is a result that may be of other inputs.
"""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.lineage.verify.people import find_strangers
from pipelines.lineage.verify.session import run
from pipelines.lineage.verify.source import Source
from schemas.fields import RECORDS
from schemas.folded import folded_leaves
from schemas.splits import split_key

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
"""What eligibility says of each author, column by column."""


def check_split_key(
    session: "DuckDBPyConnection", source: Source, split: dict[str, Any], terms: "Terms", faults: "Faults"
) -> None:
    """Derive the key of a split whose bytes are those of the source."""
    ids = _authors(source, split)
    others = pa.nulls(len(ids), RECORDS.field("others").type)
    session.register("batch", pa.table({_ID: ids, "others": others, "n": pa.array(range(len(ids)))}))
    find_strangers(session, terms)
    columns = list(zip(*run(session, "authors"), strict=True)) or [()] * len(_FORM)
    said = hashlib.sha256()
    for values, form in zip(columns, _FORM.values(), strict=True):
        said.update(np.array(values, form).tobytes())
    expected = split_key({**terms.screening, "split": split["split_digest"], "eligibility": said.hexdigest()})
    if split["split_key"] != expected:
        name = f"split {split['split']}"
        faults.add("split key", name, LAW, expected=f"split key {expected}", found=split["split_key"])


def _authors(source: Source, split: dict[str, Any]) -> pa.Array:
    """Every author of the split once, in the order of the dictionary that Parquet holds them in."""
    metadata = source.file(split["path"])[1].metadata
    groups = range(split["first_row_group"], split["first_row_group"] + split["row_groups"])
    folded = folded_leaves(metadata, groups)
    kind = pa.dictionary(pa.int32(), pa.string())
    tables = [pa.table({_ID: pa.array([], kind)})]
    with pq.ParquetFile(source.root / split["path"], memory_map=True, read_dictionary=folded) as file:
        for group in groups:
            try:
                table = file.read_row_group(group, columns=[_ID])
                table.validate(full=True)
            except MemoryError:
                raise
            except (pa.ArrowException, OSError):
                continue
            if len(table) == metadata.row_group(group).num_rows:
                tables.append(table.cast(pa.schema([pa.field(_ID, kind)])))
    column = pa.concat_tables(tables).unify_dictionaries().column(_ID).combine_chunks()
    used = np.zeros(len(column.dictionary), bool)
    used[column.indices.drop_null().to_numpy()] = True
    used &= np.asarray(column.dictionary.is_valid())
    return column.dictionary.filter(pa.array(used))

"""A table that is too large for memory is read in parts, and found wanting for the same reasons."""

import pyarrow as pa
import pytest

from pipelines.corpus.store import open_store
from pipelines.lineage.verify import objects
from pipelines.lineage.verify.faults import Faults
from pipelines.screen.encode import encode
from schemas.tables import ELIGIBILITY, OBSERVED

ROWS = [{"subject": number, "state": 7} for number in range(5)]


def damaged(store, ref):
    path = store.root / store.object_name("lineage", ref.digest, "parquet")
    path.chmod(0o600)
    path.write_bytes(bytes(ref.bytes))
    return ref


CASES = {
    "sound": (lambda _, ref: ref, ELIGIBILITY, None),
    "missing": (lambda _, ref: ref.model_copy(update={"digest": "0" * 64}), ELIGIBILITY, "none"),
    "changed": (damaged, ELIGIBILITY, "SHA-256"),
    "of another size": (lambda _, ref: ref.model_copy(update={"bytes": 1}), ELIGIBILITY, "bytes"),
    "of other columns": (lambda _, ref: ref, OBSERVED, "columns"),
    "of other rows": (lambda _, ref: ref.model_copy(update={"rows": 6}), ELIGIBILITY, "5 rows"),
    "no table": (lambda store, _: store.put("lineage", b"text", "parquet", 5), ELIGIBILITY, "error"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("memory_rows", [objects.MEMORY_ROWS, 4], ids=["small", "large"])
def test_what_is_wrong_with_a_table_is_found(tmp_path, monkeypatch, memory_rows, case):
    monkeypatch.setattr(objects, "MEMORY_ROWS", memory_rows)
    change, schema, fault = CASES[case]
    store = open_store(str(tmp_path))
    table = pa.Table.from_pylist(ROWS, ELIGIBILITY)
    ref = change(store, store.put("lineage", encode(table), "parquet", len(table)))
    faults = Faults()
    reader = objects.Objects(store, faults)
    found = reader.table(ref, schema)
    said = [f"{finding.expected} {finding.found}" for finding in faults.all()]
    assert reader.counts["objects"] == 1
    if fault is None:
        assert (found.to_pylist(), said) == (ROWS, [])
    else:
        assert len(said) == 1
        assert fault in said[0]

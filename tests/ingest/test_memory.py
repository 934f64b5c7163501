"""What a few bytes of a file unfold to is converted in bounded memory, and all of it."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from enumerations import few_of
from ingest.peaks import peak_of

ROWS, ITEMS = 60, 65_000


def write_jsonl(path):
    items = ",".join(["{}"] * ITEMS)
    path.write_text("".join(f'{{"id": {n}, "m": [{items}]}}\n' for n in range(ROWS)))


def write_parquet(path):
    items = pa.StructArray.from_arrays([pa.nulls(ROWS * ITEMS, pa.string())], ["q"])
    lists = pa.ListArray.from_arrays(pa.array(range(0, ROWS * ITEMS + 1, ITEMS), pa.int32()), items)
    pq.write_table(pa.table({"id": [str(n) for n in range(ROWS)], "m": lists}), path)


PREPARE = """
from pipelines.ingest.convert import Converter
from pipelines.ingest.read_jsonl import read_jsonl
from pipelines.ingest.read_parquet import read_parquet
from schemas.source import RecordEntry
media = {{"each": "m", "fields": {{"mime": {{"constant": "image/jpeg"}}, "media_id": {{"from": "q"}}}}}}
fields = {{"record_id": {{"from": "id"}}, "media": media}}
converter = Converter(RecordEntry.model_validate({{"files": "f", "format": "{kind}", "fields": fields}}), "sample")
"""
WORK = """
result = [0, 0, 0]
for batch in {reader}:
    rows = converter.convert(batch, "f")
    result[0] += len(rows)
    result[1] += len(rows.column("media").flatten())
    result[2] += len(rows.column("defect").drop_null())
"""
READERS = {
    "jsonl": (write_jsonl, "read_jsonl(path)"),
    "parquet": (write_parquet, "read_parquet(path, ['id', 'm'])"),
}


@pytest.mark.parametrize("kind", few_of(list(READERS), "jsonl"))
def test_rows_of_many_small_items(tmp_path, kind):
    write, reader = READERS[kind]
    write(tmp_path / "f")
    rose, found = peak_of(PREPARE.format(kind=kind), WORK.format(reader=reader), tmp_path / "f")
    assert found == [ROWS, ROWS * ITEMS, 0]
    assert rose < 250_000_000

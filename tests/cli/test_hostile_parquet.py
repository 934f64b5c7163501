"""Parquet that is not what it should be, in the place of canonical tables: no crash, no silent loss."""

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import ACCOUNTS, workspace
from enumerations import few_of

from builders import account, record
from schemas.fields import ACCOUNTS as ACCOUNT_SCHEMA
from schemas.fields import RECORDS
from schemas.splits import byte_ranges, cut

BAD = (
    "ARROW-GH-41317", "ARROW-GH-41321", "ARROW-GH-43605", "ARROW-GH-45185", "ARROW-GH-47662",
    "ARROW-RS-GH-6229-DICTHEADER", "ARROW-RS-GH-6229-LEVELS", "PARQUET-1481",
)  # fmt: skip
FILES, GROUPS, ROWS = 4, 3, 4
"""Each file has three row groups of four rows."""
MEMORY = 3 << 29
"""1.5 GiB."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A workspace whose records are those of FILES files."""
    return written(tmp_path_factory.mktemp("parquet") / "w", FILES)


def written(folder, files):
    records = [
        record(record_id=f"r{n}", account_id=f"a{n % 11}", text=f"Line {n}: {'water ' * (n % 7)}")
        for n in range(files * GROUPS * ROWS)
    ]
    policy = {"quality": {"release": {"max_rejected_share": 1}}}
    return workspace(
        folder,
        ACCOUNTS,
        records,
        policy=policy,
        files=files,
        row_group_rows=ROWS,
    )


@pytest.fixture
def place(sound, tmp_path):
    return sound.copy(tmp_path / "w")


def assert_refused(place, ended, subject):
    assert (ended.code, ended.out) == (3, ""), ended.err
    assert "Traceback" not in ended.err
    message = ended.err[ended.err.index("optout: ") :]
    assert message.startswith(f"optout: {subject}")
    assert [line.split()[0] for line in message.splitlines()[1:]] == ["expected:", "found:", "to"]
    assert place.files("versions") == place.files("staging/plans") == []


def test_all_bad_files_are_tried(test_data):
    folder = test_data("standards") / "parquet-testing/bad_data"
    assert sorted(path.stem for path in folder.glob("*.parquet")) == sorted(BAD)


@pytest.mark.parametrize("name", few_of(BAD, "ARROW-GH-41317", "ARROW-RS-GH-6229-LEVELS", "PARQUET-1481"))
@pytest.mark.parametrize("table", ["records", "accounts"])
def test_a_malformed_file_is_one_clear_error(place, test_data, table, name):
    data = (test_data("standards") / f"parquet-testing/bad_data/{name}.parquet").read_bytes()
    (place.folder / f"canonical/{table}/part-00000.parquet").write_bytes(data)
    assert_refused(place, place.build(), f"{table}/part-00000.parquet")


def damage(path, generator):
    """Change bytes of the second row group: one bit, a run of zeros, or a run of noise."""
    data, metadata = bytearray(path.read_bytes()), pq.read_metadata(path)
    (split,) = cut(path.name, metadata)
    start, length = byte_ranges(metadata, split)[1]
    place = start + generator.randrange(length - 32)
    match generator.randrange(3):
        case 0:
            data[place] ^= 1 << generator.randrange(8)
        case 1:
            data[place : place + 32] = bytes(32)
        case _:
            data[place : place + 32] = generator.randbytes(32)
    path.write_bytes(data)


@pytest.mark.parametrize("files", few_of([6, 24], 6))
def test_a_damaged_row_group_loses_no_row_and_touches_no_other(tmp_path, files):
    place = written(tmp_path / "w", files)
    generator = random.Random(20260601)  # noqa: S311 - places, not secrets
    for path in sorted((place.folder / "canonical/records").iterdir()):
        damage(path, generator)
    place.build().done()
    counts = place.run("funnel", "--json").done().json
    assert counts["rows"] == files * GROUPS * ROWS == sum(counts["outcomes"].values())
    assert 0 < counts["reasons"]["unreadable"] <= files * ROWS
    assert counts["reasons"]["unreadable"] % ROWS == 0
    sound = "SELECT count(*) FROM ledger WHERE row NOT BETWEEN 4 AND 7 AND reason <> 'kept'"
    assert place.run("lineage", "--sql", sound, "--json").done().json == [{"count_star()": 0}]
    assert place.run("verify", "--json").done().json["findings"] == []


def test_a_footer_that_is_damaged_is_one_clear_error(place):
    path = place.folder / "canonical/records/part-00002.parquet"
    data = bytearray(path.read_bytes())
    data[-200:-150] = bytes(50)
    path.write_bytes(data)
    assert_refused(place, place.build(), "records/part-00002.parquet")


def swollen(path, schema, column, row, *, rows=2_100, width=1_000_000):
    """A small file whose ``column`` holds gigabytes: one long string, many times over."""
    once = pa.Table.from_pylist([row], schema=schema)
    columns = {name: pa.concat_arrays([once.column(name).combine_chunks()] * rows) for name in schema.names}
    columns[column] = pa.DictionaryArray.from_arrays(
        pa.nulls(rows, pa.int32()).fill_null(0), pa.array(["x" * width])
    )
    pq.write_table(pa.table(columns), path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 50_000


@pytest.mark.parametrize("column", few_of(["text", "record_id", "account_id"], "text"))
def test_a_small_file_of_gigabytes_is_refused_in_bounded_memory(place, column):
    swollen(place.folder / "canonical/records/part-00003.parquet", RECORDS, column, record())
    ended = place.build()
    assert_refused(place, ended, "records/part-00003.parquet")
    assert ended.peak < MEMORY


@pytest.mark.parametrize("column", few_of(["account_id", "region"], "account_id"))
def test_accounts_of_gigabytes_are_refused_in_bounded_memory(place, column):
    swollen(place.folder / "canonical/accounts/part-00000.parquet", ACCOUNT_SCHEMA, column, account())
    ended = place.build()
    assert_refused(place, ended, "accounts/part-00000.parquet")
    assert ended.peak < MEMORY

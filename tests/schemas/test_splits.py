"""Splits: whole row groups, each in exactly one, whose digest knows rows and not places."""

import io
from itertools import pairwise
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.splits import Split, byte_ranges, cut, split_digest, split_key


def parquet(*groups, name="text"):
    """A file with one row group for each list of texts."""
    file = io.BytesIO()
    schema = pa.schema([pa.field("id", pa.int64()), pa.field(name, pa.string())])
    with pq.ParquetWriter(file, schema, compression="none") as writer:
        for texts in groups:
            table = pa.table(
                {"id": pa.array(range(len(texts)), pa.int64()), name: pa.array(texts, pa.string())}
            )
            writer.write_table(table.cast(schema))
    return file.getvalue()


def metadata(data):
    return pq.ParquetFile(io.BytesIO(data)).metadata


def digest(data, split):
    blocks = [data[start : start + length] for start, length in byte_ranges(metadata(data), split)]
    return split_digest(metadata(data), split, blocks)


def sizes(data):
    of = metadata(data)
    return [of.row_group(index).total_byte_size for index in range(of.num_row_groups)]


GROUPS = st.lists(st.lists(st.text("ab", max_size=40), min_size=1, max_size=8), max_size=8)


@given(GROUPS, st.integers(1, 1500))
def test_every_row_group_is_in_one_split_in_order_and_none_is_too_large(groups, split_bytes):
    data = parquet(*groups)
    weights = sizes(data)
    splits = cut("a.parquet", metadata(data), split_bytes)
    covered = [
        index
        for split in splits
        for index in range(split.first_row_group, split.first_row_group + split.row_groups)
    ]
    assert covered == list(range(len(groups)))
    assert [split.ordinal for split in splits] == list(range(len(splits)))
    assert sum(split.rows for split in splits) == sum(map(len, groups))
    for split in splits:
        held = weights[split.first_row_group : split.first_row_group + split.row_groups]
        assert sum(held) <= split_bytes or len(held) == 1
    for split, following in pairwise(splits):  # no split is smaller than it must be
        held = weights[split.first_row_group : following.first_row_group + 1]
        assert sum(held) > split_bytes


def test_a_file_without_row_groups_is_one_empty_split():
    assert cut("a.parquet", metadata(parquet())) == [
        Split(path="a.parquet", ordinal=0, first_row_group=0, row_groups=0, rows=0)
    ]


def test_bounds_are_inclusive():
    data = parquet(["a"] * 5, ["b"] * 5, ["c"] * 5)
    first, second, third = sizes(data)
    assert [split.row_groups for split in cut("a", metadata(data), first + second)] == [2, 1]
    assert [split.row_groups for split in cut("a", metadata(data), first + second - 1)] in ([1, 2], [1, 1, 1])
    assert [split.row_groups for split in cut("a", metadata(data), first + second + third)] == [3]


def test_the_ranges_of_a_file_do_not_overlap_and_hold_its_data():
    data = parquet(["one"] * 9, ["two"] * 3, ["three"])
    ranges = [byte_ranges(metadata(data), split) for split in cut("a", metadata(data), 1)]
    flat = [one for each in ranges for one in each]
    assert len(flat) == 3
    assert all(start + length <= after for (start, length), (after, _) in pairwise(flat))
    for (start, length), text in zip(flat, (b"one", b"two", b"three"), strict=True):
        assert text in data[start : start + length]


def test_the_same_rows_elsewhere_have_the_same_digest():
    rows, others = ["river", "rain", None], ["x" * 100] * 50
    alone, behind = parquet(rows), parquet(others, rows)
    (first,), (_, second) = cut("a.parquet", metadata(alone), 1), cut("b/c.parquet", metadata(behind), 1)
    assert (first.ordinal, first.first_row_group) != (second.ordinal, second.first_row_group)
    assert digest(alone, first) == digest(behind, second)


WHOLE = ["river", "rain"]
OTHERS = {
    "another value": parquet(["river", "Rain"]),
    "another order": parquet(["rain", "river"]),
    "a row less": parquet(["river"]),
    "null for a value": parquet(["river", None]),
    "another column name": parquet(WHOLE, name="body"),
    "the rows in two row groups": parquet(["river"], ["rain"]),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_other_rows_have_another_digest(other):
    data = parquet(WHOLE)
    (split,), (changed,) = cut("a", metadata(data)), cut("a", metadata(other))
    assert digest(data, split) != digest(other, changed)


def test_any_changed_byte_of_a_row_group_changes_the_digest():
    data = parquet(WHOLE)
    (split,) = cut("a", metadata(data))
    ((start, length),) = byte_ranges(metadata(data), split)
    block = data[start : start + length]
    seen = {
        split_digest(metadata(data), split, [block[:at] + bytes([block[at] ^ 1]) + block[at + 1 :]])
        for at in range(length)
    }
    assert len(seen | {split_digest(metadata(data), split, [block])}) == length + 1


def zigzag(number):
    """How the footer's encoding (Thrift compact protocol) writes a number."""
    number, written = number << 1, b""
    while number > 0x7F:
        written, number = written + bytes([number & 0x7F | 0x80]), number >> 7
    return written + bytes([number])


def test_a_footer_that_swaps_two_columns_changes_the_digest():
    texts = {"first": ["x" * 5_000] * 2, "own": ["own words"] * 2, "quoted": ["not own.."] * 2}
    file = io.BytesIO()
    pq.write_table(pa.table(texts), file, compression="none", use_dictionary=False, write_statistics=False)
    data = file.getvalue()
    group = metadata(data).row_group(0)
    own, quoted = (zigzag(group.column(index).data_page_offset) for index in (1, 2))
    length = int.from_bytes(data[-8:-4], "little") + 8
    footer = data[-length:].replace(own, b"?").replace(quoted, own).replace(b"?", quoted)
    swapped = data[:-length] + footer
    assert pq.read_table(io.BytesIO(swapped)).column("own").to_pylist() == texts["quoted"]
    (split,) = cut("a", metadata(data))
    assert digest(swapped, split) != digest(data, split)


CHUNK = {"path_in_schema": "text", "compression": "ZSTD", "num_values": 3, "total_compressed_size": 90,
         "data_page_offset": 40, "dictionary_page_offset": 4}  # fmt: skip


def footer(**changes):
    """What is asked of a footer whose one row group has two columns; ``changes`` are of the second, inside the first."""
    first, second = (
        SimpleNamespace(**{**CHUNK, "total_compressed_size": 500}),
        SimpleNamespace(**{**CHUNK, "path_in_schema": "quoted", **changes}),
    )
    group = SimpleNamespace(num_rows=3, num_columns=2, column=[first, second].__getitem__)
    return SimpleNamespace(schema="", row_group=lambda _: group)


@pytest.mark.parametrize(
    "changes",
    [
        {"path_in_schema": "other"},
        {"compression": "SNAPPY"},
        {"num_values": 4},
        {"total_compressed_size": 80},
        {"data_page_offset": 30},
        {"dictionary_page_offset": 5},
        {"dictionary_page_offset": None},
    ],
    ids=str,
)
def test_all_that_says_how_a_column_is_read_counts(changes):
    split = Split(path="a", ordinal=0, first_row_group=0, row_groups=1, rows=3)
    assert split_digest(footer(**changes), split, [b"bytes"]) != split_digest(footer(), split, [b"bytes"])


def test_how_the_bytes_are_cut_into_blocks_does_not_count():
    data = parquet(WHOLE)
    (split,) = cut("a", metadata(data))
    ((start, length),) = byte_ranges(metadata(data), split)
    block = data[start : start + length]
    assert split_digest(metadata(data), split, [block[:7], memoryview(block)[7:]]) == digest(data, split)


def test_a_split_key_depends_on_every_part_and_on_no_order():
    parts = {"split": "aa", "policy": "bb", "engine": "cc"}
    assert split_key(parts) == split_key(dict(reversed(parts.items())))
    assert len({split_key(parts | {name: "dd"}) for name in parts} | {split_key(parts)}) == 4
    assert split_key({"a": "b", "c": ""}) != split_key({"a": "", "c": "b"})

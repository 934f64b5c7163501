"""What decodes and what does not, when ids are decoded first and the rest only if it must be."""

from dataclasses import replace

import pytest
from screened import eligibility, split_bytes, verdicts

from builders import LINEAGE_KEY, PLATFORM, account, record
from pipelines.rules.packs import load_packs
from pipelines.screen import decode as decoding
from pipelines.screen.lookup import Lookup
from pipelines.screen.screen import Inputs, open_split, screen
from schemas.errors import BadInput
from schemas.policy import Policy
from schemas.reviews import REVIEWS
from schemas.tables import TAKEDOWN

ROWS = [record(record_id=f"r{n}", account_id=f"a{n}", text=f"Line {n}") for n in range(9)]
ACCOUNTS = [account(account_id=f"a{n}") for n in range(9)]


@pytest.fixture
def inputs():
    lookup = Lookup(eligibility(ACCOUNTS).lookup, PLATFORM, LINEAGE_KEY)
    return Inputs(
        lookup, TAKEDOWN.empty_table(), REVIEWS.empty_table(), Policy(), load_packs(), "lineage-0", "engine"
    )


def damaged(source, group, column):
    """A split whose column chunk cannot be decoded, in one row group."""
    metadata = source.metadata
    names = [metadata.row_group(0).column(n).path_in_schema for n in range(metadata.num_columns)]
    chunk = metadata.row_group(group).column(names.index(column))
    first = chunk.dictionary_page_offset or chunk.data_page_offset
    start = min(
        metadata.row_group(group).column(n).dictionary_page_offset
        or metadata.row_group(group).column(n).data_page_offset
        for n in range(metadata.num_columns)
    )
    blocks = [bytearray(block) for block in source.blocks]
    blocks[group][first - start : first - start + chunk.total_compressed_size] = (
        b"\xff" * chunk.total_compressed_size
    )
    return replace(source, blocks=[bytes(block) for block in blocks])


@pytest.mark.parametrize(
    "column", ["account_id", "text", "media.list.element.uri", "quoted_text", "record_id"]
)
@pytest.mark.parametrize("group", [0, 1, 2])
def test_a_column_that_cannot_be_decoded_makes_its_group_unreadable(inputs, column, group):
    source = damaged(split_bytes(ROWS, row_group_rows=3), group, column)
    found = verdicts(screen(open_split(source, inputs), inputs))
    lost = range(group * 3, group * 3 + 3)
    assert found == [("unreadable", {"unreadable"}) if row in lost else ("kept", set()) for row in range(9)]


def test_rows_beside_unreadable_ones_keep_their_author(inputs):
    blocked = [a | {"status": "deleted"} if a["account_id"] == "a7" else a for a in ACCOUNTS]
    inputs = replace(inputs, lookup=Lookup(eligibility(blocked).lookup, PLATFORM, LINEAGE_KEY))
    source = damaged(split_bytes(ROWS, row_group_rows=3), 0, "text")
    found = verdicts(screen(open_split(source, inputs), inputs))
    assert [row for row, (reason, _) in enumerate(found) if reason == "account_inactive"] == [7]


def test_the_key_is_known_before_the_rest_is_decoded(inputs):
    whole = split_bytes(ROWS, row_group_rows=3)
    broken = damaged(whole, 1, "text")
    assert len(open_split(broken, inputs).key) == 64
    assert open_split(broken, inputs).key != open_split(whole, inputs).key


@pytest.mark.parametrize("column", ["account_id", "quoted_text"])
def test_a_small_split_that_decodes_to_much_is_refused(inputs, column, monkeypatch):
    monkeypatch.setattr(decoding, "UNFOLDED_LIMIT", 100_000)
    rows = [record(record_id=f"r{n}", **{column: "x" * 1000}) for n in range(200)]
    source = split_bytes(rows, row_group_rows=200)
    assert len(source.blocks[0]) < 20_000
    with pytest.raises(BadInput, match="rows that take up at most"):
        screen(open_split(source, inputs), inputs)


def test_the_row_groups_of_a_split_share_one_limit(monkeypatch):
    monkeypatch.setattr(decoding, "UNFOLDED_LIMIT", 120_000)
    rows = [record(record_id=f"r{n}", quoted_text="x" * 1000) for n in range(200)]
    alone = split_bytes(rows[:100], row_group_rows=100)
    assert len(decoding.decode(decoding.decode_ids(alone)).records) == 100
    with pytest.raises(BadInput, match="rows that take up at most"):
        decoding.decode(decoding.decode_ids(split_bytes(rows, row_group_rows=100)))


def test_ids_and_the_rest_share_one_limit(inputs, monkeypatch):
    monkeypatch.setattr(decoding, "UNFOLDED_LIMIT", 300_000)
    half = "x" * 800
    rows = [record(record_id=f"r{n}", account_id=half, quoted_text=half) for n in range(200)]
    source = split_bytes(rows, row_group_rows=200)
    opened = open_split(source, inputs)
    with pytest.raises(BadInput, match="rows that take up at most"):
        screen(opened, inputs)

"""The vectorised hash of ids agrees with the same hash, id by id."""

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.id_hash import hash_ids

U64 = (1 << 64) - 1


def one_by_one(text):
    data = (text or "").encode()
    value = len(data) * 0x9E3779B97F4A7C15 & U64
    for start in range(0, min(len(data), 64), 8):
        word = int.from_bytes(data[:64][start : start + 8], "little")
        value = (value ^ word) * 0x9E3779B97F4A7C15 & U64
        value ^= value >> 32
    return (value * 0xFF51AFD7ED558CCD & U64) ^ (value >> 32)


@given(st.lists(st.none() | st.text(st.sampled_from("a0é\0"), max_size=90), max_size=8), st.integers(0, 3))
@example([None, "", "\0", "a" * 8, "a" * 64, "a" * 65], 1)
def test_hash(ids, start):
    held = pa.array(ids, pa.string()).slice(start)
    assert hash_ids(held).tolist() == [one_by_one(text) for text in ids[start:]]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_both_kinds_of_string(kind):
    assert hash_ids(pa.array(["ana", "17"], kind)).tolist() == [one_by_one("ana"), one_by_one("17")]

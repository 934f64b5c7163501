"""The vectorised hash of ids agrees with the same hash, id by id."""

import hashlib

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.id_hash import hash_ids

U64 = (1 << 64) - 1


def one_by_one(text):
    data = (text or "").encode()
    value = len(data) * 0x9E3779B97F4A7C15 & U64
    words = [data[:4096][start : start + 8] for start in range(0, min(len(data), 4096), 8)]
    if len(data) > 4096:
        words.append(hashlib.blake2b(data[4096:], digest_size=8).digest())
    for word in (int.from_bytes(word, "little") for word in words):
        value = (value ^ word) * 0x9E3779B97F4A7C15 & U64
        value ^= value >> 32
    return (value * 0xFF51AFD7ED558CCD & U64) ^ (value >> 32)


@given(st.lists(st.none() | st.text(st.sampled_from("a0é\0"), max_size=90), max_size=8), st.integers(0, 3))
@example([None, "", "\0", "a" * 8, "a" * 64, "a" * 65], 1)
@example(["a" * 4095, "a" * 4096, "a", "é" * 2049, "a" * 1_000_000], 0)
def test_hash(ids, start):
    held = pa.array(ids, pa.string()).slice(start)
    assert hash_ids(held).tolist() == [one_by_one(text) for text in ids[start:]]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_both_kinds_of_string(kind):
    assert hash_ids(pa.array(["ana", "17"], kind)).tolist() == [one_by_one("ana"), one_by_one("17")]


@pytest.mark.parametrize("length", [1, 8, 63, 64, 70, 500, 4095, 4096, 4097, 1_000_000])
def test_ids_that_begin_alike_are_told_apart(length):
    ids = [f"{'a' * (length - 1)}{last}" for last in "012345"]
    assert len(set(hash_ids(pa.array(ids)).tolist())) == len(ids)

"""Canonical JSON: RFC 8785, against the test data of its author."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.canonical import canonical_json, parse_json, sha256
from schemas.errors import BadInput

NAMES = ("arrays", "french", "structures", "unicode", "values", "weird")


@pytest.mark.parametrize("name", NAMES)
def test_rfc_8785_test_data(name, test_data):
    folder = test_data("standards/jcs") / "testdata"
    value = parse_json((folder / "input" / f"{name}.json").read_bytes(), name)
    written = canonical_json(value)
    assert written == (folder / "output" / f"{name}.json").read_bytes()
    assert written == bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())


def test_every_file_of_the_test_data_is_used(test_data):
    folder = test_data("standards/jcs") / "testdata" / "input"
    assert {path.stem for path in folder.iterdir()} == set(NAMES)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None, "é"]}, '{"a":[true,null,"é"],"b":1}'),
        # sorted by UTF-16 code units, where the surrogates of 😀 come before U+FB33
        ({"\ufb33": 1, "😀": 2}, '{"😀":2,"\ufb33":1}'),
        ([1.0, 1e21, 1e-7, -0.0, 0.1], "[1,1e+21,1e-7,0,0.1]"),
        ("\u0007\n\u2028\\", '"\\u0007\\n\u2028\\\\"'),
        (2**53 - 1, "9007199254740991"),
    ],
    ids=["keys", "utf-16 order", "numbers", "escapes", "largest integer"],
)
def test_one_form(value, expected):
    assert canonical_json(value) == expected.encode()


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, 2**53, "\ud800"], ids=["nan", "inf", "large", "surrogate"]
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(BadInput, match="canonical JSON"):
        canonical_json({"key": value})


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 1}', '{"x": [{"b": 1, "\\u0062": 2}]}'],
    ids=["top", "nested and escaped"],
)
def test_a_key_that_occurs_twice_is_refused(text):
    with pytest.raises(BadInput, match="twice") as caught:
        parse_json(text, "plan.json")
    assert caught.value.subject == "plan.json"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b"", "line 1, column 1"),
        (b"\xff\xfe", "utf"),
        ('{"a": 1}'.encode("utf-16"), "utf-8"),
        (b'\xef\xbb\xbf{"a": 1}', "line 1, column 1"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b"[" * 200_000, "nesting beyond 100 levels"),
        (b"[" * 101 + b"]" * 101, "nesting beyond 100 levels"),
        (b'{"a": [' * 50 + b"[1]" + b"]}" * 50, "nesting beyond 100 levels"),
        (b'{"a": "\\ud83d"}', "half of a surrogate pair"),
        (b'{"\\uDE00": 1}', "half of a surrogate pair"),
        ('"\udcff"', "half of a surrogate pair"),
        (b"[" + b"9" * 5000 + b"]", "digits"),
    ],
    ids=[
        "syntax",
        "empty",
        "bytes",
        "utf-16",
        "byte order mark",
        "nan",
        "infinity",
        "depth",
        "one level too many",
        "lists in mappings",
        "half a character",
        "half a character as a key",
        "half a character, unescaped",
        "digits",
    ],
)
def test_what_is_not_json_is_bad_input_that_says_where(data, found):
    with pytest.raises(BadInput, match=r"one JSON text") as caught:
        parse_json(data, "plan.json")
    assert found in str(caught.value)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'["\\ud83d\\ude00", "\\\\ud83d"]', ["😀", "\\ud83d"]),
        (b"[[],[]," * 60 + b"1" + b"]" * 60, None),
        (b"[[]," * 99 + b"[]" + b"]" * 99, None),
        ('{"é": "\\u00e9"}', {"é": "é"}),
    ],
    ids=["a pair, and no escape", "many lists", "a hundred levels", "text"],
)
def test_what_only_looks_hostile_is_read(data, value):
    assert parse_json(data, "plan.json") == (json.loads(data) if value is None else value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_reading_back_gives_the_value_and_writing_again_the_bytes(value):
    written = canonical_json(value)
    assert parse_json(written, "value") == value
    assert canonical_json(json.loads(written)) == written


def test_sha256_of_nothing():  # FIPS 180-4, as every implementation prints it
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

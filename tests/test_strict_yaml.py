"""YAML that a person wrote: what surprises is an error, and no file exhausts whoever reads it."""

import resource
import time

import pytest
import yaml

from pipelines.strict_yaml import MAX_BYTES, MAX_VALUES, lines, parse, read_text
from schemas.errors import BadInput, ConfigurationError

DEEP = 100_000
TENFOLD = [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
MERGED = [f"a{n}: &a{n} {{<<: [{','.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 12)]
# name -> the text, and what is said of it; places are counted by hand
REFUSED = {
    "lists": ("[" * DEEP, "nesting beyond 100 levels at line 1, column 101"),
    "closed lists": ("[" * DEEP + "]" * DEEP, "nesting beyond 100 levels at line 1, column 101"),
    "mappings": ("{a: " * DEEP, "nesting beyond 100 levels at line 1, column 401"),
    "lists by hyphens": ("- " * DEEP, "nesting beyond 100 levels at line 1, column 201"),
    "mappings by question marks": ("? " * DEEP, "nesting beyond 100 levels at line 1, column 201"),
    "one level too many": ("[" * 101 + "]" * 101, "nesting beyond 100 levels at line 1, column 101"),
    "aliases of aliases": ("\n".join(["a0: &a0 [x]", *TENFOLD]), f"more than {MAX_VALUES} values at line 7"),
    "merges of merges": ("\n".join(["a0: &a0 {x: 1}", *MERGED]), f"more than {MAX_VALUES} values at line 6"),
    "an alias of itself": ("a: &a [*a]", "an alias within what it stands for at line 1, column 8"),
    "too many values": (f"[{'x,' * MAX_VALUES}]", f"more than {MAX_VALUES} values at line 1"),
    "half a character": ('a: "\\ud83d"', "invalid Unicode character escape code at line 1"),
    "an escaped NUL": ('a: "b\\0c"', "a NUL character at line 1, column 4"),
    "NUL": ("a: b\0c", "control characters are not allowed"),
    "a number of 5,000 digits": ("a: " + "9" * 5000, "99…, which is no number, at line 1, column 4"),
    "a number without digits": ("a: 0b_", "0b_, which is no number, at line 1, column 4"),
    "a number beyond all": ("a: 1" + ":59" * 400 + ".0", "which is no number, at line 1, column 4"),
    "a tag of a date": ("a: !!timestamp x", "the tag tag:yaml.org,2002:timestamp: leave it out, at line 1, column 4"),
    "a tag of a list": ("a: !!set [x]", "the tag tag:yaml.org,2002:set: leave it out, at line 1, column 4"),
    "a tag of Python": ("!!python/object/apply:os.getcwd []", "leave it out, at line 1, column 1"),
    "a key twice": ("a: 1\nb: 2\na: 3", "a key that occurs twice at line 3, column 1"),
    "a key twice, deep": ("a: [{b: 1, b: 2}]", "a key that occurs twice at line 1, column 12"),
    "a list as a key": ("? [a]\n: b", "a key that is no text at line 1, column 3"),
    "two documents": ("a: 1\n---\nb: 2", "another document at line 2"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_what_surprises_or_exhausts_is_refused_with_its_place(text, said):
    with pytest.raises(ConfigurationError, match="valid YAML") as refused:
        parse(text, "policy.yaml")
    assert refused.value.subject == "policy.yaml"
    assert said in refused.value.found
    assert len(refused.value.found) < 200


def test_refusing_takes_no_memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for text in ("[" * (MAX_BYTES - 1), "\n".join(["a0: &a0 [x]", *TENFOLD])):
        with pytest.raises(ConfigurationError):
            parse(text, "policy.yaml")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # KiB


ALLOWED = {
    "a hundred levels": "[" * 100 + "]" * 100,
    "anchors and merges": "a: &a {x: 1}\nb: {<<: *a, y: [*a, *a]}\n",
    "a list that has ended": "a: &a [1]\nb: [*a, [*a]]\n",
    "a text by its tag": "a: !!str 010\n",
    "a character beyond the first plane": 'a: "\\U0001F600"\n',
    "a byte order mark": "\ufeffa: b\n",
    "nothing": "",
    "every kind": "[1, 1.5, true, null, 2026-05-27, text, {a: b}]",
}


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
def test_what_is_allowed_is_what_yaml_says(text):
    assert parse(text, "policy.yaml") == yaml.safe_load(text)


def test_a_place_has_its_line():
    line_of = lines("a: 1\nb:\n  - c: 2\n    d: 3\n")
    assert [line_of(place) for place in (("a",), ("b", 0, "d"), ("b", 0, "missing"), ("nowhere",))] == [
        1,
        4,
        3,
        None,
    ]


@pytest.mark.parametrize(
    ("data", "found"),
    [(b"a: \xe9", "other bytes"), (b"\xff\xfea\0", "other bytes"), (b"#" * (MAX_BYTES + 1), "more than 4 MiB"),
     (None, "No such file")],
    ids=["Latin-1", "UTF-16", "too long", "none"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_bad_input(tmp_path, data, found):
    file = tmp_path / "policy.yaml"
    if data is not None:
        file.write_bytes(data)
    with pytest.raises(BadInput, match="readable UTF-8 file") as refused:
        read_text(file, remedy="correct it")
    assert (refused.value.subject, refused.value.remedy) == (str(file), "correct it")
    assert found in refused.value.found


def test_a_file_of_any_allowed_length_is_read(tmp_path):
    (tmp_path / "policy.yaml").write_bytes(b"#" * MAX_BYTES)
    assert read_text(tmp_path / "policy.yaml", remedy="") == "#" * MAX_BYTES


@pytest.mark.parametrize("number", ["0x" + "f" * 5000, "1:" * 40_000 + "1", "9" * 5000, "1" * 61])
@pytest.mark.parametrize("form", ["? {}\n: a", "a: {}", "constant: {}"])
def test_a_number_that_takes_ages_or_cannot_be_printed_is_none(form, number):
    start = time.monotonic()
    with pytest.raises(ConfigurationError, match="which is no number") as refused:
        parse(form.format(number), "a file")
    assert time.monotonic() - start < 2
    assert len(str(refused.value)) < 400


def test_what_is_merged_may_be_written_anew_wherever_it_is_merged_first():
    text = "a: &a {k: 1, z: 3}\np: {q: {r: &b {<<: *a, k: 2}}}\nx: {<<: *b}\n"
    assert parse(text, "a file") == {
        "a": {"k": 1, "z": 3}, "p": {"q": {"r": {"k": 2, "z": 3}}}, "x": {"k": 2, "z": 3},
    }  # fmt: skip
    with pytest.raises(ConfigurationError, match="a key that occurs twice at line 1"):
        parse("a: &a {k: 1, k: 2}\nx: {<<: *a}\n", "a file")

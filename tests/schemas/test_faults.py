"""What is wrong with policy.yaml and source.yaml: every fault with its line and key, in our words."""

import pytest
from commands import Workspace

from pipelines.cli.opened import read_document
from schemas.errors import ConfigurationError
from schemas.policy import Policy
from schemas.source import SourceDescription

POLICY = """\
preset: strcit
min_aeg: 21
min_age: zero
surfaces:
  pots: {}
  post: {pubic: true}
  photo: true
quality:
  source:
    max_malformed: 0.1
    max_unknown_birth_share: 1.5
regions: [FR, XX, gb]
kinds: [persons]
release: {mask: [names], columns: [text, account_id]}
"""
IN_POLICY = [  # how each line begins and what it must say besides
    ("line 1, preset: expected 'strict' or 'meta-2025'", ""),
    ("line 2, min_aeg: no key is called", "did you mean 'min_age'?"),
    ("line 3, min_age: expected a whole number", ""),
    ("line 5, surfaces.pots: no surface is called", "did you mean 'post'?"),
    ("line 6, surfaces.post.pubic: no key is called", "did you mean 'public'?"),
    ("line 7, surfaces.photo: expected a mapping of use, public", ""),
    ("line 10, quality.source.max_malformed: no key", "did you mean 'max_malformed_share'?"),
    ("line 11, quality.source.max_unknown_birth_share: expected at most 1", ""),
    ("line 12, regions[1]: no region", "ISO 3166-1"),
    ("line 12, regions[2]: no region", "ISO 3166-1"),
    ("line 13, kinds[0]: expected 'person', 'business'", ""),
    ("line 14, release.columns: account_id", "never released"),
    ("line 14, release.mask[0]: expected 'handle', 'email'", ""),
]
FORM = """\
platfrom: x
accounts:
  - files: a.csv
    format: {type: csv, delimeter: ";", encoding: nope}
    fields:
      birth_date: {form: born}
      kind: body
  - files: b.csv
    format: xml
    fields: {account_id: {from: id}}
records:
  - files: r.jsonl
    format: jsonl
    fields:
      media: {each: "p[*]", fields: {metadata: {each: "x[*]", fields: {property: {fromm: a}}}}}
      others: {list: [{role: {constant: mention}, account: {from: a, constant: b}}]}
      text: {from: a, zone: Mars/Phobos}
"""
IN_FORM = [
    ("platform: missing", ""),
    ("line 1, platfrom: no key is called", "did you mean 'platform'?"),
    ("line 4, accounts[0].format.delimeter: no key", "did you mean 'delimiter'?"),
    ("line 4, accounts[0].format.encoding: no text encoding", ""),
    ("line 6, accounts[0].fields.birth_date.form: no key", "did you mean 'from'?"),
    ("line 7, accounts[0].fields.kind: expected a mapping of from, constant", ""),
    ("line 9, accounts[1].format: expected type: one of 'csv', 'jsonl', 'parquet'", ""),
    ("line 15, records[0].fields.media.fields.metadata.fields.property.fromm: no key", "mean 'from'?"),
    ("line 16, records[0].fields.others.list[0].account: exactly one of `from` and `constant`", ""),
    ("line 17, records[0].fields.text: zone: 'Mars/Phobos'", "IANA"),
]
FIELDS = """\
platform: x
accounts:
  - files: []
    format: csv
    fields:
      acount_id: {from: id}
      birth_date: {from: born, date: unix}
      kind: {constant: robot}
      identifiers: {list: [{type: {constant: email}, vlue: {from: a}}]}
records:
  - files: r.jsonl
    format: jsonl
    fields:
      record_id: {from: id}
      created_at: {from: t, timestamp: unix}
      text: {from: "a[*]"}
"""
IN_FIELDS = [
    ("line 3, accounts[0].files: at least one path", ""),
    ("line 5, accounts[0].fields: account_id is not mapped", ""),
    ("line 5, accounts[0].fields: birth_date without birth_precision", "birth_precision: {constant: day}"),
    ("line 6, accounts[0].fields.acount_id: no field is called", "did you mean 'account_id'?"),
    ("line 7, accounts[0].fields.birth_date: date: expected iso8601 or a strptime format", ""),
    ("line 8, accounts[0].fields.kind: no value is called 'robot'", "automated"),
    ("line 9, accounts[0].fields.identifiers.list[0].vlue: no field", "did you mean 'value'?"),
    ("line 15, records[0].fields.created_at: timestamp: expected iso8601, unix_s, unix_ms, unix_us or", ""),
    ("line 16, records[0].fields.text: from: 'a[*]' is a list", ""),
]
DOCUMENTS = {
    "policy": (Policy, POLICY, IN_POLICY),
    "form of a source": (SourceDescription, FORM, IN_FORM),
    "fields of a source": (SourceDescription, FIELDS, IN_FIELDS),
}


def refusal(path, model):
    with pytest.raises(ConfigurationError) as caught:
        read_document(path, path.name, model)
    return caught.value


@pytest.mark.parametrize(("model", "text", "expected"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_fault_is_listed_once_with_its_line_and_key(tmp_path, model, text, expected):
    path = tmp_path / "document.yaml"
    path.write_text(text, "utf-8")
    lines = sorted(refusal(path, model).found.splitlines())
    assert len(lines) == len(expected)
    for line, (start, says) in zip(lines, sorted(expected), strict=True):
        assert line.startswith(start)
        assert says in line
        for residue in ("Value error", "Input should", "valid dictionary", "function-", "[key]"):
            assert residue not in line


def test_of_very_many_faults_the_first_are_listed_and_the_others_counted(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text("".join(f"key_{n}: 1\n" for n in range(25)), "utf-8")
    lines = refusal(path, Policy).found.splitlines()
    assert (len(lines), lines[0].split(":")[0], lines[-1]) == (21, "line 1, key_0", "and 5 more")


@pytest.mark.parametrize(
    ("text", "found"),
    [("- strict\n", "expected a mapping of preset"), ("[]\n", "expected a mapping"), ("[a]: 1\n", "no text")],
    ids=["a list", "an empty list", "a key that is a list"],
)
def test_what_is_no_mapping_is_one_fault(tmp_path, text, found):
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    assert found in refusal(path, Policy).found


def test_an_empty_file_leaves_everything_out(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text("# nothing yet\n", "utf-8")
    assert read_document(path, "policy.yaml", Policy) == Policy()


def test_the_command_line_shows_them_one_below_the_other(tmp_path):
    place = Workspace(tmp_path)
    place.run("init").done()
    (tmp_path / "policy.yaml").write_text("min_aeg: 21\nkinds: [persons]\n", "utf-8")
    ended = place.run("build")
    assert (ended.code, ended.out) == (2, "")
    said = ended.err.splitlines()
    assert said[0] == "optout: policy.yaml"
    assert said[2].startswith("  found:    line 1, min_aeg: ")
    assert said[3].startswith("            line 2, kinds[0]: ")
    assert said[4].startswith("  to do:    correct policy.yaml; `optout schema Policy`")

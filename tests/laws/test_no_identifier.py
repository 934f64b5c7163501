"""Law 7: no identifier, text or birth date in what a build leaves behind, nor in what it says.

Data are planted, because a search needs needles that stand nowhere else: the sample network's account ids are short
numbers, its texts common words, and a birth date of one of 20,000 people is the day of somebody's post.
"""

import base64
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import Workspace, workspace
from laws.planted import (
    ACCOUNTS,
    BIRTHS,
    MARK,
    PHONES,
    RECORDS,
    decoded,
    email,
    found_in,
    handle,
    in_base64,
    planted_in,
    spaced,
)

from builders import PLATFORM

OBJECTIONS = [
    {"type": "account", "value": f"{MARK}-a01"},
    {"type": "handle", "value": f"@{handle(3)}"},
    {"type": "email", "value": email(5)},
    {"type": "phone", "value": spaced(7), "region": "FR"},
]
LOOSE = {"quality": {"source": {"max_unmatched_author_share": 1}, "release": {"max_rejected_share": 1}}}


WITHOUT_MASKS = {
    "release": {"mask": []},
    "third_party": {"objected": {"mention": "drop"}, "unknown": {"mention": "drop"}},
}


def built(folder, **policy):
    place = workspace(
        folder, ACCOUNTS, RECORDS, objections=OBJECTIONS, policy={**LOOSE, **policy}, files=3, row_group_rows=40
    )  # fmt: skip
    place.build().done()
    return place


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return built(tmp_path_factory.mktemp("law7") / "w")


@pytest.fixture(scope="module")
def unmasked(tmp_path_factory):
    return built(tmp_path_factory.mktemp("unmasked") / "w", **WITHOUT_MASKS)


def findings(place, below):
    """Files below a folder that hold something planted, and what."""
    files = (path for path in sorted((place.folder / below).rglob("*")) if path.is_file())
    return {path.relative_to(place.folder).as_posix(): kinds for path in files if (kinds := planted_in(path))}


@pytest.mark.parametrize("zone", ["lineage", "versions", "staging"])
def test_nothing_planted_is_in_the_corpus(place, zone):
    assert findings(place, f"corpus/{zone}") == {}


def test_of_all_that_was_planted_the_shards_hold_texts(place):
    assert list(findings(place, "corpus/data").values()) == [{"text"}] * 3


def test_the_searched_corpus_holds_what_was_written(place):
    counts = place.run("funnel", "--json").done().json
    assert counts["outcomes"]["kept"] > 150
    assert (
        min(counts["reasons"][reason] for reason in ("objection", "account_unknown", "third_party_unknown"))
        > 10
    )
    words = b"\n".join(decoded(path)[0] for path in (place.folder / "corpus/data").rglob("*.parquet"))
    for mark in ("⟦handle⟧", "⟦email⟧", "⟦phone⟧", "a hill"):
        assert mark.encode() in words


def test_what_masking_is_for_is_found_without_it(unmasked):
    shards = findings(unmasked, "corpus/data")
    assert list(shards.values()) == [{"identifier", "phone", "text"}] * 3
    assert findings(unmasked, "corpus/lineage") == findings(unmasked, "corpus/versions") == {}


def test_registry_keys_and_messages_hold_nothing_planted(place):
    found = findings(place, "")
    elsewhere = {
        name: kinds for name, kinds in found.items() if not name.startswith(("canonical/", "corpus/"))
    }
    assert elsewhere == {"objections.jsonl": {"identifier", "phone"}}  # what the test itself wrote


def test_a_plan_that_waits_holds_ids_in_staging_only(place, tmp_path):
    waiting = place.copy(tmp_path / "w")
    waiting.run("plan", "--as-of", "2026-06-01").done()
    assert {name.rpartition("/")[2] for name in findings(waiting, "corpus")} == {"lookup.arrow"}


COMMANDS = [
    ("build", "--as-of", "2026-06-01", "--from-scratch"),
    ("verify",),
    ("verify", "--json"),
    ("versions",),
    ("versions", "--json"),
    ("diff", "1", "2"),
    ("diff", "1", "2", "--json"),
    *(
        ("where", kind, value, *form)
        for form in ((), ("--json",))
        for kind, value in (
            ("account", f"{MARK}-a01"),
            ("account", f"{MARK}-nobody"),
            ("email", email(9)),
            ("handle", f"@{handle(3)}"),
            ("phone", PHONES[7]),
            ("did", f"did:web:{MARK}05.example"),
        )
    ),
    ("versions", "--refused"),
    ("files", "1"),
    ("funnel",),
    ("registry", "status"),
    ("registry", "snapshot"),
    ("lineage", "--sql", "SELECT * FROM ledger"),
    ("lineage", "--sql", "SELECT * FROM splits"),
    ("explain", "0:0"),
]


def test_nothing_planted_is_said(place, tmp_path):
    talking = place.copy(tmp_path / "w")
    shutil.copytree(place.folder / "corpus", talking.folder / "corpus")
    for arguments in COMMANDS:
        ended = talking.run(*arguments).done()
        assert found_in((ended.out + ended.err).encode()) == set(), arguments


DESCRIPTION = {
    "platform": PLATFORM,
    "accounts": [{"files": "in/accounts.jsonl", "format": "jsonl", "fields": {
        "account_id": {"from": "account_id"}, "person_id": {"from": "person_id"},
        "birth_date": {"from": "birth_date"}, "birth_precision": {"constant": "day"},
        "identifiers": {"each": "identifiers", "fields": {
            "type": {"from": "type"}, "value": {"from": "value"}}},
    }}],
    "records": [{"files": "in/records.jsonl", "format": "jsonl", "fields": {
        "record_id": {"from": "record_id"}, "account_id": {"from": "account_id"},
        "surface": {"from": "surface"}, "text": {"from": "text"}, "quoted_text": {"from": "quoted_text"},
    }}],
}  # fmt: skip


def test_an_ingest_says_nothing_planted(tmp_path):
    """Of rows that conform, and of some that do not, be it in an identifier, a birth date or as a whole."""
    place = Workspace(tmp_path)
    place.run("init").done()
    broken = [
        {**ACCOUNTS[0], "birth_date": "14.03.1961"},
        {**ACCOUNTS[1], "account_id": [MARK]},
        {**ACCOUNTS[2], "identifiers": [{"type": MARK, "value": email(2)}]},
    ]
    lines = {"accounts": [*ACCOUNTS, *broken], "records": [*RECORDS, {**RECORDS[0], "surface": MARK}]}
    (tmp_path / "in").mkdir()
    for table, rows in lines.items():
        text = "".join(json.dumps(row, default=str) + "\n" for row in rows)
        (tmp_path / f"in/{table}.jsonl").write_text(f'{text}{{"record_id": "{MARK}\n', "utf-8")
    (tmp_path / "source.yaml").write_text(json.dumps(DESCRIPTION), "utf-8")
    report = place.run("ingest", "--json").done()
    assert report.json["numbers"]["records"] == len(RECORDS) + 2
    assert report.json["numbers"]["malformed_records"] == 2
    assert report.json["numbers"]["malformed_accounts"] >= 4
    for ended in (report, place.run("ingest").done(), place.run("ingest", "--defects").done()):
        assert found_in((ended.out + ended.err).encode()) == set(), ended.out + ended.err
    misspelt = json.dumps(DESCRIPTION).replace('"birth_date"}', f'"{MARK[::-1]}"}}')
    (tmp_path / "source.yaml").write_text(misspelt, "utf-8")
    ended = place.run("ingest")
    assert found_in((ended.out + ended.err).encode()) == set(), ended.err


def damage_a_footer(folder):
    path = folder / "canonical/records/part-00001.parquet"
    path.write_bytes(path.read_bytes()[:-9])


def change_a_type(folder):
    path = folder / "canonical/records/part-00001.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(3, "created_at", pa.nulls(len(table), pa.string())), path)


def damage_the_accounts(folder):
    path = folder / "canonical/accounts/part-00000.parquet"
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
    path.write_bytes(data)


def misread_the_manifest(folder):
    (folder / "canonical/source.json").write_text(f'{{"platform": "{MARK}", "handle": "@{MARK}"}}', "utf-8")


@pytest.mark.parametrize("spoil", [damage_a_footer, change_a_type, damage_the_accounts, misread_the_manifest])
def test_no_error_of_a_build_says_it(place, tmp_path, spoil):
    failing = place.copy(tmp_path / "w")
    spoil(failing.folder)
    ended = failing.build()
    assert ended.code == 3, ended.err
    assert found_in((ended.out + ended.err).encode()) == set(), ended.err
    assert "Traceback" not in ended.err


def test_no_error_of_the_registry_says_it(place, tmp_path):
    failing = place.copy(tmp_path / "w")
    lines = [
        f'{{"type": "handle", "vale": "@{MARK}"}}',
        f'{{"type": "{MARK}", "value": "x"}}',
        f"{MARK}",
        '{"type": "phone"',
    ]
    (failing.folder / "bad.jsonl").write_text("\n".join(lines), "utf-8")
    for arguments in (["registry", "import", failing.folder / "bad.jsonl"], ["registry", "add", MARK, "x"]):
        ended = failing.run(*arguments)
        assert ended.code in {2, 3}
        assert found_in((ended.out + ended.err).encode()) == set(), ended.err


# The search itself.


def test_the_search_finds_all_kinds_in_the_source(place):
    found = findings(place, "canonical")
    assert found.pop("canonical/accounts/part-00000.parquet") == {"identifier", "phone", "birth date"}
    assert list(found.values()) == [{"identifier", "phone", "text"}] * 3


@pytest.mark.parametrize("offset", range(3))
@pytest.mark.parametrize("word", [MARK, handle(9), PHONES[3], "1961-03-14", "14.03.1961"])
def test_the_search_finds_base64_wherever_it_begins(offset, word):
    assert found_in(base64.b64encode(b"x" * offset + word.encode() + b" and more")) != set()
    assert len(set(in_base64(word.encode()))) == 3


def test_the_search_finds_what_an_encoding_hides(tmp_path):
    table = pa.table({"words": [f"{'x' * n}{PHONES[0]}" for n in range(40)] + [MARK[:4], MARK]})
    pq.write_table(table, tmp_path / "t.parquet", use_dictionary=False, compression="zstd",
                   column_encoding={"words": "DELTA_BYTE_ARRAY"}, write_statistics=False)  # fmt: skip
    assert planted_in(tmp_path / "t.parquet") == {"identifier", "phone"}


@pytest.mark.parametrize("value", [BIRTHS[2], PHONES[2], f"a{MARK}b", MARK.upper()])
def test_the_search_finds_values(tmp_path, value):
    pq.write_table(pa.table({"value": [value], "microseconds": [1]}), tmp_path / "t.parquet")
    assert planted_in(tmp_path / "t.parquet")


def test_the_search_finds_birth_dates_as_numbers(tmp_path):
    (tmp_path / "t.json").write_text('{"adult_from": [1, 290260800000000]}', "ascii")
    assert planted_in(tmp_path / "t.json") == {"birth date"}

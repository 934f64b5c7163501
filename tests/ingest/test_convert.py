"""One foreign value to one canonical value, or a row that keeps its place and nothing else."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest import convert
from pipelines.ingest.batch import Batch
from pipelines.ingest.convert import Converter, check_constants
from schemas.errors import ConfigurationError
from schemas.fields import ACCOUNTS, RECORDS
from schemas.source import AccountEntry, RecordEntry

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
DEFECT = object()


def entry(kind="jsonl", **fields):
    return RecordEntry.model_validate(
        {"files": "f", "format": kind, "fields": {"record_id": {"from": "id"}, **fields}}
    )


def converted(mapped, *rows):
    """The canonical rows of these foreign rows (dicts)."""
    batch = Batch(len(rows), range(1, len(rows) + 1), lambda name: [row.get(name) for row in rows])
    result = Converter(mapped, "sample").convert(batch, "f.jsonl")
    assert result.schema.equals(RECORDS if isinstance(mapped, RecordEntry) else ACCOUNTS)
    result.validate(full=True)
    return result.to_pylist()


# field, its mapping, the foreign value, what the table holds
CASES = [
    ("text", {"from": "v"}, "x", "x"),
    ("text", {"from": "v"}, "", ""),
    ("text", {"from": "v", "empty": "absent"}, "", None),
    ("text", {"from": "v"}, None, None),
    ("text", {"from": "v"}, 7, "7"),
    ("text", {"from": "v"}, 10**30, str(10**30)),
    ("text", {"from": "v"}, Decimal(7), "7"),
    ("text", {"from": "v"}, Decimal("7.5"), DEFECT),
    ("text", {"from": "v"}, Decimal("NaN"), DEFECT),
    ("text", {"from": "v"}, 7.0, DEFECT),
    ("text", {"from": "v"}, True, DEFECT),
    ("text", {"from": "v"}, {"html": "x"}, DEFECT),
    ("text", {"from": "v"}, ["x"], DEFECT),
    ("text", {"from": "v", "otherwise": None}, ["x"], None),
    ("text", {"from": "v"}, b"\xc3\xa9", "é"),
    ("text", {"from": "v"}, b"\xff", DEFECT),
    ("text", {"from": "v.w[1]"}, {"w": ["x", "y"]}, "y"),
    ("text", {"from": "v.w[2]"}, {"w": ["x", "y"]}, None),
    ("text", {"from": "v.w"}, {}, None),
    ("text", {"from": "v.w"}, "no object", DEFECT),
    ("text", {"from": 'v["a.b"]'}, {"a.b": "x"}, "x"),
    ("language", {"constant": "fr"}, None, "fr"),
    ("language", {"from": "v"}, "pt_BR", "pt_BR"),
    ("language", {"from": "v"}, "Portuguese, write to ana@example.org", DEFECT),
    ("language", {"from": "v", "otherwise": None}, "Portuguese", None),
    ("language", {"from": "v", "values": {"Portuguese": "pt"}}, "Portuguese", "pt"),
    ("language", {"from": "v", "values": {"Portuguese": "pt of Ana"}}, "Portuguese", DEFECT),
    ("language", {"from": "v", "values": {"pt": None}}, "pt", None),
    ("account_id", {"from": "v"}, 42, "42"),
    ("account_id", {"from": "v"}, "0042", "0042"),
    ("surface", {"from": "v"}, "post", "post"),
    ("surface", {"from": "v"}, "hologram", DEFECT),
    ("surface", {"from": "v", "otherwise": None}, "hologram", None),
    ("surface", {"from": "v", "values": {"p": "post"}}, "p", "post"),
    ("surface", {"from": "v", "values": {"1": "post"}}, 1, "post"),
    ("surface", {"from": "v", "values": {"true": "post"}}, True, "post"),
    ("surface", {"from": "v", "values": {"p": "post"}}, "post", DEFECT),
    ("surface", {"from": "v", "values": {"p": None}}, "p", None),
    ("surface", {"from": "v", "values": {"p": "post"}, "otherwise": None}, "q", None),
    ("surface", {"from": "v", "values": {"p": "post"}, "otherwise": "comment"}, "q", "comment"),
    ("created_at", {"from": "v"}, "2024-03-05T12:00:00Z", NOON),
    ("created_at", {"from": "v"}, "2024-03-05T14:00:00+02:00", NOON),
    ("created_at", {"from": "v"}, "2024-03-05T12:00:00", DEFECT),
    ("created_at", {"from": "v", "zone": "UTC"}, "2024-03-05T12:00:00", NOON),
    ("created_at", {"from": "v", "zone": "Europe/Paris"}, "2024-03-05T13:00:00", NOON),
    ("created_at", {"from": "v", "zone": "Europe/Paris"}, "2024-03-05T12:00:00Z", NOON),
    ("created_at", {"from": "v"}, "2024-02-30T12:00:00Z", DEFECT),
    ("created_at", {"from": "v"}, "yesterday", DEFECT),
    ("created_at", {"from": "v", "zone": "UTC"}, "2024-W10", DEFECT),
    ("created_at", {"from": "v", "zone": "UTC"}, "2024W10", DEFECT),
    ("created_at", {"from": "v", "zone": "UTC"}, "2024-W10T12:00", DEFECT),
    ("created_at", {"from": "v", "zone": "UTC"}, "2024-W10-2T12:00", NOON),
    ("created_at", {"from": "v", "timestamp": "unix_s"}, "1.709640e9", NOON),
    ("created_at", {"from": "v", "otherwise": None}, "yesterday", None),
    ("created_at", {"from": "v"}, NOON, NOON),
    ("created_at", {"from": "v", "timestamp": "unix_s"}, 1709640000, NOON),
    ("created_at", {"from": "v", "timestamp": "unix_s"}, "1709640000", NOON),
    ("created_at", {"from": "v", "timestamp": "unix_s"}, 1709640000.0, NOON),
    ("created_at", {"from": "v", "timestamp": "unix_ms"}, 1709640000000, NOON),
    ("created_at", {"from": "v", "timestamp": "unix_us"}, 1709640000000000, NOON),
    ("created_at", {"from": "v", "timestamp": "unix_s"}, float("nan"), DEFECT),
    ("created_at", {"from": "v", "timestamp": "unix_s"}, 10**15, DEFECT),
    ("created_at", {"from": "v", "timestamp": "unix_s"}, True, DEFECT),
    ("created_at", {"from": "v", "timestamp": "%d.%m.%Y %H:%M", "zone": "UTC"}, "05.03.2024 12:00", NOON),
    ("created_at", {"from": "v", "timestamp": "%d.%m.%Y %H:%M", "zone": "UTC"}, "2024-03-05", DEFECT),
    ("created_at", {"from": "v", "timestamp": "%b %d %Y %H %z"}, "Mar 05 2024 14 +0200", NOON),
]


@pytest.mark.parametrize(("field", "mapping", "value", "expected"), CASES)
def test_values(field, mapping, value, expected):
    (row,) = converted(entry(**{field: mapping}), {"id": "r1", "v": value})
    if expected is DEFECT:
        assert row == {
            **dict.fromkeys(RECORDS.names), "defect": {"file": "f.jsonl", "position": 1, "field": field},
        }  # fmt: skip
    else:
        assert (row["record_id"], row[field], row["defect"]) == ("r1", expected, None)


HUGE = """
import resource
from decimal import Decimal
from pipelines.ingest.cells import FAULTS, cast_of
from schemas.fields import RECORD_FIELDS
from schemas.source import Scalar
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))  # each of these took half a minute
fields = {field.name: field for field in RECORD_FIELDS}
instant = cast_of(Scalar.model_validate({"from": "v", "timestamp": "unix_s"}), fields["created_at"])
name = cast_of(Scalar.model_validate({"from": "v"}), fields["account_id"])
for cast, value in [
    (instant, "1e999990"), (instant, "-1E+999990"), (instant, "0." + "0" * 99 + "1e999990"), (instant, "9" * 4000 + ".5"),
    (instant, Decimal("1e999990")), (name, Decimal("1e999990")), (instant, "1e-999990"), (instant, "NaN"),
]:
    try:
        print(cast(value))
    except FAULTS:
        print("defect")
"""


def test_a_number_beyond_all_dates_costs_nothing():
    done = subprocess.run([sys.executable, "-c", HUGE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["defect"] * 6 + ["0", "defect"]), done.stderr


DATES = [
    ({"from": "v"}, "2006-W05", DEFECT),
    ({"from": "v"}, "2006W05", DEFECT),
    ({"from": "v"}, "2006-W05-3", date(2006, 2, 1)),
    ({"from": "v"}, "1990-05-17", date(1990, 5, 17)),
    ({"from": "v"}, date(1990, 5, 17), date(1990, 5, 17)),
    ({"from": "v"}, "2001-02-30", DEFECT),
    ({"from": "v"}, "2001-02-29", DEFECT),
    ({"from": "v"}, "2000-02-29", date(2000, 2, 29)),
    ({"from": "v"}, datetime(1990, 5, 17, tzinfo=UTC), DEFECT),
    ({"from": "v"}, 19900517.5, DEFECT),
    ({"from": "v", "date": "%d/%m/%Y"}, "17/05/1990", date(1990, 5, 17)),
    ({"from": "v", "date": "%Y"}, "1990", date(1990, 1, 1)),
    ({"from": "v", "otherwise": None}, "unknown", None),
]


@pytest.mark.parametrize(("mapping", "value", "expected"), DATES)
def test_birth_dates(mapping, value, expected):
    mapped = AccountEntry.model_validate({
        "files": "f",
        "format": "jsonl",
        "fields": {"account_id": {"from": "id"}, "birth_date": mapping, "birth_precision": {"constant": "year"}},
    })  # fmt: skip
    (row,) = converted(mapped, {"id": "a1", "v": value})
    if expected is DEFECT:
        assert (row["account_id"], row["birth_date"], row["defect"]["field"]) == ("a1", None, "birth_date")
    else:
        assert (row["birth_date"], row["platform"], row["defect"]) == (expected, "sample", None)


PERSON = AccountEntry.model_validate({
    "files": "f",
    "format": "jsonl",
    "fields": {
        "account_id": {"from": "id"},
        "person_id": {"from": "p"},
        "birth_date": {"from": "born"},
        "birth_precision": {"constant": "day"},
        "region": {"from": "land"},
        "status": {"constant": "active"},
        "identifiers": {"each": "names", "fields": {"type": {"from": "t"}, "value": {"from": "v"}}},
    },
})  # fmt: skip
ADDRESS = {"t": "email", "v": "ana@example.org"}
WHO = {"account_id": "a1", "platform": "sample", "person_id": "p1", "region": "FR",
       "identifiers": [{"type": "email", "value": "ana@example.org"}]}  # fmt: skip
FACTS = {"birth_date": date(1990, 5, 17), "birth_precision": "day", "status": "active"}
# what differs from a row that conforms, the field at fault, what is then null or less
MALFORMED_ACCOUNTS = {
    "a fact": ({"born": "17.05.1990"}, "birth_date", {**WHO, **FACTS, "birth_date": None}),
    "the link": ({"p": []}, "person_id", {**WHO, "person_id": None}),
    "how telephone numbers are read": ({"land": 3.5}, "region", {**WHO, "region": None}),
    "what else names it": ({"names": "none"}, "identifiers", {**WHO, "identifiers": None}),
    "one name of two": (
        {"names": [ADDRESS, {"t": "email", "v": []}]},
        "identifiers.value",
        {**WHO, "identifiers": [*WHO["identifiers"], {"type": "email", "value": None}]},
    ),
    "a fact and a name": ({"born": "never", "p": []}, "person_id", {**WHO, "person_id": None}),
    "the id": ({"id": 0.5}, "account_id", {}),
    "no id": ({"id": None, "born": "never"}, "birth_date", {}),
}


@pytest.mark.parametrize(("change", "field", "kept"), MALFORMED_ACCOUNTS.values(), ids=MALFORMED_ACCOUNTS)
def test_an_account_that_does_not_conform_keeps_what_says_who_it_is(change, field, kept):
    sound = {"id": "a1", "p": "p1", "born": "1990-05-17", "land": "FR", "names": [ADDRESS]}
    before, found, _ = converted(PERSON, sound, {**sound, **change}, sound)
    place = {"file": "f.jsonl", "position": 2, "field": field}
    assert before == {**dict.fromkeys(ACCOUNTS.names), **WHO, **FACTS}
    assert found == {**dict.fromkeys(ACCOUNTS.names), **kept, "defect": place}


def test_an_account_row_that_cannot_be_read_as_a_whole_is_nobody():
    batch = Batch(2, [1, 2], lambda _: [None, "a2"], {0: "row:json"})
    fields = {"account_id": {"from": "id"}, "kind": {"constant": "person"}}
    mapped = AccountEntry.model_validate({"files": "f", "format": "jsonl", "fields": fields})
    first, second = Converter(mapped, "sample").convert(batch, "f").to_pylist()
    place = {"file": "f", "position": 1, "field": "row:json"}
    assert first == {**dict.fromkeys(ACCOUNTS.names), "defect": place}
    assert (second["account_id"], second["kind"], second["defect"]) == ("a2", "person", None)


MENTIONS = {"each": "m[*]", "fields": {"role": {"constant": "mention"}, "account": {"from": "."}}}
LISTS = {
    "each item": (MENTIONS, {"m": [1, "b"]}, [("mention", "1"), ("mention", "b")]),
    "no items": (MENTIONS, {"m": []}, []),
    "no list": (MENTIONS, {}, None),
    "null items": (MENTIONS, {"m": [None, "b"]}, [("mention", "b")]),
    "an item of the wrong type": (MENTIONS, {"m": [{}]}, DEFECT),
    "something else than a list": (MENTIONS, {"m": "b"}, DEFECT),
    "a cell of several values": (
        {**MENTIONS, "each": "m", "separator": ","}, {"m": "a, b,,"}, [("mention", "a"), ("mention", "b")],
    ),
    "single elements and an each, in this order": (
        {"list": [{"role": {"constant": "reply_to"}, "account": {"from": "r"}}, MENTIONS]},
        {"r": "a", "m": ["b"]},
        [("reply_to", "a"), ("mention", "b")],
    ),
    "a single element whose values are null is none": (
        {"list": [{"role": {"constant": "reply_to"}, "account": {"from": "r"}}, MENTIONS]}, {"m": ["b"]},
        [("mention", "b")],
    ),
    "a role that is unknown": (
        {"each": "m[*]", "fields": {"role": {"from": "k"}, "account": {"from": "w"}}},
        {"m": [{"k": "friend", "w": "a"}]},
        DEFECT,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("mapping", "row", "expected"), LISTS.values(), ids=LISTS)
def test_lists(mapping, row, expected):
    before, found, after = converted(entry(others=mapping), {"id": "r0"}, {"id": "r1", **row}, {"id": "r2"})
    assert before["record_id"] == "r0"
    assert (after["record_id"], after["defect"]) == ("r2", None)
    if expected is DEFECT:
        assert (found["record_id"], found["others"]) == (None, None)
        assert found["defect"]["field"].startswith("others")
    else:
        others = found["others"]
        assert expected == (None if others is None else [(one["role"], one["account"]) for one in others])


def test_too_many_items_are_a_defect(monkeypatch):
    monkeypatch.setattr(convert, "MAX_ITEMS", 2)
    rows = converted(entry(others=MENTIONS), {"id": "r1", "m": ["a"] * 2}, {"id": "r2", "m": ["a"] * 3})
    assert [row["defect"] and row["defect"]["field"] for row in rows] == [None, "others"]


def test_pictures_and_what_their_files_declare():
    mapped = entry(media={"each": "p", "fields": {
        "media_id": {"from": "id"},
        "sha256": {"from": "digest"},
        "mime": {"from": "type"},
        "metadata": {"each": "tags", "fields": {
            "property": {"from": "name"}, "values": {"from": "values"}, "block": {"constant": "xmp"}}},
    }})  # fmt: skip
    tags = [{"name": "plus:MinorModelAgeDisclosure", "values": ["AG-A15", 7]}]
    rows = converted(
        mapped,
        {"id": "r1", "p": [{"id": 5, "digest": "AB" * 32, "tags": tags}]},
        {"id": "r2", "p": [{"id": 5, "digest": "too short"}]},
        {"id": "r3", "p": [{"id": 5, "type": "image/jpeg"}, {"id": 6, "type": "image/jpeg; name=ana.jpg"}]},
    )
    (picture,) = rows[0]["media"]
    assert (picture["media_id"], picture["sha256"]) == ("5", "ab" * 32)
    assert picture["metadata"] == [
        {"property": "plus:MinorModelAgeDisclosure", "values": ["AG-A15", "7"], "block": "xmp"}
    ]
    assert [row["defect"]["field"] for row in rows[1:]] == ["media.sha256", "media.mime"]


def test_a_row_without_its_id_is_malformed_and_the_first_fault_counts():
    rows = converted(
        entry(created_at={"from": "t"}, text={"from": "v"}),
        {"id": None},
        {"id": "r2", "t": "never", "v": {}},
    )
    assert [row["defect"]["field"] for row in rows] == ["record_id", "created_at"]


def test_what_is_wrong_with_a_row_as_a_whole_comes_from_its_reader():
    batch = Batch(2, [4, 9], lambda _: [None, "r1"], {0: "row:json"})
    rows = Converter(entry(), "sample").convert(batch, "f").to_pylist()
    assert rows[0]["defect"] == {"file": "f", "position": 4, "field": "row:json"}
    assert (rows[1]["record_id"], rows[1]["defect"]) == ("r1", None)


def test_a_wrong_constant_is_noticed_before_a_file_is_opened():
    check_constants(entry(created_at={"constant": "2024-03-05T12:00:00Z"}), "source.yaml")
    with pytest.raises(ConfigurationError, match="created_at"):
        check_constants(entry(created_at={"constant": "2024-02-30T12:00:00Z"}), "source.yaml")


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=4)
    | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(("id", "v", "t", "m"), anything)), max_size=5))
def test_whatever_the_values_every_row_comes_out_in_its_place(rows):
    mapped = entry(
        text={"from": "v"},
        surface={"from": "v"},
        created_at={"from": "t", "timestamp": "unix_s"},
        others={"each": "m[*]", "fields": {"role": {"from": "k"}, "account": {"from": "w"}}},
        media={"each": "m", "fields": {"sha256": {"from": "."}, "taken_at": {"from": "t"}}},
    )
    found = converted(mapped, *rows)
    assert len(found) == len(rows)
    for number, row in enumerate(found, 1):
        if row["defect"] is None:
            assert row["record_id"] is not None
        else:
            assert row["defect"]["position"] == number
            assert [name for name in RECORDS.names if row[name] is not None] == ["defect"]


def test_half_a_character_is_a_defect_of_its_row():
    good, bad = converted(entry(text={"from": "v"}), {"id": "r1", "v": "x"}, {"id": "r2", "v": "\ud83d"})
    assert (good["text"], bad["defect"]["field"]) == ("x", "text")


def test_a_batch_is_one_record_batch():
    assert isinstance(Converter(entry(), "sample").convert(Batch(0, [], lambda _: []), "f"), pa.RecordBatch)

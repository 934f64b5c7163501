"""Law 3: a split key that does not follow from all that screening takes is found; one that does, never."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builds import Place
from screened import takedowns

from builders import account, at, malformed, objection, record, records_table
from pipelines.jobs import screening
from pipelines.rules.packs import Packs
from schemas.policy import Policy

ACCOUNTS = [
    account(account_id="ana", birth_date=at("1950-03-05").date()),  # of age before 1970
    account(account_id="ben", birth_date=None, status="suspended"),
    account(account_id="eve", kind="business", visibility="private", region=None, notified_at=None),
    account(account_id="kid", birth_date=at("2012-01-01").date()),
]
NAMES = ["kid", "nobody", "ana", None, "eve", "ben", "ana", "somebody", "ana"]
ROWS = [record(record_id=f"r{n}", account_id=name) for n, name in enumerate(NAMES)] + [malformed()]


@pytest.fixture
def place(tmp_path):
    lenient = {"quality": {"source": {"max_malformed_share": 1}, "release": {"max_rejected_share": 1}}}
    place = Place(tmp_path, [objection(value="ben", surfaces=2)], Policy.model_validate(lenient))
    place.write(ACCOUNTS, ROWS, row_group_rows=3, files=2)
    return place


def with_lookup(inputs, column, value):
    """Inputs in whose look-up table one column says the same of everybody."""
    table = inputs.lookup.table
    index = table.schema.get_field_index(column)
    values = pa.array([value] * len(table), table.schema.field(column).type)
    changed = table.set_column(index, table.schema.field(column), values)
    return replace(inputs, lookup=replace(inputs.lookup, table=changed))


OTHERS = {
    "another policy": lambda inputs: replace(inputs, policy=Policy(release={"mask": ("handle",)})),
    "other packs": lambda inputs: replace(inputs, packs=Packs(packs=())),
    "another key": lambda inputs: replace(inputs, lineage_key_id="lineage-0"),
    "another engine": lambda inputs: replace(inputs, engine="0" * 64),
    "another platform": lambda inputs: replace(inputs, lookup=replace(inputs.lookup, platform="elsewhere")),
    "other flags": lambda inputs: with_lookup(inputs, "flags", 127),
    "objections of everybody": lambda inputs: with_lookup(inputs, "clear", [0] * 7),
    "takedowns": lambda inputs: replace(
        inputs, takedowns=takedowns([objection("record", f"r{n}") for n in (1, 6)])
    ),
    "other birthdays": lambda inputs: with_lookup(inputs, "adult_from", 0),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_key_of_other_inputs_is_found(place, monkeypatch, name):
    opened = screening.open_split

    def open_split(split, inputs):
        return replace(opened(split, inputs), key=opened(split, OTHERS[name](inputs)).key)

    with monkeypatch.context() as patched:
        patched.setattr(screening, "open_split", open_split)
        place.build()
    findings = place.verify()
    assert {finding.object for finding in findings} == {"split 0", "split 1"}
    assert all(finding.expected.startswith("split key ") for finding in findings)


def test_the_key_of_what_was_built_follows(place):
    place.build()
    assert place.verify() == ()


def test_the_key_of_rows_that_are_taken_down_follows(place):
    place.objections += [objection("record", name) for name in ("r1", "r6", "r8")]
    place.build()
    assert place.verify() == ()


def with_dictionary(rows, dictionary):
    """Records whose authors stand in a dictionary of the test's choice."""
    table = records_table(rows)
    codes = [dictionary.index(row["account_id"]) if row["account_id"] else None for row in rows]
    encoded = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(dictionary))
    return table.set_column(table.schema.get_field_index("account_id"), "account_id", encoded)


FORMS = {
    "a dictionary in another order": (["somebody", "ana", "unused", "ben", "nobody", "eve", "kid"], {}),
    "no dictionary": (["kid", "nobody", "ana", "eve", "ben", "somebody"], {"use_dictionary": False}),
    "a dictionary that ends": (
        ["ben", "kid", "nobody", "ana", "eve", "somebody"],
        {"dictionary_pagesize_limit": 8, "data_page_size": 8, "write_batch_size": 1},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_however_a_file_holds_its_authors(place, name):
    dictionary, options = FORMS[name]
    for n, path in enumerate(sorted((place.folder / "canonical/records").iterdir())):
        table = with_dictionary(ROWS[5 * n : 5 * n + 5], dictionary)
        pq.write_table(table, path, row_group_size=3, store_schema=False, **options)
    place.build()
    assert place.verify() == ()

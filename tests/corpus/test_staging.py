"""Plans and results of unfinished builds."""

import stat
from datetime import timedelta

import pyarrow as pa
import pytest
from corpus.published import (
    LOOKUP_ROWS,
    NOW,
    TAKEDOWN_ROWS,
    digest_of,
    lookup_bytes,
    make_plan,
    make_result,
    planned_bytes,
    planned_rows,
    table_bytes,
    takedown_bytes,
)

from pipelines.corpus.refusals import read_refusals, record_refusal
from pipelines.corpus.results import find_result, put_result, results_of
from pipelines.corpus.staging import (
    PLANNED,
    done_count,
    drop_plan,
    hold_plan,
    load_plan,
    lookup_table,
    mark_done,
    plan_file,
    plan_splits,
    save_plan,
    takedown_table,
)
from schemas.canonical import sha256
from schemas.documents import Finding, Parent
from schemas.errors import BadInput, ConfigurationError
from schemas.plans import Refusal
from schemas.tables import LOOKUP, TAKEDOWN


def planned(previous=None):
    return pa.Table.from_pylist(planned_rows(previous), schema=PLANNED)


@pytest.fixture
def plan_id(store):
    """A saved plan that is held: both splits are to be computed."""
    plan = make_plan(store)
    with hold_plan(store, plan.content_digest()):
        yield save_plan(store, plan, planned_bytes(), lookup_bytes(), takedown_bytes())


def test_a_plan_comes_back(store, plan_id):
    assert load_plan(store, plan_id) == make_plan(store)
    assert load_plan(store, plan_id).content_digest() == plan_id
    assert plan_splits(store, plan_id, make_plan(store)).equals(planned())
    table = lookup_table(store, plan_id, make_plan(store))
    assert table.schema.equals(LOOKUP)
    assert table.to_pylist() == LOOKUP_ROWS
    taken_down = takedown_table(store, plan_id, make_plan(store))
    assert taken_down.schema.equals(TAKEDOWN)
    assert taken_down.to_pylist() == TAKEDOWN_ROWS


def test_raw_ids_are_for_the_owner_alone(root, plan_id):
    for name in ("lookup.arrow", "takedown.arrow"):
        assert stat.S_IMODE((root / plan_file(plan_id, name)).stat().st_mode) == 0o600
    assert stat.S_IMODE((root / "staging").stat().st_mode) == 0o700


def test_dropping_a_plan_leaves_nothing_of_it(store, root, plan_id):
    mark_done(store, plan_id, 0, digest_of("key"))
    drop_plan(store, plan_id)
    assert [entry.name for entry in store.list("staging")] == []
    assert list((root / "staging/plans").iterdir()) == []


def test_a_plan_is_held_before_it_is_saved(store):
    with pytest.raises(ValueError, match="hold the plan"):
        save_plan(store, make_plan(store), planned_bytes(), lookup_bytes(), takedown_bytes())
    assert list(store.list("staging/plans")) == []


@pytest.mark.parametrize(
    ("splits", "lookup", "takedown"),
    [
        pytest.param(planned_bytes(), lookup_bytes() + b"x", takedown_bytes(), id="another look-up table"),
        pytest.param(planned_bytes() + b"x", lookup_bytes(), takedown_bytes(), id="another table of splits"),
        pytest.param(
            planned_bytes(), lookup_bytes(), takedown_bytes() + b"x", id="another table of takedowns"
        ),
    ],
)
def test_a_plan_is_saved_with_the_tables_it_describes(store, splits, lookup, takedown):
    plan = make_plan(store)
    with (
        hold_plan(store, plan.content_digest()),
        pytest.raises(ValueError, match="tables that the plan describes"),
    ):
        save_plan(store, plan, splits, lookup, takedown)


@pytest.mark.parametrize("plan_id", ["", "..", "../../etc", "latest", "ab" * 32, "AB" * 32])
def test_an_unknown_plan_is_a_usage_error(store, plan_id):
    with pytest.raises(ConfigurationError) as caught:
        load_plan(store, plan_id)
    assert caught.value.subject == "PLAN"


@pytest.mark.parametrize("plan_id", ["", "..", "../../etc", "latest", "AB" * 32])
def test_what_is_not_a_plan_id_is_not_held(store, plan_id):
    with pytest.raises(ConfigurationError), hold_plan(store, plan_id):
        pass
    assert list(store.list()) == []


def test_a_changed_plan_is_refused(store, plan_id):
    store.replace(plan_file(plan_id, "plan.json"), make_plan(store, rules=("x",)).to_canonical_json())
    with pytest.raises(BadInput) as caught:
        load_plan(store, plan_id)
    assert caught.value.subject == plan_file(plan_id, "plan.json")


@pytest.mark.parametrize(
    ("name", "data", "read"),
    [
        ("splits.parquet", planned_bytes(), plan_splits),
        ("lookup.arrow", lookup_bytes(), lookup_table),
        ("takedown.arrow", takedown_bytes(), takedown_table),
    ],
)
def test_every_changed_byte_of_a_staged_table_is_found_and_named(store, plan_id, name, data, read):
    """One bit decides whether an objection is seen, one row whether a split is."""
    plan, name = make_plan(store), plan_file(plan_id, name)
    changed = [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in range(0, len(data), 11)]
    for found in [*changed, data + b"\n", data[:-1], b""]:
        store.replace(name, found)
        with pytest.raises(BadInput) as caught:
            read(store, plan_id, plan)
        assert caught.value.subject == name
    store.replace(name, data)
    assert len(read(store, plan_id, plan)) == 2


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(table_bytes(planned_rows()[:1], PLANNED), id="a split too few"),
        pytest.param(table_bytes(planned_rows(), PLANNED.remove(0)), id="a column too few"),
    ],
)
def test_a_plan_has_the_number_of_splits_it_says(store, data):
    plan = make_plan(store, planned=sha256(data))
    with hold_plan(store, plan.content_digest()):
        plan_id = save_plan(store, plan, data, lookup_bytes(), takedown_bytes())
        with pytest.raises(BadInput, match="a table of 2 planned splits"):
            plan_splits(store, plan_id, plan)


@pytest.mark.parametrize("kept", [True, False])
def test_a_result_is_found_by_its_split_key(store, kept):
    result = make_result(store, "a", kept=kept)
    assert find_result(store, result.split_key) is None
    put_result(store, result)
    put_result(store, result)
    assert find_result(store, result.split_key) == result
    assert find_result(store, digest_of("another key")) is None


@pytest.mark.parametrize("part", ["shard", "ledger", "footprint"])
@pytest.mark.parametrize("fate", ["gone", "cut short", "one bit changed"])
def test_a_result_whose_objects_are_not_whole_is_none(store, root, part, fate):
    result = make_result(store, "a")
    put_result(store, result)
    zone = "data" if part == "shard" else "lineage"
    path = root / store.object_name(zone, getattr(result, part).digest, "parquet")
    if fate == "gone":
        path.unlink()
    else:
        path.chmod(0o600)
        data = path.read_bytes()
        path.write_bytes(data[:-1] if fate == "cut short" else bytes([data[0] ^ 1]) + data[1:])
    assert find_result(store, result.split_key) is None


@pytest.mark.parametrize("data", [b"", b"{}", b'{"split_key"', None])
def test_a_result_that_is_not_one_is_none(store, data):
    """Of an earlier release, or put under another key: it is computed again."""
    result = make_result(store, "a")
    name = f"staging/results/{digest_of('key')}.json"
    store.replace(name, result.to_canonical_json() if data is None else data)
    assert find_result(store, digest_of("key")) is None


def test_progress_and_results_in_order(store, plan_id):
    first, second = make_result(store, "first"), make_result(store, "second", kept=False)
    put_result(store, second)
    mark_done(store, plan_id, 1, second.split_key)
    assert done_count(store, plan_id) == 1
    with pytest.raises(BadInput) as caught:
        results_of(store, plan_id, planned())
    assert caught.value.subject == "split 0 (records/part.parquet, ordinal 0)"
    assert plan_id in caught.value.remedy
    put_result(store, first)
    mark_done(store, plan_id, 0, first.split_key)
    mark_done(store, plan_id, 0, first.split_key)
    assert done_count(store, plan_id) == 2
    assert results_of(store, plan_id, planned()) == [first, second]


def test_a_reused_split_needs_no_result(store, plan_id):
    """What the parent had is taken as it is, unread."""
    first, previous = make_result(store, "first"), make_result(store, "of the parent")
    put_result(store, first)
    mark_done(store, plan_id, 0, first.split_key)
    splits = planned(previous.to_canonical_json().decode())
    assert results_of(store, plan_id, splits) == [first, previous]
    assert done_count(store, plan_id) == 1


def test_a_split_that_is_done_but_has_lost_its_object_is_missing(store, root, plan_id):
    result = make_result(store, "first")
    put_result(store, result)
    mark_done(store, plan_id, 0, result.split_key)
    (root / store.object_name("lineage", result.ledger.digest, "parquet")).unlink()
    with pytest.raises(BadInput) as caught:
        results_of(store, plan_id, planned().slice(0, 1))
    assert caught.value.subject.startswith("split 0 ")


FOREIGN = [".DS_Store", ".nfs000000000000a1b2", "notes.txt", "00000001 (1).json", ".Trash-0/0"]


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_no_split_that_is_done(store, root, plan_id, name):
    mark_done(store, plan_id, 1, digest_of("key"))
    leave(root, plan_file(plan_id, "done"), name)
    assert done_count(store, plan_id) == 1


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_no_refusal(store, root, name):
    refusal = Refusal(plan=None, refused_at=NOW, parent=None, findings=())
    record_refusal(store, refusal)
    leave(root, "staging/refused", name)
    assert read_refusals(store) == [refusal]


def leave(root, folder, name):
    (root / folder / name).parent.mkdir(exist_ok=True)
    (root / folder / name).write_bytes(b"not ours")


def test_refusals_are_kept_in_order_of_time(store):
    assert read_refusals(store) == []
    refusals = [
        Refusal(
            plan=digest_of(str(day)),
            refused_at=NOW + timedelta(days=day),
            parent=Parent(number=1, envelope=digest_of("parent")),
            findings=(Finding(expectation="e", arguments={"max": 0.5}, observed=0.7, success=False),),
        )
        for day in (2, 0, 1)
    ]
    for refusal in refusals:
        record_refusal(store, refusal)
    assert read_refusals(store) == [refusals[1], refusals[2], refusals[0]]

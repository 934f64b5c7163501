"""What a sweep takes, and what it must never take."""

import subprocess
import sys
from contextlib import ExitStack
from datetime import timedelta

import pytest
from corpus.published import (
    NOW,
    lookup_bytes,
    make_envelope,
    make_plan,
    make_result,
    object_names,
    planned_bytes,
    publish_one,
    put_parts,
    takedown_bytes,
)

from pipelines.corpus.chain import load_version, publish, read_splits
from pipelines.corpus.objects import parse_object_name
from pipelines.corpus.refusals import read_refusals, record_refusal
from pipelines.corpus.results import put_result
from pipelines.corpus.staging import (
    building,
    detach_plan,
    hold_plan,
    load_plan,
    mark_done,
    plan_file,
    save_plan,
)
from pipelines.corpus.sweep import Swept, references, sweep_staging
from schemas.errors import ConfigurationError
from schemas.plans import Refusal


def save(store, stack=None, **overrides):
    """Save a plan; it is held for as long as ``stack`` is open, or no longer."""
    plan = make_plan(store, **overrides)
    with ExitStack() as own:
        (stack or own).enter_context(hold_plan(store, plan.content_digest()))
        return save_plan(store, plan, planned_bytes(), lookup_bytes(), takedown_bytes())


def leave_garbage(store):
    """What a dead build leaves: a plan with raw ids, a result, objects, half a temporary file."""
    plan_id = save(store)
    result = make_result(store, "of a dead build")
    put_result(store, result)
    mark_done(store, plan_id, 0, result.split_key)
    return result


def leave_half_a_file(root):
    (root / "staging/tmp/0123").write_bytes(b"half")


def staged(store):
    return {entry.name for entry in store.list("staging")} - {"staging/building"}


def test_every_published_object_stays_and_all_garbage_goes(store, root):
    """Everything below data/ and lineage/ is listed before and after: what is there is compared."""
    publish_one(store, "one")
    publish_one(store, "two")
    published = object_names(store)
    leave_garbage(store)
    leave_half_a_file(root)
    make_envelope(store, "written, but its race was lost")
    put_parts(store, "of a split nobody finished")
    garbage = object_names(store) - published
    assert len(garbage) > 12
    assert sweep_staging(store, NOW) == Swept(
        plans=1, temporary=1, results=1, objects=len(garbage), kept=None
    )
    assert object_names(store) == published
    assert staged(store) == set()
    assert sweep_staging(store, NOW) == Swept()


def test_references_are_those_that_the_builder_wrote(store):
    """The builder writes nothing but what a version needs, so the references are all there is."""
    publish_one(store, "one")
    publish_one(store, "two")
    stored = {parse_object_name(name)[:2] for name in object_names(store)}
    assert stored == references(store)
    splits = read_splits(store, load_version(store, 1))
    assert ("lineage", splits.column("ledger")[1].as_py()) in references(store)


def test_an_object_of_a_version_does_not_protect_its_copy_in_another_zone(store):
    """A shard that was written below lineage/ by mistake is garbage, though its digest is named."""
    publish_one(store)
    shard = read_splits(store, load_version(store)).column("shard")[0].as_py()
    data = store.read(store.object_name("data", shard, "parquet"))
    store.put("lineage", data, "parquet")
    assert sweep_staging(store, NOW).objects == 1
    assert store.exists(store.object_name("data", shard, "parquet"))


def test_an_empty_corpus_is_swept_of_everything(store):
    leave_garbage(store)
    swept = sweep_staging(store, NOW)
    assert (swept.plans, swept.results, swept.kept) == (1, 1, None)
    assert object_names(store) == set()


def test_a_build_that_begins_keeps_results_but_no_raw_ids(store, root):
    result = leave_garbage(store)
    leave_half_a_file(root)
    objects = object_names(store)
    swept = sweep_staging(store, NOW, keep_results=True)
    assert (swept.plans, swept.temporary, swept.results, swept.objects) == (1, 1, 0, 0)
    assert staged(store) == {f"staging/results/{result.split_key}.json"}
    assert object_names(store) == objects


def test_nothing_goes_that_another_build_may_use(store):
    """While anybody builds, only the plans of the dead go, with their raw ids."""
    objects_of = leave_garbage(store)
    with ExitStack() as stack:
        stack.enter_context(building(store))
        live = save(store, stack, rules=("live",))
        before = object_names(store)
        swept = sweep_staging(store, NOW)
        assert (swept.plans, swept.results, swept.objects) == (1, 0, 0)
        assert swept.kept == "another build is running"
        assert load_plan(store, live).rules == ("live",)
        assert f"staging/results/{objects_of.split_key}.json" in staged(store)
        assert object_names(store) == before
    assert sweep_staging(store, NOW).plans == 1
    assert object_names(store) == set()


def test_a_held_plan_alone_keeps_results_and_objects(store):
    leave_garbage(store)
    with ExitStack() as stack:
        save(store, stack, rules=("live",))
        swept = sweep_staging(store, NOW)
        assert (swept.plans, swept.results, swept.kept) == (1, 0, "another build is running")


@pytest.mark.parametrize(
    ("age", "stays"),
    [
        (timedelta(0), True),
        (timedelta(days=7) - timedelta(microseconds=1), True),
        (timedelta(days=7), False),
        (timedelta(days=-1), True),
    ],
)
def test_a_detached_plan_waits_a_week_for_its_job(store, age, stays):
    """Nobody holds it between `optout plan` and `optout job`; its objects and results stay, too."""
    plan_id = save(store)
    detach_plan(store, plan_id, NOW)
    put_result(store, make_result(store, "finished already"))
    before = object_names(store)
    swept = sweep_staging(store, NOW + age)
    assert swept.kept == ("a plan waits for its job" if stays else None)
    if stays:
        assert load_plan(store, plan_id)
        assert (object_names(store), swept.results) == (before, 0)
    else:
        with pytest.raises(ConfigurationError):
            load_plan(store, plan_id)
        assert (object_names(store), staged(store)) == (set(), set())


def test_a_detached_plan_that_was_not_saved_whole_is_a_leftover(store):
    plan_id = save(store)
    detach_plan(store, plan_id, NOW)
    store.delete(plan_file(plan_id, "plan.json"))
    assert sweep_staging(store, NOW).plans == 1
    assert staged(store) == set()


@pytest.mark.parametrize("part", ["content", "splits"])
def test_a_damaged_corpus_is_left_as_it_is(store, root, part):
    """What a damaged version names cannot be known: its objects are needed to restore it."""
    envelope = publish_one(store)
    content = load_version(store).content
    digest = (envelope.content if part == "content" else content.splits).digest
    name = store.object_name("lineage", digest, "json" if part == "content" else "parquet")
    (root / name).unlink()
    leave_garbage(store)
    before = object_names(store)
    swept = sweep_staging(store, NOW)
    assert swept.kept == f"the corpus is damaged: {name}"
    assert (object_names(store), swept.plans) == (before, 1)


def test_what_is_not_ours_stays(store, root):
    (root / "data").mkdir(parents=True)
    (root / "data/README").write_bytes(b"a note of the administrator")
    sweep_staging(store, NOW)
    assert (root / "data/README").exists()


def test_refusals_stay(store):
    record_refusal(store, Refusal(plan="ab" * 32, refused_at=NOW, parent=None, findings=()))
    sweep_staging(store, NOW)
    assert len(read_refusals(store)) == 1


BUILDER = """
import sys
from corpus.published import make_envelope, publish_one
from pipelines.corpus.staging import building
from pipelines.corpus.store import open_store
store = open_store(sys.argv[1])
for number in range(10):
    with building(store):
        publish_one(store, f"version {number}")
    print("published", flush=True)
"""


def test_sweeping_while_another_process_publishes(store, repository):
    """A sweep in one process never takes what a build in another is about to name.

    Both write the same objects again and again, so that a build often finds what it is to write
    there already, as garbage: the worst case for a sweep that is not alone.
    """
    search = f"import sys; sys.path[:0] = [{str(repository / 'tests')!r}]\n"
    command = [sys.executable, "-c", search + BUILDER, store.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as builder:
        alone = 0
        while builder.poll() is None:
            for number in range(10):
                put_parts(store, f"version {number}, first")
            alone += sweep_staging(store, NOW).kept is None
        assert builder.stdout.read() == "published\n" * 10
    assert builder.returncode == 0
    assert alone > 0
    for zone, digest in references(store):
        assert any(store.exists(store.object_name(zone, digest, suffix)) for suffix in ("json", "parquet"))


def test_publishing_after_the_sweep_of_a_loser(store):
    """The loser of a race builds again: what it had written may be gone, what the winner names not."""
    loser = make_envelope(store, "loser")
    publish_one(store, "winner")
    assert sweep_staging(store, NOW).objects > 0
    assert not store.exists(store.object_name("lineage", loser.content.digest, "json"))
    publish(store, make_envelope(store, "loser"))
    assert [load_version(store, number).number for number in (1, 2)] == [1, 2]


@pytest.mark.parametrize(
    "folder", ["staging/plans", "staging/results", "staging/refused", "versions", "data"]
)
@pytest.mark.parametrize(
    "name", [".DS_Store", ".nfs000000000000a1b2", "notes.txt", "what is this?", ".Trash-0/x"]
)
def test_a_foreign_file_stops_no_sweep(store, root, folder, name):
    publish_one(store)
    kept = object_names(store)
    leave_garbage(store)
    (root / folder / name).parent.mkdir(parents=True, exist_ok=True)
    (root / folder / name).write_bytes(b"not ours")
    swept = sweep_staging(store, NOW)
    assert swept.plans == 1
    assert (root / folder / name).exists() == (folder != "staging/results")
    if folder == "versions" and not name.startswith("."):
        assert swept.kept == f"the corpus is damaged: versions/{name}"
    else:
        assert (swept.kept, object_names(store) - {f"data/{name}"}) == (None, kept)

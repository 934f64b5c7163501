"""Laws 2, 3, 4, 5 and 6 on whole builds."""

import os
import shutil
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from builds import Place, run_splits
from enumerations import few_of

from builders import AS_OF, account, at, objection, record
from pipelines.build import build, finish, plan
from pipelines.corpus.chain import load_version, read_splits
from pipelines.corpus.objects import object_name
from pipelines.corpus.staging import building, hold_plan, load_plan
from pipelines.corpus.sweep import sweep_staging
from pipelines.finishing import finish_plan
from pipelines.keys import create_key_file
from schemas.errors import BadInput, ConfigurationError, LostRace, Refused
from schemas.plans import SplitResult
from schemas.policy import Policy, RegistryPolicy


class Stopped(Exception):
    """The job died."""


SPLITS = 6
ACCOUNTS = [account(account_id=f"a{n}") for n in range(SPLITS)]
RECORDS = [record(record_id=f"r{n}", account_id=f"a{n // 4}", text=f"Line {n}") for n in range(4 * SPLITS)]
"""Four records of each author, each in a split of its own."""


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path, [objection(value="a5")])
    place.write(ACCOUNTS, RECORDS, row_group_rows=4, files=SPLITS)
    return place


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A place with one version, which is only copied."""
    made = Place(tmp_path_factory.mktemp("first"), [objection(value="a5")])
    made.write(ACCOUNTS, RECORDS, row_group_rows=4, files=SPLITS)
    made.build()
    return made


@pytest.fixture
def built(first, tmp_path):
    """A copy of it; its clock goes on."""
    folder = shutil.copytree(first.folder, tmp_path / "built")
    return Place(folder, list(first.objections), plans=list(first.plans), ticks=count(1))


def content(place, number=None):
    return load_version(place.store, number).content


def keys_of(place, number):
    return read_splits(place.store, load_version(place.store, number)).column("split_key").to_pylist()


def test_a_late_objection_redoes_its_splits_and_equals_a_build_from_nothing(built):
    built.objections.append(objection(value="a3"))
    built.build()
    again = Place(built.folder, built.objections, corpus="again")
    again.build(from_scratch=True)
    assert content(built, 2) == content(again, 1)
    assert built.plans[-1].reused == SPLITS - 1
    changed = [n for n, pair in enumerate(zip(keys_of(built, 1), keys_of(built, 2), strict=True))
               if pair[0] != pair[1]]  # fmt: skip
    assert changed == [3]
    assert list(built.verify(1)) == list(built.verify(2)) == []


def test_an_objection_to_another_surface_removes_nothing(built):
    built.objections.append(objection(value="a3", surfaces=2))
    built.build()
    assert content(built, 2).counts == content(built, 1).counts


@pytest.mark.parametrize(
    "edit",
    few_of({"status": {"status": "deleted"}, "birth date": {"birth_date": date(2012, 1, 1)}}, "birth date"),
)
def test_an_edited_account_redoes_the_splits_that_name_it(built, edit):
    accounts = [row | edit if row["account_id"] == "a4" else row for row in ACCOUNTS]
    built.write(accounts, RECORDS, row_group_rows=4, files=SPLITS)
    built.build()
    assert content(built, 2).counts.outcomes["kept"] == content(built, 1).counts.outcomes["kept"] - 4
    assert [n for n in range(SPLITS) if keys_of(built, 1)[n] != keys_of(built, 2)[n]] == [4]


def test_an_account_added_later_redoes_the_splits_that_name_it(place):
    place.write(ACCOUNTS[:-2], RECORDS, row_group_rows=4, files=SPLITS)
    place.build()
    assert content(place, 1).counts.reasons["account_unknown"] == 8
    place.write(ACCOUNTS, RECORDS, row_group_rows=4, files=SPLITS)
    place.build()
    assert content(place, 2).counts.reasons["account_unknown"] == 0
    assert [n for n in range(SPLITS) if keys_of(place, 1)[n] != keys_of(place, 2)[n]] == [4, 5]


def test_a_gate_threshold_is_no_reason_to_screen_again(built):
    built.policy = Policy.model_validate({"quality": {"release": {"min_kept_rows": 2}}})
    built.build()
    assert built.plans[-1].reused == SPLITS


def test_order_of_work_changes_nothing(built):
    other = Place(built.folder, built.objections, corpus="other")
    other.build(lambda *args: run_splits(*args, order=lambda planned: planned[1::2] + planned[::2][::-1]))
    assert content(built) == content(other)


def test_another_lineage_key_gives_another_order_of_the_same_rows(built):
    (built.folder / "lineage.key").unlink()
    other = Place(built.folder, built.objections, corpus="other")
    other.build()
    assert content(built).counts == content(other).counts
    assert set(keys_of(built, 1)).isdisjoint(keys_of(other, 1))
    assert content(built).shards != content(other).shards


@pytest.mark.parametrize("done", few_of([1, 3, 5], 3))
def test_a_build_that_died_goes_on_where_it_stopped(place, done):
    def dies(corpus, plan_id, splits):
        run_splits(corpus, plan_id, splits, order=lambda planned: planned[:done])
        raise Stopped

    with pytest.raises(Stopped):
        place.build(dies)
    results = {entry.name for entry in place.store.list("staging/results")}
    assert len(results) == done
    before = {e.name: e.modified_ns for e in place.store.list("staging/results")}

    def goes_on(corpus, plan_id, splits):
        run_splits(corpus, plan_id, splits)
        after = {e.name: e.modified_ns for e in place.store.list("staging/results")}
        assert before.items() <= after.items()
        assert len(after) == SPLITS

    place.build(goes_on)
    undisturbed = Place(place.folder, place.objections, corpus="undisturbed")
    undisturbed.build()
    assert content(place) == content(undisturbed)


def test_a_build_under_another_policy_takes_nothing_from_one_that_died(place):
    place.write(
        ACCOUNTS, [{**record, "text": "write to me at r@example.org"} for record in RECORDS], files=SPLITS
    )
    place.policy = Policy.model_validate({"release": {"mask": ["handle"]}})

    def dies(*args):
        run_splits(*args)
        raise Stopped

    with pytest.raises(Stopped):
        place.build(dies)
    place.policy = Policy()
    place.build()
    assert content(place).counts.masked["email"] == content(place).counts.outcomes["kept"] > 0


def test_a_worker_with_another_key_refuses(place):
    def without_the_key(*args):
        (place.folder / "lineage.key").unlink()
        create_key_file(place.folder / "lineage.key", "lineage")
        run_splits(*args)

    with pytest.raises(ConfigurationError, match="lineage key"):
        place.build(without_the_key)


def flip_a_bit(path):
    """In the first page, behind the magic number."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[8] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("zone", few_of(["data", "lineage"], "data"))
def test_an_object_that_a_dead_build_left_damaged_is_named_and_enters_no_version(place, zone):
    """A crash is when writes are torn. Without the object, the split is screened again."""

    def dies(*args):
        run_splits(*args)
        raise Stopped

    with pytest.raises(Stopped):
        place.build(dies)
    names = [entry.name for entry in place.store.list("staging/results")]
    results = [SplitResult.parse(place.store.read(name), name) for name in names]
    named = next(result for result in results if result.shard is not None)  # all but that of the objector
    name = object_name(zone, (named.shard if zone == "data" else named.footprint).digest, "parquet")
    flip_a_bit(place.folder / "corpus" / name)
    with pytest.raises(BadInput, match="delete it") as caught:
        place.build()
    assert caught.value.subject == name
    assert list(place.store.list("versions")) == []
    place.store.delete(name)
    place.build()
    undisturbed = Place(place.folder, place.objections, corpus="undisturbed")
    undisturbed.build()
    assert content(place) == content(undisturbed)
    assert list(place.verify()) == []


@pytest.mark.parametrize("part", few_of(["shard", "ledger"], "ledger"))
def test_a_result_of_the_parent_that_is_looked_up_is_digested(built, part):
    """A file with another time is read again; its split keys, and so its results, are the parent's."""
    digest = read_splits(built.store, load_version(built.store)).column(part)[0].as_py()
    name = object_name("data" if part == "shard" else "lineage", digest, "parquet")
    for path in (built.folder / "canonical/records").iterdir():
        os.utime(path, ns=(0, 0))
    flip_a_bit(built.folder / "corpus" / name)
    with pytest.raises(BadInput, match="delete it") as caught:
        built.build()
    assert caught.value.subject == name
    assert len(list(built.store.list("versions"))) == 1
    built.store.delete(name)
    built.build()
    assert built.plans[-1].reused == 0
    assert content(built, 2) == content(built, 1)
    assert list(built.verify(2)) == []


def test_a_page_damaged_in_a_split_that_is_reused_unread_is_found_by_verify(built):
    """docs/limits.md says so: reading what is reused would cost what reuse saves."""
    reused = read_splits(built.store, load_version(built.store)).column("shard")[0].as_py()
    name = object_name("data", reused, "parquet")
    flip_a_bit(built.folder / "corpus" / name)
    built.objections.append(objection(value="a4"))
    built.build()
    assert name in {finding.object for finding in built.verify(2)}


def test_a_finish_that_died_after_publishing_may_run_again(place):
    finishing = place.steps().finishing
    plan_id, _ = plan(place.inputs(), finishing.now())
    run_splits(place.store.url, plan_id, SPLITS)
    published = finish_plan(place.store, plan_id, load_plan(place.store, plan_id), finishing)
    assert finish(place.store, plan_id, finishing) == published
    assert len(list(place.store.list("versions"))) == 1
    assert list(place.store.list("staging/plans")) == []


def test_two_may_finish_one_plan(place):
    """The first to end leaves the plan to the other, which goes on as if it were alone."""
    finishing = place.steps().finishing
    plan_id, made = plan(place.inputs(), finishing.now())
    run_splits(place.store.url, plan_id, SPLITS)
    with building(place.store), hold_plan(place.store, plan_id):
        published = finish(place.store, plan_id, finishing)
        assert finish_plan(place.store, plan_id, made, finishing) == published
    assert sweep_staging(place.store, finishing.now()).plans == 1  # the other was killed before it could
    assert len(list(place.store.list("versions"))) == 1


def test_the_last_of_two_who_finish_one_plan_drops_it(place):
    finishing = place.steps().finishing
    plan_id, _ = plan(place.inputs(), finishing.now())
    run_splits(place.store.url, plan_id, SPLITS)
    published = []

    def head():
        published.append(finish(place.store, plan_id, finishing))
        return place.head()

    assert [finish(place.store, plan_id, replace(finishing, head=head))] == published
    assert list(place.store.list("staging/plans")) == []
    with pytest.raises(ConfigurationError, match="a plan that is not finished"):
        finish(place.store, plan_id, finishing)
    assert list(place.store.list("staging/plans")) == []


def test_an_objection_that_arrives_during_the_job_counts(place):
    def late(*args):
        run_splits(*args)
        if len(place.objections) == 1:
            place.objections.append(objection(value="a2"))

    place.build(late)
    assert content(place).snapshot.event == 2
    assert content(place).counts.reasons["objection"] == 8
    assert load_version(place.store).number == 1


def test_a_stream_of_objections_makes_no_split_be_read_twice(place):
    """Two arrive, one after the other, before the version can be published."""
    coming, read = [objection(value="nobody here"), objection(value="a3")], []

    def late(corpus, plan_id, splits):
        def noted(planned):
            read.append([split.split.path[-10:-8] for split in planned])
            return planned

        run_splits(corpus, plan_id, splits, order=noted)
        if len(read) == 1:
            place.objections.append(coming.pop(0))

    def head():
        if len(place.plans) == 2 and coming:
            place.objections.append(coming.pop(0))
        return place.head()

    steps = place.steps(late)
    build(place.inputs(), replace(steps, finishing=replace(steps.finishing, head=head)))
    assert read == [[f"{n:02d}" for n in range(SPLITS)], ["03"]]
    assert [plan.snapshot.event for plan in place.plans] == [1, 2, 3]
    again = Place(place.folder, place.objections, corpus="again")
    again.build()
    assert content(place) == content(again)
    assert load_version(place.store).envelope.runner.splits_computed == SPLITS
    assert list(place.verify()) == []


def test_of_two_builds_one_publishes(place):
    def overtaken(*args):
        run_splits(*args)
        build(place.inputs(), place.steps())

    with pytest.raises(LostRace, match="version 1"):
        place.build(overtaken)
    assert load_version(place.store).number == 1
    assert list(place.verify()) == []


def test_a_source_that_changes_during_the_job_stops_it(place):
    def changes(*args):
        place.write(ACCOUNTS, [record(record_id="other")], row_group_rows=4)
        run_splits(*args)

    with pytest.raises(BadInput, match="changed since"):
        place.build(changes)
    assert list(place.store.list("versions")) == []


def emptied(place):
    place.objections.clear()


def rolled_back(place):
    place.build()
    place.build()
    place.objections[:] = [objection(value="a5"), objection(value="a2")]
    place.build()
    place.objections.pop()


def another_registry(place):
    place.build()
    place.registry_id = "registry-2"


def rolled_back_and_gone_on(place):
    place.objections.append(objection(value="a1"))
    place.build()
    place.objections[-1:] = [objection(value="a2"), objection(value="nobody")]


def rewritten(place):
    place.build()
    place.past = "an objection that came and was withdrawn never came"


def signed_by_another(place):
    place.build()
    place.log_key = "somebody else"


def quiet(place):
    place.recorded_at = AS_OF - timedelta(days=31)


def of_unknown_time(place):
    place.recorded_at = None


def without_accounts(place):
    place.write([], RECORDS)


def without_manifest(place):
    shutil.rmtree(place.folder / "canonical")


def with_a_broken_footer(place):
    (place.folder / "canonical/records/part-00003.parquet").write_bytes(b"PAR1 nothing PAR1")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (emptied, "at least one live objection"),
        (rolled_back, "rolled back"),
        (another_registry, "registry registry-2"),
        (rolled_back_and_gone_on, "has gone on since"),
        (rewritten, "has gone on since"),
        (signed_by_another, "a log signed by who signs"),
        (quiet, "an event of the last 31 days"),
        (of_unknown_time, "an event of the last 31 days"),
        (without_accounts, "at least one account"),
        (without_manifest, "source.json"),
        (with_a_broken_footer, "part-00003"),
    ],
)
def test_bad_input_publishes_nothing(place, spoil, message):
    spoil(place)
    before = [entry.name for entry in place.store.list("versions")]
    with pytest.raises(BadInput, match=message):
        place.build()
    assert [entry.name for entry in place.store.list("versions")] == before
    assert list(place.store.list("staging/plans")) == []


@pytest.mark.parametrize(
    ("days", "passed"), [(31, timedelta(days=29)), (None, timedelta(days=5000)), (40, timedelta(days=38))]
)
def test_a_registry_may_be_quiet_for_as_long_as_the_policy_allows(place, days, passed):
    place.policy = Policy(registry=RegistryPolicy(max_quiet_days=days))
    place.recorded_at = AS_OF - passed
    place.build()
    assert len(list(place.store.list("versions"))) == 1


def test_the_future_is_refused(place):
    with pytest.raises(ConfigurationError, match="as-of"):
        place.build(as_of=AS_OF + timedelta(days=30))


def test_nothing_kept_is_refused(place):
    with pytest.raises(Refused, match="quality gate"):
        place.build(as_of=at("2025-05-01"))  # nobody's notice period has run out
    assert list(place.store.list("versions")) == []


def test_a_damaged_object_that_would_be_reused_is_named_and_publishes_nothing(built):
    reused = read_splits(built.store, load_version(built.store)).column("shard")[0].as_py()
    path = built.folder / "corpus" / object_name("data", reused, "parquet")
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-9])
    built.objections.append(objection(value="a4"))
    with pytest.raises(BadInput, match="--from-scratch") as caught:
        built.build()
    assert caught.value.subject.startswith(("data/", "lineage/"))
    assert len(list(built.store.list("versions"))) == 1


@pytest.mark.parametrize("objector", ["a1", "a2"], ids=["where it counts", "elsewhere"])
def test_another_footprint_under_the_name_of_one_is_named(built, objector):
    footprints = read_splits(built.store, load_version(built.store)).column("footprint").to_pylist()
    theirs, own = (
        built.folder / "corpus" / object_name("lineage", name, "parquet") for name in footprints[:2]
    )
    own.chmod(0o644)
    own.write_bytes(theirs.read_bytes())
    built.objections.append(objection(value=objector))
    with pytest.raises(BadInput) as caught:
        built.build()
    assert caught.value.subject == own.relative_to(built.folder / "corpus").as_posix()
    assert len(list(built.store.list("versions"))) == 1

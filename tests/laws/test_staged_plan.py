"""Laws 1 and 2 against a disk that changes a plan's tables between plan, job and finish."""

from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builds import Place, run_splits

from builders import account, objection, record
from pipelines.build import finish, plan
from pipelines.corpus.staging import plan_file
from pipelines.jobs.screening import splits_to_compute
from schemas.errors import BadInput
from schemas.tables import WRITER

SPLITS = 4


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path, [objection(value="a3")])
    accounts = [account(account_id=f"a{n}") for n in range(SPLITS)]
    records = [
        record(record_id=f"r{n}", account_id=f"a{n // 4}", text=f"Line {n}") for n in range(4 * SPLITS)
    ]
    place.write(accounts, records, row_group_rows=4, files=SPLITS)
    return place


def overlook_the_objection(path):
    """Let the one account that objected be as clear as the others."""
    clear = pa.ipc.open_file(path).read_all().column("clear").combine_chunks().flatten().to_numpy()
    assert len(set(clear)) == 2
    path.write_bytes(path.read_bytes().replace(clear.tobytes(), (clear | clear.max()).tobytes()))


def lose_half_of_the_splits(path):
    pq.write_table(pq.read_table(path).slice(0, SPLITS // 2), path, **WRITER)


@pytest.mark.parametrize("done", [False, True], ids=["before the job", "before finish"])
@pytest.mark.parametrize(
    ("name", "damage"),
    [("lookup.arrow", overlook_the_objection), ("splits.parquet", lose_half_of_the_splits)],
)
def test_a_changed_table_of_a_plan_publishes_nothing(place, name, damage, done):
    finishing = place.steps().finishing
    plan_id, _ = plan(place.inputs(), finishing.now())
    name = plan_file(plan_id, name)
    if done:
        run_splits(place.store.url, plan_id, SPLITS)
    damage(place.folder / "corpus" / name)
    step = partial(finish, place.store, plan_id, finishing)
    if not done:
        step = partial(run_splits, place.store.url, plan_id, SPLITS)
    with pytest.raises(BadInput) as caught:
        step()
    assert caught.value.subject == name
    assert len(list(place.store.list("staging/results"))) == done * SPLITS
    assert list(place.store.list("versions")) == []


def test_a_job_that_runs_again_reads_no_split_twice_and_trusts_no_object(place):
    plan_id, _ = plan(place.inputs(), place.steps().finishing.now())
    run_splits(place.store.url, plan_id, SPLITS)
    assert list(splits_to_compute(place.store.url, plan_id, 0, SPLITS)) == []
    (shard, *_) = (entry.name for entry in place.store.list("data"))
    path = place.folder / "corpus" / shard
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(BadInput) as caught:
        run_splits(place.store.url, plan_id, SPLITS)
    assert caught.value.subject == shard

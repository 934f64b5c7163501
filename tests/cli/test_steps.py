"""`optout plan`, `job` and `finish` alone, repeated, out of turn, and against each other."""

import re
import signal

import pytest
from commands import AS_OF, workspace


@pytest.fixture
def place(tmp_path):
    return workspace(tmp_path / "w", files=4)


def planned(place, *arguments):
    ended = place.run("plan", "--as-of", AS_OF, *arguments).done()
    return re.fullmatch(r"([0-9a-f]{64})\n", ended.out)[1]


def results(place):
    """Each result in staging, and when it was written."""
    folder = place.folder / "corpus/staging/results"
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_build_is_plan_job_finish(place):
    plan = planned(place)
    place.run("job", plan).done()
    before = results(place)
    assert len(before) == 4
    place.run("job", plan).done()
    assert results(place) == before
    finished = place.run("finish", plan)
    assert (finished.code, finished.err) == (0, "published version 1\n")
    built = place.build("--from-scratch")
    assert (built.code, built.out) == (0, finished.out.replace("version 1", "version 2"))
    one, two = place.versions()
    assert one["content"] == two["content"]
    assert (one["splits_computed"], two["splits_computed"]) == (4, 4)
    assert place.files("staging") == []


def test_finish_without_job_says_what_to_do_and_loses_nothing(place):
    plan = planned(place)
    early = place.run("finish", plan)
    assert (early.code, early.out) == (3, "")
    assert "split 0 (records/part-00000.parquet" in early.err
    assert f"run `optout job {plan}` again" in early.err
    assert place.files("versions") == []
    place.run("job", plan).done()
    place.run("finish", plan).done()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A workspace, and the id of a plan that was finished there."""
    place = workspace(tmp_path_factory.mktemp("finished"), files=1, row_group_rows=48)
    plan = planned(place)
    place.run("job", plan).done()
    place.run("finish", plan).done()
    return place, plan


@pytest.mark.parametrize("step", ["job", "finish"])
@pytest.mark.parametrize("plan", ["finished", "0" * 64, "../../versions", ""])
def test_a_plan_that_is_not_there_is_a_wrong_argument(finished, step, plan):
    place, before = finished
    ended = place.run(step, before if plan == "finished" else plan)
    assert (ended.code, ended.out) == (2, "")
    assert "`optout plan`" in ended.err
    assert "Traceback" not in ended.err
    assert place.files("versions") == ["versions/00000001.json"]


def test_of_two_plans_finished_at_once_one_is_published(place):
    plans = [planned(place), planned(place)]
    assert [place.run("job", plan).code for plan in plans] == [0, 0]
    ended = [running.wait() for running in [place.start("finish", plan) for plan in plans]]
    assert sorted(end.code for end in ended) == [0, 4]
    assert_lost(next(end for end in ended if end.code == 4))
    assert len(place.versions()) == 1
    assert place.run("verify").code == 0


def test_a_build_that_is_overtaken_loses_and_the_next_follows(place):
    slow = place.start("build", "--as-of", AS_OF)
    slow.until(lambda: "plan " in slow.err)
    slow.send(signal.SIGSTOP)
    place.build().done()
    slow.send(signal.SIGCONT)
    assert_lost(slow.wait())
    assert [version["version"] for version in place.versions()] == [1]
    place.build().done()
    assert [version["splits_reused"] for version in place.versions()] == [0, 4]
    assert place.files("staging") == []


def assert_lost(ended):
    assert (ended.code, ended.out) == (4, "")
    assert "version 1" in ended.err
    assert "run `optout build` again" in ended.err
    assert "Traceback" not in ended.err

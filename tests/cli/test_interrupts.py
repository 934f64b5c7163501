"""Ctrl-C: one message, exit 130, nothing half done, and the next run goes on."""

import signal
import time

import pytest
from commands import AS_OF, workspace
from enumerations import few_of

MESSAGE = "optout: interrupted; run the command again to go on: finished work is kept\n"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A workspace in whose corpus a build ran to its end."""
    place = workspace(tmp_path_factory.mktemp("undisturbed"), files=48, row_group_rows=1)
    place.build().done()
    return place


@pytest.fixture
def place(undisturbed, tmp_path):
    """The same workspace, without its corpus."""
    return undisturbed.copy(tmp_path / "w")


def results(place):
    """Each result in staging, and when it was written."""
    folder = place.folder / "corpus/staging/results"
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.json")}


MOMENTS = {
    "when staging is made": lambda place, _: (place.folder / "corpus/staging").exists(),
    "when it is planned": lambda _, running: "plan " in running.err,
    "at the first result": lambda place, _: len(results(place)) >= 1,
    "at half of the results": lambda place, _: len(results(place)) >= 24,
}


@pytest.mark.parametrize("moment", few_of(list(MOMENTS), "when it is planned", "at half of the results"))
def test_a_build_ends_and_the_next_goes_on(place, undisturbed, moment):
    running = place.start("build", "--as-of", AS_OF)
    running.until(lambda: MOMENTS[moment](place, running))
    running.send(signal.SIGINT)
    assert_interrupted(place, running.wait())
    assert len(results(place)) < 48
    place.build().done()
    assert place.content() == undisturbed.content()
    assert place.files("staging") == []


def test_a_job_goes_on_where_it_was_interrupted(place):
    plan = place.run("plan", "--as-of", AS_OF).done().out.strip()
    running = place.start("job", plan)
    running.until(lambda: len(results(place)) >= 12)
    running.send(signal.SIGINT)
    ended = running.wait()
    assert (ended.code, ended.out) == (130, "")
    assert ended.err.endswith(MESSAGE)
    before = results(place)
    assert 12 <= len(before) < 48
    place.run("job", plan).done()
    after = results(place)
    assert len(after) == 48
    assert before.items() <= after.items()
    place.run("finish", plan).done()


@pytest.mark.long
def test_a_process_of_its_own_ends_the_same_way(place):
    with place.open_afresh("build", "--as-of", AS_OF) as running:
        while not results(place) and running.poll() is None:
            time.sleep(0.005)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate()
    assert running.returncode == 130
    assert err.endswith(MESSAGE)
    assert "Traceback" not in err


def assert_interrupted(place, ended):
    assert (ended.code, ended.out) == (130, "")
    assert ended.err.endswith(MESSAGE)
    assert "Traceback" not in ended.err
    assert place.files("versions") == []
    assert [name for name in place.files("staging/plans") if name.endswith(("plan.json", ".arrow"))] == []

"""Law 4: a build that is killed leaves garbage, never half a version, and the next one goes on."""

import hashlib
import os
import random

import pytest
from commands import AS_OF, workspace

from builders import record

SPLITS = 80
RECORDS = [record(record_id=f"r{n}", account_id=f"a{n % 12}", text=f"Line {n}") for n in range(SPLITS)]
CORPORA = 2
BEFORE_THE_END = ["plan"] + 8 * ["job"]
"""Of each corpus, a build is killed in each of these phases, in an order drawn at random; then one while it finishes,
when no result is left to compute; then one runs to its end."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    place = workspace(tmp_path_factory.mktemp("undisturbed"), records=RECORDS, files=SPLITS)
    place.build().done()
    return place


def in_the_plan(place, running, generator):
    """Before it says its plan: with so many files more than there were, if they become so many."""
    files = count(place) + generator.randrange(4)
    running.until(lambda: count(place) >= files or "plan " in running.err)


def in_the_job(place, running, generator):
    """After so many new results, and then so many files more: objects, or temporary ones."""
    wanted, more = len(results(place)) + generator.randrange(1, 6), generator.randrange(4)
    running.until(lambda: len(results(place)) >= wanted)
    files = count(place)
    running.until(lambda: count(place) >= files + more)


def in_the_finish(place, running, generator):
    """After the last result, and then so many files more, of which the last is the envelope."""
    running.until(lambda: len(results(place)) == SPLITS)
    files, more = count(place), generator.randrange(1, 6)
    running.until(lambda: count(place) >= files + more or place.files("versions"))


def killed(place, phase, generator):
    """Kill a build in a phase; how many results it wrote."""
    before = set(results(place))
    running = place.start("build", "--as-of", AS_OF)
    PHASES[phase](place, running, generator)
    running.kill()
    assert running.wait().code == -9
    return len(set(results(place)) - before)


PHASES = {"plan": in_the_plan, "job": in_the_job, "finish": in_the_finish}


def test_twenty_kills_change_nothing(undisturbed, tmp_path):
    generator, some_but_not_all = random.Random(20260601), 0  # noqa: S311 - moments, not secrets
    for number in range(CORPORA):
        place = undisturbed.copy(tmp_path / str(number))
        for phase in [*generator.sample(BEFORE_THE_END, len(BEFORE_THE_END)), "finish"]:
            written = killed(place, phase, generator)
            some_but_not_all += written > 0 and len(results(place)) < SPLITS
            assert misnamed(place) == []
            assert phase == "finish" or place.files("versions") == []
        versions = len(place.files("versions"))
        # Killed after its envelope was written, a version is whole, and the next is a reissue.
        assert place.content() == versions * undisturbed.content()
        place.build().done()
        assert place.content() == (versions + 1) * undisturbed.content()
        more = [f"versions/{n + 1:08d}.json" for n in range(1, versions + 1)]
        assert place.files("") == sorted([*undisturbed.files(""), *more])
    assert some_but_not_all >= 15


def results(place):
    folder = place.folder / "corpus/staging/results"
    return [path.name for path in folder.glob("*.json")]


def count(place):
    return sum(len(names) for _, _, names in os.walk(place.folder / "corpus"))


def misnamed(place):
    """Objects whose bytes are not those their names say."""
    found = []
    for name in place.files("data") + place.files("lineage"):
        digest = hashlib.sha256((place.folder / "corpus" / name).read_bytes()).hexdigest()
        if not name.endswith(f"{digest[:2]}/{digest[2:]}.{name.rpartition('.')[2]}"):
            found.append(name)
    return found

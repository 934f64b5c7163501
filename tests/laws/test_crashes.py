"""Law 4: a build that is killed leaves garbage, never half a version, and the next one goes on."""

import hashlib
import os
import random
from dataclasses import dataclass

import pytest
from commands import AS_OF, workspace

from builders import record


@dataclass(frozen=True)
class Kills:
    """Of each corpus, a build is killed in its plan and in its job, in an order drawn at random; then one while it
    finishes, when no result is left to compute; then one runs to its end."""

    splits: int
    corpora: int
    in_the_job: int
    """Of each corpus."""
    some_but_not_all: int
    """Of the kills in a job at least so many find some results written, and not all."""

    def records(self):
        """One of each split."""
        return [
            record(record_id=f"r{n}", account_id=f"a{n % 12}", text=f"Line {n}") for n in range(self.splits)
        ]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(Kills(splits=24, corpora=1, in_the_job=2, some_but_not_all=1), id="four"),
        pytest.param(
            Kills(splits=80, corpora=2, in_the_job=8, some_but_not_all=15),
            id="twenty",
            marks=pytest.mark.long,
        ),
    ],
)
def kills(request):
    return request.param


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, kills):
    place = workspace(tmp_path_factory.mktemp("undisturbed"), records=kills.records(), files=kills.splits)
    place.build().done()
    return place


def in_the_plan(place, running, generator, _splits):
    """Before it says its plan: with so many files more than there were, if they become so many."""
    files = count(place) + generator.randrange(4)
    running.until(lambda: count(place) >= files or "plan " in running.err)


def in_the_job(place, running, generator, _splits):
    """After so many new results, and then so many files more: objects, or temporary ones."""
    wanted, more = len(results(place)) + generator.randrange(1, 6), generator.randrange(4)
    running.until(lambda: len(results(place)) >= wanted)
    files = count(place)
    running.until(lambda: count(place) >= files + more)


def in_the_finish(place, running, generator, splits):
    """After the last result, and then so many files more, of which the last is the envelope."""
    running.until(lambda: len(results(place)) == splits)
    files, more = count(place), generator.randrange(1, 6)
    running.until(lambda: count(place) >= files + more or place.files("versions"))


def killed(place, phase, generator, splits):
    """Kill a build in a phase; how many results it wrote."""
    before = set(results(place))
    running = place.start("build", "--as-of", AS_OF)
    PHASES[phase](place, running, generator, splits)
    running.kill()
    assert running.wait().code == -9
    return len(set(results(place)) - before)


PHASES = {"plan": in_the_plan, "job": in_the_job, "finish": in_the_finish}


def test_kills_change_nothing(undisturbed, kills, tmp_path):
    generator, some_but_not_all = random.Random(20260601), 0  # noqa: S311 - moments, not secrets
    before_the_end = ["plan"] + kills.in_the_job * ["job"]
    for number in range(kills.corpora):
        place = undisturbed.copy(tmp_path / str(number))
        for phase in [*generator.sample(before_the_end, len(before_the_end)), "finish"]:
            written = killed(place, phase, generator, kills.splits)
            some_but_not_all += written > 0 and len(results(place)) < kills.splits
            assert misnamed(place) == []
            assert phase == "finish" or place.files("versions") == []
        versions = len(place.files("versions"))
        # Killed after its envelope was written, a version is whole, and the next is a reissue.
        assert place.content() == versions * undisturbed.content()
        place.build().done()
        assert place.content() == (versions + 1) * undisturbed.content()
        more = [f"versions/{n + 1:08d}.json" for n in range(1, versions + 1)]
        assert place.files("") == sorted([*undisturbed.files(""), *more])
    assert some_but_not_all >= kills.some_but_not_all


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

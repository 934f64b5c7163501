"""Law 4: a build that is killed leaves garbage, never half a version, and the next one goes on."""

import hashlib
import os
import random

import pytest
from commands import AS_OF, workspace

from builders import record

SPLITS = 80
RECORDS = [record(record_id=f"r{n}", account_id=f"a{n % 12}", text=f"Line {n}") for n in range(SPLITS)]
CORPORA, KILLS = 2, 10
"""Of each corpus, ten builds are killed one after the other, before one runs to its end."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    place = workspace(tmp_path_factory.mktemp("undisturbed"), records=RECORDS, files=SPLITS)
    place.build().done()
    return place


def killed(place, generator):
    """Kill a build at a moment drawn at random: so many new results, and then so many files more."""
    before = len(results(place))
    new, more = generator.randrange(4), generator.randrange(5)
    running = place.start("build", "--as-of", AS_OF)
    running.until(lambda: "plan " in running.err)
    running.until(lambda: len(results(place)) >= before + new)
    files = count(place)
    running.until(lambda: count(place) >= files + more)
    running.kill()
    return running.wait()


def test_twenty_kills_change_nothing(undisturbed, tmp_path):
    generator, some_but_not_all = random.Random(20260601), 0  # noqa: S311 - moments, not secrets
    for number in range(CORPORA):
        place = undisturbed.copy(tmp_path / str(number))
        for _ in range(KILLS):
            assert killed(place, generator).code == -9
            some_but_not_all += 0 < len(results(place)) < SPLITS
            assert place.files("versions") == []
            assert misnamed(place) == []
        place.build().done()
        assert place.content() == undisturbed.content()
        assert place.files("") == undisturbed.files("")
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

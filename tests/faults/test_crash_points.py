"""A command of the registry is killed as it asks for each of its writes: what it said is there, and a rerun converges.

All of them with `make test-faults`; a few, spread over the whole command, otherwise.
"""

import json
import os
import re
from functools import cache

import commands
import pytest
from faults.databases import SERVER
from faults.databases import database as database_of
from faults.tracing import failing_at, killed_at, points, run

from builders import PLATFORM
from optout_registry.batches import list_batches
from optout_registry.opening import open_registry
from pipelines.keys import create_key_file

EVERY = "OPTOUT_FAULTS" in os.environ
STEP = int(os.environ.get("OPTOUT_FAULTS", "1"))
"""One share in so many; 1: all points."""
SHARES = 16
"""Parts of a command's points, each a test of its own, so that workers share them."""
SOME = 2
_SAID = re.compile(r"event \d+ |added")
"""What a command prints once the registry holds what it was asked for."""

COMMANDS = {
    "add": ["registry", "add", "account", "new", "--request-id", "r-new", "--receipt", "{folder}/receipt.json"],
    "withdraw": ["registry", "withdraw", "r-1", "--proof", "account_login"],
    "release": ["registry", "withdraw", "r-4", "--proof", "account_login", "--release-older"],
    "import": ["registry", "import", "{folder}/more.csv", "--bad-lines", "{folder}/bad.csv"],
    "reverse": ["registry", "reverse", "{batch}", "--token", "{folder}/ben.token"],
    "redact": ["registry", "redact", "r-3"],
    "rotate": ["registry", "rotate-key"],
    "snapshot": ["registry", "snapshot", "--out", "{folder}/snapshot.parquet"],
}  # fmt: skip
WRITTEN = {"add": "receipt.json", "import": "bad.csv", "snapshot": "snapshot.parquet"}
AGAIN = {"import": {3}, "reverse": {0, 3}, "rotate": {0, 2}}
"""Exit codes of a rerun. A line of the file is bad; what was done already cannot be done again."""
CHOSEN = COMMANDS if EVERY else ["add", "reverse"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request):
    if request.param == "postgresql" and SERVER is None:
        pytest.skip("no PostgreSQL here: `make test-faults` starts one")
    return database_of(request.param)


@pytest.fixture(scope="module")
def prepared(database, tmp_path_factory):
    """A workspace with an import whose reversal was proposed, four objections, and files to import."""
    made = commands.Workspace(tmp_path_factory.mktemp("faults") / "prepared")
    made.folder.mkdir()
    database.describe(made.folder)
    made.run("init").done()
    (made.folder / "source.yaml").write_text(f"platform: {PLATFORM}\n")
    (made.folder / "first.csv").write_text("type,value\naccount,b1\naccount,b2\n")
    made.run("registry", "import", made.folder / "first.csv").done()
    for name in ("ana", "ben"):
        made.run("actor", "add", name, "--out", made.folder / f"{name}.token").done()
    batch = made.run("registry", "batches", "--json").done().json[0]["batch"]
    made.run("registry", "reverse", batch, "--token", made.folder / "ana.token").done()
    for name in ("1", "2", "3", "4"):
        made.run("registry", "add", "account", f"a{name}", "--request-id", f"r-{name}").done()
    made.run("registry", "withdraw", "r-3", "--proof", "account_login", "--release-older").done()
    made.run("registry", "withdraw", "r-4", "--proof", "account_login").done()
    create_key_file(made.folder / "keys/registry-2.key", "registry")
    rows = "".join(f"account,m{n},\n" for n in range(30))
    (made.folder / "more.csv").write_text(f"type,value,region\n{rows}phone,06 12,UK\n")
    (made.folder / "batch").write_text(batch)
    return made.folder


@pytest.fixture(scope="module")
def run_in(database, prepared, tmp_path_factory):
    """A function to a copy of the workspace, and a command's arguments there."""
    # One path for all: its length decides how a command's output is cut into writes.
    folder = tmp_path_factory.mktemp("copy") / "workspace"

    def copy(name):
        database.copy(prepared, folder)
        batch = (prepared / "batch").read_text()
        if name == "rotate":
            settings = folder / "optout.yaml"
            one, both = "file:keys/registry.key", "[file:keys/registry.key, file:keys/registry-2.key]"
            settings.write_text(settings.read_text().replace(one, both))
        return folder, [part.format(folder=folder, batch=batch) for part in COMMANDS[name]]

    return copy


@pytest.fixture(scope="module")
def state_of(database):
    """A function to what the registry of a workspace comes to."""

    def state(folder):
        database.settle(folder)
        return _state(database.url(folder))

    return state


def _state(url):
    """Head, what holds, and where each batch stands; None: it is between two keys."""
    with open_registry(url) as registry:
        report = registry.verify()
        assert report.findings == ()
        if registry.identity.rotating_to is not None:
            return None
        taken = registry.snapshot()
        batches = [batch.model_dump(exclude={"recorded_at"}) for batch in list_batches(registry)]
        # A withdrawal keeps out what is older than itself: each time it is run, another instant.
        rows = [row | {"until": row["until"] is not None} for row in taken.objections.to_pylist()]
        return taken.event, rows, batches


@pytest.fixture(scope="module")
def finished(database, state_of, run_in):
    """A function to all points of a command, and the state and the file that it comes to."""

    @cache
    def finish(name):
        folder, arguments = run_in(name)
        ended, found = points(folder, arguments, database.calls)
        assert ended.code == (3 if name == "import" else 0), ended.err  # one line of the file is bad
        return found, state_of(folder), _written(folder, name)

    return finish


def _written(folder, name):
    """What a command wrote; of a receipt, which is another one each time, what it is about."""
    if name not in WRITTEN or not (folder / WRITTEN[name]).exists():
        return None
    data = (folder / WRITTEN[name]).read_bytes()
    return json.loads(data)["request_id"] if name == "add" else data


@pytest.mark.parametrize("share", range(0, SHARES, STEP) if EVERY else range(SOME))
@pytest.mark.parametrize("name", CHOSEN)
def test_killed_at_a_write(prepared, state_of, run_in, finished, name, share):
    before = state_of(prepared)
    found, after, written = finished(name)
    assert len(found) > SHARES
    # Without all of them: one amid the transaction, one as it ends.
    for point in found[share::SHARES] if EVERY else [found[len(found) * (4 + share) // 6]]:
        folder, arguments = run_in(name)
        ended = killed_at(folder, arguments, point)
        assert ended.code == -9, (point, ended)
        left = state_of(folder)
        # One transaction, all of it or none; a rotation is several.
        assert left in (before, after, *([None] if name == "rotate" else [])), point
        if _SAID.search(ended.out) and name != "snapshot":
            assert left == after, point
        assert _written(folder, name) in (None, written), point  # whole, or not there
        again = run(folder, arguments)
        assert again.code in AGAIN.get(name, {0}), (point, again.err)
        assert state_of(folder) == after, point


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"] if EVERY else ["fdatasync"])
@pytest.mark.parametrize("name", [name for name in CHOSEN if name not in {"snapshot", "rotate"}])
def test_a_disk_that_fails_is_one_error_and_nothing_is_acknowledged(prepared, state_of, run_in, name, call):
    before = state_of(prepared)
    folder, arguments = run_in(name)
    ended = failing_at(folder, arguments, call)
    assert (ended.code, ended.out) == (3, ""), ended
    assert ended.err.startswith("optout: ")
    assert "Traceback" not in ended.err
    assert state_of(folder) == before
    assert _written(folder, name) is None

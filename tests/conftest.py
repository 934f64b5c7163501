"""What every test may use."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# Nothing is timed: a slow machine is no failure. The same examples every time: a red run is a
# change of the code. HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("explore", settings.get_profile("default"), derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# A shell's background job ignores Ctrl-C, and so would every process that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

FIRST = (
    "laws/test_crashes.py", "examples/test_tour.py", "laws/test_catching_up.py", "laws/test_reissue.py", "verify/test_tampering.py",
    "cli/test_takedown.py", "cli/test_older.py", "cli/test_rotation.py", "ingest/test_ingest.py", "cli/test_redaction.py",
    "laws/test_linked.py", "real/test_ldbc.py", "cli/test_steps.py", "registry/test_serve.py", "cli/test_preview.py",
    "laws/test_older.py", "cli/test_doubts.py", "laws/test_takedown.py", "laws/test_third_party.py",
    "cli/test_hostile_parquet.py", "cli/test_interrupts.py", "cli/test_interrupts_at_once.py", "laws/test_no_identifier.py",
    "registry/test_door_smtp.py", "laws/test_accepted_change.py", "quality/test_gates.py", "laws/test_surroundings.py",
    "docs/test_contributing.py", "cli/test_failing_disk.py", "ingest/media/test_hostile.py", "laws/test_picture_words.py",
    "rules/test_declared_words.py",
)  # fmt: skip
"""The files that take longest. A file is one worker's, so that a long one taken last would keep it busy alone."""


def pytest_collection_modifyitems(items):
    """The longest files first, all else in the order in which it was found."""
    places = {ROOT / "tests" / name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session", autouse=True)
def each_finding_once():
    """Great Expectations takes a third of a small build: of what it was asked before it is not asked again.

    Same frame and expectations, same findings. Only tests of the gates themselves ask each time.
    """
    from pipelines.quality import gates

    findings_of, found = gates.findings_of, {}

    def remembered(frame, asked, *, rows):
        if "tests/quality/" in os.environ.get("PYTEST_CURRENT_TEST", ""):
            return findings_of(frame, asked, rows=rows)
        wanted = [replace(one, expectation=(type(one.expectation), one.expectation.dict())) for one in asked]
        key = rows, frame.to_json(orient="split", double_precision=15), repr(frame.dtypes), repr(wanted)
        if key not in found:
            found[key] = findings_of(frame, asked, rows=rows)
        return found[key]

    gates.findings_of = remembered
    yield
    gates.findings_of = findings_of


@pytest.fixture(scope="session")
def repository():
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def test_data():
    """A function from a folder's name to that folder of test data, which skips where there is none.

    OPTOUT_TEST_DATA names the folder that holds them all; default: ../shared/data.
    """
    root = Path(os.environ.get("OPTOUT_TEST_DATA") or ROOT.parent / "shared" / "data")

    def find(name):
        folder = root / name
        if not folder.exists():
            pytest.skip(f"OPTOUT_TEST_DATA holds no {name}")
        return folder

    return find

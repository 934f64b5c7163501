"""Without strace there is nothing to test here, and a skip says so."""

import pytest
from faults.tracing import strace


def pytest_collection_modifyitems(items):
    for item in items:
        if "faults" in item.path.parts and strace() is None:
            item.add_marker(pytest.mark.skip(reason="no strace here: `make test-faults` installs it"))

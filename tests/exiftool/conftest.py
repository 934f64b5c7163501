"""Without exiftool there is nothing to test here, and a skip says so."""

import shutil

import pytest
from exiftool.written import CASES, write


def pytest_collection_modifyitems(items):
    for item in items:
        if "exiftool" in item.path.parts and shutil.which("exiftool") is None:
            item.add_marker(pytest.mark.skip(reason="no exiftool here: `make test-media` installs it"))


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Case -> the file that exiftool wrote for it, all of them in one call."""
    return write(CASES, tmp_path_factory.mktemp("written"))

"""An empty store in a folder of its own."""

import pytest

from pipelines.corpus.store import open_store


@pytest.fixture
def store(tmp_path):
    return open_store((tmp_path / "corpus").as_uri())


@pytest.fixture
def root(tmp_path):
    """The folder of ``store``: only tests know that there is one."""
    return tmp_path / "corpus"

"""A version that is reviewed, built once; each test has a log of its own."""

import pytest
from review.desks import Reviewed, publish, three


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A version with three suspected pictures."""
    folder = tmp_path_factory.mktemp("reviewed")
    return publish(folder, three(folder))


@pytest.fixture
def reviewed(published, tmp_path):
    """The page before it."""
    return Reviewed(published, tmp_path / "reviews.jsonl")

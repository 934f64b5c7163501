"""A version that is reviewed, built once; each test has a log of its own."""

from functools import partial

import pytest
from review.desks import Reviewed, kept, picture_file, png, publish, three
from review.written import write_pictures


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """A version with three suspected pictures, and three that were kept, two of them of one record."""
    folder = tmp_path_factory.mktemp("reviewed")
    twins = [{"uri": picture_file(folder, f"k{n}.png", png(n))["uri"], "sha256": None} for n in (8, 9)]
    return publish(folder, [
        *three(folder), kept(1, picture_file(folder, "k1.png", png(7))), kept(2, *twins),
    ])  # fmt: skip


@pytest.fixture
def reviewed(published, tmp_path):
    """The page before it."""
    return Reviewed(published, tmp_path / "reviews.jsonl")


@pytest.fixture
def source(tmp_path):
    """A function that writes a record with some pictures: the source root, and the record's place."""
    return partial(write_pictures, tmp_path)

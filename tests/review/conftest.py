"""A version that is reviewed, built once; each test has a log of its own."""

import pytest
from review.desks import Reviewed, kept, picture_file, png, publish, three


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

"""Real images, damaged: reading raises nothing. They hold what nobody thinks of when making files by hand."""

import pytest
from ingest.media.mutations import mutated

from pipelines.ingest.media.reading import read_media

LARGEST = 300_000
"""Bytes of a file that is damaged: of a larger one more is pixels, not more metadata."""


@pytest.fixture(scope="module")
def images(test_data):
    paths = sorted(path for path in test_data("images_bep").rglob("testdata/images/**/*.*"))
    read = [path.read_bytes() for path in paths if path.is_file() and path.stat().st_size <= LARGEST]
    return [data for data in read if read_media(data) is not None]


def test_damaged_images_raise_nothing(images):
    assert len(images) > 90
    for data in images:
        for seed in range(10):
            assert read_media(mutated(data, seed)) is None or data


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_more_damaged_images_raise_nothing(images, part):
    for data in images:
        for seed in range(100 + part * 100, 200 + part * 100):
            read_media(mutated(data, seed))


def test_images_that_break_off_raise_nothing(images):
    for data in images:
        for place in range(1, 20):
            media = read_media(data[: len(data) * place // 20])
            assert media is None or media.mime

"""The normal form of phone numbers does not move with a release of the library in silence."""

import csv
import re
import tomllib
from collections import Counter

import phonenumbers
import pytest
from golden.phone_numbers import DIGESTS, FILE, digests

from schemas.identifiers import SCHEME, normalise
from schemas.vocabulary import IdentifierType

SCHEME_OF_GOLDEN = "1+phonenumbers-9"
"""A line of a file that is no longer met needs a new scheme: pseudonyms under the old one match nothing."""


@pytest.fixture(scope="module")
def written():
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_numbers_as_people_of_each_region_write_them_have_their_e164_form(written):
    found = [
        (row["region"], row["written"], normalise(IdentifierType.PHONE, row["written"], row["region"]))
        for row in written
    ]
    assert found == [(row["region"], row["written"], row["normal"]) for row in written]
    assert SCHEME == SCHEME_OF_GOLDEN


def test_generated_numbers_of_each_region_have_the_normal_forms_they_had():
    with DIGESTS.open(encoding="utf-8", newline="") as file:
        expected = [(row["region"], row["digest"]) for row in csv.DictReader(file)]
    assert digests() == expected
    assert len(expected) == len(phonenumbers.SUPPORTED_REGIONS)


def test_the_file_has_every_region_in_two_ways(written):
    regions = Counter(row["region"] for row in written)
    assert set(regions.values()) == {2}
    assert set(regions) == set(phonenumbers.SUPPORTED_REGIONS)
    assert all(re.fullmatch(r"\+\d{5,15}", row["normal"]) for row in written)


def test_the_library_is_pinned_to_the_release_these_tests_ran_with(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = f"phonenumbers=={phonenumbers.__version__}"
    assert pinned in project["dependencies"]
    for name in ("run", "dev"):
        assert f"\n{pinned} " in (repository / f"requirements/{name}.txt").read_text(encoding="utf-8")

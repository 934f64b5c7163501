"""Errors: what they say, how the command ends, and that they survive a worker."""

import pickle

import pytest

from schemas import errors
from schemas.errors import BadInput, OptoutError

EXIT_CODES = {"Refused": 1, "LateObjections": 1, "ConfigurationError": 2, "BadInput": 3, "LostRace": 4}
KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, OptoutError) and kind is not OptoutError
}


def test_every_error_has_its_exit_code():
    assert {name: kind.exit_code for name, kind in KINDS.items()} == EXIT_CODES


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_error_comes_back_from_a_worker_as_it_left(kind):
    error = kind("posts.csv", expected="a header", found="none", remedy="add one")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - what Beam does
    assert type(again) is kind
    assert (again.subject, again.expected, again.found, again.remedy) == (
        "posts.csv", "a header", "none", "add one",
    )  # fmt: skip
    assert str(again) == str(error)


def test_a_message_says_what_is_wrong_and_what_to_do():
    assert str(BadInput("posts.csv", expected="a header", found="none", remedy="add one")) == (
        "posts.csv\n  expected: a header\n  found:    none\n  to do:    add one"
    )
    several = BadInput("posts.csv", found="no header\nno rows", remedy="add both")
    assert str(several) == "posts.csv\n  found:    no header\n            no rows\n  to do:    add both"
    assert str(BadInput("posts.csv", remedy="add one")) == "posts.csv\n  to do:    add one"

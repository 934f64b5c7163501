"""What `optout` says of itself, and of one thing in the singular."""

import tomllib

import pytest
from commands import AS_OF, workspace

from builders import account, record


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One account and one record, which nobody objected to."""
    return workspace(
        tmp_path_factory.mktemp("one") / "w",
        [account(account_id="a1")],
        [record(record_id="r1", account_id="a1")],
    )


def test_the_release_is_that_of_the_project(place, repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    ended = place.run("--version").done()
    assert (ended.out, ended.err) == (f"optout {project['version']}\n", "")


def test_help_says_what_it_is_for_and_names_the_option(place):
    said = " ".join(place.run("--help").done().out.split())
    assert "without the people who objected" in said
    assert "--version" in said


def test_of_one_it_speaks_in_the_singular(place):
    built = place.run("build", "--as-of", AS_OF).done()
    assert "1 split, 0 reused unread; 1 account (0 duplicate rows merged), 0 covered" in built.err
    verified = place.run("verify").done().out.splitlines()[0]
    assert verified.startswith("version 1: checked 1 envelope, ")
    assert verified.endswith("1 account, 1 split, 1 row, 1 shard row")

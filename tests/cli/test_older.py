"""What was published before a withdrawal, through the command line: kept out, released, and checked each time."""

import re
from datetime import UTC, datetime

import pytest
from commands import workspace

from builders import account, at, record

PROVEN = ("--proof", "account_login")
PEOPLE = ("ana", "ben")
CREATED = {"before": at("2024-03-05"), "after": at("2200-01-01")}
"""Withdrawals are recorded at the time of the test."""
ROWS = [
    record(record_id=f"{name}-{when}", account_id=name, text=f"{name} {when}", created_at=created)
    for name in PEOPLE
    for when, created in CREATED.items()
] + [
    record(
        record_id=f"tag-{when}", account_id="ben", text=f"tag {when}", created_at=created,
        others=[{"role": "tag", "account": "ana"}],
    )
    for when, created in CREATED.items()
]  # fmt: skip
BEN = {"ben before", "ben after"}
AFTER = {"ana after", "tag after"}
BEFORE = {"ana before", "tag before"}


@pytest.fixture
def place(tmp_path):
    made = workspace(
        tmp_path / "w",
        [account(account_id=name, identifiers=[{"type": "handle", "value": name}]) for name in PEOPLE],
        ROWS,
        objections=[{"type": "handle", "value": "@ana", "request_id": "r-1"}, "nobody"],
        policy={"quality": {"source": {"max_implausible_date_share": 1}}},
        files=3,
    )
    made.build().done()
    return made


def texts(place, version):
    return {
        text
        for shard in place.rows_released(version)
        for row in shard
        for text in re.findall(r"'(\w+ \w+)'", row)
    }


def rebuilt(place):
    """Build and verify, and build from nothing: the same document."""
    place.build("--accept-change", "tests").done()
    place.run("verify").done()
    assert place.run("registry", "verify").done().out.endswith("nothing found wanting\n")
    content = place.content()[-1]
    place.build("--from-scratch", "--accept-change", "tests").done()
    assert place.content()[-1] == content
    return texts(place, len(place.versions()))


@pytest.mark.long
def test_it_stays_out_until_it_is_released(place):
    assert texts(place, 1) == BEN
    begun = datetime.now(UTC)
    withdrawn = place.run("registry", "withdraw", "r-1", *PROVEN).done()
    # The build has recorded the account that the handle names: event 3.
    assert withdrawn.out == "event 4  request r-1 withdrawn\n"
    assert (
        "what was published before stays out; to release it, repeat this with --release-older"
        in withdrawn.err
    )
    assert rebuilt(place) == BEN | AFTER

    again = place.run("registry", "withdraw", "r-1", *PROVEN).done()
    assert again.out == "event 4  request r-1 ended\n"
    status = place.run("registry", "status", "--json").done().json
    assert (status["ended"], status["keep_older"]) == (1, 1)
    refused = place.run("registry", "redact", "r-1")
    assert (refused.code, refused.out) == (1, "")
    assert f"a withdrawn one that keeps out what was published before {begun:%Y-%m-%d}" in refused.err
    assert "--release-older" in refused.err

    released = place.run("registry", "withdraw", "r-1", *PROVEN, "--release-older").done()
    assert (released.out, released.err) == ("event 5  request r-1 older content released\n", "")
    assert rebuilt(place) == BEN | AFTER | BEFORE
    place.run("registry", "redact", "r-1").done()
    assert rebuilt(place) == BEN | AFTER | BEFORE
    for version in (1, 2, 4):
        assert place.run("verify", version).done().code == 0


def test_a_takedown_is_released_whole(place):
    place.run("registry", "add", "record", "ben-after", "--request-id", "t-1").done()
    refused = place.run("registry", "withdraw", "t-1", *PROVEN)
    assert (refused.code, refused.out) == (1, "")
    assert "withdraw it with --release-older" in refused.err
    place.run("registry", "withdraw", "t-1", *PROVEN, "--release-older").done()


@pytest.mark.long
def test_a_rotated_registry_keeps_it_out(place):
    place.run("registry", "withdraw", "r-1", *PROVEN).done()
    assert rebuilt(place) == BEN | AFTER
    workspace_file = place.folder / "optout.yaml"
    text = workspace_file.read_text("utf-8")
    one = "registry: file:keys/registry.key"
    assert one in text
    workspace_file.write_text(
        text.replace(one, "registry: [file:keys/registry.key, file:keys/registry-2.key]"), "utf-8"
    )
    place.run("registry", "rotate-key").done()
    assert "3 reused unread" in place.build().done().err
    assert rebuilt(place) == BEN | AFTER
    place.run("verify", 2).done()

"""A version was built with an objection that was redacted since: the next build goes on, and both verify."""

import sqlite3

import pytest
from commands import workspace

from pipelines.corpus.chain import load_version
from pipelines.corpus.store import open_store


@pytest.fixture
def built(tmp_path):
    """A workspace whose version was built with three objections, one of which has ended since."""
    objections = [{"type": "account", "value": f"a{n}", "request_id": f"r-{n}"} for n in (1, 2, 3)]
    place = workspace(tmp_path / "w", objections=objections)
    place.build().done()
    place.run("registry", "withdraw", "r-1", "--proof", "account_login", "--release-older").done()
    return place


def test_build_withdraw_redact_build_verify(built):
    built.run("registry", "redact", "r-1").done()
    built.build("--accept-change", "data protection officer").done()
    assert [
        load_version(open_store(f"file://{built.folder}/corpus"), n).content.snapshot.event for n in (1, 2)
    ] == [3, 5]
    # The first version still is what the registry was, as far as anybody can know.
    for number in (1, 2):
        verified = built.run("verify", number, "--json").done().json
        assert (verified["ok"], verified["findings"]) == (True, [])
    released = {row for shard in built.rows_released(2) for row in shard}
    assert len(released) == 4 * 10  # of twelve authors two objections hold


def test_a_build_from_nothing_gives_the_same_version(built):
    """Law 5, over a redaction."""
    built.run("registry", "redact", "r-1").done()
    built.build("--accept-change", "data protection officer").done()
    built.build("--from-scratch").done()
    contents = dict(zip([v["version"] for v in built.versions()], built.content(), strict=True))
    assert contents[2] == contents[3]


def test_an_objection_that_vanished_without_redaction_still_stops_the_build(built):
    built.run("registry", "redact", "r-1").done()
    connection = sqlite3.connect(built.folder / "registry.db")
    connection.execute("DROP TRIGGER objection_no_update")
    connection.execute("UPDATE objection SET pseudonym = nonce WHERE request_id = 'r-2'")
    connection.commit()
    connection.close()
    stopped = built.build("--accept-change", "data protection officer")
    assert (stopped.code, "the objections of version 1" in stopped.err) == (3, True)
    assert built.run("verify", 1).code == 1

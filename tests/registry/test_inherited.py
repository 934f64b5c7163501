"""Accounts that objections reach: recorded once, in the snapshot until the objection ends, checked and rotated."""

import pytest
from registry import links
from registry.constants import LOG_SECRET, NOW, PROOF
from registry.links import reached
from registry.rotations import findings, rotated, stopped_after

from builders import PLATFORM
from optout_registry import inherited
from optout_registry.inherited import read_reaching, record_reached
from optout_registry.opening import open_registry
from schemas.errors import BadInput, ConfigurationError


@pytest.fixture
def filled(registry, objection):
    """Four objections, of which the third covers one account alone."""
    registry.add(objection("a1", surfaces=1), recorded_at=NOW)
    registry.add(objection("ana@example.org", "mail", kind="email"), recorded_at=NOW)
    registry.add(objection("a3", linked=False), recorded_at=NOW)
    registry.add(objection("r1", kind="record"), recorded_at=NOW)
    return registry


def record(registry, *pairs, **options):
    record_reached(registry, reached(*pairs, **options), PLATFORM, recorded_at=NOW)


def rows(registry, event=None):
    """Account, scope and platform of what a snapshot has of accounts."""
    names = {links.pseudonym(name): name for name in ("a1", "a3", "b1", "b2")}
    return {
        (names[row["pseudonym"]], row["surfaces"], row["linked"])
        for row in registry.snapshot(event).objections.to_pylist()
        if row["type"] == "account"
    }


OWN = {("a1", 1, True), ("a3", 0xFFFF, False)}


def test_what_is_recorded_stands_in_the_snapshot_with_the_scope_of_its_objection(filled):
    record(filled, (1, "b1"), (2, "b2"))
    assert filled.head().event == 6
    assert rows(filled) == OWN | {("b1", 1, True), ("b2", 0xFFFF, True)}
    assert rows(filled, 5) == OWN | {("b1", 1, True)}
    assert rows(filled, 4) == OWN
    assert filled.verify().findings == ()


def test_the_same_again_adds_nothing(filled):
    record(filled, (1, "b1"), (1, "b1"))
    record(filled, (1, "b1"), (2, "b1"))
    record(filled, (1, "b1"), (2, "b1"))
    assert filled.head().event == 6


def test_it_ends_with_its_objection_and_only_then(filled):
    record(filled, (1, "b1"), (2, "b1"))
    filled.withdraw("mail", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert rows(filled) == OWN | {("b1", 1, True)}
    filled.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert rows(filled) == OWN - {("a1", 1, True)}
    assert rows(filled, 7) == OWN | {("b1", 1, True)}
    assert filled.verify().findings == ()


def test_nothing_is_recorded_of_an_objection_that_has_ended_or_reaches_nobody(filled):
    filled.withdraw("mail", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    record(filled, (2, "b1"), (3, "b1"), (4, "b1"), (77, "b1"))
    assert filled.head().event == 5


def test_from_where_objections_reach(filled):
    record(filled, (2, "b2"))
    filled.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    table = read_reaching(filled).to_pylist()
    assert [(row["origin"], row["type"]) for row in table] == [(2, "email"), (2, "account")]
    assert table[1]["pseudonym"] == links.pseudonym("b2")


def test_an_empty_registry_reaches_nobody(registry):
    assert len(read_reaching(registry)) == 0
    record(registry)
    assert registry.head().event == 0


def test_what_a_killed_build_has_recorded_stays_and_the_rest_follows(filled, monkeypatch):
    monkeypatch.setattr(inherited, "ROWS_PER_TRANSACTION", 2)
    pairs = [(1, f"c{n}") for n in range(5)]

    class Killed(Exception):
        pass

    class Dying:
        identity = filled.identity
        transactions = 0

        def appending(self):
            self.transactions += 1
            if self.transactions == 2:
                raise Killed
            return filled.appending()

    with pytest.raises(Killed):
        record(Dying(), *pairs)
    assert filled.head().event == 6
    record(filled, *pairs)
    assert filled.head().event == 9
    assert filled.verify().findings == ()


@pytest.mark.usefixtures("filled")
def test_a_registry_that_is_read_records_nothing(url):
    with open_registry(url) as opened, pytest.raises(ConfigurationError, match="log key"):
        record(opened, (1, "b1"))


def test_an_account_that_is_missing_is_refused(filled, unguarded):
    record(filled, (1, "b1"))
    unguarded("inherited", "DELETE FROM inherited")
    with pytest.raises(BadInput, match="1 linked accounts from event 1 to 5"):
        filled.snapshot()


def test_an_account_that_was_erased_while_its_objection_holds_is_refused(filled, sql):
    record(filled, (1, "b1"))
    sql("UPDATE inherited SET pseudonym = NULL, nonce = NULL")
    with pytest.raises(BadInput, match="1 linked accounts that were erased"):
        filled.snapshot()


def test_a_platform_is_named_while_the_account_is_covered(filled):
    record_reached(filled, reached((2, "b1")), "elsewhere", recorded_at=NOW)
    assert filled.snapshot().platforms == ("elsewhere", PLATFORM)
    filled.withdraw("mail", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert filled.snapshot().platforms == (PLATFORM,)


_OTHER = "(SELECT {0} FROM inherited AS other WHERE other.event = 6)"
_TAMPERED = {
    "an account is removed": ("DELETE FROM inherited WHERE event = 5", "linked account missing", 5),
    "an account is exchanged": (
        f"UPDATE inherited SET pseudonym = {_OTHER.format('pseudonym')}, nonce = {_OTHER.format('nonce')} WHERE event = 5",
        "linked account changed",
        5,
    ),
    "an account is erased": (
        "UPDATE inherited SET pseudonym = NULL, nonce = NULL WHERE event = 5",
        "linked account changed",
        5,
    ),
    "another objection": ("UPDATE inherited SET origin = 2 WHERE event = 5", "linked account changed", 5),
    "another platform": (
        "UPDATE inherited SET platform = 'elsewhere' WHERE event = 5",
        "linked account changed",
        5,
    ),
    "another key": (
        "UPDATE inherited SET keys = 2, commitment = nonce WHERE event = 5",
        "linked account changed",
        5,
    ),
    "an account that nobody recorded": (
        "INSERT INTO inherited (event, origin, pseudonym, nonce, keys, platform) SELECT 3, 1, pseudonym, nonce, keys, platform FROM inherited WHERE event = 5",
        "linked account invented",
        3,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "what", "number"), _TAMPERED.values(), ids=_TAMPERED)
def test_what_was_changed_is_named(filled, unguarded, statement, what, number):
    record(filled, (1, "b1"), (2, "b2"))
    unguarded("inherited", statement)
    assert (what, number) in {(finding.what, finding.number) for finding in filled.verify().findings}


def test_an_objection_that_is_unlinked_behind_the_program_is_named(filled, unguarded):
    record(filled, (1, "b1"))
    unguarded("objection", "UPDATE objection SET linked = false WHERE event = 1")
    found = {(finding.what, finding.number) for finding in filled.verify().findings}
    assert {("linked account invented", 5), ("objection changed", 1)} <= found


def accounts(url):
    with open_registry(url) as registry:
        return set(registry.snapshot().objections.column("pseudonym").to_pylist())


def test_a_rotation_takes_them_along(filled, url, sql):
    record(filled, (1, "b1"), (2, "b2"))
    event = rotated(url)
    assert event.count == 6
    assert {links.pseudonym("b1", 2), links.pseudonym("b2", 2)} <= accounts(url)
    assert sql("SELECT DISTINCT keys FROM inherited") == [(2,)]
    assert findings(url) == []
    with open_registry(url, LOG_SECRET) as registry:
        record(registry, (1, "b1"), (2, "b1"), keys=2)
        assert registry.head().event == 8
    assert rotated(url, 3).count == 7
    assert links.pseudonym("b1", 3) in accounts(url)
    assert findings(url) == []


def test_a_rotation_that_stopped_among_them_goes_on(filled, url):
    record(filled, (1, "b1"), (2, "b2"))
    stopped_after(url, 5)
    assert findings(url) == []
    rotated(url)
    assert findings(url) == []


@pytest.mark.usefixtures("filled")
def test_a_rotation_seals_nothing_anew(url, sql):
    before = sql("SELECT sealed FROM objection WHERE event = 4")
    rotated(url)
    assert sql("SELECT sealed FROM objection WHERE event = 4") == before
    assert findings(url) == []


def test_an_account_that_is_exchanged_after_a_rotation_is_named(filled, url, unguarded):
    record(filled, (1, "b1"), (2, "b2"))
    rotated(url)
    unguarded("inherited", f"UPDATE inherited SET pseudonym = {_OTHER.format('pseudonym')} WHERE event = 5")
    assert ("linked account changed", 5) in findings(url)

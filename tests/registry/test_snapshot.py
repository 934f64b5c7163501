"""The snapshot: what holds at an event, exactly, in one order and one sequence of bytes."""

import shutil
from datetime import timedelta
from functools import partial

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry.constants import KEY_ID, LOG_SECRET, NOW, PROOF

from builders import PLATFORM, REGISTRY_KEY
from optout_registry import snapshot
from optout_registry.intake import Intake
from optout_registry.objections import Objection
from optout_registry.opening import create_registry, open_registry
from optout_registry.redaction import redact
from optout_registry.storage import columns
from optout_registry.transparency.merkle import EMPTY_ROOT
from schemas.errors import BadInput
from schemas.pseudonyms import Keychain
from schemas.snapshots import RegistryHead, snapshot_parquet
from schemas.sorted_rows import sorted_rows
from schemas.tables import SNAPSHOT
from schemas.vocabulary import ALL_PURPOSES, ALL_ROLES, ALL_SURFACES, IdentifierType, Surface

POST, PHOTO = Surface.POST.bit, Surface.PHOTO.bit


def _scopes(taken):
    return [(row["linked"], row["surfaces"]) for row in taken.objections.to_pylist()]


def test_an_empty_registry_has_an_empty_snapshot(registry):
    taken = registry.snapshot()
    assert (taken.event, taken.objections.num_rows) == (0, 0)
    held = registry.identity
    assert (taken.registry_id, taken.key_ids, taken.scheme) == (held.id, held.key_ids, held.scheme)
    assert (taken.root, taken.log_key) == (EMPTY_ROOT.hex(), held.log_key)
    assert taken.objections.schema.equals(SNAPSHOT)


def test_a_snapshot_holds_what_held_at_its_event(registry, objection):
    registry.add(objection("a1"), recorded_at=NOW)
    registry.add(objection("a2"), recorded_at=NOW)
    registry.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    rows = [registry.snapshot(event).objections.num_rows for event in range(4)]
    assert rows == [0, 1, 2, 1]
    assert registry.snapshot().event == 3
    left = registry.snapshot().objections.column("pseudonym").to_pylist()
    assert left == [objection("a2").target.pseudonym]


def test_it_says_when_its_last_event_was_recorded(registry, objection):
    for number in range(3):
        registry.add(objection(f"a{number}"), recorded_at=NOW + timedelta(days=number))
    assert registry.snapshot(0).recorded_at is None
    assert [registry.snapshot(event).recorded_at for event in (1, 2)] == [NOW, NOW + timedelta(days=1)]
    registry.withdraw(
        "request-a2", proof=PROOF, received_at=NOW, recorded_at=NOW + timedelta(days=9), releases_older=True
    )
    redact(registry, "request-a2", recorded_at=NOW + timedelta(days=10))
    # Of what was erased nobody knows when it was.
    assert registry.snapshot(4).recorded_at == NOW + timedelta(days=1)
    assert registry.snapshot().recorded_at == NOW + timedelta(days=10)


def test_a_withdrawal_leaves_other_objections_on_the_same_target(registry, objection):
    registry.add(objection("a1", "first"), recorded_at=NOW)
    registry.add(objection("a1", "second"), recorded_at=NOW)
    assert registry.snapshot().objections.num_rows == 1
    registry.withdraw("first", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert registry.snapshot().objections.num_rows == 1
    registry.withdraw("second", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert registry.snapshot().objections.num_rows == 0


def test_scopes_on_one_target_are_not_joined(registry, objection):
    # linked on posts, and not linked on everything, is not linked on everything
    registry.add(objection("a1", "wide", linked=False), recorded_at=NOW)
    registry.add(objection("a1", "posts", surfaces=POST), recorded_at=NOW)
    registry.add(objection("a1", "photos", surfaces=PHOTO), recorded_at=NOW)
    registry.add(objection("a1", "again", surfaces=POST), recorded_at=NOW)
    assert _scopes(registry.snapshot()) == [(False, ALL_SURFACES), (True, POST), (True, PHOTO)]


@pytest.mark.parametrize("event", [-1, 2, 2**40])
def test_an_event_the_log_does_not_reach_is_refused(registry, objection, event):
    registry.add(objection(), recorded_at=NOW)
    with pytest.raises(BadInput, match="event number"):
        registry.snapshot(event)


def test_an_objection_that_is_missing_is_refused(registry, objection, unguarded):
    registry.add_all([objection(f"a{n}") for n in range(3)], recorded_at=NOW)
    registry.withdraw("request-a0", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    unguarded("objection", "DELETE FROM objection WHERE event = 2")
    assert registry.snapshot(1).objections.num_rows == 1
    with pytest.raises(BadInput, match=r"(?s)3 objections from event 1 to 4.*removed"):
        registry.snapshot()


@pytest.mark.sqlite_only
def test_an_older_copy_keeps_its_id_and_shows_a_lower_head(tmp_path, url, registry, objection):
    registry.add(objection("a1"), recorded_at=NOW)
    registry.close()
    root = registry.head().root
    database = tmp_path / "registry.db"
    shutil.copy(database, tmp_path / "copy")
    registry.add(objection("a2"), recorded_at=NOW)
    assert registry.head() == RegistryHead(registry.identity.id, 2, registry.snapshot(2).root)
    shutil.move(tmp_path / "copy", database)
    # also for who had opened it before: nothing is cached
    assert registry.head() == open_registry(url).head() == RegistryHead(registry.identity.id, 1, root)


@pytest.mark.sqlite_only
def test_another_registry_in_its_place_is_noticed(tmp_path, registry):
    create_registry(f"sqlite:///{tmp_path}/other.db", KEY_ID, LOG_SECRET)
    shutil.move(tmp_path / "other.db", tmp_path / "registry.db")
    for call in (registry.head, registry.snapshot, registry.status):
        with pytest.raises(BadInput, match="another registry"):
            call()


_SCOPED = st.lists(
    st.tuples(
        st.sampled_from(IdentifierType),
        st.integers(0, 5),  # whom
        st.booleans(),
        st.sampled_from([POST, PHOTO, ALL_SURFACES]),
        st.sampled_from([None, None, True, False]),  # withdrawn, and older content released
    ),
    max_size=20,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=_SCOPED, order=st.randoms(use_true_random=False))
def test_a_snapshot_depends_on_what_holds_and_on_nothing_else(new_url, requests, order):
    """The oracle is a set; the same requests in another order give the same bytes."""
    intake = Intake(Keychain((KEY_ID,), (REGISTRY_KEY,)), PLATFORM)
    numbered = list(enumerate(requests))
    shuffled = order.sample(numbered, len(numbered))
    expected = set()
    files = []
    for sequence in (numbered, shuffled):
        registry = create_registry(new_url(), KEY_ID, LOG_SECRET)
        objections = [
            Objection(intake.target(kind, 600_000_000 + whom), f"r{n}", NOW, linked=linked, surfaces=surfaces)
            for n, (kind, whom, linked, surfaces, _) in sequence
        ]
        registry.add_all(objections, recorded_at=NOW)
        for n, (*_, releases) in sequence:
            if releases is not None:
                registry.withdraw(
                    f"r{n}", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=releases
                )
        expected = {
            (
                one.target.type.value,
                one.target.pseudonym,
                one.linked,
                ALL_ROLES,
                one.surfaces,
                ALL_PURPOSES,
                None,
                None if releases is None else NOW,
            )
            for one, (_, (*_, releases)) in zip(objections, sequence, strict=True)
            if not releases
        }
        taken = registry.snapshot()
        rows = [tuple(row.values()) for row in taken.objections.to_pylist()]
        assert rows == sorted(expected, key=lambda row: (*row[:-1], row[-1] is not None))
        files.append(snapshot_parquet(taken.objections))
    assert files[0] == files[1]


def test_the_parquet_of_a_snapshot_reads_back(tmp_path, registry, objection):
    registry.add_all([objection(f"a{n}") for n in range(100)], recorded_at=NOW)
    taken = registry.snapshot()
    (tmp_path / "snapshot.parquet").write_bytes(snapshot_parquet(taken.objections))
    assert pq.read_table(tmp_path / "snapshot.parquet").equals(taken.objections)


def test_a_snapshot_that_is_merged_from_many_runs_is_the_same(registry, objection, monkeypatch):
    objections = [
        objection(f"a{n % 7}", f"r{n}", surfaces=[POST, PHOTO][n % 2], kind="account")
        if n % 4 else objection(f"{n:064x}", f"r{n}", kind="media")
        for n in range(40)
    ]  # fmt: skip
    registry.add_all(objections, recorded_at=NOW)
    whole = registry.snapshot()
    monkeypatch.setattr(columns, "_ROWS", 2)
    monkeypatch.setattr(snapshot, "sorted_rows", partial(sorted_rows, run_rows=5))
    merged = registry.snapshot()
    assert merged.objections.to_pylist() == whole.objections.to_pylist()
    assert len(whole.objections) < len(objections)
    assert snapshot_parquet(merged.objections) == snapshot_parquet(whole.objections)


def test_a_snapshot_names_the_platforms_of_what_holds(registry):
    def add(kind, value, platform, number):
        target = Intake(Keychain((KEY_ID,), (REGISTRY_KEY,)), platform).target(IdentifierType(kind), value)
        registry.add(Objection(target, f"r{number}", NOW), recorded_at=NOW)

    add("email", "ana@example.org", "nowhere", 1)
    assert registry.snapshot().platforms == ()
    add("account", "1", "two", 2)
    add("handle", "ana", "one", 3)
    assert registry.snapshot().platforms == ("one", "two")
    registry.withdraw("r2", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert registry.snapshot().platforms == ("one",)
    assert registry.snapshot(2).platforms == ("two",)

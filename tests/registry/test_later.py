"""A snapshot from an earlier one is the snapshot; and while the registry stands still nobody else appends."""

import dataclasses
from datetime import timedelta
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry.constants import KEY_ID, LOG_SECRET, NOW, PROOF

from builders import PLATFORM, REGISTRY_KEY
from optout_registry import later
from optout_registry.inherited import read_reaching, record_reached
from optout_registry.intake import Intake
from optout_registry.objections import Impersonation, Objection
from optout_registry.opening import create_registry, open_registry, to_write
from optout_registry.redaction import redact
from optout_registry.storage import sqlite
from schemas.errors import BadInput
from schemas.pseudonyms import Keychain
from schemas.snapshots import REACHED, snapshot_parquet
from schemas.vocabulary import IdentifierType, Surface

INTAKE = Intake(Keychain((KEY_ID,), (REGISTRY_KEY,)), PLATFORM)
WHOM = st.integers(0, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(IdentifierType), WHOM, st.sampled_from(["one", "two"])),
        st.tuples(st.just("link"), st.integers(0, 19), WHOM),
        st.tuples(st.sampled_from(["keep", "release", "refuse", "redact", "confirm"]), st.integers(0, 19)),
        st.just(("look",)),
    ),
    max_size=25,
)


def take(registry, number, step):
    """One event, as far as it is possible."""
    what, *rest = step
    made = f"r{rest[0]}" if rest else None
    if what == "add":
        kind, whom, platform = rest
        target = Intake(Keychain((KEY_ID,), (REGISTRY_KEY,)), platform).target(kind, 600_000_000 + whom)
        surfaces = Surface.POST.bit if number % 2 else Surface.PHOTO.bit
        registry.add(Objection(target, f"r{number}", NOW, linked=True, surfaces=surfaces), recorded_at=NOW)
    elif what == "link":
        origins = read_reaching(registry).column("origin").to_pylist()
        account = INTAKE.target(IdentifierType.ACCOUNT, f"a{rest[1]}").pseudonym
        rows = [{"origin": origin, "pseudonym": account} for origin in origins[rest[0] :][:1]]
        record_reached(registry, REACHED.empty_table().from_pylist(rows, REACHED), "one", recorded_at=NOW)
    elif what in {"keep", "release"}:
        registry.withdraw(
            made, proof=PROOF, received_at=NOW, recorded_at=NOW + timedelta(seconds=number),
            releases_older=what == "release",
        )  # fmt: skip
    elif what == "refuse":
        registry.refuse(made, Impersonation.NOT_THE_PERSON, recorded_at=NOW)
    elif what == "confirm":
        registry.confirm(made, recorded_at=NOW)
    elif what == "redact":
        redact(registry, made, recorded_at=NOW)


def fields(snapshot):
    plain = {field.name: getattr(snapshot, field.name) for field in dataclasses.fields(snapshot)}
    return {**plain, "objections": snapshot.objections.to_pylist(), "erased": snapshot.erased.to_pylist()}


A1 = ("add", IdentifierType.EMAIL, 1, "one")
LOOK = ("look",)
HISTORIES = {
    "of two on one target one ends": [A1, LOOK, A1, LOOK, ("release", 0)],
    "the last on a target ends": [A1, LOOK, LOOK, LOOK, ("release", 0)],
    "it ends and keeps what is older": [A1, LOOK, ("keep", 0)],
    "what was older is released": [A1, ("keep", 0), LOOK, ("release", 0)],
    "it ends and is redacted": [A1, LOOK, ("release", 0), ("redact", 0)],
    "it comes and ends": [LOOK, A1, ("release", 1)],
    "an account that it reached ends with it": [A1, ("link", 0, 1), LOOK, ("refuse", 0)],
    "one of two platforms ends": [
        ("add", IdentifierType.ACCOUNT, 1, "two"),
        ("add", IdentifierType.ACCOUNT, 2, "one"),
        LOOK,
        ("release", 0),
    ],
    "the last of a platform ends": [("add", IdentifierType.ACCOUNT, 1, "two"), LOOK, ("release", 0)],
}


@pytest.mark.parametrize("steps", HISTORIES.values(), ids=HISTORIES)
def test_what_ends_in_between(registry, steps):
    check(registry, steps)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_it_is_the_snapshot_whatever_has_happened_since(new_url, steps):
    check(create_registry(new_url(), KEY_ID, LOG_SECRET), steps)


def check(registry, steps):
    earlier = [registry.snapshot()]
    for number, step in enumerate(steps):
        if step == ("look",):
            earlier.append(registry.later_snapshot(earlier[-1]))
            continue
        try:
            take(registry, number, step)
        except Exception as error:
            if not error.__class__.__module__.startswith("schemas"):
                raise
    whole = registry.snapshot()
    for before in earlier:
        found = registry.later_snapshot(before)
        assert fields(found) == fields(whole)
        assert snapshot_parquet(found.objections) == snapshot_parquet(whole.objections)


def test_of_what_stayed_nothing_is_read_again(registry, objection, monkeypatch):
    registry.add_all([objection(f"a{n}") for n in range(9)], recorded_at=NOW)
    before = registry.snapshot()
    registry.add(objection("a9"), recorded_at=NOW)
    registry.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    read, batches_of = [], later.batches_of

    def noted(*args):
        for batch in batches_of(*args):
            read.append(len(batch))
            yield batch

    monkeypatch.setattr(later, "batches_of", noted)
    assert len(registry.later_snapshot(before).objections) == 9
    assert sum(read) == 1


def test_more_endings_than_can_be_named_are_read_as_a_whole(registry, objection, monkeypatch):
    monkeypatch.setattr(later, "MANY", 2)
    registry.add_all([objection(f"a{n}") for n in range(5)], recorded_at=NOW)
    before = registry.snapshot()
    for n in range(3):
        registry.withdraw(f"request-a{n}", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert fields(registry.later_snapshot(before)) == fields(registry.snapshot())


def test_an_objection_that_is_missing_is_refused(registry, objection, unguarded):
    registry.add(objection("a0"), recorded_at=NOW)
    before = registry.snapshot()
    registry.add_all([objection("a1"), objection("a2")], recorded_at=NOW)
    unguarded("objection", "DELETE FROM objection WHERE event = 2")
    with pytest.raises(BadInput, match=r"(?s)2 objections from event 2 to 3.*removed"):
        registry.later_snapshot(before)


def test_another_past_is_refused(registry, objection):
    registry.add(objection("a0"), recorded_at=NOW)
    before = dataclasses.replace(registry.snapshot(), root="0" * 64)
    registry.add(objection("a1"), recorded_at=NOW)
    with pytest.raises(BadInput, match="as it was at event 1"):
        registry.later_snapshot(before)
    with pytest.raises(BadInput, match="with 2 events"):
        registry.later_snapshot(dataclasses.replace(before, event=3))


def test_whoever_comes_while_it_stands_still_is_recorded_right_after(url, registry, objection):
    came = []

    def comes():
        came.append(open_registry(url, LOG_SECRET).add(objection("a2"), recorded_at=NOW).event)

    door = Thread(target=comes)
    with registry.standstill():
        door.start()
        registry.add(objection("a1"), recorded_at=NOW)
        assert registry.head().event == registry.snapshot().event == 1
        registry.add(objection("a0"), recorded_at=NOW)
        assert registry.head().event == 2
        assert open_registry(url).head().event == 2  # on disk, for whoever reads
        assert came == []
    door.join()
    assert came == [3]
    assert registry.head().event == 3


def test_it_is_written_to_within_the_standstill_of_who_reads(url, registry, objection):
    reader = open_registry(url)
    with reader.standstill():
        to_write(reader, LOG_SECRET).add(objection("a1"), recorded_at=NOW)
        assert reader.head().event == 1
    assert registry.head().event == 1


def test_an_error_undoes_its_own_transaction_and_the_registry_still_stands(url, registry, objection):
    def fails(*_):
        raise RuntimeError

    with registry.standstill():
        registry.add(objection("a0"), recorded_at=NOW)
        with pytest.raises(RuntimeError):
            registry.add(objection("a1"), recorded_at=NOW, beside=fails)
        assert registry.head().event == 1
        registry.add(objection("a2"), recorded_at=NOW)
    assert open_registry(url).snapshot().objections.num_rows == registry.head().event == 2


@pytest.mark.sqlite_only
def test_it_waits_for_others_and_says_so(url, registry, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0)
    impatient = open_registry(url)
    with (
        registry.standstill(),
        pytest.raises(BadInput, match="another process writing to it"),
        impatient.standstill(),
    ):
        pass

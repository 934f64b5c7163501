"""What was published before a withdrawal stays out until it is released, split by split, and the verifier agrees."""

import pytest
from builds import Place, withdrawal
from screened import table_of

from builders import account, at, objection, record
from pipelines.corpus.chain import load_version, read_splits
from pipelines.corpus.objects import object_name
from pipelines.rules.columns import Rows

NAMES = ("ana", "ben", "eve", "kim")
WITHDRAWN = at("2024-03-01")
ROWS = [
    record(record_id=f"{name}-{when}", account_id=name, text=f"{name} {when}", created_at=created)
    for name in NAMES
    for when, created in (("before", at("2024-02-01")), ("after", at("2024-03-01")))
]


def people(**persons):
    return [account(account_id=name, person_id=persons.get(name)) for name in NAMES]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path, [objection(value="ana"), objection(value="kim")])
    place.write(people(), ROWS, row_group_rows=2, files=4)
    return place


def built(place, accounts=None):
    """The texts that a build keeps and how many splits it computed; its rebuild from nothing is the same."""
    if accounts is not None:
        place.write(accounts, ROWS, row_group_rows=2, files=4)
    place.build()
    version = load_version(place.store)
    assert list(place.verify()) == []
    again = Place(place.folder, place.objections, corpus=f"again{version.number}", policy=place.policy)
    again.build(from_scratch=True)
    assert load_version(again.store).content.to_canonical_json() == version.content.to_canonical_json()
    shards = {row["shard"] for row in read_splits(place.store, version).to_pylist()} - {None}
    tables = [table_of(place.store.read(object_name("data", shard, "parquet"))) for shard in shards]
    plan = place.plans[-1]
    return {text for table in tables for text in table.column("text").to_pylist()}, plan.splits - plan.reused


def texts(*names, ana=()):
    return {f"{name} {when}" for name in names for when in ("before", "after")} | {
        f"ana {when}" for when in ana
    }


def test_after_a_withdrawal_older_content_stays_out_until_it_is_released(place):
    others = texts("ben", "eve")
    assert built(place) == (others, 4)
    place.objections.append(withdrawal("ana", WITHDRAWN))
    assert built(place) == (others | {"ana after"}, 1)
    assert built(place) == (others | {"ana after"}, 0)
    place.objections.append(withdrawal("ana"))
    assert built(place) == (others | texts("ana"), 1)
    # Every version is what the registry was at its event.
    assert [list(place.verify(number)) for number in (1, 2, 3, 4)] == [[]] * 4


def test_a_microsecond_later_is_another_instant(place):
    place.objections.append(withdrawal("ana", at("2024-03-01T00:00:00.000001")))
    assert built(place) == (texts("ben", "eve"), 4)


def test_whoever_objects_anew_is_out_altogether(place):
    place.objections += [withdrawal("ana", WITHDRAWN), objection("handle", "@ana")]
    assert built(place, [account(account_id="ana", identifiers=[{"type": "handle", "value": "ana"}]), *people()[1:]]) == (
        texts("ben", "eve"), 4,
    )  # fmt: skip


def test_linked_accounts_keep_their_older_content_out_and_unlinking_frees_nobody(place):
    place.objections.append(withdrawal("ana", WITHDRAWN))
    expected = texts("eve") | {"ana after", "ben after"}
    assert built(place, people(ana="p", ben="p"))[0] == expected
    assert built(place, people())[0] == expected
    # It goes on reaching: who is linked later keeps out what is older than the withdrawal, too.
    assert built(place, people(ben="q", eve="q"))[0] == {"ana after", "ben after", "eve after"}
    place.objections.append(withdrawal("ana"))
    assert built(place, people())[0] == texts("ana", "ben", "eve")


def test_the_verifier_finds_older_content_that_is_let_through(place, monkeypatch):
    place.objections.append(withdrawal("ana", WITHDRAWN))
    monkeypatch.setattr(
        Rows, "clears", lambda rows, clear, row=slice(None): (clear.now & rows.surface_bit[row]) != 0
    )
    place.build()
    assert {(found.expected, found.found) for found in place.verify() if " row " in found.object} == {
        ("removed: objection", "kept")
    }


def test_the_verifier_finds_newer_content_that_is_held_back(place, monkeypatch):
    place.objections.append(withdrawal("ana", WITHDRAWN))
    monkeypatch.setattr(
        Rows,
        "clears",
        lambda rows, clear, row=slice(None): (clear.now & clear.older & rows.surface_bit[row]) != 0,
    )
    place.build()
    assert {found.found for found in place.verify() if " row " in found.object} == {"removed: objection"}

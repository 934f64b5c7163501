"""Linked persons: an objection keeps whom it has reached, reaches whoever is linked later, and ends for all at once."""

from collections import Counter
from operator import itemgetter

import pyarrow as pa
import pytest
from builds import Place
from hypothesis import given, settings
from hypothesis import strategies as st
from screened import table_of

from builders import PLATFORM, REGISTRY_KEY, account, accounts_table, objection, record, snapshot_of
from pipelines.corpus.chain import load_version, read_splits
from pipelines.corpus.objects import object_name
from pipelines.linking import FEW, newly_reached
from schemas.errors import BadInput, Refused
from schemas.policy import RegistryPolicy
from schemas.snapshots import REACHING

NAMES = ("ana", "ben", "eve", "kim")
ROWS = [
    record(record_id=f"{name}-{n}", account_id=name, text=f"{name} {n}") for name in NAMES for n in range(2)
]
MAIL = [{"type": "email", "value": "ana@example.org"}]


def people(**persons):
    """The accounts, by name the person of each; ``MAIL`` for one that carries the address."""
    return [
        account(
            account_id=name,
            person_id=None if persons.get(name) is MAIL else persons.get(name),
            identifiers=MAIL if persons.get(name) is MAIL else [],
        )
        for name in NAMES
    ]


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path, [objection(value="ana")])


def left(place, **persons):
    """Whose records a build of the accounts as they are linked now keeps; the verifier agrees."""
    place.write(people(**persons), ROWS, row_group_rows=2, files=2)
    place.build()
    version = load_version(place.store)
    assert list(place.verify()) == []
    again = Place(place.folder, place.objections, corpus=f"again{version.number}", policy=place.policy)
    before = list(place.objections)
    again.build(from_scratch=True)
    assert again.objections == before  # a build from nothing appends nothing
    assert load_version(again.store).content.to_canonical_json() == version.content.to_canonical_json()
    shards = {row["shard"] for row in read_splits(place.store, version).to_pylist()} - {None}
    tables = [table_of(place.store.read(object_name("data", shard, "parquet"))) for shard in sorted(shards)]
    return {text.split()[0] for table in tables for text in table.column("text").to_pylist()}


def test_unlinking_frees_nobody(place):
    assert left(place, ana="p", ben="p") == {"eve", "kim"}
    assert left(place) == {"eve", "kim"}


def test_a_newly_linked_account_inherits_through_an_earlier_one_too(place):
    assert left(place, ana="p", ben="p") == {"eve", "kim"}
    assert left(place, ben="q", eve="q") == {"kim"}
    assert left(place) == {"kim"}


def test_links_undone_before_the_first_build_are_unknowable(place):
    assert left(place) == {"ben", "eve", "kim"}


def test_who_carried_an_address_stays_excluded_when_another_carries_it(place):
    place.objections[:] = [objection("email", "ana@example.org")]
    assert left(place, ana=MAIL) == {"ben", "eve", "kim"}
    assert left(place, ben=MAIL) == {"eve", "kim"}


def test_withdrawing_the_objection_lifts_all_that_came_of_it(place):
    assert left(place, ana="p", ben="p") == {"eve", "kim"}
    place.objections += [{"withdraws": "ana"}, objection(value="kim")]
    assert left(place) == {"ana", "ben", "eve"}


def test_another_objection_on_a_linked_account_stays(place):
    place.objections.append(objection(value="ben"))
    assert left(place, ana="p", ben="p") == {"eve", "kim"}
    place.objections.append({"withdraws": "ana"})
    assert left(place) == {"eve", "kim"}  # that of ben has reached ana


def test_an_objection_to_this_account_alone_reaches_nobody(place):
    place.objections[:] = [objection(value="ana", linked=False)]
    assert left(place, ana="p", ben="p") == {"ben", "eve", "kim"}
    assert len(place.objections) == 1


def test_the_scope_is_that_of_the_objection(place):
    place.objections[:] = [objection(value="ana", surfaces=2), objection(value="kim")]
    assert left(place, ana="p", ben="p") == {"ana", "ben", "eve"}
    linked = [row for row in place.snapshot().objections.to_pylist() if row["surfaces"] == 2]
    assert len(linked) == 2
    assert {row["linked"] for row in linked} == {True}


def test_the_verifier_misses_an_account_that_was_not_recorded(place):
    place.record_reached = lambda *_: None
    place.write(people(ana="p", ben="p"), ROWS, row_group_rows=2, files=2)
    place.build()
    assert {finding.expected for finding in place.verify()} == {
        "a row of the snapshot for every account that an objection reaches"
    }


def test_a_source_that_the_gate_refuses_teaches_the_registry_nothing(place):
    place.write([*people(ana="p", ben="p"), *people(ana="p", ben="p")], ROWS)  # every account twice
    with pytest.raises(Refused):
        place.build()
    assert len(place.objections) == 1


def reaching(objections, recorded=()):
    """A REACHING table: of objections by number from 1, and of pairs of a number and an account it has reached."""
    named = [*enumerate(objections, 1), *((n, objection(value=value)) for n, value in recorded)]
    rows = [
        {"origin": n, **{name: row[name] for name in ("type", "pseudonym")}}
        for n, one in named
        for row in snapshot_of([one]).objections.to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=REACHING)


def reached(accounts, objections, recorded=(), policy=None):
    """Number and account of what is newly reached."""
    table = newly_reached(
        accounts_table(accounts).to_batches(), reaching(objections, recorded), PLATFORM, (REGISTRY_KEY,),
        policy or RegistryPolicy(),
    )  # fmt: skip
    named = {
        row["pseudonym"]: one["account_id"]
        for one in accounts
        for row in snapshot_of([objection(value=one["account_id"])]).objections.to_pylist()
    }
    return [(row["origin"], named[row["pseudonym"]]) for row in table.to_pylist()]


def oracle(accounts, objections, recorded):
    """The same, one step after the other."""
    found = set()
    for number, one in enumerate(objections, 1):
        held = {value for n, value in recorded if n == number}
        own = {one["value"]} if one["type"] == "account" else set()
        ids = {
            row["account_id"] for row in accounts
            if row["account_id"] in held | own
            or any((i["type"], i["value"]) == (one["type"], one["value"]) for i in row["identifiers"])
        }  # fmt: skip
        size = -1
        while size != len(ids):
            size = len(ids)
            persons = {row["person_id"] for row in accounts if row["account_id"] in ids} - {None}
            ids |= {row["account_id"] for row in accounts if row["person_id"] in persons}
        found |= {(number, name) for name in ids - held - own}
    return found


_ROW = st.builds(
    lambda name, person, mail: account(
        account_id=name, person_id=person, identifiers=[{"type": "email", "value": mail}] if mail else []
    ),
    st.sampled_from("abcdef"),
    st.sampled_from([None, "p", "q", "r"]),
    st.sampled_from([None, None, "x@e.org", "y@e.org"]),
)
_OBJECTION = st.sampled_from([("account", "a"), ("account", "b"), ("email", "x@e.org"), ("email", "y@e.org")])


@settings(max_examples=200)
@given(
    st.lists(_ROW, max_size=8),
    st.lists(_OBJECTION, max_size=3),
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from("abcdefg")), max_size=4),
)
def test_what_is_reached_agrees_with_the_oracle_and_is_reached_once(rows, targets, recorded):
    objections = [objection(*target) for target in targets]
    recorded = [pair for pair in recorded if pair[0] <= len(objections)]
    found = reached(rows, objections, recorded)
    assert Counter(found) == Counter(oracle(rows, objections, recorded))
    assert list(map(itemgetter(0), found)) == sorted(map(itemgetter(0), found))
    assert reached(rows, objections, [*recorded, *found]) == []


def crowd(number, person):
    return [account(account_id=f"a{n}", person_id=person) for n in range(number)]


def test_a_person_whom_everybody_shares_is_refused():
    with pytest.raises(BadInput, match="nothing was recorded") as caught:
        reached(crowd(FEW + 2, "p"), [objection(value="a0")])
    assert "found:    101" in str(caught.value)
    assert len(reached(crowd(FEW + 1, "p"), [objection(value="a0")])) == FEW


def test_the_share_is_the_policys_and_counts_once_for_each_objection():
    accounts = [*crowd(2 * FEW, "p"), *(account(account_id=f"b{n}") for n in range(9 * FEW))]
    objections = [objection(value="a0"), objection(value="a1")]
    for share, passes in ((0.36, False), (0.37, True)):
        policy = RegistryPolicy(max_newly_linked_share=share)
        if passes:
            assert len(reached(accounts, objections, policy=policy)) == 2 * (2 * FEW - 1)
        else:
            with pytest.raises(BadInput):
                reached(accounts, objections, policy=policy)


def test_one_account_for_each_address_is_no_sign_of_anything():
    accounts = [
        account(account_id=f"a{n}", identifiers=[{"type": "email", "value": f"{n}@e.org"}])
        for n in range(3 * FEW)
    ]
    assert len(reached(accounts, [objection("email", f"{n}@e.org") for n in range(3 * FEW)])) == 3 * FEW


def test_an_address_that_everybody_carries_is_refused():
    accounts = [
        account(account_id=f"a{n}", identifiers=[{"type": "email", "value": "none@e.org"}])
        for n in range(3 * FEW)
    ]
    with pytest.raises(BadInput):
        reached(accounts, [objection("email", "none@e.org")])

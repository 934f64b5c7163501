"""People whom a record names or shows: what the policy makes of them, and which splits they touch."""

import numpy as np
import pytest
from builds import Place
from screened import eligibility, screened, shard_of, verdicts

from builders import account, objection, record
from pipelines import matching
from pipelines.corpus.chain import load_version, read_splits
from schemas.policy import Policy
from schemas.release import RELEASE_COLUMNS
from schemas.third_party import MASKABLE, RoleActions
from schemas.vocabulary import ALL_ROLES, OTHER_ROLES, Role, surface_set

ANA, BEN = account(account_id="ana"), account(account_id="ben")
PEOPLE = [account(), ANA, BEN]
OBJECTION, UNKNOWN = "third_party_objection", "third_party_unknown"
WHO = {"objected": ("ana", OBJECTION), "unknown": ("nobody", UNKNOWN)}
OFFERED = {
    (who, role, action)
    for who in WHO
    for role in OTHER_ROLES
    for action in ("drop", "mask", "keep")
    if not (action == "mask" and role not in MASKABLE) and not (action == "keep" and who == "unknown")
}


def named(role, *accounts):
    return [{"role": role, "account": one} for one in accounts]


def test_the_policy_has_an_action_for_every_role_of_others():
    assert tuple(RoleActions.model_fields) == OTHER_ROLES


@pytest.mark.parametrize(("who", "role", "action"), sorted(OFFERED))
def test_what_the_policy_says_of_a_role_is_done(who, role, action):
    """And to that role alone: in every other, the same person is treated as before."""
    whom, reason = WHO[who]
    policy = Policy.model_validate({"third_party": {who: {role: action}}})
    rows = [record(others=named(other, whom)) for other in OTHER_ROLES]
    found = verdicts(screened(rows, PEOPLE, [objection(value="ana")], policy))
    dropped = {other for other in OTHER_ROLES if other != "mention"} - {role}
    dropped |= {role} if action == "drop" else set()
    assert {other for other, (first, _) in zip(OTHER_ROLES, found, strict=True) if first == reason} == dropped
    assert {first for first, _ in found} <= {reason, "kept"}


def test_people_who_have_not_objected_are_asked_nothing():
    rows = [record(others=named(role, "ben")) for role in OTHER_ROLES]
    assert verdicts(screened(rows, PEOPLE, [objection(value="ana")])) == [("kept", set())] * len(rows)


def test_what_nobody_can_be_told_by_is_dropped_by_the_mildest_policy():
    mild = {
        "objected": dict.fromkeys(OTHER_ROLES, "keep"),
        "unknown": dict.fromkeys(MASKABLE, "mask"),
    }
    entries = [
        None, *named(None, "ana"), *named("follows", "ana"), *named("author", "ana"), *named("mention", None),
        *named("reply_to", None),
    ]  # fmt: skip
    policy = Policy.model_validate({"third_party": mild})
    result = screened([record(others=[entry]) for entry in entries], PEOPLE, policy=policy)
    assert verdicts(result) == [(UNKNOWN, {UNKNOWN})] * len(entries)
    both = screened([record(others=[*named("mention", "ben"), entry]) for entry in entries], PEOPLE)
    assert {first for first, _ in verdicts(both)} == {UNKNOWN}


def test_a_mention_that_is_masked_shows_no_handle():
    rows = [record(text="thanks @ana_b!", others=named("mention", whom)) for whom in ("ana", "nobody")]
    result = screened(rows, PEOPLE, [objection(value="ana")])
    assert [row["text"] for row in shard_of(result)] == ["thanks ⟦handle⟧!"] * 2


def test_quoted_text_is_never_released():
    """Whatever the policy keeps: neither as a column nor in another one, nor in any byte of what is written."""
    canary = "zqxjkvbp"
    keeping = dict.fromkeys(OTHER_ROLES, "keep")
    policy = Policy.model_validate(
        {"third_party": {"objected": keeping}, "release": {"columns": [c.name for c in RELEASE_COLUMNS]}}
    )
    rows = [
        record(text=f"Line {n}", quoted_text=f"{canary} said {n}", others=named(role, "ana"))
        for n, role in enumerate(OTHER_ROLES)
    ]
    result = screened(
        [*rows, record(text=None, quoted_text=canary)], PEOPLE, [objection(value="ana")], policy
    )
    released = shard_of(result)
    assert sorted(row["text"] for row in released) == [f"Line {n}" for n in range(len(rows))]
    assert canary not in str(released)
    for written in (result.shard, result.ledger, result.footprint, result.result.to_canonical_json()):
        assert canary.encode() not in written
    assert [reason for reason, _ in verdicts(result)] == ["kept"] * len(rows) + ["no_own_content"]
    assert "quoted_text" not in {column.source for column in RELEASE_COLUMNS}


def bits(*labels):
    return sum(1 << Role[label.upper()] for label in labels)


POST, PHOTO = surface_set(["post"]), surface_set(["photo"])
CROSSED = {
    "tags on posts, quotes on photos": [(bits("tag"), POST), (bits("quote"), PHOTO)],
    "tags on photos, quotes on posts": [(bits("tag"), PHOTO), (bits("quote"), POST)],
    "both on both": [(bits("tag", "quote"), POST | PHOTO)],
    "tags on both": [(bits("tag"), POST | PHOTO)],
}


def scoped(scopes):
    return [objection(value="ana", roles=roles, surfaces=surfaces) for roles, surfaces in scopes]


def test_the_published_state_tells_scopes_apart_that_have_the_same_roles_and_surfaces():
    states = [str(eligibility(PEOPLE, scoped(scopes)).states.to_pylist()) for scopes in CROSSED.values()]
    assert len(set(states)) == len(CROSSED)


@pytest.mark.parametrize("scopes", CROSSED.values(), ids=CROSSED)
def test_objections_cover_each_of_their_roles_on_each_of_their_surfaces_and_no_more(scopes):
    pairs = [(role, surface) for role in ("tag", "quote") for surface in ("post", "photo")]
    rows = [record(others=named(role, "ana"), surface=surface) for role, surface in pairs]
    found = [reason == OBJECTION for reason, _ in verdicts(screened(rows, PEOPLE, scoped(scopes)))]
    assert found == [
        any(roles & bits(role) and surfaces & surface_set([surface]) for roles, surfaces in scopes)
        for role, surface in pairs
    ]


def test_the_verifier_finds_scopes_that_were_widened(tmp_path, monkeypatch):
    """An eligibility that forgets the roles of objections: more is removed than anybody asked for."""
    place = Place(tmp_path, [objection(value="ana", roles=bits("tag"))])
    place.write(PEOPLE, [record(record_id="r0", others=named("quote", "ana")), record(record_id="r1")])
    place.build()
    assert list(place.verify()) == []
    matching._scope.cache_clear()
    monkeypatch.setattr(matching, "_scope", lambda _roles, surfaces: np.full(7, surfaces, np.uint16))
    place.build(from_scratch=True)
    found = {finding.object.partition(" of subject")[0] for finding in place.verify()}
    assert {"eligibility", "split 0", "split 0 row 0"} <= found


LENIENT = Policy.model_validate({
    "third_party": {
        "objected": {"reply_to": "mask", "quote": "keep", "mention": "drop"},
        "unknown": {"reply_to": "mask", "mention": "drop"},
    }
})  # fmt: skip


@pytest.mark.parametrize("policy", [Policy(), LENIENT], ids=["default", "another"])
def test_the_verifier_follows_the_policy(tmp_path, policy):
    people = ("ana", "ben", "nobody", None)
    rows = [
        record(record_id=f"{surface}-{role}-{whom}", surface=surface, others=named(role, whom, "ben"))
        for surface in ("post", "photo", None)
        for role in (*OTHER_ROLES, None, "follows")
        for whom in people
    ]
    place = Place(tmp_path, scoped(CROSSED["tags on posts, quotes on photos"]), policy)
    place.write(PEOPLE, rows, row_group_rows=9)
    place.build()
    assert list(place.verify()) == []
    counts = load_version(place.store).content.counts
    assert min(counts.reasons[reason] for reason in (OBJECTION, UNKNOWN)) > 0
    assert sum(counts.outcomes.values()) == sum(counts.reasons.values()) == len(rows)


# Which splits somebody touches: of six, each by another author, two name `ana`, who writes nothing.
WRITERS = [account(account_id=f"a{n}") for n in range(6)]
ROWS = [record(record_id=f"r{n}", account_id=f"a{n // 4}", text=f"Line {n}") for n in range(24)]
ROWS[9]["others"] = named("tag", "ana")
ROWS[22]["others"] = named("mention", "ana")
ROWS[23]["others"] = named("depicted", "ben", "ana")
NAMING = [2, 5]


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path, [objection(value="a0")])
    place.write([ANA, BEN, *WRITERS], ROWS, row_group_rows=4, files=6)
    return place


def content(place, number=None):
    return load_version(place.store, number).content


def built_again(place):
    """Build a second version, and that from nothing: they are the same, byte for byte.

    Returns the splits whose key is another in version 2.
    """
    place.build()
    again = Place(place.folder, place.objections, corpus="again")
    again.build(from_scratch=True)
    assert content(place, 2).to_canonical_json() == content(again, 1).to_canonical_json()
    assert list(place.verify(2)) == []
    before, after = (
        read_splits(place.store, load_version(place.store, number)).column("split_key").to_pylist()
        for number in (1, 2)
    )
    return [n for n, keys in enumerate(zip(before, after, strict=True)) if keys[0] != keys[1]]


def test_a_late_objection_of_somebody_merely_named_touches_the_splits_that_name_them(place):
    place.build()
    place.objections.append(objection(value="ana"))
    assert built_again(place) == NAMING
    assert place.plans[-1].reused == 6 - len(NAMING)
    assert content(place, 2).counts.reasons[OBJECTION] == 2
    assert content(place, 2).counts.outcomes["kept"] == content(place, 1).counts.outcomes["kept"] - 2
    assert list(place.verify(1)) == []


def test_an_objection_in_another_role_touches_them_and_removes_nothing(place):
    place.build()
    place.objections.append(objection(value="ana", roles=ALL_ROLES & ~bits("tag", "depicted")))
    assert built_again(place) == NAMING
    assert place.plans[-1].reused == 6 - len(NAMING)
    assert content(place, 2).counts == content(place, 1).counts


def test_an_account_added_later_touches_the_splits_that_name_it(place):
    place.write([BEN, *WRITERS], ROWS, row_group_rows=4, files=6)
    place.build()
    assert content(place, 1).counts.reasons[UNKNOWN] == 2
    place.write([ANA, BEN, *WRITERS], ROWS, row_group_rows=4, files=6)
    assert built_again(place) == NAMING
    assert content(place, 2).counts.reasons[UNKNOWN] == 0


def test_an_account_edited_later_touches_the_splits_that_name_it(place):
    place.objections.append(objection("email", "ana@example.org"))
    place.build()
    known = account(account_id="ana", identifiers=[{"type": "email", "value": "Ana@example.org"}])
    place.write([known, BEN, *WRITERS], ROWS, row_group_rows=4, files=6)
    assert built_again(place) == NAMING
    assert content(place, 2).counts.reasons[OBJECTION] == 2

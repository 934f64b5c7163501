"""A faulty import is taken back by two actors, and takes nobody's own objection with it."""

import pytest
from registry.constants import NOW, PROOF

from optout_registry.actors import add_actor, list_actors, revoke_actor
from optout_registry.batches import list_batches
from optout_registry.bulk import import_file
from optout_registry.objections import State
from optout_registry.reversal import drop_reversal, reverse_batch
from schemas.errors import BadInput, ConfigurationError, Refused
from schemas.vocabulary import IdentifierType


@pytest.fixture
def ana(registry):
    return add_actor(registry, "ana")


@pytest.fixture
def ben(registry):
    return add_actor(registry, "ben")


@pytest.fixture
def load(tmp_path, registry, intake):
    """A function that imports these lines, and returns the report and the bad lines."""

    def run(*lines, columns="type,value"):
        path = tmp_path / "people.csv"
        path.write_text("\n".join([columns, *lines]) + "\n")
        bad = []
        return import_file(registry, path, intake, clock=lambda: NOW, on_bad=bad.append), bad

    return run


@pytest.fixture
def covered(registry, intake):
    """A function that says which of these accounts an objection names that holds."""

    def of(*values):
        held = set(registry.snapshot().objections.column("pseudonym").to_pylist())
        return {value for value in values if intake.target(IdentifierType.ACCOUNT, value).pseudonym in held}

    return of


def test_its_people_stay_excluded_until_a_second_actor_accepts(registry, load, covered, ana, ben):
    batch = load("account,a1", "account,a2")[0].batch
    proposed = reverse_batch(registry, batch, ana, recorded_at=NOW)
    assert (proposed.event, proposed.objections, proposed.proposed_by) == (None, 2, "ana")
    assert (covered("a1", "a2"), registry.head().event) == ({"a1", "a2"}, 2)
    accepted = reverse_batch(registry, batch, ben, recorded_at=NOW)
    assert (accepted.event, accepted.objections) == (3, 2)
    assert covered("a1", "a2") == set()
    assert registry.verify().findings == ()


def test_one_actor_alone_reverses_nothing(registry, load, covered, ana):
    batch = load("account,a1")[0].batch
    reverse_batch(registry, batch, ana, recorded_at=NOW)
    with pytest.raises(Refused, match="the same actor's"):
        reverse_batch(registry, batch, ana, recorded_at=NOW)
    assert (covered("a1"), registry.head().event) == ({"a1"}, 1)


def test_an_objection_of_the_same_person_from_elsewhere_holds(registry, objection, load, covered, ana, ben):
    registry.add(objection("a1"), recorded_at=NOW)
    load("account,a2")
    batch = load("account,a1", "account,a2", "account,a3")[0].batch
    registry.add(objection("a4"), recorded_at=NOW)
    for token in (ana, ben):
        reverse_batch(registry, batch, token, recorded_at=NOW)
    assert covered("a1", "a2", "a3", "a4") == {"a1", "a2", "a4"}


@pytest.mark.parametrize("again", ["by itself", "with another file"])
def test_a_request_that_came_again_another_way_holds(registry, objection, load, covered, ana, ben, again):
    columns = "type,value,request_id"
    batch = load("account,a1,r-1", "account,a2,r-2", columns=columns)[0].batch
    if again == "by itself":
        assert registry.add(objection("a1", "r-1"), recorded_at=NOW).state is State.KNOWN
    else:
        assert load("account,a1,r-1", columns=columns)[0].known == 1
    load("account,a1,r-1", "account,a2,r-2", columns=columns)  # the same file: not another way
    proposed = reverse_batch(registry, batch, ana, recorded_at=NOW)
    assert (proposed.objections, proposed.spared) == (1, 1)
    reverse_batch(registry, batch, ben, recorded_at=NOW)
    assert covered("a1", "a2") == {"a1"}


def test_a_request_that_stands_twice_in_one_file_came_one_way(registry, load, covered, ana, ben):
    report, _ = load("account,a1,r-1", "account,a1,r-1", columns="type,value,request_id")
    assert (report.added, report.known) == (1, 1)
    for token in (ana, ben):
        reverse_batch(registry, report.batch, token, recorded_at=NOW)
    assert covered("a1") == set()


def test_what_was_withdrawn_before_is_not_ended_again(registry, load, ana, ben):
    batch = load("account,a1,r-1", "account,a2,r-2", columns="type,value,request_id")[0].batch
    registry.withdraw("r-1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    assert reverse_batch(registry, batch, ana, recorded_at=NOW).objections == 1
    reverse_batch(registry, batch, ben, recorded_at=NOW)
    assert registry.verify().findings == ()


def test_a_batch_that_changed_since_its_proposal_is_looked_at_anew(registry, load, covered, ana, ben):
    batch = load("account,a1,r-1", "account,a2,r-2", columns="type,value,request_id")[0].batch
    reverse_batch(registry, batch, ana, recorded_at=NOW)
    registry.withdraw("r-1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    with pytest.raises(Refused, match="2 objections, as when"):
        reverse_batch(registry, batch, ben, recorded_at=NOW)
    drop_reversal(registry, batch, ben)
    assert reverse_batch(registry, batch, ben, recorded_at=NOW).event is None
    assert covered("a2") == {"a2"}
    assert reverse_batch(registry, batch, ana, recorded_at=NOW).objections == 1


def test_the_same_file_is_refused_once_it_was_reversed(registry, load, ana, ben):
    batch = load("account,a1")[0].batch
    for token in (ana, ben):
        reverse_batch(registry, batch, token, recorded_at=NOW)
    head = registry.head().event
    with pytest.raises(BadInput, match="took back"):
        load("account,a1")
    assert registry.head().event == head


def test_a_corrected_file_needs_new_request_ids_and_says_so(registry, objection, load, covered, ana, ben):
    columns = "type,value,request_id"
    batch = load("account,a1,r-1", "account,wrong,r-2", columns=columns)[0].batch
    for token in (ana, ben):
        reverse_batch(registry, batch, token, recorded_at=NOW)
    report, bad = load("account,a1,r-1", "account,a2,r-3", columns=columns)
    assert (report.added, report.bad) == (1, 1)
    assert [(line.line, line.field) for line in bad] == [(2, "request_id")]
    with pytest.raises(BadInput, match="has ended since"):
        registry.add(objection("a1", "r-1"), recorded_at=NOW)
    assert covered("a1", "a2", "wrong") == {"a2"}


def test_a_token_opens_nothing_once_it_is_revoked(registry, load, ana, ben):
    batch = load("account,a1")[0].batch
    revoke_actor(registry, "ben")
    for token, found in [(ben, "revoked"), ("optout-actor-guess", "nobody's"), ("\udc80", "nobody's")]:
        with pytest.raises(Refused, match=found):
            reverse_batch(registry, batch, token, recorded_at=NOW)
    assert [(actor.name, actor.revoked) for actor in list_actors(registry)] == [("ana", False), ("ben", True)]
    with pytest.raises(BadInput, match="none of that name"):
        revoke_actor(registry, "ben")
    del ana


@pytest.mark.parametrize("name", ["", "Ana", "a b", "ana@example.org", "a" * 65, "ana\n"])
def test_an_actor_has_a_name_that_may_stand_in_the_log(registry, name):
    with pytest.raises(ConfigurationError, match="small letters"):
        add_actor(registry, name)


def test_a_name_is_one_person_s_for_good(registry, ana):
    revoke_actor(registry, "ana")
    with pytest.raises(ConfigurationError, match="taken"):
        add_actor(registry, "ana")
    del ana


def test_the_registry_keeps_no_token(sql, ana):
    (row,) = sql("SELECT * FROM actor")
    assert ana.encode() not in b"".join(cell for cell in row if isinstance(cell, bytes))
    assert ana not in row


def test_a_batch_that_does_not_exist_is_named_as_such(registry, ana):
    with pytest.raises(BadInput, match="batch"):
        reverse_batch(registry, "none", ana, recorded_at=NOW)
    with pytest.raises(BadInput, match="was proposed"):
        drop_reversal(registry, "none", ana)


def test_batches_are_listed_with_what_holds_of_them(registry, objection, load, ana, ben):
    assert list_batches(registry) == []
    registry.add(objection("alone"), recorded_at=NOW)
    first = load("account,a1", "account,a2")[0].batch
    second = load("account,b1")[0].batch
    reverse_batch(registry, first, ana, recorded_at=NOW)
    reverse_batch(registry, second, ana, recorded_at=NOW)
    reverse_batch(registry, second, ben, recorded_at=NOW)
    rows = [(one.batch, one.first_event, one.objections, one.hold, one.reversal_proposed_by)
            for one in list_batches(registry)]  # fmt: skip
    assert rows == [(first, 2, 2, 2, "ana"), (second, 4, 1, 0, None)]
    assert list_batches(registry)[0].recorded_at == NOW


def test_two_people_at_the_command_line(optout, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("type,value\nemail,wrong@example.org\n")
    assert optout("registry", "import", str(people)).code == 0
    for name in ("ana", "ben"):
        assert optout("actor", "add", name, "--out", str(tmp_path / name)).code == 0
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    batch = optout("registry", "batches", "--json").out.split('"batch": "')[1][:32]
    proposed = optout("registry", "reverse", batch, "--token", str(tmp_path / "ana"))
    assert (proposed.code, proposed.out) == (0, f"batch {batch}: reversal proposed by ana, 1 objection\n")
    assert "another actor must accept" in proposed.err
    same = optout("registry", "reverse", batch, "--token", str(tmp_path / "ana"))
    assert (same.code, same.out) == (1, "")
    token = (tmp_path / "ben").read_bytes()
    assert token.strip().decode() not in same.err + proposed.err
    accepted = optout("registry", "reverse", batch, "--token", "-", stdin=token)
    assert (accepted.code, accepted.out) == (0, f"event 2  batch {batch} reversed, 1 objection lifted\n")
    assert optout("registry", "verify").code == 0
    listed = optout("actor", "list", "--json").out
    assert '"ana"' in listed
    assert token.strip().decode() not in listed


def test_a_token_is_not_lost_where_it_cannot_be_written(optout, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("kept")
    assert optout("actor", "add", "ana", "--out", str(taken)).code == 2
    assert taken.read_text() == "kept"
    assert optout("actor", "list").out == "no actor was entered\n"
    assert optout("actor", "add", "Not A Name", "--out", str(tmp_path / "new")).code == 2
    assert not (tmp_path / "new").exists()
    assert optout("registry", "reverse", "b", "--token", str(tmp_path / "new")).code == 2

"""Law 6: what comes while a version is built is in it, and a door that never rests does not stop it."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Event, Thread

import pytest
from builds import Place, run_splits, withdrawal
from registry.constants import LOG_SECRET, NOW, PROOF

from builders import AS_OF, PLATFORM, account, objection, record
from optout_registry.inherited import read_reaching, record_reached
from optout_registry.intake import Intake
from optout_registry.objections import Objection
from optout_registry.opening import create_registry, open_registry
from pipelines.build import build
from pipelines.corpus.chain import load_version
from schemas.errors import LateObjections
from schemas.pseudonyms import Keychain
from schemas.snapshots import Links
from schemas.vocabulary import IdentifierType

ACCOUNTS = [account(account_id=f"a{n}") for n in range(12)]
RECORDS = [record(record_id=f"r{n}", account_id=f"a{n // 4}", text=f"Line {n}") for n in range(48)]
"""Four records of each author, each in a split of its own."""
STAGES = ("planned", "split", "screened", "prepared")
"""After the snapshot; after each split; when all are written; after the gates, before the registry stands still."""


class Busy(Place):
    """A place whose door somebody may come to at any stage of a build; whoever comes while it stands still waits."""

    def __post_init__(self):
        super().__post_init__()
        self.comes = lambda _: []  # who comes then: events
        self.takes = lambda _: 0  # seconds by the clock
        self.round, self.read = 0, []
        self.stands, self.waiting, self.seconds = False, [], 0

    def at(self, stage):
        """Somebody may come, and time passes."""
        (self.waiting if self.stands else self.objections).extend(self.comes(stage))
        self.seconds += self.takes(stage)

    @contextmanager
    def standstill(self):
        self.at("prepared")
        self.stands = True
        try:
            yield
        finally:
            self.stands = False
            self.objections += self.waiting
            self.waiting.clear()

    def job(self, corpus, plan_id, splits):
        def noted(planned):
            for split in planned:
                self.read[-1].append(int(split.split.path[-10:-8]))
                yield split
                self.at("split")

        run_splits(corpus, plan_id, splits, order=noted)
        self.at("screened")

    def planned(self, _id, plan):
        self.plans.append(plan)
        self.round += 1
        self.read.append([])
        self.at("planned")

    def build(self, **options):
        steps = self.steps(self.job)
        finishing = replace(
            steps.finishing,
            standstill=self.standstill,
            now=lambda: AS_OF + timedelta(days=1, seconds=self.seconds),
        )
        return build(self.inputs(**options), replace(steps, planned=self.planned, finishing=finishing))

    def content(self):
        return load_version(self.store).content


@pytest.fixture
def place(tmp_path):
    place = Busy(tmp_path, [objection(value="a11")])
    place.write(ACCOUNTS, RECORDS, row_group_rows=4, files=12)
    return place


def check_like_anew(place):
    """It is the only version, as one from nothing, and holds every object that one holds."""
    again = Place(place.folder, place.objections[: place.content().snapshot.event], corpus="again")
    again.build()
    assert place.content() == load_version(again.store).content
    assert load_version(place.store).number == 1
    expected = objects(again)
    assert len(expected) > len(RECORDS) // 4
    assert expected.items() <= objects(place).items()


def objects(place):
    """Bytes of every object by its name."""
    names = [entry.name for zone in ("data", "lineage") for entry in place.store.list(zone)]
    return {name: place.store.read(name) for name in names}


def once(*events, at, in_round=1):
    """They come at one stage of one round, one after the other."""
    coming = iter(events)
    return lambda place: (
        lambda stage: (
            [event] if (stage, place.round) == (at, in_round) and (event := next(coming, None)) else []
        )
    )


@pytest.mark.parametrize("stage", STAGES)
def test_who_comes_at_any_stage_is_not_in_the_version(place, stage):
    place.comes = once(objection(value="a3"), at=stage)(place)
    place.build()
    assert place.content().snapshot.event == 2
    assert place.content().counts.reasons["objection"] == 8
    assert place.read == [[*range(12)], [3]]
    assert load_version(place.store).envelope.runner.splits_computed == 12
    check_like_anew(place)


def test_who_comes_and_is_not_in_the_source_makes_no_split_be_read(place):
    place.comes = once(objection(value="nobody here"), at="prepared")(place)
    place.build()
    assert place.read == [[*range(12)], []]
    check_like_anew(place)


def test_a_reissue_redoes_what_came_while_it_was_built(place):
    place.build()
    place.objections.append(objection(value="a5"))
    place.comes = once(objection(value="a6"), at="split", in_round=2)(place)
    place.build()
    assert place.read == [[*range(12)], [5], [6]]
    runner = load_version(place.store).envelope.runner
    assert (runner.splits_computed, runner.splits_reused) == (2, 10)
    assert list(place.verify()) == []


def stream():
    """Somebody comes at every stage, as often as there is one."""
    numbers = count()
    return lambda _: [objection(value=f"a{number}" if number < 6 else f"b{number}")
                          for number in [next(numbers)]]  # fmt: skip


def test_a_stream_that_never_rests_is_published_from_a_standstill(place):
    place.comes = stream()
    place.build()
    assert place.round == 2
    version = place.content()
    assert version.snapshot.event > 6 + 1
    assert version.counts.reasons["objection"] == 4 * 7
    assert place.plans[-1].snapshot.event == version.snapshot.event
    assert (
        len(place.objections) > version.snapshot.event
    )  # those who waited came right after, and to the next
    check_like_anew(place)
    assert list(place.verify()) == []


def slowly():
    """Every round takes longer than the registry may stand still."""
    return lambda stage: 21 if stage == "planned" else 0


def test_rounds_that_are_not_short_go_on_as_long_as_somebody_comes(place):
    place.takes = slowly()
    steps = [once(objection(value=f"a{n}"), at="prepared", in_round=n)(place) for n in range(1, 8)]
    place.comes = lambda stage: [event for step in steps for event in step(stage)]
    place.build()
    assert place.read == [[*range(12)], *([n] for n in range(1, 8))]
    assert place.content().snapshot.event == 8
    check_like_anew(place)


def test_after_so_many_rounds_it_says_what_to_do(place):
    place.takes = slowly()
    numbers = count()
    place.comes = lambda stage: [objection(value=f"b{next(numbers)}")] * (stage == "prepared")
    with pytest.raises(LateObjections, match="when less comes in") as caught:
        place.build()
    assert "10 rounds" in caught.value.found
    assert "took 21 seconds" in caught.value.found
    assert place.round == 10
    assert list(place.store.list("versions")) == list(place.store.list("staging/plans")) == []
    place.comes = lambda _: []
    done = len(list(place.store.list("staging/results")))
    place.build()
    assert len(place.store.read("versions/00000001.json")) > 0
    assert done == 12
    check_like_anew(place)


def test_the_registry_is_let_go_where_a_round_is_more_than_the_one_before(place):
    """Nearly everybody objects while a small round is made: the next is not made while people wait at the door."""
    everybody = [objection(value=f"a{n}") for n in range(1, 11)]
    one, all_of_them = (
        once(objection(value="b"), at="prepared")(place),
        lambda stage: everybody * ((stage, place.round) == ("prepared", 2)),
    )
    place.comes = lambda stage: [*one(stage), *all_of_them(stage)]
    stood = []
    place.takes = lambda stage: (
        stood.append((place.round, stage, place.stands)) or 21 * (place.round == 1 and stage == "planned")
    )
    place.build()
    assert place.read == [[*range(12)], [], [*range(1, 11)]]
    assert {stands for number, stage, stands in stood if (number, stage) == (3, "split")} == {False}
    assert place.content().counts.outcomes["kept"] == 4


def test_the_registry_is_let_go_where_a_round_takes_long(place):
    late, last = (
        once(objection(value="a1"), at="screened", in_round=1)(place),
        once(objection(value="a2"), at="prepared", in_round=2)(place),
    )
    place.takes = lambda stage: 41 * ((stage, place.round) == ("split", 2))
    place.comes = lambda stage: [*late(stage), *last(stage)]
    place.build()
    assert place.read == [[*range(12)], [1], [2]]
    check_like_anew(place)


@pytest.mark.parametrize("until", [None, AS_OF])
def test_a_withdrawal_that_comes_in_between_releases_what_it_releases(place, until):
    place.objections += [objection(value="a2"), objection(value="a3")]
    place.comes = once(withdrawal("a2", until), at="screened")(place)
    place.build()
    assert place.content().counts.reasons["objection"] == (8 if until is None else 12)
    assert place.read[1] == [2]
    check_like_anew(place)


def test_who_comes_and_takes_it_back_between_two_rounds_has_never_been_there(place):
    place.takes = slowly()
    first = once(objection(value="a2"), at="prepared", in_round=1)(place)
    second = once(withdrawal("a2"), at="prepared", in_round=2)(place)
    place.comes = lambda stage: [*first(stage), *second(stage)]
    place.build()
    assert place.read == [[*range(12)], [2], [2]]
    assert place.content().counts.reasons["objection"] == 4
    check_like_anew(place)


def test_whom_an_objection_reaches_is_recorded_in_the_round_that_takes_it_in(place):
    place.write(
        [{**row, "person_id": "one"} if row["account_id"] in {"a4", "a5"} else row for row in ACCOUNTS],
        RECORDS, row_group_rows=4, files=12,
    )  # fmt: skip
    place.comes = once(objection(value="a4"), at="prepared")(place)
    place.build()
    assert [given["origin"] for given in place.objections if "origin" in given] == [2]
    assert place.content().snapshot.event == 3
    assert place.read == [[*range(12)], [4, 5]]
    check_like_anew(place)
    assert list(place.verify()) == []


def test_a_record_that_is_taken_down_meanwhile_is_out(place):
    place.comes = once(objection("record", "r9"), at="screened")(place)
    place.build()
    assert place.content().counts.reasons["takedown"] == 1
    check_like_anew(place)


class Live(Place):
    """A place with a real registry."""

    def __post_init__(self):
        super().__post_init__()
        key = self.keys["registry"]
        self.url = f"sqlite:///{self.folder}/registry.db"
        self.door = create_registry(self.url, key.id, LOG_SECRET)
        self.intake = Intake(Keychain((key.id,), (key.secret,)), PLATFORM)
        self.held = open_registry(self.url, LOG_SECRET)

    def objects(self, who, request):
        target = self.intake.target(IdentifierType.ACCOUNT, who)
        return self.door.add(Objection(target, request, NOW), recorded_at=NOW)

    def snapshot(self, event=None):
        return self.held.snapshot(event)

    def head(self):
        return self.held.head()

    def inputs(self, **options):
        def record(reached, platform):
            record_reached(self.held, reached, platform, recorded_at=NOW)

        links = Links(read=lambda since: read_reaching(self.held, since), record=record)
        return replace(super().inputs(**options), links=links, later=self.held.later_snapshot)

    def steps(self, job=run_splits):
        steps = super().steps(job)
        return replace(steps, finishing=replace(steps.finishing, standstill=self.held.standstill))


@pytest.fixture
def live(tmp_path):
    place = Live(tmp_path, [])
    place.recorded_at = NOW
    place.write(ACCOUNTS, RECORDS, row_group_rows=4, files=12)
    place.objects("a11", "first")
    return place


def quiet(place):
    """The registry's constants are of another day than the tests of builds."""
    registry = {"registry": {"max_quiet_days": None}}
    place.policy = place.policy.model_validate(registry)
    return place


def test_a_real_door_through_which_people_come_without_a_pause(live):
    """Many times faster than one in a tenth of a second."""
    place, ended, came = quiet(live), Event(), []

    def door():
        for number in count():
            if ended.is_set():
                return
            came.append(place.objects(f"a{number % 6}" if number % 5 else f"b{number}", f"r{number}").event)

    crowd = Thread(target=door)

    def job(*args):
        run_splits(*args)
        if not came:
            crowd.start()
            while len(came) < 3:  # people are coming
                pass

    try:
        place.build(job)
    finally:
        ended.set()
        crowd.join()
    snapshot = load_version(place.store).content.snapshot
    assert 3 < snapshot.event <= place.head().event
    assert len(place.plans) <= 3
    assert load_version(place.store).content.counts.reasons["objection"] >= 4 * 2
    assert list(place.verify()) == []
    assert place.snapshot(snapshot.event).root == snapshot.root


def test_of_two_requests_for_one_account_the_other_still_holds(live):
    place = quiet(live)
    place.objects("a2", "one")
    place.objects("a2", "two")

    def job(*args):
        run_splits(*args)
        if len(place.plans) == 1:
            place.door.withdraw("one", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)

    place.build(job)
    assert load_version(place.store).content.snapshot.event == 4
    assert load_version(place.store).content.counts.reasons["objection"] == 8
    assert list(place.verify()) == []

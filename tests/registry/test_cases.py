"""A request as a case: every one has a status, every status its day, and what is sealed stays sealed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from registry.constants import NOW, PROOF

from optout_registry.cases.batches import answer_batch
from optout_registry.cases.calendar import Calendar
from optout_registry.cases.case_file import AnswerKind, ExtensionReason, answer, extend
from optout_registry.cases.due import due
from optout_registry.objections import Impersonation
from optout_registry.redaction import redact
from schemas.errors import BadInput, ConfigurationError, Refused

TODAY = date(2026, 6, 1)
RECEIVED = datetime(2026, 5, 5, 12, tzinfo=UTC)


@pytest.fixture
def answered(registry, calendar):
    """A function that records that a request was answered."""

    def record(request_id, kind=AnswerKind.DONE, *, on=TODAY, at=NOW):
        return answer(registry, request_id, kind, answered_on=on, recorded_at=at, calendar=calendar)

    return record


@pytest.fixture
def extended(registry, calendar):
    """A function that extends the time of a request."""

    def record(request_id, *, told_on=TODAY, at=NOW):
        return extend(
            registry,
            request_id,
            ExtensionReason.COMPLEXITY,
            told_on=told_on,
            recorded_at=at,
            calendar=calendar,
        )

    return record


@pytest.fixture
def one_of_each(registry, objection, answered, extended):
    """Requests that end up in every status there is, each named after it."""
    names = (
        "open",
        "refused",
        "extended",
        "answered",
        "told",
        "closed",
        "answered-then-withdrawn",
        "redacted",
    )
    for name in names:
        registry.add(objection(name, name, received_at=RECEIVED), recorded_at=NOW)
    registry.refuse("refused", Impersonation.NOT_THE_PERSON, recorded_at=NOW)
    registry.refuse("told", Impersonation.NO_AUTHORITY, recorded_at=NOW)
    extended("extended")
    answered("answered")
    answered("told", AnswerKind.REFUSED)
    answered("answered-then-withdrawn")
    for name in ("closed", "answered-then-withdrawn", "redacted"):
        registry.withdraw(name, proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    redact(registry, "redacted", recorded_at=NOW)
    return registry


def test_every_request_has_one_status_and_they_add_up(one_of_each, calendar):
    found = due(one_of_each, calendar, TODAY)
    assert found.counts == {"open": 2, "extended": 1, "answered": 3, "closed": 1, "redacted": 1}
    assert sum(found.counts.values()) == found.received == one_of_each.status().received == 8


def test_those_that_wait_stand_in_the_order_of_their_last_day(one_of_each, calendar):
    found = due(one_of_each, calendar, date(2026, 6, 8))
    assert [(one.request_id, one.last_day.isoformat(), one.days_left) for one in found.waiting] == [
        ("open", "2026-06-05", -3),
        ("refused", "2026-06-05", -3),
        ("extended", "2026-08-05", 58),
    ]
    assert found.overdue == 2
    assert {one.received_on for one in found.waiting} == {date(2026, 5, 5)}


def test_the_most_urgent_are_listed_and_all_are_counted(one_of_each, calendar):
    every, first = (due(one_of_each, calendar, date(2026, 6, 8), most=most) for most in (None, 2))
    assert first.waiting == every.waiting[:2]
    assert first.model_copy(update={"waiting": every.waiting}) == every
    assert (first.overdue, first.waiting_in_all) == (2, 3)


def test_a_last_day_is_a_working_day_of_the_officers_country(registry, objection):
    # 30 April gives 30 May 2026, a Saturday; 1 June is a bank holiday in Ireland.
    registry.add(objection(received_at=datetime(2026, 4, 30, 12, tzinfo=UTC)), recorded_at=NOW)
    days = {
        country: due(registry, Calendar(ZoneInfo("UTC"), country), TODAY).waiting[0].last_day.isoformat()
        for country in (None, "IE")
    }
    assert days == {None: "2026-06-01", "IE": "2026-06-02"}


def test_the_day_of_receipt_is_that_of_the_officers_zone(registry, objection):
    registry.add(objection(received_at=datetime(2026, 5, 4, 23, 30, tzinfo=UTC)), recorded_at=NOW)
    days = {
        zone: due(registry, Calendar(ZoneInfo(zone), None), TODAY).waiting[0].received_on.isoformat()
        for zone in ("UTC", "Europe/Dublin", "Atlantic/Azores")
    }
    assert days == {"UTC": "2026-05-04", "Europe/Dublin": "2026-05-05", "Atlantic/Azores": "2026-05-04"}


def test_time_runs_from_the_claimed_receipt_and_not_from_recording(registry, objection, calendar):
    registry.add(objection(received_at=RECEIVED), recorded_at=NOW + timedelta(days=40))
    assert due(registry, calendar, TODAY).waiting[0].last_day == date(2026, 6, 5)


def test_a_country_without_known_holidays_is_refused(registry, objection):
    registry.add(objection(), recorded_at=NOW)
    with pytest.raises(ConfigurationError, match="country of the privacy officer"):
        due(registry, Calendar(ZoneInfo("UTC"), "XX"), TODAY)


def test_an_answer_says_whether_it_was_in_time(registry, objection, answered):
    registry.add(objection("a1", received_at=RECEIVED), recorded_at=NOW)
    assert answered("request-a1", on=date(2026, 5, 5)) == date(2026, 6, 5)


def test_an_extension_gives_two_further_months(registry, objection, extended, answered):
    registry.add(objection("a1", received_at=RECEIVED), recorded_at=NOW)
    assert extended("request-a1", told_on=TODAY) == date(2026, 8, 5)
    assert answered("request-a1") == date(2026, 8, 5)


def test_told_on_the_last_day_is_in_time_and_a_day_later_is_not(registry, objection, extended):
    later = NOW + timedelta(days=30)
    for name in ("a1", "a2"):
        registry.add(objection(name, received_at=RECEIVED), recorded_at=NOW)
    with pytest.raises(Refused, match=r"(?s)told by 2026-06-05.*told on 2026-06-06"):
        extended("request-a1", told_on=date(2026, 6, 6), at=later)
    assert extended("request-a2", told_on=date(2026, 6, 5), at=later) == date(2026, 8, 5)


_DAYS = {"before receipt": date(2026, 5, 4), "to come": date(2026, 6, 2)}


@pytest.mark.parametrize("day", _DAYS.values(), ids=_DAYS)
def test_a_day_on_which_nothing_can_have_been_told_is_refused(
    registry, objection, extended, answered, calendar, day
):
    registry.add(objection("a1", received_at=RECEIVED), recorded_at=NOW)
    with pytest.raises(ConfigurationError, match="--told-on"):
        extended("request-a1", told_on=day)
    with pytest.raises(ConfigurationError, match="--answered-on"):
        answered("request-a1", on=day)
    assert due(registry, calendar, TODAY).counts["open"] == 1


@pytest.mark.parametrize(
    "name", ["extended", "answered", "told", "closed", "answered-then-withdrawn", "redacted"]
)
def test_only_what_is_open_is_extended(one_of_each, extended, name):
    del one_of_each
    with pytest.raises(Refused):
        extended(name)


@pytest.mark.parametrize("name", ["answered", "told", "closed", "answered-then-withdrawn", "redacted"])
def test_only_what_waits_is_answered(one_of_each, answered, name):
    del one_of_each
    with pytest.raises(Refused):
        answered(name)


def test_an_answer_says_what_happened(one_of_each, answered):
    del one_of_each
    for name, wrong in (("open", AnswerKind.REFUSED), ("refused", AnswerKind.DONE)):
        with pytest.raises(Refused, match="refused"):
            answered(name, wrong)
    answered("open")
    answered("refused", AnswerKind.REFUSED)


def test_a_request_that_nobody_made_is_one_error(answered, extended):
    for call in (answered, extended):
        with pytest.raises(BadInput, match="an id it does not know"):
            call("nobody")


def test_an_import_is_answered_at_once_but_for_what_waits_for_something_else(
    registry, objection, calendar, answered, extended
):
    registry.add_all(
        [objection(f"a{n}", received_at=RECEIVED) for n in range(6)], recorded_at=NOW, batch="b1"
    )
    registry.add(objection("other", received_at=RECEIVED), recorded_at=NOW)
    answered("request-a0", on=date(2026, 5, 7))
    extended("request-a1")
    registry.refuse("request-a2", Impersonation.NOT_THE_PERSON, recorded_at=NOW)
    registry.withdraw("request-a3", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)

    def again():
        return answer_batch(registry, "b1", answered_on=TODAY, recorded_at=NOW, calendar=calendar)

    assert (again(), again()) == (3, 0)
    found = due(registry, calendar, TODAY)
    assert found.counts == {"open": 2, "extended": 0, "answered": 4, "closed": 1, "redacted": 0}
    assert [one.request_id for one in found.waiting] == ["request-a2", "request-other"]


def test_an_import_that_nobody_made_and_a_day_to_come_are_refused(registry, objection, calendar):
    registry.add_all([objection("a1")], recorded_at=NOW, batch="b1")
    with pytest.raises(BadInput, match="the name of an import"):
        answer_batch(registry, "b2", answered_on=TODAY, recorded_at=NOW, calendar=calendar)
    with pytest.raises(ConfigurationError, match="a day not to come"):
        answer_batch(registry, "b1", answered_on=date(2026, 6, 2), recorded_at=NOW, calendar=calendar)


def test_a_request_ends_up_answered_though_nothing_was_known_of_the_person(
    registry, objection, answered, calendar
):
    """Requests of before there were case files have none, and wait like any other."""
    registry.add(objection("a1"), recorded_at=NOW)
    assert due(registry, calendar, TODAY).counts["open"] == 1
    answered("request-a1")
    assert due(registry, calendar, TODAY).counts["answered"] == 1

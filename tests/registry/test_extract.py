"""The extract: all that is held about a person, provably, and nothing about anybody else."""

import json
from datetime import UTC, date, datetime

import pytest
from registry.constants import KEY_ID, NOW, PROOF

from builders import PLATFORM, REGISTRY_KEY
from optout_registry import held
from optout_registry.cases.case_file import AnswerKind, ExtensionReason, answer, extend
from optout_registry.cases.contact import Contact, Direction, add_message, set_contact
from optout_registry.events import read_body
from optout_registry.extract import Extract, check_extract, export, requests_on
from optout_registry.history import history
from optout_registry.intake import Intake
from optout_registry.objections import Basis, Impersonation
from optout_registry.plain_words import in_words
from optout_registry.redaction import redact
from optout_registry.transparency.notes import Signer, parse_verifier
from schemas.errors import BadInput, ConfigurationError, OptoutError, Refused
from schemas.pseudonyms import Keychain
from schemas.vocabulary import Surface

RECEIVED = datetime(2026, 5, 5, 12, tzinfo=UTC)


_RECEIVED = (
    "An objection was received by a guardian against the use of what is connected with an identifier of type"
    " account. It covers: post, photo; author; for every purpose; not linked accounts."
)
_WITHDRAWN = (
    "The objection was withdrawn; they were logged in to the account, or read mail at the address."
    " What was published before may be used again."
)


@pytest.fixture
def filled(registry, objection, case_key, calendar):
    """Two people, one with two requests, and all that can happen to one."""
    registry.add(
        objection("ana", "first", received_at=RECEIVED, surfaces=Surface.POST.bit | Surface.PHOTO.bit, roles=1,
                  basis=Basis.GUARDIAN, linked=False),
        recorded_at=NOW,
    )  # fmt: skip
    registry.add(objection("bob", "stranger"), recorded_at=NOW)
    registry.add(objection("ana", "second"), recorded_at=NOW)
    for name in ("first", "stranger"):
        registry.confirm(name, recorded_at=NOW)
        set_contact(registry, name, Contact(address=f"{name}@example.org", language="fr"), case_key)
        add_message(registry, name, Direction.FROM_PERSON, f"I am {name}.", recorded_at=NOW, key=case_key)
    extend(
        registry,
        "first",
        ExtensionReason.COMPLEXITY,
        told_on=date(2026, 5, 20),
        recorded_at=NOW,
        calendar=calendar,
    )
    answer(
        registry, "first", AnswerKind.DONE, answered_on=date(2026, 6, 1), recorded_at=NOW, calendar=calendar
    )
    registry.withdraw("first", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    return registry


@pytest.fixture
def exported(filled, case_key, calendar):
    def take(*request_ids):
        return export(filled, request_ids, case_key, calendar, recorded_at=NOW)

    return take


def test_it_says_all_that_is_held(exported):
    (request,) = exported("first").requests
    assert [(event.number, event.in_words) for event in request.events] == [
        (1, _RECEIVED),
        (4, "Whoever made the request has shown who they are."),
        (6, _WITHDRAWN),
        (7, "An extract of what is held was given to the person."),
    ]
    assert request.contact == Contact(address="first@example.org", language="fr")
    assert [(one.direction.value, one.text) for one in request.correspondence] == [
        ("from_person", "I am first.")
    ]
    assert request.deadline.model_dump(mode="json") == {
        "answer": "done", "answered_on": "2026-06-01", "extended_on": "2026-05-20", "extension_reason": "complexity",
        "last_day": "2026-08-05", "received_on": "2026-05-05",
    }  # fmt: skip
    assert (request.ended_by, request.status.value, request.received_at, request.recorded_at) == (
        "withdrawn", "answered", RECEIVED, NOW,
    )  # fmt: skip


def test_it_says_nothing_of_anybody_else_and_holds_no_key(exported, filled, objection, case_key):
    text = exported("first", "second").model_dump_json()
    assert "first@example.org" in text
    secrets = [
        REGISTRY_KEY.hex(),
        case_key.secret.hex(),
        bytes(range(32)).hex(),
        objection("ana").target.pseudonym.hex(),
    ]
    for planted in ("stranger", "bob", *secrets):
        assert planted not in text
    assert filled.identity.log_key in text


def test_it_proves_itself_without_the_registry(exported, filled):
    extract = exported("first", "second")
    verifier = parse_verifier(filled.identity.log_key)
    check_extract(extract, verifier)
    read = Extract.parse(json.dumps(extract.model_dump(mode="json"), indent=2).encode(), "extract.json")
    assert read == extract
    check_extract(read, verifier)
    assert filled.verify([extract.checkpoint]).ok


def _changed(extract, **changes):
    """The extract with other fields in the first event of its first request."""
    written = extract.model_dump(mode="json")
    written["requests"][0]["events"][0] |= changes
    return Extract.model_validate(written)


_FORGED = {
    "a narrower scope": lambda event: {"body": event["body"].replace('"surfaces":5', '"surfaces":1')},
    "other words": lambda event: {"in_words": event["in_words"].replace("photo", "video")},
    "another number": lambda _: {"number": 2},
    "another nonce": lambda _: {"nonce": "0" * 64},
    "no proof": lambda _: {"proof": []},
}


@pytest.mark.parametrize("forge", _FORGED.values(), ids=_FORGED)
def test_one_that_was_changed_proves_nothing(exported, filled, forge):
    extract = exported("first")
    (event, *_) = extract.model_dump(mode="json")["requests"][0]["events"]
    with pytest.raises(OptoutError):
        check_extract(_changed(extract, **forge(event)), parse_verifier(filled.identity.log_key))


def test_one_that_another_log_signed_proves_nothing(exported):
    stranger = Signer("optout-registry/other", bytes(32)).verifier
    with pytest.raises(Refused):
        check_extract(exported("first"), stranger)


def test_the_log_records_which_requests_it_was_of(exported, filled, sql):
    exported("second", "first")
    ((body,),) = sql("SELECT body FROM event WHERE number = 7")
    assert bytes(body) == (
        b'{"kind":"exported","number":7,"recorded_at":"2026-06-01T12:00:00Z","requests":[1,3]}'
    )
    assert filled.verify().ok
    # Whoever looks for it in the second finds it, too; the stranger's has none.
    assert [event.number for event in exported("stranger").requests[0].events] == [2, 5, 8]


def test_all_requests_on_one_identifier_are_found_and_no_other(filled, intake):
    from schemas.vocabulary import IdentifierType

    assert requests_on(filled, intake.target(IdentifierType.ACCOUNT, "ana")) == ["first", "second"]
    for nobody in (intake.target(IdentifierType.ACCOUNT, "eve"), intake.target(IdentifierType.HANDLE, "ana")):
        with pytest.raises(BadInput, match="one that none names"):
            requests_on(filled, nobody)
    other = Intake(Keychain(("registry-other",), (bytes(32),)), PLATFORM).target(
        IdentifierType.ACCOUNT, "ana"
    )
    with pytest.raises(ConfigurationError, match=KEY_ID):
        requests_on(filled, other)


def test_what_fails_records_no_extract(exported, filled, sql):
    redact(filled, "first", recorded_at=NOW)
    head = filled.head().event
    with pytest.raises(Refused, match="one that was redacted"):
        exported("second", "first")
    with pytest.raises(BadInput, match="an id it does not know"):
        exported("second", "nobody")
    sql("UPDATE case_file SET contact = language WHERE event = 2")
    with pytest.raises(BadInput, match="case data of event 2"):
        exported("stranger")
    assert filled.head().event == head


def test_a_request_of_which_nothing_but_the_log_is_known(exported):
    (request,) = exported("second").requests
    assert (request.contact, request.correspondence, request.ended_by) == (Contact(), (), None)
    assert request.deadline.answer is request.deadline.extended_on is None


def test_a_refusal_is_told_with_its_reason(filled, exported):
    filled.refuse("second", Impersonation.NO_AUTHORITY, recorded_at=NOW)
    words = [event.in_words for event in exported("second").requests[0].events]
    assert words[1] == (
        "The objection was refused as an impersonation: whoever made it for another could not show that they may."
    )


def test_every_kind_of_event_about_a_person_has_words():
    """A new kind of event must not reach a person as its label."""
    from typing import get_args

    from optout_registry.events import Event, Exported, Redacted

    kinds = [kind for kind in get_args(Event) if "request_id" in kind.model_fields]
    assert in_words(Redacted(events=(1,), number=2, recorded_at=NOW)) == "An event of kind redacted."
    samples = [kind.model_construct(**_FIELDS) for kind in (*kinds, Exported)]
    assert [event.kind for event in samples if "An event of kind" in in_words(event)] == []


_FIELDS = {
    "basis": Basis.SELF, "surfaces": 1, "roles": 1, "purposes": 1, "linked": True, "proof": PROOF,
    "releases_older": True, "reason": Impersonation.NOT_THE_PERSON,
    "type": type("Kind", (), {"value": "account"}),
}  # fmt: skip


def test_what_happened_to_others_is_not_even_read(registry, objection, monkeypatch):
    names = ("r-1", "r-11", "r-12", "11")
    for name in names:
        registry.add(objection(name, name), recorded_at=NOW)
        registry.confirm(name, recorded_at=NOW)
    read = []
    monkeypatch.setattr(
        "optout_registry.history.read_body",
        lambda body, number: (read.append(number), read_body(body, number))[1],
    )
    for place, name in enumerate(names):
        read.clear()
        with registry.reading() as connection:
            entries = history(connection, name, held.find_one(connection, name))
        assert [entry.event.number for entry in entries] == [2 * place + 1, 2 * place + 2] == read

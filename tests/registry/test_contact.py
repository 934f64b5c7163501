"""Contact data and correspondence: sealed for their place, kept for a time, gone after it."""

from datetime import date, timedelta

import pytest
from registry.constants import NOW, PROOF

from optout_registry.cases import contact as module
from optout_registry.cases.case_file import AnswerKind, answer
from optout_registry.cases.contact import (
    MAX_CONTACT,
    MAX_MESSAGE,
    Contact,
    Direction,
    add_message,
    contact_of,
    keeping,
    messages_of,
    read_contact,
    read_message,
    set_contact,
)
from optout_registry.cases.retention import delete_expired
from optout_registry.cases.sealing import CaseKey
from optout_registry.objections import Impersonation, State
from optout_registry.redaction import redact
from schemas.errors import BadInput, ConfigurationError, Refused

ADDRESS = "Marisol.Quintero@example.org"
LETTER = "My name is Marisol Quintero.\nPlease leave me out.\n"
RETENTION = timedelta(days=100)


@pytest.fixture
def kept(registry, objection, case_key):
    """Two requests, each with an address, a language and a letter."""
    for n, address in enumerate((ADDRESS, "bob@example.org"), 1):
        registry.add(objection(f"a{n}"), recorded_at=NOW)
        set_contact(registry, f"request-a{n}", Contact(address=address, language="es"), case_key)
        add_message(
            registry, f"request-a{n}", Direction.FROM_PERSON, f"{LETTER}{n}", recorded_at=NOW, key=case_key
        )
    return registry


def contact_in(registry, event, key):
    with registry.reading() as connection:
        return contact_of(connection, registry.identity.id, event, key)


def messages_in(registry, event, key):
    with registry.reading() as connection:
        return messages_of(connection, registry.identity.id, event, key)


def test_whom_to_answer_comes_with_the_objection_or_neither_does(registry, objection, case_key):
    beside = keeping(registry, Contact(address=ADDRESS, language="es"), case_key)
    answer = registry.add(objection("a1"), recorded_at=NOW, beside=beside)
    assert contact_in(registry, answer.event, case_key) == Contact(address=ADDRESS, language="es")
    other = CaseKey("case-other", bytes(32))
    again = keeping(registry, Contact(language="fr"), other)
    with pytest.raises(ConfigurationError, match="case key"):
        registry.add_all(
            [objection("a2"), objection("a1")], recorded_at=NOW, receipts=True, beside=[None, again]
        )
    assert registry.head().event == 1
    assert contact_in(registry, 1, case_key) == Contact(address=ADDRESS, language="es")


def test_a_request_that_comes_again_brings_whom_to_answer(registry, objection, case_key):
    registry.add(objection("a1"), recorded_at=NOW)
    beside = keeping(registry, Contact(address=ADDRESS), case_key)
    assert registry.add(objection("a1"), recorded_at=NOW, beside=beside).state is State.KNOWN
    assert contact_in(registry, 1, case_key).address == ADDRESS
    registry.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW)
    registry.add_all(
        [objection("a1")],
        recorded_at=NOW,
        beside=[keeping(registry, Contact(address="bob@example.org"), case_key)],
    )
    assert contact_in(registry, 1, case_key).address == ADDRESS


def test_what_was_given_is_read_back(kept, case_key):
    assert contact_in(kept, 1, case_key) == Contact(address=ADDRESS, language="es")
    assert contact_in(kept, 2, case_key).address == "bob@example.org"
    add_message(kept, "request-a1", Direction.TO_PERSON, "Done.", recorded_at=NOW, key=case_key)
    said = [(one.direction.value, one.recorded_at, one.text) for one in messages_in(kept, 1, case_key)]
    assert said == [("from_person", NOW, LETTER + "1"), ("to_person", NOW, "Done.")]


def test_what_is_not_given_again_stays(kept, case_key):
    set_contact(kept, "request-a1", Contact(address="ana@example.org"), case_key)
    assert contact_in(kept, 1, case_key) == Contact(address="ana@example.org", language="es")


def test_a_case_without_an_address_needs_no_key(registry, objection, case_key, sql):
    registry.add(objection(), recorded_at=NOW)
    set_contact(registry, "request-a1", Contact(), case_key)
    assert sql("SELECT key_id, contact FROM case_file") == [(None, None)]


def test_nothing_of_it_stands_in_the_database_in_clear(kept, sql):
    del kept
    rows = sql("SELECT contact, language, key_id FROM case_file") + sql(
        "SELECT message, key_id FROM correspondence"
    )
    sealed = b"".join(bytes(value) for row in rows for value in row[:-1])
    assert b"case-0123456789abcdef" in "".join(row[-1] for row in rows).encode()  # the search works
    for planted in (b"Marisol", b"example.org", b"leave me out"):
        assert planted not in sealed


def test_the_same_text_is_sealed_differently_each_time(kept, case_key, sql):
    (before,) = sql("SELECT contact FROM case_file WHERE event = 1")
    set_contact(kept, "request-a1", Contact(address=ADDRESS, language="es"), case_key)
    (after,) = sql("SELECT contact FROM case_file WHERE event = 1")
    assert bytes(before[0]) != bytes(after[0])


_MOVED = {
    "from another case": "UPDATE case_file SET contact = (SELECT contact FROM case_file WHERE event = 2) WHERE event = 1",
    "from another column": "UPDATE case_file SET contact = language WHERE event = 1",
    "cut short": "UPDATE case_file SET contact = substr(contact, 1, 5) WHERE event = 1",
    "one byte off": "UPDATE case_file SET contact = substr(contact, 2) WHERE event = 1",
}


@pytest.mark.parametrize("statement", _MOVED.values(), ids=_MOVED)
def test_a_ciphertext_opens_nowhere_else(kept, case_key, sql, statement):
    sql(statement)
    with pytest.raises(BadInput, match=r"case data of event 1") as raised:
        contact_in(kept, 1, case_key)
    assert "Marisol" not in str(raised.value)


@pytest.mark.parametrize(
    "change",
    [
        "message = (SELECT message FROM correspondence WHERE event = 2)",
        "direction = 'to_person'",
        "position = 2",
    ],
)
def test_a_message_opens_in_its_place_and_direction_only(kept, case_key, unguarded, change):
    unguarded("correspondence", f"UPDATE correspondence SET {change} WHERE event = 1")
    with pytest.raises(BadInput, match="case data of event 1"):
        messages_in(kept, 1, case_key)


def test_another_key_is_named_and_opens_nothing(kept):
    other = CaseKey("case-other", bytes(32))
    with pytest.raises(ConfigurationError, match=r"(?s)case-0123456789abcdef.*case-other"):
        contact_in(kept, 1, other)
    with pytest.raises(ConfigurationError, match="case key"):
        messages_in(kept, 1, other)
    # An address under one key and a language under another would be neither.
    with pytest.raises(ConfigurationError, match="case key"):
        set_contact(kept, "request-a1", Contact(language="fr"), other)
    assert "secret" not in repr(other)


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        "  ana@bücher.example ",
        "+33 6 12 34 56 78",
        "Rue de la Loi 1, 1000 Bruxelles",
        "x" * MAX_CONTACT,
    ],
)
def test_addresses_that_reach_somebody(address):
    assert read_contact(address, "pt-BR") == Contact(address=address.strip(), language="pt-BR")


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "ana@",
        "@example.org",
        "ana@example",
        "a na@example.org",
        "ana@-x-.org",
        "a\nb",
        "a\x1b[2J",
        "x" * (MAX_CONTACT + 1),
        "\ud800",
    ],
)
def test_addresses_that_do_not(address):
    with pytest.raises(BadInput, match=r"^contact") as raised:
        read_contact(address, None)
    assert "ana" not in str(raised.value)


@pytest.mark.parametrize("language", ["", "french", "f", "fr_FR", "fr-", "x" * 40, "en-" + "a" * 9, "fr\n"])
def test_what_is_no_language(language):
    with pytest.raises(BadInput, match=r"^language"):
        read_contact(None, language)


@pytest.mark.parametrize("text", ["", " \n", "\ud800", "x" * (MAX_MESSAGE + 1), "ü" * (MAX_MESSAGE // 2 + 1)])
def test_what_is_no_message(text):
    with pytest.raises(BadInput, match=r"^message"):
        read_message(text)


def test_a_message_may_be_as_long_as_it_says():
    assert read_message("x" * MAX_MESSAGE) == "x" * MAX_MESSAGE


def test_a_case_takes_so_many_messages_and_no_more(kept, case_key, monkeypatch):
    monkeypatch.setattr(module, "MAX_MESSAGES", 2)

    def add():
        return add_message(
            kept, "request-a1", Direction.TO_PERSON, "x" * MAX_MESSAGE, recorded_at=NOW, key=case_key
        )

    assert add() == 2
    with pytest.raises(Refused, match="at most 2 messages"):
        add()


# ---- retention


def expire(registry, after):
    return delete_expired(registry, now=NOW + after, retention=RETENTION)[:2]


def done(registry, request_id, calendar, at=NOW, kind=AnswerKind.DONE):
    answer(registry, request_id, kind, answered_on=date(2026, 6, 1), recorded_at=at, calendar=calendar)


def test_what_was_answered_is_deleted_when_its_time_is_over_and_nothing_else(kept, case_key, calendar, sql):
    done(kept, "request-a1", calendar)
    assert expire(kept, RETENTION - timedelta(microseconds=1)) == (0, 0)
    assert expire(kept, RETENTION) == (1, 1)
    assert expire(kept, RETENTION) == (0, 0)
    assert contact_in(kept, 1, case_key) == Contact()
    assert messages_in(kept, 1, case_key) == ()
    assert sql("SELECT answered_on, answer, key_id FROM case_file WHERE event = 1") == [
        ("2026-06-01", "done", None)
    ]
    # The other waits for its answer, however long; the log and the objections are as they were.
    assert contact_in(kept, 2, case_key).address == "bob@example.org"
    assert expire(kept, timedelta(days=10_000)) == (0, 0)
    assert kept.snapshot().objections.num_rows == 2
    assert kept.verify().ok


def test_a_later_message_or_end_keeps_a_case(kept, case_key, calendar):
    done(kept, "request-a1", calendar)
    done(kept, "request-a2", calendar)
    later = NOW + timedelta(days=50)
    add_message(kept, "request-a1", Direction.FROM_PERSON, "And?", recorded_at=later, key=case_key)
    kept.withdraw("request-a2", proof=PROOF, received_at=later, recorded_at=later, releases_older=True)
    assert expire(kept, RETENTION) == (0, 0)
    assert expire(kept, RETENTION + timedelta(days=50)) == (2, 3)


def test_a_request_taken_back_before_its_answer_ends_with_that(kept):
    kept.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    kept.refuse("request-a2", Impersonation.NOT_THE_PERSON, recorded_at=NOW)
    assert expire(kept, RETENTION) == (1, 1)  # the refusal still has to be told


def test_of_a_redacted_request_nothing_can_be_kept_any_more(kept, case_key):
    kept.withdraw("request-a1", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    redact(kept, "request-a1", recorded_at=NOW)
    for call in (
        lambda: set_contact(kept, "request-a1", Contact(address=ADDRESS), case_key),
        lambda: add_message(kept, "request-a1", Direction.TO_PERSON, "x", recorded_at=NOW, key=case_key),
    ):
        with pytest.raises(Refused, match="one that was redacted"):
            call()

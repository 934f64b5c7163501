"""The bytes of events: canonical, and read back only as they were written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry.constants import KEY_ID, NOW

from optout_registry.events import (
    Exported,
    IdentityConfirmed,
    Linked,
    Received,
    Redacted,
    RefusedAsImpersonation,
    Withdrawn,
    body_of,
    read_body,
)
from optout_registry.objections import Basis, Impersonation, WithdrawalProof
from schemas.canonical import canonical_json
from schemas.errors import BadInput
from schemas.vocabulary import TARGET_TYPES

_INSTANTS = st.datetimes(timezones=st.just(NOW.tzinfo))
_BITS = st.integers(1, 0xFFFF)
_RECEIVED = st.builds(
    Received,
    basis=st.sampled_from(Basis),
    batch=st.none() | st.text(),
    key_id=st.text(),
    linked=st.booleans(),
    number=st.integers(1, 2**53 - 1),
    platform=st.none() | st.text(),
    purposes=_BITS,
    received_at=_INSTANTS,
    recorded_at=_INSTANTS,
    request_id=st.text(),
    roles=_BITS,
    surfaces=_BITS,
    target=st.binary(min_size=32, max_size=32).map(bytes.hex),
    type=st.sampled_from(TARGET_TYPES),
)
_WITHDRAWN = st.builds(
    Withdrawn,
    number=st.integers(1, 2**53 - 1),
    proof=st.none() | st.sampled_from(WithdrawalProof),
    received_at=_INSTANTS,
    recorded_at=_INSTANTS,
    releases_older=st.none() | st.booleans(),
    request_id=st.text(),
)  # fmt: skip


@given(event=_RECEIVED | _WITHDRAWN)
def test_the_body_is_canonical_json(event):
    assert body_of(event) == canonical_json(event.model_dump(mode="json"))


@given(event=_RECEIVED | _WITHDRAWN)
def test_an_event_is_read_back(event):
    assert read_body(body_of(event), event.number) == event


_ONE_OF_EACH = [
    Linked(key_id="k", number=7, origin=3, platform="sample", recorded_at=NOW, target="ab" * 32),
    IdentityConfirmed(number=7, recorded_at=NOW, request_id="t-1"),
    RefusedAsImpersonation(number=7, reason=Impersonation.NO_AUTHORITY, recorded_at=NOW, request_id="t-1"),
    Exported(number=7, recorded_at=NOW, requests=(1, 3)),
    Redacted(events=(1, 2, 4), number=7, recorded_at=NOW),
]


@pytest.mark.parametrize("event", _ONE_OF_EACH, ids=lambda event: event.kind)
def test_other_kinds_are_canonical_and_read_back(event):
    assert body_of(event) == canonical_json(event.model_dump(mode="json"))
    assert read_body(body_of(event), 7) == event


_BODY = b'{"kind":"withdrawn","number":7,"received_at":"2026-06-01T12:00:00Z","recorded_at":"2026-06-01T12:00:00Z","request_id":"t-1"}'


@pytest.mark.parametrize("numbers", [(), (0,), (2, 1), (1, 1)])
def test_numbers_of_events_ascend(numbers):
    with pytest.raises(ValueError):
        Exported(number=7, recorded_at=NOW, requests=numbers)


def test_a_withdrawal_of_before_proofs_keeps_its_bytes():
    event = Withdrawn(number=7, received_at=NOW, recorded_at=NOW, request_id="t-1")
    assert body_of(event) == _BODY


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        _BODY + b"\n",
        _BODY.replace(b":7,", b": 7,"),
        _BODY.replace(b'"number":7', b'"number":"7"'),
        _BODY.replace(b"withdrawn", b"vanished"),
        _BODY.replace(b'"t-1"', b'"t-1","more":1'),
        _BODY.replace(b"12:00:00Z", b"12:00:00+00:00"),
        _BODY.replace(b'"number":7', b'"number":7,"number":7'),
    ],
)
def test_what_was_written_otherwise_is_no_event(body):
    with pytest.raises(BadInput, match="event 7"):
        read_body(body, 7)


def test_nothing_of_a_key_or_person_is_in_a_body(registry, objection):
    answer = registry.add(objection("ana.example"), recorded_at=NOW)
    pseudonym = objection("ana.example").target.pseudonym
    for planted in ("ana.example", pseudonym.hex(), pseudonym[:8].hex()):
        assert planted not in answer.receipt.body.replace("request-ana.example", "")
    assert KEY_ID in answer.receipt.body

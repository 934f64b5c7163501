"""The door's API: an objection and its receipt, its status, its confirmation, its withdrawal."""

import pytest
from registry.constants import NOW

from optout_registry.objections import WithdrawalProof
from optout_registry.receipts import Receipt, check_receipt
from optout_registry.transparency.notes import parse_verifier

EMAIL = {"type": "email", "value": "Ana@Example.org"}
HANDLE = {"type": "handle", "value": "@ana"}


def objected(door, **fields):
    answer = door.at.post("/api/v1/objections", json=fields or HANDLE)
    assert answer.status_code == 201, answer.text
    return Receipt.parse(answer.content, "answer")


def status(door, receipt):
    return door.at.post("/api/v1/status", json={"secret": receipt.secret})


def withdrawal(door, receipt, **fields):
    return door.at.post("/api/v1/withdrawals", json={"secret": receipt.secret, **fields})


def test_an_objection_is_in_the_log_with_its_receipt(door, registry):
    receipt = objected(door)
    check_receipt(receipt, parse_verifier(registry.identity.log_key))
    assert (receipt.event, registry.head().event) == (1, 1)
    assert registry.snapshot().objections.num_rows == 1
    assert registry.verify([receipt.checkpoint]).ok


def test_it_covers_everything_unless_less_is_asked(door, sql):
    objected(door)
    objected(door, **HANDLE, surfaces=["post", "photo"], roles=["tag"], purposes=["training"], linked=False)
    scopes = sql("SELECT surfaces, roles, purposes, linked FROM objection ORDER BY event")
    assert scopes == [(0xFFFF, 0xFFFF, 0xFFFF, True), (0b101, 0b100000, 0b1, False)]


def test_the_same_again_is_another_objection(door, registry):
    first, second = objected(door), objected(door)
    assert first.request_id != second.request_id
    assert first.secret != second.secret
    assert registry.head().event == 2


def test_status_is_told_to_who_has_the_secret(door, registry):
    receipt = objected(door)
    expected = {
        "request_id": receipt.request_id, "event": 1, "recorded_at": "2026-06-01T12:00:00Z", "state": "holds",
        "older_until": None, "confirmed": False,
    }  # fmt: skip
    assert status(door, receipt).json() == expected
    registry.confirm(receipt.request_id, recorded_at=NOW)
    assert status(door, receipt).json() == expected | {"confirmed": True}
    registry.withdraw(
        receipt.request_id, proof=WithdrawalProof.RECEIPT_SECRET, received_at=NOW, recorded_at=NOW
    )
    told = expected | {"confirmed": True, "state": "withdrawn", "older_until": "2026-06-01T12:00:00Z"}
    assert status(door, receipt).json() == told
    unknown = door.at.post("/api/v1/status", json={"secret": "0" * 32})
    assert (unknown.status_code, unknown.json()["subject"]) == (404, "secret")


def test_an_email_objection_is_confirmed_by_the_link_sent_to_it(door, registry):
    receipt = objected(door, **EMAIL)
    assert [mail["To"] for mail in door.mails] == ["ana@example.org"]
    answer = door.at.post("/api/v1/confirmations", json={"token": door.token})
    assert (answer.status_code, answer.json()) == (200, {"event": 2})
    assert status(door, receipt).json()["confirmed"]
    again = door.at.post("/api/v1/confirmations", json={"token": door.token})
    assert (again.status_code, again.json()) == (200, {"event": 2})
    assert registry.head().event == 2
    assert registry.snapshot().objections.num_rows == 1


def test_an_expired_link_changes_nothing(door, registry):
    receipt = objected(door, **EMAIL)
    door.later(days=7)
    answer = door.at.post("/api/v1/confirmations", json={"token": door.token})
    assert (answer.status_code, answer.json()["subject"]) == (410, "token")
    assert registry.head().event == 1
    assert not status(door, receipt).json()["confirmed"]


def test_a_link_of_the_last_second_still_counts(door):
    objected(door, **EMAIL)
    door.later(days=7, seconds=-1)
    assert door.at.post("/api/v1/confirmations", json={"token": door.token}).status_code == 200


@pytest.mark.parametrize("change", ["another event", "a longer time", "cut off", "nothing"])
def test_a_link_that_was_changed_does_nothing(door, registry, change):
    objected(door)
    objected(door, **EMAIL)
    token = door.token
    changed = {
        "another event": token[:9] + ("B" if token[9] != "B" else "C") + token[10:],
        "a longer time": token[:20] + ("B" if token[20] != "B" else "C") + token[21:],
        "cut off": token[:-4],
        "nothing": "A",
    }[change]
    answer = door.at.post("/api/v1/confirmations", json={"token": changed})
    assert answer.status_code == 404
    assert registry.head().event == 2


def test_a_link_for_one_use_is_none_for_the_other(door, registry):
    receipt = objected(door, **EMAIL)
    confirms = door.token
    assert withdrawal(door, receipt, **EMAIL).json() == {"outcome": "link_sent"}
    withdraws = door.token
    assert door.at.post("/api/v1/withdrawals/link", json={"token": confirms}).status_code == 404
    assert door.at.post("/api/v1/confirmations", json={"token": withdraws}).status_code == 404
    assert registry.head().event == 1


def test_a_withdrawal_takes_receipt_and_name_and_lifts_only_its_own(door, registry):
    receipt, other = objected(door), objected(door)
    assert withdrawal(door, receipt, **HANDLE).json() == {"outcome": "withdrawn"}
    assert status(door, receipt).json()["state"] == "withdrawn"
    assert status(door, other).json()["state"] == "holds"
    assert registry.snapshot().objections.column("until").to_pylist() == [None, NOW]


def test_what_was_published_before_is_released_at_once_or_later(door, registry):
    at_once, later = objected(door), objected(door)
    assert withdrawal(door, at_once, **HANDLE, releases_older=True).json() == {"outcome": "withdrawn"}
    assert withdrawal(door, later, **HANDLE).json() == {"outcome": "withdrawn"}
    told = [status(door, receipt).json()["older_until"] for receipt in (at_once, later)]
    assert told == [None, "2026-06-01T12:00:00Z"]
    assert withdrawal(door, later, **HANDLE).json() == {"outcome": "no_match"}
    assert registry.head().event == 4
    assert withdrawal(door, later, **HANDLE, releases_older=True).json() == {"outcome": "older_released"}
    assert withdrawal(door, later, **HANDLE, releases_older=True).json() == {"outcome": "no_match"}
    assert (registry.head().event, registry.snapshot().objections.num_rows) == (5, 0)
    assert registry.verify().findings == ()


def test_a_link_does_what_was_asked_for_and_the_choice_cannot_be_changed(door, registry):
    receipt = objected(door, **EMAIL)
    withdrawal(door, receipt, **EMAIL)
    keeps = door.token
    withdrawal(door, receipt, **EMAIL, releases_older=True)
    releases = door.token
    assert keeps != releases
    link = "/api/v1/withdrawals/link"
    assert door.at.post(link, json={"token": keeps, "releases_older": True}).status_code == 422
    assert door.at.post(link, json={"token": keeps}).json() == {"event": 2}
    assert registry.snapshot().objections.column("until").to_pylist() == [NOW]
    assert door.at.post(link, json={"token": releases}).json() == {"event": 3}
    assert registry.snapshot().objections.num_rows == 0


@pytest.mark.parametrize(
    ("secret", "named"),
    [
        (None, {"type": "handle", "value": "@bob"}),
        (None, {"type": "account", "value": "ana"}),
        ("0" * 32, HANDLE),
    ],
    ids=["another name", "another kind of identifier", "no receipt"],
)
def test_half_of_the_proof_withdraws_nothing(door, registry, secret, named):
    receipt = objected(door)
    answer = door.at.post("/api/v1/withdrawals", json={"secret": secret or receipt.secret, **named})
    assert (answer.status_code, answer.json()) == (200, {"outcome": "no_match"})
    assert registry.head().event == 1


def test_an_email_objection_is_withdrawn_only_from_its_mailbox(door, registry):
    receipt = objected(door, **EMAIL)
    assert withdrawal(door, receipt, **EMAIL).json() == {"outcome": "link_sent"}
    assert registry.head().event == 1  # not before the link is opened
    assert [mail["To"] for mail in door.mails] == ["ana@example.org"] * 2
    answer = door.at.post("/api/v1/withdrawals/link", json={"token": door.token})
    assert (answer.status_code, answer.json()) == (200, {"event": 2})
    assert status(door, receipt).json()["state"] == "withdrawn"


def test_an_expired_withdrawal_changes_nothing(door, registry):
    receipt = objected(door, **EMAIL)
    withdrawal(door, receipt, **EMAIL)
    door.later(days=7)
    assert door.at.post("/api/v1/withdrawals/link", json={"token": door.token}).status_code == 410
    assert registry.head().event == 1


def test_who_asks_to_withdraw_by_mail_does_not_learn_whether_receipt_and_address_fit(door):
    receipt = objected(door, **EMAIL)
    fits = withdrawal(door, receipt, **EMAIL)
    fits_not = withdrawal(door, receipt, type="email", value="bob@example.org")
    assert (fits.content, fits.headers) == (fits_not.content, fits_not.headers)
    assert len(door.mails) == 2  # the confirmation and one link


def test_names_are_not_tried_on_a_receipt_until_one_fits(door, registry):
    receipt = objected(door)
    for number in range(10):
        withdrawal(door, receipt, type="handle", value=f"name{number}")
    assert withdrawal(door, receipt, **HANDLE).json() == {"outcome": "no_match"}
    assert registry.head().event == 1
    door.later(days=1, seconds=1)
    assert withdrawal(door, receipt, **HANDLE).json() == {"outcome": "withdrawn"}


def test_an_address_gets_so_many_mails_a_day_and_nobody_is_told(door):
    answers = [door.at.post("/api/v1/objections", json=EMAIL) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {201}
    assert len(door.mails) == 5
    door.later(days=1, seconds=1)
    objected(door, **EMAIL)
    assert len(door.mails) == 6


def test_a_sender_that_fails_costs_nobody_their_receipt(registry, intake):
    from registry.doors import Door

    def broken(_message):
        raise OSError(5, "no such host as ana@example.org")

    door = Door(registry, intake, send=broken)
    with door.client() as door.at:
        receipt = objected(door, **EMAIL)
    assert registry.head().event == receipt.event
    assert "ana" not in "".join(door.lines)
    assert '"error": "OSError"' in "".join(door.lines)


def test_where_the_address_goes_for_who_answers_later(door):
    receipt = objected(door, **EMAIL, language="fr")
    assert door.correspondents == [(receipt.event, "ana@example.org", "fr")]
    assert door.mails[-1]["Content-Language"] == "fr"


@pytest.mark.parametrize(
    ("fields", "subject"),
    [
        ({"type": "handle"}, "value"),
        ({"type": "passport", "value": "SECRET"}, "type"),
        ({"type": "handle", "value": "SECRET\nSECRET"}, "value"),
        ({"type": "phone", "value": "SECRET"}, "value"),
        ({"type": "phone", "value": "0612SECRET", "region": "XX"}, "region"),
        ({"type": "handle", "value": "SECRET" * 200}, "value"),
        ({**HANDLE, "surfaces": ["SECRET"]}, "surfaces.0"),
        ({**HANDLE, "request_id": "SECRET"}, "body"),
        ({**HANDLE, "SECRET": 1}, "body"),
        ({**HANDLE, "received_at": "2020-01-01"}, "body"),
    ],
)
def test_a_field_that_is_wrong_is_named_and_not_repeated(door, registry, fields, subject):
    answer = door.at.post("/api/v1/objections", json=fields)
    assert (answer.status_code, answer.json()["subject"]) == (422, subject)
    assert "SECRET" not in answer.text + "".join(door.lines)
    assert registry.head().event == 0


def test_the_head_of_the_log_is_public(door, registry):
    empty = door.at.get("/api/v1/log").json()
    assert empty == {
        "registry_id": registry.identity.id,
        "log_key": registry.identity.log_key,
        "checkpoint": None,
    }
    objected(door)
    assert door.at.get("/api/v1/log").json()["checkpoint"] == registry.checkpoint()


def test_a_registry_that_fails_gives_no_receipt(door, registry, sql):
    sql("ALTER TABLE receipt RENAME TO hidden")
    answer = door.at.post("/api/v1/objections", json=HANDLE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "secret" not in answer.text
    sql("ALTER TABLE hidden RENAME TO receipt")
    assert objected(door).event == registry.head().event == 1

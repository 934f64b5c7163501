"""The officer's view: for who holds the token, and it changes nothing."""

import re
from html import unescape

import pytest
from registry.constants import NOW
from registry.doors import OFFICER, Door

from optout_registry.door.officer import Office, Table, new_token
from optout_registry.objections import WithdrawalProof


@pytest.fixture
def office():
    due = Table([{"request": "r-1", "due_at": "2026-07-01"}])
    return Office(OFFICER, lambda _: {"Due": due, "Batches": Table([])})


@pytest.fixture
def door(registry, intake, office):
    made = Door(registry, intake, office=office)
    with made.client() as made.at:
        yield made


def sign_in(door, token=OFFICER):
    return door.at.post("/officer/login", data={"token": token})


def test_who_has_the_token_sees_counts_and_tables(door, registry, objection):
    registry.add_all(
        [objection("a1"), objection("a2"), objection("x", kind="handle")], recorded_at=NOW, batch="b1"
    )
    registry.withdraw(
        "request-a1",
        proof=WithdrawalProof.RECEIPT_SECRET,
        received_at=NOW,
        recorded_at=NOW,
        releases_older=True,
    )
    answer = sign_in(door)
    assert (answer.status_code, answer.headers["location"]) == (303, "/officer")
    cells = [unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", door.at.get("/officer").text)]
    shown = dict(zip(cells[::2], cells[1::2], strict=True))
    assert {name: shown[name] for name in ("received", "ended", "live", "live, account", "live, handle")} == {
        "received": "3", "ended": "1", "live": "2", "live, account": "1", "live, handle": "1",
    }  # fmt: skip
    assert shown["r-1"] == "2026-07-01"


def test_the_cookie_is_for_this_view_over_tls_and_not_for_other_sites(door):
    cookie = sign_in(door).headers["set-cookie"]
    name, *attributes = cookie.split("; ")
    assert name == f"__Secure-optout-officer={OFFICER}"
    assert {attribute.lower() for attribute in attributes} == {
        "httponly",
        "path=/officer",
        "samesite=strict",
        "secure",
    }


@pytest.mark.parametrize("token", ["", "x", OFFICER[:-1], OFFICER + "x", OFFICER.upper(), "\N{SNOWMAN}"])
def test_without_the_token_nothing_is_seen(door, token):
    answer = sign_in(door, token)
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    for cookie in ({}, {"__Secure-optout-officer": token.encode("ascii", "replace").decode()}):
        door.at.cookies.clear()
        shown = door.at.get("/officer", headers={"cookie": "; ".join(f"{k}={v}" for k, v in cookie.items())})
        assert shown.status_code == 401
        assert "received" not in shown.text


def test_who_signs_out_is_out(door):
    sign_in(door)
    assert door.at.get("/officer").status_code == 200
    answer = door.at.post("/officer/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/officer")
    assert door.at.get("/officer").status_code == 401


def test_looking_changes_nothing(door, registry, objection):
    registry.add(objection(), recorded_at=NOW)
    sign_in(door)
    before = registry.head()
    for path in ("/officer", "/officer/login", "/officer/logout"):
        door.at.get(path)
    assert registry.head() == before
    assert door.at.get("/officer").status_code == 200  # nor does a link sign anybody out


def test_another_site_signs_nobody_in_or_out(door):
    sign_in(door)
    for path in ("/officer/login", "/officer/logout"):
        answer = door.at.post(path, data={"token": OFFICER}, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
    assert door.at.get("/officer").status_code == 200


def test_of_a_long_table_the_first_rows_are_shown(registry, intake):
    def tables(most):
        rows = [{"request": f"r-{n}"} for n in range(1000)]
        return {"Due": Table(rows[:most], len(rows) - most)}

    door = Door(registry, intake, office=Office(OFFICER, tables))
    with door.client() as door.at:
        sign_in(door)
        text = door.at.get("/officer").text
    assert "r-199<" in text
    assert "r-200<" not in text
    assert "and 800 more" in text


def test_values_are_text_and_no_markup(registry, intake):
    office = Office(OFFICER, lambda _: {"<b>": Table([{"<i>": "<script>"}])})
    door = Door(registry, intake, office=office)
    with door.client() as door.at:
        sign_in(door)
        text = door.at.get("/officer").text
    assert "<script" not in text
    assert "<b>" not in text
    assert "<i>" not in text


def test_tokens_are_random():
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(len(token) for token in tokens) >= 43


def test_the_token_is_shown_nowhere(office):
    assert OFFICER not in repr(office)

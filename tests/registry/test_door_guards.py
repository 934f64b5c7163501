"""What stands before the door: who may ask, how much, how fast, and what is written down of it."""

import asyncio
import json
import re
from datetime import timedelta

import pytest
from registry.constants import NOW
from registry.doors import PUBLIC, Door

from optout_registry.door.headers import Site
from optout_registry.door.limits import BODY, Pace, Slowed, network_of
from optout_registry.door.mail import Cap

OBJECTION = {"type": "handle", "value": "@ana"}
EMAIL = {"type": "email", "value": "ana@example.org"}
STRICT = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
}


@pytest.mark.parametrize(
    ("method", "path", "status", "options"),
    [
        ("GET", "/en/", 200, {}),
        ("GET", "/", 303, {}),
        ("GET", "/door.css", 200, {}),
        ("GET", "/nothing", 404, {}),
        ("GET", "/api/openapi.json", 200, {}),
        ("PUT", "/api/v1/objections", 405, {}),
        ("POST", "/api/v1/objections", 201, {"json": OBJECTION}),
        ("POST", "/api/v1/objections", 422, {"json": {}}),
        ("POST", "/en/objection", 413, {"content": b"x" * (BODY + 1)}),
        ("POST", "/en/objection", 403, {"headers": {"origin": "https://evil.example"}}),
        ("GET", "/en/", 421, {"headers": {"host": "evil.example"}}),
        ("GET", "/officer", 401, {}),
    ],
)
def test_every_answer_has_the_strict_headers(door, method, path, status, options):
    answer = door.at.request(method, path, **options)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in STRICT} == STRICT
    assert "set-cookie" not in answer.headers


def test_a_door_without_tls_does_not_ask_for_it(registry, intake):
    door = Door(registry, intake, site=Site("http://localhost:8765"))
    with door.client(headers={"host": "localhost:8765"}) as at:
        assert "strict-transport-security" not in at.get("/en/").headers


FROM = {
    "a program": ({}, True),
    "our page": ({"origin": PUBLIC, "sec-fetch-site": "same-origin"}, True),
    "our page in an older browser": ({"origin": PUBLIC}, True),
    "our page, its origin withheld": ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
    "a reload": ({"sec-fetch-site": "none"}, True),
    "our page on this machine": ({"origin": "http://localhost:8765"}, True),
    "another site": ({"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, False),
    "another site in an older browser": ({"origin": "https://evil.example"}, False),
    "a sibling": ({"origin": "https://a.door.example", "sec-fetch-site": "same-site"}, False),
    "a sandboxed frame": ({"origin": "null", "sec-fetch-site": "cross-site"}, False),
    "a sandboxed frame in an older browser": ({"origin": "null"}, False),
    "one that says it is us and is not": (
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
        False,
    ),
    "our name without TLS": ({"origin": "http://door.example"}, False),
    "our name with more": ({"origin": f"{PUBLIC}.evil.example"}, False),
}


@pytest.mark.parametrize("sender", FROM)
@pytest.mark.parametrize("path", ["/api/v1/objections", "/en/objection"])
def test_only_our_own_pages_and_programs_change_something(door, registry, sender, path):
    headers, is_let_in = FROM[sender]
    sent = {"json": OBJECTION} if path.startswith("/api") else {"data": OBJECTION}
    answer = door.at.post(path, headers=headers, **sent)
    assert (answer.status_code in {200, 201}) is is_let_in
    assert registry.head().event == int(is_let_in)


@pytest.mark.parametrize("host", ["evil.example", "door.example.evil.example", "door.example:8443", ""])
def test_it_answers_under_its_own_name_only(door, registry, host):
    answer = door.at.post("/api/v1/objections", json=OBJECTION, headers={"host": host})
    assert (answer.status_code, registry.head().event) == (421, 0)


def test_a_body_is_measured_before_it_is_parsed(door, registry):
    def pieces():
        for _ in range(20):
            yield b'{"type": "handle", "value": "' + b"x" * 1000

    fits = json.dumps(OBJECTION).encode() + b" " * (BODY - len(json.dumps(OBJECTION)))
    at = {"content-type": "application/json"}
    assert door.at.post("/api/v1/objections", content=fits, headers=at).status_code == 201
    assert door.at.post("/api/v1/objections", content=fits + b" ", headers=at).status_code == 413
    assert door.at.post("/api/v1/objections", content=pieces(), headers=at).status_code == 413
    assert (
        door.at.post("/api/v1/objections", content=b"{}", headers=at | {"content-length": "x"}).status_code
        == 413
    )
    assert registry.head().event == 1


def test_one_address_is_slowed_and_never_by_more_than_the_bound():
    pace = Pace(rate=2, burst=4, longest=10)
    assert [pace.delay("a", 0) for _ in range(30)] == [
        0, 0, 0, 0, 0, *(n / 2 for n in range(1, 20)), *[10.0] * 6,
    ]  # fmt: skip
    assert pace.delay("b", 0) == 0
    assert pace.delay("a", 5) == 7.5 - 2.5 + 0.5  # of what it owes half a second is paid by each second
    assert pace.delay("a", 100) == 0
    assert Pace(rate=0).delay("a", 0) == 0


def test_addresses_that_owe_nothing_are_forgotten(monkeypatch):
    monkeypatch.setattr("optout_registry.door.limits._REMEMBERED", 10)
    pace = Pace(rate=1, burst=1)
    for number in range(9):
        pace.delay(f"a{number}", 0)
    for _ in range(3):
        pace.delay("slow", 50)
    assert set(pace._due) == {"slow"}
    assert pace.delay("slow", 50) == 2


def test_what_is_remembered_has_a_bound(monkeypatch):
    monkeypatch.setattr("optout_registry.door.limits._REMEMBERED", 10)
    monkeypatch.setattr("optout_registry.door.mail._REMEMBERED", 10)
    pace, cap = Pace(rate=0.001, burst=1), Cap(1, timedelta(days=1))
    for number in range(100):
        pace.delay(f"a{number}", 0)
        assert cap.allows(f"a{number}", NOW)
    assert len(pace._due) <= 10
    assert len(cap._used) <= 10
    pace.delay("a99", 0)
    assert pace.delay("a99", 0) > 0
    assert not cap.allows("a99", NOW)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix", ""),
    ],
)
def test_one_customer_of_a_provider_is_one_address(address, network):
    assert network_of(address) == network


def test_nobody_is_refused_below_the_surge_and_waiting_ends():
    async def scenario():
        answered, statuses = 0, []

        async def app(_scope, _receive, _send):
            nonlocal answered
            answered += 1

        async def send(message):
            statuses.append(message.get("status"))

        slowed = Slowed(app, Pace(rate=100, burst=1, longest=0.05), clock=lambda: 0, surge=20)
        scope = {
            "type": "http",
            "method": "POST",
            "client": ("192.0.2.7", 1),
            "path": "/api/v1/objections",
            "headers": [],
            "query_string": b"",
            "root_path": "",
        }
        await asyncio.gather(*(slowed(scope, None, send) for _ in range(25)))
        first = (answered, statuses.count(429))
        await asyncio.gather(*(slowed(scope, None, send) for _ in range(20)))
        return first, answered, statuses.count(429)

    # Two need not wait, twenty wait, the other three are too many; after that twenty more.
    assert asyncio.run(scenario()) == ((22, 3), 42, 3)


def test_reading_is_never_slowed(registry, intake):
    door = Door(registry, intake, per_address=0.001)
    with door.client() as at:
        for _ in range(100):
            assert at.get("/en/status").status_code == 200


def test_the_access_log_holds_no_identifier_and_no_address(door):
    sent = door.at.post(
        "/en/no-account?q=SECRET-query",
        data={"type": "email", "value": "SECRET-ana@example.org"},
        headers={"user-agent": "SECRET-agent", "x-forwarded-for": "192.0.2.99"},
    )
    secret = re.search(r"[0-9a-f]{32}", sent.text.partition('id="secret">')[2])[0]
    door.at.get(door.link)
    door.at.post("/en/status", data={"secret": secret})
    door.at.get("/SECRET-path")
    lines = [json.loads(line) for line in door.lines]
    routes = ["/{language}/{form}", "/{language}/confirmation", "/{language}/status", "none"]
    assert lines == [
        {
            "at": f"{NOW.isoformat(timespec='milliseconds')}",
            "method": method,
            "route": route,
            "status": status,
        }
        for method, route, status in zip(
            ["POST", "GET", "POST", "GET"], routes, [200, 200, 200, 404], strict=True
        )
    ]
    for private in ("SECRET", secret, door.token, "192.0.2.99", "testclient"):
        assert private not in "".join(door.lines)


def test_a_fault_of_the_program_is_answered_and_its_text_not_logged(door, monkeypatch):
    async def broken(*_arguments):
        raise ValueError("ana@example.org")

    monkeypatch.setattr("optout_registry.door.service.Service.standing", broken)
    api = door.at.post("/api/v1/status", json={"secret": "0" * 32})
    assert (api.status_code, api.json()["subject"]) == (500, "door")
    page = door.at.post("/en/status", data={"secret": "0" * 32})
    assert page.status_code == 500
    assert "write to us" in page.text
    logged = "".join(door.lines)
    assert '"error": "ValueError"' in logged
    assert "ana" not in logged

"""An answer is the same whether an identifier is known or not: in bytes, in headers, in statements, in time."""

import math
import random
import re
import time
from contextlib import contextmanager

import pytest
import sqlalchemy
from enumerations import few_of
from registry.constants import KEY_ID, LOG_SECRET, NOW
from registry.doors import Door
from registry.test_door_api import EMAIL, HANDLE
from registry.test_door_takedowns import DIGEST, PICTURE

from optout_registry.opening import create_registry

RANDOM = re.compile(r"[0-9a-f]{32,}|[A-Za-z0-9+/]{40,}=*")
"""Request ids, secrets, nonces and hashes; signatures, roots and files in base64."""
REQUESTS = 200
"""Of each kind, in the test of time."""
LARGEST_Z = 4.5
"""A difference that chance alone shows once in 150,000 runs (normal approximation, two-sided)."""


@pytest.fixture
def doors(new_url, intake, objection):
    """Two doors on registries that differ in one thing: only the first knows whom HANDLE and EMAIL name."""
    opened = []
    for known in (True, False):
        registry = create_registry(new_url(), KEY_ID, LOG_SECRET)
        for fields in (HANDLE, EMAIL):
            value = fields["value"] if known else fields["value"].replace("na", "xx")
            registry.add(objection(value, f"r-{fields['type']}", kind=fields["type"]), recorded_at=NOW)
        for kind, value in (
            {"record": "r1", "media": DIGEST} if known else {"record": "r2", "media": "0" * 64}
        ).items():
            registry.add(objection(value, f"r-{kind}", kind=kind), recorded_at=NOW)
        opened.append(Door(registry, intake))
    with opened[0].client() as opened[0].at, opened[1].client() as opened[1].at:
        yield opened


ASKED = {
    "an objection": ("/api/v1/objections", {"json": HANDLE}),
    "an objection by e-mail": ("/api/v1/objections", {"json": EMAIL}),
    "an objection on a page": ("/fr/objection", {"data": HANDLE}),
    "an objection by e-mail on a page": ("/de/no-account", {"data": EMAIL}),
    "a takedown of a record": ("/api/v1/takedowns", {"json": {"type": "record", "value": "r1"}}),
    "a takedown of a record on a page": ("/de/record", {"data": {"value": "r1"}}),
    "a takedown of a picture on a page": ("/fr/picture", {"files": {"picture": ("a.jpg", PICTURE)}}),
    "a withdrawal of a takedown without a receipt": (
        "/en/withdrawal",
        {
            "data": {"type": "media", "secret": "0" * 32, "releases_older": "true"},
            "files": {"picture": ("a.jpg", PICTURE)},
        },
    ),
    "a status without a receipt": ("/api/v1/status", {"json": {"secret": "0" * 32}}),
    "a withdrawal without a receipt": ("/api/v1/withdrawals", {"json": {"secret": "0" * 32, **HANDLE}}),
    "a withdrawal by e-mail without a receipt": ("/en/withdrawal", {"data": {"secret": "0" * 32, **EMAIL}}),
}


@pytest.mark.parametrize("asked", ASKED)
def test_bytes_and_headers_are_the_same(doors, asked):
    path, sent = ASKED[asked]
    answers = [door.at.post(path, **sent) for door in doors]
    shown = [RANDOM.sub(lambda found: "#" * len(found[0]), answer.text) for answer in answers]
    assert shown[0] == shown[1]
    assert [*answers[0].headers.items()] == [*answers[1].headers.items()]
    assert answers[0].status_code == answers[1].status_code
    assert len(doors[0].mails) == len(doors[1].mails)
    assert [RANDOM.sub("#", line) for line in doors[0].lines] == [
        RANDOM.sub("#", line) for line in doors[1].lines
    ]


@contextmanager
def statements():
    """Every statement that reaches a database meanwhile."""
    seen = []

    def note(_connection, _cursor, statement, _parameters, _context, many):
        seen.append((statement, many))

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("asked", ASKED)
def test_the_database_is_asked_the_same(doors, asked):
    path, sent = ASKED[asked]
    seen = []
    for door in doors:
        with statements() as these:
            door.at.post(path, **sent)
        seen.append(these)
    assert seen[0] == seen[1] != []


def difference(first, second):
    """How unlike two samples are: the normal approximation of Mann and Whitney's U."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks = sum(rank for rank, (_, which) in enumerate(ranked, 1) if which == 0)
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    return (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)


def test_the_measure_sees_a_shift_of_less_than_the_spread():
    draw = random.Random(1)  # noqa: S311 - a sample
    same = [[draw.gauss(0, 1) for _ in range(REQUESTS)] for _ in range(2)]
    assert abs(difference(*same)) < LARGEST_Z
    assert abs(difference(same[0], [value + 0.6 for value in same[1]])) > LARGEST_Z


TIMED = {
    "an objection": ("handle", "objections", {}, 201),
    "a takedown": ("record", "takedowns", {}, 201),
    # A status is asked for by its secret alone, which says nothing about anybody.
    "a withdrawal": ("handle", "withdrawals", {"secret": "0" * 32}, 200),
}


@pytest.mark.parametrize(("kind", "path", "more", "status"), few_of(TIMED, "an objection"))
def test_time_is_the_same_within_noise(door, registry, objection, kind, path, more, status):
    known = [f"ana{number:04}" for number in range(REQUESTS)]
    registry.add_all([objection(name, kind=kind) for name in known], recorded_at=NOW)
    names = [(name, True) for name in known] + [(f"bob{number:04}", False) for number in range(REQUESTS)]
    # Mixed, so that whatever else the machine does falls on both alike.
    random.Random(2).shuffle(names)  # noqa: S311 - an order
    took = {True: [], False: []}
    for name, is_known in names:
        begun = time.perf_counter()
        answer = door.at.post(f"/api/v1/{path}", json={"type": kind, "value": name, **more})
        took[is_known].append(time.perf_counter() - begun)
        assert answer.status_code == status
    assert abs(difference(took[True], took[False])) < LARGEST_Z

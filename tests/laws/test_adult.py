"""Adult: turned 18 everywhere on Earth, proven. Named cases at one noon, and a microsecond before it.

At UTC-12, the last place on Earth, 1 March begins at 12:00 UTC. The expectations follow from the words of
the design. They are judged by ``screen``, as of now and at posting, and by the verifier's SQL.
"""

from datetime import date, timedelta
from typing import NamedTuple

import pytest
from commands import workspace
from screened import screened, verdicts

from builders import account, at, record
from schemas.policy import Policy

NOON = at("2026-03-01T12:00")
INSTANTS = (NOON - timedelta(microseconds=1), NOON)
POLICY = {"placeholder_birth_dates": ["1900-01-01", "1970-01-01"]}


class Case(NamedTuple):
    name: str
    births: list
    before: str
    at_noon: str


def born(text, precision="day"):
    return {"birth_date": date.fromisoformat(text), "birth_precision": precision}


UNKNOWN_BIRTH = {"birth_date": None}
CASES = [
    Case("18 on the day before", [born("2008-02-28")], "adult", "adult"),
    Case("18 on the day: at noon everywhere", [born("2008-03-01")], "minor", "adult"),
    Case("18 on the day after", [born("2008-03-02")], "minor", "minor"),
    Case("29 February counts as 1 March", [born("2008-02-29")], "minor", "adult"),
    Case("a month that ends on 29 February", [born("2008-02-10", "month")], "minor", "adult"),
    Case("a month is its last day", [born("2008-03-01", "month")], "minor", "minor"),
    Case("a month before", [born("2008-01-31", "month")], "adult", "adult"),
    Case("a year is its last day", [born("2008-01-01", "year")], "minor", "minor"),
    Case("a year before", [born("2007-12-31", "year")], "adult", "adult"),
    Case("born after the instant", [born("2030-01-01")], "minor", "minor"),
    Case("of two dates the later", [born("1990-01-01"), born("2008-03-01")], "minor", "adult"),
    Case("of two dates the later, in whatever order", [born("2008-03-01"), born("1990-01-01")], "minor", "adult"),
    Case("of a day and its year the later", [born("2007-01-01"), born("2008-01-01", "year")], "minor", "minor"),
    Case("of a known and a null date null", [born("1990-01-01"), UNKNOWN_BIRTH], "unknown", "unknown"),
    Case("of a child and a null date null", [born("2015-01-01"), UNKNOWN_BIRTH], "unknown", "unknown"),
    Case("of a known date and a placeholder null", [born("1990-01-01"), born("1900-01-01")], "unknown", "unknown"),
    Case("no date", [UNKNOWN_BIRTH], "unknown", "unknown"),
    Case("no precision", [{"birth_precision": None}], "unknown", "unknown"),
    Case("a precision nobody knows", [{"birth_precision": "decade"}], "unknown", "unknown"),
    Case("placeholder", [born("1900-01-01")], "unknown", "unknown"),
    Case("placeholder that the policy lists", [born("1970-01-01")], "unknown", "unknown"),
    Case("placeholder as a year", [born("1900-01-01", "year")], "unknown", "unknown"),
    Case("the day after a placeholder", [born("1970-01-02")], "adult", "adult"),
    Case("111 at noon", [born("1915-03-01")], "adult", "unknown"),
    Case("111 since yesterday", [born("1915-02-28")], "unknown", "unknown"),
    Case("110 until tomorrow", [born("1915-03-02")], "adult", "adult"),
    Case("in the first year there is", [born("0001-01-01")], "unknown", "unknown"),
]  # fmt: skip
NAMES = [case.name for case in CASES]


def accounts_of(n):
    return [account(account_id=f"a{n}", notified_at=at("2020-01-01"), **birth) for birth in CASES[n].births]


@pytest.mark.parametrize("n", range(len(CASES)), ids=NAMES)
@pytest.mark.parametrize("moment", [0, 1], ids=["before", "at noon"])
def test_now(n, moment):
    row = record(account_id=f"a{n}", created_at=at("2100-01-01"))
    ((_, reasons),) = verdicts(screened([row], accounts_of(n), policy=policy(), as_of=INSTANTS[moment]))
    assert reasons == expected(CASES[n][2 + moment], "minor_account")


# Whoever is over 110 is so as of the build, whenever the post was.
AT_POSTING = [n for n, name in enumerate(NAMES) if name not in {"111 at noon", "110 until tomorrow"}]


@pytest.mark.parametrize("n", AT_POSTING, ids=[NAMES[n] for n in AT_POSTING])
@pytest.mark.parametrize("moment", [0, 1], ids=["before", "at noon"])
def test_at_posting(n, moment):
    row = record(account_id=f"a{n}", created_at=INSTANTS[moment])
    ((_, reasons),) = verdicts(screened([row], accounts_of(n), policy=policy(), as_of=at("2026-06-01")))
    assert reasons - {"minor_account"} == expected(CASES[n][2 + moment], "minor_at_posting")


def test_29_february_counts_as_1_march_in_leap_years_too():
    policy = Policy(min_age=20)
    leapling = [account(**born("2004-02-29"), notified_at=at("2020-01-01"))]
    for instant, reasons in ((at("2024-03-01T11:59"), {"minor_account"}), (at("2024-03-01T12:00"), set())):
        row = record(created_at=at("2100-01-01"))
        assert verdicts(screened([row], leapling, policy=policy, as_of=instant))[0][1] == reasons


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    accounts = [row for n in range(len(CASES)) for row in accounts_of(n)]
    records = [
        record(record_id=f"r{n}", account_id=f"a{n}", created_at=at("2026-05-01")) for n in range(len(CASES))
    ]
    return workspace(
        tmp_path_factory.mktemp("adult") / "w",
        accounts,
        records,
        objections=["somebody else"],
        policy={**POLICY, "quality": {"source": dict.fromkeys(
            ("max_duplicate_account_share", "max_unknown_birth_share", "max_unknown_value_share"), 1)}},
        row_group_rows=len(records),
    )  # fmt: skip


@pytest.mark.parametrize("moment", [0, 1], ids=["before", "at noon"])
def test_the_verifier_agrees(place, tmp_path, moment):
    built = place.copy(tmp_path / "w")
    built.run("build", "--as-of", INSTANTS[moment].isoformat()).done()
    assert built.run("verify", "--json").done().json["findings"] == []
    rows = built.run("lineage", "--sql", "SELECT reason FROM ledger ORDER BY row", "--json").done().json
    words = {"adult": "kept", "minor": "minor_account", "unknown": "age_unknown"}
    assert [row["reason"] for row in rows] == [words[case[2 + moment]] for case in CASES]


def policy():
    return Policy.model_validate(POLICY)


def expected(word, minor):
    return {"adult": set(), "minor": {minor}, "unknown": {"age_unknown"}}[word]

"""Every standing reason of every row of random tables, against an oracle in plain Python.

The oracle is written from the design, one row at a time, and imports nothing of ours but test builders.
"""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from screened import screened, verdicts

from builders import AS_OF, account, at, objection, record

SURFACES = ("post", "comment", "photo", "video", "story", "profile", "ai_interaction", "message")
UNUSED = ("ai_interaction", "message")
HIDDEN = ("unlisted", "followers", "private", "direct")
EVERY_SURFACE = 0xFFFF
PRECEDENCE = (
    "malformed", "objection", "account_unknown", "account_inactive", "account_kind_excluded", "minor_account",
    "minor_at_posting", "age_unknown", "posting_date_unknown", "notice_pending", "surface_excluded",
    "region_excluded", "not_public", "visibility_unknown",
)  # fmt: skip


def oracle(row, accounts, objections):
    """The set of reasons of one record, under the preset `strict`."""
    if row["record_id"] is None:
        return {"malformed"}
    surface = row["surface"] if row["surface"] in SURFACES else None
    needs_public = surface != "ai_interaction"
    reasons = set() if surface and surface not in UNUSED else {"surface_excluded"}
    own = [a for a in accounts if a["account_id"] == row["account_id"]]
    adult_from = None
    if not own:
        reasons.add("account_unknown")
    else:
        adult_from = latest([turns(a, 18) if turns(a, 18) and turns(a, 111) > AS_OF else None for a in own])
        facts = {
            "objection": any(
                given["surfaces"] == EVERY_SURFACE
                or (surface and given["surfaces"] >> SURFACES.index(surface) & 1)
                for given in objections
                if row["account_id"] in covered(given, accounts)
            ),
            "account_inactive": any(a["status"] != "active" for a in own),
            "account_kind_excluded": any(a["kind"] != "person" for a in own),
            "age_unknown": adult_from is None,
            "minor_account": adult_from is not None and adult_from > AS_OF,
            "minor_at_posting": bool(adult_from and row["created_at"] and row["created_at"] < adult_from),
            "notice_pending": any(
                a["notified_at"] is None or a["notified_at"] > AS_OF - timedelta(days=30) for a in own
            ),
        }
        reasons |= {name for name, holds in facts.items() if holds}
    if row["created_at"] is None:
        reasons.add("posting_date_unknown")
    if needs_public:
        seen = [a["visibility"] for a in own]
        account_hidden = any(v in HIDDEN for v in seen)
        if account_hidden or row["visibility"] in HIDDEN or row["container_visibility"] in HIDDEN:
            reasons.add("not_public")
        if (
            (not account_hidden and any(v != "public" for v in seen))
            or row["visibility"] not in ("public", *HIDDEN)
            or row["container_visibility"] not in ("none", "public", *HIDDEN)
        ):
            reasons.add("visibility_unknown")
    return reasons


def turns(row, years):
    """The instant somebody is that old everywhere on Earth; None: the birth date is unknown."""
    born, precision = row["birth_date"], row["birth_precision"]
    if born is None or born == date(1900, 1, 1) or precision not in ("day", "month", "year"):
        return None
    if precision == "year":
        born = date(born.year, 12, 31)
    elif precision == "month":
        born = date(born.year + born.month // 12, born.month % 12 + 1, 1) - timedelta(days=1)
    leapling = (born.month, born.day) == (2, 29)
    day = date(born.year + years, 3, 1) if leapling else born.replace(year=born.year + years)
    return datetime.combine(day, time(12), UTC)


def latest(instants):
    return None if None in instants else max(instants)


def covered(given, accounts):
    """Account ids that an objection covers, through linked accounts where it does."""
    ids = {a["account_id"] for a in accounts if any(same(given, named) for named in names_of(a))}
    while given["linked"]:
        people = {a["person_id"] for a in accounts if a["account_id"] in ids} - {None}
        more = {a["account_id"] for a in accounts if a["person_id"] in people} - ids
        if not more:
            break
        ids |= more
    return ids


def names_of(row):
    return [{"type": "account", "value": row["account_id"]}, *row["identifiers"]]


def same(one, other):
    return one["type"] == other["type"] and plain(one) == plain(other)


def plain(named):
    """Of the spellings that are drawn below: capitals, spaces and a leading @ say nothing."""
    text = named["value"].strip()
    return text if named["type"] == "account" else text.lower().lstrip("@")


# Few values, so that rows meet: names in several spellings, dates round the limits.
ids = st.sampled_from(["a", "b", "c", "d"])
named = st.one_of(
    st.fixed_dictionaries({"type": st.just("handle"), "value": st.sampled_from(["ana", "@Ana", "ANA ", "bea", "@bea"])}),
    st.fixed_dictionaries({"type": st.just("email"), "value": st.sampled_from(["x@e.org", "X@E.org", " x@e.ORG", "y@e.org"])}),
)  # fmt: skip
births = st.none() | st.sampled_from([
    date(2008, 5, 31), date(2008, 6, 1), date(2006, 3, 5), date(2006, 3, 6), date(2004, 2, 29), date(1990, 1, 1),
    date(1900, 1, 1), date(1915, 5, 31), date(1915, 6, 1), date(2006, 12, 1), date(2008, 2, 1),
])  # fmt: skip
accounts_drawn = st.builds(
    account,
    account_id=ids,
    person_id=st.none() | st.sampled_from(["p", "q", "r"]),
    birth_date=births,
    birth_precision=st.sampled_from(["day", "day", "month", "year", None]),
    kind=st.sampled_from(["person", "person", "person", "business", None]),
    visibility=st.sampled_from(["public", "public", "public", "private", "followers", None, "?"]),
    status=st.sampled_from(["active", "active", "active", "suspended", None]),
    notified_at=st.sampled_from([at("2025-04-14"), at("2026-05-02"), at("2026-05-02T00:00:01"), None]),
    identifiers=st.lists(named, max_size=2),
)
records_drawn = st.builds(
    record,
    record_id=st.sampled_from(["r", "r", "r", None]),
    account_id=st.none() | ids | st.just("nobody"),
    surface=st.none() | st.sampled_from([*SURFACES, "hologram"]),
    created_at=st.none() | st.sampled_from([
        at("2024-03-05T11:59:59.999999"), at("2024-03-05T12:00"), at("2022-02-28T23:00"), at("2022-03-01T12:00"),
        at("2026-06-20"),
    ]),
    visibility=st.sampled_from(["public", "public", *HIDDEN, None, "?"]),
    container_visibility=st.sampled_from(["none", "none", "public", *HIDDEN, None, "?"]),
)  # fmt: skip
objections_drawn = st.builds(
    lambda target, linked, surfaces: objection(
        target["type"], target["value"], linked=linked, surfaces=surfaces
    ),
    named
    | st.fixed_dictionaries({"type": st.just("account"), "value": st.sampled_from(["a", "b ", "c", "A"])}),
    st.booleans(),
    st.sampled_from([EVERY_SURFACE, 1, 2, 0b11000000, 0xFF]),
)


@settings(max_examples=200)
@given(
    st.lists(accounts_drawn, min_size=1, max_size=8),
    st.lists(records_drawn, min_size=1, max_size=16),
    st.lists(objections_drawn, max_size=3),
)
def test_screen_agrees_with_the_oracle(accounts, records, objections):
    expected = [oracle(row, accounts, objections) for row in records]
    first = [next((reason for reason in PRECEDENCE if reason in reasons), "kept") for reasons in expected]
    assert verdicts(screened(records, accounts, objections)) == list(zip(first, expected, strict=True))

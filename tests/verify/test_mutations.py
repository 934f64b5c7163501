"""Law 9: whatever standing rule is broken, the verifier names split, row and reason.

The rules are patched in the source of a copy of the packages, so that each lets one row through: the one on
the surface ``LET``, against which nothing else stands. What the copy builds, the project as it is verifies.
All through the command line.
"""

from datetime import date

import pytest
from commands import AS_OF, ROOT, copy_packages, workspace

from builders import account, at, record
from schemas.outcomes import Reason
from schemas.vocabulary import SURFACE_OF_LABEL

LET = "comment"
# What alone stands against a row: of its record, or of its account.
CASES = {
    "takedown": {},
    "objection": {},
    "third_party_objection": {"others": [{"role": "tag", "account": "objection"}]},
    "third_party_unknown": {"others": [{"role": "tag", "account": "nobody"}]},
    "account_unknown": {"account_id": "nobody"},
    "account_inactive": {"status": "suspended"},
    "account_kind_excluded": {"kind": "business"},
    "minor_account": {"birth_date": date(2008, 6, 15), "created_at": at("2026-06-20")},
    "minor_at_posting": {"birth_date": date(2006, 3, 6)},
    "age_unknown": {"birth_date": None},
    "posting_date_unknown": {"created_at": None},
    "notice_pending": {"notified_at": None},
    "surface_excluded": {},
    "region_excluded": {"region": "US"},
    "not_public": {"container_visibility": "private"},
    "visibility_unknown": {"container_visibility": None},
}
LETTING = {reason: "message" if reason == "surface_excluded" else LET for reason in CASES}
SEEN_BY_THE_GATE = {
    "kept_objected": 2,  # objection, third_party_objection
    "kept_unknown_account": 2,  # account_unknown, third_party_unknown
    "kept_minor": 2,  # minor_account, age_unknown
}
"""What footprints joined with eligibility show before anything is published, in rows that were let through."""
WITHOUT_GATE = (
    "\nfrom schemas.profile import MISJUDGED\nJudge.misjudged = lambda *_: dict.fromkeys(MISJUDGED, 0)\n"
)


def rows_of(reason):
    """A row on another surface, and the one that is let through."""
    of_record = {"account_id": reason, **CASES[reason]}
    of_record = {name: value for name, value in of_record.items() if name in record()}
    return [
        record(record_id=f"{reason}-{surface}", surface=surface, **of_record)
        for surface in ("post", LETTING[reason])
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    accounts = [
        account(
            account_id=reason,
            **{name: value for name, value in case.items() if name in account() and name not in record()},
        )
        for reason, case in CASES.items()
    ]
    records = [row for reason in CASES for row in rows_of(reason)]
    return workspace(
        tmp_path_factory.mktemp("mutations") / "w",
        accounts,
        records,
        objections=[
            "objection",
            *({"type": "record", "value": row["record_id"]} for row in rows_of("takedown")),
        ],
        policy={"regions": ["FR"], "quality": {"source": {"max_implausible_date_share": 1}}},
        row_group_rows=len(records),
    )


def break_rules(sources, reasons):
    """Break standing rules in a copy of the packages."""
    rules = sources / "pipelines/rules/standing.py"
    text = rules.read_text("utf-8")
    for reason in reasons:
        entry = f"    (Reason.{reason.upper()}, "
        assert text.count(entry) == 1
        start = text.index(entry) + len(entry)
        end = text.index("),\n", start)
        number = list(SURFACE_OF_LABEL).index(LETTING[reason])
        lenient = f"lambda rows: {text[start:end]}(rows) | (rows.surface == {number})"
        text = text[:start] + lenient + text[end:]
    rules.write_text(text, "utf-8")


def breaking(place, folder, reasons):
    """The workspace, with commands in which some rules let a row through."""
    sources = copy_packages(folder / "sources")
    break_rules(sources, reasons)
    return place.copy(folder / "w").importing(sources)


@pytest.fixture(scope="module")
def broken(place, tmp_path_factory):
    """The workspace, with commands in which every rule does."""
    return breaking(place, tmp_path_factory.mktemp("broken"), CASES)


@pytest.fixture(scope="module")
def refused(broken):
    """How a build ends in which the gate sees what the rules let through."""
    return broken.build()


@pytest.fixture(scope="module")
def verified(broken, refused):
    """What the verifier says of a version that no gate stopped."""
    del refused
    with (broken.sources / "pipelines/quality/misjudged.py").open("a") as file:
        file.write(WITHOUT_GATE)
    broken.build().done()
    return broken.importing(ROOT).run("verify", "--json")


@pytest.mark.parametrize("reason", CASES)
def test_a_broken_rule_is_found(verified, reason):
    row = 2 * list(CASES).index(reason) + 1
    named = [f for f in verified.json["findings"] if f["object"] == f"split 0 row {row}"]
    assert [(f["expected"], f["found"]) for f in named] == [(f"removed: {reason}", "kept")]


def test_no_other_row_is_named(verified):
    assert verified.code == 1, verified.err
    rows = [f["object"] for f in verified.json["findings"] if " row " in f["object"]]
    assert sorted(rows) == sorted(f"split 0 row {2 * place + 1}" for place in range(len(CASES)))
    assert "do not train on it" in verified.err


def test_the_gate_counts_what_footprints_show(broken, refused):
    assert (refused.code, refused.out) == (1, "")
    assert "the quality gate refused this version" in refused.err
    found = broken.run("versions", "--refused", "--json").done().json
    assert {row["what"]: row["observed"] for row in found} == SEEN_BY_THE_GATE


def test_the_gate_stops_a_surface_that_is_not_used(place, tmp_path):
    # A footprint does not tell surfaces apart: beside other rows that are kept, this one is not seen.
    ended = breaking(place, tmp_path, ["surface_excluded"]).build()
    assert (ended.code, ended.out) == (1, "")
    assert "the quality gate refused this version" in ended.err


def test_nothing_is_found_where_no_rule_is_broken(place, tmp_path):
    sound = place.copy(tmp_path / "w")
    sound.run("build", "--as-of", AS_OF).done()
    assert sound.run("verify", "--json").done().json["findings"] == []
    funnel = sound.run("funnel", "--json").done().json
    assert {name: rows for name, rows in funnel["reasons"].items() if rows} == {
        **dict.fromkeys(CASES, 2), "surface_excluded": 1, "kept": 1
    }  # fmt: skip


def test_every_standing_rule_is_broken_once():
    assert set(CASES) == {reason.label for reason in Reason if reason.stage.value == "standing"}

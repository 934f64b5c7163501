"""Law 9: whatever standing rule is broken, the verifier names split, row and reason.

Each rule is patched in the source of a copy of the packages, so that it lets one row through: the one on
the surface ``LET``. What the copy builds, the project as it is verifies. All through the command line.
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
# Footprints joined with eligibility: the gate sees these before anything is published.
STOPPED_BY_THE_GATE = (
    "objection", "third_party_objection", "third_party_unknown", "account_unknown", "minor_account", "age_unknown",
    "surface_excluded",
)  # fmt: skip
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


def broken(place, folder, reason):
    """The workspace, with the packages copied and one rule of the copy broken."""
    sources = copy_packages(folder / "sources")
    rules = sources / "pipelines/rules/standing.py"
    text, entry = rules.read_text("utf-8"), f"    (Reason.{reason.upper()}, "
    assert text.count(entry) == 1
    surface = list(SURFACE_OF_LABEL).index(LETTING[reason])
    start = text.index(entry) + len(entry)
    end = text.index("),\n", start)
    lenient = f"lambda rows: {text[start:end]}(rows) | (rows.surface == {surface})"
    rules.write_text(text[:start] + lenient + text[end:], "utf-8")
    return place.copy(folder / "w").importing(sources)


@pytest.mark.parametrize("reason", CASES)
def test_a_broken_rule_is_found(place, tmp_path, reason):
    mutated = broken(place, tmp_path, reason)
    if reason in STOPPED_BY_THE_GATE:
        with (mutated.sources / "pipelines/quality/misjudged.py").open("a") as file:
            file.write(WITHOUT_GATE)
    mutated.build().done()
    ended = mutated.importing(ROOT).run("verify", "--json")
    assert ended.code == 1, ended.err
    row = 2 * list(CASES).index(reason) + 1
    named = {
        (f["object"], f["expected"], f["found"]) for f in ended.json["findings"] if " row " in f["object"]
    }
    assert named == {(f"split 0 row {row}", f"removed: {reason}", "kept")}
    assert "do not train on it" in ended.err


@pytest.mark.parametrize("reason", STOPPED_BY_THE_GATE)
def test_the_gate_stops_it_before(place, tmp_path, reason):
    ended = broken(place, tmp_path, reason).build()
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

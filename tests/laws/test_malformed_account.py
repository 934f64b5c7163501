"""An account row that does not conform says less of an account, and never takes back what another says.

The whole way: source files, `optout ingest`, an objection, a build, and the verifier's own derivation.
"""

import json

import pytest
import yaml
from commands import AS_OF, Workspace

DESCRIPTION = {
    "platform": "sample",
    "accounts": [{
        "files": "accounts.jsonl",
        "format": "jsonl",
        "fields": {
            "account_id": {"from": "id"},
            "person_id": {"from": "person"},
            "birth_date": {"from": "born"},
            "birth_precision": {"constant": "day"},
            "kind": {"constant": "person"},
            "region": {"from": "land"},
            "status": {"from": "state"},
            "visibility": {"constant": "public"},
            "notified_at": {"constant": "2025-04-14T00:00:00Z"},
            "identifiers": {"each": "names", "fields": {"type": {"from": "type"}, "value": {"from": "value"}}},
        },
    }],
    "records": [{
        "files": "records.jsonl",
        "format": "jsonl",
        "fields": {
            "record_id": {"from": "id"},
            "account_id": {"from": "by"},
            "surface": {"constant": "post"},
            "created_at": {"constant": "2024-03-05T12:00:00Z"},
            "visibility": {"constant": "public"},
            "container_visibility": {"constant": "none"},
            "text": {"from": "text"},
        },
    }],
}  # fmt: skip
GATES = {"source": {"max_malformed_share": 0.5, "max_duplicate_account_share": 0.5, "max_unmatched_author_share": 1},
         "release": {"max_removed_share": 1}}  # fmt: skip


def person(number, **overrides):
    return {"id": number, "born": "1990-05-17", "state": "active", "land": "FR", **overrides}


def email(value):
    return {"type": "email", "value": value}


BAD_DATE = {"born": "17.05.1980"}

# accounts, the objection, the reasons of the record of each account (none: it is kept)
CASES = {
    "a link over an objector whose birth date cannot be read": (
        [person("obj", person="p", **BAD_DATE), person("linked", person="p")],
        ("account", "obj"),
        {"obj": {"objection", "age_unknown"}, "linked": {"objection"}},
    ),
    "an address that stands in the malformed row of two": (
        [person("twice"), person("twice", names=[email("ana@example.org")], **BAD_DATE)],
        ("email", "ana@example.org"),
        {"twice": {"objection", "age_unknown"}},
    ),
    "a telephone number as the account's country writes it, in a malformed row": (
        [person("rings", names=[{"type": "phone", "value": "06 12 34 56 78"}], **BAD_DATE)],
        ("phone", "+33 6 12 34 56 78"),
        {"rings": {"objection", "age_unknown"}},
    ),
    "one of two rows says that the account is active, the other cannot be read": (
        [person("twice"), person("twice", state=[])],
        ("account", "obj"),
        {"twice": {"account_inactive"}},
    ),
    "nobody can say which person it is": (
        [person("who", person={}), person("twice"), person("twice", person={})],
        ("account", "obj"),
        {name: {"account_inactive", "account_kind_excluded", "age_unknown", "notice_pending", "visibility_unknown"}
         for name in ("who", "twice")},
    ),
    "one of its addresses cannot be read, the other objected": (
        [person("half", person="p", names=[email("ana@example.org"), email([])]), person("linked", person="p")],
        ("email", "ana@example.org"),
        {"half": {"objection", "account_inactive", "account_kind_excluded", "age_unknown", "notice_pending",
                  "visibility_unknown"},
         "linked": {"objection"}},
    ),
    "nobody can say in which country its number is dialled": (
        [person("rings", land=[], names=[{"type": "phone", "value": "06 12 34 56 78"}])],
        ("phone", "+33 6 12 34 56 78"),
        {"rings": {"account_inactive", "account_kind_excluded", "age_unknown", "notice_pending",
                   "visibility_unknown"}},
    ),
    "no id that can be read": (
        [person([], person="p", names=[email("ana@example.org")]), person("linked", person="p")],
        ("email", "ana@example.org"),
        {"linked": set()},
    ),
}  # fmt: skip


def written(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def of_its_own(number, row):
    """The row with ids that no other case has, where it has any."""
    return {**row, **{n: f"{number}-{row[n]}" for n in ("id", "person") if isinstance(row.get(n), str)}}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One workspace with the accounts of every case, each under ids of its own, and its objections."""
    made = Workspace(tmp_path_factory.mktemp("malformed"))
    made.run("init").done()
    accounts, records, objections = [], [], []
    for number, (rows, (kind, value), reasons) in enumerate(CASES.values()):
        accounts += [of_its_own(number, row) for row in rows]
        records += [{"id": f"{number}-{by}", "by": f"{number}-{by}", "text": "Line"} for by in reasons]
        objections.append({"type": kind, "value": f"{number}-{value}" if kind == "account" else value})
    sound = [person(f"sound-{n}") for n in range(9)]
    written(made.folder / "accounts.jsonl", accounts + sound)
    written(
        made.folder / "records.jsonl",
        records + [{"id": row["id"], "by": row["id"], "text": "x"} for row in sound],
    )
    written(made.folder / "objections.jsonl", objections)
    (made.folder / "source.yaml").write_text(yaml.safe_dump(DESCRIPTION), "utf-8")
    (made.folder / "policy.yaml").write_text(json.dumps({"quality": GATES}), "utf-8")
    made.run("registry", "import", made.folder / "objections.jsonl").done()
    made.run("ingest").done()
    made.run("build", "--as-of", AS_OF).done()
    return made


@pytest.mark.parametrize("number", range(len(CASES)), ids=list(CASES))
def test_it_proves_nothing_and_hides_nobody(place, number):
    _, _, reasons = list(CASES.values())[number]
    for name, expected in reasons.items():
        (found,) = place.run("explain", f"{number}-{name}", "--json").done().json
        assert set(found["reasons"]) == expected, name
        assert found["outcome"] == ("removed" if expected else "kept")


def test_the_verifier_derives_the_same(place):
    assert place.run("verify").done()

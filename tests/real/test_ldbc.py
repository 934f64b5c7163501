"""The benchmark's people and posts through the command line; every count against a query on the raw files.

The counts import nothing of ours: the query below derives the rules from what they say, not from the code.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from commands import Workspace
from enumerations import few_of

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/ldbc"
PROGRAM = Path(sys.executable).with_name("optout")

EXPECTED = """
WITH adult AS (  -- everywhere on Earth: from noon UTC of the birthday (nobody was born on 29 February)
    SELECT id, make_date(year(born) + $min_age, month(born), day(born)) + INTERVAL 12 HOUR AS since
    FROM (SELECT id, birthday::DATE AS born FROM person)
), message AS (
    SELECT id, creator FROM post UNION ALL SELECT id, creator FROM comment
), record AS (
    SELECT 'post' AS surface, creator, creationDate, content, NULL AS answers FROM post
    UNION ALL
    SELECT 'comment', comment.creator, creationDate, content, answered.creator
    FROM comment LEFT JOIN message AS answered ON answered.id = coalesce(replyOfPost, replyOfComment)
)
SELECT surface,
       CASE WHEN EXISTS (SELECT 1 FROM objector o WHERE o.id = creator
                         AND (o.surface IS NULL OR o.surface = record.surface)) THEN 'objection'
            -- An answer to an objector: where it stands counts, not where what is answered stands.
            WHEN EXISTS (SELECT 1 FROM objector o WHERE o.id = answers
                         AND (o.surface IS NULL OR o.surface = record.surface)) THEN 'third_party_objection'
            WHEN since IS NULL THEN 'account_unknown'
            WHEN $as_of::TIMESTAMP < since THEN 'minor_account'
            WHEN strptime(creationDate, '%Y-%m-%dT%H:%M:%S.%g+0000') < since THEN 'minor_at_posting'
            WHEN answers IS NOT NULL AND answers NOT IN (SELECT id FROM person) THEN 'third_party_unknown'
            -- No metadata and no word says what a picture shows: it is withheld, and text alone counts.
            WHEN content IS NULL OR trim(content) = '' THEN 'no_own_content'
            ELSE 'kept' END AS reason,
       count(*) AS n
FROM record LEFT JOIN adult ON adult.id = creator
GROUP BY ALL
"""

BUSY = [  # who wrote most comments, and was of age already: their objection is what removes them
    "143", "150", "4398046511333",
]  # fmt: skip
SPLITTING = "28 splits what was written in 2010; an account, an address, one surface"
CASES = {
    "25 in the last microsecond before a birthday": ("2012-07-29T11:59:59.999999Z", 25, []),
    "25 from noon of that birthday, told in another zone": ("2012-07-29T14:00:00+02:00", 25, []),
    SPLITTING: (
        "2012-12-31", 28, [("account", BUSY[0], "comment"), ("email", BUSY[1], None), ("account", BUSY[2], "post")],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def raw(test_data):
    """The benchmark's files, each a table of texts."""
    folder = test_data("ldbc_snb") / "postgres/test-data"
    database = duckdb.connect(config={"threads": 1})
    database.execute("SET TimeZone = 'UTC'")
    for name in ("person", "post", "comment", "person_email_emailaddress"):
        file = str(folder / f"dynamic/{name}_0_0.csv")
        database.execute(
            f"CREATE TABLE {name} AS FROM read_csv(?, delim = '|', quote = '', header = true, all_varchar = true)",
            [file],
        )
    yield folder, database
    database.close()


@pytest.fixture(scope="module")
def ingested(raw, tmp_path_factory):
    """The example's workspace after ingest, as its README makes it."""
    workspace = tmp_path_factory.mktemp("ldbc") / "workspace"
    workspace.mkdir()
    for name in ("source.yaml", "policy.yaml"):
        shutil.copy(EXAMPLE / name, workspace)
    environment = os.environ | {"LDBC_SNB": str(raw[0])}
    subprocess.run([sys.executable, EXAMPLE / "join.py", workspace], check=True, env=environment)
    for command in ("init", "ingest"):
        subprocess.run([PROGRAM, command], check=True, env=environment | {"OPTOUT_WORKSPACE": str(workspace)})
    return workspace


@pytest.fixture
def workspace(ingested, tmp_path):
    return shutil.copytree(ingested, tmp_path / "workspace")


@pytest.mark.parametrize(("as_of", "min_age", "objections"), few_of(CASES, SPLITTING))
def test_every_count_is_what_the_raw_files_say(raw, workspace, as_of, min_age, objections):
    set_age(workspace, min_age)
    for objection in objections:
        object_to(raw, workspace, *objection)
    run(workspace, "build", "--as-of", as_of)
    check(raw, workspace, as_of, min_age, objections)


@pytest.mark.long
def test_a_late_objection_changes_the_counts_and_keeps_the_first_version(raw, workspace):
    first = [("account", BUSY[0], None)]
    object_to(raw, workspace, *first[0])
    run(workspace, "build", "--as-of", "2012-06-15")
    late = ("email", BUSY[1], None)
    object_to(raw, workspace, *late)
    run(workspace, "build", "--as-of", "2012-06-15")
    check(raw, workspace, "2012-06-15", 25, first, version=1)
    check(raw, workspace, "2012-06-15", 25, [*first, late], version=2)


@pytest.mark.long
def test_a_bulk_file_of_every_third_person_where_everyone_is_of_age(raw, workspace):
    _, database = raw
    set_age(workspace, 18)
    ids = [found[0] for found in database.execute("FROM (SELECT id FROM person ORDER BY id)").fetchall()][::3]
    lines = [f"email,{address(raw, account)}" for account in ids]
    (workspace / "objections.csv").write_text("\n".join(["type,value", *lines]), "utf-8")
    run(workspace, "registry", "import", workspace / "objections.csv")
    run(workspace, "build", "--as-of", "2012-01-01")
    check(raw, workspace, "2012-01-01", 18, [("email", account, None) for account in ids])


def test_without_the_declared_visibility_nothing_is_published(raw, workspace):
    source = workspace / "source.yaml"
    declared = source.read_text("utf-8")
    source.write_text(declared.replace("      visibility: {constant: public}\n", ""), "utf-8")
    run(workspace, "ingest", LDBC_SNB=str(raw[0]))
    refused = run(workspace, "build", "--as-of", "2012-06-15", code=1)
    assert "quality gate" in refused.err
    assert json.loads(run(workspace, "versions", "--json").out) == []


def test_the_cases_tell_the_rules_apart(raw):
    """Else the table above would prove nothing about noon, nor about the age at posting."""
    before, after, split = (expected(raw, *case) for case in CASES.values())
    assert before != after
    reasons = {
        "objection", "third_party_objection", "minor_account", "minor_at_posting", "no_own_content", "kept",
    }  # fmt: skip
    assert {reason for _, reason in split} == reasons


def check(raw, workspace, as_of, min_age, objections, version=None):
    """Funnel, lineage and verify of a version against the raw files."""
    numbered = [] if version is None else [version]
    found = expected(raw, as_of, min_age, objections)
    reasons = Counter()
    for (_, reason), n in found.items():
        reasons[reason] += n
    removed = sum(n for reason, n in reasons.items() if reason != "kept")
    funnel = json.loads(run(workspace, "funnel", *numbered, "--json").out)
    assert {reason: n for reason, n in funnel["reasons"].items() if n} == reasons
    assert funnel["outcomes"] == {
        "kept": reasons["kept"],
        "removed": removed,
        "quarantined": 0,
        "rejected": 0,
    }
    assert funnel["rows"] == reasons["kept"] + removed == 5924 + 2218
    at = ["--version", version] if version else []
    query = "SELECT surface, reason, sum(rows)::BIGINT AS n FROM tally GROUP BY ALL"
    tally = json.loads(run(workspace, "lineage", "--json", "--sql", query, *at).out)
    assert {(row["surface"], row["reason"]): row["n"] for row in tally} == found
    verified = json.loads(run(workspace, "verify", *numbered, "--json").out)
    assert (verified["ok"], verified["findings"]) == (True, [])


def expected(raw, as_of, min_age, objections):
    """(surface, reason) -> rows, from the raw files alone."""
    _, database = raw
    database.execute("CREATE OR REPLACE TEMP TABLE objector (id VARCHAR, surface VARCHAR)")
    for _, account, surface in objections:
        database.execute("INSERT INTO objector VALUES (?, ?)", [account, surface])
    utc = database.execute("SELECT ?::TIMESTAMPTZ AT TIME ZONE 'UTC'", [as_of]).fetchone()[0]
    rows = database.execute(EXPECTED, {"min_age": min_age, "as_of": utc}).fetchall()
    return {(surface, reason): n for surface, reason, n in rows}


def object_to(raw, workspace, kind, account, surface):
    """Record an objection by somebody's account or e-mail address."""
    value = account if kind == "account" else address(raw, account).swapcase()
    run(workspace, "registry", "add", kind, value, *(["--surface", surface] if surface else []))


def address(raw, account):
    """One of somebody's e-mail addresses."""
    query = 'SELECT max(email) FROM person_email_emailaddress WHERE "Person.id" = ?'
    return raw[1].execute(query, [account]).fetchone()[0]


def set_age(workspace, min_age):
    policy = workspace / "policy.yaml"
    text = policy.read_text("utf-8")
    assert "min_age: 25" in text
    policy.write_text(text.replace("min_age: 25", f"min_age: {min_age}"), "utf-8")


def run(workspace, *arguments, code=0, **environment):
    """Run `optout` in the workspace and expect an exit code."""
    ended = Workspace(workspace).run(*arguments, **environment)
    assert ended.code == code, ended.err
    return ended

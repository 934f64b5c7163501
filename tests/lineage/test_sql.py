import json
from collections import Counter
from pathlib import Path

import pytest
from lineage.conftest import FIRST, RECORDS
from lineage.tiny_version import RULES, Verdict, author, subjects_of

from pipelines.corpus.chain import load_version
from pipelines.corpus.store import open_store
from pipelines.lineage.session import open_session
from pipelines.lineage.views import RELATIONS
from schemas.errors import BadInput, ConfigurationError
from schemas.outcomes import Reason


@pytest.fixture(scope="module")
def session(corpus):
    with open_session(corpus.store, load_version(corpus.store, 1)) as opened:
        yield opened


def _judged():
    return [(record, FIRST.get(record["record_id"], Verdict())) for record in RECORDS]


def test_ledger_holds_every_row_as_it_was_judged(session):
    precedence = list(Reason)
    expected = []
    for n, (record, verdict) in enumerate(_judged()):
        reasons = {verdict.reason, *verdict.also} - {Reason.KEPT}
        expected.append({
            "split": n // 4,
            "row": n % 4,
            "outcome": verdict.reason.outcome.value,
            "reason": verdict.reason.label,
            "reasons": [r.label for r in sorted(reasons, key=precedence.index)],
            "rules": [RULES[rule] for rule in verdict.rules],
            "subject": None if record["account_id"] is None else f"{author(record['account_id']):016x}",
        })  # fmt: skip
    names = ", ".join(expected[0])
    assert session.ask(f"SELECT {names} FROM ledger ORDER BY split, row").as_dicts() == expected


def test_kept_rows_alone_have_a_place_and_places_fill_the_shard(session):
    rows = session.ask("SELECT split, outcome, shard, place FROM ledger").as_dicts()
    assert all(
        (row["shard"] is None, row["place"] is None) == (row["outcome"] != "kept",) * 2 for row in rows
    )
    places = Counter((row["split"], row["place"]) for row in rows if row["outcome"] == "kept")
    assert places == Counter([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (3, 0)])


def test_footprint_counts_each_subject_once_per_row(session):
    expected = Counter()
    for n, (record, verdict) in enumerate(_judged()):
        for who, role in subjects_of(record):
            key = (n // 4, f"{who:016x}", role.name.lower())
            expected.update([(*key, "rows"), (*key, verdict.reason.outcome.value)])
    found = Counter()
    for row in session.ask("FROM footprint").as_dicts():
        for name in ("rows", "kept", "removed", "quarantined", "rejected"):
            found[row["split"], row["subject"], row["role"], name] += row[name]
    assert +found == expected


def test_a_relation_can_be_scanned_twice_in_one_query(session):
    pairs = session.ask("SELECT count(*) AS n FROM ledger a JOIN ledger b USING (split, row)").as_dicts()
    assert pairs == [{"n": len(RECORDS)}]


def test_tally_and_splits_agree_with_the_ledger(session):
    by_ledger = session.ask("SELECT split, reason, count(*) AS n FROM ledger GROUP BY ALL ORDER BY ALL")
    expected = by_ledger.as_dicts()
    by_tally = session.ask("SELECT split, reason, sum(rows) AS n FROM tally GROUP BY ALL ORDER BY ALL")
    assert by_tally.as_dicts() == expected
    splits = session.ask("SELECT rows, kept + removed + quarantined + rejected AS n FROM splits").as_dicts()
    assert [(row["rows"], row["n"]) for row in splits] == [(4, 4), (4, 4), (4, 4), (1, 1)]


def test_an_answer_is_gone_after_the_next_question(session):
    first = session.ask("FROM ledger")
    session.ask("FROM splits")
    with pytest.raises(RuntimeError, match="next question"):
        list(first.rows)


def test_versions_are_the_whole_chain(session):
    rows = session.ask("SELECT version, kind, parent, kept, registry_event, runner FROM versions").as_dicts()
    assert [tuple(row.values()) for row in rows] == [
        (1, "publish", None, 7, 1, "direct"),
        (2, "publish", 1, 5, 2, "direct"),
    ]


def test_reasons_stand_in_order_of_precedence(session):
    rows = session.ask("SELECT reason, code, outcome FROM reasons ORDER BY precedence").as_dicts()
    assert [tuple(row.values()) for row in rows] == [(r.label, r.code, r.outcome.value) for r in Reason]


def test_quality_holds_both_parts_of_the_gate(session):
    assert session.ask("FROM quality ORDER BY part").as_dicts() == [
        {"part": "absolute", "threshold": "quality.release.min_kept_rows", "expectation": "expect_rows",
         "arguments": json.dumps({"min": 1}), "observed": "3", "rows": 3, "of_rows": 7, "success": True},
        {"part": "relative", "threshold": None, "expectation": "expect_no_spike", "arguments": "{}",
         "observed": None, "rows": None, "of_rows": None, "success": True},
    ]  # fmt: skip


def test_every_relation_can_be_read_and_differences_do_not_overflow(session):
    for relation in RELATIONS:
        answer = session.ask(f"FROM {relation.name}")
        assert list(answer.names) == relation.schema.names
        assert list(answer.rows)
    assert session.ask("SELECT min(kept - rows) AS n FROM footprint").as_dicts() == [{"n": -1}]


READS = [
    "SELECT 1",
    "FROM funnel",
    "VALUES (1)",
    "SELECT 1;",
    "WITH few AS (SELECT * FROM ledger LIMIT 2) SELECT count(*) FROM few",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n FROM t",
    "SELECT reason FROM funnel UNION SELECT reason FROM tally",
    "SELECT unnest(reasons) FROM ledger",
    "SELECT * FROM range(3), unnest(['a'])",
    "DESCRIBE ledger",
    "FROM tally PIVOT (sum(rows) FOR outcome IN ('kept', 'removed'))",
]


@pytest.mark.parametrize("sql", READS)
def test_what_reads_is_run(session, sql):
    assert list(session.ask(sql).rows)


REFUSED = {
    "nothing": ("", "no statement"),
    "a comment": ("-- DROP", "no statement"),
    "two statements": ("SELECT 1; SELECT 2", "2 statements"),
    "no SQL": ("SELEC 1", "syntax error"),
    "create": ("CREATE TABLE t AS SELECT 1", "type CREATE"),
    "insert": ("INSERT INTO ledger SELECT * FROM ledger", "type INSERT"),
    "drop": ("DROP VIEW ledger", "type DROP"),
    "copy": ("COPY ledger TO '{folder}/out.csv'", "type COPY"),
    "copy in a CTE": ("WITH x AS (COPY (SELECT 1) TO '{folder}/out.csv') SELECT * FROM x", "COPY"),
    "insert in a CTE": ("WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x", "INSERT"),
    "copy in a CTE of a subquery": (
        "SELECT (WITH x AS (COPY (SELECT 1) TO '{folder}/out.csv') SELECT 1 FROM x)", "COPY"),
    "attach": ("ATTACH '{folder}/other.duckdb'", "type ATTACH"),
    "pragma": ("PRAGMA database_list", "type PRAGMA"),
    "set": ("SET enable_external_access = true", "type SET"),
    "reset": ("RESET lock_configuration", "type "),
    "install": ("INSTALL httpfs", "type LOAD"),
    "explain": ("EXPLAIN ANALYZE SELECT 1", "type EXPLAIN"),
    "call": ("CALL duckdb_settings()", "type CALL"),
    "export": ("EXPORT DATABASE '{folder}/out'", "type EXPORT"),
    "text of a file": ("SELECT * FROM read_text('{file}')", "function read_text"),
    "bytes of a file": ("SELECT * FROM Read_Blob('{file}')", "function read_blob"),
    "csv": ("SELECT * FROM read_csv('{file}')", "function read_csv"),
    "parquet": ("SELECT * FROM main.read_parquet('{file}')", "function read_parquet"),
    "file in a subquery": ("SELECT 1 WHERE EXISTS (FROM read_text('{file}'))", "function read_text"),
    "names of files": ("SELECT * FROM glob('{folder}/*')", "function glob"),
    "file as a table": ("SELECT * FROM '{file}'", "does not exist"),
    "file of another kind as a table": ("SELECT * FROM '{folder}/x.parquet'", "disabled by configuration"),
    "query in a string": ("SELECT * FROM query('SELECT 1')", "function query"),
    "a log on disk": ("SELECT * FROM enable_logging(storage := 'file')", "function enable_logging"),
    "settings of the machine": ("SELECT * FROM duckdb_settings()", "function duckdb_settings"),
    "variable of Python": ("SELECT * FROM planted", "does not exist"),
    "lists in lists": ("SELECT " + "[" * 400 + "]" * 400, "nested too deeply"),
    "unknown column": ("SELECT age FROM ledger", "not found"),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "found"), REFUSED.values(), ids=REFUSED)
def test_everything_else_is_refused_and_leaves_nothing(session, tmp_path, sql, found):
    planted = [{"a": 1}]  # noqa: F841 - DuckDB would find it by its name
    file = tmp_path / "secret.txt"
    file.write_text("do not read me", encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        list(session.ask(sql.format(folder=tmp_path, file=file)).rows)
    assert found in error.value.found
    assert "do not read me" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.txt"]


FILES = [
    "COPY (SELECT 1) TO '{path}'",
    "SELECT * FROM read_text('{path}')",
    "ATTACH '{path}'",
    "SET threads = 1",
]


@pytest.mark.parametrize("sql", FILES)
def test_the_connection_itself_reaches_no_file(session, tmp_path, sql):
    path = tmp_path / "file"
    with pytest.raises(Exception, match=r"disabled by configuration|has been locked"):
        session.connection.execute(sql.format(path=path))
    assert not path.exists()


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ("1 AS n, 2 AS n", ["n", "n_2"]),
        ("1 AS n, 2 AS n_2, 3 AS n, 4 AS n", ["n", "n_2", "n_3", "n_4"]),
        ("1 AS n, 2 AS n, 3 AS n_2", ["n", "n_3", "n_2"]),
        ("1 AS n, 2 AS N", ["n", "N"]),
    ],
)
def test_columns_of_one_name_are_told_apart(session, columns, names):
    (row,) = session.ask(f"SELECT {columns}").as_dicts()
    assert row == dict(zip(names, range(1, 5), strict=False))
    assert list(row) == names


def test_a_damaged_object_is_named_and_the_session_goes_on(corpus, tmp_path):
    version = load_version(corpus.store, 1)
    copy = open_store((tmp_path / "corpus").as_uri())
    for stored in corpus.store.list():
        target = Path(copy.location(stored.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(corpus.store.read(stored.name))
    with open_session(copy, version) as session:
        digest = session.ask("SELECT ledger FROM splits WHERE split = 2").as_dicts()[0]["ledger"]
        path = Path(copy.location(copy.object_name("lineage", digest, "parquet")))
        path.chmod(0o600)
        path.write_bytes(path.read_bytes().replace(b"PAR1", b"PAR2"))
        with pytest.raises(BadInput, match=digest[2:]):
            list(session.ask("SELECT count(*) FROM ledger").rows)
        assert session.ask("SELECT count(*) AS n FROM footprint").as_dicts()[0]["n"] > 0


def test_nothing_is_read_before_a_query_asks(corpus, tmp_path):
    empty = open_store((tmp_path / "corpus").as_uri())
    with open_session(empty, load_version(corpus.store, 1)) as session:
        assert session.ask("SELECT sum(rows) AS n FROM funnel").as_dicts() == [{"n": 13}]
        with pytest.raises(BadInput):
            list(session.ask("FROM splits").rows)

"""`optout versions` and `optout files`."""

import json
import sys

import pytest
from corpus.published import NOW, digest_of, publish_one

from pipelines.corpus.chain import load_version, parent_of, publish, read_splits
from pipelines.corpus.listing import list_files, list_refused, list_versions
from pipelines.corpus.refusals import record_refusal
from schemas.documents import Envelope, Finding, Parent
from schemas.errors import BadInput, ConfigurationError
from schemas.plans import Refusal


@pytest.fixture
def optout(tmp_path, capsys, monkeypatch):
    """Run one command on the corpus of ``store``; returns exit code, output and messages."""
    from pipelines.cli.main import main

    (tmp_path / "optout.yaml").write_text("corpus: corpus\n", encoding="utf-8")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["optout", *arguments, "--workspace", str(tmp_path)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


def test_versions(store, optout):
    envelopes = [publish_one(store, "one"), publish_one(store, "two")]
    publish(store, Envelope(number=3, kind="hold", parent=parent_of(envelopes[1]), published_at=NOW))
    counts = {"rows": 6, "kept": 3, "removed": 3, "quarantined": 0, "rejected": 0}
    code, out, err = optout("versions", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == [
        {
            "version": number, "kind": "publish", "status": status, "published_at": "2026-06-02T00:00:00Z",
            **counts, "splits_computed": 1, "splits_reused": 1, "newly_usable": None, "accepted_by": None,
            "content": envelope.content.digest,
        }
        for number, status, envelope in zip((1, 2), ("superseded", "current"), envelopes, strict=True)
    ] + [
        {
            "version": 3, "kind": "hold", "status": None, "published_at": "2026-06-02T00:00:00Z",
            **dict.fromkeys(counts), "splits_computed": None, "splits_reused": None, "newly_usable": None,
            "accepted_by": None, "content": None,
        }
    ]  # fmt: skip
    code, out, err = optout("versions")
    assert (code, err) == (0, "")
    assert "superseded" in out
    assert envelopes[0].content.digest[:12] in out


def test_versions_of_an_empty_corpus(optout):
    assert optout("versions", "--json") == (0, "[]\n", "")
    code, out, _ = optout("versions")
    assert (code, out.strip()) == (0, "versions: no rows")


def test_versions_without_lineage(store):
    """Whoever may read only versions/ and data/ sees the entries, not the counts."""
    publish_one(store)
    store.delete_prefix("lineage")
    [row] = list_versions(store)
    assert (row["status"], row["rows"], row["kept"]) == ("current", None, None)


def test_versions_of_a_changed_chain(store, root, optout):
    publish_one(store)
    path = root / "versions/00000001.json"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"direct", b"dorect"))
    code, out, err = optout("versions")
    assert (code, out) == (3, "")
    assert "versions/00000001.json" in err


def test_files(store, optout):
    """The shards, with names that open in the store; needs nothing of lineage/ (law 8)."""
    publish_one(store, "one")
    publish_one(store, "two")
    expected = {}
    for number in (1, 2):
        shard = read_splits(store, load_version(store, number)).column("shard")[0].as_py()
        expected[number] = store.object_name("data", shard, "parquet")
    store.delete_prefix("lineage")
    for number, name in expected.items():
        code, out, err = optout("files", str(number), "--json")
        assert (code, err) == (0, "")
        assert json.loads(out) == [{"name": name, "rows": 3, "bytes": len(store.read(name))}]
    assert list_files(store) == list_files(store, 2)
    code, out, _ = optout("files", "2")
    assert code == 0
    assert expected[2] in out


@pytest.mark.parametrize("number", ["2", "7"])
def test_files_of_no_version(store, optout, number):
    publish_one(store)
    code, out, err = optout("files", number)
    assert (code, out) == (2, "")
    assert "one of 1" in err


def test_files_of_a_version_that_lost_its_list(store):
    envelope = publish_one(store)
    store.delete(store.object_name("data", envelope.shards.digest, "parquet"))
    with pytest.raises(BadInput) as caught:
        list_files(store, 1)
    assert envelope.shards.digest[2:] in caught.value.subject
    with pytest.raises(ConfigurationError):
        list_files(store, 2)


def test_refused(store, optout):
    """One row for each finding that failed; those that passed are in the document."""
    findings = (
        Finding(expectation="passed", arguments={}, observed=1, success=True),
        Finding(
            expectation="expect_column_min_to_be_between",
            arguments={"column": "kept", "min_value": 1, "rows": "all splits"},
            threshold="quality.release.min_kept_rows",
            observed=0,
            rows=0,
            of_rows=3000,
            success=False,
        ),
        Finding(
            expectation="expect_column_pair_values_to_be_equal",
            arguments={"column_A": "ledger_rows", "column_B": "rows", "rows": "each split"},
            observed="1 of 3, the first is 1",
            success=False,
        ),
    )
    parent = Parent(number=4, envelope=digest_of("parent"))
    record_refusal(store, Refusal(plan=digest_of("p"), refused_at=NOW, parent=parent, findings=findings))
    build = {"plan": digest_of("p"), "refused_at": "2026-06-02T00:00:00Z", "follows": 4}
    expected = [
        build | {
            "threshold": "quality.release.min_kept_rows", "what": "kept", "expected": "at least 1",
            "observed": 0, "rows": 0, "of_rows": 3000, "expectation": "expect_column_min_to_be_between",
        },
        build | {
            "threshold": None, "what": None,
            "expected": "column_A=ledger_rows, column_B=rows, rows=each split",
            "observed": "1 of 3, the first is 1", "rows": None, "of_rows": None,
            "expectation": "expect_column_pair_values_to_be_equal",
        },
    ]  # fmt: skip
    code, out, err = optout("versions", "--refused", "--json")
    assert (code, json.loads(out), err) == (0, expected, "")
    assert list_refused(store)[0]["refused_at"] == NOW
    assert "refused builds" in optout("versions", "--refused")[1]

"""No session spills to a disk what is in its memory; where memory runs out, one error says so."""

import duckdb
import pytest
from lineage.conftest import RECORDS

from pipelines.corpus.chain import load_version
from pipelines.lineage import database
from pipelines.lineage import session as lineage
from pipelines.lineage.verify import session as verifier
from schemas.errors import BadInput, ConfigurationError, OptoutError

MUCH = "SELECT sha256(range::VARCHAR) AS split FROM range(3000000) ORDER BY split OFFSET 2999999"


@pytest.fixture
def little(tmp_path, monkeypatch):
    """DuckDB with little memory, in an empty folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    connect = duckdb.connect

    def connect_with_little(path, config=None):
        return connect(path, config={**(config or {}), "memory_limit": "120MB"})

    monkeypatch.setattr(duckdb, "connect", connect_with_little)
    return folder


def test_the_verifier(little, monkeypatch):
    monkeypatch.setitem(verifier._TEXTS, "hit", MUCH)
    with verifier.open_session() as session, pytest.raises(BadInput, match="memory") as raised:
        verifier.run(session, "hit")
    assert "hit.sql" in str(raised.value)
    assert list(little.iterdir()) == []


def test_a_question(little, corpus):
    with lineage.open_session(corpus.store, load_version(corpus.store, 1)) as session:
        with pytest.raises(ConfigurationError, match="memory"):
            list(session.ask(MUCH).rows)
        assert session.ask("SELECT count(*) AS n FROM ledger").as_dicts() == [{"n": len(RECORDS)}]
    assert list(little.iterdir()) == []


def test_a_database(little, corpus, tmp_path, monkeypatch):
    splits = "SELECT split FROM (SELECT DISTINCT range AS split FROM range(30000000))"
    monkeypatch.setitem(
        database._VIEWS, "ledger", database.string.Template(f"{splits}; CREATE TABLE t AS {splits}")
    )
    with pytest.raises(OptoutError, match="memory"):
        database.write_database(corpus.store, load_version(corpus.store, 1), tmp_path / "out.duckdb")
    assert list(little.iterdir()) == []
    assert list(tmp_path.glob("*.duckdb*")) == []


@pytest.mark.parametrize("value", ["somebody", "1e400"])
def test_what_the_verifier_cannot_do_is_one_error_without_values(value, monkeypatch):
    monkeypatch.setitem(verifier._TEXTS, "hit", f"SELECT '{value}'::DATE")
    with verifier.open_session() as session, pytest.raises(BadInput) as raised:
        verifier.run(session, "hit")
    assert "ConversionException" in str(raised.value)
    assert value not in str(raised.value)

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.corpus.chain import load_version
from pipelines.corpus.store import open_store
from pipelines.lineage.database import write_database
from pipelines.lineage.session import open_session
from pipelines.lineage.views import RELATIONS
from schemas.errors import BadInput, ConfigurationError

ORDER = {"ledger": "split, row", "footprint": "split, subject, role", "eligibility": "subject"}


@pytest.fixture(scope="module", params=["plain", "it's [a] *strange* folder?"])
def database(corpus, tmp_path_factory, request):
    """A file over a corpus in a folder whose name would be a pattern, or would end a literal."""
    folder = tmp_path_factory.mktemp("database")
    shutil.copytree(corpus.folder / "corpus", folder / request.param)
    store = open_store(str(folder / request.param))
    path = folder / "out.duckdb"
    held = write_database(store, load_version(store, 1), path)
    with duckdb.connect(path, read_only=True) as connection:
        yield connection, held


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.name)
def test_the_file_says_what_a_session_says(corpus, database, relation):
    connection, _ = database
    sql = f"FROM {relation.name} ORDER BY {ORDER.get(relation.name, 'ALL')}"
    with open_session(corpus.store, load_version(corpus.store, 1)) as session:
        expected = session.ask(sql).as_dicts()
    found = connection.execute(sql)
    names = [column[0] for column in found.description]
    assert [dict(zip(names, row, strict=True)) for row in found.fetchall()] == expected
    assert expected


def test_the_file_says_what_it_holds_and_holds_no_subject(database):
    connection, held = database
    about = connection.execute("SELECT name, kind, meaning FROM about").fetchall()
    assert about == [tuple(row.values()) for row in held]
    kinds = {
        "BASE TABLE": {row["name"] for row in held if row["kind"] == "table"},
        "VIEW": {"ledger", "footprint", "eligibility"},
    }
    for kind, names in kinds.items():
        found = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_type = ?", [kind]
        )
        assert {name for (name,) in found.fetchall()} == names
    columns = connection.execute(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'subject'"
    )
    assert {name for (name,) in columns.fetchall()} == kinds["VIEW"]


def test_an_existing_file_is_never_replaced(corpus, tmp_path):
    path = tmp_path / "out.duckdb"
    path.write_bytes(b"mine")
    with pytest.raises(ConfigurationError, match="choose another name"):
        write_database(corpus.store, load_version(corpus.store, 1), path)
    assert path.read_bytes() == b"mine"


def test_a_folder_that_is_not_there(corpus, tmp_path):
    with pytest.raises(ConfigurationError, match="choose another folder"):
        write_database(corpus.store, load_version(corpus.store, 1), tmp_path / "none" / "out.duckdb")


def test_a_damaged_object_leaves_no_file(corpus, tmp_path):
    shutil.copytree(corpus.folder / "corpus", tmp_path / "corpus")
    store = open_store(str(tmp_path / "corpus"))
    version = load_version(store, 1)
    name = store.object_name("lineage", version.content.eligibility.digest, "parquet")
    path = Path(store.location(name))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadInput, match=Path(name).name):
        write_database(store, version, tmp_path / "out.duckdb")
    assert {entry.name for entry in tmp_path.iterdir()} == {"corpus"}

"""A registry of each test's own, a workspace round it, and the command line without a new process.

On SQLite; or, where OPTOUT_POSTGRESQL names a server's database, on PostgreSQL (`make test-postgres`).
"""

import io
import os
import shutil
import subprocess
import sys
import uuid
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy
from registry.constants import KEY_ID, LOG_SECRET, NOW, SERVER
from registry.doors import Door
from served import new_workspace

from builders import PLATFORM, REGISTRY_KEY, TARGET_KEY
from optout_registry.cases.calendar import Calendar
from optout_registry.cases.sealing import CaseKey
from optout_registry.intake import Intake
from optout_registry.objections import Objection
from optout_registry.opening import create_registry
from pipelines.cli import main as command_line
from schemas.pseudonyms import Keychain
from schemas.vocabulary import ALL_SURFACES, TARGET_TYPES


def pytest_collection_modifyitems(config, items):
    """What has to do with the database at hand; on PostgreSQL nothing else."""
    folder = str(Path(__file__).parent)

    def belongs(item):
        if not item.path.is_relative_to(folder):
            return True
        if item.get_closest_marker("postgresql_only"):
            return bool(SERVER)
        if not SERVER:
            return True
        return {"url", "new_url"} & set(item.fixturenames) and not item.get_closest_marker("sqlite_only")

    told = [(item, belongs(item)) for item in items]
    config.hook.pytest_deselected(items=[item for item, does in told if not does])
    items[:] = [item for item, does in told if does]


@pytest.fixture
def intake():
    return Intake(Keychain((KEY_ID,), (REGISTRY_KEY,)), PLATFORM, lambda: TARGET_KEY)


@pytest.fixture
def new_url(tmp_path):
    """A function that names one more database, where nothing is yet."""
    made = []

    def name():
        made.append(f"test_{uuid.uuid4().hex}")
        if not SERVER:
            return f"sqlite:///{tmp_path}/{'registry' if len(made) == 1 else made[-1]}.db"
        _on_server(f"CREATE DATABASE {made[-1]}")
        url = sqlalchemy.make_url(SERVER).set(database=made[-1])
        return url.render_as_string(hide_password=False)

    # Nothing is dropped: each drop waits for a checkpoint, and the server's folder goes with the server.
    return name


def _on_server(statement):
    engine = sqlalchemy.create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()


@pytest.fixture
def url(new_url):
    return new_url()


@pytest.fixture
def sql(url):
    """A function that runs SQL on the database, past all of our code, and returns its rows."""
    return partial(_sql, url)


@pytest.fixture
def unguarded(url):
    """A function that runs SQL as an attacker does: with the triggers of a table switched off."""
    return partial(_unguarded, url)


@pytest.fixture
def unguarded_workspace(workspace_url):
    """The same on the registry of the workspace."""
    return partial(_unguarded, workspace_url)


def _sql(url, statement):
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(sqlalchemy.text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


def _unguarded(url, table, statement):
    if SERVER:
        _sql(url, f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _sql(url, statement)
        _sql(url, f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    kept = _sql(url, f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'")
    for name, _ in kept:
        _sql(url, f"DROP TRIGGER {name}")
    _sql(url, statement)
    for _, definition in kept:
        _sql(url, definition)


@pytest.fixture(scope="session")
def blank(tmp_path_factory):
    """An SQLite file that holds an empty registry: a copy is there sooner than a new one."""
    path = tmp_path_factory.mktemp("blank") / "registry.db"
    create_registry(f"sqlite:///{path}", KEY_ID, LOG_SECRET).close()
    return path


@pytest.fixture
def registry(url, blank):
    if not SERVER:
        shutil.copyfile(blank, sqlalchemy.make_url(url).database)
    with create_registry(url, KEY_ID, LOG_SECRET) as opened:
        yield opened


@pytest.fixture
def objection(intake):
    """A function to the objection of an account against every use; names its request after itself."""

    def build(value="a1", request_id=None, *, kind="account", linked=True, surfaces=ALL_SURFACES, **more):
        return Objection(
            target=intake.target({str(one): one for one in TARGET_TYPES}[kind], value),
            request_id=request_id or f"request-{value}",
            received_at=more.pop("received_at", NOW),
            linked=linked,
            surfaces=surfaces,
            **more,
        )

    return build


@pytest.fixture
def workspace_url(tmp_path, url):
    """Of the registry of the workspace."""
    return url if SERVER else f"sqlite:///{tmp_path}/workspace/registry.db"


@pytest.fixture
def optout(tmp_path, monkeypatch, capfd, workspace_url):
    """A function that runs a command in a workspace and returns code, out and err."""

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["optout", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        monkeypatch.setenv("OPTOUT_WORKSPACE", str(tmp_path / "workspace"))
        capfd.readouterr()
        try:
            command_line.main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
        return SimpleNamespace(code=code, **capfd.readouterr()._asdict())

    if SERVER:
        (tmp_path / "workspace").mkdir()
        (tmp_path / "workspace" / "optout.yaml").write_text(f"registry: {workspace_url}\n")
        assert run("init").code == 0
    else:
        shutil.copytree(new_workspace(), tmp_path / "workspace")
    (tmp_path / "workspace" / "source.yaml").write_text(f"platform: {PLATFORM}\n")
    return run


@pytest.fixture
def case_key():
    return CaseKey("case-0123456789abcdef", bytes(range(32, 64)))


@pytest.fixture
def calendar():
    """Of an officer in Dublin."""
    return Calendar(ZoneInfo("Europe/Dublin"), "IE")


@pytest.fixture
def door(registry, intake):
    """A door on the registry, and a client at it that is let in without delay."""
    made = Door(registry, intake)
    with made.client() as made.at:
        yield made


@pytest.fixture
def optout_in(repository):
    """A function that runs a command in a workspace as a process of its own."""

    def run(workspace, *arguments):
        environment = os.environ | {"OPTOUT_WORKSPACE": str(workspace), "PYTHONPATH": str(repository)}
        command = [sys.executable, "-P", "-m", "pipelines.cli", *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    return run

"""Where the registry of these tests is: in the workspace's file, or on a PostgreSQL server."""

import os
import shutil
import time
import uuid
from pathlib import Path

import sqlalchemy

SERVER = os.environ.get("OPTOUT_POSTGRESQL")
"""URL of a database of the server; None: there is none."""
_SETTING = "registry: "


def database(kind):
    """Of the kind "sqlite" or "postgresql"."""
    return {"sqlite": File, "postgresql": Server}[kind]()


class File:
    """Copied with its workspace."""

    calls = ()
    """System calls by which it is written to, besides those on files."""

    def describe(self, workspace):
        """Write into optout.yaml where the registry is: by default, as here."""

    def url(self, workspace):
        return f"sqlite:///{workspace}/registry.db"

    def copy(self, prepared, folder):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("command-*"))

    def settle(self, workspace):
        """Whoever was killed holds nothing any more."""


class Server(File):
    """A database for each workspace, whose name optout.yaml has."""

    calls = ("sendto", "sendmsg")

    def __init__(self):
        # Nobody ends a Server: what it keeps open would be found at some later test.
        self._engine = sqlalchemy.create_engine(
            SERVER, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
        )

    def describe(self, workspace):
        name = f"faults_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name}")
        keys = "keys:\n  registry: file:keys/registry.key\n"  # as optout init writes it
        (workspace / "optout.yaml").write_text(f"{_SETTING}{self._named(name)}\n{keys}", "utf-8")

    def url(self, workspace):
        lines = Path(workspace, "optout.yaml").read_text("utf-8").splitlines()
        return next(line.removeprefix(_SETTING) for line in lines if line.startswith(_SETTING))

    def copy(self, prepared, folder):
        super().copy(prepared, folder)
        source = sqlalchemy.make_url(self.url(prepared)).database
        self._run(f"DROP DATABASE IF EXISTS {source}_copy WITH (FORCE)")
        self._run(f"CREATE DATABASE {source}_copy TEMPLATE {source}")
        settings = folder / "optout.yaml"
        text = settings.read_text("utf-8").replace(self.url(prepared), self._named(f"{source}_copy"))
        settings.write_text(text, "utf-8")

    def settle(self, workspace):
        """What a client sent before it was killed its server process still does."""
        name = sqlalchemy.make_url(self.url(workspace)).database
        until = time.monotonic() + 60
        with self._engine.connect() as connection:
            while connection.scalar(
                sqlalchemy.text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            ):
                assert time.monotonic() < until, "the server still works for a client that was killed"
                time.sleep(0.01)

    def _named(self, name):
        return sqlalchemy.make_url(SERVER).set(database=name).render_as_string(hide_password=False)

    def _run(self, statement):
        with self._engine.connect() as connection:
            connection.execute(sqlalchemy.text(statement))

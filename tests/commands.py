"""Workspaces, and ``optout`` run in them as processes of their own: real arguments, signals, exit codes."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path

import pyarrow.parquet as pq

from builders import PLATFORM, account, record, write_canonical

ROOT = Path(__file__).resolve().parent.parent
AS_OF = "2026-06-01"
ACCOUNTS = [account(account_id=f"a{n}") for n in range(12)]
RECORDS = [record(record_id=f"r{n}", account_id=f"a{n // 4}", text=f"Line {n}") for n in range(48)]
"""Four records of each author; in twelve files, each has a split of its own."""
_numbers = count()


@dataclass(frozen=True)
class Ended:
    """How a command ended. ``peak``: of resident memory, in bytes."""

    code: int
    out: str
    err: str
    peak: int | None = None

    def done(self):
        """Itself, if all went well."""
        assert self.code == 0, self.err
        return self

    @property
    def json(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class Running:
    """A command that runs: ``pid`` takes signals."""

    pid: int
    output: Path

    def send(self, number):
        os.kill(self.pid, number)

    def kill(self):
        """Kill -9: it cleans up nothing."""
        self.send(signal.SIGKILL)

    @property
    def err(self):
        """What it has said so far."""
        return self.output.with_suffix(".err").read_text("utf-8")

    def until(self, condition):
        """Look again and again until ``condition`` holds; the command must not end before."""
        while not condition():
            assert not self._ended(), self.err
            time.sleep(0.005)

    def stopped(self):
        """Whether it waits for SIGCONT."""
        return self._state() == "T"

    def _ended(self):
        return self._state() == "Z"

    def _state(self):
        return Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]

    def wait(self):
        """Wait for its end."""
        answer = _ask({"wait": self.pid})
        out, err = (self.output.with_suffix(suffix).read_text("utf-8") for suffix in (".out", ".err"))
        return Ended(answer["code"], out, err, answer["peak"])


@dataclass(frozen=True)
class Workspace:
    """A folder that `optout init` made. ``sources``: the folder our packages are imported from."""

    folder: Path
    sources: Path = ROOT

    def copy(self, folder):
        """The same workspace in another folder, keys and registry included, without its corpus."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("corpus", "command-*"))
        return replace(self, folder=folder)

    def importing(self, sources):
        """The same workspace, with commands that import our packages from another folder."""
        return replace(self, sources=sources)

    def start(self, *arguments, limits=None, powerless=False, interrupt=None, stopped=False, **environment):
        """Start a command; ``powerless``: not even root may do what the permissions of files forbid.

        ``stopped``: it waits for SIGCONT before it imports anything of ours.

        ``interrupt``: when it presses Ctrl-C itself, as fork_server.interrupt_itself takes it.
        """
        return _start(
            self.folder,
            ["optout", *map(str, arguments)],
            environment={**os.environ, "OPTOUT_WORKSPACE": str(self.folder), **environment},
            sources=str(self.sources),
            limits=limits or {},
            powerless=powerless,
            interrupt=interrupt or {},
            stopped=stopped,
        )

    def run(self, *arguments, **options):
        """Run a command to its end."""
        return self.start(*arguments, **options).wait()

    def open_afresh(self, *arguments, **environment):
        """Start a command in a new interpreter, for what is settled when one starts."""
        return subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *map(str, arguments)],
            env={**os.environ, "OPTOUT_WORKSPACE": str(self.folder), "PYTHONPATH": str(self.sources), **environment},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="backslashreplace",
        )  # fmt: skip

    def build(self, *arguments, **options):
        """Build as of AS_OF."""
        return self.run("build", "--as-of", AS_OF, *arguments, **options)

    def versions(self):
        """What `optout versions --json` says."""
        return self.run("versions", "--json").json

    def content(self):
        """Content digest of each version."""
        return [version["content"] for version in self.versions()]

    def rows_released(self, version=1):
        """The rows of a version's shards as text, each shard in its order."""
        listed = self.run("files", version, "--json").done().json
        shards = (pq.read_table(self.folder / "corpus" / shard["name"]) for shard in listed)
        return [[repr(row) for row in shard.to_pylist()] for shard in shards]

    def files(self, below):
        """Files of the corpus below a folder, by path; leases say nothing."""
        corpus = self.folder / "corpus"
        found = (path for path in sorted((corpus / below).rglob("*")) if path.is_file())
        names = [path.relative_to(corpus).as_posix() for path in found]
        return [name for name in names if name != "staging/building"]


def workspace(folder, accounts=ACCOUNTS, records=RECORDS, *, objections=("a11",), policy=None, **written):
    """A workspace over these tables, its registry holding objections by account id.

    ``policy``: of policy.yaml. ``written``: options of builders.write_canonical.
    """
    rows = [given if isinstance(given, dict) else {"type": "account", "value": given} for given in objections]
    shutil.copytree(_registered("".join(json.dumps(row) + "\n" for row in rows)), folder, dirs_exist_ok=True)
    if policy is not None:
        (folder / "policy.yaml").write_text(json.dumps(policy), "utf-8")
    write_canonical(folder, accounts, records, **written)
    return Workspace(folder)


@cache
def _registered(objections):
    """A workspace that holds these objections, JSON Lines, and nothing else: made once, and copied."""
    folder = Path(tempfile.mkdtemp(prefix="workspace-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Workspace(folder)
    made.run("init").done()
    (folder / "source.yaml").write_text(f"platform: {PLATFORM}\n", "utf-8")
    (folder / "objections.jsonl").write_text(objections, "utf-8")
    made.run("registry", "import", folder / "objections.jsonl").done()
    for output in folder.glob("command-*"):
        output.unlink()
    return folder


def copy_packages(folder):
    """Copy our packages into a new folder, to be changed there and imported from there; returns it."""
    for package in ("schemas", "pipelines", "optout_registry"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def pytest_in(folder, *arguments):
    """Run tests of the copy of the tree in ``folder``, with the packages of that copy."""
    # The fork server has imported what is a plugin of pytest, too.
    imported = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
    options = ("-q", "-n", "0", "-p", "no:cacheprovider", "-W", imported)
    started = _start(
        folder,
        ["pytest", *options, *arguments],
        module="pytest",
        directory=str(folder),
        environment={**os.environ, "PYTHONPATH": str(folder)},
        sources=str(folder),
    )
    return started.wait()


def _start(folder, arguments, **surroundings):
    """Start a module of Python; its output goes to ``folder``."""
    output = folder / f"command-{next(_numbers)}"
    for suffix in (".out", ".err"):
        output.with_suffix(suffix).touch()
    defaults = {
        "module": "pipelines.cli",
        "directory": ".",
        "limits": {},
        "powerless": False,
        "interrupt": {},
        "stopped": False,
    }
    ends = {"out": str(output.with_suffix(".out")), "err": str(output.with_suffix(".err"))}
    request = {**defaults, **ends, **surroundings, "arguments": arguments}
    return Running(_ask({"start": request})["pid"], output)


def _ask(request):
    server = _server()
    server.stdin.write(json.dumps(request) + "\n")
    server.stdin.flush()
    return json.loads(server.stdout.readline())


@cache
def _server():
    """The fork server of this process; it ends with it, when its standard input is closed."""
    server = subprocess.Popen(
        [sys.executable, "-P", str(ROOT / "tests" / "fork_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    atexit.register(server.communicate)
    return server

"""How many objections a second the door takes in a burst, on SQLite and PostgreSQL, and whether any is lost.

For each database: a workspace of its own, `optout registry serve` on loopback, and a burst of requests of
as many people over many connections. Half way through, the door is killed (SIGKILL) and started again.
Afterwards every receipt that was given is checked against the key of the log, and its objection is looked
up in the registry, whose log is verified as a whole. A receipt without its objection ends the script with
an error; the figures are printed, and nothing of them is asserted.

Door, client and database share the cores of this machine. PostgreSQL is a real server with the settings
of Debian's package, started for this and removed.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from door.burst import send_burst
from measured.options import options

from optout_registry.opening import open_registry
from optout_registry.receipts import Receipt, check_receipt
from optout_registry.standing import standing
from optout_registry.transparency.notes import parse_verifier

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "tests" / "servers" / "postgresql.sh"
_LOOKING_UP = 8
"""Threads that look receipts up."""
OPTOUT = [sys.executable, "-m", "pipelines.cli"]


@dataclass(frozen=True)
class Door:
    """A workspace whose door can be served, and the URL of its registry."""

    workspace: Path
    registry: str

    @contextmanager
    def served(self) -> Iterator[tuple[str, subprocess.Popen[str]]]:
        """The door's address, and its process."""
        serve = [*OPTOUT, "registry", "serve", "--port", "0", "--per-address", "0"]
        log = self.workspace / "door.log"
        with log.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(serve, env=self.environment, stderr=file, text=True)
        try:
            while not (found := re.search(r"listening on (\S+)", log.read_text("utf-8"))):
                if process.poll() is not None:
                    sys.exit(log.read_text("utf-8"))
                time.sleep(0.05)
            yield found[1], process
        finally:
            process.terminate()
            process.wait()

    @property
    def environment(self) -> dict[str, str]:
        """Of commands in the workspace."""
        return {**os.environ, "OPTOUT_WORKSPACE": str(self.workspace)}


def main() -> None:
    """Measure each database, print."""
    asked = options("Measure a burst of objections at the door.")
    for database in asked.databases:
        if database == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                _measure("SQLite", _door(Path(folder), None), asked)
        elif url := os.environ.get("OPTOUT_POSTGRESQL"):
            with tempfile.TemporaryDirectory() as folder:
                _measure("PostgreSQL", _door(Path(folder), url), asked)
        else:
            again = [__file__, *sys.argv[1:], "--databases", "postgresql"]
            subprocess.run([SERVER, sys.executable, *again], check=True)


def _door(folder: Path, registry: str | None) -> Door:
    settings = folder / "optout.yaml"
    if registry is not None:
        settings.write_text(f"registry: {registry}\n", "utf-8")
    door = Door(folder, registry or f"sqlite:///{folder}/registry.db")
    subprocess.run([*OPTOUT, "init"], env=door.environment, check=True, capture_output=True)
    (folder / "source.yaml").write_text("platform: example\n", "utf-8")
    with settings.open("a", encoding="utf-8") as file:
        file.write("door:\n  controller: Example Ltd\n  contact: privacy@example.org\n")
    return door


def _measure(name: str, door: Door, asked: argparse.Namespace) -> None:
    half, more = asked.requests // 2, asked.connections * 10
    with door.served() as (url, process):
        first = send_burst(url, range(half), asked.connections)
        cut_off = send_burst(url, range(half, half + more), asked.connections, amid=process.kill)
    with door.served() as (url, _):
        second = send_burst(url, range(half + more, asked.requests + more), asked.connections)
    seconds = sorted(first.seconds + second.seconds)
    percentiles = statistics.quantiles(seconds, n=100, method="inclusive")
    refused = first.refused + cut_off.refused + second.refused
    print(f"\n{name}: {len(seconds):,} acknowledged over {asked.connections} connections")
    print(f"{'accepted':32}{len(seconds) / (first.wall + second.wall):10.0f} a second")
    print(f"{'p50':32}{percentiles[49] * 1000:10.0f} ms")
    print(f"{'p99':32}{percentiles[98] * 1000:10.0f} ms")
    print(f"{'refused':32}{refused:10,}")
    print(f"{'cut off by the kill':32}{cut_off.unanswered:10,}")
    _check(door, first.receipts + cut_off.receipts + second.receipts)


def _check(door: Door, given: list[bytes]) -> None:
    with open_registry(door.registry) as registry:
        verifier = parse_verifier(registry.identity.log_key)

        def is_lost(data: bytes) -> bool:
            receipt = Receipt.parse(data, "receipt")
            check_receipt(receipt, verifier)
            found = standing(registry, receipt.secret)
            return found is None or found.state != "holds" or found.event != receipt.event

        # Each look-up is a transaction on a connection of its own: they wait side by side.
        with ThreadPoolExecutor(_LOOKING_UP) as workers:
            lost = sum(workers.map(is_lost, given))
        report = registry.verify()
    print(f"{'receipts checked':32}{len(given):10,}")
    print(f"{'of them lost':32}{lost:10,}")
    if lost or not report.ok:
        sys.exit("a receipt was given and its objection is not there, or the log does not verify")


if __name__ == "__main__":
    main()

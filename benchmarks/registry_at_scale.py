"""A registry of many objections: imported, snapshotted, used in a build. Each in a process of its own.

``--objections`` says how many: 10,000,000 take 10 GB below benchmarks/data, and 2 GB where TMPDIR says. The
build is of a network of at most 200,000 records, whose accounts some of them are of. Nothing is asserted.
"""

import hashlib
import os
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from measured.alone import alone, line
from measured.one_build import Workspace, build_version
from measured.options import options
from network.files import write_network
from network.requests import write_requests
from network.tables import PLATFORM

from optout_registry.bulk import import_file
from optout_registry.inherited import read_reaching, record_reached
from optout_registry.intake import Intake
from optout_registry.opening import create_registry, open_registry
from pipelines.keys import create_key_file, resolve
from schemas.pseudonyms import Keychain
from schemas.snapshots import Links, snapshot_parquet

_DATA = Path(__file__).parent / "data"
_RECORDS, _ACCOUNTS = 200_000, 20_000
_LOG_SECRET, _TARGET_KEY = bytes(range(32)), bytes(range(64))


def main() -> None:
    """Make the file, measure, print."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # it takes long: show what there is
    asked = options("Measure a registry of many objections.")
    count = asked.objections
    folder = _DATA / f"registry-{count}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = write_requests(_DATA / f"objections-{count}.csv", count)
    source = write_network(_DATA, min(asked.rows, _RECORDS), min(asked.accounts, _ACCOUNTS))
    print(f"{count:,} objections, {file.stat().st_size / 1e6:.0f} MB; {os.cpu_count()} cores")
    imported = alone(_import, folder, file)
    print(line("import", imported, count, "objections"))
    again = alone(_import, folder, file)
    print(line("the same file again", again, count, "objections"))
    if (imported.result, again.result) != (count, 0):
        raise SystemExit(f"added {imported.result} and {again.result}: the measurement is worth nothing")
    taken = alone(_snapshot, folder)
    print(line("snapshot, as Parquet", taken, count, "objections"))
    workspace = Workspace(source, _DATA, _ACCOUNTS)
    print(line("build of a first version", alone(_build, folder, workspace), count, "objections"))
    print(line("build of a second version", alone(_build, folder, workspace), count, "objections"))
    size = sum(path.stat().st_size for path in folder.glob("registry.db*"))
    print(f"{'database':32}{size / count:12.0f} bytes an objection")
    shutil.rmtree(folder)


def _url(folder: Path) -> str:
    return f"sqlite:///{folder}/registry.db"


def _import(folder: Path, file: Path) -> int:
    """Import the file; how many objections were new."""
    key = folder.parent / "registry.key"
    if not key.exists():
        create_key_file(key, "registry")
    held = resolve(f"file:{key}", "registry")
    intake = Intake(Keychain((held.id,), (held.secret,)), PLATFORM, lambda: _TARGET_KEY)
    now = datetime.now(UTC)
    with create_registry(_url(folder), held.id, _LOG_SECRET) as registry:
        report = import_file(registry, file, intake, clock=lambda: now, on_bad=print)
    return report.added


def _snapshot(folder: Path) -> str:
    with open_registry(_url(folder)) as registry:
        return hashlib.sha256(snapshot_parquet(registry.snapshot().objections)).hexdigest()


def _build(folder: Path, workspace: Workspace) -> int:
    """Build the next version; accounts that objections reach are recorded, as by `optout build`."""
    with open_registry(_url(folder), _LOG_SECRET) as registry:
        inputs = replace(
            workspace.inputs(folder / "corpus"),
            registry=registry.snapshot,
            target_key=lambda: _TARGET_KEY,
            links=Links(
                read=partial(read_reaching, registry),
                record=lambda reached, platform: record_reached(
                    registry, reached, platform, recorded_at=datetime.now(UTC)
                ),
            ),
        )
        build_version(inputs, registry.head)
        return registry.head().event


if __name__ == "__main__":
    main()

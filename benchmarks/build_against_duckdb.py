"""How long a build takes, how much memory and how many bytes, next to DuckDB's bare filter.

`make bench` makes a social network once, below benchmarks/data (4 million canonical records, about
270 MB of zstd Parquet; 400,000 accounts, one in a hundred of which objects), and then, alternately
and several times in one warm process on two cores:

- publishes a first version of it: plan, job and finish on the runner that `--runner direct` names,
  with the rule packs and the default policy of this project;
- has DuckDB copy the rows that this version keeps out of the same files into one zstd Parquet file.

The ratio is that of each pair, of wall seconds and of CPU seconds; the median counts. Wall seconds
mean something on an otherwise idle machine only. The time in Great Expectations, a worker's start and
the start of the program are reported apart. Peak memory is that of processes of their own, without
that of the process that hashes along with the plan, whose CPU seconds do count. Nothing is asserted,
and nothing is written outside of benchmarks/data.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.compute as pc
from measured.bare_filter import THREADS, copy_kept, kept_rows
from measured.one_build import GATES, WORKERS, Workspace, build_version
from measured.options import options
from measured.spent import Spent, Steps, median, peak_of
from network.files import first_files, write_network

from pipelines.corpus.chain import load_version, read_splits
from pipelines.corpus.store import Store, open_store

CORES = os.cpu_count()
DATA = Path(__file__).parent / "data"
_CORPUS, _COPY = DATA / "corpus", DATA / "copied.parquet"
_START = {
    "optout --help": [str(Path(sys.executable).with_name("optout")), "--help"],
    "import of a build": [sys.executable, "-c", "import pipelines.build, pipelines.jobs.build"],
    "import of Great Expectations": [
        sys.executable, "-c", "from pipelines.quality import expectations as e; e.import_expectations()",
    ],
}  # fmt: skip


def main() -> None:
    """Make the network, measure, print."""
    asked = options("Measure a build against DuckDB's bare filter.")
    source = write_network(DATA, asked.rows, asked.accounts)
    size = sum(path.stat().st_size for path in source.glob("records/*.parquet"))
    print(f"{asked.rows:,} records, {size / 1e6:.0f} MB; {asked.accounts:,} accounts; {CORES} cores")
    workspace = Workspace(source, DATA, asked.accounts)
    _warm_up(workspace)
    pairs = [_pair(workspace) for _ in range(asked.repeats)]
    _print_speed([built for built, _ in pairs], [copied.spent["copy"] for _, copied in pairs])
    _print_sizes(open_store(str(_CORPUS)))
    _print_memory(workspace)
    _print_start(asked.repeats)
    shutil.rmtree(_CORPUS)
    _COPY.unlink()


def _warm_up(workspace: Workspace) -> None:
    """One build and one copy that do not count: imports, and files in the page cache."""
    _pair(workspace)


def _pair(workspace: Workspace) -> tuple[Steps, Steps]:
    shutil.rmtree(_CORPUS, ignore_errors=True)
    built = build_version(workspace.inputs(_CORPUS))
    return built, copy_kept(workspace.source, kept_rows(open_store(str(_CORPUS)), workspace.source), _COPY)


def _print_speed(builds: list[Steps], copies: list[Spent]) -> None:
    gates = median(steps.total(*GATES) for steps in builds)
    whole = [steps.total("plan", "job", "finish").and_(steps.total(*GATES), -1) for steps in builds]
    rows = {
        **{name: median(steps.spent[name] for steps in builds) for name in ("plan", "job", "finish")},
        "  of that, gates": gates,
        "build without gates": median(whole),
        f"DuckDB, {THREADS} threads": median(copies),
    }
    print(f"\nmedians of {len(builds)}, {WORKERS} workers{'':11}wall s   CPU s")
    for name, spent in rows.items():
        print(f"{name:32}{spent.wall:10.2f}{spent.cpu:8.2f}")
    for index, clock in enumerate(Spent._fields):
        ratios = [built[index] / copied[index] for built, copied in zip(whole, copies, strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"build / DuckDB, {clock:16}{statistics.median(ratios):10.2f}  ({spread})")
    print(f"{'a worker starts':32}{median(steps.spent['worker start'] for steps in builds).wall:10.2f}")


def _print_sizes(store: Store) -> None:
    version = load_version(store)
    splits, counts = read_splits(store, version), version.content.counts
    print(f"\n{len(splits)} splits; {counts.outcomes['kept']:,} of {counts.rows:,} records kept")
    each = {
        name: pc.sum(splits.column(f"{name}_bytes")).as_py() / counts.rows for name in ("ledger", "footprint")
    }
    for name, value in {**each, "ledger and footprint": sum(each.values())}.items():
        print(f"{name:32}{value:10.2f} bytes a record")


def _print_memory(workspace: Workspace) -> None:
    files = len(list(workspace.source.glob("records/*.parquet")))
    print()
    for count in sorted({max(files // 4, 1), files}):
        part = Workspace(first_files(workspace.source, DATA / "some-files", count), DATA, workspace.accounts)
        peak = peak_of(_build_alone, part)
        splits = len(read_splits(open_store(str(_CORPUS)), load_version(open_store(str(_CORPUS)))))
        print(f"{f'peak memory, {splits} splits':32}{peak / 1e6:10.0f} MB")
    shutil.rmtree(DATA / "some-files")
    kept = kept_rows(open_store(str(_CORPUS)), workspace.source)
    print(f"{'peak memory, DuckDB':32}{peak_of(copy_kept, workspace.source, kept, _COPY) / 1e6:10.0f} MB")


def _build_alone(workspace: Workspace) -> None:
    shutil.rmtree(_CORPUS, ignore_errors=True)
    build_version(workspace.inputs(_CORPUS))


def _print_start(repeats: int) -> None:
    print()
    for name, command in _START.items():
        seconds = []
        for _ in range(repeats):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - start)
        print(f"{name:32}{statistics.median(seconds):10.2f} s")


if __name__ == "__main__":
    main()

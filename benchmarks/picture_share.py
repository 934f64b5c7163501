"""What part of a build the rules on pictures take, with the packs that ship.

`make bench ONLY=picture_share` makes a social network below benchmarks/data (``--rows`` records, at most
500,000; two photos of three have some words) and publishes a first version of it ``--repeats`` times, in one
warm process that screens one split after the other. CPU seconds count: of all of the build, of all of
`screen`, and of reading signs on pictures, packs being ready. Medians are printed, nothing is asserted.
"""

import shutil
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measured.one_build import Workspace
from measured.options import options
from network.files import write_network

from pipelines import build
from pipelines.finishing import Finishing
from pipelines.jobs import screening
from pipelines.screen import screen
from schemas.snapshots import RegistryHead

DATA = Path(__file__).parent / "data"
_CORPUS = DATA / "pictures"
_MOST_ROWS = 500_000


def main() -> None:
    """Make the network, measure, print."""
    asked = options("Measure what part of a build the rules on pictures take.")
    rows = min(asked.rows, _MOST_ROWS)
    accounts = max(rows // 10, 1)
    workspace = Workspace(write_network(DATA / "pictured", rows, accounts), DATA, accounts)
    _build(workspace)  # packs are made ready
    found = [_build(workspace) for _ in range(asked.repeats)]
    whole, screened, pictures = (statistics.median(part) for part in zip(*found, strict=True))
    print(f"{rows:,} records: {whole:.2f} CPU seconds a build, {screened:.2f} of them in screen")
    print(
        f"{pictures:.2f} in rules on pictures: {pictures / whole:.1%} of the build ({asked.repeats} builds)"
    )


def _build(workspace: Workspace) -> tuple[float, float, float]:
    """CPU seconds of a build, of its screening, and of its rules on pictures."""
    shutil.rmtree(_CORPUS, ignore_errors=True)
    inputs = workspace.inputs(_CORPUS)
    snapshot = inputs.registry(None)
    head = RegistryHead(snapshot.registry_id, snapshot.event, snapshot.root)
    finishing = Finishing(lambda: head, lambda: datetime.now(UTC), "direct")
    spent: dict[str, float] = {"screen": 0.0, "pictures": 0.0}
    plain = screening.screen, screen.picture_signs
    screening.screen = _timed(plain[0], spent, "screen")  # type: ignore[assignment]
    screen.picture_signs = _timed(plain[1], spent, "pictures")  # type: ignore[assignment]
    start = time.process_time()
    try:
        build.build(inputs, build.Steps(job=_in_this_process, finishing=finishing, planned=lambda *_: None))
    finally:
        screening.screen, screen.picture_signs = plain  # type: ignore[assignment]
    return time.process_time() - start, spent["screen"], spent["pictures"]


def _timed(work: Callable[..., Any], spent: dict[str, float], name: str) -> Callable[..., Any]:
    def timed(*given: object) -> object:
        start = time.process_time()
        try:
            return work(*given)
        finally:
            spent[name] += time.process_time() - start

    return timed


def _in_this_process(corpus: str, plan_id: str, splits: int) -> None:
    worker = screening.open_worker(corpus, plan_id)
    for planned in screening.splits_to_compute(corpus, plan_id, 0, splits):
        worker.run(planned)


if __name__ == "__main__":
    main()

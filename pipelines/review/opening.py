"""The desk of one version: its queue, its source and the log, put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.corpus.chain import Version
from pipelines.corpus.store import Store
from pipelines.review.desk import Desk, Queue
from pipelines.review.queue import read_queue, undecided
from pipelines.review.recording import Recorder
from pipelines.review.sampling import Sampling
from pipelines.review.shown import Explain, shown
from pipelines.review.waiting import Waiting


@dataclass(frozen=True)
class Around:
    """What the desk needs besides a version: handed in by the command line."""

    source: Path
    """The source root."""
    log: Path
    lineage_key: bytes = field(repr=False)
    """That the version was made with."""
    explain: Explain
    about: Callable[[str], tuple[str, str]]
    """From a rule's id to its level and its kind; two empty texts: no such rule is installed."""
    picture: Callable[[str], bytes | str]
    """From a uri to the content of a file, or why there is none: a key of pipelines.review.image.REASONS."""
    actor_of_token: Callable[[str], str]
    """Refused: it is nobody's, or was revoked."""
    now: Callable[[], datetime]


def open_desk(store: Store, version: Version, around: Around) -> Desk:
    """The desk at which the pictures of a version are reviewed.

    Raises:
        BadInput: an object of the version is damaged, or the log.
    """
    items = read_queue(store, version, ())
    recorder = Recorder(around.log, around.now)
    sampling = Sampling(store, version, around.source, around.lineage_key, recorder)
    recorder.now()  # a damaged log is found now, and not at the first decision
    return Desk(
        queue=lambda: _left(items, recorder),
        record=recorder.record,
        sample=sampling.latest,
        candidates=sampling.candidates,
        check=recorder.check,
        shown=lambda place: shown(around.source, place, around.explain),
        picture=around.picture,
        about=around.about,
        actor_of_token=around.actor_of_token,
        now=around.now,
    )


def _left(items: Sequence[Waiting], recorder: Recorder) -> Queue:
    now = recorder.now()
    return Queue(undecided(items, now), now)

"""The desk of one version: its queue, its source and the log, put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from pipelines.corpus.chain import Version, read_object_table, read_splits
from pipelines.corpus.store import Store
from pipelines.corpus.waiting import waiting_since
from pipelines.review.decisions import Decided, decided, standing
from pipelines.review.desk import Desk, Queue, Sample
from pipelines.review.log import read_log
from pipelines.review.queue import waiting_of
from pipelines.review.recording import record
from pipelines.review.shown import Explain, shown
from pipelines.review.waiting import Waiting
from schemas.documents import ObjectRef
from schemas.reviews import QUEUE


@dataclass(frozen=True)
class Around:
    """What the desk needs besides a version: handed in by the command line."""

    source: Path
    """The source root."""
    log: Path
    explain: Explain
    about: Callable[[str], tuple[str, str]]
    picture: Callable[[str], bytes | str]
    actor_of_token: Callable[[str], str]
    now: Callable[[], datetime]


def open_desk(store: Store, version: Version, around: Around) -> Desk:
    """The desk at which the pictures of a version are reviewed.

    Raises:
        BadInput: an object of the version is damaged, or the log.
    """
    items = queue_of(store, version)
    read_log(around.log)  # damaged, it is found now and not at the first decision
    return Desk(
        queue=partial(_queue, items, around.log),
        record=partial(record, around.log, around.now),
        sample=lambda: Sample((), ""),
        check=lambda _pick, _minor, _actor: None,
        shown=lambda place: shown(around.source, place, around.explain),
        picture=around.picture,
        about=around.about,
        actor_of_token=around.actor_of_token,
        now=around.now,
    )


def queue_of(store: Store, version: Version) -> tuple[Waiting, ...]:
    """All that waited when a version was published."""
    splits = [row for row in read_splits(store, version).to_pylist() if row["queue"] is not None]
    references = [
        ObjectRef(digest=row["queue"], bytes=row["queue_bytes"], rows=row["queue_rows"]) for row in splits
    ]
    tables = (read_object_table(store, one, QUEUE) for one in references)
    parts = zip(splits, tables, strict=True)
    return waiting_of(version.number, parts, version.content.rules, waiting_since(store, version), Decided())


def _queue(items: tuple[Waiting, ...], log: Path) -> Queue:
    now = decided(read_log(log))
    return Queue([item for item in items if standing(now, item).state in {"open", "proposed"}], now)

"""The queue of a version: pointers to the pictures that wait, worst evidence first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from pipelines.corpus.chain import Version, read_object_table, read_splits
from pipelines.corpus.computed import ref_of
from pipelines.corpus.store import Store
from pipelines.corpus.waiting import waiting_since
from pipelines.review.decisions import Decided, decided, standing
from pipelines.review.waiting import Past, Place, Waiting, place_in
from schemas.errors import BadInput
from schemas.review_log import ReviewEvent
from schemas.reviews import QUEUE, REVIEW_DAYS


def read_queue(store: Store, version: Version, events: Iterable[ReviewEvent]) -> tuple[Waiting, ...]:
    """What waits in the queue of a version, as :func:`waiting_of` gives it.

    Raises:
        BadInput: an object is missing or damaged, or the log holds a release by one person.
    """
    parts = [
        (split, read_object_table(store, ref_of(split, "queue", split["queue_rows"]), QUEUE))
        for split in read_splits(store, version).to_pylist()
        if split["queue"] is not None
    ]
    since = waiting_since(store, version)
    return waiting_of(version.number, parts, version.content.rules, since, decided(events))


def ever_queued(store: Store, version: Version) -> dict[str, Past]:
    """Each picture that waits, or waited, up to a version.

    Raises:
        BadInput: an object is missing or damaged.
    """
    found: dict[str, Past] = {}
    for row in waiting_since(store, version).to_pylist():
        past = found.setdefault(f"{row['picture']:016x}", Past(row["copies"], {}))
        past.since[row["words"].hex()] = row["since"]
    return found


def waiting_of(
    number: int,
    parts: Iterable[tuple[Mapping[str, Any], pa.Table]],
    rule_ids: Sequence[str],
    queued: pa.Table,
    now: Decided,
) -> tuple[Waiting, ...]:
    """What waits in the queue parts of version ``number``, without what has been decided since.

    ``parts``: rows of SPLITS, each with its QUEUE table; ``queued``: QUEUED. Copies of one picture stand
    together. Pictures are sorted by their worst evidence (strong, points, number of rules), then by how long
    they wait, then by digest; within a picture what is written about it likewise.

    Raises:
        BadInput: the parts name rules that the version has not, or a picture that ``queued`` has not.
    """
    found: dict[tuple[int, bytes], list[tuple[Place, dict[str, Any]]]] = defaultdict(list)
    for split, part in parts:
        for row in part.to_pylist():
            place = place_in(split, row["row"], row["medium"])
            found[row["picture"], row["words"]].append((place, row))
    since = {(row["picture"], row["words"]): row["since"] for row in queued.to_pylist()}
    items = [
        _item(number, pair, places, rule_ids, _since(since, pair, number)) for pair, places in found.items()
    ]
    return _sorted(undecided(items, now))


def undecided(items: Iterable[Waiting], now: Decided) -> list[Waiting]:
    """What still waits of ``items``, in their order; what was released for fewer rules does not expire."""
    return [
        replace(item, expires=None) if (item.picture, item.words) in now.released else item
        for item in items
        if standing(now, item).state in {"open", "proposed"}
    ]


def _item(
    number: int,
    pair: tuple[int, bytes],
    places: list[tuple[Place, dict[str, Any]]],
    rule_ids: Sequence[str],
    since: datetime,
) -> Waiting:
    rows = [row for _, row in places]
    rules = {rule for row in rows for rule in row["rules"] or ()}
    if max(rules, default=-1) >= len(rule_ids):
        raise _inconsistent(number, f"rules below {len(rule_ids)}", f"rule {max(rules)}")
    return Waiting(
        version=number,
        picture=f"{pair[0]:016x}",
        copies=rows[0]["copies"],
        words=pair[1].hex(),
        rules=tuple(sorted(rule_ids[rule] for rule in rules)),
        strong=any(row["strong"] for row in rows),
        points=max(row["points"] for row in rows),
        since=since,
        expires=since + timedelta(days=REVIEW_DAYS),
        places=tuple(sorted(place for place, _ in places)),
    )


def _sorted(items: list[Waiting]) -> tuple[Waiting, ...]:
    groups: dict[str, list[Waiting]] = defaultdict(list)
    for item in sorted(items, key=_rank):
        groups[item.picture].append(item)
    ranks = {
        picture: (_evidence(group[0]), min(item.since for item in group), picture)
        for picture, group in groups.items()
    }
    return tuple(item for picture in sorted(groups, key=ranks.__getitem__) for item in groups[picture])


def _rank(item: Waiting) -> tuple[Any, ...]:
    return (_evidence(item), item.since, item.words)


def _evidence(item: Waiting) -> tuple[bool, int, int]:
    """Smaller is worse."""
    return (not item.strong, -item.points, -len(item.rules))


def _since(since: Mapping[tuple[int, bytes], datetime], pair: tuple[int, bytes], number: int) -> datetime:
    found = since.get(pair)
    if found is None:
        raise _inconsistent(number, "since when each of its pictures waits", "a picture without it")
    return found


def _inconsistent(number: int, expected: str, found: str) -> BadInput:
    return BadInput(
        f"queue of version {number}",
        expected=expected,
        found=found,
        remedy="run `optout verify`; restore the object, or build the version anew",
    )

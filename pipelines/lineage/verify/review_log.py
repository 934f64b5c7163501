"""Decisions of persons next to the log of reviews as it is now: that it holds them, and who made them.

Read from its lines alone: nothing is shared with what writes the log, or takes decisions from it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.lineage.verify.chain import envelope_name
from pipelines.lineage.verify.reviews import LAW
from schemas.canonical import sha256
from schemas.errors import BadInput
from schemas.review_log import ReviewEvent
from schemas.reviews import Decision

if TYPE_CHECKING:
    from pipelines.lineage.verify.document import Held
    from pipelines.lineage.verify.objects import Objects
    from schemas.documents import Envelope

_Pair = tuple[str, str]
_Release = tuple[str, str, tuple[str, ...]]
"""Keyed digests of a picture and of its words, and the rules that were seen."""


@dataclass(frozen=True)
class ReviewLog:
    """The log of reviews, and whose decisions count."""

    path: Path
    actors: Callable[[], Collection[str]]
    """Names of all actors that the registry knows, of those revoked as well."""


@dataclass(frozen=True)
class _Said:
    """What a log holds, whatever came after it."""

    refused: dict[tuple[str, bool], set[str]] = field(default_factory=lambda: defaultdict(set))
    """By picture and ``copies`` who refused it."""
    refused_at: dict[str, datetime] = field(default_factory=dict)
    """By picture the first refusal."""
    released: dict[_Release, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    """Who proposed it, and who confirmed it: two people."""


class _Broken(Exception):
    """A line that the log cannot hold."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def check_log(log: ReviewLog, held: "Held", envelope: "Envelope", objects: "Objects") -> None:
    """Whether the log holds each refusal and release of a version, by actors, and each refusal before it."""
    if held.reviews is None:
        return
    rows = [(n, row) for n, row in enumerate(held.reviews.to_pylist()) if row["decision"] != Decision.EXPIRED]
    try:
        data = _read(log.path)
        if data is None and not rows:
            return  # nobody was ever shown a picture
        said = _said(_decisions(data or b""))
    except OSError as error:
        data, said, found = None, _Said(), error.strerror or type(error).__name__
    except _Broken as error:
        found = f"line {error.number} is none of them: no decision was compared"
        _wanting(objects, log.path.name, "lines chained as they were written, releases by two people", found)
        return
    else:
        found = "no file of that name"
    if data is None:
        words = f"the log of reviews, which {len(rows)} decisions of the version come from"
        _wanting(objects, log.path.name, words, f"{found}: no decision was compared")
        return
    objects.counts["decisions"] = len(rows)
    _check_rows(rows, said, log.actors(), objects.store.object_name(
        "lineage", held.content.reviews.digest, "parquet"), objects)  # fmt: skip
    _check_refusals(rows, said, envelope, objects)


def _check_rows(
    rows: Iterable[tuple[int, dict[str, Any]]],
    said: _Said,
    known: Collection[str],
    name: str,
    objects: "Objects",
) -> None:
    by: Collection[tuple[str, ...]]
    for n, row in rows:
        picture = f"{row['picture']:016x}"
        if row["decision"] == Decision.REFUSED:
            what, by = "a refusal", [(actor,) for actor in said.refused.get((picture, row["copies"]), ())]
        else:
            pair = (picture, (row["words"] or b"").hex(), tuple(row["rules"] or ()))
            what, by = "a release by two people", said.released.get(pair, ())
        if not by:
            _wanting(objects, f"{name} row {n}", f"{what} that the log of reviews holds", "none there")
        elif not any(all(actor in known for actor in actors) for actors in by):
            strange = sorted({actor for actors in by for actor in actors if actor not in known})
            words = f"{what}, by actors of the registry"
            _wanting(objects, f"{name} row {n}", words, f"{', '.join(strange)}, of whom it does not know")


def _check_refusals(
    rows: Iterable[tuple[int, dict[str, Any]]], said: _Said, envelope: "Envelope", objects: "Objects"
) -> None:
    """A refusal that was in the log when the build began is in the version."""
    if envelope.runner is None:
        return
    began = envelope.runner.started_at
    held = {f"{row['picture']:016x}" for _, row in rows if row["decision"] == Decision.REFUSED}
    missing = [picture for picture, at in said.refused_at.items() if at < began and picture not in held]
    if missing:
        words = "every refusal that the log of reviews holds from before its build"
        _wanting(objects, envelope_name(envelope.number), words, f"{len(missing)} that are missing")


def _wanting(objects: "Objects", name: str, expected: str, found: str) -> None:
    objects.faults.add("review log", name, LAW, expected=expected, found=found)


def _read(path: Path) -> bytes | None:
    """The bytes of the log; None: there is no file."""
    if not path.exists():
        return None
    if not path.is_file():
        raise OSError(0, "something else than a file")
    return path.read_bytes()


def _decisions(data: bytes) -> list[ReviewEvent]:
    """The events of a log but what was only seen, the chain checked (_Broken).

    What a writer left who died counts for nothing: a torn line, or the first ones of several.
    """
    found: list[ReviewEvent] = []
    previous, through, number = None, 0, 0
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            event = ReviewEvent.parse(line, f"line {number}")
        except BadInput:
            raise _Broken(number) from None
        is_next = event.number == number and event.previous == previous and event.through >= number
        if not is_next or (number <= through and event.through != through):
            raise _Broken(number)
        if event.to_canonical_json() != line:
            raise _Broken(number)
        previous, through = sha256(line), event.through
        if event.what not in {"viewed", "looked"}:
            found.append(event)
    return [event for event in found if through <= number or event.through != through]


def _said(events: Iterable[ReviewEvent]) -> _Said:
    """What decisions came to, one after the other (_Broken: a release that nobody else proposed)."""
    said, proposed = _Said(), dict[_Pair, ReviewEvent]()
    for event in events:
        picture, words, rules = event.picture or "", event.words or "", event.rules or ()
        if event.what == "refused":
            said.refused[picture, bool(event.copies)].add(event.actor)
            said.refused_at.setdefault(picture, event.at)
        elif event.what == "proposed":
            proposed[picture, words] = event
        elif event.what == "dropped":
            proposed.pop((picture, words), None)
        elif event.what == "released":
            first = proposed.pop((picture, words), None)
            if first is None or first.actor == event.actor or first.rules != event.rules:
                raise _Broken(event.number)
            if event.copies:
                said.released[picture, words, rules].add((first.actor, event.actor))
    return said

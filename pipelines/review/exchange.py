"""Decisions as JSON Lines, out of the log and into it: for lists that are worked through elsewhere.

Refusals alone come in. A release is two people's, each looking at one picture: that is the page's.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from pipelines.review.decisions import Decided, refuse, standing
from pipelines.review.waiting import Past, Waiting
from schemas.canonical import parse_json
from schemas.errors import BadInput, ConfigurationError
from schemas.review_log import ReviewEntry, ReviewLine


class Queued(NamedTuple):
    """What an import may refuse."""

    version: int
    """Number of the version whose queue it is."""
    waiting: Sequence[Waiting]
    """What waits, in the order of the queue."""
    ever: Mapping[str, Past]
    """Every picture that waits or ever waited, up to this version."""


def export_lines(waiting: Sequence[Waiting], now: Decided) -> Iterator[ReviewLine]:
    """What waits, in the order of the queue; then each refused picture, and each release that is none's."""
    for item in waiting:
        yield _waiting_line(item, now)
    decisions = [_refused_line(picture, now) for picture in now.refused]
    decisions += [_released_line(*pair, now) for pair in now.released if pair[0] not in now.refused]
    yield from sorted(decisions, key=lambda line: (cast("datetime", line.at), line.picture, line.words or ""))


def import_lines(
    data: bytes, name: str, queue: Queued, now: Decided, actor: str, at: datetime
) -> tuple[ReviewEntry, ...]:
    """The refusals that a file asks for, without those that were made before. ``name`` names the file.

    Refused may be what waits or ever waited, and what was released. A line that says what the log says
    already changes nothing, and contradicts none.

    Raises:
        BadInput: names the first line that is none of an export, refuses another picture, contradicts an
            earlier one, or asks for anything else that is not so yet.
    """
    waiting = queue.waiting
    of_pair = {(item.picture, item.words): item for item in waiting}
    of_picture = {item.picture: item for item in reversed(waiting)}
    entries: dict[str, ReviewEntry] = {}
    for number, text in enumerate(data.splitlines(), 1):
        subject = f"line {number} of {name}"
        line = _parsed(text, subject)
        item = of_pair.get((line.picture, line.words or ""), of_picture.get(line.picture))
        if line.decision is None or _is_so(line, item, now):
            continue
        if line.decision != "refused":
            raise (_contradicts if line.picture in entries else _no_release)(subject, line.decision)
        if line.picture not in entries:
            entry = _refusal(line.picture, item, now, actor, at) or _of_one_gone(line, queue, actor, at)
            if entry is None:
                raise _not_waiting(subject)
            entries[line.picture] = entry
    return tuple(entries.values())


def _is_so(line: ReviewLine, item: Waiting | None, now: Decided) -> bool:
    """Whether the log says already what a line does."""
    if line.picture in now.refused or line.decision == "refused":
        return line.decision == "refused" and line.picture in now.refused
    if line.decision == "released":
        return (line.picture, line.words) in now.released
    return item is not None and item.words == line.words and standing(now, item).state == "proposed"


def _refusal(
    picture: str, item: Waiting | None, now: Decided, actor: str, at: datetime
) -> ReviewEntry | None:
    """The refusal of a picture that waits, or that was released; None: it is neither."""
    if item is not None:
        (entry,) = refuse(now, item, actor, at)
        return entry
    release = next((one.event for pair, one in now.released.items() if pair[0] == picture), None)
    if release is None:
        return None
    said = {name: getattr(release, name) for name in ReviewEntry.model_fields}
    return ReviewEntry(**said | {"what": "refused", "actor": actor, "at": at})


def _of_one_gone(line: ReviewLine, queue: Queued, actor: str, at: datetime) -> ReviewEntry | None:
    """The refusal of a picture that waits no more, of which nobody is shown rules; None: it never waited.

    Since when it waited is what the corpus says of the line's words, or of the first of all; a line's own
    word anybody may have changed.
    """
    past = queue.ever.get(line.picture)
    if past is None:
        return None
    return ReviewEntry(
        at=at,
        actor=actor,
        what="refused",
        version=queue.version,
        picture=line.picture,
        copies=past.copies,
        first_queued=past.since.get(line.words or "") or min(past.since.values()),
    )


def _parsed(text: bytes, subject: str) -> ReviewLine:
    try:
        return ReviewLine.of(parse_json(text, subject), subject, ConfigurationError)
    except (BadInput, ConfigurationError) as error:
        raise BadInput(
            subject,
            expected="a line of `optout review export`, of which the decision alone was changed",
            found=error.found,
            remedy="correct it and repeat; nothing was recorded",
        ) from None


def _waiting_line(item: Waiting, now: Decided) -> ReviewLine:
    proposal = standing(now, item).event
    return ReviewLine(
        picture=item.picture,
        copies=item.copies,
        words=item.words,
        rules=item.rules,
        since=item.since,
        expires=item.expires,
        records=item.records,
        decision="proposed" if proposal else None,
        by=(proposal.actor,) if proposal else (),
        at=proposal.at if proposal else None,
    )


def _refused_line(picture: str, now: Decided) -> ReviewLine:
    event = now.refused[picture]
    return ReviewLine(
        picture=picture,
        copies=bool(event.copies),
        words=event.words,
        rules=event.rules,
        since=event.first_queued,
        expires=None,
        records=None,
        decision="refused",
        by=(event.actor,),
        at=event.at,
    )


def _released_line(picture: str, words: str, now: Decided) -> ReviewLine:
    release = now.released[picture, words]
    return ReviewLine(
        picture=picture,
        copies=bool(release.event.copies),
        words=words,
        rules=tuple(sorted(release.rules)),
        since=release.event.first_queued,
        expires=None,
        records=None,
        decision="released",
        by=(release.proposed_by, release.event.actor),
        at=release.event.at,
    )


def _no_release(subject: str, decision: str) -> BadInput:
    return BadInput(
        subject,
        expected="refused, or what was decided before",
        found=f"{decision}, which it is not",
        remedy="release pictures one by one in `optout review serve`, two people each; nothing was recorded",
    )


def _contradicts(subject: str, decision: str) -> BadInput:
    return BadInput(
        subject,
        expected="refused, as an earlier line has it of this picture",
        found=decision,
        remedy="decide which of the lines is right, and repeat; nothing was recorded",
    )


def _not_waiting(subject: str) -> BadInput:
    return BadInput(
        subject,
        expected="a picture that waits or waited, or was decided on",
        found="another one",
        remedy="export again: the picture was mistyped, or is of another corpus; nothing was recorded",
    )

"""Who decided: names of the log that nobody has, or had, are nobody's decisions."""

from collections.abc import Collection, Iterable

from schemas.errors import BadInput
from schemas.review_log import ReviewEvent, What

DECISIONS: frozenset[What] = frozenset({"refused", "proposed", "released", "dropped"})
"""What an event does that changes what a build takes, or may take."""


def check_actors(events: Iterable[ReviewEvent], known: Collection[str]) -> None:
    """That each decision is an actor's of the registry; ``known``: their names, of those revoked as well.

    Raises:
        BadInput: names the first line that is not, and its actor.
    """
    for event in events:
        if event.what in DECISIONS and event.actor not in known:
            raise BadInput(
                f"line {event.number} of the log of reviews",
                expected="a decision by an actor of the registry: `optout actor list` shows them",
                found=f"one by {event.actor}, of whom it does not know",
                remedy="find out who wrote it, and restore the log from a backup; or the registry, if that is"
                " what was lost",
            )

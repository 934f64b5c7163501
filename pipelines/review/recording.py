"""What the page does, written into the log: decided under its lock, so that nobody decides in between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.review.decisions import (
    Decided,
    confirm_release,
    decided,
    drop,
    look,
    propose_release,
    refuse,
    view,
)
from pipelines.review.desk import Doing, Drawn, Saw
from pipelines.review.log import Held, appending, hold_log
from pipelines.review.sample import check_pick, view_pick
from pipelines.review.waiting import Waiting
from schemas.review_log import ReviewEvent


@dataclass
class Recorder:
    """The log of reviews as a page uses it: read again and again, of which only what is new is checked."""

    path: Path
    clock: Callable[[], datetime]
    held: Held = field(default_factory=Held, repr=False)

    def events(self) -> Sequence[ReviewEvent]:
        """Every event of the log.

        Raises:
            BadInput: the log is damaged, or cannot be read.
        """
        self.held = hold_log(self.path, self.held)
        return self.held.events

    def now(self) -> Decided:
        """What holds now; BadInput as above."""
        return decided(self.events())

    def record(self, doing: Doing, item: Waiting, actor: str) -> None:
        """Append what an actor does about a waiting picture; on disk when this returns.

        Raises:
            Refused: it does not fit what others did meanwhile. BadInput: the log is damaged, or the disk
                failed, and nothing was recorded.
        """
        with appending(self.path, self.held) as log:
            now, at = decided(log.events), self.clock()
            match doing:
                case "viewed":
                    log.append([view(item, actor, at)])
                case "looked":
                    log.append([look(item, actor, at)])
                case "refused":
                    log.append(refuse(now, item, actor, at))
                case "proposed":
                    log.append([propose_release(now, item, actor, at)])
                case "released":
                    log.append([confirm_release(now, item, actor, at)])
                case "dropped":
                    log.append([drop(now, item, actor, at)])
            self.held = log.held

    def check(self, drawn: Drawn, saw: Saw, actor: str) -> None:
        """Append what an actor saw on a picture of a sample, or is about to see.

        Raises:
            BadInput: as above.
        """
        sample = drawn.sample
        with appending(self.path, self.held) as log:
            at = self.clock()  # no earlier than whatever was decided before
            if saw in {"viewed", "looked"}:
                log.append([view_pick(sample, drawn.looked_at, saw, actor, at)])
            else:
                log.append(
                    check_pick(
                        decided(log.events),
                        sample,
                        drawn.number,
                        drawn.candidates,
                        drawn.medium,
                        minor=saw == "minor",
                        actor=actor,
                        at=at,
                    )
                )
            self.held = log.held

"""What the page does, written into the log: decided under its lock, so that nobody decides in between."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pipelines.review.decisions import confirm_release, decided, drop, propose_release, refuse, view
from pipelines.review.desk import Doing
from pipelines.review.log import appending
from pipelines.review.waiting import Waiting


def record(path: Path, clock: Callable[[], datetime], doing: Doing, item: Waiting, actor: str) -> None:
    """Append what an actor does about a waiting picture; on disk when this returns.

    Raises:
        Refused: it does not fit what others did meanwhile. BadInput: the log cannot be read or written.
    """
    with appending(path) as log:
        now, at = decided(log.events), clock()
        match doing:
            case "viewed":
                log.append([view(item, actor, at)])
            case "refused":
                log.append(refuse(now, item, actor, at))
            case "proposed":
                log.append([propose_release(now, item, actor, at)])
            case "released":
                log.append([confirm_release(now, item, actor, at)])
            case "dropped":
                log.append([drop(now, item, actor, at)])

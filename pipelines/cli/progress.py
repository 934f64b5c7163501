"""Long work in a thread, so that the main thread can show how far it is and hear Ctrl-C."""

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_TICK = 0.1
"""Seconds between two looks at what is finished."""


def run_with_progress(
    work: Callable[[], None], what: str, total: int | None, done: Callable[[], int]
) -> None:
    """Run ``work`` with a bar on stderr: ``done`` of ``total`` so far; raises what ``work`` raises.

    ``total`` is null where nobody knows before the end.
    """
    with _bar() as progress:
        task = progress.add_task(what, total=total)
        for _ in _while(work):
            progress.update(task, completed=done())
        progress.update(task, completed=done())


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


def _while(work: Callable[[], None]) -> Iterator[None]:
    """Yield now and then while ``work`` runs."""
    failures: list[BaseException] = []
    ended = threading.Event()

    def run() -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 - raised again in the main thread
            failures.append(failure)
        finally:
            ended.set()

    threading.Thread(target=run, name="job", daemon=True).start()
    while not ended.wait(_TICK):
        yield
    if failures:
        raise failures[0]

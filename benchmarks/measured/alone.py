"""What a piece of work takes in a process of its own: time, and memory that is its own."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

_LOOK_SECONDS = 0.01
_STATUS = Path("/proc/self/status")


class Alone(NamedTuple):
    """What the work gave and took."""

    result: Any
    wall: float
    cpu: float
    """Seconds of this process, without those of processes it has started."""
    resident: int
    """Bytes of the largest resident set, pages of mapped files included."""
    own: int
    """Most bytes that belonged to no file (RssAnon): what the system cannot drop."""


def alone(work: Callable[..., object], *arguments: object) -> Alone:
    """Run ``work`` in a new process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(_measured, work, *arguments).result()


def line(name: str, spent: Alone, units: int, unit: str) -> str:
    """What to print of it: ``units`` of work in so many seconds."""
    return (
        f"{name:32}{units / spent.wall:12,.0f} {unit}/s{spent.wall:10.1f} s{spent.cpu:10.1f} s CPU"
        f"{spent.own / 1e6:8.0f} MB own{spent.resident / 1e6:8.0f} MB resident"
    )


def _measured(work: Callable[..., object], *arguments: object) -> Alone:
    ended, peak = Event(), [0]
    watcher = Thread(target=_watch, args=(ended, peak))
    watcher.start()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work(*arguments)
    spent = time.perf_counter() - wall, time.process_time() - cpu
    ended.set()
    watcher.join()
    return Alone(result, *spent, _bytes("VmHWM"), peak[0])


def _watch(ended: Event, peak: list[int]) -> None:
    while not ended.wait(_LOOK_SECONDS):
        peak[0] = max(peak[0], _bytes("RssAnon"))


def _bytes(name: str) -> int:
    return int(_STATUS.read_text(encoding="ascii").partition(f"{name}:")[2].split()[0]) * 1024

"""What a piece of work takes: wall and CPU seconds, and the peak memory of a process of its own."""

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Spent(NamedTuple):
    """Seconds of the clock, and seconds of all threads of this process and of those it has waited for."""

    wall: float = 0.0
    cpu: float = 0.0

    def and_(self, other: "Spent", sign: int = 1) -> "Spent":
        """With what something else took; without it where ``sign`` is -1."""
        return Spent(self.wall + sign * other.wall, self.cpu + sign * other.cpu)


@dataclass
class Steps:
    """What each named step took."""

    spent: dict[str, Spent] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Measure the block."""
        wall, cpu = time.perf_counter(), _cpu_seconds()
        yield
        self.spent[name] = Spent(time.perf_counter() - wall, _cpu_seconds() - cpu)

    def total(self, *names: str) -> Spent:
        """What some steps took together."""
        whole = Spent()
        for name in names:
            whole = whole.and_(self.spent[name])
        return whole


def _cpu_seconds() -> float:
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + others.ru_utime + others.ru_stime


def median(spent: Iterable[Spent]) -> Spent:
    """The medians, of wall and of CPU seconds."""
    walls, cpus = zip(*spent, strict=True)
    return Spent(statistics.median(walls), statistics.median(cpus))


def peak_of(work: Callable[..., object], *arguments: object) -> int:
    """Run ``work`` in a process of its own; bytes of its largest resident set."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(_peak, work, *arguments).result()


def _peak(work: Callable[..., object], *arguments: object) -> int:
    work(*arguments)
    # Not getrusage: its maximum goes back to before exec, when the child was still its parent.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024

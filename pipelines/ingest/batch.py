"""What a reader hands over: some rows as columns of Python values, each with its place in the file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.source_checks import ALL

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Batch:
    """Rows of one file. ``column`` gives the values of a column or top-level key, null where absent.

    ``defects`` names what is wrong with a row as a whole: ``row:json``, ``row:columns``,
    ``row:quotes``, ``row:encoding``, ``row:length``, ``row:unreadable``. Such a row has only nulls.
    """

    rows: int
    positions: Sequence[int]
    column: Callable[[str], Sequence[Any]]
    defects: dict[int, str] = field(default_factory=dict)


def values_at(batch: Batch, path: Path) -> list[Any]:
    """The values at a path; a value that cannot be reached is a BROKEN, which no cast takes."""
    name, *rest = path
    values = list(batch.column(str(name)))
    return values if not rest else below(values, tuple(rest))


def below(values: Sequence[Any], path: Path) -> list[Any]:
    """The values below some values."""
    found = []
    for value in values:
        try:
            found.append(_walk(value, path))
        except TypeError:
            found.append(BROKEN)
    return found


class _Broken:
    """A value that is not what the path or the format says. Every cast refuses it."""

    def __bool__(self) -> bool:
        return True


BROKEN = _Broken()


def _walk(value: Any, path: Path) -> Any:  # noqa: ANN401
    for place, step in enumerate(path):
        if value is None:
            return None
        if step == ALL:
            return list(_every(value, path[place + 1 :]))
        if isinstance(step, int) and isinstance(value, list):
            value = value[step] if step < len(value) else None
        elif isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        else:
            msg = "a step into something that is no list or no object"
            raise TypeError(msg)
    return value


def _every(values: Any, path: Path) -> Iterator[Any]:  # noqa: ANN401
    if not isinstance(values, list):
        msg = "[*] of something that is no list"
        raise TypeError(msg)
    for value in values:
        found = _walk(value, path)
        if ALL in path:
            yield from found or ()
        elif found is not None:
            yield found

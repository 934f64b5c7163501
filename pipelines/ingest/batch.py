"""What a reader hands over: some rows as columns of Python values, each with its place in the file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipelines.ingest.limits import BATCH_BYTES, BATCH_ROWS
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


class Row(NamedTuple):
    """One row of a text file: its place, its cells or keys (null where ``defect`` says why), its size."""

    position: int
    values: Sequence[Any] | Mapping[str, Any] | None
    defect: str | None
    size: int


def batches_of(rows: Iterable[Row], names: Sequence[str] | None = None) -> Iterator[Batch]:
    """Rows put together to batches of bounded size. ``names``: of their cells; without, rows are mappings."""
    held: list[Row] = []
    size = 0
    for row in rows:
        held.append(row)
        size += row.size
        if len(held) == BATCH_ROWS or size > BATCH_BYTES:
            yield _batch(held, names)
            held, size = [], 0
    if held:
        yield _batch(held, names)


def _batch(rows: list[Row], names: Sequence[str] | None) -> Batch:
    def column(name: str) -> list[Any]:
        if names is None:
            return [None if row.values is None else row.values.get(name) for row in rows]  # type: ignore[union-attr]
        place = names.index(name)
        return [None if row.values is None else row.values[place] for row in rows]  # type: ignore[index]

    defects = {place: row.defect for place, row in enumerate(rows) if row.defect is not None}
    return Batch(len(rows), [row.position for row in rows], column, defects)


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

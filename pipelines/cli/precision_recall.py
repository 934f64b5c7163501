"""The result of an evaluation as a picture: precision against recall, at each level."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from pipelines.cli.written import writing_file
from schemas.errors import ConfigurationError

_SIDE, _MARGIN = 480, 56
_COLOURS = {"declared": "#7a7a7a", "strong": "#0b6aa2", "weak": "#b3450b"}
_START = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE + 2 * _MARGIN} {_SIDE + 2 * _MARGIN}"',
    'font-family="sans-serif" font-size="12">',
    "<title>Precision against recall, by level, with 95 % intervals</title>",
)
"""The first lines of each: what tells one that was drawn before from any other file."""


def precision_against_recall(result: Mapping[str, Any]) -> str:
    """An SVG document of an evaluation: levels with their 95 % intervals, languages as small dots."""
    size = _SIDE + 2 * _MARGIN
    lines = [
        *_START,
        f'<rect width="{size}" height="{size}" fill="white"/>',
        *_axes(),
        *(part for row in _drawable(result["languages"]) for part in _small(row)),
        *(part for row in _drawable(result["levels"]) for part in _large(row)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def check_picture(path: Path) -> None:
    """Nothing is replaced but an empty file or a picture drawn before: ConfigurationError of any other."""
    start = "\n".join(_START).encode()
    try:
        if not path.is_file() or not path.stat().st_size:
            return
        with path.open("rb") as file:
            found = None if file.read(len(start)) == start else "another file"
    except OSError as error:
        found = error.strerror or type(error).__name__
    if found is not None:
        raise ConfigurationError(
            f"--picture {path}",
            expected="a new file, or a picture that was drawn before",
            found=found,
            remedy="name another file; nothing was replaced",
        )


def write_picture(path: Path, drawn: str) -> None:
    """Write a picture, whole or not at all; ConfigurationError where it cannot be, or another file lies."""
    with writing_file(path, replaces=check_picture) as file:
        file.write(drawn.encode())


def _drawable(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Rows that have both numbers: where nothing was found there is no precision."""
    return (row for row in rows if row["precision"] is not None and row["recall"] is not None)


def _x(recall: float) -> float:
    return round(_MARGIN + _SIDE * recall, 1)


def _y(precision: float) -> float:
    return round(_MARGIN + _SIDE * (1 - precision), 1)


def _axes() -> Iterator[str]:
    for tenth in range(0, 11, 2):
        share = tenth / 10
        for x1, y1, x2, y2 in ((0, share, 1, share), (share, 0, share, 1)):
            yield f'<line x1="{_x(x1)}" y1="{_y(y1)}" x2="{_x(x2)}" y2="{_y(y2)}" stroke="#dddddd"/>'
        yield f'<text x="{_x(share)}" y="{_y(0) + 18}" text-anchor="middle">{share}</text>'
        yield f'<text x="{_x(0) - 8}" y="{_y(share) + 4}" text-anchor="end">{share}</text>'
    yield f'<text x="{_x(0.5)}" y="{_y(0) + 40}" text-anchor="middle">recall</text>'
    turned = f"rotate(-90 16 {_y(0.5)})"
    yield f'<text x="16" y="{_y(0.5)}" text-anchor="middle" transform="{turned}">precision</text>'


def _small(row: Mapping[str, Any]) -> Iterator[str]:
    x, y, colour = _x(row["recall"]), _y(row["precision"]), _COLOURS[row["level"]]
    yield f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}" opacity="0.5"/>'
    yield f'<text x="{x + 4}" y="{y + 3}" font-size="9" fill="{colour}">{escape(row["of"])}</text>'


def _large(row: Mapping[str, Any]) -> Iterator[str]:
    x, y, colour = _x(row["recall"]), _y(row["precision"]), _COLOURS[row["level"]]
    (left, right), (low, high) = row["recall_interval"], row["precision_interval"]
    yield f'<line x1="{_x(left)}" y1="{y}" x2="{_x(right)}" y2="{y}" stroke="{colour}" stroke-width="2"/>'
    yield f'<line x1="{x}" y1="{_y(low)}" x2="{x}" y2="{_y(high)}" stroke="{colour}" stroke-width="2"/>'
    yield f'<circle cx="{x}" cy="{y}" r="6" fill="{colour}"/>'
    yield f'<text x="{x + 9}" y="{y - 9}" font-weight="bold" fill="{colour}">{row["level"]}</text>'

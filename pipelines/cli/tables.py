"""How results reach stdout: a table for people, JSON or CSV for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

_ANY_WIDTH = 1_000_000
EXACT = 2**53
"""Integers beyond this lose digits in most JSON readers (RFC 8259, section 6): written as text."""


def print_table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print flat rows as one table: the columns are the keys, in the order they first occur.

    Whole numbers stand right with thousands separated; lists are joined with commas; null is
    empty. A pipe gets every column at its full width, nothing cut and nothing folded, and lines that
    end with their last character.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    is_terminal = sys.stdout.isatty()
    # Wide enough for any row: rich would otherwise fold what is piped to 80 columns.
    console = Console(width=None if is_terminal else _ANY_WIDTH, highlight=False)
    names = list(dict.fromkeys(name for row in rows for name in row))
    heading = Text(_printable(title), "bold") if title else None
    table = Table(title=heading, title_justify="left", box=SIMPLE_HEAD)
    for name in names:
        values = [row.get(name) for row in rows]
        numeric = all(_is_number(value) for value in values if value is not None)
        table.add_column(Text(_printable(name)), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(name))) for name in names))
    shown = table if names else Text(f"{_printable(title)}: no rows")
    if is_terminal:
        console.print(shown)
        return
    with console.capture() as printed:
        console.print(shown)
    for line in printed.get().splitlines():
        print_text(line.rstrip())  # rich fills each line up to the width of the table


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print one JSON document, ASCII and indented; integers beyond 2**53 become text."""
    print_text(json.dumps(plain(value), indent=2))


def print_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as CSV (RFC 4180); lists and structs are JSON in their cell, null is empty."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        cells = [plain(value) for value in row]
        writer.writerow([json.dumps(cell) if isinstance(cell, list | dict) else cell for cell in cells])


def print_text(text: str) -> None:
    """Print a line of a result."""
    sys.stdout.write(text + "\n")


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 split``, ``2,000 splits``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - one return for each kind of value
    """The JSON form of a value: instants in ISO 8601, bytes as hexadecimal digits."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT else str(value)
    if isinstance(value, float):
        # JSON has no NaN and no infinity.
        return value if abs(value) < float("inf") else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _is_number(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, int | float) or (isinstance(value, str) and value.endswith("%"))


def _cell(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(item) for item in value)
    return _printable(str(plain(value)))


def _printable(text: str) -> str:
    # A path may hold escape sequences; a terminal must not obey them.
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)

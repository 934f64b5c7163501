"""Writing files whose bytes depend on nothing but their contents."""

import csv
import gzip
import io
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import zstandard

FAULTY = 0.005
"""Rows that do not conform, as a share of all."""


def write_lines(path: Path, lines: list[str]) -> None:
    """Write JSON Lines; the ending of the name says how they are compressed."""
    data = "".join(f"{line}\n" for line in lines).encode()
    if path.suffix == ".gz":
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=5) as file:
            file.write(data)
        data = buffer.getvalue()
    elif path.suffix == ".zst":
        data = zstandard.ZstdCompressor(level=3).compress(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_csv(path: Path, rows: Iterable[Iterable[str]], delimiter: str = ",") -> None:
    """Write a CSV file; newlines inside cells are kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n", delimiter=delimiter).writerows(rows)


def json_lines(rng: random.Random, rows: list[dict[str, Any]], moment: str, body: str) -> list[str]:
    """Each row as JSON, with faulty lines among them. ``moment`` and ``body`` name columns."""
    lines = []
    for row in rows:
        lines.append(to_json(row))
        if rng.random() < FAULTY:
            lines.append(_faulty(rng, row, moment, body))
    return lines


def to_json(row: dict[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def _faulty(rng: random.Random, row: dict[str, Any], moment: str, body: str) -> str:
    """A line such as exports really have: cut off, of the wrong type, on a day that never was."""
    kind = rng.randrange(5)
    first = next(iter(row))
    row = row | {first: f"{row[first]}x"}
    if kind == 0:
        line = to_json(row)
        return line[: len(line) * 2 // 3]
    if kind == 1:
        return to_json(row | {moment: "2023-02-30T25:61:00Z"})
    if kind == 2:
        return to_json(row | {moment: "yesterday evening"})
    if kind == 3:
        return to_json(row | {body: {"html": "<p></p>"}})
    return to_json([row[first], "export interrupted"]) if rng.random() < 0.5 else "{}"

"""A random sample of the pictures that a version released, the same for everybody who draws it."""

import hashlib
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.corpus.chain import Version, read_object_table, read_splits
from pipelines.corpus.computed import ref_of
from pipelines.corpus.objects import open_object
from pipelines.corpus.store import Store
from pipelines.review.waiting import Place, place_in
from schemas.canonical import canonical_json, sha256
from schemas.errors import BadInput, ConfigurationError
from schemas.review_log import Draw
from schemas.tables import LEDGER


@dataclass(frozen=True)
class Pick:
    """A released picture that was drawn."""

    number: int
    """Its place in the sample, from 0."""
    record: Place
    """Its record in the source; ``medium`` is that of its first picture, whichever was drawn."""
    released: tuple[dict[str, Any], ...]
    """The pictures of the record that were released, as the shard has them."""
    position: int
    """Which of them was drawn, from 0."""


def draw_sample(store: Store, version: Version, kept: int, seed: int) -> tuple[Draw, tuple[Pick, ...]]:
    """Draw ``kept`` of the pictures that stand in a version's shards, each at most once.

    Raises:
        ConfigurationError: there are not as many. BadInput: an object is damaged, or says otherwise than
            the version's counts.
    """
    content = version.content.content_digest()
    splits = read_splits(store, version).to_pylist()
    ends = list(accumulate(_released(split) for split in splits))
    universe = ends[-1] if ends else 0
    if kept > universe:
        raise _too_many(version, kept, universe)
    by_split: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, index in enumerate(_indices(content, seed, universe, kept)):
        split = bisect_right(ends, index)
        by_split[split].append((number, index - (ends[split] - _released(splits[split]))))
    found = [
        one for split, wanted in sorted(by_split.items()) for one in _of_split(store, splits[split], wanted)
    ]
    found.sort(key=lambda one: one[1].number)
    picks = [[pick.record.split, shard_row, pick.position] for shard_row, pick in found]
    draw = Draw(content=content, seed=seed, kept=kept, universe=universe, picks=sha256(canonical_json(picks)))
    return draw, tuple(pick for _, pick in found)


def _indices(content: str, seed: int, universe: int, kept: int) -> list[int]:
    """``kept`` different numbers below ``universe``: the first steps of a shuffle (Fisher and Yates).

    Step n takes SHA-256 of the content digest, the seed and n, modulo what is left: of 256 bits the remainder
    favours nobody by more than 2**-190. The first k of a larger sample are the sample of k.
    """
    moved: dict[int, int] = {}
    drawn = []
    for step in range(kept):
        said = f"optout review sample\x00{content}\x00{seed}\x00{step}".encode()
        other = step + int.from_bytes(hashlib.sha256(said).digest(), "big") % (universe - step)
        drawn.append(moved.get(other, other))
        moved[other] = moved.pop(step, step)
    return drawn


def _released(split: dict[str, Any]) -> int:
    """How many pictures of a split stand in its shard."""
    return sum(entry["count"] for entry in split["pictures"] if entry["name"] == "released")


def _of_split(store: Store, split: dict[str, Any], wanted: list[tuple[int, int]]) -> list[tuple[int, Pick]]:
    """Row in the shard and pick, for (number, place among the split's released pictures)."""
    media = _shard_media(store, split)
    lengths = pc.fill_null(pc.list_value_length(media), 0).to_numpy(zero_copy_only=False)
    ends = np.cumsum(lengths)
    if (int(ends[-1]) if len(ends) else 0) != _released(split):
        raise _inconsistent(split, "shard", f"{_released(split)} pictures")
    rows = _source_rows(store, split, len(media))
    found = []
    for number, index in wanted:
        shard_row = int(np.searchsorted(ends, index, side="right"))
        pick = Pick(
            number=number,
            record=place_in(split, rows[shard_row], 0),
            released=tuple(media[shard_row].as_py()),
            position=index - int(ends[shard_row] - lengths[shard_row]),
        )
        found.append((shard_row, pick))
    return found


def _shard_media(store: Store, split: dict[str, Any]) -> pa.Array:
    with open_object(store, "data", ref_of(split, "shard", None), "parquet") as file:
        shard = pq.ParquetFile(file)
        if "media" not in shard.schema_arrow.names:
            raise ConfigurationError(
                "--kept",
                expected="a version whose shards hold pictures",
                found="one without them: `release.columns` of its policy has no media",
                remedy="there is nothing to sample",
            )
        return shard.read(columns=["media"]).column("media").combine_chunks()


def _source_rows(store: Store, split: dict[str, Any], kept: int) -> list[int]:
    """By row in the shard the row in the split."""
    ledger = read_object_table(store, ref_of(split, "ledger", split["rows"]), LEDGER)
    place = ledger.column("place").fill_null(-1).to_numpy()
    rows = np.flatnonzero(place >= 0)
    if not np.array_equal(np.sort(place[rows]), np.arange(kept)):
        raise _inconsistent(split, "ledger part", f"each of {kept} rows of the shard once")
    by_place = np.empty(kept, np.int64)
    by_place[place[rows]] = rows
    result: list[int] = by_place.tolist()
    return result


def _too_many(version: Version, kept: int, universe: int) -> ConfigurationError:
    return ConfigurationError(
        "--kept",
        expected=f"at most {universe}: as many pictures as version {version.number} released",
        found=str(kept),
        remedy="draw fewer" if universe else "there is nothing to sample",
    )


def _inconsistent(split: dict[str, Any], part: str, expected: str) -> BadInput:
    return BadInput(
        f"{part} of split {split['split']}",
        expected=expected,
        found="others",
        remedy="run `optout verify`; restore the object, or build the version anew",
    )

"""Photos: Parquet as the network's warehouse writes it, one file per year."""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from examples.sample_network.files import FAULTY
from examples.sample_network.language import draw, pick
from examples.sample_network.pictures import Album
from examples.sample_network.scene import MONTHS, Scene, Speaker, code, find_topic, shares_of_months, topic_of

AUDIENCES = {"everyone": 82, "contacts": 11, "only_me": 4, None: 3}
ALBUMS = {"loose": 70, "everyone": 18, "contacts": 9, "only_me": 3}

_TAG = pa.struct([("name", pa.string()), ("values", pa.list_(pa.string())), ("part", pa.string())])
_PICTURE = pa.struct([
    ("id", pa.string()),
    ("file", pa.string()),
    ("type", pa.string()),
    ("digest", pa.string()),
    ("shot", pa.string()),
    ("described_by_author", pa.string()),
    ("described_by_machine", pa.string()),
    ("title", pa.string()),
    ("embedded", pa.list_(_TAG)),
])  # fmt: skip
_PERSON = pa.struct([("member", pa.string()), ("how", pa.string())])
SCHEMA = pa.schema([
    ("photo_id", pa.string()),
    ("owner", pa.string()),
    ("uploaded", pa.timestamp("ms", tz="UTC")),
    ("sharing", pa.string()),
    ("album_sharing", pa.string()),
    ("words", pa.string()),
    ("lang", pa.string()),
    ("people", pa.list_(_PERSON)),
    ("pictures", pa.list_(_PICTURE)),
])  # fmt: skip


def write_photos(scene: Scene, out: Path) -> None:
    """About 27,000 records with one to six pictures each, at full scale."""
    rng = scene.rng("photos")
    album = Album(scene, "ph")
    rows: dict[int, list[dict[str, Any]]] = {}
    for month, count in shares_of_months(scene.scaled(27_000)):
        year = rows.setdefault(MONTHS[month].year, [])
        for _ in range(count):
            year.append(_photo(scene, rng, album, month))
            if rng.random() < FAULTY:
                year.append(_faulty(rng, year[-1]))
    (out / "photos").mkdir(parents=True, exist_ok=True)
    for year, found in rows.items():
        table = pa.Table.from_pylist(found, SCHEMA)
        pq.write_table(table, out / f"photos/photos_{year}.parquet", compression="snappy")


def _photo(scene: Scene, rng: random.Random, album: Album, month: int) -> dict[str, Any]:
    member, at = scene.author(rng, month)
    number = scene.counts.get("photo", 0)
    scene.count("photo", 1)
    language = scene.languages[member.language]
    speaker = Speaker(scene, rng, member, language)
    topic = find_topic(language, "kids" if rng.random() < 0.05 else topic_of(rng, member, at))
    words = None
    if rng.random() < 0.55:
        words = speaker.styled(speaker.say(pick(rng, language.topics[topic]["photo"])), topic, 0.3)
    file = f"photos/photos_{MONTHS[month].year}.parquet"
    people = [{"member": other, "how": "tagged"} for other in speaker.mentioned]
    if rng.random() < 0.2:
        how = draw(rng, {"tagged": 2, "in_picture": 1})
        people.append({"member": scene.anybody(rng).id, "how": how})
    for account in (member.id, *(person["member"] for person in people)):
        scene.remember(account, "files", file)
    pictures = [album.picture(speaker, topic, at) for _ in range(draw(rng, {1: 80, 2: 12, 4: 6, 6: 2}))]
    return {
        "photo_id": code("f", number),
        "owner": pick(rng, scene.ghosts) if rng.random() < 0.006 else member.id,
        "uploaded": at * 1_000 if rng.random() < 0.99 else None,
        "sharing": draw(rng, AUDIENCES),
        "album_sharing": draw(rng, ALBUMS),
        "words": words,
        "lang": language.code if words else None,
        "people": people,
        "pictures": [picture | {"shot": _exif(rng, picture["shot"])} for picture in pictures],
    }


def _exif(rng: random.Random, shot: int | None) -> str | None:
    """EXIF's way to write a moment; a few cameras never had their clock set."""
    if shot is None:
        return None
    return "2000:01:01 00:00:00" if rng.random() < 0.01 else exif_time(shot)


def exif_time(at: int) -> str:
    """`2019:07:31 18:05:00`, UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y:%m:%d %H:%M:%S")


def _faulty(rng: random.Random, row: dict[str, Any]) -> dict[str, Any]:
    """A row without an id, or with a date that never was or words for its sharing that nobody knows."""
    if rng.random() < 0.5:
        return row | {"photo_id": None}
    picture = row["pictures"][0] | {"shot": "2021:13:45 99:00:00"}
    return row | {"photo_id": f"{row['photo_id']}x", "pictures": [picture]}

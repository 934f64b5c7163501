"""Videos and stories: one file of clips per year, told apart by a column."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from examples.sample_network.files import FAULTY, json_lines, to_json, write_lines
from examples.sample_network.language import draw, pick
from examples.sample_network.pictures import Album
from examples.sample_network.posts import member_number
from examples.sample_network.scene import (
    MONTHS,
    Scene,
    Speaker,
    code,
    find_topic,
    shares_of_months,
    topic_of,
)

OFFICE = ZoneInfo("Europe/Paris")
AUDIENCES = {"everyone": 80, "contacts": 14, "only_me": 3, None: 3}


def write_clips(scene: Scene, out: Path) -> None:
    """About 5,000 videos and 9,000 stories, at full scale; there were none before 2016."""
    rng = scene.rng("clips")
    album = Album(scene, "cl")
    years: dict[int, list[str]] = {}
    for month, count in shares_of_months(scene.scaled(14_000), first=48):
        rows: list[dict[str, Any]] = []
        for _ in range(count):
            member, at = scene.author(rng, month)
            video = rng.random() < 0.36
            surface = "video" if video else "story"
            number = scene.counts.get("video", 0) + scene.counts.get("story", 0)
            scene.count(surface, 1)
            language = scene.languages[member.language]
            speaker = Speaker(scene, rng, member, language)
            topic = find_topic(language, topic_of(rng, member, at))
            on_topic = rng.random() < 0.5
            words = language.topics[topic]["photo"] if on_topic else language.lines[surface]
            text = speaker.say(pick(rng, words))
            text = speaker.styled(text, topic if on_topic else None) if video else text.lower()
            still = album.picture(speaker, topic, at)
            if not on_topic:  # what somebody would write on the picture is about the topic
                still |= {"described_by_author": None, "title": None}
            # the still of a clip is a frame: no camera, no clock
            still |= {"shot": None, "embedded": []}
            rows.append({
                "clip": code("v", number),
                "made_by": member_number(member.id),
                "format": "clip" if video else "moment",
                "published": _local(at) if rng.random() < 0.995 else None,
                "audience": draw(rng, AUDIENCES),
                "words": text if rng.random() < 0.85 else None,
                "lang": language.code,
                "seconds": rng.randrange(4, 180) if video else 15,
                "frames": [still],
                "names": [member_number(other) for other in speaker.mentioned],
            })  # fmt: skip
            scene.remember(member.id, "files", f"clips/{MONTHS[month].year}")
            for other in speaker.mentioned:
                scene.remember(other, "files", f"clips/{MONTHS[month].year}")
        lines = json_lines(rng, rows, "published", "words")
        lines += [
            to_json(row | {"clip": f"{row['clip']}y", "format": pick(rng, ("hologram", "reel3d"))})
            for row in rows
            if rng.random() < FAULTY / 2
        ]
        years.setdefault(MONTHS[month].year, []).extend(lines)
    for year, lines in years.items():
        write_lines(out / f"clips/clips-{year}.jsonl.zst", lines)


def _local(at: int) -> str:
    """The clock on the wall of the network's office; the hour that occurs twice is left out."""
    moment = datetime.fromtimestamp(at, UTC).astimezone(OFFICE)
    if moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset():
        return _local(at + 7_200)
    return moment.strftime("%d/%m/%Y %H:%M")

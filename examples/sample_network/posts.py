"""Posts and comments, month by month: many small files of JSON Lines."""

import random
from pathlib import Path
from typing import Any

from examples.sample_network.files import json_lines, write_lines
from examples.sample_network.language import NOT_SHARED, draw, pick
from examples.sample_network.people import Member
from examples.sample_network.pictures import Album
from examples.sample_network.scene import (
    MONTHS,
    STARTS,
    Scene,
    Speaker,
    Written,
    code,
    find_topic,
    iso,
    shares_of_months,
    topic_of,
)
from examples.sample_network.usable import note

ENDINGS = ("jsonl.gz", "jsonl.zst", "jsonl")
AUDIENCES = {"everyone": 84, "contacts": 8, "only_me": 2, "link": 2, None: 2.5, "circle": 1.5}
"""``circle`` was an experiment of 2014 whose meaning nobody remembers."""
PLACES = {"timeline": 82, "open_group": 9, "closed_group": 6, "contacts_album": 2, None: 1}
RELATIONS = {"with": 3, "in_picture": 3}


def write_posts(scene: Scene, out: Path) -> None:
    """About 62,000 posts and 70,000 comments, at full scale."""
    rng, replies = scene.rng("posts"), scene.rng("comments")
    album = Album(scene, "pp")
    posts = dict(shares_of_months(scene.scaled(62_000)))
    comments = dict(shares_of_months(scene.scaled(70_000)))
    recent: list[Written] = []
    for month, count in posts.items():
        name = MONTHS[month].strftime("%Y-%m")
        file = f"posts/posts-{name}.{ENDINGS[month % 3]}"
        rows = [_post(scene, rng, album, month, file, recent) for _ in range(count)]
        write_lines(out / file, json_lines(rng, rows, "written", "body"))
        file = f"comments/comments-{name}.{ENDINGS[(month + 1) % 3]}"
        rows = [
            _comment(scene, replies, month, file, recent) for _ in range(comments[month] if recent else 0)
        ]
        write_lines(out / file, json_lines(replies, rows, "ts", "says"))
        del recent[:-3_000]


def member_number(account: str) -> int | str:
    """Ids of the network itself are numbers in JSON; those of the network it bought are text."""
    return account if account.startswith("0") else int(account)


def _post(
    scene: Scene, rng: random.Random, album: Album, month: int, file: str, recent: list[Written]
) -> dict[str, Any]:
    member, at = scene.author(rng, month)
    number = scene.counts.get("post", 0)
    scene.count("post", 1)
    language = scene.languages[member.language if rng.random() < 0.95 else "en"]
    speaker = Speaker(scene, rng, member, language)
    author = pick(rng, scene.ghosts) if rng.random() < 0.008 else member.id
    row: dict[str, Any] = {
        "id": code("p", number),
        "author": member_number(author),
        "written": iso(at, 2 if MONTHS[month].month in range(4, 11) else 1) if rng.random() < 0.99 else None,
        "audience": draw(rng, AUDIENCES),
        "place": {"kind": draw(rng, PLACES)},
        "body": None,
        "lang": language.code,
        "links": [],
        "attachments": [],
    }
    topic = find_topic(language, topic_of(rng, member, at))
    original = None
    if recent and rng.random() < 0.07:
        understood = [post for post in recent[-500:] if post.language is language]
        original = pick(rng, understood or recent)
    if original is not None:
        _pass_on(row, speaker, original, quoted=rng.random() < 0.45)
    else:
        row["body"] = _body(speaker, topic)
        if rng.random() < 0.18:
            row["attachments"] = [
                album.picture(speaker, topic, at) for _ in range(draw(rng, {1: 8, 2: 2, 4: 1}))
            ]
        elif rng.random() < 0.02:
            row["body"] = ""
    row["links"] += [{"rel": "mention", "member": member_number(other)} for other in speaker.mentioned]
    if rng.random() < 0.06:
        row["links"].append({"rel": draw(rng, RELATIONS), "member": member_number(_companion(scene, rng))})
    if author == member.id:
        note(scene, member, row, at, file)
    if row["body"] and author == member.id and row["audience"] == "everyone":
        shared = {name: value for name, value in speaker.memo.items() if name not in NOT_SHARED}
        recent.append(Written(row["id"], author, member.handle, language, topic, shared, row["body"], at))
    return row


def _body(speaker: Speaker, topic: str) -> str:
    rng, kinds = speaker.rng, speaker.language.topics[topic]
    text = speaker.say(pick(rng, kinds["say"]))
    if rng.random() < 0.5:
        more = pick(rng, kinds["more"])
        text = f"{text}{chr(10) if rng.random() < 0.1 else ' '}{speaker.say(more)}"
    return speaker.styled(text, topic, 0.25)


def _pass_on(row: dict[str, Any], speaker: Speaker, original: Written, *, quoted: bool) -> None:
    """A quote has words of its own, a reshare has none; both carry what somebody else wrote."""
    if quoted:
        speaker.memo["handle"] = f"@{original.handle}"
        row["body"] = speaker.styled(speaker.say(pick(speaker.rng, speaker.language.lines["quote"])), None)
    row["quoting"] = {"post": original.id, "body": original.text}
    row["links"].append({"rel": "quotes" if quoted else "shares", "member": member_number(original.author)})


def _companion(scene: Scene, rng: random.Random) -> str:
    return "999000999" if rng.random() < 0.02 else scene.anybody(rng).id


def _comment(
    scene: Scene, rng: random.Random, month: int, file: str, recent: list[Written]
) -> dict[str, Any]:
    member, at = scene.author(rng, month)
    post = recent[-1 - int(rng.random() ** 2 * len(recent))]
    if at <= post.at:
        at = min(post.at + 60 + int(rng.random() ** 2 * 3 * 86_400), STARTS[-1] - 60)
    speaker = Speaker(scene, rng, member, post.language)
    speaker.memo = dict(post.memo)
    answers = post.language.topics[post.topic]["reply"]
    template = pick(rng, answers if rng.random() < 0.55 else post.language.lines["reply"])
    number = scene.counts.get("comment", 0)
    scene.count("comment", 1)
    author = pick(rng, scene.ghosts) if rng.random() < 0.01 else member.id
    row = {
        "cid": code("c", number),
        "by": member_number(author),
        "ts": at if rng.random() < 0.995 else None,
        "on": {"post": post.id, "author": member_number(post.author)},
        "says": speaker.styled(speaker.say(template), post.topic, 0.02),
        "locale": _locale(post.language.code, member),
        "seen_by": draw(rng, AUDIENCES),
        "group": draw(rng, PLACES),
        "at": [member_number(other) for other in speaker.mentioned],
    }
    if author == member.id:
        note(scene, member, row, at, file)
    return row


def _locale(language: str, member: Member) -> str:
    return f"{language}-{member.country}" if language == member.language and member.country else language

"""Profiles, chats with the assistant, and messages between members."""

from pathlib import Path
from typing import Any

from examples.sample_network.files import json_lines, write_lines
from examples.sample_network.language import draw, pick, sentence_case
from examples.sample_network.pictures import Album
from examples.sample_network.posts import member_number
from examples.sample_network.scene import MONTHS, STARTS, Scene, Speaker, code, shares_of_months

CHATS_FROM = 12 * 12 + 2
"""The assistant came in March 2024."""
PARTS = 6
"""Profiles are exported in this many files."""


def write_profiles(scene: Scene, out: Path) -> None:
    """What members say about themselves: about 15,000 at full scale, those with a bio."""
    rng = scene.rng("profiles")
    album = Album(scene, "av")
    parts: list[list[dict[str, Any]]] = [[] for _ in range(PARTS)]
    for index, member in enumerate(scene.members):
        if not member.bio:
            continue
        scene.count("profile", 1)
        language = scene.languages[member.language]
        at = member.joined + int(rng.random() * (STARTS[-1] - 60 - member.joined))
        portrait = []
        if rng.random() < 0.4:
            speaker = Speaker(scene, rng, member, language)
            portrait = [album.picture(speaker, pick(rng, ("travel", "pets", "sport")), at)]
        row = {
            "key": f"about-{member.id}",
            "member": member_number(member.id),
            "about": member.bio,
            "about_lang": member.language,
            "changed": at,
            "shown_to": member.audience or None,
            "portrait": [picture | {"shot": None} for picture in portrait],
        }
        part = index * PARTS // len(scene.members)
        parts[part].append(row)
        scene.remember(member.id, "files", f"profiles/{part}")
    for number, rows in enumerate(parts):
        write_lines(out / f"profiles/about-{number}.jsonl.gz", json_lines(rng, rows, "changed", "about"))


def write_chats(scene: Scene, out: Path) -> None:
    """About 8,000 questions to the assistant with its answers; young members ask the most."""
    rng = scene.rng("chats")
    young = [member for member in scene.members if member.birthday and member.birthday.year >= 2006]
    quarters: dict[str, list[dict[str, Any]]] = {}
    for month, count in shares_of_months(scene.scaled(8_000), first=CHATS_FROM):
        quarter = f"{MONTHS[month].year}-q{(MONTHS[month].month + 2) // 3}"
        for _ in range(count):
            member, at = scene.author(rng, month)
            candidate = pick(rng, young)
            if rng.random() < 0.25 and candidate.joined < at:
                member = candidate
            number = scene.counts.get("ai_interaction", 0)
            scene.count("ai_interaction", 1)
            language = scene.languages[member.language]
            speaker = Speaker(scene, rng, member, language)
            asked, answered = pick(rng, language.questions)
            question = speaker.say(asked)
            row = {
                "turn": code("t", number),
                "session": f"s{rng.getrandbits(40):010x}",
                "member": member_number(member.id),
                "asked_ms": at * 1_000 + rng.randrange(1_000),
                "question": question,
                "answer": sentence_case(speaker.say(answered)),
                "lang": language.code,
            }
            quarters.setdefault(quarter, []).append(row)
            scene.remember(member.id, "files", f"assistant/{quarter}")
    for quarter, rows in quarters.items():
        lines = json_lines(rng, rows, "asked_ms", "question")
        write_lines(out / f"assistant/turns-{quarter}.jsonl", lines)


def write_messages(scene: Scene, out: Path) -> None:
    """About 9,000 private messages, at full scale."""
    rng = scene.rng("messages")
    years: dict[int, list[dict[str, Any]]] = {}
    for month, count in shares_of_months(scene.scaled(9_000)):
        for _ in range(count):
            member, at = scene.author(rng, month)
            number = scene.counts.get("message", 0)
            scene.count("message", 1)
            language = scene.languages[member.language]
            speaker = Speaker(scene, rng, member, language)
            text = speaker.say(pick(rng, language.lines["message"]))
            reader = scene.anybody(rng)
            row = {
                "mid": code("m", number),
                "from": member_number(member.id),
                "to": member_number(reader.id),
                "sent_ms": at * 1_000 + rng.randrange(1_000),
                "text": text if draw(rng, {True: 98, False: 2}) else None,
                "lang": language.code,
            }
            years.setdefault(MONTHS[month].year, []).append(row)
            for account in (member.id, reader.id):
                scene.remember(account, "files", f"messages/{MONTHS[month].year}")
    for year, rows in years.items():
        write_lines(out / f"messages/{year}.jsonl.gz", json_lines(rng, rows, "sent_ms", "text"))

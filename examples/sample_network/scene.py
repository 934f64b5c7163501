"""Who writes when about what: the shared view that every surface is written from."""

import random
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from examples.sample_network import contacts
from examples.sample_network.language import (
    Language,
    Memo,
    Template,
    compose,
    draw,
    load_languages,
    pick,
    sentence_case,
)
from examples.sample_network.people import Member, make_members, seconds

MONTHS = [date(year, month, 1) for year in range(2012, 2027) for month in range(1, 13)][: 14 * 12 + 5]
"""2012-01 to 2026-05."""
STARTS = [seconds(month) for month in MONTHS] + [seconds(date(2026, 6, 1))]
TOPICS = {
    "food": 12, "travel": 9, "sport": 9, "work": 9, "family": 7, "pets": 9, "weather": 7, "culture": 9,
    "garden": 7, "tech": 7, "market": 5, "local": 7, "kids": 4,
}  # fmt: skip
OF_KIND = {"shop": ("shop", "shop", "market"), "association": ("club", "club", "local"), "bot": ("bot",)}
INSTEAD = {"tech": "culture", "club": "local", "bot": "weather"}
"""What the smaller languages speak of in place of a topic they lack."""
EMOJI = {
    "food": "🍲🥧🍅😋", "travel": "🚆⛰️🧭🌊", "sport": "⚽🏊🚴💪", "work": "☕💻😅", "family": "🎂❤️🥂",
    "pets": "🐈🐕🐾😹", "weather": "🌧️❄️🌈☀️", "culture": "🎶📚🎬", "garden": "🌱🍓🐌", "tech": "🔧🔌💾",
    "market": "📦💶", "local": "🏘️🚧", "school": "😭📚💀😂", "kids": "👧🧒🎈", "shop": "🛍️✨", "club": "🤝",
    "bot": "📡",
}  # fmt: skip
EMOJIS = {topic: tuple(sign for sign in text.replace("\ufe0f", "")) for topic, text in EMOJI.items()}
SPARE_REGIONS = ("GB", "FR", "DE")
HOME_OF = {"en": "GB", "de": "DE", "fr": "FR"}


@dataclass
class Written:
    """A post that others can answer, quote or pass on."""

    id: str
    author: str
    handle: str
    language: Language
    topic: str
    memo: Memo
    text: str
    at: int


@dataclass
class Scene:
    """Members, languages, and what the generator remembers of what was written."""

    seed: int
    scale: float
    languages: dict[str, Language]
    members: list[Member]
    ghosts: list[str]
    """Ids of accounts that write and are in no table of accounts."""
    pool: list[Member] = field(default_factory=list)
    """Members in order of joining, each as often as its weight."""
    joined: list[int] = field(default_factory=list)
    heard: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Account -> kind of memory -> record ids or files, for the people of interest."""
    counts: dict[str, int] = field(default_factory=dict)
    """Rows written, by surface."""

    def rng(self, part: str) -> random.Random:
        """The random numbers of one part: parts do not disturb each other."""
        return random.Random(f"{self.seed}:{part}")

    def scaled(self, count: int) -> int:
        """A count at full size, at this scale."""
        return max(1, round(count * self.scale))

    def remember(self, account: str, kind: str, value: str) -> None:
        """Note something about an account."""
        values = self.heard.setdefault(account, {}).setdefault(kind, [])
        if value not in values[-1:]:
            values.append(value)

    def count(self, surface: str, rows: int) -> None:
        """Note that rows of a surface were written."""
        self.counts[surface] = self.counts.get(surface, 0) + rows

    def author(self, rng: random.Random, month: int) -> tuple[Member, int]:
        """Somebody who had joined by the end of the month, and a moment in it."""
        end = STARTS[month + 1] - 1
        limit = bisect_right(self.joined, end - 3_600)
        member = self.pool[int(rng.random() * limit)]
        start = max(STARTS[month], member.joined + 60)
        return member, start + int(rng.random() * (end - start))

    def anybody(self, rng: random.Random) -> Member:
        """Any member."""
        return pick(rng, self.members)


def make_scene(seed: int, scale: float) -> Scene:
    """Members and languages of a network with 20,000 accounts times ``scale``."""
    languages = load_languages()
    members = make_members(seed, round(20_000 * scale), languages)
    ghosts = [str(200_000_000 + 37 * number) for number in range(max(3, round(60 * scale)))]
    scene = Scene(seed, scale, languages, members, ghosts)
    scene.pool = sorted(
        (member for member in members for _ in range(member.weight)), key=lambda m: (m.joined, m.id)
    )
    scene.joined = [member.joined for member in scene.pool]
    return scene


def shares_of_months(total: int, first: int = 0, growth: float = 4.0) -> list[tuple[int, int]]:
    """(month, rows): ``total`` rows over the months from ``first``, more in later ones."""
    span = len(MONTHS) - first
    weights = [1 + growth * index / span for index in range(span)]
    result, done, weight_done, whole = [], 0, 0.0, sum(weights)
    for index, weight in enumerate(weights):
        weight_done += weight
        upto = round(total * weight_done / whole)
        result.append((first + index, upto - done))
        done = upto
    return result


def topic_of(rng: random.Random, member: Member, at: int) -> str:
    """What somebody of this kind and age writes about."""
    if member.type in OF_KIND:
        return pick(rng, OF_KIND[member.type])
    young = member.birthday is not None and at - seconds(member.birthday) < 19 * 31_557_600
    if young and rng.random() < 0.45:
        return "school"
    topic: str = draw(rng, TOPICS)
    return "pets" if young and topic in {"kids", "market", "work"} else topic


def find_topic(language: Language, topic: str) -> str:
    """The topic, or what this language has in its place."""
    return topic if topic in language.topics else INSTEAD[topic]


class Speaker:
    """One member saying one thing; collects whom it mentions."""

    def __init__(self, scene: Scene, rng: random.Random, member: Member, language: Language) -> None:
        self.scene, self.rng, self.member, self.language = scene, rng, member, language
        self.mentioned: list[str] = []
        self.memo: Memo = {}

    def say(self, template: Template) -> str:
        """Fill one template; slots once filled stay."""
        return compose(self.rng, self.language, template, self.memo, self._special)

    def styled(self, text: str, topic: str | None, tags: float = 0.12) -> str:
        """The text in the author's manner: capitals or none; of a topic, with its emoji and hashtags."""
        contact = not self.memo.keys().isdisjoint(("email", "phone", "iban", "handle"))
        text = text.lower() if self.member.lower and not contact else sentence_case(text)
        if topic is None:
            return text
        if self.member.emoji and self.rng.random() < 0.6:
            text = f"{text} {pick(self.rng, EMOJIS[topic])}"
        if self.rng.random() < tags:
            text = f"{text} #{pick(self.rng, self.language.topics[topic]['tags'])[0]}"
        return text

    def _special(self, name: str) -> str:
        if name == "handle":
            other = self.scene.anybody(self.rng)
            self.mentioned.append(other.id)
            return f"@{other.handle}"
        if name == "email":
            return self.member.email or contacts.address(self.rng, pick(self.rng, ("info", "hello", "post")))
        if name == "iban":
            return pick(self.rng, contacts.IBANS[self.language.code])
        return self._phone()

    def _phone(self) -> str:
        if self.member.phone and self.rng.random() < 0.7:
            return self.member.phone
        home = HOME_OF.get(self.language.code)
        region = home or pick(self.rng, SPARE_REGIONS)
        number = contacts.any_phone(self.rng, region)
        abroad = home is None or self.rng.random() < 0.3
        return contacts.international(number, region) if abroad else number


def iso(at: int, hours: int | None = None) -> str:
    """ISO 8601 with an offset (``hours``), or with Z."""
    moment = datetime.fromtimestamp(at + 3_600 * (hours or 0), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}Z" if hours is None else f"{moment}+{hours:02d}:00"


def code(prefix: str, number: int) -> str:
    """A short id that does not show the order in which things were written; one per number."""
    value, digits = (number * 1_000_003 + 12_345) % 36**6, []
    for _ in range(6):
        value, digit = divmod(value, 36)
        digits.append("0123456789abcdefghijklmnopqrstuvwxyz"[digit])
    return f"{prefix}_{''.join(digits)}"

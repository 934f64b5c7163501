"""Templates of eight languages, and how one becomes a sentence."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

Template = tuple[str, ...]
"""Literal text at even places, the name of a slot at odd ones."""
Memo = dict[str, str]
"""What the slots of one text were filled with: a reply speaks of what its post spoke of."""

LANGUAGES = {"en": 26, "de": 20, "fr": 16, "es": 14, "it": 8, "pl": 6, "nl": 5, "ro": 5}
"""Language -> its share of the members, per cent."""
NOT_SHARED = ("handle", "email", "phone", "iban", "first", "city", "mood")
"""Slots that belong to one author and do not pass from a post to its replies."""

Item = TypeVar("Item")

_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{([a-z]+|\d+-\d+)\}")
_SENTENCE = re.compile(r"(^|[.!?…] )([^\W\d_])")


@dataclass(frozen=True)
class Language:
    """Everything one language can say."""

    code: str
    slots: dict[str, list[Template]]
    topics: dict[str, dict[str, list[Template]]]
    lines: dict[str, list[Template]]
    """Lines of no topic: reply, quote, video, story, bio, message, auto."""
    questions: list[tuple[Template, Template]]
    """What people ask the assistant, and what it answers."""
    first: list[str]
    last: list[str]
    city: list[str]


def load_languages() -> dict[str, Language]:
    """Read texts/*.yaml and names.yaml."""
    names = _read("names.yaml")
    return {code: _language(code, _read(f"texts/{code}.yaml"), names[code]) for code in LANGUAGES}


def pick(rng: random.Random, items: Sequence[Item]) -> Item:
    """One item, each equally likely; cheaper than ``rng.choice``."""
    return items[int(rng.random() * len(items))]


def draw(rng: random.Random, shares: dict[Item, float]) -> Item:
    """One key, each as likely as its share says."""
    point = rng.random() * sum(shares.values())
    for key, share in shares.items():
        point -= share
        if point < 0:
            return key
    return key


def compose(
    rng: random.Random, language: Language, template: Template, memo: Memo, special: Callable[[str], str]
) -> str:
    """Fill a template. ``memo`` gives and takes fillings; ``special`` fills what no list can."""
    parts = list(template)
    for index in range(1, len(parts), 2):
        name = parts[index]
        value = memo.get(name)
        if value is None:
            value = memo[name] = _filling(rng, language, name, memo, special)
        parts[index] = value
    return "".join(parts)


def sentence_case(text: str) -> str:
    """Capital letters where sentences start."""
    return _SENTENCE.sub(lambda match: match[1] + match[2].upper(), text)


def _filling(
    rng: random.Random, language: Language, name: str, memo: Memo, special: Callable[[str], str]
) -> str:
    if name in language.slots:
        return compose(rng, language, pick(rng, language.slots[name]), memo, special)
    if name[0].isdigit():
        low, _, high = name.partition("-")
        return str(rng.randrange(int(low), int(high) + 1))
    if name == "first":
        return pick(rng, language.first)
    if name == "city":
        return pick(rng, language.city)
    return special(name)


def _read(name: str) -> Any:  # noqa: ANN401 - any YAML value
    return yaml.safe_load(Path(_HERE, name).read_text(encoding="utf-8"))


def _language(code: str, texts: dict[str, Any], names: dict[str, list[str]]) -> Language:
    lines = ("reply", "quote", "video", "story", "bio", "message", "auto")
    return Language(
        code=code,
        slots={name: _templates(texts["slots"][name]) for name in texts["slots"]},
        topics={
            topic: {kind: _templates(found) for kind, found in kinds.items()}
            for topic, kinds in texts["topics"].items()
        },
        lines={name: _templates(texts[name]) for name in lines},
        questions=[(_template(asked), _template(answered)) for asked, answered in texts["ask"]],
        first=names["first"],
        last=names["last"],
        city=names["city"],
    )


def _templates(texts: list[str]) -> list[Template]:
    return [_template(text) for text in texts]


def _template(text: str) -> Template:
    return tuple(_SLOT.split(text))

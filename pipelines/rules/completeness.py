"""What a pack of a language does not have yet: the next steps of whoever writes one."""

from collections.abc import Iterator

from schemas.pack import Pack
from schemas.signs import Kind, Level

_FREQUENT_WORDS = 40
_EXAMPLES = 3
_NUMBERS = range(2, 17)
"""Ages of minors that are one word in every language, and a word for nothing else: one is an article."""
_EVIDENCE = {
    Kind.LIFE_STAGE: "words for a child, a baby, a teenager, in all their forms",
    Kind.YOUNG_PERSON: "words for boys and girls that adults are called as well",
    Kind.AGE: "ages in years and months, birthdays, years of birth",
    Kind.SCHOOL: "school, its grades, nursery",
    Kind.KINSHIP: "somebody's son, daughter, grandchild",
    Kind.OCCASION: "feasts and activities of children",
}


def gaps(pack: Pack) -> Iterator[str]:
    """What is missing, a sentence each; none of a pack that has no language."""
    if pack.language is None:
        return
    if len(pack.stop) < _FREQUENT_WORDS:
        yield f"stop: {len(pack.stop)} frequent words; {_FREQUENT_WORDS} tell the language from others"
    for name, words in (("numbers", pack.numbers), ("ordinals", pack.ordinals)):
        absent = sorted(set(_NUMBERS) - set(words.values()))
        if absent:
            yield f"{name}: none for {', '.join(map(str, absent))}"
    if not pack.machine_openings:
        yield "machine_openings: how platforms begin automatic alternative text in this language"
    yield from _rules_missing(pack)


def _rules_missing(pack: Pack) -> Iterator[str]:
    there = {rule.kind for rule in pack.words if rule.level != Level.NONE}
    for kind, meaning in _EVIDENCE.items():
        if kind not in there:
            yield f"no rule of kind {kind}: {meaning}"
    if not any(rule.level == Level.NONE for rule in pack.words):
        yield "no rule of level none: figures of speech, titles, products, animals, ages of things"
    if not any(rule.kind == Kind.UNCERTAIN for rule in pack.words):
        yield f"no rule of kind {Kind.UNCERTAIN}: no children, when I was a child"
    for rule in pack.words:
        if min(len(rule.matches), len(rule.passes)) < _EXAMPLES:
            yield f"{rule.id}: fewer than {_EXAMPLES} examples that match, or that pass"

"""From an item to what a page says of it, without a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.review.desk import Desk
from pipelines.review.image import REASONS, Image, image_of
from pipelines.review.marked import Piece, pieces_of
from pipelines.review.shown import Shown
from pipelines.review.waiting import Place
from pipelines.review.words import FIELDS, in_words
from schemas.errors import BadInput

_TRIED = 5
"""Places of one item that are looked at for one whose source is still there."""


@dataclass(frozen=True)
class Evidence:
    """A rule that fired, in words, and where."""

    rule: str
    meaning: str
    is_strong: bool
    fields: tuple[str, ...]
    """Texts in which it saw something; empty: it read no words, or sees nothing in them now."""


@dataclass(frozen=True)
class Text:
    """A text about the picture."""

    name: str
    pieces: Sequence[Piece]
    left_out: int
    """Characters that are not shown."""


@dataclass(frozen=True)
class View:
    """What is shown of an item."""

    shown: Shown
    image: Image | str = field(repr=False)
    texts: Sequence[Text]
    evidence: Sequence[Evidence]
    kinds: Mapping[str, str]
    """Of each rule that fired, what its evidence is about, in a word."""

    @property
    def why_no_image(self) -> str | None:
        """Why the picture is not shown; None: it is."""
        return REASONS[self.image] if isinstance(self.image, str) else None


def look_up(desk: Desk, places: Sequence[Place]) -> Shown:
    """The first of these places whose source is what the version saw.

    Raises:
        BadInput: none of them is.
    """
    changed = None
    for place in places[:_TRIED]:
        try:
            return desk.shown(place)
        except BadInput as error:
            changed = error
    if changed is None:
        raise BadInput("item", expected="a place in the source", found="none", remedy="build a version anew")
    raise changed


def view_of(desk: Desk, shown: Shown, rules: Sequence[str]) -> View:
    """A picture and the texts about it; of what rules see in them, that of ``rules`` is marked."""
    fired = set(rules)
    texts = []
    seen: dict[str, list[str]] = {rule: [] for rule in rules}
    for read in shown.texts:
        sights = [sight for sight in read.sights if sight.rule in fired]
        pieces = pieces_of(read.text, sights)
        texts.append(Text(FIELDS[read.field], pieces, sum(piece.left_out for piece in pieces)))
        for rule in {sight.rule for sight in sights}:
            seen[rule].append(FIELDS[read.field])
    evidence = [
        Evidence(rule, in_words(*desk.about(rule)), desk.about(rule)[0] == "strong", tuple(fields))
        for rule, fields in seen.items()
    ]
    kinds = {rule: desk.about(rule)[1].replace("_", " ") for rule in rules}
    evidence.sort(key=lambda one: (not one.is_strong, one.rule))
    return View(shown, image_of(desk, shown), texts, evidence, kinds)

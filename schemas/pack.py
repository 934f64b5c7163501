"""A rule pack: what in metadata and captions points to a minor, as its YAML file says it."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, StringConstraints, model_validator

from schemas.faults import Faults, Place
from schemas.model import Model
from schemas.signs import WEAK_POINTS, Kind, Level

Written = Literal["alt_text", "auto_alt_text", "caption", "text", "keywords", "description", "people"]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
WordLevel = Literal[Level.NONE, Level.WEAK, Level.STRONG]
"""Words declare nothing."""


class DeclaredRule(Model):
    """A metadata property that declares a minor outright, or a person of age, in numbers."""

    id: RuleId
    """Names the rule in ledgers: small letters, digits and hyphens, in two parts or more between dots."""
    property: str
    """Namespace prefix and name, compared whole."""
    address: str = ""
    """Of the vocabulary, without http:// or https://; may stand before a value."""
    minor_below: int
    """A smaller number anywhere in a value declares a minor: of several ages the lowest counts."""
    oldest: int | None = None
    """A value that is nothing but ages up to this one declares adults; null: numbers alone never do."""
    adult: tuple[str, ...] = ()
    """Values that declare that nobody shown is a minor, caseless; they make the picture assessed."""
    unknown: tuple[str, ...] = ()
    """Values that say nothing, caseless. Any other value leaves the picture unassessed."""


class DeclaredWords(Model):
    """Metadata properties made to say who is shown: a value that is words for a minor alone declares one."""

    id: RuleId
    """Names the rule in ledgers: as of a DeclaredRule."""
    properties: tuple[str, ...] = Field(min_length=1)
    """Namespace prefix and name, compared whole."""
    patterns: tuple[str, ...] = Field(min_length=1)
    """Of whole values. Read in every language, with the numbers of all packs and the lists of this one."""
    matches: tuple[str, ...] = Field(min_length=1)
    """Values that must declare a minor, whichever pack reads them: checked when the pack is made ready."""
    passes: tuple[str, ...] = Field(min_length=1)
    """Values that must not: checked when the pack is made ready."""


class WordRule(Model):
    """Words that point to a minor, or (level none) only look as if they did, or say what a text is about.

    Rules of a pack read in order: what a rule of level none has found, later rules do not see.
    """

    id: RuleId
    """Names the rule in ledgers: as of a DeclaredRule."""
    level: WordLevel
    """How much a match weighs: strong is enough by itself, weak counts by the points of its kind."""
    kind: Kind
    """What a match is about. A weak rule has a kind with points; a rule of kind context is of level none."""
    reads: tuple[Written, ...] = get_args(Written)
    """Where the texts stand that it reads; keywords, description and people are of the file's metadata.
    Left out: everywhere, as it has to be of rules that take words out, or are of kind context."""
    patterns: tuple[str, ...] = Field(min_length=1)
    """What is looked for: words, and {lists} of the pack; docs/pictures.md says how they are written."""
    where: tuple[RuleId, ...] = ()
    """Rules of kind context: it reads only texts in which one of them is found. Empty: it reads all."""
    unless: tuple[RuleId, ...] = ()
    """Rules of kind context: it does not read texts in which one of them is found."""
    matches: tuple[str, ...] = Field(min_length=1)
    """Examples that must match: checked when the pack is made ready."""
    passes: tuple[str, ...] = Field(min_length=1)
    """Examples that must not match: checked when the pack is made ready."""

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        if self.level == Level.WEAK and self.kind not in WEAK_POINTS:
            msg = f"weak evidence of kind {self.kind} has no points in any policy"
            raise ValueError(msg)
        if self.is_context and (self.level != Level.NONE or self.where or self.unless):
            msg = "a rule of kind context is of level none, and reads every text"
            raise ValueError(msg)
        if (self.is_context or self.consumes) and self.reads != get_args(Written):
            msg = "a rule that takes words out, or says what a text is about, reads every field"
            raise ValueError(msg)
        return self

    @property
    def is_context(self) -> bool:
        """Whether it says what a text is about, and no more."""
        return self.kind == Kind.CONTEXT

    @property
    def consumes(self) -> bool:
        """Whether later rules do not see what this one has found."""
        return self.kind == Kind.UNCERTAIN or (self.level == Level.NONE and not self.is_context)


class CircumstanceRule(Model):
    """Something around a picture, no word of it: who is tagged, when it was taken, a face with a name."""

    id: RuleId
    """Names the rule in ledgers: as of a DeclaredRule."""
    level: Literal[Level.WEAK, Level.STRONG]
    """How much it weighs."""
    kind: Literal[Kind.TAGGED, Kind.CAPTURE, Kind.FACE]
    """tagged: somebody tagged or depicted was a minor; capture: its author was one when it was taken;
    face: a face in it has a name."""


class Pack(Model):
    """One pack: rules of one language, or of metadata."""

    pack: str
    """Its name, in messages and lists."""
    language: str | None = None
    """Primary language subtag (BCP 47) of the words its rules read; null: they read every text."""
    machine_openings: tuple[str, ...] = ()
    """How a platform's automatic alternative text begins in this language."""
    ocr_marks: tuple[str, ...] = ()
    """Words after which automatic alternative text quotes what is written in the picture."""
    stop: tuple[str, ...] = ()
    """Frequent words, by which texts of the language are recognised."""
    numbers: dict[str, int] = Field(default_factory=dict)
    """Numbers in words, one word each: {seven: 7}."""
    ordinals: dict[str, int] = Field(default_factory=dict)
    """Ordinal numbers in words, one word each: {seventh: 7}."""
    lists: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Words that patterns name together: of a list child, as {child}. Each entry is a word or several."""
    declared: tuple[DeclaredRule, ...] = ()
    """Rules on metadata properties that hold an age or a term of a vocabulary."""
    declared_words: tuple[DeclaredWords, ...] = ()
    """Rules on metadata properties made to say in words who is shown."""
    circumstances: tuple[CircumstanceRule, ...] = ()
    """Rules on what is around a picture."""
    words: tuple[WordRule, ...] = ()
    """Rules on words, in the order in which they read."""

    @model_validator(mode="after")
    def _lists_of_words(self) -> Self:
        faults: list[tuple[Place, str]] = []
        for name, entries in self.lists.items():
            if not entries:
                faults.append((("lists", name), "expected a word, or several"))
            for place, entry in enumerate(entries):
                if "{" in entry or "}" in entry:
                    said = (
                        "an entry that names another list: write its words here, or name both in the pattern"
                    )
                    faults.append((("lists", name, place), said))
                elif not entry.strip():
                    faults.append((("lists", name, place), "expected a word, or several"))
        if faults:
            raise Faults(faults)
        return self

    @model_validator(mode="after")
    def _contexts_there(self) -> Self:
        contexts = {rule.id for rule in self.words if rule.is_context}
        for rule in self.words:
            for name in (*rule.where, *rule.unless):
                if name not in contexts:
                    msg = f"{rule.id}: {name} is no rule of kind context"
                    raise ValueError(msg)
        return self

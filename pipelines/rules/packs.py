"""Rule packs: what in metadata and captions points to a minor. Data, digested into every version."""

from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args

import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.errors import ConfigurationError
from schemas.model import Model
from schemas.signs import WEAK_POINTS, Kind, Level

if TYPE_CHECKING:
    from pipelines.rules.lexicon import Lexicon

Written = Literal["alt_text", "auto_alt_text", "caption", "text", "keywords", "description", "people"]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class DeclaredRule(Model):
    """A metadata property that declares a minor outright, or a person of age."""

    id: RuleId
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
    """Metadata properties made to say who is shown: a value that is words for a minor alone declares one.

    What that is: pipelines/rules/declared_words.py.
    """

    id: RuleId
    properties: tuple[str, ...] = Field(min_length=1)
    """Namespace prefix and name, compared whole."""
    patterns: tuple[str, ...] = Field(min_length=1)
    """Read in every language, with the numbers of all packs and the lists of this one."""
    matches: tuple[str, ...] = Field(min_length=1)
    """Values that must declare a minor, whichever pack reads them: checked on loading."""
    passes: tuple[str, ...] = Field(min_length=1)
    """Values that must not: checked on loading."""


def _of_words(level: Level) -> Level:
    if level == Level.DECLARED:
        msg = "words declare nothing: none, weak or strong"
        raise ValueError(msg)
    return level


class WordRule(Model):
    """Words that point to a minor, or (level none) only look as if they did.

    Rules of a pack read in order. What a rule of level none has found, later rules do not see.
    """

    id: RuleId
    level: Annotated[Level, AfterValidator(_of_words)]
    kind: Kind
    reads: tuple[Written, ...] = get_args(Written)
    patterns: tuple[str, ...] = Field(min_length=1)
    """What is looked for: pipelines/rules/patterns.py says how they are written."""
    where: tuple[RuleId, ...] = ()
    """Rules of kind ``context``: it reads only texts in which one of them is found. None: it reads all."""
    unless: tuple[RuleId, ...] = ()
    """Rules of kind ``context``: it does not read texts in which one of them is found."""
    matches: tuple[str, ...] = Field(min_length=1)
    """Examples that must match: checked on loading."""
    passes: tuple[str, ...] = Field(min_length=1)
    """Examples that must not match: checked on loading."""

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        if self.level == Level.WEAK and self.kind not in WEAK_POINTS:
            msg = f"weak evidence of kind {self.kind} has no points in any policy"
            raise ValueError(msg)
        if self.is_context and (self.level != Level.NONE or self.where or self.unless):
            msg = "a rule of kind context is of level none, and reads every text"
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
    """Something around a picture, no word of it: pipelines/rules/circumstances.py says what each kind is."""

    id: RuleId
    level: Literal[Level.WEAK, Level.STRONG]
    kind: Literal[Kind.TAGGED, Kind.CAPTURE, Kind.FACE]


class Pack(Model):
    """One pack: rules of one language, or of metadata."""

    pack: str
    language: str | None = None
    """Primary language subtag (BCP 47) of the words its rules read; null: they read every text."""
    machine_openings: tuple[str, ...] = ()
    """How a platform's automatic alternative text begins in this language."""
    ocr_marks: tuple[str, ...] = ()
    """Words after which automatic alternative text quotes what is written in the picture."""
    stop: tuple[str, ...] = ()
    """Frequent words, by which texts of the language are recognised."""
    numbers: dict[str, int] = Field(default_factory=dict)
    """Numbers in words."""
    ordinals: dict[str, int] = Field(default_factory=dict)
    """Ordinal numbers in words."""
    lists: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Words that patterns name together."""
    declared: tuple[DeclaredRule, ...] = ()
    declared_words: tuple[DeclaredWords, ...] = ()
    circumstances: tuple[CircumstanceRule, ...] = ()
    words: tuple[WordRule, ...] = ()

    @model_validator(mode="after")
    def _contexts_there(self) -> Self:
        contexts = {rule.id for rule in self.words if rule.is_context}
        for rule in self.words:
            for name in (*rule.where, *rule.unless):
                if name not in contexts:
                    msg = f"{rule.id}: {name} is no rule of kind context"
                    raise ValueError(msg)
        return self


class Packs(Model):
    """The packs of an engine, in order."""

    packs: tuple[Pack, ...]

    @cached_property
    def _canonical(self) -> bytes:
        return super().to_canonical_json()

    @cached_property
    def _digest(self) -> str:
        return super().content_digest()

    def to_canonical_json(self) -> bytes:
        """RFC 8785 bytes: written once, for they are many."""
        return self._canonical

    def content_digest(self) -> str:
        """SHA-256 of :meth:`to_canonical_json`, 64 hexadecimal digits."""
        return self._digest

    @cached_property
    def _ready(self) -> "dict[int, Lexicon]":
        return {}

    def lexicon(self, place: int) -> "Lexicon":
        """A pack made ready, when it is first asked for: a dataset has few of the languages that there are.

        Raises:
            ConfigurationError: a pattern is none; a rule does not hold on its own examples.
        """
        if place not in self._ready:
            from pipelines.rules.compiling import compile_pack
            from pipelines.rules.examples import check_examples

            lexicon = compile_pack(self.packs[place])
            check_examples(lexicon, range(len(lexicon.pack.words)))
            self._ready[place] = lexicon
        return self._ready[place]

    @cached_property
    def ready_for_values(self) -> "dict[int, Lexicon]":
        """What pipelines/rules/declared_words.py has made ready."""
        return {}

    @cached_property
    def frequent(self) -> tuple[frozenset[str], ...]:
        """The frequent words of each pack, in the one spelling."""
        from pipelines.rules.words import spelled

        written = pa.array([" ".join(pack.stop) for pack in self.packs], pa.string())
        return tuple(frozenset(text.split()) for text in spelled(written).to_pylist())

    @cached_property
    def machine_openings(self) -> tuple[str, ...]:
        """How automatic alternative text begins, in small letters; sorted, none begins with another."""
        written = pa.array([one for pack in self.packs for one in pack.machine_openings], pa.string())
        shortest: list[str] = []
        for opening in sorted(pc.utf8_lower(written).to_pylist()):
            if not (shortest and opening.startswith(shortest[-1])):
                shortest.append(opening)
        return tuple(shortest)

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of all rules in order; ledgers store indices into this list."""
        return tuple(
            rule_id
            for pack in self.packs
            for rule_id in (
                *(rule.id for rule in pack.declared),
                *(rule.id for rule in pack.declared_words),
                *(rule.id for rule in pack.circumstances),
                *(rule.id for rule in pack.words),
            )
        )


@cache
def load_packs() -> Packs:
    """The packs that ship with the project: once in a process."""
    folder = files("pipelines.rules.minor_image")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return Packs(packs=tuple(_parse((folder / name).read_bytes(), name) for name in names))


def read_pack(path: Path) -> Packs:
    """A pack of somebody's own; ConfigurationError says what is wrong."""
    return Packs(packs=(_parse(path.read_bytes(), str(path)),))


def _parse(data: bytes, name: str) -> Pack:
    try:
        value = yaml.load(data, yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            name,
            expected="a pack, in YAML",
            found=str(error),
            remedy="correct it: docs/pictures.md says what a pack holds",
        ) from error
    return Pack.of(value, name, ConfigurationError)

"""Rule packs: what in metadata and captions points to a minor. Data, digested into every version."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import pyarrow as pa
import yaml
from pydantic import Field, StringConstraints

from schemas.errors import ConfigurationError
from schemas.model import Model

Words = Literal["alt_text", "auto_alt_text", "caption", "text"]
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


class CaptionRule(Model):
    """Words that suggest a minor. Patterns are RE2, matched between word boundaries, caseless.

    Words and patterns are compared without accents, a space stands for any white space, and digits end a
    word (pipelines/rules/spelling.py).
    """

    id: RuleId
    reads: tuple[Words, ...] = ("alt_text", "auto_alt_text", "caption", "text")
    patterns: tuple[str, ...] = Field(min_length=1)
    matches: tuple[str, ...] = Field(min_length=1)
    """Examples that must match: checked on loading."""
    passes: tuple[str, ...] = Field(min_length=1)
    """Examples that must not match: checked on loading."""


class Pack(Model):
    """One pack: rules of one language, or of metadata."""

    pack: str
    language: str | None = None
    """Primary language subtag (BCP 47) of the words its caption rules can read."""
    machine_openings: tuple[str, ...] = ()
    """How a platform's automatic alternative text begins in this language."""
    ocr_marks: tuple[str, ...] = ()
    """Words after which automatic alternative text quotes what is written in the picture."""
    declared: tuple[DeclaredRule, ...] = ()
    captions: tuple[CaptionRule, ...] = ()


class Packs(Model):
    """The packs of an engine, in order."""

    packs: tuple[Pack, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of all rules in order; ledgers store indices into this list."""
        return tuple(
            rule_id
            for pack in self.packs
            for rule_id in (*(rule.id for rule in pack.declared), *(rule.id for rule in pack.captions))
        )


@cache
def load_packs() -> Packs:
    """The packs that ship with the project, their examples checked: once in a process."""
    folder = files("pipelines.rules.minor_image")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    packs = Packs(
        packs=tuple(
            Pack.of(yaml.safe_load((folder / name).read_text(encoding="utf-8")), name, ConfigurationError)
            for name in names
        )
    )
    check_examples(packs)
    return packs


def check_examples(packs: Packs) -> None:
    """Run every rule on its own examples; ConfigurationError names the rule and the example."""
    from pipelines.rules.captions import caption_hits

    for pack in packs.packs:
        for rule in pack.captions:
            (hits,) = caption_hits([rule], pa.array([*rule.matches, *rule.passes]))
            for index, (example, hit) in enumerate(zip([*rule.matches, *rule.passes], hits, strict=True)):
                if bool(hit) != (index < len(rule.matches)):
                    raise ConfigurationError(
                        f"rule {rule.id} of pack {pack.pack}",
                        expected=f"{'no match' if hit else 'a match'} in its example «{example}»",
                        found="a match" if hit else "no match",
                        remedy="correct the rule's patterns or the example",
                    )

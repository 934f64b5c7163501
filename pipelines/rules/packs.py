"""Rule packs: what in metadata and captions points to a minor. Data, digested into every version."""

from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.strict_yaml import lines, parse, read_text
from schemas.errors import ConfigurationError
from schemas.model import Model
from schemas.pack import Pack

if TYPE_CHECKING:
    from pipelines.rules.lexicon import Lexicon


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
    return Packs(packs=tuple(_parse((folder / name).read_text("utf-8"), name) for name in names))


def read_pack(path: Path) -> Packs:
    """A pack of somebody's own.

    Raises:
        BadInput: the file cannot be read. ConfigurationError: it is no YAML, or no pack; the error names each
        fault by its line and key.
    """
    text = read_text(path, remedy="check the file and its permissions: a pack is YAML, in UTF-8")
    return Packs(packs=(_parse(text, str(path)),))


def _parse(text: str, name: str) -> Pack:
    return Pack.of(parse(text, name), name, ConfigurationError, lines(text))

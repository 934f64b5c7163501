"""Which rule saw what in one text, word for word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.rules.lexicon import Lexicon
from pipelines.rules.lines import lines_of
from pipelines.rules.matching import apart, sightings
from pipelines.rules.packs import Packs
from pipelines.rules.picture_words import OF_FILES, OF_PICTURE, picture_words, primary_subtag, without_writing
from pipelines.rules.reading import reading
from pipelines.rules.words import Words, words_of
from schemas.pack import WordRule, Written


@dataclass(frozen=True)
class Sight:
    """A rule and the place in a text that it matches: characters from ``start``, before ``end``."""

    rule: WordRule
    start: int
    end: int


Place = tuple[int, int]


def explain_text(
    text: str, packs: Packs, language: str | None, year: int, field: Written = "caption"
) -> list[Sight]:
    """Everything that the word rules which read a field see in a text, in the order in which they read.

    Offsets are those of what stands between spaces: a word's hyphens and quotation marks count to it.

    Args:
        text: as somebody wrote it.
        packs: the packs.
        language: BCP 47; null: not known.
        year: in which the picture was taken; 0: not known.
        field: where it stands.
    """
    if field == "auto_alt_text":
        (text,) = without_writing(packs, pa.array([text], pa.string())).to_pylist()
    chunks = [(found[0], found.span()) for found in re.finditer(r"\S+", text)]
    words = words_of(pa.array([chunk for chunk, _ in chunks], pa.string()))
    places = [span for (_, span), count in zip(chunks, words.lengths(), strict=True) for _ in range(count)]
    read = words_of(pa.array([text], pa.string()))
    spoken = primary_subtag(pa.array([language], pa.string()))
    readers = reading(packs, read, spoken, np.array([field in OF_FILES]))
    return [
        sight
        for place, reads in enumerate(readers)
        if reads[0]
        for sight in _sights(packs.lexicon(place), read, places, year)
        if field in sight.rule.reads
    ]


@dataclass(frozen=True)
class Explained:
    """A text about a picture as rules read it, and what those see in it that read such texts."""

    field: Written
    """As word rules name it in ``reads``."""
    text: str
    sights: tuple[Sight, ...]


def explain_picture(records: pa.Table, packs: Packs) -> list[Explained]:
    """Everything that word rules see in the texts about one picture.

    Args:
        records: a RECORDS table of one row with that picture alone.
        packs: the packs.
    """
    pictures = records.column("media").combine_chunks().flatten()
    about = picture_words(records, pictures, np.zeros(1, np.int64), packs)
    fields: tuple[Written, ...] = (*OF_PICTURE, "text")
    texts, languages = about.texts.fill_null("").to_pylist(), about.language.to_pylist()
    return [
        Explained(field, text, tuple(explain_text(text, packs, language, int(year), field)))
        for field, text, language, year in zip(fields, texts, languages, about.year, strict=True)
    ]  # fmt: skip


def _sights(lexicon: Lexicon, read: Words, places: Sequence[Place], year: int) -> list[Sight]:
    """What a pack's rules see of one text; ``places``, in characters, of its words."""
    spans = [
        place
        for word, place in zip(read.distinct.take(pa.array(read.word)).to_pylist(), places, strict=False)
        for _ in lexicon.letters(word)
    ]
    seen = []
    for lines, found in sightings(lexicon, lines_of(lexicon, read, np.zeros(1, np.int64), np.array([year]))):
        for number in range(len(lexicon.pack.words)):
            here = apart(found.of((found.rules >> number & 1).astype(bool)))
            first, behind = lines.written[here.first].tolist(), lines.written[here.behind].tolist()
            seen += [
                (number, spans[start][0], spans[end - 1][1]) for start, end in zip(first, behind, strict=True)
            ]
    return [Sight(lexicon.pack.words[number], start, end) for number, start, end in sorted(seen)]

"""Content rules on pictures: declared, suspected, no sign or unassessed; nothing clears a sign."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.characters import matches, with_ascii_digits
from pipelines.rules.circumstances import Circumstances, circumstances_of
from pipelines.rules.declared_words import declared_in_words
from pipelines.rules.matching import word_hits
from pipelines.rules.packs import Packs
from pipelines.rules.picture_words import PictureWords, picture_words
from pipelines.rules.reading import reading
from pipelines.rules.unread import unread_pictures
from pipelines.rules.words import words_of
from schemas.pack import DeclaredRule
from schemas.policy import PicturePolicy
from schemas.signs import Kind, Level

Mask = npt.NDArray[np.bool_]
_LETTERS = "A-Za-z", r"\pL"
"""Those of most texts, and all: RE2 takes a millisecond to compile the latter."""
_BETWEEN = r"[^\pZ\s]*[\pZ\s]+[^\pZ\s]*"
_ADDRESS = "(?s)^https?://.*[/#]"


class Sign(IntEnum):
    """What metadata and words say of one picture."""

    UNASSESSED = 0
    """Nothing that a rule can read, or something that could not be read. Not called safe."""
    NO_SIGN = 1
    SUSPECTED = 2
    DECLARED = 3


@dataclass(frozen=True)
class PictureSigns:
    """One entry per picture, and (picture, rule) pairs of evidence, sorted by both."""

    row: npt.NDArray[np.int64]
    """The record it is of."""
    sign: npt.NDArray[np.uint8]
    strong: Mask
    """Some strong evidence is among what was found."""
    points: npt.NDArray[np.int64]
    """Of weak evidence, by the policy."""
    evidence_picture: npt.NDArray[np.int64]
    evidence_rule: npt.NDArray[np.uint16]

    def evidence_of_rows(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
        """Distinct (row, rule) pairs, sorted by both."""
        return _distinct(self.row[self.evidence_picture], self.evidence_rule)


def picture_signs(
    records: pa.Table, around: Circumstances, packs: Packs, weighing: PicturePolicy
) -> PictureSigns:
    """Judge every picture of a RECORDS table. Rows of the result count from the table's start."""
    media = records.column("media").combine_chunks()
    row = pc.list_parent_indices(media).to_numpy().astype(np.int64)
    pictures = media.flatten()
    found = Found(len(row))
    assessed = np.zeros(len(row), bool)
    unreadable = unread_pictures(pictures)
    if len(row):
        about = picture_words(records, pictures, row, packs)
        words = words_of(about.texts)
        assessed = _readable(packs, about)
        number = 0
        readers = reading(packs, words, about.language, about.from_files)
        for place, (pack, reads) in enumerate(zip(packs.packs, readers, strict=True)):
            for declared in pack.declared:
                minor, adult, unread = _declared(declared, pictures)
                found.add(number, minor, Level.DECLARED, Kind.DECLARED)
                assessed |= adult
                unreadable |= unread
                number += 1
            for in_words in pack.declared_words:
                hit = declared_in_words(in_words, pictures, about, packs)
                found.add(number, hit, Level.DECLARED, Kind.DECLARED)
                number += 1
            for circumstance in pack.circumstances:
                hit = circumstances_of(circumstance.kind, records, pictures, row, around)
                found.add(number, hit, circumstance.level, circumstance.kind)
                number += 1
            texts = np.flatnonzero(reads)
            if not (len(texts) and pack.words):
                number += len(pack.words)
                continue
            hits = word_hits(packs.lexicon(place), words, texts, about.year[texts])
            for rule, hit in zip(pack.words, hits, strict=True):
                if rule.level != Level.NONE and hit.any():
                    everywhere = np.zeros(len(words), bool)
                    everywhere[texts[hit]] = True
                    found.add(number, about.of_pictures(everywhere, rule.reads), rule.level, rule.kind)
                number += 1
    # Whatever else is said of a picture: what its file declares may be a minor.
    sign = np.where(assessed & ~unreadable, Sign.NO_SIGN, Sign.UNASSESSED)
    sign = np.where(found.suspected(weighing), Sign.SUSPECTED, sign)
    sign = np.where(found.declared, Sign.DECLARED, sign)
    return PictureSigns(
        row, sign.astype(np.uint8), found.strong, found.points(weighing), *_distinct(*found.pairs())
    )


@dataclass
class Found:
    """What rules found of so many pictures."""

    pictures: int
    evidence: list[tuple[int, Mask]] = field(default_factory=list)
    """Number of a rule, and the pictures of which it gives evidence."""

    def __post_init__(self) -> None:
        self.declared = np.zeros(self.pictures, bool)
        self.strong = np.zeros(self.pictures, bool)
        self._weak: dict[Kind, Mask] = {}

    def add(self, number: int, hit: Mask, level: Level, kind: Kind) -> None:
        """Take in what a rule hits. Words that only look like a sign are no evidence."""
        if level == Level.NONE or not hit.any():
            return
        self.evidence.append((number, hit))
        if level == Level.DECLARED:
            self.declared |= hit
        elif level == Level.STRONG:
            self.strong |= hit
        else:
            self._weak[kind] = self._weak.get(kind, np.zeros(self.pictures, bool)) | hit

    def pairs(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Picture and rule of all evidence."""
        hits = [np.flatnonzero(hit) for _, hit in self.evidence]
        rules = np.repeat([number for number, _ in self.evidence], [len(hit) for hit in hits])
        return np.concatenate([np.zeros(0, np.int64), *hits]), rules.astype(np.int64)

    def points(self, weighing: PicturePolicy) -> npt.NDArray[np.int64]:
        """Points of weak evidence: a kind counts once, however many rules of it there are."""
        points = np.zeros(self.pictures, np.int64)
        for kind, hit in self._weak.items():
            points += weighing.weak[kind] * hit
        return points

    def suspected(self, weighing: PicturePolicy) -> Mask:
        """Pictures with strong evidence, or weak evidence of kinds that have enough points together."""
        suspected: Mask = self.strong | (self.points(weighing) >= weighing.suspected_from)
        return suspected


def _readable(packs: Packs, about: PictureWords) -> Mask:
    """Words about the picture itself, in a language some pack reads; the record's text is not enough.

    ``IMG_2034.jpg`` is one word, and one word describes nothing.
    """
    known = pa.array([pack.language for pack in packs.packs if pack.language], pa.string())
    spoken = np.asarray(pc.is_in(about.language, value_set=known))
    readable = _opens(about.texts[about.span("auto_alt_text")], packs.machine_openings)
    for name in ("alt_text", "caption"):
        texts = about.span(name)
        readable |= _has_two_words(about.texts[texts]) & spoken[texts]
    return readable


def _has_two_words(texts: pa.StringArray) -> Mask:
    """One word, or a file's name, describes nothing."""
    found = np.zeros(len(texts), bool)
    left = np.flatnonzero(texts.is_valid())
    for letters in _LETTERS:
        if len(left):
            some = texts.take(pa.array(left))
            found[left] = matches(some, f"[{letters}]{_BETWEEN}[{letters}]")
            left = left[~found[left] & ~np.asarray(pc.string_is_ascii(some))]
    return found


def _opens(texts: pa.StringArray, openings: tuple[str, ...]) -> Mask:
    """Texts that begin with one of ``Packs.machine_openings``, in letters of either size."""
    found = np.zeros(len(texts), bool)
    if openings:
        there = np.flatnonzero(texts.is_valid())
        written = pc.utf8_lower(texts.take(pa.array(there))).to_pylist()
        # Of sorted openings none of which begins with another only the last one that is not greater can fit.
        found[there] = [text.startswith(openings[bisect_right(openings, text) - 1]) for text in written]
    return found


def _declared(rule: DeclaredRule, pictures: pa.StructArray) -> tuple[Mask, Mask, Mask]:
    """Pictures with a value that declares a minor; that declares adults; that nobody can read."""
    metadata = pictures.field("metadata")
    entries = metadata.flatten()
    chosen = pc.equal(entries.field("property"), rule.property).fill_null(False)
    picture = pc.list_parent_indices(metadata).filter(chosen)
    values = entries.field("values").filter(chosen)
    owner = picture.take(pc.list_parent_indices(values)).to_numpy()
    minor, adult, unread = _declares(rule, values.flatten())
    unreadable = _any(owner[unread], len(pictures))
    unreadable[picture.filter(values.is_null()).to_numpy()] = True
    return _any(owner[minor], len(pictures)), _any(owner[adult], len(pictures)), unreadable


def _declares(rule: DeclaredRule, values: pa.Array) -> tuple[Mask, Mask, Mask]:
    """Which values of a declared property mean a minor, which adults, and which are none a rule knows."""
    text = with_ascii_digits(pc.utf8_lower(pc.utf8_trim_whitespace(values)))
    minor = matches(pc.replace_substring_regex(text, _ADDRESS, ""), _number_below(rule.minor_below))
    named = pc.replace_substring_regex(text, rf"^https?://{re.escape(rule.address)}", "")
    adult = _is_one_of(named, rule.adult)
    if rule.oldest is not None:
        adult |= matches(named, _ages(rule.minor_below, rule.oldest))
    return minor, adult & ~minor, ~(minor | adult | _is_one_of(named, rule.unknown))


def _is_one_of(words: pa.Array, values: tuple[str, ...]) -> Mask:
    lower = pa.array([value.lower() for value in values], pa.string())
    return np.asarray(pc.is_in(words, value_set=lower))


def _number_below(limit: int) -> str:
    """An RE2 expression for texts with a number below ``limit``; 9 is none in 9.5e3, -9 or 41.9."""
    numbers = "|".join(map(str, range(limit)))
    return rf"(?:^|[^-0-9.]|(?:^|[^0-9])\.)0*(?:{numbers})(?:\.[0-9]*)?(?:[^0-9.]|$)"


def _ages(youngest: int, oldest: int) -> str:
    """An RE2 expression for texts of nothing but whole numbers from ``youngest`` to ``oldest``."""
    age = rf"\+?0*(?:{'|'.join(map(str, range(youngest, oldest + 1)))})(?:\.0*)?"
    return rf"^{age}(?:[\s,;|]+{age})*$"


def _any(places: npt.NDArray[np.int64], size: int) -> Mask:
    mask = np.zeros(size, bool)
    mask[places] = True
    return mask


def _distinct(
    first: npt.NDArray[np.int64], rule: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """Distinct pairs, sorted by both."""
    pairs = np.unique(np.stack([first, rule.astype(np.int64)], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1].astype(np.uint16)

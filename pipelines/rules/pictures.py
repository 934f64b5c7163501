"""Content rules on pictures: declared, suspected, no sign or unassessed; nothing clears a sign."""

import re
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.rules.captions import caption_hits, matches, without_ocr
from pipelines.rules.characters import with_ascii_digits
from pipelines.rules.packs import DeclaredRule, Pack, Packs

Mask = npt.NDArray[np.bool_]
_LETTER = r"\pL"
_ADDRESS = "(?s)^https?://.*[/#]"


class Sign(IntEnum):
    """What metadata and words say of one picture."""

    UNASSESSED = 0
    """Nothing that a rule can read. Not called safe."""
    NO_SIGN = 1
    SUSPECTED = 2
    DECLARED = 3


@dataclass(frozen=True)
class PictureSigns:
    """One entry per picture: its row, its sign; and (row, rule) pairs of evidence."""

    row: npt.NDArray[np.int64]
    sign: npt.NDArray[np.uint8]
    evidence_row: npt.NDArray[np.int64]
    evidence_rule: npt.NDArray[np.uint16]


def picture_signs(records: pa.Table, packs: Packs) -> PictureSigns:
    """Judge every picture of a RECORDS table. Rows of the result count from the table's start."""
    media = records.column("media").combine_chunks()
    row = pc.list_parent_indices(media).to_numpy().astype(np.int64)
    pictures = media.flatten()
    sign = np.full(len(row), Sign.UNASSESSED, np.uint8)
    found: list[tuple[npt.NDArray[np.int64], int]] = []
    if len(row):
        words = {name: pictures.field(name) for name in ("alt_text", "auto_alt_text", "caption")}
        texts = records.column("text").combine_chunks()
        language = _primary_subtag(records.column("language").combine_chunks().take(pa.array(row)))
        unreadable = np.zeros(len(row), bool)
        number = 0
        for pack in packs.packs:
            sign = np.maximum(sign, np.where(_readable(pack, words, language), Sign.NO_SIGN, Sign.UNASSESSED))
            for rule in pack.declared:
                minor, adult, unread = _declared(rule, pictures)
                sign = np.maximum(sign, np.where(minor, Sign.DECLARED, np.where(adult, Sign.NO_SIGN, 0)))
                unreadable |= unread
                found.append((row[minor], number))
                number += 1
            for hit in _suspected(pack, words, texts, row):
                sign = np.maximum(sign, np.where(hit, Sign.SUSPECTED, 0))
                found.append((row[hit], number))
                number += 1
        # Whatever else is said of a picture: what its file declares may be a minor.
        sign = np.where(unreadable & (sign == Sign.NO_SIGN), Sign.UNASSESSED, sign)
    rows, rules = _pairs(found)
    return PictureSigns(row, sign.astype(np.uint8), rows, rules)


def _suspected(
    pack: Pack, words: dict[str, pa.Array], texts: pa.Array, row: npt.NDArray[np.int64]
) -> list[Mask]:
    """Pictures that each caption rule of a pack hits, by their own words or by the text of their record."""
    read = {**words, "auto_alt_text": without_ocr(pack, words["auto_alt_text"])}
    # A record's text is read once, however many pictures it has.
    shown, picture = np.unique(row, return_inverse=True)
    hits = caption_hits(pack.captions, pa.concat_arrays([*read.values(), texts.take(pa.array(shown))]))
    found = []
    for rule, hit in zip(pack.captions, hits, strict=True):
        about, told = np.split(hit, [len(read) * len(row)])
        reads = np.array([[name in rule.reads] for name in read])
        found.append(
            (reads & about.reshape(len(read), -1)).any(axis=0) | (told[picture] & ("text" in rule.reads))
        )
    return found


def _readable(pack: Pack, words: dict[str, pa.Array], language: pa.Array) -> Mask:
    """Words about the picture itself, in a language the pack reads; the record's text is not enough."""
    if pack.language is None:
        return np.zeros(len(language), bool)
    spoken = np.asarray(pc.equal(language, pack.language).fill_null(False))
    about = pa.concat_arrays([words["alt_text"], words["caption"]])
    written = matches(about, _LETTER).reshape(2, -1).any(axis=0)
    automatic = np.zeros(len(language), bool)
    for opening in pack.machine_openings:
        begins = pc.starts_with(words["auto_alt_text"], opening, ignore_case=True)
        automatic |= np.asarray(begins.fill_null(False))
    return (spoken & written) | automatic


def _primary_subtag(language: pa.Array) -> pa.Array:
    encoded = language.dictionary_encode()
    entries = pc.replace_substring_regex(encoded.dictionary.cast(pa.string()), r"[-_].*", "")
    return pc.utf8_lower(entries).take(encoded.indices)


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


def _pairs(
    found: list[tuple[npt.NDArray[np.int64], int]],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """Distinct (row, rule) pairs, sorted by both."""
    rows = np.concatenate([rows for rows, _ in found] or [np.zeros(0, np.int64)])
    rules = np.concatenate([np.full(len(r), rule, np.int64) for r, rule in found] or [np.zeros(0, np.int64)])
    pairs = np.unique(np.stack([rows, rules], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1].astype(np.uint16)

"""Answers -> the table of media."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from pipelines.ingest.scanning.answers import Answer
from pipelines.ingest.scanning.crew import PictureFile
from schemas.media import Declared, Doubted, MediaFile
from schemas.media_table import MEDIA

_BATCH_ROWS = 1024
_BATCH_CHARACTERS = 4 * 1024 * 1024
"""Characters of declared values: few files may declare as much as very many."""
_LIST, _WORDS = MEDIA.field("metadata").type, MEDIA.field("blocks").type


def batches_of(answers: Iterable[tuple[PictureFile, Answer]]) -> Iterator[pa.RecordBatch]:
    """The rows of the table, some at a time."""
    rows: list[tuple[PictureFile, Answer]] = []
    characters = 0
    for file, answer in answers:
        rows.append((file, answer))
        characters += _characters(answer)
        if len(rows) >= _BATCH_ROWS or characters >= _BATCH_CHARACTERS:
            yield batch_of(rows)
            rows, characters = [], 0
    if rows:
        yield batch_of(rows)


def batch_of(rows: Sequence[tuple[PictureFile, Answer]]) -> pa.RecordBatch:
    """One row for each file."""
    files = [file for file, _ in rows]
    answers = [answer for _, answer in rows]
    read = [answer.media for answer in answers]
    columns = (
        [file.path for file in files],
        [answer.bytes for answer in answers],
        [answer.unread for answer in answers],
        [answer.sha256 for answer in answers],
        [media and media.mime for media in read],
        [media and media.width for media in read],
        [media and media.height for media in read],
        [media and media.taken_at for media in read],
        metadata_of(read),
        _lists([None if media is None else media.blocks for media in read]),
        _lists([None if media is None else [in_words(one) for one in media.doubts] for media in read]),
    )
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, field.type)
        for column, field in zip(columns, MEDIA, strict=True)
    ]
    return pa.record_batch(arrays, MEDIA)


def _characters(answer: Answer) -> int:
    declared = () if answer.media is None else answer.media.declared
    return sum(len(value) for one in declared for value in one.values)


def in_words(doubted: Doubted) -> str:
    """A doubt as the table writes it: ``truncated exif``."""
    return doubted.doubt if doubted.block is None else f"{doubted.doubt} {doubted.block}"


def metadata_of(read: Sequence[MediaFile | None]) -> pa.Array:
    """What each file declares, as records carry it; null: it was not read.

    Put together from flat columns: a dictionary for each property took a third of the scan.
    """
    declared: list[Declared] = [one for media in read if media is not None for one in media.declared]
    fields = [_LIST.value_type.field(place) for place in range(_LIST.value_type.num_fields)]
    values_type = fields[1].type
    values = pa.array([value for one in declared for value in one.values], values_type.value_type)
    structs = pa.StructArray.from_arrays(
        [
            pa.array([one.property for one in declared], fields[0].type),
            pa.ListArray.from_arrays(
                _offsets([len(one.values) for one in declared]), values, type=values_type
            ),
            pa.array([one.block for one in declared], fields[2].type),
        ],
        fields=fields,
    )
    lengths = [None if media is None else len(media.declared) for media in read]
    return pa.ListArray.from_arrays(_offsets(lengths), structs, type=_LIST)


def _lists(words: Sequence[Sequence[str] | None]) -> pa.Array:
    flat = pa.array([word for some in words for word in some or ()], _WORDS.value_type)
    offsets = _offsets([None if some is None else len(some) for some in words])
    return pa.ListArray.from_arrays(offsets, flat, type=_WORDS)


def _offsets(lengths: Sequence[int | None]) -> pa.Array:
    """Where each list begins, and where the last one ends; null: there is no list."""
    begins, at = [], 0
    for length in lengths:
        begins.append(None if length is None else at)
        at += length or 0
    return pa.array([*begins, at], pa.int32())

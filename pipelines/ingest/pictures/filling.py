"""Rows of records, each picture's fields filled from its file. Nothing that the source said is lost.

Where both speak: the digest is that of the file, and a source that declares another one is a defect of the
row; the type is that of the content; of two moments the earlier; declarations stand side by side. What could
not be read of a file is said in its record, as a property of our own.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.ingest.pictures.places import Nowhere, place_of
from pipelines.ingest.scanning.answers import Answer
from pipelines.ingest.scanning.crew import PictureFile
from pipelines.ingest.scanning.supervising import Crew, read_files
from schemas.fields import RECORDS
from schemas.media import READ_WHOLE, UNREAD_PROPERTY, Unread

DEFECT = "media.sha256"
_MEDIA = RECORDS.field("media").type
_DEFECT_TYPE = RECORDS.field("defect").type
_REFUSED = Answer(0, unread=Unread.NOT_OPENED)
"""Of a file that may be there and is not opened, as a scan of the folder has it of a link that leads out."""
_CHARACTERS = 4 * 1024 * 1024
"""Characters of declared values after which a batch is cut: few files may declare very much."""


@dataclass
class Pictures:
    """Where the pictures of a source are, who reads them, and what became of them."""

    root: bytes
    crew: Crew
    counts: Counter[str] = field(default_factory=Counter)
    """Of media, as :class:`schemas.ingest_plans.PictureCount` calls them."""

    def fill(self, rows: pa.RecordBatch, positions: Sequence[int], file: str) -> Iterator[pa.RecordBatch]:
        """The rows of a RECORDS batch in its order, in one or several batches.

        ``positions``: where each row stands in ``file``, for its defect.
        """
        media = rows.column("media")
        places = [
            None if uri is None else place_of(uri, self.root)
            for uri in media.flatten().field("uri").to_pylist()
        ]
        self.counts.update(place.value for place in places if isinstance(place, Nowhere))
        files = [place for place in places if isinstance(place, PictureFile)]
        if not files and Nowhere.OUTSIDE not in places:
            yield rows
            return
        answers = read_files(self.crew, files)
        waiting = iter(places)
        start, characters, held = 0, 0, []
        for row, elements in enumerate(media.value_lengths().fill_null(0).to_pylist()):
            for _ in range(elements):
                place = next(waiting)
                answer = _REFUSED if place is Nowhere.OUTSIDE else None
                if isinstance(place, PictureFile):
                    _, answer = next(answers)
                    characters += self._count(answer)
                held.append(answer)
            if characters > _CHARACTERS or row == len(rows) - 1:
                part = slice(start, row + 1)
                yield _filled(rows.slice(start, row + 1 - start), held, positions[part], file)
                start, characters, held = row + 1, 0, []

    def _count(self, answer: Answer) -> int:
        """Count a picture; characters that its file declares."""
        self.counts["read" if answer.unread is None else f"unread {answer.unread}"] += 1
        if answer.media is None:
            return 0
        self.counts["doubtful"] += bool(answer.media.doubts)
        return sum(len(value) for one in answer.media.declared for value in one.values)


def _filled(
    rows: pa.RecordBatch, answers: Sequence[Answer | None], positions: Sequence[int], file: str
) -> pa.RecordBatch:
    """``answers``: one for each medium of the rows in order; null: there is no file."""
    media = rows.column("media")
    elements = media.flatten()
    said = {name: elements.field(name).to_pylist() for name in ("sha256", "mime", "taken_at", "metadata")}
    wrong = set()
    parents = np.repeat(np.arange(len(rows)), media.value_lengths().fill_null(0).to_numpy())
    for place, answer in enumerate(answers):
        if answer is None:
            continue
        said["metadata"][place] = _side_by_side(said["metadata"][place], answer)
        if answer.media is None:
            continue
        if said["sha256"][place] not in {None, answer.sha256}:
            wrong.add(int(parents[place]))
        said["sha256"][place] = answer.sha256
        said["mime"][place] = answer.media.mime
        moments = [one for one in (said["taken_at"][place], answer.media.taken_at) if one is not None]
        said["taken_at"][place] = min(moments, default=None)
    columns = [
        pa.array(said[child.name], child.type) if child.name in said else elements.field(child.name)
        for child in _MEDIA.value_type
    ]
    structs = pa.StructArray.from_arrays(columns, fields=list(_MEDIA.value_type))
    offsets = np.concatenate([[0], np.cumsum(media.value_lengths().fill_null(0).to_numpy())])
    filled = pa.ListArray.from_arrays(
        pa.array(offsets.astype(np.int32)), structs, type=_MEDIA, mask=media.is_null()
    )
    rows = rows.set_column(rows.schema.get_field_index("media"), RECORDS.field("media"), filled)
    return _with_defects(rows, sorted(wrong), positions, file) if wrong else rows


def _side_by_side(said: list[dict[str, Any]] | None, answer: Answer) -> list[dict[str, Any]] | None:
    """What the source says of a file, what the file does, what of it was not read; the same is said once."""
    declared = () if answer.media is None else answer.media.declared
    found: list[dict[str, Any]] = [
        {"property": one.property, "values": [*one.values], "block": one.block.value} for one in declared
    ]
    found += [
        {"property": UNREAD_PROPERTY, "values": values, "block": block}
        for block, values in _unread(answer).items()
    ]
    if said is None:
        return found or None
    return said + [one for one in found if one not in said]


def _unread(answer: Answer) -> dict[str | None, list[str]]:
    """Of each block, and of the container or file (null), why it or a part of it was not read."""
    if answer.media is None:
        return {} if answer.unread is None else {None: [answer.unread.value]}
    found: dict[str | None, list[str]] = {}
    for one in answer.media.doubts:
        if one.doubt not in READ_WHOLE:
            found.setdefault(one.block and one.block.value, []).append(one.doubt.value)
    return found


def _with_defects(
    rows: pa.RecordBatch, wrong: list[int], positions: Sequence[int], file: str
) -> pa.RecordBatch:
    """These rows with nothing but their defect."""
    places = pa.array(np.arange(len(rows)), mask=np.isin(np.arange(len(rows)), wrong))
    defects = rows.column("defect").to_pylist()
    for row in wrong:
        defects[row] = {"file": file, "position": positions[row], "field": DEFECT}
    columns = [column.take(places) for column in rows.columns[:-1]]
    return pa.RecordBatch.from_arrays([*columns, pa.array(defects, _DEFECT_TYPE)], schema=rows.schema)

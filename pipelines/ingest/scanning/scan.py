"""A folder of pictures -> the table of what they declare, as one Parquet file."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.disk.earlier import check_earlier
from pipelines.disk.replacing import replacing_file
from pipelines.ingest.scanning.answers import Answer
from pipelines.ingest.scanning.crew import PictureFile
from pipelines.ingest.scanning.folder import listed
from pipelines.ingest.scanning.limits import Limits
from pipelines.ingest.scanning.supervising import crew_of, read_files
from pipelines.ingest.scanning.table import batches_of, in_words
from schemas.errors import ConfigurationError
from schemas.media_table import MEDIA
from schemas.tables import WRITER

_ROW_GROUP_ROWS, _ROW_GROUP_BYTES = 16_384, 16 * 1024 * 1024
_REPEATING = [
    "unread", "mime", "metadata.list.element.property", "metadata.list.element.values.list.element",
    "metadata.list.element.block", "blocks.list.element", "doubts.list.element",
]  # fmt: skip


@dataclass
class Summary:
    """What was found, in files."""

    files: int = 0
    read: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    """By reason."""
    doubts: Counter[str] = field(default_factory=Counter)
    """Files with it, by doubt and block."""
    mime: Counter[str] = field(default_factory=Counter)
    sidecars: int = 0

    def count(self, file: PictureFile, answer: Answer) -> None:
        """Count one file."""
        self.files += 1
        self.sidecars += len(file.sidecars)
        if answer.unread is not None:
            self.unread[answer.unread] += 1
        if answer.media is not None:
            self.read += 1
            self.mime[answer.media.mime] += 1
            self.doubts.update({in_words(doubted) for doubted in answer.media.doubts})


def scan(folder: Path, out: Path, workers: int, limits: Limits, summary: Summary, *, sha256: bool) -> None:
    """Write the table of a folder's files; it takes its name when it is whole and on the disk.

    ``summary`` grows while files are read.

    Raises:
        ConfigurationError: the folder is none; or the table would lie in it, or has the name of a folder or
            of a file that is no such table.
        BadInput: a folder below that cannot be read.
        OSError: the table cannot be written.
    """
    _check(folder, out)
    with (
        crew_of(workers, limits, sha256=sha256) as crew,
        closing(read_files(crew, listed(folder))) as answers,
        replacing_file(out) as file,
        pq.ParquetWriter(file, MEDIA, use_dictionary=_REPEATING, **WRITER) as writer,
    ):
        for table in _row_groups(batches_of(_counted(answers, summary))):
            writer.write_table(table, row_group_size=len(table))


def _row_groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches put together, each time as many as make a row group."""
    together: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        together.append(batch)
        rows, size = rows + len(batch), size + batch.nbytes
        if rows >= _ROW_GROUP_ROWS or size >= _ROW_GROUP_BYTES:
            yield pa.Table.from_batches(together, MEDIA)
            together, rows, size = [], 0, 0
    if together:
        yield pa.Table.from_batches(together, MEDIA)


def _counted(
    answers: Iterable[tuple[PictureFile, Answer]], summary: Summary
) -> Iterator[tuple[PictureFile, Answer]]:
    for file, answer in answers:
        summary.count(file, answer)
        yield file, answer


def _check(folder: Path, out: Path) -> None:
    if not folder.is_dir():
        raise ConfigurationError(
            str(folder),
            expected="a folder of pictures",
            found="a file" if folder.exists() else "nothing of that name",
            remedy="name the folder that holds them",
        )
    if out.is_dir():
        raise ConfigurationError(
            str(out),
            expected="the name of a file for the table",
            found="a folder",
            remedy=f"name a file: {out / 'media.parquet'}",
        )
    if not out.absolute().parent.is_dir():
        raise ConfigurationError(
            str(out),
            expected="a table in a folder that is there",
            found="no folder of that name",
            remedy=f"make {out.parent}, or name another place",
        )
    if out.resolve().is_relative_to(folder.resolve()):
        raise ConfigurationError(
            str(out),
            expected=f"a table outside of {folder}, all files of which are read",
            found="one inside",
            remedy="name another place",
        )
    check_earlier(out, MEDIA)

"""The table of a folder: every file has its row, and what a worker says stands in it."""

import hashlib
import itertools
import os
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from ingest.scanning.pictures import dated_packet, jpeg, packet

from pipelines.ingest.scanning import scan as scanning
from pipelines.ingest.scanning import table as tables
from pipelines.ingest.scanning.answers import Answer
from pipelines.ingest.scanning.crew import PictureFile
from pipelines.ingest.scanning.limits import SIDECAR_BYTES, Limits
from pipelines.ingest.scanning.scan import Summary, scan
from pipelines.ingest.scanning.table import batch_of, batches_of
from schemas.media import Block, Declared, Doubt, Doubted, MediaFile, Unread
from schemas.media_table import MEDIA


def scanned(folder, out, workers=2, **options):
    summary = Summary()
    scan(folder, out, workers, Limits(), summary, **{"sha256": True} | options)
    return summary, pq.read_table(out)


def row(path, data=None, *, declared=(), doubts=(), blocks=(), **fields):
    """A row of the table, for a picture of :func:`jpeg`."""
    read = data is not None
    return {
        "path": path, "bytes": len(data or b""), "unread": None,
        "sha256": hashlib.sha256(data).hexdigest() if read else None, "mime": "image/jpeg" if read else None,
        "width": 8 if read else None, "height": 8 if read else None, "taken_at": None,
        "metadata": [{"property": name, "values": [*values], "block": block} for name, values, block in declared]
        if read else None,
        "blocks": [*blocks] if read else None, "doubts": [*doubts] if read else None, **fields,
    }  # fmt: skip


def test_a_folder_becomes_this_table(tmp_path):
    folder = tmp_path / "in"
    (folder / "b").mkdir(parents=True)
    plain, tagged, beside = jpeg(), jpeg("child", "sea"), jpeg("x")
    for name, data in {
        "a.jpg": plain, "b/2.jpg": tagged, "b/3.jpg": beside, "b/3.xmp": packet("from the sidecar"),
        "b/3.jpg.xmp": packet("from the other"), "notes.txt": b"hello", "wrong.png": tagged,
        "empty.jpg": b"", "lone.xmp": packet("lost"),
    }.items():  # fmt: skip
        (folder / name).write_bytes(data)
    (folder / "out").symlink_to(tmp_path)
    summary, table = scanned(folder, tmp_path / "out.parquet")
    assert table.schema.equals(MEDIA)
    subject = ("dc:subject", ("child", "sea"), "xmp")
    assert table.to_pylist() == [
        row("a.jpg", plain),
        row("b/2.jpg", tagged, declared=[subject], blocks=["xmp"]),
        row("b/3.jpg", beside, blocks=["xmp", "sidecar"], declared=[
            ("dc:subject", ("x",), "xmp"), ("dc:subject", ("from the other",), "sidecar"),
            ("dc:subject", ("from the sidecar",), "sidecar"),
        ]),
        row("empty.jpg", unread="no_image"),
        row("lone.xmp", unread="no_image", bytes=len(packet("lost"))),
        row("notes.txt", unread="no_image", bytes=5),
        row("out", unread="not_opened"),
        row("wrong.png", tagged, declared=[subject], blocks=["xmp"]),
    ]  # fmt: skip
    assert summary == Summary(
        files=8, read=4, unread={"no_image": 3, "not_opened": 1}, mime={"image/jpeg": 4}, sidecars=2
    )


def test_without_digests_no_other_column_differs(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg("a"))
    _, with_digest = scanned(folder, tmp_path / "with")
    _, without = scanned(folder, tmp_path / "without", sha256=False)
    assert without.column("sha256").to_pylist() == [None]
    assert without.drop_columns("sha256") == with_digest.drop_columns("sha256")


SIDECARS = {
    "cut": (lambda path: path.write_bytes(packet("a") + b" " * SIDECAR_BYTES), "truncated sidecar"),
    "a link": (lambda path: path.symlink_to("elsewhere"), "broken sidecar"),
    "a pipe": (os.mkfifo, "broken sidecar"),
}


@pytest.mark.parametrize(("lay", "doubt"), SIDECARS.values(), ids=SIDECARS)
def test_a_sidecar_that_cannot_be_read_whole_leaves_a_doubt(tmp_path, lay, doubt):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg("x"))
    lay(folder / "a.xmp")
    _, table = scanned(folder, tmp_path / "out")
    assert table.column("doubts").to_pylist() == [[doubt]]
    assert "sidecar" in table.column("blocks").to_pylist()[0]


@pytest.mark.parametrize("years", [(2005, 2003), (2003, 2005)])
def test_of_two_sidecars_the_earlier_moment_counts(tmp_path, years):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg())
    for name, year in zip(("a.jpg.xmp", "a.xmp"), years, strict=True):
        (folder / name).write_bytes(dated_packet(year))
    _, table = scanned(folder, tmp_path / "out")
    assert table.column("taken_at").to_pylist() == [datetime(2003, 1, 2, 3, 4, 5, tzinfo=UTC)]


def test_bytes_of_the_table_do_not_depend_on_who_reads(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(40):
        (folder / f"{n}.jpg").write_bytes(jpeg(*map(str, range(n % 3))))
    written = []
    for workers in (1, 3):
        scanned(folder, tmp_path / str(workers), workers)
        written.append((tmp_path / str(workers)).read_bytes())
    assert written[0] == written[1]


def test_an_empty_folder_is_an_empty_table(tmp_path):
    (tmp_path / "in").mkdir()
    summary, table = scanned(tmp_path / "in", tmp_path / "out")
    assert (summary, table) == (Summary(), MEDIA.empty_table())


def test_row_groups_are_bounded_by_rows_and_by_what_is_declared(tmp_path, monkeypatch):
    """Neither a million pictures nor a few that declare very much are held together."""
    monkeypatch.setattr(tables, "_BATCH_ROWS", 4)
    monkeypatch.setattr(tables, "_BATCH_CHARACTERS", 1000)
    monkeypatch.setattr(scanning, "_ROW_GROUP_ROWS", 8)
    monkeypatch.setattr(scanning, "_ROW_GROUP_BYTES", 2000)
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(40):
        (folder / f"{n:02}.jpg").write_bytes(jpeg("x" * (1000 if n >= 36 else 1)))
    scanned(folder, tmp_path / "out")
    file = pq.ParquetFile(tmp_path / "out")
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert sizes == [8, 8, 8, 8, 6, 2]


def test_a_batch_holds_what_the_answers_say():
    moment = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
    read = MediaFile("image/png", 2**32 - 1, None, moment, (Declared("p:q", ("", "é"), Block.IIM),
        Declared("p:r", (), Block.EXIF)), (Block.EXIF, Block.IIM), (Doubted(Doubt.LIMIT, None),))  # fmt: skip
    rows = [
        (PictureFile("a", b""), Answer(1, unread=Unread.DIED)),
        (PictureFile("b", b""), Answer(2, read, sha256="0" * 64)),
        (PictureFile("c", b""), Answer(3, MediaFile("image/gif", 0, 1, None, (), (), ()))),
    ]
    batch = batch_of(rows)
    batch.validate(full=True)
    assert batch.to_pylist()[1] == {
        "path": "b", "bytes": 2, "unread": None, "sha256": "0" * 64, "mime": "image/png", "width": 2**32 - 1,
        "height": None, "taken_at": moment, "metadata": [
            {"property": "p:q", "values": ["", "é"], "block": "iim"}, {"property": "p:r", "values": [], "block": "exif"},
        ], "blocks": ["exif", "iim"], "doubts": ["limit"],
    }  # fmt: skip
    assert [(one["unread"], one["metadata"], one["blocks"]) for one in batch.to_pylist()] == [
        ("died", None, None), (None, batch.to_pylist()[1]["metadata"], ["exif", "iim"]), (None, [], []),
    ]  # fmt: skip


def test_a_row_group_is_written_before_more_files_are_asked_for():
    answer = Answer(1, MediaFile("image/gif", 1, 1, None, (), (), ()))
    taken = itertools.count()
    answers = ((PictureFile(str(next(taken)), b""), answer) for _ in range(10**5))
    groups = scanning._row_groups(batches_of(answers))
    first = next(groups)
    assert (len(first), next(taken)) == (16_384, 16_384)

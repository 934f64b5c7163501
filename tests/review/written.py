"""A source with one record that has pictures, and the place of that record."""

import pyarrow.parquet as pq
from review.waits import place

from builders import account, medium, record, write_canonical
from schemas.splits import byte_ranges, cut, split_digest


def described(**overrides):
    """The same in the source."""
    return medium(**{"sha256": None, "alt_text": None, "caption": None, **overrides})


def write_pictures(folder, media):
    """Write a record with these pictures, the second of two; the source root, and its place."""
    records = [record(record_id="other"), record(record_id="r1", media=media)]
    root = write_canonical(folder, [account()], records)
    (path,) = root.glob("records/*.parquet")
    return root, place(path=path.relative_to(root).as_posix(), split_digest=_digest_of(path), row=1)


def _digest_of(path):
    data = path.read_bytes()
    with pq.ParquetFile(path) as file:
        (split,) = cut(path.name, file.metadata)
        blocks = [data[at : at + n] for at, n in byte_ranges(file.metadata, split)]
        return split_digest(file.metadata, split, blocks)

"""Tables that may be replaced by one of the same kind: a mistyped name must not cost a key or a log."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import ConfigurationError


def check_earlier(path: Path, schema: pa.Schema) -> None:
    """That what lies at ``path`` is nothing, empty, or a Parquet file with these columns.

    Raises:
        ConfigurationError: it is something else. OSError: it cannot be read.
    """
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return
    try:
        same = path.is_file() and pq.read_schema(path).equals(schema)
    except pa.ArrowException:
        same = False
    if not same:
        raise ConfigurationError(
            str(path),
            expected="a new file, or an earlier table of the same kind",
            found="one that exists, and is no earlier one of the same kind",
            remedy="choose another path",
        )

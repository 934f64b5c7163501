"""Bounds that keep memory small whatever a file holds."""

MAX_ROW_BYTES = 8 * 1024 * 1024
"""A row (a line, a CSV row of several lines, a Parquet row) that is longer is a defect."""

MAX_ITEMS = 65_536
"""Items in one list of one row; more is a defect."""

BATCH_ROWS = 4096
"""Rows that are converted together."""

BATCH_BYTES = 4 * 1024 * 1024
"""Bytes, as the file holds them, that are converted together."""

PART_BYTES = 256 * 1024 * 1024
"""Arrow bytes after which a canonical file is closed and the next one begun."""

MAX_UNDECODED_ROWS = 1 << 24
"""Rows a damaged Parquet row group may claim; a footer that claims more is not believed."""

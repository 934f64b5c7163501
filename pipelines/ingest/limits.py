"""Bounds that keep memory small whatever a file holds."""

MAX_ROW_BYTES = 8 * 1024 * 1024
"""A row (a line, a CSV row of several lines, a Parquet row) that is longer is a defect."""

MAX_ROW_LINES = 65_536
"""Lines in one row of CSV: an open quote before empty lines holds many in few bytes."""

MAX_ITEMS = 65_536
"""Items in one list of one row; more is a defect."""

BATCH_ROWS = 4096
"""Rows that are converted together."""

BATCH_BYTES = 4 * 1024 * 1024
"""Bytes, as the file holds them, that are converted together."""

ITEM_BYTES = 32
"""What an item of a list counts for beside its bytes: ``{}`` becomes hundreds while it is converted."""

PART_BYTES = 128 * 1024 * 1024
"""Arrow bytes after which a canonical file is closed and the next one begun."""

MAX_UNDECODED_ROWS = 1 << 24
"""Rows a damaged Parquet row group may claim; a footer that claims more is not believed."""

MAX_CHUNK_BYTES = 256 * 1024 * 1024
MAX_CHUNK_RATIO = 100
"""A column chunk that unpacks to more bytes than the first, and to more than the second times what it
takes up, is a decompression bomb: a page is unpacked whole, so its rows are too long to be read."""

UNIT_BYTES = 64 * 1024 * 1024
"""Bytes of source files, as they lie on disk, that one worker converts together; a file is never cut."""

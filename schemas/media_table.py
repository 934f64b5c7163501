"""The table of what image files declare, and what the words in it mean."""

import pyarrow as pa

from schemas.fields import RECORDS, TIMESTAMP
from schemas.media import Block, Doubt, Unread
from schemas.tables import Column, Table

_METADATA = RECORDS.field("media").type.value_type.field("metadata").type
_WORDS = pa.list_(pa.field("element", pa.string(), nullable=False))

MEDIA_TABLE = Table("media", "What image files declare: one row per file, sorted by path.", (
    Column("path", pa.string(), "relative to the scanned folder, with forward slashes"),
    Column("bytes", pa.uint64(), "its size; 0: it was not opened"),
    Column("unread", pa.string(), "why nothing is known of it: Unread; null: it was read", True),
    Column("sha256", pa.string(), "digest of its bytes; null: not asked for, or not read", True),
    Column("mime", pa.string(), "type of its content, whatever it is called", True),
    Column("width", pa.uint32(), "pixels, as stored", True),
    Column("height", pa.uint32(), "pixels, as stored", True),
    Column("taken_at", TIMESTAMP, "the earliest moment of those a block says it was taken; without a written"
           " offset as if UTC", True),
    Column("metadata", _METADATA, "property, values as written, block; blocks that disagree stand side by"
           " side", True),
    Column("blocks", _WORDS, "blocks that were found", True),
    Column("doubts", _WORDS, "what could not be read with certainty: `truncated exif`; without a block: the"
           " container", True),
))  # fmt: skip

MEDIA = MEDIA_TABLE.schema

UNREAD_MEANINGS = {
    Unread.NO_IMAGE: "its first bytes are those of no format that is read",
    Unread.TOO_LARGE: "it is larger than what is read of one file (256 MiB)",
    Unread.TOO_SLOW: "reading it took longer than one file may (10 seconds); the process that did was ended",
    Unread.DIED: "the process that read it ended, ran out of memory, or gave an answer that is none",
    Unread.NOT_OPENED: "the operating system would not open it, or it is no ordinary file",
}
DOUBT_MEANINGS = {
    Doubt.TRUNCATED: "the file or a block ends before it says it does; what stands before that was read",
    Doubt.BROKEN: "a block is no well-formed one of its kind; it was left out, or read as far as it is",
    Doubt.CHARSET_UNDECLARED: "text that is not plain ASCII, and in no character set that is declared and"
    " known: read as UTF-8, or else as Latin-1",
    Doubt.LIMIT: "more values, or longer ones, than are read; the rest was left out",
}
BLOCK_MEANINGS = {
    Block.EXIF: "EXIF",
    Block.IIM: "IPTC Information Interchange Model, in Photoshop's resource 1028 or TIFF tag 33723",
    Block.XMP: "XMP: the main packet and its extension, merged",
    Block.COMMENT: "text of the container's own: JPEG COM, PNG tEXt, zTXt and iTXt, GIF comments",
    Block.C2PA: "a C2PA manifest is there; it is not read",
    Block.SIDECAR: "an .xmp file beside the picture",
}

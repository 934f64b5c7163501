"""What a shard may hold: the releasable columns, each from one field of the record schema."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.errors import ConfigurationError
from schemas.fields import RECORD_FIELDS, FieldClass

RELEASED_MEDIA = pa.list_(
    pa.field(
        "element",
        pa.struct([
            pa.field("sha256", pa.string()),
            pa.field("mime", pa.string()),
            pa.field("alt_text", pa.string()),
            pa.field("caption", pa.string()),
        ]),
    )
)  # fmt: skip


@dataclass(frozen=True)
class ReleaseColumn:
    """A column of a shard: its name, the record field it comes from, its type and meaning."""

    name: str
    source: str
    type: pa.DataType
    meaning: str


RELEASE_COLUMNS: tuple[ReleaseColumn, ...] = (
    ReleaseColumn("text", "text", pa.string(), "what the author wrote, masked"),
    ReleaseColumn("language", "language", pa.string(), "language of the text, BCP 47"),
    ReleaseColumn("surface", "surface", pa.string(), "where it comes from"),
    ReleaseColumn("created_month", "created_at", pa.string(), "month of publication, UTC, YYYY-MM"),
    ReleaseColumn("media", "media", RELEASED_MEDIA, "pictures that were assessed: the digest of the source's"
                  " file, never its uri"),
)  # fmt: skip
_BY_NAME = {column.name: column for column in RELEASE_COLUMNS}
_CLASSES = {field.name: field.field_class for field in RECORD_FIELDS}


def release_schema(columns: tuple[str, ...]) -> pa.Schema:
    """The schema of a shard with these columns; refuses what may not be released."""
    for name in columns:
        if name in _BY_NAME:
            continue
        kind = _CLASSES.get(name)
        found = f"{name}, of class {kind}" if kind is not None else f"{name}, which no record has"
        raise ConfigurationError(
            "policy release.columns",
            expected=f"some of {', '.join(_BY_NAME)}",
            found=found,
            remedy="identifiers are never released"
            if kind is FieldClass.IDENTIFIER
            else "name a releasable column",
        )
    return pa.schema([pa.field(_BY_NAME[name].name, _BY_NAME[name].type) for name in columns])

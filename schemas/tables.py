"""Exact Arrow schemas of everything a version is made of, and how its Parquet is written."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from schemas.fields import TIMESTAMP
from schemas.vocabulary import PERSON_ROLES

WRITER: dict[str, Any] = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 1,
    "data_page_version": "1.0",
    "write_statistics": False,
    "store_schema": False,
}
"""Settings of every Parquet file we publish. Part of the engine: bytes follow from them.

No statistics: minima and maxima would copy values into footers.
"""
ROW_GROUP_ROWS = 131_072
DATA_PAGE_BYTES = 1 << 20


@dataclass(frozen=True)
class Column:
    """A column of a table. The meaning stays here: metadata of a schema would reach the files."""

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """A table of a version: its name, its meaning, its columns in order."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """The exact Arrow schema."""
        return pa.schema([pa.field(column.name, column.type, column.nullable) for column in self.columns])


def _list_of(data_type: pa.DataType) -> pa.DataType:
    return pa.list_(pa.field("element", data_type, nullable=False))


def _struct(**types: pa.DataType) -> pa.DataType:
    return pa.struct([pa.field(name, data_type, nullable=False) for name, data_type in types.items()])


TALLY = _list_of(_struct(surface=pa.string(), reason=pa.uint8(), rows=pa.uint32()))
COUNTED = _list_of(_struct(name=pa.string(), count=pa.uint64()))

LEDGER_TABLE = Table("ledger", "Row n tells the fate of row n of the split. No identifier.", (
    Column("reason", pa.uint8(), "code of the primary reason; implies the outcome"),
    Column("reasons", pa.uint32(), "every reason of the deciding stage; bit = stored code"),
    Column("rules", _list_of(pa.uint16()), "rules that gave evidence: indices into the rule list", True),
    Column("place", pa.int32(), "row in the shard; null: not kept", True),
    Column("footprint", pa.int32(), "row of its author in the footprint part; null: none", True),
))  # fmt: skip

FOOTPRINT_TABLE = Table("footprint", "Who appears in a split: one row per (subject, role), sorted by both.", (
    Column("subject", pa.uint64(), "keyed pseudonym of an account or a picture"),
    Column("role", pa.uint8(), "how it appears: stored value of Role"),
    Column("rows", pa.uint32(), "rows of the split it appears in, so"),
    Column("kept", pa.uint32(), "of them kept"),
    Column("removed", pa.uint32(), "of them removed"),
    Column("quarantined", pa.uint32(), "of them quarantined; the rest of rows is rejected"),
))  # fmt: skip

ELIGIBILITY_TABLE = Table(
    "eligibility", "State of every account of a version, and of every picture that is taken down, sorted by"
    " subject: what versions are compared by.", (
    Column("subject", pa.uint64(), "keyed pseudonym of the account or picture"),
    Column("state", pa.uint64(), "keyed fingerprint of all that eligibility says of it"),
))  # fmt: skip

LOOKUP_TABLE = Table(
    "lookup", "The staged look-up table: account id to eligibility, sorted by hash. Never published.", (
    Column("hash", pa.uint64(), "of the id, unkeyed; only orders this file"),
    Column("account_id", pa.string(), "the platform's id, as records name it"),
    Column("subject", pa.uint64(), "keyed pseudonym of the account"),
    Column("flags", pa.uint16(), "what is proven of the account: bits of Flag"),
    Column("clear", pa.list_(pa.field("element", pa.uint16(), nullable=False), len(PERSON_ROLES)),
           "of each role of a person, by its stored value: surfaces no objection that holds covers, as bits"),
    Column("clear_older", pa.list_(pa.field("element", pa.uint16(), nullable=False), len(PERSON_ROLES)),
           "the same of older content: surfaces on which no withdrawn objection keeps it out"),
    Column("until", pa.int64(), "older is what was published before: microseconds since 1970 UTC; 0: nothing"
           " is kept out"),
    Column("adult_from", pa.int64(), "microseconds since 1970 UTC; null: age unknown", True),
))  # fmt: skip

TAKEDOWN_TABLE = Table(
    "takedown", "The staged look-up table of what is taken down, in normal form. Never published.", (
    Column("type", pa.string(), "kind of content: TakedownType"),
    Column("form", pa.string(), "the record's id or address, or the SHA-256 of the picture"),
    Column("subject", pa.uint64(), "keyed pseudonym of the picture; null: a record", True),
))  # fmt: skip

SNAPSHOT_TABLE = Table(
    "snapshot",
    "The registry at one event number: the objections that hold, and those that were withdrawn and keep older"
    " content out; deduplicated, sorted by all columns, null first."
    " A target has several rows when its objections differ in scope: to join (linked, some surfaces) and"
    " (not linked, all surfaces), or (author, posts) and (tag, photos), into one row would invent an"
    " objection nobody made.", (
    Column("type", pa.string(), "kind of the target: IdentifierType"),
    Column("pseudonym", pa.binary(32), "HMAC-SHA-256 of the normalised target"),
    Column("linked", pa.bool_(), "covers the linked accounts of the person, too"),
    Column("roles", pa.uint16(), "roles in which the person objects, as bits: 1 << stored value of Role"),
    Column("surfaces", pa.uint16(), "surfaces on which the person objects in these roles, as bits"),
    Column("purposes", pa.uint16(), "purposes against which it is made, as bits"),
    Column("sealed", pa.binary(), "target of a takedown under the target key; null: it names a person", True),
    Column("until", TIMESTAMP, "it was withdrawn then, and covers what was published before; null: it holds,"
           " and covers everything", True),
))  # fmt: skip

SPLITS_TABLE = Table("splits", "The splits of a version in order, each with its result.", (
    Column("split", pa.uint32(), "its number in the version, from 0"),
    Column("path", pa.string(), "of its file, relative to the source root, with forward slashes"),
    Column("ordinal", pa.uint32(), "its number in the file, from 0"),
    Column("first_row_group", pa.uint32(), "the first of its row groups, from 0"),
    Column("row_groups", pa.uint32(), "how many row groups it has; 0: the file has none"),
    Column("rows", pa.uint32(), "as the footer says; what is conserved"),
    Column("split_digest", pa.string(), "SHA-256 over its schema, row counts and bytes"),
    Column("split_key", pa.string(), "SHA-256 over the digests of all its result depends on"),
    Column("shard", pa.string(), "SHA-256 of the object; null: nothing kept", True),
    Column("shard_bytes", pa.uint64(), "its size; 0: nothing kept"),
    Column("ledger", pa.string(), "SHA-256 of the ledger part"),
    Column("ledger_bytes", pa.uint64(), "its size"),
    Column("footprint", pa.string(), "SHA-256 of the footprint part"),
    Column("footprint_bytes", pa.uint64(), "its size"),
    Column("footprint_rows", pa.uint32(), "its rows"),
    Column("queue", pa.string(), "SHA-256 of its part of the queue; null: no picture of it waits", True),
    Column("queue_bytes", pa.uint64(), "its size; 0: none"),
    Column("queue_rows", pa.uint32(), "its rows; 0: none"),
    Column("tally", TALLY, "rows by surface (or `unknown`) and primary reason"),
    Column("masked", COUNTED, "masks set in released text, by kind"),
    Column("pictures", COUNTED, "pictures: declared, suspected, no_sign, unassessed; released, withheld"),
))  # fmt: skip

SHARDS_TABLE = Table(
    "shards", "The version's list of shards, sorted by digest: all a trainer needs. One row for each split"
    " that kept rows: an object that two splits share has two.", (
    Column("shard", pa.string(), "SHA-256 of the object under data/"),
    Column("rows", pa.uint32(), "its rows"),
    Column("bytes", pa.uint64(), "its size"),
))  # fmt: skip

OBSERVED_TABLE = Table(
    "observed", "What was seen of the source's files, on one machine; outside the content document.", (
    Column("path", pa.string(), "relative to the source root, with forward slashes"),
    Column("bytes", pa.uint64(), "its size"),
    Column("stamp", pa.string(), "ETag, or modification time in nanoseconds"),
))  # fmt: skip

LEDGER = LEDGER_TABLE.schema
FOOTPRINT = FOOTPRINT_TABLE.schema
ELIGIBILITY = ELIGIBILITY_TABLE.schema
LOOKUP = LOOKUP_TABLE.schema
SNAPSHOT = SNAPSHOT_TABLE.schema
TAKEDOWN = TAKEDOWN_TABLE.schema
SPLITS = SPLITS_TABLE.schema
SHARDS = SHARDS_TABLE.schema
OBSERVED = OBSERVED_TABLE.schema

"""Exact Arrow schemas of everything a version is made of, and how its Parquet is written."""

from typing import Any

import pyarrow as pa

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


def _required(name: str, data_type: pa.DataType) -> pa.Field:
    return pa.field(name, data_type, nullable=False)


LEDGER = pa.schema([
    _required("reason", pa.uint8()),  # code of the primary reason; implies the outcome
    _required("reasons", pa.uint32()),  # bit = stored code; every reason of the deciding stage
    pa.field("rules", pa.list_(_required("element", pa.uint16()))),  # index into the packs' rule list
    pa.field("place", pa.int32()),  # row in the shard, null if not kept
    pa.field("footprint", pa.int32()),  # row of its author in the footprint part, null if none
])  # fmt: skip
"""Row n tells the fate of row n of the split. No identifier."""

FOOTPRINT = pa.schema([
    _required("subject", pa.uint64()),
    _required("role", pa.uint8()),
    _required("rows", pa.uint32()),
    _required("kept", pa.uint32()),
    _required("removed", pa.uint32()),
    _required("quarantined", pa.uint32()),
])  # fmt: skip
"""One row per (subject, role) of a split, sorted by both. Rejected = the rest of rows."""

ELIGIBILITY = pa.schema([_required("subject", pa.uint64()), _required("state", pa.uint64())])
"""State of every account of a version, sorted by subject: what two versions are compared by."""

LOOKUP = pa.schema([
    _required("hash", pa.uint64()),  # of the id, unkeyed; only orders this file
    _required("account_id", pa.string()),
    _required("subject", pa.uint64()),
    _required("flags", pa.uint16()),  # what is proven of the account: pipelines.eligibility
    _required("clear", pa.uint16()),  # surfaces no objection covers
    pa.field("adult_from", pa.int64()),  # microseconds since 1970 UTC; null: age unknown
])  # fmt: skip
"""The staged look-up table: account id to eligibility, sorted by hash. Never published."""

SNAPSHOT = pa.schema([
    _required("type", pa.string()),  # IdentifierType
    _required("pseudonym", pa.binary(32)),  # HMAC-SHA-256 of the normalised target
    _required("linked", pa.bool_()),  # covers the linked accounts of the person, too
    _required("surfaces", pa.uint16()),  # objected surfaces, as bits
])  # fmt: skip
"""The registry at one event number: the objections that hold, deduplicated, sorted by all columns.

A target has several rows when its objections differ in scope: to join (linked, some surfaces) and
(not linked, all surfaces) into one row would invent an objection nobody made.
"""

TALLY = pa.list_(
    _required(
        "element",
        pa.struct([
            _required("surface", pa.string()),  # label, or "unknown"
            _required("reason", pa.uint8()),
            _required("rows", pa.uint32()),
        ]),
    )
)  # fmt: skip

COUNTED = pa.list_(
    _required("element", pa.struct([_required("name", pa.string()), _required("count", pa.uint64())]))
)

SPLITS = pa.schema([
    _required("split", pa.uint32()),  # its number in the version, from 0
    _required("path", pa.string()),  # relative to the source root, with forward slashes
    _required("ordinal", pa.uint32()),  # its number in the file, from 0
    _required("first_row_group", pa.uint32()),
    _required("row_groups", pa.uint32()),
    _required("rows", pa.uint32()),  # as the footer says
    _required("split_digest", pa.string()),
    _required("split_key", pa.string()),
    pa.field("shard", pa.string()),  # SHA-256 of the object; null: nothing kept
    _required("shard_bytes", pa.uint64()),
    _required("ledger", pa.string()),
    _required("ledger_bytes", pa.uint64()),
    _required("footprint", pa.string()),
    _required("footprint_bytes", pa.uint64()),
    _required("footprint_rows", pa.uint32()),
    _required("tally", TALLY),  # rows by surface and primary reason
    _required("masked", COUNTED),  # masks set in released text, by kind
    _required("pictures", COUNTED),  # pictures released, withheld, declared, suspected, unassessed
])  # fmt: skip
"""The splits of a version in order, each with its result."""

SHARDS = pa.schema([
    _required("shard", pa.string()),
    _required("rows", pa.uint32()),
    _required("bytes", pa.uint64()),
])  # fmt: skip
"""The version's list of shards, sorted by digest: all a trainer needs."""

OBSERVED = pa.schema([
    _required("path", pa.string()),
    _required("bytes", pa.uint64()),
    _required("stamp", pa.string()),  # ETag, or modification time in nanoseconds
])  # fmt: skip
"""What was seen of the source's files; relative to one machine, so outside the content document."""

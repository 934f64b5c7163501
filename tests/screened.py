"""Screens rows in memory: what became of each, without a store or a runner."""

import io
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq

from builders import (
    AS_OF,
    LINEAGE_KEY,
    PLATFORM,
    REGISTRY_KEY,
    TARGET_KEY,
    account,
    accounts_table,
    records_table,
    reviews_table,
    snapshot_of,
)
from pipelines.eligibility import EligibilityKeys, compute_eligibility
from pipelines.rules.packs import load_packs
from pipelines.screen.decode import SplitBytes
from pipelines.screen.lookup import Lookup
from pipelines.screen.screen import Inputs, open_split, screen
from pipelines.takedown import open_takedowns
from schemas.outcomes import REASON_OF_CODE, Reason
from schemas.policy import Policy
from schemas.splits import byte_ranges, cut

packs = cache(load_packs)


def takedowns(objections=(), policy=None):
    """What is taken down, as a build opens it."""
    counting = snapshot_of(objections).against((policy or Policy()).purpose_set())
    return open_takedowns(counting, PLATFORM, (), lambda: TARGET_KEY, LINEAGE_KEY)


def eligibility(accounts, objections=(), policy=None, as_of=AS_OF):
    """Eligibility of account rows."""
    return compute_eligibility(
        accounts_table(accounts).to_batches(),
        snapshot_of(objections),
        policy or Policy(),
        as_of,
        PLATFORM,
        EligibilityKeys(registry=(REGISTRY_KEY,), lineage=LINEAGE_KEY),
        takedowns(objections, policy),
    )


def screened(records, accounts=None, objections=(), policy=None, as_of=AS_OF, reviews=(), **split):
    """The Screened of one split that holds these records; ``row_group_rows`` cuts row groups."""
    policy = policy or Policy()
    accounts = [account()] if accounts is None else accounts
    held = eligibility(accounts, objections, policy, as_of)
    lookup = Lookup(held.lookup, PLATFORM, LINEAGE_KEY)
    inputs = Inputs(
        lookup, takedowns(objections, policy), reviews_table(reviews), policy, packs(), "lineage-0", "engine"
    )
    return screen(open_split(split_bytes(records, **split), inputs), inputs)


def split_bytes(records, row_group_rows=1000):
    """Records as the bytes of one split."""
    table = records if isinstance(records, pa.Table) else records_table(records)
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=row_group_rows)
    metadata = pq.read_metadata(io.BytesIO(sink.getvalue()))
    (split,) = cut("records/part-00000.parquet", metadata)
    blocks = [sink.getvalue()[start : start + length] for start, length in byte_ranges(metadata, split)]
    return SplitBytes(split, metadata, blocks)


def table_of(data):
    """The rows of a Parquet object."""
    return pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)


def verdicts(result):
    """Of each row: its primary reason, and all its reasons, by label."""
    ledger = table_of(result.ledger).to_pylist()
    return [
        (
            REASON_OF_CODE[row["reason"]].label,
            {reason.label for reason in Reason if row["reasons"] & reason.bit},
        )
        for row in ledger
    ]


def shard_of(result):
    """The rows of the shard; none if nothing was kept."""
    return [] if result.shard is None else table_of(result.shard).to_pylist()

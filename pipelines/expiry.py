"""What nobody decided in time: decisions of persons, and those that time takes, as one table."""

from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from schemas.reviews import REVIEW_DAYS, REVIEWS, Decision, refused_pictures

_SORTED = [(name, "ascending", "at_start") for name in ("picture", "copies", "decision", "words")]


def reviews_at(decided: pa.Table, queued: pa.Table, as_of: datetime) -> pa.Table:
    """A REVIEWS table: what persons ``decided``, and what had waited for too long at an instant.

    ``decided`` is a REVIEWS table, ``queued`` a QUEUED table. What was ever refused or released does not
    expire: where a release no longer counts, because more rules fire, a person has to look again.
    """
    rows = decided.to_pylist()
    refused = refused_pictures(decided)
    released = {(row["picture"], row["words"]) for row in rows if row["decision"] == Decision.RELEASED}
    latest = as_of - timedelta(days=REVIEW_DAYS)
    since = queued.column("since")
    waited = queued.filter(pc.less_equal(since, pa.scalar(latest, since.type)))
    expired = [
        {
            "picture": row["picture"],
            "copies": row["copies"],
            "decision": Decision.EXPIRED.value,
            "words": row["words"],
            "rules": None,
        }
        for row in waited.to_pylist()
        if row["picture"] not in refused and (row["picture"], row["words"]) not in released
    ]
    table = pa.Table.from_pylist(rows + expired, REVIEWS)
    return table.take(pc.sort_indices(table, _SORTED)).combine_chunks()


def queued_since(before: pa.Table, waiting: pa.Table, since: datetime) -> pa.Table:
    """A QUEUED table: ``before`` with what began to wait at an instant.

    ``waiting`` has ``picture``, ``words`` and ``copies`` of QUEUE tables. The first time counts, whatever
    became of a picture meanwhile.
    """
    now = before.schema.field("since")
    began = waiting.append_column(now, pa.array([since] * len(waiting), now.type)).cast(before.schema)
    every = pa.concat_tables([before, began])
    first = every.group_by(["picture", "words"], use_threads=False).aggregate(
        [("since", "min"), ("copies", "min")]
    )
    named = pa.table(
        {
            "picture": first.column("picture"),
            "words": first.column("words"),
            "copies": first.column("copies_min"),
            "since": first.column("since_min"),
        },
        before.schema,
    )
    return named.sort_by([("picture", "ascending"), ("words", "ascending")]).combine_chunks()

"""Decisions on suspected pictures: which rows they hit, what split keys hold of them, what waits or expired.

That a picture is suspected, and what is written about it, is not derived: no rule about words is.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.lineage.verify.chain import envelope_name
from pipelines.lineage.verify.faults import CAP
from pipelines.lineage.verify.session import pads, run
from schemas.documents import ContentDocument
from schemas.outcomes import Reason
from schemas.reviews import QUEUED, REVIEW_DAYS, REVIEWS, Decision, decisions_digest, refused_pictures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from pipelines.lineage.verify.accounts import Terms
    from pipelines.lineage.verify.document import Held
    from pipelines.lineage.verify.faults import Faults
    from pipelines.lineage.verify.objects import Objects
    from schemas.documents import Envelope

LAW = 3
"""Decisions are inputs of what becomes of a split."""
_QUEUE = {
    "order": "entries sorted by row and medium, each once",
    "fate": "a row that is quarantined because of a picture",
    "rules": "rules that the ledger has for the row, one at least",
    "decided": "no entry: it was refused, released or expired",
    "missing": "an entry in the queue: a picture of the row waits",
}


def load_reviews(session: "DuckDBPyConnection", reviews: pa.Table) -> None:
    """Fill the relation ``review`` from a REVIEWS table; ``place`` is the row in it."""
    session.register("review", reviews.append_column("place", pa.array(range(len(reviews)), pa.int64())))
    run(session, "no_review_hit")


def name_pictures(session: "DuckDBPyConnection", rows: pa.Table, terms: "Terms") -> None:
    """Fill ``picture_key`` and ``review_hit`` from rows with n, record_id and media.

    Where nothing was decided, only pictures of the rows in the relation ``queue`` are named, and none is hit.
    """
    session.register("pictured", rows.select(["n", "record_id", "media"]))
    run(session, "picture_key", {**pads(terms.lineage_key), "every": bool(len(terms.reviews))})
    if not len(terms.reviews):
        return
    run(session, "review_hit", {decision.name.lower(): decision.value for decision in Decision})


def reviews_met(session: "DuckDBPyConnection", reviews: pa.Table) -> str:
    """What a split key holds of the decisions on pictures in ``picture_key``: a digest."""
    places = [row[0] for row in run(session, "reviews_met")] if len(reviews) else []
    return decisions_digest(reviews.take(pa.array(places, pa.int64())).to_pylist())


def check_queue(session: "DuckDBPyConnection", name: str, faults: "Faults") -> None:
    """Compare the relation ``queue`` with the pictures of ``batch``."""
    found = run(session, "wrong_queue", {"cap": CAP})
    for n, _ in found:
        words = "the keyed digest of the picture in its place"
        faults.add("queue", f"{name} queue row {n}", LAW, expected=words, found="another")
    faults.add_rest("queue", LAW, found)


def check_queue_part(
    session: "DuckDBPyConnection", name: str, rules: "Sequence[str]", faults: "Faults"
) -> None:
    """Compare the relation ``queue`` with the relations ``ledger`` of the same split, and ``review``."""
    parameters = {
        **{decision.name.lower(): decision.value for decision in Decision},
        "suspected": Reason.MINOR_IMAGE_SUSPECTED.code,
        "names": list(rules),
        "cap": CAP,
    }
    found = run(session, "wrong_queue_part", parameters)
    for n, wrong, _ in found:
        shown = "none" if wrong == "missing" else "something else"
        faults.add("queue", f"{name} row {n}", LAW, expected=_QUEUE[wrong], found=shown)
    faults.add_rest("queue", LAW, found)


def check_decisions(
    held: "Held", envelope: "Envelope", before: "Envelope | None", objects: "Objects"
) -> None:
    """Next to the version before: whether what expired did in time, and that no refusal is lost."""
    earlier = objects.model(before.content, ContentDocument) if before and before.content else None
    reviews = objects.table(earlier.reviews, REVIEWS) if earlier else REVIEWS.empty_table()
    queued = _queued(before, objects)
    if held.reviews is None or reviews is None or queued is None:
        return
    name = envelope_name(envelope.number)
    lost = refused_pictures(reviews) - refused_pictures(held.reviews)
    if lost:
        words = "every refusal of the version before"
        objects.faults.add("refusals", name, LAW, expected=words, found=f"{len(lost)} that are missing")
    decided = held.reviews.to_pylist()
    refused = refused_pictures(held.reviews)
    released = {(row["picture"], row["words"]) for row in decided if row["decision"] == Decision.RELEASED}
    latest = held.content.as_of - timedelta(days=REVIEW_DAYS)
    expected = {
        (row["picture"], row["words"])
        for row in queued.to_pylist()
        if row["since"] <= latest
        and row["picture"] not in refused
        and (row["picture"], row["words"]) not in released
    }
    found = {(row["picture"], row["words"]) for row in decided if row["decision"] == Decision.EXPIRED}
    if found != expected:
        objects.faults.add(
            "expiry", name, LAW,
            expected=f"the {len(expected)} pictures expired that had waited for {REVIEW_DAYS} days",
            found=f"{len(found)}, {len(found ^ expected)} of them others, or missing",
        )  # fmt: skip


def check_waiting(
    waiting: "Sequence[pa.Table]", envelope: "Envelope", before: "Envelope | None", objects: "Objects"
) -> None:
    """Since when pictures wait: as before, and those that are new in the queue since this version.

    ``waiting``: the parts of its queue.
    """
    earlier, now = _queued(before, objects), _queued(envelope, objects)
    if earlier is None or now is None or envelope.runner is None:
        return
    carried, told = _times(earlier), _times(now)
    queue = {pair for part in waiting for pair in zip(*_pairs(part), strict=True)}
    new = queue - carried.keys()
    began, ended = envelope.runner.started_at, envelope.published_at
    right = (
        {pair: told.get(pair) for pair in carried} == carried
        and told.keys() == carried.keys() | new
        and all(began <= told[pair] <= ended for pair in new)
    )
    if not right:
        objects.faults.add(
            "waiting", envelope_name(envelope.number), LAW,
            expected=f"{len(carried)} pictures since when they waited, and {len(new)} since this version",
            found=f"{len(told)}, or other times",
        )  # fmt: skip


def _queued(envelope: "Envelope | None", objects: "Objects") -> pa.Table | None:
    """The QUEUED table of a version; None: it cannot be read, and is named as a fault."""
    if envelope is None or envelope.queued is None:
        return QUEUED.empty_table()
    return objects.table(envelope.queued, QUEUED)


def _times(queued: pa.Table) -> "dict[tuple[int, bytes], datetime]":
    return dict(zip(zip(*_pairs(queued), strict=True), queued.column("since").to_pylist(), strict=True))


def _pairs(table: pa.Table) -> tuple[list[int], list[bytes]]:
    return table.column("picture").to_pylist(), table.column("words").to_pylist()

"""Decisions on suspected pictures: which rows they hit, what split keys hold of them, what waits or expired.

That a picture is suspected, and what is written about it, is not derived: no rule about words is.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.lineage.verify.chain import envelope_name
from pipelines.lineage.verify.faults import CAP
from pipelines.lineage.verify.session import pads, run
from schemas.outcomes import Reason
from schemas.reviews import QUEUED, REVIEW_DAYS, Decision, decisions_digest

if TYPE_CHECKING:
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
    run(session, "review_hit", {"refused": Decision.REFUSED.value, "expired": Decision.EXPIRED.value})


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


def check_queue_part(session: "DuckDBPyConnection", name: str, faults: "Faults") -> None:
    """Compare the relation ``queue`` with the relation ``ledger`` of the same split."""
    found = run(session, "wrong_queue_part", {"suspected": Reason.MINOR_IMAGE_SUSPECTED.code, "cap": CAP})
    for n, wrong, _ in found:
        shown = "none" if wrong == "missing" else "something else"
        faults.add("queue", f"{name} row {n}", LAW, expected=_QUEUE[wrong], found=shown)
    faults.add_rest("queue", LAW, found)


def check_expiry(
    held: "Held", envelope: "Envelope", envelopes: "dict[int, Envelope]", objects: "Objects"
) -> None:
    """Whether what expired had waited for long enough, and all that had, did."""
    if held.reviews is None:
        return
    before = [e for n, e in envelopes.items() if n < envelope.number and e.kind == "publish"]
    ref = max(before, key=lambda entry: entry.number).queued if before else None
    queued = objects.table(ref, QUEUED) if ref is not None else QUEUED.empty_table()
    if queued is None:
        return
    decided = held.reviews.to_pylist()
    refused = {row["picture"] for row in decided if row["decision"] == Decision.REFUSED}
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
            "expiry", envelope_name(envelope.number), LAW,
            expected=f"the {len(expected)} pictures expired that had waited for {REVIEW_DAYS} days",
            found=f"{len(found)}, {len(found ^ expected)} of them others, or missing",
        )  # fmt: skip

"""Reversed batches: each ended as many objections as it says, and of its own batch alone."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from optout_registry.events import BatchReversed
from optout_registry.storage.tables import OBJECTION
from optout_registry.verification.findings import Findings


def check_reversals(connection: Connection, reversals: Sequence[BatchReversed], findings: Findings) -> None:
    """Compare what ended with each reversal with what its event says."""
    for event in reversals:
        rows = connection.execute(
            select(OBJECTION.c.batch, func.count().label("objections"))
            .where(OBJECTION.c.ended == event.number)
            .group_by(OBJECTION.c.batch)
        )
        ended = {row.batch: row.objections for row in rows}
        expected = f"{event.objections} objections of its batch ended"
        own = ended.pop(event.batch, 0)
        if own != event.objections:
            findings.add("objection changed", event.number, expected, f"{own} of them")
        if ended:
            findings.add("objection ended", event.number, expected, f"{sum(ended.values())} others, too")

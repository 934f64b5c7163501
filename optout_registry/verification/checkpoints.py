"""The check of a log's checkpoints: those it keeps, and those that somebody kept elsewhere."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from optout_registry import log
from optout_registry.identity import Identity
from optout_registry.storage.tables import CHECKPOINT
from optout_registry.transparency.notes import open_note, parse_checkpoint, parse_verifier
from optout_registry.verification.findings import Findings
from schemas.errors import OptoutError

_AT_ONCE = 1_024


def check_checkpoints(
    connection: Connection,
    identity: Identity,
    size: int,
    kept: Sequence[str],
    findings: Findings,
    *,
    is_whole: bool,
) -> int:
    """Check signatures and sizes, and, if the tree of ``size`` events is whole, roots; how many there are."""
    verifier = parse_verifier(identity.log_key)

    def check(note: str, said: int | None) -> int:
        try:
            checkpoint = parse_checkpoint(open_note(note.encode(), [verifier]))
        except OptoutError as error:
            findings.add("checkpoint", said, f"{error.expected}", f"{error.found}")
            return 0
        if checkpoint.origin != log.origin(identity.id) or said not in {None, checkpoint.size}:
            findings.add("checkpoint", said, "a checkpoint of this log and size", "one of another")
        elif checkpoint.size > size:
            findings.add("events cut off", checkpoint.size, f"{checkpoint.size} events, as signed", f"{size}")
        elif is_whole and checkpoint.root != log.root_at(connection, checkpoint.size):
            findings.add("checkpoint", checkpoint.size, "the root that was signed", "another: it was changed")
        return checkpoint.size

    for note in kept:
        check(note, None)
    count, last = 0, 0
    statement = select(CHECKPOINT).order_by(CHECKPOINT.c.size)
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(statement):
        count, last = count + 1, check(row.note, row.size)
    if last < size:
        findings.add("checkpoint missing", size, f"a signature over all {size} events", f"one over {last}")
    return count

"""A snapshot from an earlier one: what has happened since is looked at, and nothing else is read again."""

from collections.abc import Iterator
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, or_, select

from optout_registry import log
from optout_registry.snapshot import INHERITED_WITH_ORIGIN, Taken, check_whole, covering, platforms_at
from optout_registry.storage.columns import batches_of
from optout_registry.storage.tables import EVENT, INHERITED, OBJECTION
from schemas.errors import BadInput
from schemas.pseudonyms import DIGEST
from schemas.snapshots import ERASED, RegistrySnapshot
from schemas.sorted_rows import merged, sorted_rows
from schemas.spill import kept
from schemas.tables import SNAPSHOT

MANY = 10_000
"""Of so many targets something has ended: more are not asked for by name."""
_ERASING = frozenset({"redacted", "rotated"})
"""After these nobody can say which rows of before are gone."""


def check_goes_on(connection: Connection, before: RegistrySnapshot, at: int) -> None:
    """Whether the log up to event ``at``, the head, is the one ``before`` was taken of (BadInput)."""
    if at < before.event or log.root_at(connection, before.event).hex() != before.root:
        raise BadInput(
            "registry",
            expected=f"the log as it was at event {before.event}, and what came since",
            found=f"another one, with {at} events",
            remedy="find out who replaced it while a version was built, then run `optout build` again",
        )


def take_later(connection: Connection, before: RegistrySnapshot, at: int) -> Taken | None:
    """What is covered after event ``at``, the head; None where all of it has to be read.

    Rows of targets of which something has ended are read anew, since another objection may have the same row.
    All others stay, and those that came are merged in.

    Raises:
        BadInput: an objection that an event since ``before`` received is missing.
    """
    since = before.event
    events = EVENT.c.number > since, EVENT.c.number <= at
    kinds = set(connection.scalars(select(EVENT.c.kind).where(*events).distinct()))
    if kinds & _ERASING:
        return None
    check_whole(connection, at, since)
    ended = _ended(connection, since, older_too="older_released" in kinds)
    if len(ended) > MANY or None in ended:
        return None
    made, reached = covering(at)
    statements = [made.where(OBJECTION.c.event > since), reached.where(INHERITED.c.event > since)]
    stays = before.objections
    if ended:
        statements += [
            made.where(OBJECTION.c.pseudonym.in_(ended)),
            reached.where(INHERITED.c.pseudonym.in_(ended)),
        ]
        stays = kept(_without(stays, pa.array(sorted(filter(None, ended)), pa.binary(DIGEST))), SNAPSHOT)
    rows = chain.from_iterable(batches_of(connection, statement, SNAPSHOT) for statement in statements)
    came = platforms_at(connection, at, 0 if ended else since)
    return Taken(
        kept(merged([stays, sorted_rows(rows, SNAPSHOT)]), SNAPSHOT),
        came if ended else tuple(sorted({*before.platforms, *came})),
        # At the head nothing that covers something is erased.
        ERASED.empty_table(),
    )


def _ended(connection: Connection, since: int, *, older_too: bool) -> set[bytes | None]:
    """The targets of objections that ended or were released, and the accounts those reached."""
    has = OBJECTION.c.ended > since
    if older_too:
        has = or_(has, OBJECTION.c.released > since)
    named = select(OBJECTION.c.pseudonym).where(has)
    reached = select(INHERITED.c.pseudonym).select_from(INHERITED_WITH_ORIGIN).where(has)
    return {*connection.scalars(named.limit(MANY + 1)), *connection.scalars(reached.limit(MANY + 1))}


def _without(table: pa.Table, pseudonyms: pa.Array) -> Iterator[pa.RecordBatch]:
    for batch in table.to_batches():
        yield batch.filter(pc.invert(pc.is_in(batch.column("pseudonym"), value_set=pseudonyms)))

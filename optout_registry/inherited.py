"""Accounts that linked objections reach: recorded by a build, covered as long as it covers anything.

So an account that is unlinked later stays covered, and one that is linked later comes to be.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from itertools import chain

import pyarrow as pa
from sqlalchemy import Connection, and_, insert, literal, or_, select

from optout_registry import log
from optout_registry.events import NONCE, Linked, commitment
from optout_registry.identity import check_scheme, check_settled
from optout_registry.registry import Registry
from optout_registry.storage.columns import batches_of
from optout_registry.storage.tables import COVERS, INHERITED, OBJECTION
from optout_registry.transactions import Appending
from schemas.snapshots import REACHED, REACHING
from schemas.spill import kept
from schemas.vocabulary import IdentifierType

ROWS_PER_TRANSACTION = 10_000
_REACHES = and_(
    COVERS,
    OBJECTION.c.linked,
    OBJECTION.c.type.in_([kind.value for kind in IdentifierType]),
)
_Pair = tuple[int, bytes]


def read_reaching(registry: Registry, since: int = 0) -> pa.Table:
    """The REACHING table: what linked objections name, and the accounts they have reached.

    ``since``: of those objections alone that came after this event, or that have reached an account since.

    Of those that hold, and those that keep older content out: what is unlinked later stays out as well.
    """
    reaches = _REACHES
    if since:
        lately = select(INHERITED.c.origin).where(INHERITED.c.event > since)
        reaches = and_(_REACHES, or_(OBJECTION.c.event > since, OBJECTION.c.event.in_(lately)))
    named = select(OBJECTION.c.event, OBJECTION.c.type, OBJECTION.c.pseudonym).where(reaches)
    account = literal(IdentifierType.ACCOUNT.value, OBJECTION.c.type.type)
    reached = (
        select(INHERITED.c.origin, account, INHERITED.c.pseudonym)
        .join(OBJECTION, OBJECTION.c.event == INHERITED.c.origin)
        .where(reaches)
    )
    with registry.reading() as connection:
        return kept(
            chain.from_iterable(
                batches_of(connection, statement, REACHING) for statement in (named, reached)
            ),
            REACHING,
        )


def record_reached(registry: Registry, reached: pa.Table, platform: str, *, recorded_at: datetime) -> None:
    """Append an event for each row of a REACHED table, 10,000 in a transaction.

    What another build has recorded meanwhile, or whose objection covers nothing any more, adds nothing: a
    build that was killed and one that runs at the same time come to the same rows.

    Raises:
        ConfigurationError: the registry was opened to be read, is between two keys, or under another normal
            form.
    """
    check_scheme(registry.identity)
    check_settled(registry.identity)
    for start in range(0, len(reached), ROWS_PER_TRANSACTION):
        part = reached.slice(start, ROWS_PER_TRANSACTION).select(REACHED.names)
        pairs: list[_Pair] = list(zip(*(column.to_pylist() for column in part.columns), strict=True))
        with registry.appending() as appending:
            new = _unknown(appending.connection, pairs)
            if new:
                _append(registry, appending, new, platform, recorded_at)


def _append(
    registry: Registry, appending: Appending, pairs: Sequence[_Pair], platform: str, recorded_at: datetime
) -> None:
    identity = registry.identity
    rows, events = [], []
    for number, (origin, pseudonym) in enumerate(pairs, appending.size + 1):
        nonce = secrets.token_bytes(NONCE)
        rows.append({
            "event": number, "origin": origin, "pseudonym": pseudonym, "nonce": nonce,
            "keys": len(identity.key_ids), "platform": platform,
        })  # fmt: skip
        events.append(
            Linked(
                key_id=identity.key_id,
                number=number,
                origin=origin,
                platform=platform,
                recorded_at=recorded_at,
                target=commitment(nonce, pseudonym, None).hex(),
            )
        )
    appending.connection.execute(insert(INHERITED), rows)
    log.append(appending.connection, appending.size, events, appending.signer)


def _unknown(connection: Connection, pairs: Sequence[_Pair]) -> list[_Pair]:
    """Those that are not recorded and whose objection holds, each once, in their order."""
    origins = sorted({origin for origin, _ in pairs})
    holding = set(
        connection.scalars(select(OBJECTION.c.event).where(_REACHES, OBJECTION.c.event.in_(origins)))
    )
    known = {
        (row.origin, row.pseudonym)
        for row in connection.execute(
            select(INHERITED.c.origin, INHERITED.c.pseudonym).where(INHERITED.c.origin.in_(origins))
        )
    }
    wanted = (pair for pair in pairs if pair[0] in holding and pair not in known)
    return list(dict.fromkeys(wanted))

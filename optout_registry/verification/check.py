"""The check of a whole registry: every event, the tree over them, its signatures, and what they come to.

One pass in the order of the log, in constant memory. Of the database it believes which key signs the log:
published versions name that key, too, and a build refuses another.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from optout_registry import log
from optout_registry.events import (
    ENDING,
    BatchReversed,
    Event,
    Exported,
    IdentityConfirmed,
    Linked,
    OlderReleased,
    Received,
    Redacted,
    RefusedAsImpersonation,
    Withdrawn,
    blinded,
    read_body,
)
from optout_registry.identity import Identity
from optout_registry.storage.tables import EVENT, INHERITED, OBJECTION
from optout_registry.transparency.merkle import HASH, leaf_hash
from optout_registry.transparency.tiles import HEIGHT, WIDTH, extended
from optout_registry.verification.checkpoints import check_checkpoints
from optout_registry.verification.confirmations import check_confirmations, check_confirmed
from optout_registry.verification.findings import Findings, LogReport
from optout_registry.verification.inherited import check_inherited, check_invented, check_origins
from optout_registry.verification.older import (
    check_erased_releases,
    check_released,
    check_unspoken,
    check_withdrawn,
)
from optout_registry.verification.redactions import (
    check_ends,
    check_erased,
    check_named,
    redactions,
)
from optout_registry.verification.reversals import check_reversals
from optout_registry.verification.rotations import Rotations, kept_of
from schemas.errors import OptoutError

_AT_ONCE = 16_384
_SCOPE = ("request_id", "type", "platform", "linked", "surfaces", "roles", "purposes", "batch")


def check_log(connection: Connection, identity: Identity, kept: Sequence[str] = ()) -> LogReport:
    """Check the registry of a transaction; ``kept`` are checkpoints that were kept elsewhere."""
    findings = Findings()
    tree = _Tree(connection, findings)
    rotations = Rotations(connection, identity, findings)
    erased = 0
    recorded = redactions(connection)
    for rows in _events(connection):
        erased += sum(row.body is None for row in rows)
        tree.append(rows)
        _check_events(connection, rows, rotations, recorded, findings)
    tree.end()
    rotations.end()
    _check_objections(connection, findings)
    check_ends(connection, recorded, findings)
    check_invented(connection, findings)
    check_confirmations(connection, findings)
    check_unspoken(connection, findings)
    check_erased_releases(connection, recorded, findings)
    root = log.root_at(connection, tree.size) if tree.is_whole else None
    checkpoints = check_checkpoints(connection, identity, tree.size, kept, findings, is_whole=tree.is_whole)
    return LogReport(
        ok=not findings.listed,
        events=tree.size,
        erased=erased,
        checkpoints=checkpoints,
        root=root.hex() if root else None,
        findings=tuple(findings.listed),
        unlisted=findings.counts.total() - len(findings.listed),
    )


def _events(connection: Connection) -> Iterable[Sequence[Row[Any]]]:
    objection = [column.label(f"held_{column.name}") for column in OBJECTION.c]
    inherited = [column.label(f"inherited_{column.name}") for column in INHERITED.c]
    statement = (
        select(EVENT, *objection, *inherited)
        .select_from(EVENT)
        .outerjoin(OBJECTION, OBJECTION.c.event == EVENT.c.number)
        .outerjoin(INHERITED, INHERITED.c.event == EVENT.c.number)
        .order_by(EVENT.c.number)
    )
    return connection.execution_options(yield_per=_AT_ONCE).execute(statement).partitions()


class _Tree:
    """The tree built anew from the events, next to the one that is stored."""

    def __init__(self, connection: Connection, findings: Findings) -> None:
        self._stored = log.tile_reader(connection)
        self._findings = findings
        self._growing: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.is_whole = True

    def append(self, rows: Sequence[Row[Any]]) -> None:
        expected = range(self.size + 1, self.size + len(rows) + 1)
        for number, row in zip(expected, rows, strict=True):
            if row.number != number and self.is_whole:
                self._findings.add("event missing", number, f"event {number}", f"event {row.number} next")
                self.is_whole = False
        leaves = [leaf_hash(row.entry) for row in rows]
        changed = extended(self.size, leaves, lambda *name: self._growing.get(name))
        self.size += len(rows)
        for name, hashes in changed.items():
            if len(hashes) == WIDTH * HASH:
                self._growing.pop(name, None)
                self._compare(name, hashes)
            else:
                self._growing[name] = hashes

    def end(self) -> None:
        for name, hashes in self._growing.items():
            self._compare(name, hashes)

    def _compare(self, name: tuple[int, int], hashes: bytes) -> None:
        if self._stored(*name) != hashes:
            self.is_whole = False
            level, position = name
            number = (position << (HEIGHT * (level + 1))) + 1
            self._findings.add(
                "tree", number, "the hashes of the events", f"others in tile {level}/{position}"
            )


def _check_events(
    connection: Connection,
    rows: Sequence[Row[Any]],
    rotations: Rotations,
    recorded: Mapping[int, int],
    findings: Findings,
) -> None:
    ended_by: dict[int, str] = {}
    reversals: list[BatchReversed] = []
    disclosures: list[Redacted | Exported] = []
    linked: list[Linked] = []
    confirmed: dict[int, str] = {}
    withdrawn: list[Withdrawn] = []
    released: list[OlderReleased] = []
    for row in rows:
        event = _read(row, recorded, findings)
        rotations.take(row, event)
        if isinstance(event, Received):
            _check_received(event, row, rotations, findings)
        if isinstance(event, Withdrawn | RefusedAsImpersonation):
            ended_by[event.number] = event.request_id
        if isinstance(event, Withdrawn):
            withdrawn.append(event)
        if isinstance(event, OlderReleased):
            released.append(event)
        if isinstance(event, BatchReversed):
            reversals.append(event)
        if isinstance(event, Redacted | Exported):
            disclosures.append(event)
        if isinstance(event, Linked):
            check_inherited(event, row, rotations, findings)
            linked.append(event)
        if isinstance(event, IdentityConfirmed):
            confirmed[event.number] = event.request_id
    _check_ended(connection, ended_by, findings)
    check_withdrawn(connection, withdrawn, findings)
    check_released(connection, released, findings)
    check_reversals(connection, reversals, findings)
    check_named(connection, disclosures, findings)
    check_origins(connection, linked, findings)
    check_confirmed(connection, confirmed, findings)


def _read(row: Row[Any], recorded: Mapping[int, int], findings: Findings) -> Event | None:
    """The event that a row holds; None where it is none any more."""
    if row.body is None:
        check_erased(row, recorded, findings)
        return None
    if blinded(row.nonce, row.body) != row.entry:
        findings.add("event changed", row.number, "the content its leaf was made of", "other content")
        return None
    try:
        event = read_body(row.body, row.number)
    except OptoutError:
        findings.add("event changed", row.number, "an event in its canonical form", "something else")
        return None
    if (event.number, event.kind) != (row.number, row.kind):
        findings.add("event changed", row.number, f"number and kind of {row.kind}", "those of another")
    return event


def _check_received(event: Received, row: Row[Any], rotations: Rotations, findings: Findings) -> None:
    if row.held_event is None:
        findings.add("objection missing", event.number, "an objection that the log received", "none")
        return
    for name in _SCOPE:
        if getattr(row, f"held_{name}") != getattr(event, name):
            findings.add("objection changed", event.number, f"{name} as the log has it", "another")
    if row.held_pseudonym is None:
        findings.add("objection changed", event.number, "whom it names", "nobody")
        return
    kept = kept_of(row)
    if kept is not None:
        rotations.check_target(event, kept, "objection changed")


def _check_ended(connection: Connection, ended_by: dict[int, str], findings: Findings) -> None:
    if not ended_by:
        return
    numbers = list(ended_by)
    open_ends = dict(ended_by)
    for start in range(0, len(numbers), 10_000):
        some = numbers[start : start + 10_000]
        for row in connection.execute(select(OBJECTION).where(OBJECTION.c.ended.in_(some))):
            if row.request_id == ended_by[row.ended]:
                del open_ends[row.ended]
            else:
                findings.add("objection ended", row.event, "an event that ends it", "one that ends another")
    for number in open_ends:
        findings.add("objection changed", number, "the objection it ends, ended", "one that is not")


def _check_objections(connection: Connection, findings: Findings) -> None:
    """What no event speaks for: objections nobody received, and ends that nobody asked for."""
    ending = EVENT.alias("ending")
    orphans = select(OBJECTION.c.event).where(
        ~select(1).where(EVENT.c.number == OBJECTION.c.event, EVENT.c.kind == "received").exists()
    )
    ends = select(OBJECTION.c.event).where(
        OBJECTION.c.ended.is_not(None),
        ~select(1).where(and_(ending.c.number == OBJECTION.c.ended, ending.c.kind.in_(ENDING))).exists(),
    )
    for number in connection.scalars(orphans):
        findings.add("objection invented", number, "an event that received it", "none")
    for number in connection.scalars(ends):
        findings.add("objection ended", number, "an event that ends it", "none")

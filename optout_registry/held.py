"""The objections that the log's events come to: statements inside a transaction that somebody else opened."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, case, func, insert, select, update

from optout_registry.events import REVERSED, Received, read_body
from optout_registry.identity import Identity
from optout_registry.objections import Answer, Objection, RegistryStatus, State
from optout_registry.storage.rows import insert_rows
from optout_registry.storage.tables import CONFIRMATION, EVENT, KEEPS_OLDER, OBJECTION, REPEAT
from schemas.errors import BadInput

_LOOKUP = 10_000
"""Request ids asked for at once; SQLite allows 32,766 parameters."""

_HELD = (
    "event", "request_id", "type", "pseudonym", "nonce", "keys", "platform", "linked", "surfaces", "roles",
    "purposes", "batch", "sealed",
)  # fmt: skip


class Content(NamedTuple):
    """What makes two objections under one request id the same one."""

    type: str
    pseudonym: bytes | None
    sealed: bytes | None
    linked: bool
    surfaces: int
    roles: int
    purposes: int


class Held(NamedTuple):
    """What the registry holds under a request id."""

    event: int
    batch: str | None
    """The import it came with."""
    content: Content
    ended: int | None
    """Number of the event that ended it; None: it holds."""
    reversed: bool = False
    """Whether that was the reversal of its batch."""
    ended_at: datetime | None = None
    """When that event was recorded."""
    until: int | None = None
    """It was withdrawn then (microseconds since 1970) and keeps out what is older; None: it does not."""

    @property
    def is_redacted(self) -> bool:
        """Whether whom it named was erased; then it has ended."""
        return self.content.pseudonym is None

    def state(self, content: Content, claimed: datetime | None) -> State:
        """What the same request id again comes to, ``claimed`` to have been received at a time.

        A redacted one has ended, whatever it was.
        """
        if self.is_redacted:
            return State.ENDED
        if self.content != content:
            return State.CONFLICT
        if self.ended is None:
            return State.KNOWN
        if self.reversed:
            return State.REVERSED
        return State.ANEW if claimed and self.ended_at and claimed > self.ended_at else State.ENDED


def content_of(objection: Objection) -> Content:
    """The content of an objection that arrives."""
    target = objection.target
    return Content(
        str(target.type),
        target.pseudonym,
        target.sealed,
        objection.linked,
        objection.surfaces,
        objection.roles,
        objection.purposes,
    )


def find(connection: Connection, request_ids: Sequence[str]) -> dict[str, Held]:
    """What the registry holds under these request ids."""
    found: dict[str, Held] = {}
    contents = [OBJECTION.c[name] for name in Content._fields]
    names = [OBJECTION.c[name] for name in ("request_id", "event", "batch", "ended")]
    keeps = case((KEEPS_OLDER, OBJECTION.c.until))
    statement = select(*names, EVENT.c.kind, EVENT.c.body, keeps, *contents).outerjoin(
        EVENT, EVENT.c.number == OBJECTION.c.ended
    )
    for start in range(0, len(request_ids), _LOOKUP):
        some = request_ids[start : start + _LOOKUP]
        for request_id, event, batch, ended, by, body, until, *content in connection.execute(
            statement.where(OBJECTION.c.request_id.in_(some))
        ):
            ended_at = read_body(body, ended).recorded_at if body else None
            found[request_id] = Held(event, batch, Content(*content), ended, by == REVERSED, ended_at, until)
    return found


def find_one(connection: Connection, request_id: str) -> Held:
    """What the registry holds under one request id.

    Raises:
        BadInput: nothing.
    """
    objection = find(connection, [request_id]).get(request_id)
    if objection is None:
        raise BadInput(
            "request id",
            expected="the id of an objection in this registry",
            found="an id it does not know",
            remedy="check the id: `registry add` printed it, an import file names it",
        )
    return objection


def hold(connection: Connection, received: Sequence[tuple[Received, Content, bytes]], keys: int) -> None:
    """Keep objections with the nonces of their commitments; ``keys`` were applied to the pseudonyms."""
    rows = (
        (
            event.number,
            event.request_id,
            content.type,
            content.pseudonym,
            nonce,
            keys,
            event.platform,
            content.linked,
            content.surfaces,
            content.roles,
            content.purposes,
            event.batch,
            content.sealed,
        )
        for event, content, nonce in received
    )
    insert_rows(connection, OBJECTION, _HELD, rows)


def note_repeats(
    connection: Connection, known: Mapping[str, Held], answers: Sequence[Answer], batch: str | None
) -> None:
    """Remember which objections of other batches came again, with ``batch`` or by themselves (None)."""
    again = {
        answer.event
        for answer in answers
        if answer.state is State.KNOWN
        and answer.request_id in known  # else it stands twice among these very ones
        and known[answer.request_id].batch not in {None, batch}
    }
    name = batch or ""
    noted = select(REPEAT.c.event).where(REPEAT.c.batch == name, REPEAT.c.event.in_(again))
    rows = [{"event": event, "batch": name} for event in sorted(again - set(connection.scalars(noted)))]
    if rows:
        connection.execute(insert(REPEAT), rows)


def end(connection: Connection, event: int, *, ended_by: int, until: int | None = None) -> None:
    """From the event ``ended_by`` on, the objection that ``event`` received does not hold.

    ``until``: what was published before stays covered, in microseconds since 1970; None: nothing does.
    """
    connection.execute(
        update(OBJECTION).where(OBJECTION.c.event == event).values(ended=ended_by, until=until)
    )


def release_older(connection: Connection, event: int, *, released_by: int) -> None:
    """From the event ``released_by`` on, the objection that ``event`` received covers nothing any more."""
    connection.execute(update(OBJECTION).where(OBJECTION.c.event == event).values(released=released_by))


def confirmed_by(connection: Connection, event: int) -> int | None:
    """The event that confirmed who made the objection of ``event``; None: nobody has shown it yet."""
    return connection.scalar(select(CONFIRMATION.c.confirmed).where(CONFIRMATION.c.event == event))


def confirm(connection: Connection, event: int, *, confirmed_by: int) -> None:
    """Keep that the event ``confirmed_by`` confirmed the objection that ``event`` received."""
    connection.execute(insert(CONFIRMATION).values(event=event, confirmed=confirmed_by))


def status(connection: Connection, identity: Identity, head: int, root: str) -> RegistryStatus:
    """Counts of what the registry holds."""
    return RegistryStatus(
        registry_id=identity.id,
        key_id=identity.key_id,
        scheme=identity.scheme,
        head=head,
        root=root,
        **_counts(connection),
    )


def _counts(connection: Connection) -> dict[str, Any]:
    rows = connection.execute(
        select(OBJECTION.c.type, OBJECTION.c.ended.is_(None).label("lives"), func.count().label("objections"))
        .group_by(OBJECTION.c.type, OBJECTION.c.ended.is_(None))
        .order_by(OBJECTION.c.type)
    ).all()
    live = {row.type: row.objections for row in rows if row.lives}
    received = sum(row.objections for row in rows)
    return {
        "received": received,
        "ended": received - sum(live.values()),
        "keep_older": connection.scalar(select(func.count()).select_from(OBJECTION).where(KEEPS_OLDER)) or 0,
        "live": sum(live.values()),
        "live_by_type": live,
        "batches": connection.scalar(select(func.count(OBJECTION.c.batch.distinct()))) or 0,
    }

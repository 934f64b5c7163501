"""The registry: what people asked for, in a log that only grows (law 6)."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Self

from sqlalchemy import Connection, Engine, insert

from optout_registry import held, log
from optout_registry.database import reading, writing
from optout_registry.events import NONCE, Received, Withdrawn, blinded
from optout_registry.findings import LogReport
from optout_registry.held import Content, content_of
from optout_registry.identity import Identity, check_key, check_same, check_scheme, read_identity
from optout_registry.notes import Signer
from optout_registry.objections import Answer, Objection, RegistryStatus, State, check_request_id
from optout_registry.receipts import Receipt, new_secret, secret_digest
from optout_registry.snapshot import take_snapshot
from optout_registry.tables import RECEIPT
from optout_registry.verification import check_log
from schemas.errors import BadInput, ConfigurationError
from schemas.snapshots import RegistryHead, RegistrySnapshot


class _New(NamedTuple):
    """An objection that the registry does not know yet: its event, and what is kept beside the log."""

    event: Received
    content: Content
    nonce: bytes


class Registry:
    """An open registry. Every call is one transaction on the database as it is then; nothing is cached."""

    def __init__(self, engine: Engine, signer: Signer | None = None) -> None:
        """Use :func:`optout_registry.opening.open_registry`; without a ``signer`` it can only be read."""
        self._engine = engine
        self._signer = signer
        with reading(engine) as connection:
            self.identity: Identity = read_identity(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()

    def head(self) -> RegistryHead:
        """Where the registry stands now."""
        with reading(self._engine) as connection:
            check_same(connection, self.identity)
            size = log.head(connection)
            return RegistryHead(self.identity.id, size, log.root_at(connection, size).hex())

    def add(self, objection: Objection, *, recorded_at: datetime) -> Answer:
        """Record one objection and give its receipt; durable when this returns.

        The same request again adds nothing.

        Raises:
            BadInput: the request id belongs to another objection, or to one that has ended.
        """
        (answer,) = self.add_all([objection], recorded_at=recorded_at, receipts=True)
        if answer.state in {State.CONFLICT, State.ENDED}:
            raise BadInput(
                f"request {answer.request_id}",
                expected="a request id not used before",
                found="one of another objection"
                if answer.state is State.CONFLICT
                else "one of an objection that has ended since",
                remedy="choose another request id; nothing was recorded",
            )
        return answer

    def add_all(
        self,
        objections: Sequence[Objection],
        *,
        recorded_at: datetime,
        batch: str | None = None,
        receipts: bool = False,
    ) -> list[Answer]:
        """Record objections in one transaction, in this order: all of them, or none.

        Raises:
            ConfigurationError: made with another key, or under another normal form.
        """
        for objection in objections:
            check_key(self.identity, objection.target.key_id)
            check_request_id(objection.request_id)
        check_scheme(self.identity)
        with self._appending() as (connection, size, signer):
            known = held.find(connection, [objection.request_id for objection in objections])
            answers: list[Answer] = []
            new: list[_New] = []
            for objection in objections:
                content = content_of(objection)
                earlier = known.get(objection.request_id)
                if earlier is None:
                    number = size + len(new) + 1
                    new.append(_received(objection, content, number, recorded_at, batch))
                    known[objection.request_id] = held.Held(number, content, None)
                    answers.append(Answer(number, objection.request_id, State.ADDED))
                else:
                    state = earlier.state(content)
                    answers.append(Answer(earlier.event, objection.request_id, state))
            if not new:
                return answers
            held.hold(connection, new, len(self.identity.key_ids))
            appended = log.append(connection, size, [one.event for one in new], signer)
            if not receipts:
                return answers
            issued = iter(self._issue(connection, [one.event for one in new], appended))
            return [
                Answer(answer.event, answer.request_id, answer.state, next(issued))
                if answer.state is State.ADDED
                else answer
                for answer in answers
            ]

    def withdraw(self, request_id: str, *, received_at: datetime, recorded_at: datetime) -> Answer:
        """Lift one objection, and no other: one on the same target under another request stays.

        Raises:
            BadInput: no such request.
        """
        with self._appending() as (connection, size, signer):
            objection = held.find(connection, [request_id]).get(request_id)
            if objection is None:
                raise BadInput(
                    "request id",
                    expected="the id of an objection in this registry",
                    found="an id it does not know",
                    remedy="check the id: `registry add` printed it, an import file names it",
                )
            if objection.ended is not None:
                return Answer(objection.ended, request_id, State.ENDED)
            event = Withdrawn(
                number=size + 1, request_id=request_id, received_at=received_at, recorded_at=recorded_at
            )
            log.append(connection, size, [event], signer)
            held.end(connection, objection.event, ended_by=event.number)
            return Answer(event.number, request_id, State.ADDED)

    def snapshot(self, event: int | None = None) -> RegistrySnapshot:
        """The objections that hold at an event number; at the head without one.

        Raises:
            BadInput: the log does not reach that number, or an objection before it is missing.
        """
        check_scheme(self.identity)
        with reading(self._engine) as connection:
            check_same(connection, self.identity)
            head = log.head(connection)
            at = head if event is None else event
            if not 0 <= at <= head:
                raise BadInput(
                    "event number",
                    expected=f"0 to {head}, the registry's last event",
                    found=str(at),
                    remedy="if the registry had that event once, it was rolled back: restore the newer copy",
                )
            objections, platforms = take_snapshot(connection, at)
            return RegistrySnapshot(
                registry_id=self.identity.id,
                event=at,
                root=log.root_at(connection, at).hex(),
                log_key=self.identity.log_key,
                key_id=self.identity.key_id,
                scheme=self.identity.scheme,
                objections=objections,
                platforms=platforms,
            )

    def status(self) -> RegistryStatus:
        """Counts of what the registry holds."""
        with reading(self._engine) as connection:
            check_same(connection, self.identity)
            size = log.head(connection)
            return RegistryStatus(
                registry_id=self.identity.id,
                key_id=self.identity.key_id,
                scheme=self.identity.scheme,
                head=size,
                root=log.root_at(connection, size).hex(),
                **held.counts(connection),
            )

    def checkpoint(self) -> str | None:
        """The signed size and root of the log; None before the first event."""
        with reading(self._engine) as connection:
            check_same(connection, self.identity)
            return log.last_checkpoint(connection)

    def verify(self, kept: Sequence[str] = ()) -> LogReport:
        """Check every event, the tree, its signatures, and what they come to; nothing is raised.

        ``kept``: checkpoints that were kept elsewhere.
        """
        with reading(self._engine) as connection:
            check_same(connection, self.identity)
            return check_log(connection, self.identity, kept)

    @contextmanager
    def _appending(self) -> Iterator[tuple[Connection, int, Signer]]:
        """A transaction that may append, with the log's size and who signs it."""
        if self._signer is None:
            raise ConfigurationError(
                "log key",
                expected="the key that signs the registry's log",
                found="none: the registry was opened to be read",
                remedy="open it with the key that optout.yaml names",
            )
        with writing(self._engine) as connection:
            check_same(connection, self.identity)
            yield connection, log.head(connection), self._signer

    def _issue(
        self, connection: Connection, events: Sequence[Received], appended: log.Appended
    ) -> list[Receipt]:
        """Receipts for events that were appended in this transaction."""
        proofs = log.proofs(connection, [event.number for event in events], appended.size)
        receipts = []
        for event, proof in zip(events, proofs, strict=True):
            nonce, body, _ = log.entry(connection, event.number)
            if nonce is None or body is None:  # erased between two statements of one transaction: impossible
                raise AssertionError
            receipts.append(
                Receipt(
                    registry_id=self.identity.id,
                    request_id=event.request_id,
                    event=event.number,
                    body=body.decode(),
                    nonce=nonce.hex(),
                    proof=tuple(digest.hex() for digest in proof),
                    checkpoint=appended.note,
                    secret=new_secret(),
                )
            )
        connection.execute(
            insert(RECEIPT),
            [
                {"secret_digest": secret_digest(receipt.secret), "event": receipt.event}
                for receipt in receipts
            ],
        )
        return receipts


def _received(
    objection: Objection, content: Content, number: int, recorded_at: datetime, batch: str | None
) -> _New:
    nonce = secrets.token_bytes(NONCE)
    target = objection.target
    event = Received(
        basis=objection.basis,
        batch=batch,
        key_id=target.key_id,
        linked=objection.linked,
        number=number,
        platform=target.platform,
        purposes=objection.purposes,
        received_at=objection.received_at,
        recorded_at=recorded_at,
        request_id=objection.request_id,
        roles=objection.roles,
        surfaces=objection.surfaces,
        target=blinded(nonce, target.pseudonym).hex(),
        type=target.type,
    )
    return _New(event, content, nonce)

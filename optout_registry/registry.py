"""The registry: what people asked for, in a log that only grows (law 6)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from optout_registry import held, log
from optout_registry.ending import Withdrawal, withdraw
from optout_registry.events import Event, IdentityConfirmed, RefusedAsImpersonation
from optout_registry.identity import (
    check_chain,
    check_scheme,
    check_settled,
)
from optout_registry.later import check_goes_on, take_later
from optout_registry.objections import (
    Answer,
    Impersonation,
    Objection,
    RegistryStatus,
    State,
    WithdrawalProof,
    check_request_id,
)
from optout_registry.receiving import issue, sort_out
from optout_registry.snapshot import check_reached, described, take_snapshot
from optout_registry.transactions import OpenRegistry
from optout_registry.verification.check import check_log
from optout_registry.verification.findings import LogReport
from schemas.errors import BadInput
from schemas.snapshots import RegistryHead, RegistrySnapshot

Beside = Callable[[Connection, int], None]
"""Writes more about a request in the transaction that records it, given the number of its event."""
_HOLDING = {State.ADDED, State.KNOWN}


class Registry(OpenRegistry):
    """An open registry. Every call is one transaction on the database as it is then; nothing is cached."""

    def head(self) -> RegistryHead:
        """Where the registry stands now."""
        with self.reading() as connection:
            size = log.head(connection)
            return RegistryHead(self.identity.id, size, log.root_at(connection, size).hex())

    def add(self, objection: Objection, *, recorded_at: datetime, beside: Beside | None = None) -> Answer:
        """Record one objection and give its receipt; durable when this returns.

        The same request again adds nothing but what ``beside`` writes.

        Raises:
            BadInput: the request id belongs to another objection, or to one that has ended.
        """
        (answer,) = self.add_all([objection], recorded_at=recorded_at, receipts=True, beside=[beside])
        if answer.state not in _HOLDING:
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
        beside: Sequence[Beside | None] = (),
    ) -> list[Answer]:
        """Record objections in one transaction, in this order: all of them, or none.

        ``beside``: for each objection, what is written with it if the registry holds it now.

        Raises:
            ConfigurationError: made with other keys or under another normal form, or a rotation is under way.
        """
        for objection in objections:
            check_chain(self.identity, objection.target.key_ids)
            check_request_id(objection.request_id)
        check_scheme(self.identity)
        with self.appending() as (connection, size, signer):
            known = held.find(connection, [objection.request_id for objection in objections])
            answers, new = sort_out(objections, known, size, recorded_at, batch)
            held.note_repeats(connection, known, answers, batch)
            events = [one.event for one in new]
            if new:
                held.hold(connection, new, len(self.identity.key_ids))
                appended = log.append(connection, size, events, signer)
            for answer, write in zip(answers, beside, strict=False):
                if write is not None and answer.state in _HOLDING:
                    write(connection, answer.event)
            if not new or not receipts:
                return answers
            issued = iter(issue(connection, self.identity.id, events, appended))
            return [
                replace(answer, receipt=next(issued)) if answer.state is State.ADDED else answer
                for answer in answers
            ]

    def withdraw(
        self,
        request_id: str,
        *,
        proof: WithdrawalProof,
        received_at: datetime,
        recorded_at: datetime,
        releases_older: bool = False,
    ) -> Answer:
        """Lift one objection, and no other: one on the same target under another request stays.

        ``releases_older``: whether what was published before ``recorded_at`` may be used again, too. With it
        that is released later as well, by an event of its own, where it was kept out by a withdrawal before.

        Raises:
            BadInput: no such request. Refused: a takedown, and older content would be kept out.
        """
        asked = Withdrawal(request_id, proof, received_at, recorded_at, releases_older)
        with self.appending() as (connection, size, signer):
            return withdraw(connection, size, signer, asked)

    def refuse(self, request_id: str, reason: Impersonation, *, recorded_at: datetime) -> Answer:
        """End one objection that is not of whom it is about, and no other.

        Raises:
            BadInput: no such request.
        """

        def event(number: int) -> RefusedAsImpersonation:
            return RefusedAsImpersonation(
                number=number, request_id=request_id, reason=reason, recorded_at=recorded_at
            )

        return self._follow(request_id, event, ends=True)

    def confirm(self, request_id: str, *, recorded_at: datetime) -> Answer:
        """Record that whoever made a request has shown who they are, once; it counts as it did before.

        Raises:
            BadInput: no such request.
        """

        def event(number: int) -> IdentityConfirmed:
            return IdentityConfirmed(number=number, request_id=request_id, recorded_at=recorded_at)

        return self._follow(request_id, event, ends=False)

    def snapshot(self, event: int | None = None) -> RegistrySnapshot:
        """What objections cover at an event number; at the head without one.

        Raises:
            BadInput: the log does not reach that number, or an objection before it is missing.
            ConfigurationError: a rotation is under way.
        """
        check_scheme(self.identity)
        check_settled(self.identity)
        with self.reading() as connection:
            head = log.head(connection)
            at = head if event is None else event
            check_reached(at, head)
            return described(connection, self.identity, at, take_snapshot(connection, at))

    def later_snapshot(self, before: RegistrySnapshot) -> RegistrySnapshot:
        """The same at the head, sooner: from an earlier one, and what has happened since.

        Raises: as :meth:`snapshot`; BadInput, too, where ``before`` is not what this registry was.
        """
        check_scheme(self.identity)
        check_settled(self.identity)
        with self.reading() as connection:
            at = log.head(connection)
            check_goes_on(connection, before, at)
            taken = take_later(connection, before, at) or take_snapshot(connection, at)
            return described(connection, self.identity, at, taken)

    def status(self) -> RegistryStatus:
        """Counts of what the registry holds."""
        with self.reading() as connection:
            size = log.head(connection)
            root = log.root_at(connection, size).hex()
            return held.status(connection, self.identity, size, root)

    def checkpoint(self) -> str | None:
        """The signed size and root of the log; None before the first event."""
        with self.reading() as connection:
            return log.last_checkpoint(connection)

    def verify(self, kept: Sequence[str] = ()) -> LogReport:
        """Check every event, the tree, its signatures, and what they come to; nothing is raised.

        ``kept``: checkpoints that were kept elsewhere.
        """
        with self.reading() as connection:
            return check_log(connection, self.identity, kept)

    def _follow(self, request_id: str, event: Callable[[int], Event], *, ends: bool) -> Answer:
        """Append what follows on a request that still holds."""
        with self.appending() as (connection, size, signer):
            objection = held.find_one(connection, request_id)
            if objection.ended is not None:
                return Answer(objection.ended, request_id, State.ENDED)
            if not ends and (earlier := held.confirmed_by(connection, objection.event)):
                return Answer(earlier, request_id, State.KNOWN)
            number = size + 1
            log.append(connection, size, [event(number)], signer)
            if ends:
                held.end(connection, objection.event, ended_by=number)
            else:
                held.confirm(connection, objection.event, confirmed_by=number)
            return Answer(number, request_id, State.ADDED)

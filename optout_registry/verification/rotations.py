"""The check of rotations and of the pseudonyms they made anew, while every event passes by once."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from optout_registry.commitments import START, Seen, chained, read_progress
from optout_registry.events import LINKED, RECEIVED, Event, Linked, Received, Rotated, commitment
from optout_registry.identity import Identity
from optout_registry.storage.tables import KEY
from optout_registry.transparency.notes import parse_verifier
from optout_registry.verification.findings import Findings
from schemas.errors import Refused


class Kept(NamedTuple):
    """What is kept beside the log of whom an event names."""

    pseudonym: bytes | None
    nonce: bytes
    keys: int
    commitment: bytes | None
    sealed: bytes | None


def kept_of(row: Row[Any]) -> Kept | None:
    """What is kept of an event, out of its row joined with the tables; None: nothing."""
    if row.kind == RECEIVED and row.held_event is not None:
        return Kept(row.held_pseudonym, row.held_nonce, row.held_keys, row.held_commitment, row.held_sealed)
    if row.kind == LINKED and row.inherited_event is not None:
        return Kept(
            row.inherited_pseudonym, row.inherited_nonce, row.inherited_keys, row.inherited_commitment, None
        )
    return None


class Rotations:
    """What the rows commit to, event by event, next to what the rotations say that they do."""

    def __init__(self, connection: Connection, identity: Identity, findings: Findings) -> None:
        keys = connection.execute(select(KEY).order_by(KEY.c.position)).all()
        self._keys = [key.key_id for key in keys]
        self._rotated = {key.event: key.position for key in keys if key.event is not None}
        self._last = max(self._rotated, default=0)
        self._findings = findings
        self._under_way = _under_way(identity, keys[-1].progress, findings)
        self._applied = 1
        """Keys that were applied to a pseudonym at this point of the log."""
        self._rows = 0
        self._before: bytes | None = START
        """Of what the events since the last rotation commit to; None: some were erased, nobody can tell."""
        self._after = START

    def take(self, row: Row[Any], event: Event | None) -> None:
        """Take in the next event, None: its content is gone, and what it left in the tables."""
        if isinstance(event, Rotated):
            self._check_rotated(event)
        kept = kept_of(row)
        if kept is not None:
            if self._before is not None and isinstance(event, Received | Linked):
                self._before = chained(self._before, row.number, bytes.fromhex(event.target))
            else:
                self._before = None
            self._rows += 1
            self._after = chained(self._after, row.number, kept.commitment)
        if self._under_way is not None and row.number == self._under_way.events:
            self._check_progress(self._under_way)

    def check_target(self, event: Received | Linked, kept: Kept, what: str) -> None:
        """Check that the pseudonym is the one that is committed to, under all keys applied by now.

        ``what``: the finding where it is not.
        """
        is_rewritten = self._under_way is not None and event.number <= self._under_way.events
        applied = 1 + len(self._rotated) + is_rewritten
        received_under = self._keys[self._applied - 1 : self._applied]
        if [event.key_id] != received_under or kept.keys != applied:
            words = f"a pseudonym under {applied} keys, {event.key_id} the last when it was received"
            self._findings.add(what, event.number, words, "other keys")
            return
        committed = kept.commitment or bytes.fromhex(event.target)
        was_made_anew = is_rewritten or event.number < self._last
        if (kept.commitment is not None) != was_made_anew:
            words = "what a rotation commits to" if was_made_anew else "what the log commits to"
            self._findings.add(what, event.number, words, "something else")
        elif kept.pseudonym is None or commitment(kept.nonce, kept.pseudonym, kept.sealed) != committed:
            self._findings.add(what, event.number, "the target that it commits to", "another")

    def end(self) -> None:
        """Name keys that no rotation of the log has brought."""
        for number, position in self._rotated.items():
            if position > self._applied:
                self._findings.add("rotation", number, "an event that applied its key", "none")

    def _check_rotated(self, event: Rotated) -> None:
        before, after = (tuple(self._keys[: self._applied + more]) for more in (0, 1))
        self._applied += 1
        if (event.key_ids_before, event.key_ids_after) != (before, after) or self._rotated.get(
            event.number
        ) != self._applied:
            self._findings.add("rotation", event.number, "the keys that the event applied", "others")
        if event.count != self._rows:
            self._findings.add(
                "rotation", event.number, f"{event.count} objections before it", f"{self._rows}"
            )
        if self._before is not None and event.digest_before != self._before.hex():
            words = "what the log committed to before it"
            self._findings.add("rotation", event.number, words, "something else")
        self._before = bytes.fromhex(event.digest_after)
        is_newest = event.number == self._last and not (self._under_way and self._under_way.events)
        if is_newest and event.digest_after != self._after.hex():
            words = "objections that commit to what they did when it ended"
            self._findings.add("rotation", event.number, words, "others")

    def _check_progress(self, seen: Seen) -> None:
        if (seen.rows, seen.after) != (self._rows, self._after):
            words = f"the {seen.rows} objections that the rotation under way has rewritten"
            self._findings.add("rotation", seen.events, words, "others")


def _under_way(identity: Identity, progress: str | None, findings: Findings) -> Seen | None:
    if identity.rotating_to is None:
        return None
    try:
        return read_progress(progress or "", identity.rotating_to, parse_verifier(identity.log_key))
    except Refused as error:
        findings.add("rotation", None, f"{error.expected}", f"{error.found}")
        return Seen()

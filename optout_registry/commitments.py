"""What a rotation says of the pseudonyms it has made anew: digests of their commitments, and how far it is.

A row commits to its pseudonym by SHA-256(nonce || pseudonym). Until a rotation the commitment stands in the
event that received it; then in the row, and the event's cannot be opened any more.
"""

from hashlib import sha256
from typing import NamedTuple

from optout_registry.transparency.notes import Signer, Verifier, open_note, signed_note
from schemas.errors import OptoutError, Refused

START = bytes(32)
"""The digest over no row."""

_NUMBER = 8


class Seen(NamedTuple):
    """What a rotation went through, and what it committed to before and after."""

    events: int = 0
    """Up to this number."""
    rows: int = 0
    before: bytes = START
    after: bytes = START


def chained(digest: bytes, number: int, commitment: bytes | None) -> bytes:
    """The digest over one more row: SHA-256(digest || event number, 8 bytes big-endian || commitment).

    A row that commits to nothing, because its event was erased before, leaves the digest as it is.
    """
    if commitment is None:
        return digest
    return sha256(digest + number.to_bytes(_NUMBER, "big") + commitment).digest()


def signed_progress(seen: Seen, key_id: str, signer: Signer) -> str:
    """How far the rotation to a key is, as a note signed with the log key: others cannot write it."""
    return signed_note(f"{_subject(signer.name, key_id)}{_text(seen)}", signer).decode()


def read_progress(note: str, key_id: str, verifier: Verifier) -> Seen:
    """What :func:`signed_progress` wrote.

    Raises:
        Refused: another key has signed it, or it is of another rotation.
    """
    try:
        text = open_note(note.encode(), [verifier])
        events, rows, before, after = text.removeprefix(_subject(verifier.name, key_id)).splitlines()
        seen = Seen(int(events), int(rows), bytes.fromhex(before), bytes.fromhex(after))
    except (OptoutError, ValueError):
        text, seen = "", Seen()
    if text != f"{_subject(verifier.name, key_id)}{_text(seen)}":
        raise Refused(
            "rotation of the registry key",
            expected="how far it is, signed with the registry's log key",
            found="something else",
            remedy="restore the registry from its backup: somebody changed it",
        )
    return seen


def _subject(name: str, key_id: str) -> str:
    return f"{name} rotation\n{key_id}\n"


def _text(seen: Seen) -> str:
    return f"{seen.events}\n{seen.rows}\n{seen.before.hex()}\n{seen.after.hex()}\n"

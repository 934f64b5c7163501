"""What was published before a withdrawal: it stays out, unless whoever withdraws releases it."""

from datetime import UTC, datetime, timedelta

from optout_registry.events import Withdrawn
from optout_registry.held import Held
from schemas.errors import Refused
from schemas.vocabulary import TakedownType

_WHOLE = frozenset(kind.value for kind in TakedownType)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def older_until(objection: Held, request_id: str, recorded_at: datetime) -> int:
    """The instant, in microseconds since 1970, before which what was published stays out.

    Raises:
        Refused: it is a takedown, of one record or picture: nothing of it is older or newer.
    """
    if objection.content.type in _WHOLE:
        raise Refused(
            f"request {request_id}",
            expected=f"a withdrawal that releases the {objection.content.type}, which is taken down whole",
            found="one that keeps out what is older",
            remedy="withdraw it with --release-older; to keep it out, do not withdraw. Nothing was recorded",
        )
    return in_micros(recorded_at)


def kept_by(kind: str, event: Withdrawn) -> int | None:
    """What a withdrawal keeps out of an objection against a target of ``kind``; None: nothing.

    Logs of before hold takedowns that were withdrawn without a word about it: there was nothing to keep.
    """
    return None if event.releases_older or kind in _WHOLE else in_micros(event.recorded_at)


def in_micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC, as the registry keeps an instant that is compared."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def at_micros(micros: int) -> datetime:
    """The instant, UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def in_iso(micros: int) -> str:
    """The instant for people."""
    return f"{at_micros(micros):%Y-%m-%d %H:%M:%S} UTC"

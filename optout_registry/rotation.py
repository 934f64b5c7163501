"""Rotation of the registry key: a further key is applied to every pseudonym, and the log says so.

It can be killed at any moment, and goes on when it is run again. Until it has ended the registry takes no
objection and gives no snapshot.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert, update

from optout_registry import log
from optout_registry.commitments import Seen, signed_progress
from optout_registry.events import Rotated
from optout_registry.identity import Identity, check_chain
from optout_registry.opening import open_registry
from optout_registry.registry import Registry
from optout_registry.rewriting import EVENTS_PER_TRANSACTION, TABLES, check_alone, rewrite
from optout_registry.storage.database import SUBJECT, connect, erase_remains
from optout_registry.storage.tables import KEY
from schemas.errors import ConfigurationError, Refused
from schemas.pseudonyms import Keychain


def rotate_key(
    url: str,
    log_secret: bytes,
    keychain: Keychain,
    *,
    recorded_at: datetime,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
    events_per_transaction: int = EVENTS_PER_TRANSACTION,
) -> Rotated:
    """Apply the last key of ``keychain`` to every pseudonym of the registry at ``url``, or go on with that.

    ``on_progress`` is told how many events of how many were gone through.

    Raises:
        ConfigurationError: the others are not the keys of the registry, or there is none to apply.
        Refused: `registry verify` would find something wanting, or a row was changed meanwhile.
        BadInput: somebody else uses the registry, or rotates as well; what was rewritten stays so.
    """
    key_id = keychain.ids[-1]
    with open_registry(url, log_secret) as registry:
        check_next_key(registry.identity, keychain.ids)
        if registry.identity.rotating_to is None:
            _begin(registry, key_id)
    with open_registry(url, log_secret) as registry:
        seen, note = rewrite(registry, keychain, events_per_transaction, on_progress)
        # Before the event, which says that the old pseudonyms are gone.
        erase_remains(connect(url), [table.name for table in TABLES])
        return _end(registry, key_id, seen, note, recorded_at)


def check_next_key(identity: Identity, key_ids: tuple[str, ...]) -> None:
    """Refuse what is not the registry's keys and then one to go over to (ConfigurationError)."""
    if identity.rotating_to is not None:
        expected = (*identity.key_ids, identity.rotating_to)
        if key_ids != expected:
            raise ConfigurationError(
                "registry key",
                expected=f"{', then '.join(expected)}: a rotation to the last one has begun",
                found=", then ".join(key_ids),
                remedy="correct keys.registry in optout.yaml and run `optout registry rotate-key` again",
            )
    elif key_ids == identity.key_ids:
        raise ConfigurationError(
            "keys.registry in optout.yaml",
            expected="the registry's keys, and then the one to go over to",
            found=f"the registry's keys only: {', then '.join(key_ids)}",
            remedy="add a reference at the end, as in [file:keys/registry.key, file:keys/registry-2.key], "
            "and repeat; a key file that is not there is made",
        )
    elif key_ids[:-1] != identity.key_ids:
        check_chain(identity, key_ids)


def _begin(registry: Registry, key_id: str) -> None:
    # What was changed behind the program would be signed anew, and nobody would find it any more.
    report = registry.verify()
    if not report.ok:
        raise Refused(
            SUBJECT,
            expected="one in which `optout registry verify` finds nothing wanting",
            found=f"findings, the first: {report.findings[0].what}",
            remedy="run `optout registry verify`, and restore the registry from its backup; nothing was done",
        )
    with registry.appending() as (connection, _, signer):
        position = len(registry.identity.key_ids) + 1
        progress = signed_progress(Seen(), key_id, signer)
        connection.execute(insert(KEY).values(position=position, key_id=key_id, progress=progress))


def _end(registry: Registry, key_id: str, seen: Seen, note: str, recorded_at: datetime) -> Rotated:
    with registry.appending() as (connection, size, signer):
        check_alone(connection, key_id, note)
        before = registry.identity.key_ids
        event = Rotated(
            number=size + 1,
            count=seen.rows,
            digest_before=seen.before.hex(),
            digest_after=seen.after.hex(),
            key_ids_before=before,
            key_ids_after=(*before, key_id),
            recorded_at=recorded_at,
        )
        log.append(connection, size, [event], signer)
        connection.execute(update(KEY).where(KEY.c.key_id == key_id).values(event=event.number))
        return event

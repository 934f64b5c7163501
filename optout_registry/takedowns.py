"""Takedowns on their way in: one record or picture, kept sealed under the target key."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select

from optout_registry.objections import Target
from optout_registry.storage.tables import OBJECTION
from schemas.errors import BadInput, ConfigurationError
from schemas.identifiers import scope_of, target_message
from schemas.takedowns import SHA256, seal, takedown_form, unseal
from schemas.vocabulary import TakedownType

if TYPE_CHECKING:
    from optout_registry.intake import Intake
    from optout_registry.registry import Registry


def sealed_target(kind: TakedownType, value: str, intake: "Intake") -> Target:
    """What a takedown names: its pseudonym, as of every target, and the thing itself, sealed.

    Raises:
        BadInput: nothing is left of the value, or it is no digest of a picture.
        ConfigurationError: no target key.
    """
    normal = takedown_form(kind, value)
    if not normal:
        raise _bad("the id or address of a record", "nothing that could name one")
    if kind is TakedownType.MEDIA and SHA256.fullmatch(normal) is None:
        raise _bad("the SHA-256 of the file, 64 hexadecimal digits", "something else")
    return Target(
        kind,
        intake.keychain.pseudonym(target_message(kind, intake.platform, normal)),
        intake.keychain.ids,
        scope_of(kind, intake.platform) or None,
        seal(intake.target_key(), kind, intake.platform, normal),
    )


def check_target_key(registry: "Registry", key: bytes) -> None:
    """Refuse another key than that of the takedowns that are held: no build could open both.

    Raises:
        ConfigurationError: the key opens none of them.
    """
    with registry.reading() as connection:
        held = connection.execute(_SEALED).first()
    if held is not None and unseal(key, TakedownType(held.type), held.platform or "", held.sealed) is None:
        raise ConfigurationError(
            "target key",
            expected="the key under which this registry's takedowns are sealed",
            found="another key",
            remedy="restore the target key from its backup, or correct keys.target in optout.yaml",
        )


def holds_takedowns(connection: Connection) -> bool:
    """Whether something is sealed that only the target key opens; older tables have no room for it."""
    columns = {column["name"] for column in inspect(connection).get_columns(OBJECTION.name)}
    return OBJECTION.c.sealed.name in columns and connection.execute(_SEALED).first() is not None


def no_target_key() -> bytes:
    """In place of a key that nobody has named (ConfigurationError)."""
    raise ConfigurationError(
        "target key",
        expected="the key that seals what a takedown names",
        found="none",
        remedy="run `optout init`, which makes it, or name it as keys.target in optout.yaml",
    )


_SEALED = (
    select(OBJECTION.c.type, OBJECTION.c.platform, OBJECTION.c.sealed)
    .where(OBJECTION.c.sealed.is_not(None), OBJECTION.c.ended.is_(None))
    .order_by(OBJECTION.c.event)
    .limit(1)
)


def _bad(expected: str, found: str) -> BadInput:
    return BadInput("value", expected=expected, found=found, remedy="correct value")

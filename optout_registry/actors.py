"""Actors: people who answer for a decision, known by a token that only they hold.

Two tokens do not prove two people: they prove that whoever decided held both.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from optout_registry.registry import Registry
from optout_registry.storage.tables import ACTOR
from schemas.errors import BadInput, ConfigurationError, Refused
from schemas.model import Model

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_PREFIX = "optout-actor-"
_TOKEN_BYTES = 32


class Actor(Model):
    """Somebody who may decide. The name stands in the log for good."""

    name: str
    revoked: bool


def add_actor(registry: Registry, name: str) -> str:
    """Enter an actor and give their token: once, for the registry keeps only its digest.

    Raises:
        ConfigurationError: the name is taken, by one whose token was revoked as well, or is no name.
    """
    if NAME.fullmatch(name) is None:
        raise ConfigurationError(
            "name",
            expected="1 to 64 small letters, digits, dots, hyphens or underscores",
            found="something else",
            remedy="choose a name that may stand in the log for good",
        )
    token = f"{_PREFIX}{secrets.token_urlsafe(_TOKEN_BYTES)}"
    with registry.appending() as (connection, _, _):
        if connection.scalar(select(ACTOR.c.name).where(ACTOR.c.name == name)) is not None:
            raise ConfigurationError(
                "name",
                expected="a name that no actor has or had",
                found="one that is taken",
                remedy="choose another one: decisions under a name are one person's",
            )
        connection.execute(insert(ACTOR).values(name=name, token_digest=_digest(token), revoked=False))
    return token


def revoke_actor(registry: Registry, name: str) -> None:
    """From now on the actor's token opens nothing; what they decided stays.

    Raises:
        BadInput: no such actor, or revoked before.
    """
    with registry.appending() as (connection, _, _):
        changed = connection.execute(
            update(ACTOR).where(ACTOR.c.name == name, ACTOR.c.revoked.is_(False)).values(revoked=True)
        )
        if not changed.rowcount:
            raise BadInput(
                "name",
                expected="an actor whose token is valid",
                found="none of that name",
                remedy="`optout actor list` shows them",
            )


def list_actors(registry: Registry) -> Sequence[Actor]:
    """Every actor there is or was, by name."""
    with registry.reading() as connection:
        rows = connection.execute(select(ACTOR.c.name, ACTOR.c.revoked).order_by(ACTOR.c.name))
        return [Actor(name=row.name, revoked=row.revoked) for row in rows]


def known_actors(registry: Registry) -> frozenset[str]:
    """Names of all actors there are or were: what somebody decided stays when their token was revoked."""
    return frozenset(actor.name for actor in list_actors(registry))


def actor_of(connection: Connection, token: str) -> str:
    """Name of the actor who holds a token.

    Raises:
        Refused: nobody does, or it was revoked.
    """
    # Found by its digest: the time that takes says nothing about a token of 256 random bits.
    row = connection.execute(select(ACTOR).where(ACTOR.c.token_digest == _digest(token))).one_or_none()
    if row is None or row.revoked:
        raise Refused(
            "token",
            expected="an actor's token, as `optout actor add` wrote it",
            found="one that is nobody's" if row is None else "one that was revoked",
            remedy="use your own token, or have one made",
        )
    return str(row.name)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).digest()

"""Which registry it is, and what may be used with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, column, inspect, select, table

from optout_registry.storage.database import SUBJECT
from optout_registry.storage.tables import EVENT, KEY, REGISTRY, REVISION
from optout_registry.transparency.notes import Signer
from schemas.errors import BadInput, ConfigurationError
from schemas.identifiers import SCHEME

_VERSION = table("alembic_version", column("version_num"))
_REVISION = select(_VERSION.c.version_num)
_KEYS = (KEY.c.key_id, KEY.c.position, KEY.c.event)
_ALL = select(
    *_KEYS,
    # Subqueries: of a join of tables that were never analysed PostgreSQL expects millions of rows, and
    # compiles a program for them, which takes a thousand times as long.
    *(select(one).scalar_subquery().label(one.name) for one in (*REGISTRY.c, _VERSION.c.version_num)),
).order_by(KEY.c.position)
"""What an identity is read from, where the tables are ours and up to date: a row for each key."""


@dataclass(frozen=True)
class Identity:
    """What is fixed when a registry is made, and the keys of its pseudonyms."""

    id: str
    """Random; copies have it, too."""
    scheme: str
    """Version of the normal form of identifiers."""
    log_key: str
    """Verifier key of the log's checkpoints, as text."""
    key_ids: tuple[str, ...]
    """Ids of the keys of the pseudonyms, in the order they were applied."""
    rotating_to: str | None = None
    """Id of the key that a rotation is applying; None: none is under way."""

    @property
    def key_id(self) -> str:
        """Id of the key applied last."""
        return self.key_ids[-1]


def read_identity(connection: Connection, *, older_too: bool = False) -> Identity:
    """The identity of the registry in a database.

    ``older_too``: also where its tables have yet to be brought up to date.

    Raises:
        BadInput: the database is none of ours, or has tables of another release.
    """
    row = connection.execute(select(REGISTRY)).one_or_none() if _is_ours(connection) else None
    if row is None:
        raise BadInput(
            SUBJECT,
            expected="a registry of objections",
            found="a database without one",
            remedy="correct registry in optout.yaml; a registry that was emptied is restored from its backup",
        )
    revision = connection.scalar(_REVISION)
    if revision != REVISION and not (older_too and is_older(connection)):
        raise BadInput(
            SUBJECT,
            expected=f"tables of revision {REVISION}",
            found=f"revision {revision}",
            remedy="`optout init` brings older ones up to date; newer ones need the release that wrote them",
        )
    return Identity(row.id, row.scheme, row.log_key, *_read_keys(connection))


def _read_keys(connection: Connection) -> tuple[tuple[str, ...], str | None]:
    """The keys that were applied to every pseudonym, and the one that is being applied."""
    if not any(column["name"] == KEY.c.event.name for column in inspect(connection).get_columns(KEY.name)):
        # Tables of a release that could not rotate.
        return tuple(connection.scalars(select(KEY.c.key_id))), None
    return _chain(connection.execute(select(*_KEYS).order_by(KEY.c.position)).all())


def _chain(keys: Sequence[Row[*tuple[Any, ...]]]) -> tuple[tuple[str, ...], str | None]:
    applied = tuple(key.key_id for key in keys if key.position == 1 or key.event is not None)
    return applied, keys[-1].key_id if len(applied) < len(keys) else None


def is_older(connection: Connection) -> bool:
    """Whether the tables are of an earlier release, from which there is a migration."""
    return _is_ours(connection) and str(connection.scalar(_REVISION)) < REVISION


def _is_ours(connection: Connection) -> bool:
    return {REGISTRY.name, EVENT.name, "alembic_version"} <= set(inspect(connection).get_table_names())


def check_same(connection: Connection, identity: Identity) -> None:
    """Refuse another registry under the name of the one that was opened (BadInput); one statement."""
    rows = connection.execute(_ALL).all()
    if rows and rows[0].version_num == REVISION:
        found = Identity(rows[0].id, rows[0].scheme, rows[0].log_key, *_chain(rows))
        if found == identity:
            return
    # What could not even be opened is said as it would be then.
    read_identity(connection)
    raise BadInput(
        SUBJECT,
        expected=f"registry {identity.id}, as it was opened",
        found="another registry under its name, or one whose keys have changed",
        remedy="find out who replaced it, then start again",
    )


def check_settled(identity: Identity) -> None:
    """Refuse a registry whose pseudonyms are under different keys (ConfigurationError)."""
    if identity.rotating_to is not None:
        raise ConfigurationError(
            SUBJECT,
            expected="objections that are all under the same keys",
            found=f"a rotation to {identity.rotating_to} that has not ended",
            remedy="run `optout registry rotate-key` to the end",
        )


def check_chain(identity: Identity, key_ids: tuple[str, ...]) -> None:
    """Refuse keys that are not the registry's, all of them in their order (ConfigurationError).

    Pseudonyms under others match nothing: nobody would be protected, and nobody would notice.
    """
    check_settled(identity)
    check_applied(identity, key_ids)


def check_applied(identity: Identity, key_ids: tuple[str, ...]) -> None:
    """The same, of a registry between two keys as well."""
    if key_ids == identity.key_ids:
        return
    if key_ids[:-1] == identity.key_ids:
        remedy = f"run `optout registry rotate-key`, which goes over to {key_ids[-1]}"
    elif key_ids == identity.key_ids[: len(key_ids)]:
        remedy = "add the references of the other keys to keys.registry in optout.yaml, in this order"
    else:
        remedy = "restore the registry's keys from their backup, or correct keys.registry in optout.yaml"
    raise ConfigurationError(
        "registry key",
        expected=f"{', then '.join(identity.key_ids)}: the key of this registry's objections"
        if len(identity.key_ids) == 1
        else f"{', then '.join(identity.key_ids)}: the keys of this registry's objections",
        found=", then ".join(key_ids),
        remedy=remedy,
    )


def check_signer(identity: Identity, signer: Signer) -> None:
    """Refuse a key that does not sign this registry's log: nobody would believe it (ConfigurationError)."""
    if str(signer.verifier) != identity.log_key:
        raise ConfigurationError(
            "log key",
            expected=f"the key of {identity.log_key}, which signs this registry's log",
            found="another key",
            remedy="restore the log key from its backup, or correct keys in optout.yaml",
        )


def check_scheme(identity: Identity) -> None:
    """Refuse a registry whose identifiers were normalised otherwise (ConfigurationError)."""
    if identity.scheme != SCHEME:
        raise ConfigurationError(
            SUBJECT,
            expected=f"objections under normal form {SCHEME}, which this installation writes",
            found=f"normal form {identity.scheme}",
            remedy="install the version of phonenumbers that the registry names",
        )

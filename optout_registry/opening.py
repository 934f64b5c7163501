"""How a registry is made, opened and found."""

import uuid

from sqlalchemy import Connection, insert, inspect, select

from optout_registry.identity import Identity, check_signer, is_older, read_identity
from optout_registry.log import origin
from optout_registry.registry import Registry
from optout_registry.storage.database import (
    check_server,
    connect,
    is_there,
    reading,
    use_write_ahead_log,
    writing,
)
from optout_registry.storage.tables import CASE_FILE, CORRESPONDENCE, KEY, REGISTRY
from optout_registry.takedowns import holds_takedowns
from optout_registry.transparency.notes import Signer
from schemas.errors import ConfigurationError
from schemas.identifiers import SCHEME


def create_registry(url: str, key_id: str, log_secret: bytes) -> Registry:
    """Make an empty registry for objections under one key; one that exists is brought up to date and kept.

    ``key_id``: of the key that is applied first. ``log_secret``: the 32 bytes of the Ed25519 key that signs
    its log.

    Raises:
        ConfigurationError: it exists and belongs to other keys.
        BadInput: it cannot be made, or the database holds something else, or would not be durable.
    """
    engine = connect(url, create=True)
    check_server(engine)
    with writing(engine) as connection:
        is_empty = not inspect(connection).get_table_names()
        if is_empty or is_older(connection):
            from optout_registry.storage.migrations import upgrade

            upgrade(connection)
        if is_empty:
            _describe(connection, key_id, log_secret)
        identity = read_identity(connection)
    use_write_ahead_log(engine)
    _check_first_key(identity, key_id)
    signer = Signer(origin(identity.id), log_secret)
    check_signer(identity, signer)
    return Registry(engine, signer)


def _check_first_key(identity: Identity, key_id: str) -> None:
    if key_id != identity.key_ids[0]:
        raise ConfigurationError(
            "registry key",
            expected=f"{identity.key_ids[0]}, the first key of this registry's objections",
            found=key_id,
            remedy="restore the registry's key from its backup, or correct keys in optout.yaml",
        )


def _describe(connection: Connection, key_id: str, log_secret: bytes) -> None:
    registry_id = uuid.uuid4().hex
    verifier = Signer(origin(registry_id), log_secret).verifier
    connection.execute(insert(REGISTRY).values(id=registry_id, scheme=SCHEME, log_key=str(verifier)))
    connection.execute(insert(KEY).values(position=1, key_id=key_id))


def open_registry(url: str, log_secret: bytes | None = None) -> Registry:
    """Open the registry at an SQLAlchemy URL; one that is missing is never made.

    Without ``log_secret``, the key that signs its log, it can only be read.

    Raises:
        BadInput: missing, not a database, not a registry, of another revision, or not durable.
        ConfigurationError: another log key.
    """
    engine = connect(url)
    check_server(engine)
    with reading(engine) as connection:
        identity = read_identity(connection)
    use_write_ahead_log(engine)
    if log_secret is None:
        return Registry(engine)
    signer = Signer(origin(identity.id), log_secret)
    check_signer(identity, signer)
    return Registry(engine, signer)


def to_write(registry: Registry, log_secret: bytes) -> Registry:
    """The same registry with the key that signs its log, within the standstill of whoever reads it.

    Raises:
        ConfigurationError: another log key.
    """
    signer = Signer(origin(registry.identity.id), log_secret)
    check_signer(registry.identity, signer)
    return registry.signed(signer)


def find_registry(url: str) -> Identity | None:
    """What is at an SQLAlchemy URL, up to date or not; None where :func:`create_registry` would make one.

    Raises:
        BadInput: the database holds something else, or cannot be read.
    """
    if not is_there(url):
        return None
    engine = connect(url)
    with reading(engine) as connection:
        is_empty = not inspect(connection).get_table_names()
        return None if is_empty else read_identity(connection, older_too=True)


def find_case_keys(url: str) -> set[str]:
    """Ids of the keys under which case data is sealed in the registry at an SQLAlchemy URL, if there is one.

    Raises:
        BadInput: the database cannot be read.
    """
    if not is_there(url):
        return set()
    with reading(connect(url)) as connection:
        made = set(inspect(connection).get_table_names())
        return {
            key_id
            for table in (CASE_FILE, CORRESPONDENCE)
            if table.name in made
            for key_id in connection.scalars(select(table.c.key_id).where(table.c.key_id.is_not(None)))
        }


def needs_target_key(url: str) -> bool:
    """Whether something is sealed in the registry at an SQLAlchemy URL, be its tables up to date or not.

    Raises:
        BadInput: it cannot be read.
    """
    with reading(connect(url)) as connection:
        return holds_takedowns(connection)

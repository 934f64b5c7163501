"""Which registry it is, and what may be used with it."""

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, select, text

from optout_registry.storage.database import SUBJECT
from optout_registry.storage.tables import EVENT, KEY, REGISTRY, REVISION
from optout_registry.transparency.notes import Signer
from schemas.errors import BadInput, ConfigurationError
from schemas.identifiers import SCHEME

_REVISION = text("SELECT version_num FROM alembic_version")


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

    @property
    def key_id(self) -> str:
        """Id of the key applied last."""
        return self.key_ids[-1]


def read_identity(connection: Connection) -> Identity:
    """The identity of the registry in a database.

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
    if revision != REVISION:
        raise BadInput(
            SUBJECT,
            expected=f"tables of revision {REVISION}",
            found=f"revision {revision}",
            remedy="`optout init` brings older ones up to date; newer ones need the release that wrote them",
        )
    key_ids = connection.scalars(select(KEY.c.key_id).order_by(KEY.c.position)).all()
    return Identity(row.id, row.scheme, row.log_key, tuple(key_ids))


def is_older(connection: Connection) -> bool:
    """Whether the tables are of an earlier release, from which there is a migration."""
    return _is_ours(connection) and str(connection.scalar(_REVISION)) < REVISION


def _is_ours(connection: Connection) -> bool:
    return {REGISTRY.name, EVENT.name, "alembic_version"} <= set(inspect(connection).get_table_names())


def check_same(connection: Connection, identity: Identity) -> None:
    """Refuse another registry under the name of the one that was opened (BadInput)."""
    if read_identity(connection) != identity:
        raise BadInput(
            SUBJECT,
            expected=f"registry {identity.id}, as it was opened",
            found="another registry under its name, or one whose keys have changed",
            remedy="find out who replaced it, then start again",
        )


def check_key(identity: Identity, key_id: str) -> None:
    """Refuse a key that is not the registry's: its pseudonyms would match nothing (ConfigurationError)."""
    if key_id != identity.key_id:
        raise ConfigurationError(
            "registry key",
            expected=f"{identity.key_id}, the key of this registry's objections",
            found=key_id,
            remedy="restore the registry's key from its backup, or correct keys in optout.yaml",
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

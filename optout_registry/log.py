"""The registry: an append-only log of what people asked for (law 6)."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, insert, inspect

from optout_registry import events
from optout_registry.database import SUBJECT, connect, is_there, reading, use_write_ahead_log, writing
from optout_registry.objections import Objection, Receipt, RegistryStatus, State, check_request_id
from optout_registry.snapshot import take_snapshot
from optout_registry.tables import FORMAT, METADATA, REGISTRY
from schemas.errors import BadInput, ConfigurationError
from schemas.identifiers import SCHEME
from schemas.snapshots import RegistryHead, RegistrySnapshot


class Registry:
    """An open registry. Every call is one transaction on the file as it is then; nothing is cached."""

    def __init__(self, engine: Engine) -> None:
        """Use :func:`open_registry`; ``engine`` comes from optout_registry.database."""
        self._engine = engine
        with reading(engine) as connection:
            row = events.identity(connection)
        self.registry_id: str = row.id
        self.key_id: str = row.key_id
        self.scheme: str = row.scheme

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()

    def head(self) -> RegistryHead:
        """Where the registry stands now."""
        with reading(self._engine) as connection:
            self._check_same(connection)
            return RegistryHead(self.registry_id, events.head(connection))

    def add(self, objection: Objection, *, recorded_at: datetime) -> Receipt:
        """Record one objection; durable when this returns. The same request again adds nothing.

        Raises:
            BadInput: the request id belongs to another objection, or to a withdrawn one.
        """
        (receipt,) = self.add_all([objection], recorded_at=recorded_at)
        if receipt.state in {State.CONFLICT, State.WITHDRAWN}:
            raise BadInput(
                f"request {receipt.request_id}",
                expected="a request id not used before",
                found="one of another objection"
                if receipt.state is State.CONFLICT
                else "one of an objection that was withdrawn since",
                remedy="choose another request id; nothing was recorded",
            )
        return receipt

    def add_all(
        self, objections: Sequence[Objection], *, recorded_at: datetime, batch: str | None = None
    ) -> list[Receipt]:
        """Record objections in one transaction, in this order: all of them, or none.

        Raises:
            ConfigurationError: made with another key, or under another normal form.
        """
        for objection in objections:
            check_key(self, objection.target.key_id)
            check_request_id(objection.request_id)
        check_scheme(self.scheme)
        with writing(self._engine) as connection:
            self._check_same(connection)
            return events.append(connection, objections, recorded_at, batch)

    def withdraw(self, request_id: str, *, received_at: datetime, recorded_at: datetime) -> Receipt:
        """Lift one objection, and no other: one on the same target under another request stays.

        Raises:
            BadInput: no such request.
        """
        with writing(self._engine) as connection:
            self._check_same(connection)
            if request_id not in events.known(connection, [request_id]):
                raise BadInput(
                    "request id",
                    expected="the id of an objection in this registry",
                    found="an id it does not know",
                    remedy="check the id: `registry add` printed it, an import file names it",
                )
            return events.append_withdrawal(connection, request_id, received_at, recorded_at)

    def snapshot(self, event: int | None = None) -> RegistrySnapshot:
        """The objections that hold at an event number; at the head without one.

        Raises:
            BadInput: the log does not reach that number, or misses an event before it.
        """
        check_scheme(self.scheme)
        with reading(self._engine) as connection:
            self._check_same(connection)
            head = events.head(connection)
            at = head if event is None else event
            if not 0 <= at <= head:
                raise BadInput(
                    "event number",
                    expected=f"0 to {head}, the registry's last event",
                    found=str(at),
                    remedy="if the registry had that event once, it was rolled back: restore the newer copy",
                )
            objections, platforms = take_snapshot(connection, at)
        return RegistrySnapshot(self.registry_id, at, self.key_id, self.scheme, objections, platforms)

    def status(self) -> RegistryStatus:
        """Counts of what the registry holds."""
        with reading(self._engine) as connection:
            self._check_same(connection)
            counts = events.counts(connection)
        return RegistryStatus(registry_id=self.registry_id, key_id=self.key_id, scheme=self.scheme, **counts)

    def _check_same(self, connection: Connection) -> None:
        if events.identity(connection).id != self.registry_id:
            raise BadInput(
                SUBJECT,
                expected=f"registry {self.registry_id}, as it was opened",
                found="another registry under its name",
                remedy="find out who replaced it, then start again",
            )


def create_registry(url: str, key_id: str) -> Registry:
    """Make an empty registry for objections under one key; one that exists is kept as it is.

    Raises:
        ConfigurationError: it exists and belongs to another key.
        BadInput: it cannot be made, or the file holds something else.
    """
    engine = connect(url, create=True)
    with writing(engine) as connection:
        tables = inspect(connection).get_table_names()
        if not tables:
            METADATA.create_all(connection, checkfirst=False)
            connection.execute(
                insert(REGISTRY).values(id=uuid.uuid4().hex, format=FORMAT, key_id=key_id, scheme=SCHEME)
            )
    registry = Registry(engine)
    check_key(registry, key_id)
    use_write_ahead_log(engine)
    return registry


def open_registry(url: str) -> Registry:
    """Open the registry at an SQLAlchemy URL; one that is missing is never made.

    Raises:
        BadInput: missing, not a database, not a registry, or of another format.
    """
    engine = connect(url)
    registry = Registry(engine)
    use_write_ahead_log(engine)
    return registry


def find_registry(url: str) -> Registry | None:
    """The registry at an SQLAlchemy URL; None where :func:`create_registry` would make one.

    Raises:
        BadInput: the file holds something else, or cannot be read.
    """
    if not is_there(url):
        return None
    engine = connect(url)
    with reading(engine) as connection:
        is_empty = not inspect(connection).get_table_names()
    return None if is_empty else Registry(engine)


def check_key(registry: Registry, key_id: str) -> None:
    """Refuse a key that is not the registry's: its pseudonyms would match nothing (ConfigurationError)."""
    if key_id != registry.key_id:
        raise ConfigurationError(
            "registry key",
            expected=f"{registry.key_id}, the key of this registry's objections",
            found=key_id,
            remedy="restore the registry's key from its backup, or correct keys in optout.yaml",
        )


def check_scheme(scheme: str) -> None:
    """Refuse a registry whose identifiers were normalised otherwise (ConfigurationError)."""
    if scheme != SCHEME:
        raise ConfigurationError(
            SUBJECT,
            expected=f"objections under normal form {SCHEME}, which this installation writes",
            found=f"normal form {scheme}",
            remedy="install the version of phonenumbers that the registry names",
        )

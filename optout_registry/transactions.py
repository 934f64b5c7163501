"""The transactions of a registry: each on the one that was opened, and on no other."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import NamedTuple, Self

from sqlalchemy import Connection, Engine

from optout_registry import log
from optout_registry.identity import Identity, check_same, read_identity
from optout_registry.storage.database import Standstill, reading, standing_still, writing
from optout_registry.transparency.notes import Signer
from schemas.errors import ConfigurationError


class Appending(NamedTuple):
    """A transaction that may append to the log."""

    connection: Connection
    size: int
    """Number of the last event before it."""
    signer: Signer


class OpenRegistry:
    """Opens transactions on a registry; whoever finds another one in its place gets an error."""

    def __init__(
        self, engine: Engine, signer: Signer | None = None, standstill: Standstill | None = None
    ) -> None:
        """Use :func:`optout_registry.opening.open_registry`; without a ``signer`` it can only be read."""
        self._engine = engine
        self._signer = signer
        self._standstill = standstill
        with reading(engine) as connection:
            self.identity: Identity = read_identity(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the database."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of this registry, from first to last statement."""
        with reading(self._engine) if self._standstill is None else self._standstill.reading() as connection:
            check_same(connection, self.identity)
            yield connection

    @contextmanager
    def appending(self) -> Iterator[Appending]:
        """A transaction that may append; durable when this returns, and undone where an error leaves it.

        Raises:
            ConfigurationError: the registry was opened to be read.
        """
        if self._signer is None:
            raise ConfigurationError(
                "log key",
                expected="the key that signs the registry's log",
                found="none: the registry was opened to be read",
                remedy="open it with the key that optout.yaml names",
            )
        with writing(self._engine) if self._standstill is None else self._standstill.writing() as connection:
            check_same(connection, self.identity)
            yield Appending(connection, log.head(connection), self._signer)

    @contextmanager
    def standstill(self) -> Iterator[None]:
        """Until this returns nobody else appends: they wait. What is read and appended here goes by the lock.

        Raises BadInput: others did not let go of it for longer than this waits, or it was lost.
        """
        with standing_still(self._engine) as held_still:
            self._standstill = held_still
            try:
                yield
            finally:
                self._standstill = None

    def signed(self, signer: Signer) -> Self:
        """The same one to be written to, within the same standstill."""
        return type(self)(self._engine, signer, self._standstill)

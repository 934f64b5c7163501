"""How a door is put together: from a registry and what its operator settled, to an application."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.types import ASGIApp

from optout_registry.accepting import Acceptor
from optout_registry.door.access import Write, failure_line
from optout_registry.door.app import Surroundings, door_app
from optout_registry.door.headers import Site
from optout_registry.door.limits import Pace
from optout_registry.door.links import Links, derived_key
from optout_registry.door.mail import Cap, Mailer, Send
from optout_registry.door.officer import Office
from optout_registry.door.pages import Programme
from optout_registry.door.service import Correspondent, Service
from optout_registry.intake import Intake
from optout_registry.registry import Beside, Registry

MAILS_A_DAY = 5
"""Messages to one address: nobody's mailbox is filled through the door."""
ATTEMPTS_A_DAY = 10
"""Withdrawals tried with one receipt."""


@dataclass(frozen=True)
class Settings:
    """What the operator settles."""

    programme: Programme
    site: Site
    sender: str
    """Address in From."""
    send: Send
    per_address: float = 2
    """Requests a second of one address in the long run, before it is slowed; 0: as many as come."""
    office: Office | None = None
    keeping: Callable[[Correspondent], Beside | None] = field(default=lambda _: None)


def open_door(
    registry: Registry,
    intake: Intake,
    log_secret: bytes,
    settings: Settings,
    *,
    post: Executor,
    write: Write,
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
) -> ASGIApp:
    """The application; ``log_secret`` is the registry's log key, from which that of links is derived.

    ``post`` writes mails, ``write`` takes lines of the access log, ``seconds`` never goes back.
    """

    def failed(error: Exception) -> None:
        write(failure_line(error, clock()))

    service = Service(
        registry=registry,
        acceptor=Acceptor(registry, clock, on_failure=failed),
        intake=intake,
        links=Links(derived_key(log_secret, registry.identity.id, "links")),
        mailer=Mailer(settings.send, settings.sender, Cap(MAILS_A_DAY, timedelta(days=1)), failed, post),
        attempts=Cap(ATTEMPTS_A_DAY, timedelta(days=1)),
        clock=clock,
        public=settings.site.public,
        keeping=settings.keeping,
    )
    around = Surroundings(
        site=settings.site,
        pace=Pace(settings.per_address),
        write=write,
        clock=clock,
        seconds=seconds,
        office=settings.office,
    )
    return door_app(service, settings.programme, around)

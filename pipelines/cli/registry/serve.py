"""`optout registry serve`: the door, where people object by themselves."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from pipelines.cli.registry.office import open_office
from pipelines.cli.registry.opened import case_key, intake_for, open_to_write, say
from pipelines.cli.registry.passwords import read_password
from schemas.errors import ConfigurationError
from schemas.vocabulary import IdentifierType

if TYPE_CHECKING:
    from collections.abc import Callable

    from optout_registry.door.mail import Send
    from optout_registry.door.pages import Programme
    from optout_registry.door.service import Correspondent
    from optout_registry.registry import Beside, Registry
    from schemas.workspace import DoorSettings

_NEEDS = ("public", "adult_now", "adult_at_posting", "notice", "region")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; others reach only this machine.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8765,
    per_address: Annotated[
        float, typer.Option(help="Requests a second of one address before it is slowed; 0: no limit.", min=0)
    ] = 2,
    proxy: Annotated[
        list[str] | None,
        typer.Option(help="Address of a reverse proxy that tells whom it serves; repeatable."),
    ] = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Serve the pages and the API where people object.

    Runs until SIGTERM or Ctrl-C; what was acknowledged is on disk. TLS is a reverse proxy's.
    """
    from concurrent.futures import ThreadPoolExecutor

    from optout_registry.door.headers import Site
    from optout_registry.door.opening import Settings, open_door
    from optout_registry.door.serving import listening
    from optout_registry.door.serving import serve as answer

    opened = open_workspace(workspace)
    door = _door(opened)
    intake = intake_for(opened, IdentifierType.ACCOUNT)
    intake.target_key()  # refused now, and not at the first takedown
    listener = listening(host, port)
    name, port = listener.getsockname()[:2]
    here = f"http://{f'[{name}]' if ':' in name else name}:{port}"
    with open_to_write(opened) as registry, ThreadPoolExecutor(2, "post") as post:
        settings = Settings(
            programme=_programme(opened, door, intake.platform),
            site=Site(door.address or here, (here, f"http://localhost:{port}")),
            sender=door.sender,
            send=_sender(opened, door),
            per_address=per_address,
            office=open_office(opened, door, registry),
            keeping=_keeping(opened, registry),
        )
        app = open_door(
            registry,
            intake,
            opened.key("log").secret,
            settings,
            post=post,
            write=say,
            clock=lambda: datetime.now(UTC),
            seconds=time.monotonic,
        )
        reach = "this machine alone reaches it" if name in {"127.0.0.1", "::1"} else "without TLS"
        say(f"listening on {here} ({reach}); published as {settings.site.public}")
        answer(app, listener, proxies=tuple(proxy or ()))
    say("ended: what was acknowledged is on disk")


def _sender(opened: OpenedWorkspace, door: "DoorSettings") -> "Send":
    from optout_registry.door.mail import into_folder
    from optout_registry.door.smtp import ByMailServer, trusting

    outbox = into_folder(opened.path(door.outbox))
    server = door.mail_server
    if server is None:
        return outbox
    password = read_password(server.password, opened.root) if server.password is not None else None
    certificates = opened.path(server.certificates) if server.certificates is not None else None
    return ByMailServer(server, password, trusting(certificates), outbox, time.monotonic)


def _door(opened: OpenedWorkspace) -> "DoorSettings":
    if opened.settings.door is None:
        raise ConfigurationError(
            "door in optout.yaml",
            expected="who answers for the training, and how people reach them",
            found="nothing",
            remedy="add door: {controller: NAME, contact: ADDRESS}; `optout schema Workspace` shows all",
        )
    return opened.settings.door


def _programme(opened: OpenedWorkspace, door: "DoorSettings", platform: str) -> "Programme":
    """What people are told, from the policy that builds follow."""
    from optout_registry.door.pages import Programme
    from schemas.vocabulary import SURFACE_OF_LABEL

    policy = opened.policy()
    asked = [need for need in _NEEDS if need != "region" or policy.regions is not None]
    rules = {label: policy.surfaces[label] for label in SURFACE_OF_LABEL}
    objected = policy.third_party.objected
    return Programme(
        controller=door.controller,
        contact=door.contact,
        platform=platform,
        surfaces={
            label: tuple(need for need in asked if getattr(rule, need))
            for label, rule in rules.items()
            if rule.use
        },
        dropped_roles=tuple(sorted(objected.dropped())),
        masked_roles=tuple(sorted(objected.masked())),
        min_age=policy.min_age,
        notice_days=policy.notice_days,
        retention_days=opened.settings.officer.case_retention_days,
    )


def _keeping(opened: OpenedWorkspace, registry: "Registry") -> "Callable[[Correspondent], Beside]":
    """Whom to answer becomes case data."""
    from optout_registry.cases.contact import keeping, read_contact

    key = case_key(opened)
    return lambda one: keeping(registry, read_contact(one.address, one.language), key)

"""`optout review serve`: the page on which suspected pictures are reviewed, on this machine alone."""

import webbrowser
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.lineage import VersionOption, open_version
from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace, read_yaml
from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from optout_registry.registry import Registry
    from pipelines.corpus.chain import Version
    from pipelines.review.opening import Around

_LOOPBACK = ("127.0.0.1", "::1")


def serve(
    host: Annotated[str, typer.Option(help="127.0.0.1 or ::1: others never reach it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any.", min=0, max=65535)] = 0,
    version: VersionOption = None,
    *,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Serve the page on which suspected pictures are reviewed.

    Who looks signs in with the token that `optout actor add` wrote. Runs until SIGTERM or Ctrl-C; what was
    decided is on disk.
    """
    from optout_registry.door.serving import listening
    from optout_registry.door.serving import serve as answer
    from pipelines.cli.registry.opened import open_to_read, say
    from pipelines.review.app import review_app
    from pipelines.review.opening import open_desk

    if host not in _LOOPBACK:
        raise ConfigurationError(
            "--host",
            expected="127.0.0.1 or ::1: what is shown here stays on this machine",
            found="another address",
            remedy="leave it out; from elsewhere, reach it through a tunnel (ssh -L) to the same port",
        )
    opened = open_workspace(workspace)
    store, held = open_version(opened, version)
    with open_to_read(opened) as registry:
        desk = open_desk(store, held, _around(opened, held, registry))
        listener = listening(host, port)
        port = listener.getsockname()[1]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        waiting = len(desk.queue().items)
        say(f"listening on {address} (this machine alone reaches it)")
        say(f"version {held.number}, pictures that wait: {waiting}")
        if open_browser:
            webbrowser.open(address)
        answer(review_app(desk, port, say), listener)
    say("ended: what was decided is on disk")


def _around(opened: OpenedWorkspace, version: "Version", registry: "Registry") -> "Around":
    from optout_registry.actors import actor_of
    from pipelines.cli.reviewing import levels_and_kinds, pictures_below, read_by_rules
    from pipelines.review.opening import Around
    from pipelines.rules.packs import load_packs

    def actor_of_token(token: str) -> str:
        with registry.reading() as connection:
            return actor_of(connection, token)

    packs = load_packs()
    return Around(
        source=opened.path(opened.settings.canonical),
        log=opened.path(opened.settings.reviews),
        lineage_key=_lineage_key(opened, version),
        explain=partial(read_by_rules, packs),
        about=levels_and_kinds(packs),
        picture=pictures_below(_media_root(opened)),
        actor_of_token=actor_of_token,
        now=lambda: datetime.now(UTC),
    )


def _lineage_key(opened: OpenedWorkspace, version: "Version") -> bytes:
    """The key that pictures of the version are written down with (ConfigurationError: it is another one)."""
    key = opened.key("lineage")
    made_with = version.content.keys.get("lineage")
    if made_with != key.id:
        raise ConfigurationError(
            f"lineage key for version {version.number}",
            expected=f"the key {made_with}, which its pictures are written down with",
            found=key.id,
            remedy="point keys.lineage in optout.yaml at that key, or review a later version",
        )
    return key.secret


def _media_root(opened: OpenedWorkspace) -> Path | None:
    """The folder that source.yaml names for pictures; None: it names none.

    Nothing else of source.yaml counts here: the canonical tables may come from elsewhere.
    """
    from pipelines.ingest.find_files import find_folder

    name = opened.settings.source
    source = read_yaml(opened.path(name))
    media = source.get("media_root") if isinstance(source, dict) else None
    return find_folder(media, opened.path(name).parent) if isinstance(media, str) else None

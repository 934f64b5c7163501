"""`optout registry rotate-key`: a further key over every pseudonym."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from pipelines.cli.registry.opened import open_to_read, say
from pipelines.cli.tables import counted, print_text

if TYPE_CHECKING:
    from schemas.pseudonyms import Keychain


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(rotate_key)


def rotate_key(workspace: WorkspaceOption = Path()) -> None:
    """Go over to the last key of keys.registry.

    Add its reference at the end of the list in optout.yaml first; a key file that is not there is made.
    The keys before it stay in the list: matching takes them all. Until this has ended no objection is
    recorded and nothing is built. If it was interrupted, run it again.
    """
    from optout_registry.rotation import rotate_key as rotate

    now = datetime.now(UTC)
    opened = open_workspace(workspace)
    keychain = _keychain(opened)
    event = rotate(
        opened.registry_url,
        opened.key("log").secret,
        keychain,
        recorded_at=now,
        on_progress=lambda done, events: say(f"{done:,} of {counted(events, 'event')}"),
    )
    say("keep every key: old snapshots and backups are still matched by the keys before this one")
    print_text(
        f"event {event.number}  {counted(event.count, 'pseudonym')} under {', then '.join(keychain.ids)}"
    )


def _keychain(opened: OpenedWorkspace) -> "Keychain":
    """The keys of optout.yaml; the last one is made if it is a file that is not there, and is due."""
    from optout_registry.rotation import check_next_key
    from pipelines.keys import create_key_file, resolve_chain

    with open_to_read(opened) as registry:
        identity = registry.identity
    references = opened.settings.keys.registry
    scheme, _, location = references[-1].partition(":")
    path = opened.path(location)
    if (
        scheme == "file"
        and not path.exists()
        and identity.rotating_to is None
        and len(references) == len(identity.key_ids) + 1
        and resolve_chain(references[:-1], opened.root).ids == identity.key_ids
    ):
        key = create_key_file(path, "registry")
        say(f"wrote {path} ({key.id}): keep a copy in a safe place, now")
    keychain = opened.keychain()
    check_next_key(identity, keychain.ids)
    return keychain

"""`optout init`."""

from pathlib import Path

import typer

from pipelines.cli.opened import WorkspaceOption

_WORKSPACE = """\
# Where everything is. Relative paths start at this folder.
source: source.yaml
canonical: canonical
policy: policy.yaml
registry: registry.db
corpus: corpus
keys:
  registry: file:keys/registry.key
  lineage: file:keys/lineage.key
"""
_POLICY = """\
# Who and what may be used; `optout schema Policy` prints every field.
preset: strict
"""


def register(app: typer.Typer) -> None:
    """Add the commands of a workspace."""
    app.command()(init)


def init(workspace: WorkspaceOption = Path()) -> None:
    """Make a workspace: optout.yaml, policy.yaml, two keys and an empty registry. Keeps what is there."""
    from optout_registry.log import create_registry
    from pipelines.cli.opened import open_workspace
    from pipelines.keys import create_key_file
    from schemas.workspace import WORKSPACE_NAME

    workspace.mkdir(parents=True, exist_ok=True)
    for name, text in ((WORKSPACE_NAME, _WORKSPACE), ("policy.yaml", _POLICY)):
        path = workspace / name
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            typer.echo(f"wrote {path}", err=True)
    opened = open_workspace(workspace)
    for purpose in ("registry", "lineage"):
        scheme, _, location = getattr(opened.settings.keys, purpose).partition(":")
        if scheme == "file" and not opened.path(location).exists():
            key = create_key_file(opened.path(location), purpose)
            typer.echo(f"wrote {opened.path(location)} ({key.id}): keep a copy in a safe place", err=True)
    create_registry(opened.registry_url, opened.key("registry").id)

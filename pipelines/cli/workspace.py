"""`optout init`."""

from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

import typer

from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from optout_registry.identity import Identity
    from schemas.workspace import KeyPurpose

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
  log: file:keys/log.key
  case: file:keys/case.key
  target: file:keys/target.key
"""
_READABLE = 0o666
_PURPOSES: tuple["KeyPurpose", ...] = ("registry", "lineage", "log", "case", "target")
_POLICY = """\
# Who and what may be used; `optout schema Policy` prints every field.
preset: strict
"""


def register(app: typer.Typer) -> None:
    """Add the commands of a workspace."""
    app.command()(init)


def init(workspace: WorkspaceOption = Path()) -> None:
    """Make a workspace.

    Writes optout.yaml, policy.yaml, its keys and an empty registry; keeps what is there. Writes nothing
    where a version was built with a registry or a key that is gone.
    """
    from optout_registry.opening import create_registry
    from pipelines.disk.durable import create_file, make_folders, settle
    from pipelines.disk.failures import explained
    from pipelines.keys import create_key_file, resolve
    from schemas.workspace import WORKSPACE_NAME, Workspace

    named = (workspace / WORKSPACE_NAME).exists()
    opened = open_workspace(workspace) if named else OpenedWorkspace(workspace.resolve(), Workspace())
    _check_keys(opened)
    for name, text in ((WORKSPACE_NAME, _WORKSPACE), ("policy.yaml", _POLICY)):
        path = workspace / name
        with explained(str(path)):
            make_folders(workspace)
            if create_file(path, text.encode(), _READABLE):
                typer.echo(f"wrote {path}", err=True)
    for purpose in _PURPOSES:
        key_file = _key_file(opened, _reference(opened, purpose))
        if _is_missing(key_file):
            key = create_key_file(key_file, purpose)
            typer.echo(f"wrote {key_file} ({key.id}): keep a copy in a safe place", err=True)
        elif key_file is not None:
            with explained(str(key_file)):
                settle(key_file)
    first_key = resolve(opened.settings.keys.registry[0], "registry", opened.root)
    create_registry(opened.registry_url, first_key.id, opened.key("log").secret)
    typer.echo(f"{workspace.resolve()} is a workspace", err=True)


def _check_keys(opened: OpenedWorkspace) -> None:
    """Refuse before anything is written: what is made new would match nothing of what is there."""
    from optout_registry.opening import find_registry, needs_target_key
    from pipelines.corpus.chain import latest_version

    missing = {purpose: _is_missing(_key_file(opened, _reference(opened, purpose))) for purpose in _PURPOSES}
    for purpose in ("lineage", "log", "target"):
        if not missing[purpose]:
            opened.key(purpose)
    latest = latest_version(opened.store())
    registry = find_registry(opened.registry_url)
    _check_registry_keys(opened, registry)
    if registry is not None and missing["target"] and needs_target_key(opened.registry_url):
        raise _gone("target key", "the key under which this registry's takedowns are sealed")
    if registry is not None and missing["log"]:
        raise _gone("log key", f"the key of {registry.log_key}")
    _check_case_key(opened)
    if latest is None:
        return
    used, built = latest.content.snapshot.registry_id, f"which version {latest.number} was built with"
    if registry is None:
        raise _gone("registry", f"registry {used}, {built}", "no such registry")
    if registry.id != used:
        raise ConfigurationError(
            "registry",
            expected=f"registry {used}, {built}",
            found=f"registry {registry.id}",
            remedy="correct registry or corpus in optout.yaml; nothing was written",
        )
    if missing["lineage"]:
        raise _gone("lineage key", f"{latest.content.keys['lineage']}, {built}")


def _check_registry_keys(opened: OpenedWorkspace, registry: "Identity | None") -> None:
    """Check the keys of a registry, but not the one it may be rotated to next; a new one has a single key."""
    from optout_registry.identity import check_applied
    from pipelines.keys import resolve_chain

    references = opened.settings.keys.registry
    if registry is None:
        if len(references) > 1:
            raise ConfigurationError(
                "keys.registry in optout.yaml",
                expected="one reference: a new registry begins with one key",
                found=f"{len(references)} of them",
                remedy="leave the first; or restore the registry from its backup, if it is not a new one",
            )
        if not _is_missing(_key_file(opened, references[0])):
            resolve_chain(references, opened.root)
        return
    applied = references[: len(registry.key_ids)]
    for reference, key_id in zip(applied, registry.key_ids, strict=False):
        if _is_missing(_key_file(opened, reference)):
            raise _gone("registry key", f"{key_id}, the key of this registry's objections")
    check_applied(registry, resolve_chain(applied, opened.root).ids)


def _check_case_key(opened: OpenedWorkspace) -> None:
    """Check the key under which case data is sealed; where none is, any will do."""
    from optout_registry.opening import find_case_keys

    is_missing = _is_missing(_key_file(opened, _reference(opened, "case")))
    found = None if is_missing else opened.key("case").id
    for sealed_under in find_case_keys(opened.registry_url) - {found}:
        raise _gone("case key", f"{sealed_under}, under which case data is sealed", found or "no key file")


def _gone(subject: str, expected: str, found: str = "no key file") -> ConfigurationError:
    return ConfigurationError(
        subject,
        expected=expected,
        found=found,
        remedy="restore it from its backup, or correct optout.yaml; nothing was written",
    )


def _reference(opened: OpenedWorkspace, purpose: "KeyPurpose") -> str:
    """Of the registry's keys, the first: the others come by rotation."""
    reference: str | tuple[str, ...] = getattr(opened.settings.keys, purpose)
    return reference if isinstance(reference, str) else reference[0]


def _key_file(opened: OpenedWorkspace, reference: str) -> Path | None:
    """The path of a key file, which need not exist; None where the key lies elsewhere."""
    scheme, _, location = reference.partition(":")
    return opened.path(location) if scheme == "file" else None


def _is_missing(path: Path | None) -> TypeGuard[Path]:
    return path is not None and not path.exists()

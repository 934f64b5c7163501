"""`optout verify`: check a version without trusting what made it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from pipelines.cli.opened import OpenedWorkspace, WorkspaceOption, open_workspace
from pipelines.cli.tables import counted, print_json, print_table, print_text

if TYPE_CHECKING:
    from pipelines.lineage.verify.version import Evidence
    from schemas.pseudonyms import Keychain
    from schemas.snapshots import RegistrySnapshot

_HERE = Path()


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    version: Annotated[int | None, typer.Argument(min=1, help="Number; the latest by default.")] = None,
    *,
    structure_only: Annotated[
        bool, typer.Option("--structure-only", help="Digests, references and counts: no key, no source.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    workspace: WorkspaceOption = _HERE,
) -> None:
    """Check a version without trusting its maker.

    What it holds, and that each row follows from source, registry and policy.

    Exits 1 if anything is found wanting.
    """
    from pipelines.lineage.verify.version import verify as verify_version
    from schemas.errors import Refused

    opened = open_workspace(workspace)
    store = opened.store()
    evidence = None if structure_only else _evidence(opened)
    with _Progress() as progress:
        verified = verify_version(store, version, evidence, progress.show)
    report = verified.report
    for note in verified.notes:
        typer.echo(f"note: {note}", err=True)
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        if report.findings:
            print_table("found wanting", [finding.model_dump() for finding in report.findings])
        checked = ", ".join(
            counted(count, what.replace("_", " ").removesuffix("s")) for what, count in report.checked.items()
        )
        print_text(f"version {verified.number}: checked {checked}")
        print_text("nothing found wanting" if report.ok else counted(len(report.findings), "finding"))
    if not report.ok:
        raise Refused(
            f"version {verified.number}" if verified.number else "the chain of versions",
            expected="nothing found wanting",
            found=counted(len(report.findings), "finding"),
            remedy="do not train on it; find out what changed it, or build again with --from-scratch",
        )


def _evidence(opened: OpenedWorkspace) -> "Evidence":
    from pipelines.lineage.verify.review_log import ReviewLog
    from pipelines.lineage.verify.version import Evidence

    keychain = opened.keychain()
    return Evidence(
        root=opened.path(opened.settings.canonical),
        registry_keys=keychain,
        lineage_key=opened.key("lineage"),
        registry=lambda event: _snapshot(opened, keychain, event),
        target_key=lambda: opened.key("target").secret,
        reviews=ReviewLog(opened.path(opened.settings.reviews), lambda: _actors(opened)),
    )


def _actors(opened: OpenedWorkspace) -> frozenset[str]:
    from optout_registry.actors import known_actors
    from optout_registry.opening import open_registry

    with open_registry(opened.registry_url) as registry:
        return known_actors(registry)


def _snapshot(opened: OpenedWorkspace, keychain: "Keychain", event: int) -> "RegistrySnapshot":
    from optout_registry.identity import check_chain
    from optout_registry.opening import open_registry

    with open_registry(opened.registry_url) as registry:
        check_chain(registry.identity, keychain.ids)
        return registry.snapshot(event)


class _Progress:
    """A bar on stderr while splits are checked; nothing where nobody looks."""

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True, disable=not _is_watched())
        self._task = self._bar.add_task("verify", total=None)
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, done: int, total: int) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=done, total=total)


def _is_watched() -> bool:
    import sys

    return sys.stderr.isatty()

"""`optout registry preview`: an import before it is made."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.opened import WorkspaceOption, open_workspace
from pipelines.cli.registry.opened import intake_for, open_to_read, say
from pipelines.cli.tables import print_json, print_table
from schemas.vocabulary import IdentifierType

if TYPE_CHECKING:
    from optout_registry.bulk import BadLine

_LISTED = 20
"""Bad lines shown one by one."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(preview)


def preview(
    file: Annotated[Path, typer.Argument(help="A file as `registry import` takes it.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say what importing a file would come to.

    Nothing is recorded. Bad lines are counted, and the first of them listed.
    """
    from optout_registry.proposed import propose_file
    from pipelines.corpus.chain import latest_version
    from pipelines.corpus.source_files import SourceFiles
    from pipelines.eligibility import EligibilityKeys
    from pipelines.previewing import preview as look

    opened = open_workspace(workspace)
    intake = intake_for(opened, IdentifierType.ACCOUNT)
    bad_lines: list[BadLine] = []

    def keep(line: "BadLine") -> None:
        if len(bad_lines) < _LISTED:
            bad_lines.append(line)

    with open_to_read(opened) as registry:
        proposed = propose_file(registry, file, intake, clock=partial(datetime.now, UTC), on_bad=keep)
    source = SourceFiles(opened.url(opened.settings.canonical))
    manifest = source.manifest()
    accounts, _ = source.accounts(manifest.accounts)
    store = opened.store()
    keys = EligibilityKeys(registry=opened.keychain().secrets, lineage=opened.key("lineage").secret)
    found = look(accounts, proposed.new, manifest.platform, keys, store, latest_version(store))
    report = proposed.report
    counts: dict[str, Any] = {
        "batch": report.batch,
        "lines": report.lines,
        "new": report.added,
        "known": report.known,
        "ended": report.ended,
        "bad": report.bad,
        "matched": found.matched,
        "unmatched": found.unmatched,
        "takedowns": found.takedowns,
        "accounts": found.accounts,
    }
    touched = None if found.touched is None else found.touched.model_dump()
    if json:
        print_json({**counts, "touched": touched, "bad_lines": [line._asdict() for line in bad_lines]})
        return
    rows = [*counts.items(), *(touched or {}).items()]
    print_table(file.name, [{"what": name.replace("_", " "), "value": f"{value}"} for name, value in rows])
    for line in bad_lines:
        say(f"line {line.line}: {line.field}: expected {line.expected}")
    if touched is None:
        say("no version is published yet: nothing can be touched")

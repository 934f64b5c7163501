"""`optout registry`: objections, one by one or by file, what of them holds, and the log that proves it."""

import typer

from pipelines.cli.registry import batches, cases, disclosure, files, log, preview, requests, rotation, serve


def register(app: typer.Typer) -> None:
    """Add the commands of the registry."""
    registry = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    for module in (requests, files, preview, batches, log, rotation, cases, disclosure, serve):
        module.register(registry)
    app.add_typer(registry, name="registry", help="Record objections, count them, and check their log.")

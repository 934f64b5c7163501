"""The command line: typer and rich; the only place where registry and pipelines meet."""

"""`optout schema`: what every table, document and vocabulary means."""

import difflib
from typing import Annotated, Any

import typer

from schemas.errors import ConfigurationError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schema)


def schema(
    name: Annotated[
        str | None, typer.Argument(help="A table, document or vocabulary; none lists them all.")
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: of a document its JSON Schema.")
    ] = False,
) -> None:
    """Print a table, a document or a vocabulary.

    Each field or member with its type and meaning.
    """
    from pipelines.cli.tables import print_json, print_table
    from schemas.reference import pages

    topics = [(page, topic) for page in pages() for topic in page.topics]
    title, rows, machine = "schemas", [_listed(page.name, topic) for page, topic in topics], None
    if name is not None:
        by_name = {topic.name.casefold(): topic for _, topic in topics}
        topic = by_name.get(name.casefold())
        if topic is None:
            near = difflib.get_close_matches(name.casefold(), by_name, n=1)
            raise ConfigurationError(
                f"schema {name}",
                expected="the name of a table, document or vocabulary",
                found=f"none of that name; {by_name[near[0]].name} is near" if near else "none of that name",
                remedy="`optout schema` lists them",
            )
        title, rows, machine = f"{topic.name}: {topic.meaning}", [*topic.rows], topic.machine
    if as_json:
        print_json(rows if machine is None else machine)
    else:
        print_table(title, rows)


def _listed(page: str, topic: Any) -> dict[str, str]:  # noqa: ANN401 - Topic, whose import is heavy
    return {"name": topic.name, "page": page, "meaning": topic.meaning}

"""Every command, its arguments and options, as one Markdown page: docs/cli.md."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

_HEAD = """\
# Commands

`optout COMMAND --help` says the same; `optout --version` prints the release. Results go to stdout, progress
and messages to stderr. Exit codes: 0 done; 1 refused or found wanting; 2 usage or configuration; 3 bad input;
4 lost a race; 130 interrupted.
"""


def commands_of(app: typer.Typer) -> Iterator[tuple[str, Any]]:
    """Every command that can be run, with its full name: ``registry add``."""
    yield from _leaves(get_command(app), "")


def manual(app: typer.Typer) -> str:
    """The page."""
    return "\n".join([_HEAD, *(_section(name, command) for name, command in commands_of(app))])


def _leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own click
    children = getattr(command, "commands", {})
    # A group that does something by itself is a command, too.
    if not children or getattr(command, "invoke_without_command", False):
        yield name, command
    for child, inner in sorted(children.items()):
        if not inner.hidden:
            yield from _leaves(inner, f"{name} {child}".strip())


def _section(name: str, command: Any) -> str:  # noqa: ANN401
    shown = [parameter for parameter in command.params if not parameter.hidden and parameter.name != "help"]
    arguments = [parameter for parameter in shown if parameter.param_type_name == "argument"]
    options = [parameter for parameter in shown if parameter.param_type_name == "option"]
    usage = [
        "optout",
        name,
        *(_usage(argument) for argument in arguments),
        *(["[OPTIONS]"] if options else []),
    ]
    rows = [_row(parameter) for parameter in (*arguments, *options)]
    table = ["| | default | meaning |", "| --- | --- | --- |", *rows, ""] if rows else []
    return "\n".join(
        [f"## optout {name}", "", _paragraphs(command.help), "", "```", " ".join(usage), "```", "", *table]
    )


def _usage(argument: Any) -> str:  # noqa: ANN401
    word = _metavar(argument) + ("..." if argument.nargs == -1 else "")
    return word if argument.required else f"[{word}]"


def _row(parameter: Any) -> str:  # noqa: ANN401
    if parameter.param_type_name == "argument":
        written = f"`{_metavar(parameter)}`"
    else:
        value = "" if _is_flag(parameter) else f" {_metavar(parameter)}"
        written = ", ".join(f"`{name}{value}`" for name in (*parameter.opts, *parameter.secondary_opts))
    variable = f" Also from `{parameter.envvar}`." if parameter.envvar else ""
    cells = (written, _default(parameter), f"{' '.join((parameter.help or '').split())}{variable}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(parameter: Any) -> str:  # noqa: ANN401
    if parameter.required:
        return "required"
    if parameter.default in (None, False) or callable(parameter.default):
        return ""
    return f"`{parameter.default}`"


def _metavar(parameter: Any) -> str:  # noqa: ANN401
    return str(parameter.metavar or parameter.name.upper())


def _is_flag(parameter: Any) -> bool:  # noqa: ANN401
    return bool(getattr(parameter, "is_flag", False))


def _paragraphs(text: str | None) -> str:
    blocks = (text or "").replace("\b", "").split("\n\n")
    return "\n\n".join(" ".join(block.split()) for block in blocks).strip()

"""The token of an actor: in a file or from standard input, never among the arguments that others see."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import ConfigurationError

TokenOption = Annotated[
    Path, typer.Option("--token", help="File with your token; - reads it from standard input.")
]
_MAX_BYTES = 4096


def read_token(path: Path) -> str:
    """The token in a file.

    Raises:
        ConfigurationError: the file cannot be read, or is no token.
    """
    try:
        if str(path) == "-":
            data = sys.stdin.buffer.read(_MAX_BYTES + 1)
        else:
            with path.open("rb") as file:
                data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(
            "--token",
            expected="a readable file with an actor's token",
            found=error.strerror or type(error).__name__,
            remedy="name the file that `optout actor add --out` wrote",
        ) from error
    text = data.decode("utf-8", "replace").strip()
    if not text or len(data) > _MAX_BYTES:
        raise ConfigurationError(
            "--token",
            expected="a file with an actor's token alone",
            found="nothing" if not text else "a longer one",
            remedy="name the file that `optout actor add --out` wrote",
        )
    return text

"""The files that source.yaml names, each with the name that a defect gives it."""

import glob
import os
import re
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from schemas.errors import BadInput, ConfigurationError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class FoundFile(NamedTuple):
    """A source file: where it is, and its name as source.yaml writes it, which no machine is part of."""

    path: Path
    name: str


def find_files(pattern: str, folder: Path) -> list[FoundFile]:
    """The files that a path or glob of source.yaml names, sorted by name; ``folder`` holds source.yaml.

    Raises:
        ConfigurationError: an environment variable that is not set. BadInput: no such file.
    """
    written = PurePosixPath(pattern)
    parts = written.parts
    fixed = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    head = PurePosixPath(*parts[:fixed])
    root = Path(folder, _expanded(str(head)))
    tail = _expanded(str(PurePosixPath(*parts[fixed:])))
    names = glob.glob(tail, root_dir=root, recursive=True)  # noqa: PTH207 - Path.glob takes hidden files, too
    found = sorted(name for name in names if (root / name).is_file())
    if not found and not glob.has_magic(tail) and (root / tail).is_file():
        found = [tail]  # a name that begins with a dot
    if not found:
        raise BadInput(
            pattern,
            expected="a file, or a pattern that matches at least one",
            found=f"none, seen from {folder}",
            remedy="correct files in source.yaml",
        )
    return [FoundFile(root / path, str(head / Path(path).as_posix())) for path in found]


def _expanded(text: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise ConfigurationError(
                "source.yaml",
                expected=f"the environment variable {match[1]}, which a path in files names",
                found="none of that name",
                remedy=f"set {match[1]}, or write the path out",
            )
        return os.environ[match[1]]

    return _VARIABLE.sub(value, text)

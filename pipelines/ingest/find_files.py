"""The files that source.yaml names, each with the name that a defect gives it."""

import fnmatch
import glob
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from schemas.errors import BadInput, ConfigurationError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class FoundFile(NamedTuple):
    """A source file: where it is, and its name as source.yaml writes it, which no machine is part of."""

    path: Path
    name: str

    def below(self, part: str) -> "FoundFile":
        """What is called ``part`` in this folder."""
        return FoundFile(self.path / part, str(PurePosixPath(self.name, part)))


def find_files(patterns: Sequence[str], folder: Path) -> list[FoundFile]:
    """The files that the paths and globs of an entry name, of each sorted; ``folder`` holds source.yaml.

    A glob takes folders and hidden names as a shell does: it leaves them out. Nothing else is left out.

    Raises:
        ConfigurationError: an environment variable that is not set.
        BadInput: no such file, one that is named twice, or one that nobody can read.
    """
    found = [file for pattern in patterns for file in _files(pattern, folder)]
    first: dict[str, FoundFile] = {}
    for file in found:
        other = first.setdefault(os.path.realpath(file.path), file)
        if other is not file:
            raise BadInput(
                file.name,
                expected="every file once among the files of an entry: its rows would count twice",
                found="the same file again" if other.name == file.name else f"the same file as {other.name}",
                remedy="name it once in files of source.yaml, or take the link away",
            )
    return found


def find_folder(path: str, folder: Path) -> Path:
    """The folder that ``media_root`` names; ``folder`` holds source.yaml.

    Raises:
        ConfigurationError: an environment variable that is not set.
        BadInput: there is no such folder.
    """
    found = Path(folder, _expanded(path))
    if not found.is_dir():
        raise BadInput(
            path,
            expected="a folder of pictures",
            found=f"{'a file' if found.exists() else 'none of that name'}, seen from {folder}",
            remedy="correct media_root in source.yaml",
        )
    return found


def _files(pattern: str, folder: Path) -> list[FoundFile]:
    parts = PurePosixPath(pattern).parts
    fixed = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    head = PurePosixPath(*parts[:fixed])
    root = FoundFile(Path(folder, _expanded(str(head))), str(head))
    tail = PurePosixPath(_expanded(str(PurePosixPath(*parts[fixed:])))).parts
    try:
        found = sorted(set(_matches(root, tail, frozenset())), key=lambda file: file.name)
    except OSError as error:
        raise BadInput(
            pattern,
            expected="files and folders that can be read",
            found=f"{error.strerror}: {error.filename}",
            remedy="let the user who runs this read them, or correct files in source.yaml",
        ) from error
    if not found:
        raise BadInput(
            pattern,
            expected="a file, or a pattern that matches at least one",
            found=f"none, seen from {folder}",
            remedy="correct files in source.yaml",
        )
    return found


def _matches(folder: FoundFile, parts: tuple[str, ...], above: frozenset[str]) -> Iterator[FoundFile]:
    """The files below a folder that the parts of a pattern name; ``above``: folders that ``**`` came through.

    Unlike glob.glob, which is silent about them, it raises OSError for what cannot be listed.
    """
    part, rest = parts[0], parts[1:]
    if not glob.has_magic(part):
        yield from _reached(folder.below(part), rest, above)
        return
    names = sorted(entry.name for entry in os.scandir(folder.path)) if folder.path.is_dir() else []
    if part != "**":
        for name in fnmatch.filter(names, part):
            if part.startswith(".") or not name.startswith("."):
                yield from _reached(folder.below(name), rest, above)
        return
    real = os.path.realpath(folder.path)
    if real in above:
        raise BadInput(
            folder.name,
            expected="folders that ** comes to an end in",
            found="a link to a folder that it lies in",
            remedy="take the link away, or name the folders in files of source.yaml",
        )
    yield from _matches(folder, rest or ("*",), above)
    for name in names:
        if not name.startswith("."):
            yield from _reached(folder.below(name), parts, above | {real}, wanted=False)


def _reached(
    file: FoundFile, rest: tuple[str, ...], above: frozenset[str], *, wanted: bool = True
) -> Iterator[FoundFile]:
    """The files that a name leads to. ``wanted``: it is what the pattern names, not only on the way."""
    if file.path.is_dir():
        if rest:
            yield from _matches(file, rest, above)
    elif file.path.is_file():
        if not rest:
            yield file
    elif file.path.is_symlink() or (wanted and not rest and file.path.exists()):
        raise BadInput(
            file.name,
            expected="a file that can be read",
            found="a link that leads nowhere" if file.path.is_symlink() else "no ordinary file",
            remedy="restore what it leads to, or take it out of files in source.yaml",
        )


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

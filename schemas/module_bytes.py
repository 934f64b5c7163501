"""Digests of modules' bytes: what ran, whatever its version number says."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from schemas.canonical import sha256


def module_digests(package: str) -> dict[str, str]:
    """Full name of each module of a package, and of its packages -> SHA-256 of its file."""
    return _below(files(package), package)


def _below(folder: Traversable, name: str) -> dict[str, str]:
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            found[f"{name}.{entry.name}"] = sha256(entry.read_bytes())
        elif entry.is_dir() and entry.name != "__pycache__":
            found.update(_below(entry, f"{name}.{entry.name}"))
    return found

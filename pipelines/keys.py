"""Key references to keys. Keys live outside the store, one per purpose, each with an id (law 7)."""

import hashlib
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from pipelines.disk.durable import create_file, make_folders
from pipelines.disk.failures import explained
from schemas.errors import ConfigurationError
from schemas.workspace import KeyPurpose

KEY_BYTES = 32


@dataclass(frozen=True)
class Key:
    """A 256-bit key. Its secret shows in no representation."""

    purpose: KeyPurpose
    id: str
    secret: bytes = field(repr=False)


def create_key_file(path: Path, purpose: KeyPurpose) -> Key:
    """Write a new random key to ``path`` with mode 0600; an existing file is never replaced.

    Raises:
        ConfigurationError: there is a file. BadInput: the disk fails, and nothing is left of the key.
    """
    key = _key(purpose, secrets.token_bytes(KEY_BYTES))
    text = json.dumps({"purpose": purpose, "id": key.id, "key": key.secret.hex()})
    with explained(f"key file {path}"):
        make_folders(path.parent, 0o700)
        written = create_file(path, f"{text}\n".encode("ascii"), 0o600)
    if not written:
        raise ConfigurationError(
            f"key file {path}",
            expected="no file of that name",
            found="one that exists",
            remedy="keep it: whoever loses a registry key loses every objection made under it",
        )
    return key


def resolve(reference: str, purpose: KeyPurpose, root: Path | None = None) -> Key:
    """The key behind ``file:PATH`` or ``env:NAME``; relative paths start at ``root``.

    A key file holds JSON {purpose, id, key}; an environment variable the same text. The id is
    derived from the key, so a wrong pair is noticed.

    Raises:
        ConfigurationError: unknown form, missing, readable by others, or made for another purpose.
    """
    scheme, colon, rest = reference.partition(":")
    if not colon or scheme not in {"file", "env"}:
        raise ConfigurationError(
            f"key reference for {purpose}",
            expected="file:PATH or env:NAME",
            found=f"a reference of the form {scheme}:…" if colon else "no scheme",
            remedy="correct keys in optout.yaml",
        )
    text = _read_file(Path(root or ".", rest), purpose) if scheme == "file" else _read_env(rest, purpose)
    return _parse(text, purpose)


def absolute_reference(reference: str, root: Path) -> str:
    """The reference with an absolute path, so that a worker elsewhere on the machine finds it."""
    scheme, _, rest = reference.partition(":")
    return f"file:{Path(root, rest).resolve()}" if scheme == "file" else reference


def _key(purpose: KeyPurpose, secret: bytes) -> Key:
    # The key is random, so a truncated digest of it reveals nothing and detects a mix-up.
    return Key(purpose, f"{purpose}-{hashlib.sha256(b'optout key id' + secret).hexdigest()[:16]}", secret)


def _read_file(path: Path, purpose: KeyPurpose) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{purpose} key",
            expected=f"a readable key file {path}",
            found=type(error).__name__,
            remedy="restore it, or point keys in optout.yaml at it; for a first one, run `optout init`",
        ) from error
    if mode & 0o077:
        raise ConfigurationError(
            f"{purpose} key",
            expected="a key file that only its owner can read (mode 0600)",
            found=f"mode {mode:04o}",
            remedy=f"chmod 600 {path}",
        )
    return text


def _read_env(name: str, purpose: KeyPurpose) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise ConfigurationError(
            f"{purpose} key",
            expected=f"the environment variable {name}",
            found="none",
            remedy=f"set {name} to the text of the key file",
        ) from None


def _parse(text: str, purpose: KeyPurpose) -> Key:
    try:
        held = json.loads(text)
        found, secret = held["purpose"], bytes.fromhex(held["key"])
        key_id = held["id"]
    except (ValueError, KeyError, TypeError):
        found, secret, key_id = "something else", b"", ""
    if found not in get_args(KeyPurpose) or len(secret) != KEY_BYTES:
        raise ConfigurationError(
            f"{purpose} key",
            expected="a key file as `optout init` writes it",
            found="something else",
            remedy="restore the key from its backup",
        )
    key = _key(purpose, secret)
    if found != purpose or key_id != key.id:
        raise ConfigurationError(
            f"{purpose} key",
            expected=f"a key made for {purpose}, with its own id",
            found=f"a key made for {found}" if found != purpose else "an id of another key",
            remedy="every purpose has its own key: correct keys in optout.yaml",
        )
    return key

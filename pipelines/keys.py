"""Key references to keys. Keys live outside the store, one per purpose, each with an id (law 7)."""

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from pydantic import ValidationError

from pipelines.disk.durable import create_file, make_folders
from pipelines.disk.failures import explained
from pipelines.disk.private import read_private
from pipelines.kms import KeyManagement, LocalManagement, WrappedKey, unwrap, wrap
from schemas.canonical import parse_json
from schemas.errors import BadInput, ConfigurationError
from schemas.pseudonyms import Keychain
from schemas.workspace import KeyPurpose

KEY_BYTES = 32
MASTER: Literal["master"] = "master"
"""Purpose of a key that wraps others and does nothing else."""
Purpose = KeyPurpose | Literal["master"]
_SCHEMES = ("file", "env", "kms")


@dataclass(frozen=True)
class Key:
    """A 256-bit key. Its secret shows in no representation."""

    purpose: Purpose
    id: str
    secret: bytes = field(repr=False)


def create_key_file(path: Path, purpose: Purpose) -> Key:
    """Write a new random key to ``path`` with mode 0600; an existing file is never replaced.

    Raises:
        ConfigurationError: there is a file. BadInput: the disk fails, and nothing is left of the key.
    """
    key = _key(purpose, secrets.token_bytes(KEY_BYTES))
    _create(path, json.dumps({"purpose": purpose, "id": key.id, "key": key.secret.hex()}))
    return key


def wrap_key_file(path: Path, purpose: KeyPurpose, kms: str, source: Path | None = None) -> Key:
    """Write a key to ``path``, wrapped under the master key that ``kms`` names: a key file's, or a new one.

    Raises:
        ConfigurationError: there is a file, no such master key, or no such key to wrap.
        BadInput: the disk fails, and nothing is left of the key.
    """
    management = _management(kms, path.parent)
    if source is None:
        key = _key(purpose, secrets.token_bytes(KEY_BYTES))
    else:
        key = _parse(_read_file(source, purpose), purpose)
    _create(path, wrap(key.secret, purpose, key.id, kms, management).model_dump_json())
    return key


def resolve(reference: str, purpose: KeyPurpose, root: Path | None = None) -> Key:
    """The key behind ``file:PATH``, ``env:NAME`` or ``kms:PATH``; relative paths start at ``root``.

    A key file holds JSON {purpose, id, key}; an environment variable the same text; the file of a wrapped
    key {purpose, id, kms, wrapped}. The id is derived from the key, so a wrong pair is noticed.

    Raises:
        ConfigurationError: unknown form, missing, readable by others, or made for another purpose.
    """
    scheme, colon, rest = reference.partition(":")
    if not colon or scheme not in _SCHEMES:
        raise ConfigurationError(
            f"key reference for {purpose}",
            expected="file:PATH, env:NAME or kms:PATH",
            found=f"a reference of the form {scheme}:…" if colon else "no scheme",
            remedy="correct keys in optout.yaml",
        )
    if scheme == "env":
        return _parse(_read_env(rest, purpose), purpose)
    path = Path(root or ".", rest)
    text = _read_file(path, purpose)
    return _unwrapped(text, purpose, path) if scheme == "kms" else _parse(text, purpose)


def resolve_chain(references: Sequence[str], root: Path | None = None) -> Keychain:
    """The registry keys behind references, the oldest first.

    Raises:
        ConfigurationError: as :func:`resolve`, or one key stands there twice.
    """
    keys = [resolve(reference, "registry", root) for reference in references]
    ids = tuple(key.id for key in keys)
    if len(set(ids)) < len(ids):
        raise ConfigurationError(
            "keys.registry in optout.yaml",
            expected="every key once",
            found=f"{', then '.join(ids)}",
            remedy="name the keys in the order in which they were applied; a rotation needs a new one",
        )
    return Keychain(ids, tuple(key.secret for key in keys))


def absolute_reference(reference: str, root: Path) -> str:
    """The reference with an absolute path, so that a worker elsewhere on the machine finds it."""
    scheme, _, rest = reference.partition(":")
    return reference if scheme == "env" else f"{scheme}:{Path(root, rest).resolve()}"


def _key(purpose: Purpose, secret: bytes) -> Key:
    # The key is random, so a truncated digest of it reveals nothing and detects a mix-up.
    return Key(purpose, f"{purpose}-{hashlib.sha256(b'optout key id' + secret).hexdigest()[:16]}", secret)


def _create(path: Path, text: str) -> None:
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


def _read_file(path: Path, purpose: Purpose) -> str:
    return read_private(
        path,
        f"{purpose} key",
        expected=f"a readable key file {path}",
        remedy="restore it from its backup"
        if purpose == MASTER
        else "restore it, or point keys in optout.yaml at it; for a first one, run `optout init`",
    )


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


def _parse(text: str, purpose: Purpose) -> Key:
    try:
        held = parse_json(text, f"{purpose} key")
        found, key_id, secret = held["purpose"], held["id"], bytes.fromhex(held["key"])
    except (BadInput, ValueError, KeyError, TypeError):
        found, key_id, secret = "", "", b""
    return _checked(found, key_id, secret, purpose)


def _unwrapped(text: str, purpose: KeyPurpose, path: Path) -> Key:
    try:
        stored = WrappedKey.model_validate_json(text)
    except ValidationError:
        raise ConfigurationError(
            f"{purpose} key",
            expected="a wrapped key as `optout key wrap` writes it",
            found="something else",
            remedy="restore the key from its backup",
        ) from None  # what pydantic says holds the file's content
    secret = unwrap(stored, _management(stored.kms, path.parent))
    return _checked(stored.purpose, stored.id, secret, purpose)


def _checked(found: object, key_id: object, secret: bytes, purpose: Purpose) -> Key:
    if found not in (*get_args(KeyPurpose), MASTER) or len(secret) != KEY_BYTES:
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


def _management(kms: str, folder: Path) -> KeyManagement:
    """The service that ``kms`` names; a relative path starts at ``folder``."""
    service, _, master = kms.partition(":")
    if service != "local":
        raise ConfigurationError(
            "key management service",
            expected="local:PATH, the file of a master key",
            found="another form",
            remedy="this release knows no other service",
        )
    return LocalManagement(_parse(_read_file(Path(folder, master).resolve(), MASTER), MASTER).secret)

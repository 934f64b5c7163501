"""Passwords for other programs: named in optout.yaml, and never written there."""

import os
import stat
from pathlib import Path

from schemas.errors import ConfigurationError


def read_password(reference: str, root: Path) -> str:
    """The password behind ``env:NAME`` or ``file:PATH``, a relative path starting at ``root``.

    Raises:
        ConfigurationError: missing, empty, of several lines, or readable by others.
    """
    scheme, _, place = reference.partition(":")
    if scheme == "env":
        return _one_line(os.environ.get(place, ""), f"environment variable {place}")
    path = Path(root, place)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        found = error.strerror if isinstance(error, OSError) else None
        raise _no_password(str(path), found or "other bytes than UTF-8") from error
    if mode & 0o077:
        raise ConfigurationError(
            str(path),
            expected="a file that only its owner can read (mode 0600)",
            found=f"mode {mode:04o}",
            remedy=f"chmod 600 {path}",
        )
    return _one_line(text, str(path))


def _one_line(text: str, subject: str) -> str:
    password = text.rstrip("\r\n")
    if not password:
        raise _no_password(subject, "nothing")
    if len(password.splitlines()) > 1:
        raise _no_password(subject, "several lines")
    return password


def _no_password(subject: str, found: str) -> ConfigurationError:
    return ConfigurationError(
        subject,
        expected="one line: the password of mail_server",
        found=found,
        remedy="write it there, or correct password of mail_server in optout.yaml",
    )

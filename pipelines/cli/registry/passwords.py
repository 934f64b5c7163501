"""Passwords for other programs: named in optout.yaml, and never written there."""

import os
from pathlib import Path

from pipelines.disk.private import read_private
from schemas.errors import ConfigurationError

_EXPECTED = "one line: the password of mail_server"
_REMEDY = "write it there, or correct password of mail_server in optout.yaml"


def read_password(reference: str, root: Path) -> str:
    """The password behind ``env:NAME`` or ``file:PATH``, a relative path starting at ``root``.

    Raises:
        ConfigurationError: missing, empty, of several lines, or readable by others.
    """
    scheme, _, place = reference.partition(":")
    if scheme == "env":
        return _one_line(os.environ.get(place, ""), f"environment variable {place}")
    path = Path(root, place)
    return _one_line(read_private(path, str(path), expected=_EXPECTED, remedy=_REMEDY), str(path))


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
        expected=_EXPECTED,
        found=found,
        remedy=_REMEDY,
    )

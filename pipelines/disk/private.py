"""Files that hold a secret: read only where nobody but their owner can read them."""

import stat
from pathlib import Path

from schemas.errors import ConfigurationError


def read_private(path: Path, subject: str, *, expected: str, remedy: str) -> str:
    """The text of a file with mode 0600 or less; ``expected`` and ``remedy`` are for one that cannot be read.

    Raises:
        ConfigurationError: about ``subject``: missing, no text, or readable by others.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        found = error.strerror if isinstance(error, OSError) else "other bytes than UTF-8"
        raise ConfigurationError(
            subject, expected=expected, found=found or type(error).__name__, remedy=remedy
        ) from error
    if mode & 0o077:
        raise ConfigurationError(
            subject,
            expected=f"{path} readable by its owner alone (mode 0600)",
            found=f"mode {mode:04o}",
            remedy=f"chmod 600 {path}",
        )
    return text

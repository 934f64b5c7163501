"""Files that people hand to a command."""

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import BadInput

if TYPE_CHECKING:
    from optout_registry.receipts import Receipt


def read_file(path: Path) -> bytes:
    """The bytes of a file; BadInput where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            str(path),
            expected="a readable file",
            found=error.strerror or type(error).__name__,
            remedy="check the path and the file's permissions",
        ) from error


def read_receipt(path: Path) -> "Receipt":
    """A receipt as `registry add` wrote it (BadInput)."""
    from optout_registry.receipts import Receipt

    return Receipt.parse(read_file(path), str(path))

"""What a person can put right, on its way from a worker to the launcher.

Beam would bury it in a traceback, and retry what cannot succeed: so a worker writes it down, and the
launcher raises it.
"""

import json

from schemas import errors
from schemas.errors import OptoutError


def to_bytes(error: OptoutError) -> bytes:
    """The error as JSON."""
    parts = {name: getattr(error, name) for name in ("subject", "expected", "found", "remedy")}
    return json.dumps({"kind": type(error).__name__, **parts}).encode()


def from_bytes(data: bytes) -> OptoutError:
    """The error that a worker wrote down."""
    held = json.loads(data)
    kind: type[OptoutError] = getattr(errors, held.pop("kind"))
    return kind(held.pop("subject"), **held)

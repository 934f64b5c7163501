"""What a person can put right, on its way from a worker to the launcher.

Beam would bury it in a traceback, and retry what cannot succeed: so a worker writes it down, and the
launcher raises it. Where not even that could be written, the launcher finds a result missing, and writes
a probe.
"""

import json

from schemas import errors
from schemas.errors import BadInput, OptoutError

PROBE = 1 << 16
"""Bytes that a disk with room takes: if it does not, it says what ails it."""


def to_bytes(error: OptoutError) -> bytes:
    """The error as JSON."""
    parts = {name: getattr(error, name) for name in ("subject", "expected", "found", "remedy")}
    return json.dumps({"kind": type(error).__name__, **parts}).encode()


def from_bytes(data: bytes) -> OptoutError:
    """The error that a worker wrote down."""
    held = json.loads(data)
    kind: type[OptoutError] = getattr(errors, held.pop("kind"))
    return kind(held.pop("subject"), **held)


def unexplained(missing: int) -> OptoutError:
    """The error where workers could not even write down what they met, and there is room again."""
    return BadInput(
        f"{missing} parts of the job",
        expected="a result of each, or what stopped it",
        found="neither: the disk took nothing more",
        remedy="run the command again: finished work is kept",
    )

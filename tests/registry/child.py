"""Another process on the same registry."""

import subprocess
import sys
import textwrap

from registry.constants import KEY_ID

_CHILD = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from optout_registry.bulk import import_file
from optout_registry.intake import Intake
from optout_registry.opening import create_registry, open_registry
from optout_registry.objections import Objection
from optout_registry.storage.tables import REVISION
from schemas.errors import OptoutError
from schemas.pseudonyms import Keychain
from schemas.vocabulary import IdentifierType

now = datetime(2026, 6, 1, 12, tzinfo=UTC)
intake = Intake(Keychain(("{key_id}",), (bytes(32),)), "sample")
LOG_SECRET = bytes(range(32))

def objection(name):
    return Objection(intake.target(IdentifierType.ACCOUNT, name), name, now)

def say(*words):
    print(*words, flush=True)
"""


def started(script, *arguments):
    """Start a process that runs ``script`` after what stands above."""
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD.replace("{key_id}", KEY_ID) + textwrap.dedent(script), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

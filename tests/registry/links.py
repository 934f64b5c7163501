"""Accounts that a build finds objections to reach, as it tells the registry."""

import pyarrow as pa
from registry.rotations import chain

from builders import PLATFORM
from optout_registry.intake import Intake
from schemas.snapshots import REACHED
from schemas.vocabulary import IdentifierType


def pseudonym(account, keys=1):
    """Of an account id, under the first so many keys."""
    return Intake(chain(keys), PLATFORM).target(IdentifierType.ACCOUNT, account).pseudonym


def reached(*pairs, keys=1):
    """A REACHED table of numbers of objections and account ids."""
    rows = [{"origin": origin, "pseudonym": pseudonym(account, keys)} for origin, account in pairs]
    return pa.Table.from_pylist(rows, schema=REACHED)

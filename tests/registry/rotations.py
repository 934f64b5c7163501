"""Rotations of a registry that the tests make: its keys, what is in it, where one is stopped."""

import pytest
from registry.constants import KEY_ID, LOG_SECRET, NOW, PROOF

from builders import PLATFORM, REGISTRY_KEY
from optout_registry.intake import Intake
from optout_registry.objections import Objection
from optout_registry.opening import open_registry
from optout_registry.rotation import rotate_key
from schemas.pseudonyms import Keychain
from schemas.vocabulary import IdentifierType

SECRETS = (REGISTRY_KEY, b"the second of the registry's keys", b"and the third one")
IDS = (KEY_ID, "registry-2", "registry-3")


def chain(keys):
    """The first so many keys."""
    return Keychain(IDS[:keys], SECRETS[:keys])


def objection(value, keys=1):
    """The objection of an account, under the first so many keys; names its request after itself."""
    target = Intake(chain(keys), PLATFORM).target(IdentifierType.ACCOUNT, value)
    return Objection(target, f"request-{value}", NOW)


def fill(registry):
    """Six events: four objections, of which the second was withdrawn, and one that is confirmed."""
    registry.add(objection("a1"), recorded_at=NOW)
    registry.add_all([objection(f"a{n}") for n in (2, 3)], recorded_at=NOW, batch="b1")
    registry.withdraw("request-a2", proof=PROOF, received_at=NOW, recorded_at=NOW, releases_older=True)
    registry.add(objection("a4"), recorded_at=NOW)
    registry.confirm("request-a1", recorded_at=NOW)


def rotated(url, keys=2, **options):
    """The event of a rotation to the key of that number."""
    return rotate_key(url, LOG_SECRET, chain(keys), recorded_at=NOW, **options)


class Stopped(Exception):
    """What a test ends a rotation with."""


def stopped_after(url, events, keys=2):
    """Rotate, and stop once so many events were gone through."""

    def stop(done, _all):
        if done == events:
            raise Stopped

    with pytest.raises(Stopped):
        rotated(url, keys, on_progress=stop, events_per_transaction=1)


def findings(url):
    """What `registry verify` names."""
    with open_registry(url) as registry:
        return [(finding.what, finding.number) for finding in registry.verify().findings]

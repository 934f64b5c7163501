"""From what a person wrote to what the log keeps: the raw identifier ends here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from optout_registry.objections import Objection, Target
from optout_registry.request import Request, not_later
from optout_registry.takedowns import no_target_key, sealed_target
from schemas.errors import BadInput
from schemas.identifiers import PLATFORM_SCOPED, normalise, target_message
from schemas.pseudonyms import Keychain
from schemas.vocabulary import IdentifierType, TakedownType, TargetType


@dataclass(frozen=True)
class Intake:
    """How raw identifiers become pseudonyms: one chain of keys, one platform."""

    keychain: Keychain
    platform: str
    """Whose account ids, handles and records these are."""
    target_key: Callable[[], bytes] = field(default=no_target_key, repr=False)
    """The key that seals what a takedown names; asked for by the first of them."""

    def target(self, kind: TargetType, value: str | int, region: str | None = None) -> Target:
        """What an objection hits: the pseudonym of the normalised value under the registry keys.

        Raises:
            BadInput: the value is empty, or nothing of it is left: a phone number without a digit.
            ConfigurationError: a takedown, and no key that seals it.
        """
        if isinstance(kind, TakedownType):
            return sealed_target(kind, f"{value}", self)
        return self._named(kind, normalise(kind, value, region))

    def _named(self, kind: IdentifierType, normal: str) -> Target:
        if not normal:
            raise BadInput(
                "value",
                expected=f"an identifier of type {kind}",
                found="nothing that could name anybody",
                remedy="correct value",
            )
        data = target_message(kind, self.platform, normal)
        platform = self.platform if kind in PLATFORM_SCOPED else None
        return Target(kind, self.keychain.pseudonym(data), self.keychain.ids, platform)

    def objection(self, request: Request, *, request_id: str, recorded_at: datetime) -> Objection:
        """What the log keeps of a request; ``request_id`` names it if it has no id of its own.

        Raises:
            BadInput: nothing is left of the value, or it claims to come from the future.
        """
        received_at = not_later(request.received_at, recorded_at)
        kind = request.type
        return Objection(
            target=self._named(kind, request.normal)
            if isinstance(kind, IdentifierType)
            else self.target(kind, request.value),
            request_id=request.request_id or request_id,
            received_at=received_at,
            linked=request.linked,
            surfaces=request.surface_bits,
            roles=request.role_bits,
            purposes=request.purpose_bits,
            basis=request.basis,
        )

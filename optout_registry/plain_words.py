"""Events of the log as whoever they are about would put them."""

from collections.abc import Mapping

from optout_registry.events import (
    Event,
    Linked,
    OlderReleased,
    Received,
    RefusedAsImpersonation,
    Withdrawn,
)
from optout_registry.objections import Basis, Impersonation, WithdrawalProof
from schemas.vocabulary import PERSON_ROLES, Purpose, Surface, TakedownType, TargetType

_ALL = 0xFFFF
_SURFACES = {surface.label: surface.bit for surface in Surface}
_ROLES = {role.name.lower(): 1 << role for role in PERSON_ROLES}
_PURPOSES = {purpose.label: purpose.bit for purpose in Purpose}
_BEHALF = {
    Basis.SELF: "by the person",
    Basis.GUARDIAN: "by a guardian",
    Basis.HEIR: "by an heir",
    Basis.REPRESENTATIVE: "by a representative",
    Basis.AUTHORITY: "by an authority",
}
_TARGET: dict[TargetType, str] = {
    TakedownType.RECORD: "one record",
    TakedownType.MEDIA: "one picture, in every copy",
}
_SAID = {
    "identity_confirmed": "Whoever made the request has shown who they are.",
    "exported": "An extract of what is held was given to the person.",
}
_IMPERSONATION = {
    Impersonation.NOT_THE_PERSON: "the person it names said that it is not theirs",
    Impersonation.NO_AUTHORITY: "whoever made it for another could not show that they may",
}
_PROOF = {
    WithdrawalProof.RECEIPT_SECRET: "they showed its receipt",
    WithdrawalProof.ACCOUNT_LOGIN: "they were logged in to the account, or read mail at the address",
    WithdrawalProof.IDENTITY_DOCUMENT: "they showed an identity document",
    None: "how they were known was not recorded",
}


def scope_in_words(event: Received) -> str:
    """What an objection covers."""
    return (
        f"{_labels(event.surfaces, _SURFACES, 'everything published')};"
        f" {_labels(event.roles, _ROLES, 'in every role')};"
        f" {_labels(event.purposes, _PURPOSES, 'for every purpose')};"
        f" {'linked accounts, too' if event.linked else 'not linked accounts'}"
    )


def in_words(event: Event) -> str:
    """What happened, in one sentence; the same event always gives the same."""
    match event:
        case Received():
            identifier = f"what is connected with an identifier of type {event.type.value}"
            return (
                f"An objection was received {_BEHALF[event.basis]} against the use of"
                f" {_TARGET.get(event.type, identifier)}. It covers: {scope_in_words(event)}."
            )
        case Withdrawn():
            older = "may be used again" if event.releases_older else "stays out, unless it is released"
            return f"The objection was withdrawn; {_PROOF[event.proof]}. What was published before {older}."
        case OlderReleased():
            return (
                f"What was published before the withdrawal was released, too; {_PROOF[event.proof]}."
                " It may be used again."
            )
        case RefusedAsImpersonation():
            return f"The objection was refused as an impersonation: {_IMPERSONATION[event.reason]}."
        case Linked():
            return (
                f"An account on {event.platform} was found to be the same person's: the objection covers it,"
                " too, until it ends."
            )
        case _:
            return _SAID.get(event.kind, f"An event of kind {event.kind}.")


def _labels(bits: int, known: Mapping[str, int], everything: str) -> str:
    if bits == _ALL:
        return everything
    return ", ".join(label for label, bit in known.items() if bits & bit)

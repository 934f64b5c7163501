"""The part of policy.yaml on people whom a record names or shows besides its author."""

from enum import StrEnum
from typing import Literal

from pydantic import field_validator

from schemas.model import Model
from schemas.vocabulary import OTHER_ROLES

MASKABLE: tuple[str, ...] = ("reply_to", "mention")
"""Roles whose trace in what is released is a handle in the text, which a mask can hide. What shows
somebody who is quoted, reshared, tagged or depicted is the content itself."""


class Action(StrEnum):
    """What becomes of a record because of somebody whom it names or shows."""

    DROP = "drop"
    """It is removed."""
    MASK = "mask"
    """It stays, and the handles in its text are masked."""
    KEEP = "keep"
    """It stays."""


class RoleActions(Model):
    """What becomes of a record that names or shows somebody in a role."""

    reply_to: Action = Action.DROP
    """The author of what it answers. Replies call people by name, and names are not masked."""
    quote: Action = Action.DROP
    """The author of what it quotes."""
    reshare: Action = Action.DROP
    """The author of what it passes on."""
    mention: Action = Action.MASK
    """Whom its text names by handle."""
    tag: Action = Action.DROP
    """Who is tagged in it."""
    depicted: Action = Action.DROP
    """Who is shown in its pictures."""

    @field_validator(*(role for role in OTHER_ROLES if role not in MASKABLE))
    @classmethod
    def _maskable(cls, action: Action) -> Action:
        if action is Action.MASK:
            offered = " and ".join(MASKABLE)
            msg = f"a mask hides handles in text, not what shows this person; mask is offered for {offered}"
            raise ValueError(msg)
        return action

    def dropped(self) -> frozenset[str]:
        """The roles in which somebody takes the record out."""
        return self._with(Action.DROP)

    def masked(self) -> frozenset[str]:
        """The roles in which a mask is what hides somebody."""
        return self._with(Action.MASK)

    def _with(self, action: Literal[Action.DROP, Action.MASK]) -> frozenset[str]:
        return frozenset(role for role in OTHER_ROLES if getattr(self, role) is action)


class UnknownActions(RoleActions):
    """What becomes of a record that names somebody by an id that no account has. `keep` is not offered."""

    @field_validator(*OTHER_ROLES)
    @classmethod
    def _not_kept(cls, action: Action) -> Action:
        if action is Action.KEEP:
            msg = (
                "keep is not offered: nobody can know whether somebody whom no account matches has objected; "
                "say drop, or mask where that is offered"
            )
            raise ValueError(msg)
        return action


class ThirdPartyPolicy(Model):
    """What becomes of records because of people whom they name or show."""

    objected: RoleActions = RoleActions()
    """Of people whose objection covers the role, on the surface of the record."""
    unknown: UnknownActions = UnknownActions()
    """Of people whom no account matches: nobody knows whether they have objected, so the same by default."""

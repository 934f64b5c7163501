"""An objection as somebody wrote it: fields of a form, a line of a file, options of a command."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from optout_registry.objections import REQUEST_ID, Basis
from schemas.errors import BadInput
from schemas.identifiers import has_numbers, normalise
from schemas.model import Model
from schemas.vocabulary import (
    ALL_PURPOSES,
    TARGET_TYPES,
    IdentifierType,
    Purpose,
    Role,
    Surface,
    TakedownType,
    TargetType,
)

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_SURROGATE = re.compile("[\ud800-\udfff]")
_BETWEEN = re.compile(r"[\s,;|]+")
_SURFACES = {surface.label: surface.bit for surface in Surface}
_ROLES = {role.name.lower(): 1 << role for role in Role if role is not Role.MEDIA}
_PURPOSES = {purpose.label: purpose.bit for purpose in Purpose}
_KINDS = {str(kind): kind for kind in TARGET_TYPES}
_ALL = ALL_PURPOSES
"""Those not yet invented included; of surfaces and roles, too."""


def _labels_among(known: Mapping[str, int]) -> BeforeValidator:
    """Labels in a list, or in one text with commas or spaces between; nothing means all."""

    def labels_of(value: object) -> tuple[str, ...] | None:
        labels = [label for label in _BETWEEN.split(value) if label] if isinstance(value, str) else value
        if labels is None or labels == []:
            return None
        if not isinstance(labels, list | tuple) or not all(label in known for label in labels):
            msg = f"some of {', '.join(known)}; nothing means all"
            raise ValueError(msg)
        return tuple(labels)

    return BeforeValidator(labels_of)


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else None
    if word not in _TRUTH:
        msg = "true or false"
        raise ValueError(msg)
    return _TRUTH[word]


def _instant(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        instant = value if isinstance(value, datetime) else _parsed(value)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    msg = "a time with its zone (2026-05-27T10:00:00Z), or a date for its first moment in UTC"
    raise ValueError(msg) from None


def _parsed(value: object) -> datetime:
    text = value.strip() if isinstance(value, str) else ""
    if len(text) == len("2026-05-27"):
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    return datetime.fromisoformat(text)


def _sound(value: str | int) -> str | int:
    if isinstance(value, str):
        if not value.isascii() and _SURROGATE.search(value):
            msg = "text in UTF-8"
            raise ValueError(msg)
        # Two stray quotes can join lines of a file: what lies between would pass for one odd identifier.
        if len(value.strip().splitlines()) > 1:
            msg = "one identifier, without a line break inside; in a file, is a quote missing?"
            raise ValueError(msg)
    return value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _kind(value: object) -> object:
    # The member itself: of two enums, looking in the wrong one first takes longer than all else.
    return _KINDS.get(value.strip().lower(), value) if isinstance(value, str) else value


class Request(Model):
    """An objection as somebody wrote it. Holds a raw identifier: never stored, never shown."""

    model_config = ConfigDict(hide_input_in_errors=True)

    type: Annotated[TargetType, BeforeValidator(_kind)]
    value: Annotated[StrictStr | StrictInt, AfterValidator(_sound)] = Field(repr=False)
    region: Annotated[str, Field(pattern="^[A-Za-z]{2}$")] | None = Field(default=None, repr=False)
    """ISO 3166-1 alpha-2; completes a phone number written without country code."""
    surfaces: Annotated[tuple[str, ...] | None, _labels_among(_SURFACES)] = None
    """Labels; null: every surface, those not yet invented included."""
    roles: Annotated[tuple[str, ...] | None, _labels_among(_ROLES)] = None
    """How the person appears in a record; null: in every role."""
    purposes: Annotated[tuple[str, ...] | None, _labels_among(_PURPOSES)] = None
    """Null: for every purpose."""
    basis: Annotated[Basis, BeforeValidator(_lower)] = Basis.SELF
    linked: Annotated[bool, BeforeValidator(_truth)] = True
    received_at: Annotated[datetime | None, BeforeValidator(_instant)] = None
    """Null: when it is recorded."""
    request_id: Annotated[str, Field(pattern=f"^(?:{REQUEST_ID.pattern})$")] | None = None
    """Null: whoever takes it in gives it one."""

    @cached_property
    def normal(self) -> str:
        """The normal form of an identifier; as raw as the value, and worked out once."""
        assert isinstance(self.type, IdentifierType)  # noqa: S101 - takedowns have forms of their own
        return normalise(self.type, self.value, self.region)

    @property
    def surface_bits(self) -> int:
        """The surfaces it is about, as the log keeps them."""
        return _bits(self.surfaces, _SURFACES)

    @property
    def role_bits(self) -> int:
        """The same of roles."""
        return _bits(self.roles, _ROLES)

    @property
    def purpose_bits(self) -> int:
        """The same of purposes."""
        return _bits(self.purposes, _PURPOSES)

    @property
    def lacks_country(self) -> bool:
        """Whether it names a phone number that no country completes: it meets only its own like."""
        return self.type is IdentifierType.PHONE and not self.normal.startswith("+")

    @field_validator("region")
    @classmethod
    def _has_numbers(cls, region: str | None, others: ValidationInfo) -> str | None:
        # What an unknown country is to complete would meet nobody. Where nothing is to be completed, a
        # slip in the region costs nobody their objection.
        kind, value = others.data.get("type"), others.data.get("value", "")
        if region is None or kind is not IdentifierType.PHONE or has_numbers(region):
            return region
        if not normalise(kind, value).startswith("+"):
            msg = "a country that has telephone numbers, such as GB or FR (ISO 3166-1 alpha-2)"
            raise ValueError(msg)
        return region

    @field_validator("surfaces", "roles", "linked")
    @classmethod
    def _is_of_people(cls, scope: object, others: ValidationInfo) -> object:
        if isinstance(others.data.get("type"), TakedownType) and scope not in {None, True}:
            msg = "nothing: a record or a picture is taken down whole, on every surface"
            raise ValueError(msg)
        return scope


REQUEST_FIELDS: tuple[str, ...] = tuple(Request.model_fields)
_EXPECTED = {
    "type": f"one of {', '.join(TARGET_TYPES)}",
    "value": "an identifier: text or a whole number",
    "basis": f"one of {', '.join(Basis)}",
    "region": "two letters (ISO 3166-1 alpha-2)",
    "request_id": "1 to 128 letters, digits, dots, colons, hyphens or underscores",
}


def read_request(fields: Mapping[str, Any]) -> Request:
    """A request from named fields; absent ones have their defaults.

    Raises:
        BadInput: its subject is the field's name; no value is repeated.
    """
    try:
        return Request.model_validate(fields)
    except ValidationError as error:
        # A misspelt name explains a missing one, not the other way round.
        errors = error.errors(include_input=False, include_url=False)
        first = min(errors, key=lambda one: one["type"] != "extra_forbidden")
        name = str(first["loc"][0])
        known = name in REQUEST_FIELDS
        missing = first["type"] == "missing"
        stated = first["msg"].removeprefix("Value error, ")
        expected = stated if first["type"] == "value_error" else _EXPECTED.get(name, stated)
        raise _bad(
            name if known else "fields",
            expected if known else f"only {', '.join(REQUEST_FIELDS)}",
            "nothing" if missing else "something else" if known else "another name",
        ) from None


def claimed_instant(text: str | None, recorded_at: datetime) -> datetime:
    """When something reached us, as claimed in ISO 8601; without a claim, when it is recorded.

    Raises:
        BadInput: no time, one without zone, or one to come.
    """
    try:
        return not_later(_instant(text), recorded_at)
    except ValueError as error:
        raise _bad("received_at", str(error), "something else") from None


def not_later(claimed: datetime | None, recorded_at: datetime) -> datetime:
    """The claimed instant, or that of recording; BadInput if the claim is of a time to come."""
    if claimed is not None and claimed > recorded_at:
        raise _bad("received_at", "a time that is past", "a time to come")
    return claimed or recorded_at


def _bits(labels: tuple[str, ...] | None, known: Mapping[str, int]) -> int:
    return _ALL if labels is None else sum(known[label] for label in set(labels))


def _bad(field_name: str, expected: str, found: str) -> BadInput:
    return BadInput(field_name, expected=expected, found=found, remedy=f"correct {field_name}")

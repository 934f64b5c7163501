"""The one base of every model: frozen, closed, with one serialisation."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.canonical import canonical_json, parse_json, sha256
from schemas.errors import BadInput, OptoutError
from schemas.faults import LineOf, faults_of


class Model(BaseModel):
    """A frozen model that refuses fields it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="hex", val_json_bytes="hex", use_attribute_docstrings=True
    )

    def to_canonical_json(self) -> bytes:
        """RFC 8785 bytes: equal models have equal bytes on every machine."""
        return canonical_json(self.model_dump(mode="json", by_alias=True))

    def content_digest(self) -> str:
        """SHA-256 of :meth:`to_canonical_json`, 64 hexadecimal digits."""
        return sha256(self.to_canonical_json())

    @classmethod
    def parse(cls, data: bytes, subject: str) -> Self:
        """Read a model back from JSON; ``subject`` names the text in the error (BadInput)."""
        return cls.of(parse_json(data, subject), subject, BadInput)

    @classmethod
    def of(
        cls,
        value: Any,  # noqa: ANN401
        subject: str,
        error: type[OptoutError],
        line_of: LineOf = lambda _: None,
    ) -> Self:
        """Validate a value; a failure becomes ``error`` and names every fault by its key, never a value."""
        try:
            return cls.model_validate(value)
        except ValidationError as failure:
            # What a program wrote was damaged since; only what a person wrote is corrected.
            what = "restore it from a backup" if error is BadInput else f"correct {subject}"
            raise error(
                subject,
                expected=f"keys and values of a {cls.__name__}",
                found="\n".join(faults_of(cls, value, failure, line_of)),
                remedy=f"{what}; `optout schema {cls.__name__}` prints what is allowed",
            ) from None  # the failure of pydantic holds the value

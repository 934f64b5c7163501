"""The one base of every model: frozen, closed, with one serialisation."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.canonical import canonical_json, parse_json, sha256
from schemas.errors import BadInput, OptoutError


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
    def of(cls, value: Any, subject: str, error: type[OptoutError]) -> Self:  # noqa: ANN401
        """Validate a value; a failure becomes ``error`` and names the field, never its value."""
        try:
            return cls.model_validate(value)
        except ValidationError as failure:
            first, *rest = failure.errors(include_input=False, include_url=False)
            field = ".".join(str(part) for part in first["loc"]) or "the whole document"
            more = f" (and {len(rest)} more)" if rest else ""
            raise error(
                subject,
                expected=f"a valid value at {field}",
                found=f"{first['msg']}{more}",
                remedy=f"correct {field}; `optout schema {cls.__name__}` prints what is allowed",
            ) from None  # the failure of pydantic holds the value

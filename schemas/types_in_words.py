"""JSON Schema's types as a person would say them."""

from collections.abc import Mapping
from typing import Any

_DIGEST = "^[0-9a-f]{64}$"
_WORDS = {"boolean": "true or false", "null": "null", "object": "object"}
_FORMATS: dict[str | None, str] = {"date-time": "instant", "date": "date"}
_NUMBERS = {"integer": "whole number", "number": "number"}


def in_words(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The type that a JSON Schema describes: "list of text or null", "whole number (1 to 99)"."""
    for form, say in _FORMS.items():
        if form in schema:
            return say(schema, definitions)
    kind = str(schema.get("type", "any value"))
    if kind == "string":
        return (
            "SHA-256" if schema.get("pattern") == _DIGEST else _FORMATS.get(schema.get("format", ""), "text")
        )
    if kind in _NUMBERS:
        return _NUMBERS[kind] + _bounds(schema)
    if kind == "array":
        return f"list of {_one(schema.get('items', {}), definitions)}"
    return _WORDS.get(kind, kind)


def _reference(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    name = schema["$ref"].rpartition("/")[2]
    definition = definitions.get(name, {})
    return in_words(definition, definitions) if "enum" in definition else str(name)


def _choice(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    options = schema.get("anyOf") or schema.get("oneOf") or ()
    return " or ".join(in_words(option, definitions) for option in options)


def _values(schema: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    return "one of " + ", ".join(str(value) for value in schema["enum"])


def _constant(schema: Mapping[str, Any], _: Mapping[str, Any]) -> str:
    value = schema["const"]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mapping(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    return f"map of text to {_one(schema['additionalProperties'], definitions)}"


def _one(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    words = in_words(schema, definitions)
    return f"({words})" if " or " in words else words


def _bounds(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None:
        return ""
    return f" (at least {low})" if high is None else f" ({low} to {high})"


_FORMS = {
    "$ref": _reference,
    "anyOf": _choice,
    "oneOf": _choice,
    "enum": _values,
    "const": _constant,
    "additionalProperties": _mapping,
}

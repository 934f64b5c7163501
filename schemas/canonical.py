"""Canonical JSON (RFC 8785) and digests: one serialisation, so that equal things have equal bytes."""

import hashlib
import json
from typing import Any

import rfc8785

from schemas.errors import BadInput


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """RFC 8785 bytes of a JSON value.

    Raises:
        BadInput: the value holds something RFC 8785 cannot write: NaN, infinity, an integer
            beyond 2**53 or a lone surrogate.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise BadInput(
            "canonical JSON",
            expected="finite numbers within 2**53 and valid Unicode",
            found=type(error).__name__,
            remedy="write larger integers as strings",
        ) from error


def parse_json(data: bytes | str, subject: str) -> Any:  # noqa: ANN401 - any JSON value
    """Parse UTF-8 JSON; refuse duplicate keys, as RFC 8785 (through I-JSON, RFC 7493) demands.

    Raises:
        BadInput: not UTF-8 JSON, or an object names a key twice. ``subject`` names the text.
    """
    try:
        text = data if isinstance(data, str) else data.decode()
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            subject,
            expected="one JSON text without duplicate keys",
            found=_position(error),
            remedy="restore the file from where it came from",
        ) from error


def sha256(data: bytes | memoryview) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits: the name of every object."""
    return hashlib.sha256(data).hexdigest()


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        msg = "a key that occurs twice"
        raise ValueError(msg)
    return result


def _no_number(name: str) -> None:
    msg = f"{name}, which is no JSON number"
    raise ValueError(msg)


def _position(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"a syntax error at line {error.lineno}, column {error.colno}"
    return "nesting beyond the parser's depth" if isinstance(error, RecursionError) else str(error)

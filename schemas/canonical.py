"""Canonical JSON (RFC 8785) and digests: one serialisation, so that equal things have equal bytes."""

import hashlib
import json
import re
from typing import Any

import rfc8785

from schemas.errors import BadInput

MAX_DEPTH = 100
"""Lists and mappings within each other, of JSON and YAML: five times what any document of ours has. Whoever
walks a value may call itself as often."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""The escape of half a character, which with its other half is one."""


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
    """Parse UTF-8 JSON; refuse duplicate keys and half characters, as RFC 8785 (I-JSON, RFC 7493) demands.

    Raises:
        BadInput: not UTF-8 JSON, an object names a key twice, half a character, or nesting beyond MAX_DEPTH.
            ``subject`` names the text. A UnicodeError is its cause where the text is none.
    """
    try:
        text = (data.encode() if isinstance(data, str) else data).decode()
        value = json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_number)
        if text.count("[") + text.count("{") > MAX_DEPTH:
            _check_depth(value)
        if _HALF.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadInput(
            subject,
            expected="one JSON text without duplicate keys",
            found=_position(error),
            remedy="restore the file from where it came from",
        ) from error
    return value


def sha256(data: bytes | memoryview) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits: the name of every object."""
    return hashlib.sha256(data).hexdigest()


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        msg = "a key that occurs twice"
        raise ValueError(msg)
    return result


def _check_depth(value: Any) -> None:  # noqa: ANN401 - any JSON value
    level = [value]
    for _ in range(MAX_DEPTH):
        held = (part.values() if isinstance(part, dict) else part for part in level)
        level = [item for items in held for item in items if isinstance(item, dict | list)]
        if not level:
            return
    raise RecursionError


def _no_number(name: str) -> None:
    msg = f"{name}, which is no JSON number"
    raise ValueError(msg)


def _position(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"a syntax error at line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeEncodeError):
        return "half of a surrogate pair, which is no character"
    return f"nesting beyond {MAX_DEPTH} levels" if isinstance(error, RecursionError) else str(error)

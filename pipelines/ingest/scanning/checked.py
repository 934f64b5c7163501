"""What a worker says, read by who trusts nothing of it: each value is checked.

A hostile file may have taken its worker over; all it can do then is to say something false about the files
which that worker was given.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from pipelines.ingest.scanning.answers import EPOCH, MICROSECOND, Answer
from schemas.fields import MIME_FORM, SHA256_FORM
from schemas.media import Block, Declared, Doubt, Doubted, MediaFile, Unread

_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
_EARLIEST, _LATEST = (_FIRST - EPOCH) // MICROSECOND, (_LAST - EPOCH) // MICROSECOND
_MIME, _SHA256 = re.compile(MIME_FORM), re.compile(SHA256_FORM)
_MAX_BYTES, _MAX_PIXELS = 2**63 - 1, 2**32 - 1

Item = TypeVar("Item")


def decode(data: bytes, *, sha256: bool) -> Answer:
    """The answer in these bytes; ``sha256``: a file that was read has to have its digest, or must not.

    Raises:
        ValueError: they are none. Nothing of them is in its message.
    """
    try:
        document = json.loads(data)
        return _answer(document, sha256=sha256)
    except (ValueError, TypeError, KeyError, RecursionError):
        # From None: the message of the first would quote what it found.
        raise ValueError("no answer of a worker") from None


def _answer(document: dict[str, Any], *, sha256: bool) -> Answer:
    size = _number(document["bytes"], 0, _MAX_BYTES)
    if document["unread"] is not None:
        _must(document.keys() == {"bytes", "unread", "sha256"} and document["sha256"] is None)
        return Answer(size, unread=Unread(_text(document["unread"])))
    taken_at = document["taken_at"]
    media = MediaFile(
        mime=_of_form(document["mime"], _MIME),
        width=_pixels(document["width"]),
        height=_pixels(document["height"]),
        taken_at=None if taken_at is None else EPOCH + _number(taken_at, _EARLIEST, _LATEST) * MICROSECOND,
        declared=_list(document["declared"], _declared),
        blocks=_list(document["blocks"], Block),
        doubts=_list(document["doubts"], _doubted),
    )
    _must((document["sha256"] is not None) is sha256)
    return Answer(size, media, sha256=_of_form(document["sha256"], _SHA256) if sha256 else None)


def _declared(value: object) -> Declared:
    name, values, block = _list(value, _same)
    return Declared(_text(name), _list(values, _text), Block(_text(block)))


def _doubted(value: object) -> Doubted:
    doubt, block = _list(value, _same)
    return Doubted(Doubt(_text(doubt)), None if block is None else Block(_text(block)))


def _list(value: object, item: Callable[[Any], Item]) -> tuple[Item, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(item(one) for one in value)


def _same(value: object) -> object:
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode("utf-8")  # a lone surrogate is no text, and no table takes it
    return value


def _of_form(value: object, form: re.Pattern[str]) -> str:
    text = _text(value)
    _must(form.fullmatch(text) is not None)
    return text


def _pixels(value: object) -> int | None:
    return None if value is None else _number(value, 0, _MAX_PIXELS)


def _number(value: object, least: int, most: int) -> int:
    if type(value) is not int:  # True is an int, too
        raise TypeError
    _must(least <= value <= most)
    return value


def _must(holds: bool) -> None:  # noqa: FBT001 - a condition, not a switch
    if not holds:
        raise ValueError

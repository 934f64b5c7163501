"""EXIF: the tags of interest out of its directories. CIPA DC-008 (Exif 3.0)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipelines.ingest.media.fields import EXIF_TAGS, GPS_TAGS
from pipelines.ingest.media.ifd import (
    Directory,
    Entry,
    directories,
    directory_at,
    integers_of,
    order_and_first,
    rationals_of,
    raw_of,
)
from pipelines.ingest.media.parts import Bytes, Order, Unreadable
from schemas.media import Doubt

_EXIF_DIRECTORY, _GPS_DIRECTORY = 34665, 34853
_CODES = 8
_RATIONALS = frozenset({5, 10})


@dataclass(frozen=True, slots=True)
class Value:
    """A property of one piece, its values, and why they are not certain."""

    property: str
    values: tuple[str, ...]
    doubt: Doubt | None = None


def exif_values(data: Bytes, *, pages: bool = False) -> Iterator[Value | Doubt]:
    """Properties and doubts of a TIFF structure.

    ``pages``: of every directory of the chain; otherwise of the first, for the second is a thumbnail's.
    """
    try:
        order, first = order_and_first(data)
        seen: set[Value | Doubt] = set()
        for directory in directories(data, first, order):
            for value in _of_image(data, directory, order):
                # Directories, and the pages of a file, often repeat each other.
                if value not in seen:
                    seen.add(value)
                    yield value
            if not pages:
                return
    except Unreadable as end:
        yield end.doubt


def _of_image(data: Bytes, image: Directory, order: Order) -> Iterator[Value | Doubt]:
    yield from _of_directory(data, image, EXIF_TAGS, order)
    for pointer, tags in ((_EXIF_DIRECTORY, EXIF_TAGS), (_GPS_DIRECTORY, GPS_TAGS)):
        entry = image.entries.get(pointer)
        if entry is None:
            continue
        try:
            # Nothing is followed from here on, so that no directory can lead back to another.
            for at in integers_of(data, entry, order)[:1]:
                yield from _of_directory(data, directory_at(data, at, order), tags, order)
        except Unreadable as end:
            yield end.doubt


def _of_directory(
    data: Bytes, directory: Directory, tags: dict[int, str], order: Order
) -> Iterator[Value | Doubt]:
    if directory.doubt is not None:
        yield directory.doubt
    for tag, name in tags.items():
        entry = directory.entries.get(tag)
        if entry is None:
            continue
        try:
            yield _value(name, data, entry, order)
        except Unreadable as end:
            yield end.doubt


def _value(name: str, data: Bytes, entry: Entry, order: Order) -> Value:
    if name == "exif:UserComment":
        return Value(name, *_comment(bytes(raw_of(data, entry, order)), order))
    if name.startswith("exif:XP"):
        return Value(name, (_until_nul(bytes(raw_of(data, entry, order)).decode("utf-16-le", "replace")),))
    if entry.type in _RATIONALS:
        return Value(name, rationals_of(data, entry, order))
    if numbers := integers_of(data, entry, order) if entry.type not in {1, 7} else ():
        return Value(name, tuple(map(str, numbers)))
    text, doubt = _text(bytes(raw_of(data, entry, order)))
    return Value(name, (_until_nul(text),), doubt)


def _comment(raw: bytes, order: Order) -> tuple[tuple[str, ...], Doubt | None]:
    """A user comment: eight bytes that name its character set, then text that blanks or NUL fill up."""
    code, rest = raw[:_CODES].rstrip(b"\0 "), raw[_CODES:]
    decode = _DECODERS.get(code)
    if decode is None:  # some writers leave the eight bytes out
        code, rest, decode = b"", raw, _text_of
    text, doubt = decode(rest, order)
    return (_until_nul(text).rstrip(" "),), doubt


def _text_of(raw: bytes, _order: Order) -> tuple[str, Doubt | None]:
    return _text(raw)


def _utf16(raw: bytes, order: Order) -> tuple[str, Doubt | None]:
    """UTF-16 in the byte order of the structure, unless it is plainly the other one."""
    even = raw[: len(raw) // 2 * 2]
    if even[:2] in {b"\xfe\xff", b"\xff\xfe"}:
        return even.decode("utf-16", "replace"), None
    zeros = {"big": even[::2].count(0), "little": even[1::2].count(0)}
    other: Order = "little" if order == "big" else "big"
    found = other if zeros[other] > zeros[order] else order
    return even.decode("utf-16-be" if found == "big" else "utf-16-le", "replace"), None


def _jis(raw: bytes, _order: Order) -> tuple[str, Doubt | None]:
    for encoding in ("iso2022_jp", "euc_jp", "shift_jis"):
        try:
            return raw.decode(encoding), None
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), Doubt.BROKEN


_DECODERS: dict[bytes, Callable[[bytes, Order], tuple[str, Doubt | None]]] = {
    b"": _text_of,
    b"ASCII": _text_of,
    b"UNICODE": _utf16,
    b"JIS": _jis,
}


def _text(raw: bytes) -> tuple[str, Doubt | None]:
    """ASCII, which writers fill with UTF-8; Latin-1 is a guess, and marked as one."""
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        return raw.decode("latin-1"), Doubt.CHARSET_UNDECLARED


def _until_nul(text: str) -> str:
    return text.split("\0", 1)[0]

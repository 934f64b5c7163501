"""The uri of a medium -> the file below `media_root` that it names. Never one outside of it."""

import os
import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from urllib.parse import unquote_to_bytes

from pipelines.ingest.scanning.crew import PictureFile

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FILE = re.compile(r"file:(?://(?:localhost)?(?=/))?(?!//)", re.IGNORECASE)
_SIDECARS = (b".xmp", b".XMP")


class Nowhere(StrEnum):
    """Why a uri names no file to be read."""

    MISSING = "missing"
    """There is no file of that name."""
    OUTSIDE = "outside"
    """It leads out of media_root, be it by dots or by a link."""
    ELSEWHERE = "elsewhere"
    """It is an address, or a path that is not relative."""


def place_of(uri: str, root: bytes) -> PictureFile | Nowhere:
    """The file that a uri names: a path relative to ``root`` (a real path), or a file: URI below it.

    A path is taken as it is written, then with its escapes resolved, each also in the composed and the
    decomposed form of Unicode: exports and file systems differ in both. The first that is a file counts.
    """
    found = Nowhere.MISSING
    for path in _paths(uri):
        if path is None:
            return Nowhere.ELSEWHERE
        place = os.path.realpath(os.path.join(root, path))  # noqa: PTH118 - bytes
        if not place.startswith(root.rstrip(b"/") + b"/"):
            found = Nowhere.OUTSIDE
        elif os.path.isfile(place):  # noqa: PTH113
            return PictureFile(uri, place, _beside(place))
    return found


def _paths(uri: str) -> Iterator[bytes | None]:
    """The paths that a uri may mean, each once; null: it is none."""
    file = _FILE.match(uri)
    if file is not None:
        written = [unquote_to_bytes(uri[file.end() :])]
    elif _SCHEME.match(uri) or uri.startswith("/"):
        yield None
        return
    else:
        written = [os.fsencode(uri), unquote_to_bytes(os.fsencode(uri))]
    seen: set[bytes] = set()
    for path in written:
        for form in (path, *_forms(path)):
            if form and b"\0" not in form and form not in seen:
                seen.add(form)
                yield form


def _forms(path: bytes) -> Iterator[bytes]:
    if not path.isascii():
        text = os.fsdecode(path)
        yield os.fsencode(unicodedata.normalize("NFC", text))
        yield os.fsencode(unicodedata.normalize("NFD", text))


def _beside(place: bytes) -> tuple[bytes, ...]:
    """The sidecars of a file: ``a.jpg.xmp`` and ``a.xmp`` of ``a.jpg``."""
    stem = os.path.splitext(place)[0]  # noqa: PTH122
    names = [name + ending for name in dict.fromkeys((place, stem)) for ending in _SIDECARS]
    return tuple(name for name in names if os.path.lexists(name) and name != place)

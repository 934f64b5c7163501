"""Forms that carry a file: read as they come, in memory that does not grow. Nothing is written to disk."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Scope

from schemas.errors import Refused

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

PICTURE = 64 << 20
"""Bytes in a form with a picture: more than a camera writes."""
SECONDS = 120
"""How long a form with a file may take to arrive."""
_FIELDS = 16_384
"""Bytes of all fields but the file, and of the headers of one part."""
_PARTS = 64
_DRAINED = 4
"""Times the limit that is read and thrown away: a browser shows an answer only once it has sent all."""
_WITH_FILE = re.compile(r"/[a-z]{2}/(?:picture|withdrawal)|/officer/preview")


class LargeFile(Refused):
    """A file that is larger than its form takes."""


class SlowFile(Refused):
    """A file that took too long to arrive."""


class Sent(NamedTuple):
    """A form that was read."""

    fields: FormData
    file_name: str
    """As the sender calls it; empty: none was chosen."""
    size: int
    """Bytes of the file."""


def carries_file(scope: Scope) -> bool:
    """Whether the body of a request is left to the functions here, which limit it themselves."""
    return (
        scope["method"] == "POST"
        and _WITH_FILE.fullmatch(scope["path"]) is not None
        and _boundary(Headers(scope=scope)) is not None
    )


async def read_with_picture(request: Request) -> tuple[FormData, str | None]:
    """The fields of a form, and the SHA-256 of the file in its field ``picture``, which is nowhere kept.

    Raises:
        LargeFile, SlowFile. HTTPException: no form.
    """
    if _boundary(request.headers) is None:
        return await request.form(max_files=0, max_fields=_PARTS), None
    digest = hashlib.sha256()
    sent = await read_file_form(request, "picture", digest.update, most=PICTURE)
    return sent.fields, digest.hexdigest() if sent.size else None


async def read_file_form(
    request: Request, field: str, take: Callable[[bytes], object], *, most: int, seconds: float = SECONDS
) -> Sent:
    """Read a form (RFC 7578) and hand the bytes of its one file, in ``field``, to ``take`` as they come.

    ``most``: bytes of the body.

    Raises:
        LargeFile, SlowFile. HTTPException: no form.
    """
    boundary = _boundary(request.headers)
    if boundary is None:
        raise _no_form()
    parts = _Parts(field, take)
    size = 0
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                size += len(piece)
                if size <= most:
                    parser.write(piece)
                elif size > _DRAINED * most:
                    break
    except TimeoutError as error:
        raise SlowFile("file", expected=f"all of it in {seconds} seconds", remedy="send it again") from error
    except (FormParserError, ClientDisconnect, UnicodeDecodeError) as error:
        raise _no_form() from error
    if size > most:
        raise LargeFile("file", expected=f"at most {most >> 20} MiB", found="more", remedy="send less")
    if not parts.is_whole:
        raise _no_form()
    return Sent(FormData(parts.fields), parts.file_name, parts.size)


class _Parts:
    """What the parser finds, part by part."""

    def __init__(self, field: str, take: Callable[[bytes], object]) -> None:
        self.fields: list[tuple[str, str | UploadFile]] = []
        self.file_name = ""
        self.size = 0
        self.is_whole = False
        self._field, self._take = field, take
        self._left, self._parts = _FIELDS, 0
        self._begin()

    def callbacks(self) -> "MultipartCallbacks":
        """As the parser calls them."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _PARTS:
            raise _no_form()
        self._header, self._value, self._disposition = bytearray(), bytearray(), b""
        self._name, self._is_file, self._text = "", False, bytearray()

    def _spend(self, number: int) -> None:
        self._left -= number
        if self._left < 0:
            raise _no_form()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._spend(end - start)
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._spend(end - start)
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode()
        self._is_file = b"filename" in options
        if self._is_file:
            # A second file, or one in another field, is in none of our forms.
            if self._name != self._field or self.file_name or self.size:
                raise _no_form()
            self.file_name = options[b"filename"].decode("utf-8", "replace")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.size += end - start
            self._take(data[start:end])
        else:
            self._spend(end - start)
            self._text += data[start:end]

    def _end(self) -> None:
        if not self._is_file:
            self.fields.append((self._name, self._text.decode()))

    def _finish(self) -> None:
        self.is_whole = True


def _no_form() -> HTTPException:
    return HTTPException(400)


def _boundary(headers: Headers) -> bytes | None:
    """Of a form with files; None: the body is something else."""
    kind, options = parse_options_header(headers.get("content-type", ""))
    return options.get(b"boundary") if kind == b"multipart/form-data" else None

"""The bytes of an XMP packet -> its text, in the encoding that its first bytes tell or it declares.

XML 1.0, appendix F; XMP specification part 1, section 7.3. XMP is Unicode; sidecars may not be.
"""

import re

from pipelines.ingest.media.limits import MAX_BLOCK_BYTES
from pipelines.ingest.media.parts import Bytes, Unreadable
from schemas.media import Doubt

_STARTS = {
    b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be",
    b"\xff\xfe\0\0": "utf-32-le", b"\0\0\xfe\xff": "utf-32-be",
    b"<\0": "utf-16-le", b"\0<": "utf-16-be",
    b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be",
}  # fmt: skip
"""A mark may stand before padding, and UTF-16 without one."""
_DECLARATION = re.compile(rb"\s{0,100}<\?xml\s[^>]{0,100}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})[\"']")
_UNICODE = re.compile(r"utf-?(8|16|32)(?:[lb]e)?|(?:iso-10646-)?ucs-?[24]", re.ASCII)
"""That it is Unicode says nothing where the first bytes tell no mark: it is UTF-8 then."""
_OF_ONE_BYTE = re.compile(
    r"iso[-_]?8859[-_]?(?P<part>1[0-13-6]?|[2-9])|(?:windows-?|cp-?)(?P<page>125[0-8])|latin-?(?P<latin>1)|(?P<koi>koi8-[ru])",
    re.ASCII,
)


def text_of(packet: Bytes) -> tuple[str, Doubt | None]:
    """The packet's text, up to its last bracket: what is behind it is padding, or not the packet's.

    Broken, beside the text: what is declared is no encoding that is read, or does not fit the bytes.
    Unreadable: it is too long.
    """
    if len(packet) > MAX_BLOCK_BYTES:
        raise Unreadable(Doubt.LIMIT)
    raw = bytes(packet)
    encoding, fits = _encoding(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode(encoding, "replace")
        # Only what stands within the packet's brackets is the packet's fault.
        fits &= "\ufffd" not in text[: text.rfind(">")]
    return text[max(0, text.find("<")) : text.rfind(">") + 1], None if fits else Doubt.BROKEN


def _encoding(raw: bytes) -> tuple[str, bool]:
    """By which codec of Python's the bytes are read, and whether that may be what was meant."""
    told = next((encoding for start, encoding in _STARTS.items() if raw.startswith(start)), None)
    declaration = _DECLARATION.match(raw) if told is None else None
    if declaration is None:
        return told or "utf-8", True
    declared = declaration[1].decode("ascii", "replace").lower()
    if _UNICODE.fullmatch(declared):
        return "utf-8", True
    known = _OF_ONE_BYTE.fullmatch(declared)
    if known is None:
        return "utf-8", declared in {"us-ascii", "ascii"} and raw.isascii()
    return _codec(known), raw.isascii() or not _is_utf_8(raw)


def _codec(known: re.Match[str]) -> str:
    if known["page"]:
        return f"cp{known['page']}"
    return known["koi"] or f"iso8859-{known['part'] or known['latin']}"


def _is_utf_8(raw: bytes) -> bool:
    """Text of one byte each that is UTF-8 all the same was declared wrongly: by chance it hardly ever is."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

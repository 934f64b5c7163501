"""What the bytes of a picture are, by themselves: what a browser shows is sent, and nothing that can run."""

_ISO = {b"avif": "image/avif", b"avis": "image/avif"}
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_HEAD = 64
_MARK = b"\xef\xbb\xbf"


def type_shown(data: bytes) -> str | None:
    """The media type of a picture that is sent to a browser: JPEG, PNG, WebP, GIF or AVIF; None: it is not.

    By the first bytes alone, whatever the file is called or said to be.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return _ISO.get(data[8:12]) if data[4:8] == b"ftyp" else None


def why_not_shown(data: bytes) -> str:
    """Of a picture that is not sent, what it is: ``heic``, ``text`` (SVG is) or ``unknown``."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return "heic"
    head = data.removeprefix(_MARK)[:_HEAD].lstrip()
    return "text" if head.startswith(b"<") else "unknown"

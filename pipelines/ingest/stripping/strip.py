"""The bytes of a picture -> those of its copy."""

from collections.abc import Callable

from pipelines.ingest.media.parts import Unreadable
from pipelines.ingest.stripping.gif import strip_gif
from pipelines.ingest.stripping.heif import strip_heif
from pipelines.ingest.stripping.jpeg import strip_jpeg
from pipelines.ingest.stripping.pieces import Bytes, Refusal, Refused
from pipelines.ingest.stripping.png import SIGNATURE, strip_png
from pipelines.ingest.stripping.tiff import strip_tiff
from pipelines.ingest.stripping.webp import strip_webp

_STARTS: tuple[tuple[bytes, Callable[[Bytes], list[Bytes]]], ...] = (
    (b"\xff\xd8\xff", strip_jpeg),
    (SIGNATURE, strip_png),
    (b"GIF87a", strip_gif),
    (b"GIF89a", strip_gif),
    (b"II*\0", strip_tiff),
    (b"MM\0*", strip_tiff),
)
_BIG_TIFF = (b"II+\0", b"MM\0+")


def strip(data: Bytes) -> list[Bytes]:
    """The pieces of the copy; they may point into ``data``.

    Raises:
        Refused: it cannot be made without loss, or what of the file is the picture is not certain.
    """
    try:
        return _stripped(data)
    except Unreadable as end:
        raise Refused(Refusal(end.doubt.value)) from end


def _stripped(data: Bytes) -> list[Bytes]:
    head = bytes(data[:16])
    for start, stripped in _STARTS:
        if head.startswith(start):
            return stripped(data)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return strip_webp(data)
    if head[4:8] == b"ftyp":
        return strip_heif(data)
    raise Refused(Refusal.FORMAT if head.startswith(_BIG_TIFF) else Refusal.NO_IMAGE)

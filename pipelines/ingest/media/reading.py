"""The bytes of an image file, and of the sidecar beside it -> what they declare."""

from collections.abc import Callable, Iterator

from pipelines.ingest.media.exif import Value, exif_values
from pipelines.ingest.media.extended import Extensions
from pipelines.ingest.media.fields import COMMENT_KEYWORDS
from pipelines.ingest.media.gathered import Gathered
from pipelines.ingest.media.gif import gif_parts
from pipelines.ingest.media.iim import iim_values
from pipelines.ingest.media.isobmff import iso_mime, iso_parts
from pipelines.ingest.media.jpeg import jpeg_parts
from pipelines.ingest.media.moments import taken_at
from pipelines.ingest.media.parts import BLOCK_OF, Bytes, Kind, Mime, Part, Piece, Size, Unreadable
from pipelines.ingest.media.png import png_parts
from pipelines.ingest.media.riff import webp_parts
from pipelines.ingest.media.tiff import tiff_parts
from pipelines.ingest.media.xmp import xmp_values
from schemas.media import Block, Doubt, Doubted, MediaFile

_KEYWORDS = {keyword.lower(): keyword for keyword in COMMENT_KEYWORDS}
Walker = Callable[[Bytes], Iterator[Part]]


def read_media(data: Bytes, sidecar: bytes | None = None) -> MediaFile | None:
    """What a file declares, and an .xmp file beside it. None: it is in no image format that is read.

    Raises nothing, whatever the bytes are: what cannot be read is a doubt. ``data`` may be a view of a mapped
    file; nothing of it is held afterwards.
    """
    found = _format_of(data)
    if found is None:
        return None
    mime, walker = found
    gathered = Gathered()
    size: Size | None = None
    extensions = Extensions()
    for part in _parts(walker, data):
        if isinstance(part, Doubted):
            gathered.doubt(part.doubt, part.block)
        elif isinstance(part, Size):
            size = size or part
        elif isinstance(part, Mime):
            mime = part.mime
        else:
            _interpret(part, gathered, extensions)
    _extended(gathered, extensions)
    if sidecar is not None:
        _packet(sidecar, Block.SIDECAR, gathered)
    declared, blocks, doubts = gathered.result()
    return MediaFile(
        mime=mime,
        width=size.width if size else None,
        height=size.height if size else None,
        taken_at=taken_at(gathered.values),
        declared=declared,
        blocks=blocks,
        doubts=doubts,
    )


def _parts(walker: Walker, data: Bytes) -> Iterator[Part]:
    """The parts of a container; the last is a doubt where it cannot be walked to its end."""
    try:
        yield from walker(data)
    except Unreadable as end:
        yield Doubted(end.doubt, None)


def _format_of(data: Bytes) -> tuple[str, Walker] | None:
    head = bytes(data[:16])
    for start, mime, walker in _STARTS:
        if head.startswith(start):
            return mime, walker
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp", webp_parts
    iso = iso_mime(data)
    return (iso, iso_parts) if iso is not None else None


_STARTS: tuple[tuple[bytes, str, Walker], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", jpeg_parts),
    (b"\x89PNG\r\n\x1a\n", "image/png", png_parts),
    (b"GIF87a", "image/gif", gif_parts),
    (b"GIF89a", "image/gif", gif_parts),
    (b"II*\0", "image/tiff", tiff_parts),
    (b"MM\0*", "image/tiff", tiff_parts),
)


def _interpret(piece: Piece, gathered: Gathered, extensions: Extensions) -> None:
    block = BLOCK_OF[piece.kind]
    if not gathered.is_new(piece):
        return
    if piece.kind in {Kind.EXIF, Kind.PAGES}:
        gathered.add_all(block, exif_values(piece.data, pages=piece.kind is Kind.PAGES))
    elif piece.kind is Kind.IIM:
        gathered.add_all(block, iim_values(piece.data))
    elif piece.kind is Kind.XMP:
        extension = _packet(piece.data, block, gathered)
        if extension is not None:
            extensions.name(extension)
    elif piece.kind is Kind.XMP_EXTENSION:
        extensions.add(piece.data)
    elif piece.kind is Kind.COMMENT:
        _comment(piece, gathered)


def _packet(packet: Bytes, block: Block, gathered: Gathered) -> str | None:
    values, extension, doubt = xmp_values(packet)
    gathered.found(block)
    gathered.add_all(block, iter(values))
    if doubt is not None:
        gathered.doubt(doubt, block)
    return extension


def _extended(gathered: Gathered, extensions: Extensions) -> None:
    for whole in extensions.packets():
        if isinstance(whole, Doubt):
            gathered.doubt(whole, Block.XMP)
        else:
            _packet(whole, Block.XMP, gathered)


def _comment(piece: Piece, gathered: Gathered) -> None:
    keyword = _KEYWORDS.get(piece.name.lower())
    if keyword is None:
        return
    raw = bytes(piece.data).rstrip(b"\0")
    doubt = None
    try:
        text = raw.decode(piece.encoding)
    except UnicodeDecodeError:
        text, doubt = raw.decode("latin-1"), Doubt.CHARSET_UNDECLARED
    gathered.add_all(Block.COMMENT, iter([Value(f"comment:{keyword}", (text,), doubt)]))

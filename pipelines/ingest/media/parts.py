"""What a container is taken apart into, and how bytes are taken out of it without ever leaving it."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal, TypeAlias

from pipelines.ingest.media.limits import MAX_BLOCK_BYTES, MAX_SIDE
from schemas.media import Block, Doubt, Doubted

Bytes: TypeAlias = bytes | memoryview
Order: TypeAlias = Literal["big", "little"]


class Kind(Enum):
    """What a piece's bytes are."""

    EXIF = auto()
    """A TIFF structure."""
    PAGES = auto()
    """A whole TIFF file: every directory of its chain is a page, not a thumbnail."""
    IIM = auto()
    XMP = auto()
    XMP_EXTENSION = auto()
    """Of a JPEG's: digest of the whole (32 characters), its length, offset (4 bytes each), bytes."""
    COMMENT = auto()
    C2PA = auto()
    """Nothing but that it is there."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One block of metadata, as the container holds it."""

    kind: Kind
    data: Bytes
    name: str = ""
    """Of a comment: the keyword it stands under."""
    encoding: str = "utf-8"
    """Of a comment: the container's character set. Latin-1 where it is UTF-8 and the bytes are not."""


@dataclass(frozen=True, slots=True)
class Size:
    """Dimensions in pixels, as the container says."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Mime:
    """The type, where the first bytes do not tell it."""

    mime: str


Part: TypeAlias = Piece | Size | Mime | Doubted

BLOCK_OF: dict[Kind, Block] = {
    Kind.EXIF: Block.EXIF,
    Kind.PAGES: Block.EXIF,
    Kind.IIM: Block.IIM,
    Kind.XMP: Block.XMP,
    Kind.XMP_EXTENSION: Block.XMP,
    Kind.COMMENT: Block.COMMENT,
    Kind.C2PA: Block.C2PA,
}


class Unreadable(Exception):
    """A block or container cannot be read from here on. What was read before stands."""

    def __init__(self, doubt: Doubt) -> None:
        self.doubt = doubt
        super().__init__(doubt)


def take(data: Bytes, start: int, size: int) -> Bytes:
    """``size`` bytes from ``start``. Unreadable: they are not there, or more than a block may have."""
    if size > MAX_BLOCK_BYTES:
        raise Unreadable(Doubt.LIMIT)
    if start < 0 or size < 0 or start + size > len(data):
        raise Unreadable(Doubt.TRUNCATED)
    return data[start : start + size]


def number(data: Bytes, start: int, size: int, order: Order = "big") -> int:
    """An unsigned number of ``size`` bytes."""
    return int.from_bytes(take(data, start, size), order)


def size_of(width: int, height: int) -> Size | Doubted | None:
    """Dimensions that may be; a doubt where they are beyond what is believed; none where a side is none.

    A JPEG may leave its height to a later segment, and write 0.
    """
    if not (width and height):
        return None
    if max(width, height) > MAX_SIDE:
        return Doubted(Doubt.LIMIT, None)
    return Size(width, height)

"""What image files declare of themselves, and the words for it.

Without Arrow: what reads them starts often, and should start soon.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Block(StrEnum):
    """Where in a file, or beside it, something is declared. Blocks may disagree; each keeps its values."""

    EXIF = "exif"
    IIM = "iim"
    """IPTC Information Interchange Model, in Photoshop's resource 1028 or TIFF tag 33723."""
    XMP = "xmp"
    """The main packet and its extension, merged."""
    COMMENT = "comment"
    """Text of the container's own: JPEG COM, PNG tEXt, zTXt and iTXt, GIF comments."""
    C2PA = "c2pa"
    """A manifest is there. It is not read."""
    SIDECAR = "sidecar"
    """An .xmp file beside the picture."""


class Doubt(StrEnum):
    """Why what was read of a file is not all of it, or not certain."""

    TRUNCATED = "truncated"
    """The file or a block ends before it says it does; what stands before that was read."""
    BROKEN = "broken"
    """A block is no well-formed one of its kind; it was left out, or read as far as it is."""
    CHARSET_UNDECLARED = "charset_undeclared"
    """Text that is not plain ASCII: of IIM, in no character set that is declared and known; of EXIF or a
    comment, not in the one that is due. Read as UTF-8, or else as Latin-1."""
    LIMIT = "limit"
    """More values, or longer ones, than are read; the rest was left out."""


UNREAD_PROPERTY = "optout:Unread"
"""A property of our own in the metadata of a record's picture: what could not be read of its file. Values:
the doubts, or why the file is unread. Block: the one concerned; null: the container, or the whole file."""

READ_WHOLE = frozenset({Doubt.CHARSET_UNDECLARED})
"""Doubts about what was read, none of which leaves anything out. All others do."""


@dataclass(frozen=True)
class Declared:
    """A property as one block writes it."""

    property: str
    """Prefix and name, with the steps into a structure: ``Iptc4xmpExt:PersonInImageWDetails/PersonName``."""
    values: tuple[str, ...]
    """As written, in the block's order."""
    block: Block


@dataclass(frozen=True)
class Doubted:
    """A doubt about one block, or about the container (null)."""

    doubt: Doubt
    block: Block | None


@dataclass(frozen=True)
class MediaFile:
    """What a file's bytes say of it. Nothing is resolved: blocks that disagree both stand here."""

    mime: str
    """Of the content, whatever the file is called."""
    width: int | None
    """Pixels, as the container says; not turned by an orientation."""
    height: int | None
    taken_at: datetime | None
    """The earliest moment that a block says it was taken; where no offset is written, as if it were UTC."""
    declared: tuple[Declared, ...]
    blocks: tuple[Block, ...]
    """Blocks that were found, be they empty or broken, in the order of Block."""
    doubts: tuple[Doubted, ...]


class Unread(StrEnum):
    """Why nothing is known of a file."""

    NO_IMAGE = "no_image"
    """Its first bytes are those of no format that is read."""
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    """The worker was ended when the time for one file was over."""
    DIED = "died"
    """The worker ended, or ran out of memory, at this file."""
    NOT_OPENED = "not_opened"
    """The operating system would not open or read it."""

"""What the words of the table of media mean, for the reference."""

from schemas.media import Block, Doubt, Unread

UNREAD_MEANINGS = {
    Unread.NO_IMAGE: "its first bytes are those of no format that is read",
    Unread.TOO_LARGE: "it is larger than what is read of one file (256 MiB)",
    Unread.TOO_SLOW: "reading it took longer than one file may (10 seconds); the process that did was ended",
    Unread.DIED: "the process that read it ended, ran out of memory, or gave an answer that is none",
    Unread.NOT_OPENED: "the operating system would not open it, or it is no ordinary file",
}
DOUBT_MEANINGS = {
    Doubt.TRUNCATED: "the file or a block ends before it says it does; what stands before that was read",
    Doubt.BROKEN: "a block is no well-formed one of its kind; it was left out, or read as far as it is",
    Doubt.CHARSET_UNDECLARED: "IIM text without a declared character set, and not plain ASCII: read as"
    " UTF-8 or else Latin-1",
    Doubt.LIMIT: "more values, or longer ones, than are read; the rest was left out",
}
BLOCK_MEANINGS = {
    Block.EXIF: "EXIF",
    Block.IIM: "IPTC Information Interchange Model, in Photoshop's resource 1028 or TIFF tag 33723",
    Block.XMP: "XMP: the main packet and its extension, merged",
    Block.COMMENT: "text of the container's own: JPEG COM, PNG tEXt, zTXt and iTXt, GIF comments",
    Block.C2PA: "a C2PA manifest is there; it is not read",
    Block.SIDECAR: "an .xmp file beside the picture",
}

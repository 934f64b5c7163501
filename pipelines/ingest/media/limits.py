"""Bounds on what one image file may make the reader do, whatever it holds."""

MAX_BLOCK_BYTES = 16 * 1024 * 1024
"""Bytes of one block of metadata: XMP with its extension, IIM, one EXIF value, a container's text."""

MAX_INFLATED_BYTES = 16 * 1024 * 1024
"""Bytes that the compressed text of one file may become, all chunks together."""

MAX_PARTS = 256
"""Blocks of one kind that are interpreted in one file."""

MAX_PACKETS = 8
"""XMP packets that are; a file has one, and one more with an extension."""

MAX_SEGMENTS = 65_536
"""Segments, chunks or blocks of a container that are walked."""

MAX_SUB_BLOCKS = 1_000_000
"""Sub-blocks of a GIF that are stepped over, pixels included: 255 MB where they are full."""

MAX_BOXES = 4096
"""Boxes of an ISO file that are walked, on all levels; entries of its tables, each."""

MAX_ENTRIES = 4096
"""Entries of one TIFF directory that are read."""

MAX_DIRECTORIES = 64
"""TIFF directories of one block or file that are read."""

MAX_DATASETS = 16_384
"""IIM datasets of one block that are walked; resources of Photoshop, too."""

MAX_ELEMENTS = 100_000
"""Elements of one XMP packet."""

MAX_DEPTH = 64
"""Elements of an XMP packet within each other."""

MAX_VALUES = 1024
"""Values of one property in one kind of block."""

MAX_CHARACTERS = 32_768
"""Characters of one value."""

MAX_SIDE = 1_000_000
"""Pixels of one side of a picture. A PNG may claim 2,147,483,647."""

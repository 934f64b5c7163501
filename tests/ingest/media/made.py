"""Image files made by hand, as small as their formats allow: containers around blocks of metadata."""

import struct
import zlib

EXIF, XMP, XMP_EXTENSION = (
    b"Exif\0\0",
    b"http://ns.adobe.com/xap/1.0/\0",
    b"http://ns.adobe.com/xmp/extension/\0",
)
PHOTOSHOP = b"Photoshop 3.0\0"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MANIFEST = (
    b"JP\0\1\0\0\0\1" + b"\0\0\0\x2ejumb\0\0\0\x26jumd" + b"c2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9bq\x03c2pa\0"
)


# JPEG


def segment(marker, held=b""):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(held) + 2) + held


def jpeg(*segments, width=8, height=6):
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
    table = segment(0xDB, b"\0" + b"\1" * 64)
    codes = segment(0xC4, b"\0" + b"\1" + b"\0" * 15 + b"\0")
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\0"
    return b"\xff\xd8" + b"".join(segments) + table + frame + codes + scan + b"\xff\xd9"


def resource(number, held, name=b""):
    """A resource of Photoshop; both parts are padded to an even length."""
    title = bytes([len(name)]) + name
    padded = title + b"\0" * (len(title) % 2) + struct.pack(">I", len(held)) + held
    return b"8BIM" + struct.pack(">H", number) + padded + b"\0" * (len(held) % 2)


def photoshop(*resources):
    return segment(0xED, PHOTOSHOP + b"".join(resources))


# PNG


def chunk(name, held=b""):
    return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))


def png(*chunks, width=8, height=6):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + b"\0" * 8) * 6))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + chunk(b"IEND")


def itxt(keyword, text, *, packed=False):
    raw = text.encode()
    return chunk(
        b"iTXt",
        keyword.encode() + b"\0" + bytes([packed]) + b"\0\0\0" + (zlib.compress(raw) if packed else raw),
    )


def ztxt(keyword, raw):
    return chunk(b"zTXt", keyword.encode() + b"\0\0" + zlib.compress(raw))


def profile(name, raw):
    """What ImageMagick writes for a block that PNG has no chunk for."""
    return ztxt(f"Raw profile type {name}", f"\n{name}\n{len(raw):8}\n{raw.hex()}\n".encode())


# WebP


def riff_chunk(name, held):
    return name + struct.pack("<I", len(held)) + held + b"\0" * (len(held) % 2)


def webp(*chunks, width=8, height=6):
    lossless = riff_chunk(
        b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\x88\x88\x08\0"
    )
    body = lossless
    if chunks:
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body = riff_chunk(b"VP8X", b"\0\0\0\0" + sides) + lossless + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


# GIF


def sub_blocks(held):
    parts = [held[at : at + 255] for at in range(0, len(held), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def gif(*extensions, width=8, height=6):
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0" * 6
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\2" + sub_blocks(b"\x84\x51\0")
    return b"GIF89a" + screen + b"".join(extensions) + picture + b"\x3b"


def gif_comment(held):
    return b"\x21\xfe" + sub_blocks(held)


def gif_xmp(packet):
    trailer = b"\1" + bytes(range(255, -1, -1))
    return b"\x21\xff\x0bXMP DataXMP" + packet + trailer + b"\0"


# TIFF and EXIF


class Pointer(dict):
    """A directory under a tag of another: {tag: (type, count, bytes) or Pointer}."""


def tiff(*pages, order="<", magic=42):
    """A TIFF structure: each page a Pointer; the chain leads from one to the next."""
    out = bytearray((b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", magic, 8))
    for place, page in enumerate(pages):
        end = _directory(out, page, order)
        following = len(out) + len(out) % 2 if place + 1 < len(pages) else 0
        out[end : end + 4] = struct.pack(f"{order}I", following)
        out.extend(b"\0" * (len(out) % 2))
    return bytes(out)


def _directory(out, entries, order):
    """Append a directory; where its offset of the next stands."""
    start = len(out)
    out.extend(b"\0" * (2 + 12 * len(entries) + 4))
    struct.pack_into(f"{order}H", out, start, len(entries))
    for place, (tag, value) in enumerate(sorted(entries.items())):
        at = start + 2 + 12 * place
        if isinstance(value, Pointer):
            struct.pack_into(f"{order}HHII", out, at, tag, 4, 1, len(out))
            _directory(out, value, order)
            continue
        kind, count, raw = value
        struct.pack_into(f"{order}HHI", out, at, tag, kind, count)
        if len(raw) <= 4:
            out[at + 8 : at + 12] = raw.ljust(4, b"\0")
        else:
            struct.pack_into(f"{order}I", out, at + 8, len(out))
            out.extend(raw + b"\0" * (len(raw) % 2))
    return start + 2 + 12 * len(entries)


def ascii_(text, encoding="utf-8"):
    raw = text.encode(encoding) + b"\0"
    return 2, len(raw), raw


def raw_(held, kind=7):
    return kind, len(held), held


def long_(*numbers, order="<"):
    return 4, len(numbers), struct.pack(f"{order}{len(numbers)}I", *numbers)


def rational_(*pairs, order="<"):
    return 5, len(pairs), b"".join(struct.pack(f"{order}II", *pair) for pair in pairs)


def page(entries=(), width=8, height=6, order="<"):
    """A page with one strip of pixels, so that it is a picture."""
    picture = {256: long_(width, order=order), 257: long_(height, order=order), 258: (3, 1, struct.pack(f"{order}H", 8)),
               259: (3, 1, struct.pack(f"{order}H", 1)), 262: (3, 1, struct.pack(f"{order}H", 1)),
               273: long_(8, order=order), 277: (3, 1, struct.pack(f"{order}H", 1)), 278: long_(height, order=order),
               279: long_(min(width * height, 2**32 - 1), order=order)}  # fmt: skip
    return Pointer({**picture, **dict(entries)})


# ISO base media


def box(name, *held):
    body = b"".join(held)
    return struct.pack(">I", 8 + len(body)) + name + body


def full_box(name, *held, version=0, flags=0):
    return box(name, bytes([version]) + flags.to_bytes(3, "big"), *held)


def heif(*items, brand=b"heic", width=8, height=6, more=()):
    """A file whose primary item, 1, is a picture; then an item for each (type, content type, bytes)."""
    held = [(b"hvc1" if brand != b"avif" else b"av01", b"", b"\0" * 16), *items]
    entries = [
        full_box(
            b"infe", struct.pack(">HH", place, 0), kind, b"\0", content + b"\0" if content else b"", version=2
        )
        for place, (kind, content, _) in enumerate(held, 1)
    ]
    properties = box(
        b"iprp",
        box(
            b"ipco",
            full_box(b"ispe", struct.pack(">II", 1, 1)),
            full_box(b"ispe", struct.pack(">II", width, height)),
        ),
        # A thumbnail's property stands before that of the primary item.
        full_box(b"ipma", struct.pack(">IHBBHBB", 2, 99, 1, 1, 1, 1, 2)),
    )
    first = box(b"ftyp", brand, b"\0\0\0\0", b"mif1", brand)

    def meta(start):
        places, at = b"", start
        for place, (_, _, raw) in enumerate(held, 1):
            places += struct.pack(">HHHII", place, 0, 1, at, len(raw))
            at += len(raw)
        return full_box(
            b"meta",
            full_box(b"hdlr", b"\0\0\0\0pict" + b"\0" * 13),
            full_box(b"pitm", struct.pack(">H", 1)),
            full_box(b"iinf", struct.pack(">H", len(held)), *entries),
            full_box(b"iloc", b"\x44\0" + struct.pack(">H", len(held)), places),
            properties,
        )

    head = len(first) + len(meta(0)) + sum(map(len, more)) + 8
    return first + meta(head) + b"".join(more) + box(b"mdat", *[raw for _, _, raw in held])


# Blocks


def iim(*datasets, charset=None):
    """Datasets of the application record as (number, bytes)."""
    out = b"" if charset is None else b"\x1c\1\x5a" + struct.pack(">H", len(charset)) + charset
    return out + b"".join(
        b"\x1c\2" + bytes([number]) + struct.pack(">H", len(raw)) + raw for number, raw in datasets
    )


def packet(body, **namespaces):
    """An XMP packet around the inside of a description."""
    declared = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in namespaces.items())
    return (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="" {declared}>{body}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def with_exif(structure):
    """The structure in each container that takes EXIF."""
    return {
        "jpeg": jpeg(segment(0xE1, EXIF + structure)),
        "png": png(chunk(b"eXIf", structure)),
        "webp": webp(riff_chunk(b"EXIF", structure)),
        "heic": heif((b"Exif", b"", b"\0\0\0\6" + EXIF + structure)),
        "avif": heif((b"Exif", b"", b"\0\0\0\0" + structure), brand=b"avif"),
    }


def with_xmp(xmp):
    """The packet in each container."""
    return {
        "jpeg": jpeg(segment(0xE1, XMP + xmp)),
        "png": png(itxt("XML:com.adobe.xmp", xmp.decode())),
        "webp": webp(riff_chunk(b"XMP ", xmp)),
        "gif": gif(gif_xmp(xmp)),
        "tiff": tiff(page({700: raw_(xmp, 1)})),
        "heic": heif((b"mime", b"application/rdf+xml", xmp)),
        "avif": heif((b"mime", b"application/rdf+xml", xmp), brand=b"avif"),
    }


def with_iim(block):
    """The block in each container that takes IIM."""
    return {
        "jpeg": jpeg(photoshop(resource(1028, block))),
        "png": png(profile("iptc", resource(1028, block))),
        "tiff": tiff(page({33723: raw_(block)})),
    }


def plain():
    """A file of each container, without metadata."""
    return {"jpeg": jpeg(), "png": png(), "webp": webp(), "gif": gif(), "tiff": tiff(page()),
            "heic": heif(), "avif": heif(brand=b"avif")}  # fmt: skip

"""Pictures that really are some, and bytes planted in every place of them that can hold what is none of it."""

import base64
import io
import struct
import zlib

from PIL import Image, ImageCms

SECRET = "Mila, 7 — Grundschule"
FORMS = {
    "utf-8": SECRET.encode(),
    "latin-1": SECRET.replace("—", "-").encode("latin-1"),
    "utf-16-le": SECRET.encode("utf-16-le"),
    "utf-16-be": SECRET.encode("utf-16-be"),
    "base64": base64.b64encode(SECRET.encode()),
    "hex": SECRET.encode().hex().encode(),
    "deflated": zlib.compress(SECRET.encode(), 9),
}
PLANT = b"|".join(FORMS.values())
"""All forms at once."""
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def image(mode="RGB", seed=0):
    """A picture whose every pixel differs from its neighbours, not symmetric: turned it is another."""
    size = (19, 13)
    bands = len(Image.new(mode, (1, 1)).getbands())
    pixels = bytes(
        (x * 7 + y * 13 + band * 50 + seed * 31) % 256
        for y in range(13)
        for x in range(19)
        for band in range(bands)
    )
    return Image.frombytes(mode, size, pixels)


def saved(picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def exif(orientation=None, text=PLANT):
    """A TIFF structure with a description and, maybe, an orientation."""
    entries = [struct.pack(">HHII", 0x010E, 2, len(text), 200)]
    if orientation is not None:
        entries.append(struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0))
    head = struct.pack(">2sHIH", b"MM", 42, 8, len(entries)) + b"".join(entries) + bytes(4)
    return head.ljust(200, b"\0") + text


def segment(marker, held):
    return struct.pack(">BBH", 0xFF, marker, len(held) + 2) + held


def chunk(name, held):
    return struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))


def riff(name, held):
    return name + struct.pack("<I", len(held)) + held + b"\0" * (len(held) % 2)


def blocks(held):
    """Sub-blocks of a GIF."""
    cut = [held[at : at + 255] for at in range(0, len(held), 255)]
    return b"".join(bytes([len(part)]) + part for part in cut) + b"\0"


def after(data, place, piece):
    return data[:place] + piece + data[place:]


def before_last(mark, data, piece):
    """``piece`` before the last ``mark`` of ``data``."""
    return after(data, data.rindex(mark), piece)


JPEG = saved(image(), "JPEG", quality=90)
PROGRESSIVE = saved(image(), "JPEG", progressive=True)
PNG = saved(image("RGBA"), "PNG")
GIF = saved(
    image("L").convert("P"),
    "GIF",
    save_all=True,
    append_images=[image("L", 1).convert("P")],
    loop=3,
    duration=70,
)
WEBP = saved(image("RGBA"), "WEBP", lossless=True, exact=True, icc_profile=PROFILE)
ANIMATED_WEBP = saved(
    image("RGBA"), "WEBP", save_all=True, append_images=[image("RGBA", 1)], lossless=True, duration=70
)


def in_webp(data, piece, flags=0):
    """A chunk at the end of a WebP that has a VP8X chunk."""
    assert data[12:16] == b"VP8X"
    body = data[8:20] + bytes([data[20] | flags]) + data[21:] + piece
    return b"RIFF" + struct.pack("<I", len(body)) + body


def in_frame(data, piece):
    """A chunk in the last frame of an animated WebP."""
    at = data.rindex(b"ANMF")
    (size,) = struct.unpack_from("<I", data, at + 4)
    body = data[8:at] + riff(b"ANMF", data[at + 8 : at + 8 + size] + piece)
    return b"RIFF" + struct.pack("<I", len(body)) + body


PLANTED = {
    "JPEG thumbnail of JFIF": JPEG[:2] + segment(0xE0, JPEG[6:18] + bytes([len(PLANT) // 3, 1]) + PLANT) + JPEG[20:],
    "JPEG thumbnail of JFXX": after(JPEG, 20, segment(0xE0, b"JFXX\0\x10" + PLANT)),
    "JPEG EXIF": after(JPEG, 20, segment(0xE1, b"Exif\0\0" + exif())),
    "JPEG EXIF, turned": after(JPEG, 20, segment(0xE1, b"Exif\0\0" + exif(6))),
    "JPEG XMP": after(JPEG, 20, segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLANT)),
    "JPEG extended XMP": after(JPEG, 20, segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + PLANT)),
    "JPEG MPF": after(JPEG, 20, segment(0xE2, b"MPF\0" + PLANT)),
    "JPEG profile that is none": after(JPEG, 20, segment(0xE2, b"ICC_PROFILE\0\1\1" + PLANT)),
    "JPEG bytes behind the profile": after(JPEG, 20, segment(0xE2, b"ICC_PROFILE\0\1\1" + PROFILE + PLANT)),
    "JPEG C2PA": after(JPEG, 20, segment(0xEB, b"JP\0\1\0\0\0\1" + PLANT)),
    "JPEG Ducky": after(JPEG, 20, segment(0xEC, b"Ducky" + PLANT)),
    "JPEG Photoshop": after(JPEG, 20, segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0" + PLANT)),
    "JPEG behind Adobe": after(JPEG, 20, segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + PLANT)),
    "JPEG comment": after(JPEG, 20, segment(0xFE, PLANT)),
    "JPEG comment between scans": before_last(b"\xff\xda", PROGRESSIVE, segment(0xFE, PLANT)),
    "JPEG behind the end": JPEG + PLANT,
    "JPEG a second picture": JPEG + JPEG[:2] + segment(0xFE, PLANT) + JPEG[2:],
    "PNG tEXt": after(PNG, 33, chunk(b"tEXt", b"Comment\0" + PLANT)),
    "PNG zTXt": after(PNG, 33, chunk(b"zTXt", b"Comment\0\0" + zlib.compress(SECRET.encode(), 9) + PLANT)),
    "PNG iTXt": after(PNG, 33, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + PLANT)),
    "PNG eXIf": after(PNG, 33, chunk(b"eXIf", exif())),
    "PNG eXIf, turned": after(PNG, 33, chunk(b"eXIf", exif(8))),
    "PNG C2PA": after(PNG, 33, chunk(b"caBX", PLANT)),
    "PNG private": after(PNG, len(PNG) - 12, chunk(b"prVt", PLANT)),
    "PNG palette's name": after(PNG, 33, chunk(b"sPLT", SECRET.encode() + b"\0\x08" + PLANT)),
    "PNG profile's name": after(PNG, 33, chunk(b"iCCP", FORMS["latin-1"] + b"\0\0" + zlib.compress(PROFILE) + PLANT)),
    "PNG behind the end": PNG + PLANT,
    "GIF comment": after(GIF, len(GIF) - 1, b"\x21\xfe" + blocks(PLANT)),
    "GIF XMP": after(GIF, len(GIF) - 1, b"\x21\xff\x0bXMP DataXMP" + blocks(PLANT)),
    "GIF application": after(GIF, len(GIF) - 1, b"\x21\xff\x0bPRIVATE 1.0" + blocks(PLANT)),
    "GIF behind the loop": after(GIF, len(GIF) - 1, b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0" + blocks(PLANT)),
    "GIF unknown": after(GIF, len(GIF) - 1, b"\x21\x42" + blocks(PLANT)),
    "GIF behind the profile": after(GIF, len(GIF) - 1, b"\x21\xff\x0bICCRGBG1012" + blocks(PROFILE)[:-1] + blocks(PLANT)),
    "GIF behind the end": GIF + PLANT,
    "WebP EXIF": in_webp(WEBP, riff(b"EXIF", exif()), 8),
    "WebP EXIF, turned": in_webp(WEBP, riff(b"EXIF", exif(3)), 8),
    "WebP EXIF of a JPEG": in_webp(WEBP, riff(b"EXIF", b"Exif\0\0" + exif(3)), 8),
    "WebP XMP": in_webp(WEBP, riff(b"XMP ", PLANT), 4),
    "WebP C2PA": in_webp(WEBP, riff(b"C2PA", PLANT)),
    "WebP in a frame": in_frame(ANIMATED_WEBP, riff(b"prVt", PLANT)),
    "WebP behind the end": WEBP + PLANT,
}  # fmt: skip

PLAIN = {
    "JPEG": JPEG,
    "JPEG progressive": PROGRESSIVE,
    "JPEG grey": saved(image("L"), "JPEG"),
    "JPEG for print": saved(image("CMYK"), "JPEG"),
    "JPEG with a profile": saved(image(), "JPEG", icc_profile=PROFILE),
    "JPEG with a profile in parts": saved(image(), "JPEG", icc_profile=struct.pack(">I", 150_000) + PROFILE[4:].ljust(149_996, b"\1")),
    "JPEG with restarts": saved(image(), "JPEG", restart_marker_blocks=1),
    "PNG": PNG,
    "PNG of a palette, transparent": saved(image("L").convert("P"), "PNG", transparency=3),
    "PNG of one bit": saved(image("L").convert("1"), "PNG"),
    "PNG of 16 bits": saved(Image.frombytes("I;16", (19, 13), bytes(range(247)) * 2), "PNG"),
    "PNG with a profile": saved(image(), "PNG", icc_profile=PROFILE),
    "PNG animated": saved(image(), "PNG", save_all=True, append_images=[image("RGB", 1)], duration=70, loop=2),
    "GIF": GIF,
    "GIF transparent": saved(image("L").convert("P"), "GIF", transparency=3),
    "WebP": WEBP,
    "WebP lossy": saved(image(), "WEBP"),
    "WebP lossy, transparent": saved(image("RGBA"), "WEBP"),
    "WebP animated": ANIMATED_WEBP,
}  # fmt: skip

"""TIFF files: what Pillow writes, and by hand those that it does not; bytes planted in every place of them."""

import io
import struct

from ingest.stripping.planted import PLANT, PROFILE, image, saved, segment
from PIL import Image

WIDTH, HEIGHT = 19, 13
GREY = image("L").tobytes()
LAYOUT = {1: "B", 2: "B", 3: "H", 4: "I", 7: "B", 13: "I"}


def directory(pixels=(GREY,), *, below=(), sub=(), tiled=False, **tags):
    """A page: tags as ``t256=(type, values)``; ``below``: (tag, directory) each; ``sub``: those of SubIFDs."""
    return {
        "tags": {int(name[1:]): value for name, value in tags.items()},
        "pixels": list(pixels),
        "below": [*below, *((330, one) for one in sub)],
        "where": (324, 325) if tiled else (273, 279),
    }


def grey(pixels=(GREY,), **more):
    """A page of one byte a pixel, as a whole in one strip."""
    told = {
        "t256": (4, [WIDTH]), "t257": (4, [HEIGHT]), "t258": (3, [8]), "t259": (3, [1]), "t262": (3, [1]),
        "t277": (3, [1]), "t278": (4, [HEIGHT]),
    }  # fmt: skip
    return directory(pixels, **told | more)


def tiff(*pages, order=">", gap=b"", end=b""):
    """A file: before each directory its values and pixels, ``gap`` between all of them."""
    out = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    place = 4
    for page in pages:
        at, following = _append(out, page, order, gap)
        struct.pack_into(f"{order}I", out, place, at)
        place = following
    return bytes(out) + end


def _append(out, page, order, gap):
    def put(held):
        out.extend(gap + b"\0" * (len(out + gap) % 2))
        at = len(out)
        out.extend(held)
        return at

    entries = [(tag, kind, held) for tag, (kind, held) in page["tags"].items()]
    if page["pixels"]:
        told, sizes = page["where"]
        entries.append((told, 4, [put(held) for held in page["pixels"]]))
        entries.append((sizes, 4, [page.get("size") or len(held) for held in page["pixels"]]))
    entries += [
        (tag, 4, [_append(out, one, order, gap)[0] for to, one in page["below"] if to == tag])
        for tag in dict.fromkeys(tag for tag, _ in page["below"])
    ]
    packed = []
    for tag, kind, held in sorted(entries, key=lambda entry: entry[0]):
        raw = held if isinstance(held, bytes) else _raw(kind, held, order)
        count = len(held) // (2 if kind == 5 and not isinstance(held, bytes) else 1)
        inline = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack(f"{order}I", put(raw))
        packed.append(struct.pack(f"{order}HHI", tag, kind, count) + inline)
    at = put(struct.pack(f"{order}H", len(packed)) + b"".join(packed) + bytes(4))
    return at, len(out) - 4


def _raw(kind, held, order):
    return struct.pack(f"{order}{len(held)}{LAYOUT.get(kind, 'I')}", *held)


def longer(page, size):
    """The page, whose one strip says that it is longer than its pixels."""
    return page | {"size": size}


def strips(data):
    """The bytes of each strip or tile, page after page, where Pillow finds them."""
    found = []
    with Image.open(io.BytesIO(data)) as picture:
        for number in range(picture.n_frames):
            picture.seek(number)
            told, sizes = (273, 279) if 273 in picture.tag_v2 else (324, 325)
            for at, size in zip(picture.tag_v2[told], picture.tag_v2[sizes], strict=True):
                found.append(data[at : at + size])
    return found


def tags(data):
    """The tags of each page that Pillow finds, and their values."""
    with Image.open(io.BytesIO(data)) as picture:
        pages = []
        for number in range(picture.n_frames):
            picture.seek(number)
            pages.append(dict(picture.tag_v2))
        return pages


def jpeg_strip(comment=b""):
    """A page that is a JPEG, grey."""
    held = saved(image("L"), "JPEG")
    held = held[:2] + comment + held[20:]  # no JFIF
    return grey([held], t259=(3, [7]))


BYTES = {
    269: "DocumentName", 270: "ImageDescription", 271: "Make", 272: "Model", 285: "PageName", 300: "ColorResponseUnit",
    305: "Software", 306: "DateTime", 315: "Artist", 316: "HostComputer", 333: "InkNames", 337: "TargetPrinter",
    700: "XMP", 32781: "ImageID", 33432: "Copyright", 33723: "IPTC", 34377: "Photoshop", 34735: "GeoTIFF",
    37510: "UserComment", 37724: "Photoshop's layers", 40091: "title of Windows", 42112: "GDAL", 50341: "PrintIM",
    50831: "AsShotICCProfile", 52545: "C2PA", 65000: "private",
}  # fmt: skip
"""Tags that hold what is no part of the picture."""
BELOW = {"t37510": (7, PLANT), "t37500": (7, PLANT)}
"""User comment and maker note."""
COMMENT = segment(0xFE, PLANT)
TABLES = b"\xff\xd8" + COMMENT + segment(0xDB, bytes([0]) + b"\1" * 64) + b"\xff\xd9"

PLANTED = {
    **{f"TIFF {name}": tiff(grey(**{f"t{tag}": (7, PLANT)})) for tag, name in BYTES.items()},
    **{f"TIFF {name}, little": tiff(grey(**{f"t{tag}": (1, PLANT)}), order="<")
       for tag, name in BYTES.items() if tag in {270, 700, 33723, 34377}},
    "TIFF EXIF": tiff(grey(below=[(34665, directory([], **BELOW))])),
    "TIFF EXIF, turned": tiff(grey(t274=(3, [6]), below=[(34665, directory([], **BELOW))])),
    "TIFF GPS": tiff(grey(below=[(34853, directory([], t29=(2, PLANT)))]), order="<"),
    "TIFF interoperability": tiff(grey(below=[(34665, directory([], below=[(40965, directory([], t2=(7, PLANT)))]))])),
    "TIFF second page": tiff(grey(), grey([GREY[::-1]], t270=(2, PLANT))),
    "TIFF between its parts": tiff(grey(t282=(5, [72, 1])), gap=PLANT),
    "TIFF behind the end": tiff(grey(), end=PLANT),
    "TIFF behind the pixels": tiff(grey([GREY + PLANT])),
    "TIFF behind the last rows": tiff(grey([GREY[:190], GREY[190:] + PLANT], t278=(4, [10]))),
    "TIFF behind the profile": tiff(grey(t34675=(7, PROFILE + PLANT))),
    "TIFF profile that is none": tiff(grey(t34675=(7, PLANT))),
    "TIFF comment in a JPEG": tiff(jpeg_strip(COMMENT)),
    "TIFF behind a JPEG": tiff(grey([jpeg_strip()["pixels"][0] + PLANT], t259=(3, [7]))),
    "TIFF comment in the tables of JPEG": tiff(jpeg_strip() | {"tags": jpeg_strip()["tags"] | {347: (7, TABLES)}}),
}  # fmt: skip

PREVIEWS = {
    "preview in the chain": tiff(grey(), grey([PLANT], t254=(4, [1]), t257=(4, [1]), t256=(4, [len(PLANT)]))),
    "preview of old": tiff(grey(), grey([PLANT], t255=(3, [2]), t257=(4, [1]), t256=(4, [len(PLANT)]))),
    "preview below": tiff(grey(sub=[grey([PLANT], t254=(4, [1]), t257=(4, [1]), t256=(4, [len(PLANT)]))])),
    "thumbnail of EXIF": tiff(grey(), directory([], t259=(3, [6]), t513=(7, PLANT), t514=(4, [len(PLANT)]))),
}  # fmt: skip
"""Files that show their first page alone: what else is there is a smaller version of it."""

RGB = image().tobytes()
PLAIN = {
    **{f"TIFF {mode} {compression}": saved(picture, "TIFF", compression=compression, dpi=(72, 90))
       for compression in ("raw", "jpeg", "lzma", "packbits", "tiff_adobe_deflate", "tiff_deflate", "tiff_lzw", "zstd")
       for mode, picture in (("RGB", image()), ("L", image("L")), ("CMYK", image("CMYK")))},
    **{f"TIFF 1 {compression}": saved(image("L").convert("1"), "TIFF", compression=compression)
       for compression in ("raw", "group3", "group4", "tiff_ccitt", "packbits")},
    **{f"TIFF {mode} {compression}": saved(picture, "TIFF", compression=compression)
       for compression in ("raw", "tiff_lzw")
       for mode, picture in (("P", image("L").convert("P")), ("RGBA", image("RGBA")), ("LA", image("LA")),
                             ("I;16", Image.frombytes("I;16", (19, 13), bytes(range(247)) * 2)),
                             ("I;16B", Image.frombytes("I;16B", (19, 13), bytes(range(247)) * 2)),
                             ("I", image("L").convert("I")), ("F", image("L").convert("F")))},
    "TIFF LAB": saved(Image.frombytes("LAB", (19, 13), RGB), "TIFF"),
    "TIFF of several pages": saved(image(), "TIFF", save_all=True, append_images=[image("L", 1), image("RGB", 2)]),
    "TIFF with a profile": saved(image(), "TIFF", icc_profile=PROFILE),
    "TIFF with a long profile": saved(image(), "TIFF", icc_profile=struct.pack(">I", 150_000) + PROFILE[4:].ljust(149_996, b"\1")),
    "TIFF with a predictor": saved(image(), "TIFF", compression="tiff_lzw", tiffinfo={317: 2}),
    "TIFF in strips": saved(image("L").resize((300, 700)), "TIFF", compression="tiff_lzw", strip_size=1000),
    "TIFF, little": tiff(grey(), order="<"),
    "TIFF in strips by hand": tiff(grey([GREY[:190], GREY[190:]], t278=(4, [10]))),
    "TIFF in tiles": tiff(
        directory([bytes(range(256)), bytes(range(255, -1, -1))], tiled=True, t256=(4, [19]), t257=(4, [13]), t258=(3, [8]),
                  t259=(3, [1]), t262=(3, [1]), t277=(3, [1]), t322=(3, [16]), t323=(3, [16]))),
    "TIFF in planes": tiff(grey([RGB[0::3], RGB[1::3], RGB[2::3]], t258=(3, [8, 8, 8]), t262=(3, [2]), t277=(3, [3]), t284=(3, [2]))),
    "TIFF of a JPEG": tiff(jpeg_strip()),
}  # fmt: skip
TURNED = {turned: tiff(grey(t274=(3, [turned]))) for turned in range(10)}

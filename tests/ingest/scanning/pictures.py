"""Pictures made by hand, small and whole, and what the processes that read them are."""

import os
import struct
from pathlib import Path

from pipelines.ingest.scanning.crew import PictureFile

PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag>{}</rdf:Bag>
</dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"""


def packet(*subjects):
    """An XMP packet with these as dc:subject."""
    return PACKET.format("".join(f"<rdf:li>{subject}</rdf:li>" for subject in subjects)).encode()


def dated_packet(year):
    """An XMP packet that says when a picture was taken: on the second of January of this year."""
    about = b'<rdf:Description rdf:about=""'
    moment = b' xmlns:e="http://ns.adobe.com/exif/1.0/" e:DateTimeOriginal="%d-01-02T03:04:05Z"' % year
    return packet("x").replace(about, about + moment)


def segment(marker, data):
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(*subjects, width=8, height=8):
    """A JPEG that declares these subjects in XMP: every segment up to the scan, no pixel."""
    declared = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet(*subjects)) if subjects else b""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    return b"\xff\xd8" + declared + frame + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x2a\xff\xd9"


def files(folder, number, data=None):
    """So many pictures in a folder, each with its number as subject, as they are handed to workers."""
    folder.mkdir(exist_ok=True)
    made = []
    for n in range(number):
        path = folder / f"{n:05d}.jpg"
        path.write_bytes(jpeg(f"n{n}") if data is None else data)
        made.append(PictureFile(path.name, os.fsencode(path)))
    return made


def workers(parent="self"):
    """Process ids of the workers that a process started, first started first."""
    tasks = Path(f"/proc/{parent}/task")
    children = sorted(
        int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text("ascii").split()
    )
    return [
        pid for pid in children if b"pipelines.ingest.scanning" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]

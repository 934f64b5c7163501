"""The process that reads: one request after the other, one answer each, within bounds of its own."""

import errno
import hashlib
import mmap
import os
import resource
import stat
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from pipelines.ingest.media.reading import read_media
from pipelines.ingest.scanning.answers import Answer, encode, shortened
from pipelines.ingest.scanning.limits import SIDECAR_BYTES, Limits
from schemas.media import Block, Doubt, Doubted, MediaFile, Unread

LENGTH = struct.Struct(">I")
"""Before each request and each answer: its length in bytes. An empty answer: ready to begin."""
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


def serve(requests: BinaryIO, answers: BinaryIO, limits: Limits, *, sha256: bool) -> None:
    """Answer until the parent closes the pipe or is no more.

    What a reader raises is not caught: the process ends, and the parent knows at which file.
    """
    _bound(limits)
    _write(answers, b"")
    while head := requests.read(LENGTH.size):
        path, *sidecars = requests.read(*LENGTH.unpack(head)).split(b"\0")
        _bound_time(limits)
        _write(answers, encode(answer_of(path, sidecars, limits, sha256=sha256)))


def answer_of(path: bytes, sidecars: list[bytes], limits: Limits, *, sha256: bool) -> Answer:
    """Read one file and what lies beside it."""
    try:
        handle = os.open(path, _OPEN)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return Answer(0, unread=Unread.NOT_OPENED)
            size = status.st_size
            if size > limits.file_bytes:
                return Answer(size, unread=Unread.TOO_LARGE)
            if not size:
                return Answer(size, unread=Unread.NO_IMAGE)
            mapped = mmap.mmap(handle, size, access=mmap.ACCESS_READ)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise
        return Answer(0, unread=Unread.NOT_OPENED)
    # Not closed here: a reader's pieces may still point into it, and all are gone with this frame.
    data = memoryview(mapped)
    media = _read(data, sidecars)
    if media is None:
        return Answer(size, unread=Unread.NO_IMAGE)
    digest = hashlib.sha256(data).hexdigest() if sha256 else None
    return Answer(size, shortened(media), sha256=digest)


def _read(data: memoryview, sidecars: list[bytes]) -> MediaFile | None:
    """What the file and its sidecars say. Where two of them are there, both stand side by side."""
    if not sidecars:
        return read_media(data)
    read = [media for sidecar in sidecars if (media := _beside(data, sidecar)) is not None]
    if not read:
        return None
    first = read[0]
    for other in read[1:]:
        moments = [media.taken_at for media in (first, other) if media.taken_at is not None]
        first = replace(
            first,
            taken_at=min(moments, default=None),
            declared=first.declared + tuple(one for one in other.declared if one.block is Block.SIDECAR),
            blocks=tuple(block for block in Block if block in {*first.blocks, *other.blocks}),
            doubts=first.doubts + tuple(one for one in other.doubts if one not in first.doubts),
        )
    return first


def _beside(data: memoryview, sidecar: bytes) -> MediaFile | None:
    """Read a file with one sidecar. One that cannot be read, or is cut, leaves a doubt."""
    try:
        handle = os.open(sidecar, _OPEN)
        with os.fdopen(handle, "rb") as file:
            regular = stat.S_ISREG(os.fstat(handle).st_mode)
            text = file.read(SIDECAR_BYTES + 1) if regular else None
    except OSError:
        text = None
    if text is None:
        return _doubted(read_media(data), Doubt.BROKEN)
    media = read_media(data, text[:SIDECAR_BYTES])
    return _doubted(media, Doubt.TRUNCATED) if len(text) > SIDECAR_BYTES else media


def _doubted(media: MediaFile | None, doubt: Doubt) -> MediaFile | None:
    if media is None:
        return None
    return replace(
        media,
        blocks=tuple(block for block in Block if block in {*media.blocks, Block.SIDECAR}),
        doubts=(*media.doubts, Doubted(doubt, Block.SIDECAR)),
    )


def _write(answers: BinaryIO, answer: bytes) -> None:
    answers.write(LENGTH.pack(len(answer)) + answer)
    answers.flush()


def _bound(limits: Limits) -> None:
    """Let the process write no file, leave no core, and take no more memory than it may."""
    for which, most in ((resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(which, (most, most))
    if sys.platform == "linux":  # elsewhere the system does not hold a process to it
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        most = pages * resource.getpagesize() + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _bound_time(limits: Limits) -> None:
    """Let the system end this process by its processor time, should the parent be no more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + limits.seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))

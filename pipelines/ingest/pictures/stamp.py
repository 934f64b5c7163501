"""What a folder of pictures is at one moment, in one digest."""

import hashlib
import os
from pathlib import Path

from pipelines.ingest.scanning.folder import pictures
from schemas.canonical import canonical_json
from schemas.errors import BadInput
from schemas.ingest_plans import MediaRoot


def observed_root(name: str, folder: Path) -> MediaRoot:
    """Path, size and modification time of every file below a folder; sidecars count with their picture.

    One digest, because a plan is held in memory and there may be millions of files.

    Raises:
        BadInput: there is no such folder, or one below it that cannot be read.
    """
    digest = hashlib.sha256()
    files = size = 0
    try:
        for file in pictures(folder):
            stamps = [_stamp(place) for place in (file.place, *file.sidecars)]
            digest.update(canonical_json([file.path, stamps]))
            files, size = files + 1, size + stamps[0][0]
    except OSError as error:
        raise BadInput(
            name,
            expected="media_root of source.yaml: a folder of pictures, all of which can be listed",
            found=f"{error.strerror}: {os.fsdecode(error.filename or b'one below')}",
            remedy="correct media_root in source.yaml, or let the user who runs this read it",
        ) from error
    return MediaRoot(path=str(folder), name=name, files=files, bytes=size, stamp=digest.hexdigest())


def check_unchanged_root(root: MediaRoot) -> None:
    """BadInput if a folder of pictures is not the one that was planned."""
    if observed_root(root.name, Path(root.path)) != root:
        raise BadInput(
            root.name,
            expected="the pictures as they were when the ingest began",
            found="files that came, went or changed since",
            remedy="run `optout ingest` again when nobody writes to them",
        )


def _stamp(place: bytes) -> tuple[int, str]:
    try:
        status = os.lstat(place)
    except FileNotFoundError:
        return 0, ""  # a link that leads nowhere
    return status.st_size, str(status.st_mtime_ns)

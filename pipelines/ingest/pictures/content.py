"""The bytes of the picture that a uri names, where there is one below `media_root`. Nothing is fetched."""

import os
import stat

from pipelines.ingest.pictures.places import Nowhere, place_of
from schemas.media import Unread

_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


def picture_bytes(uri: str, root: bytes, most: int) -> bytes | Nowhere | Unread:
    """The content of a file of at most ``most`` bytes below ``root`` (a real path), or why there is none.

    Nothing that a person may have put in its place since is followed or waited for: no link, no pipe.
    """
    place = place_of(uri, root)
    if isinstance(place, Nowhere):
        return place
    try:
        with os.fdopen(os.open(place.place, _OPEN), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                return Unread.NOT_OPENED
            if found.st_size > most:
                return Unread.TOO_LARGE
            data = file.read(most + 1)  # it may grow meanwhile
    except OSError:
        return Unread.NOT_OPENED
    return Unread.TOO_LARGE if len(data) > most else data

"""The files of a folder in order of their paths, each with what lies beside it."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.ingest.scanning.crew import PictureFile
from schemas.errors import BadInput

_SIDECAR = b".xmp"


def pictures(folder: str | os.PathLike[str]) -> Iterator[PictureFile]:
    """Every file below a folder, sorted by path; the sidecars of other files go with them.

    Links to folders are not followed, and links to files only where these lie below the folder, too. What
    is not followed is listed as it stands, and cannot be opened. In memory are the names of the folders
    that lead to the file.

    Raises:
        OSError: a folder that cannot be read: it is not an empty one.
    """
    root = os.fsencode(os.path.realpath(folder))
    yield from _below(root, root, b"")


def listed(folder: Path) -> Iterator[PictureFile]:
    """The same for people.

    Raises:
        BadInput: a folder that cannot be read.
    """
    try:
        yield from pictures(folder)
    except OSError as error:
        raise BadInput(
            str(folder),
            expected="folders that can be read, and stay where they are meanwhile",
            found=f"{error.strerror}: {os.fsdecode(error.filename or b'one below')}",
            remedy="let the user who runs this read them, then run the command again",
        ) from error


def _below(root: bytes, folder: bytes, prefix: bytes) -> Iterator[PictureFile]:
    with os.scandir(folder) as entries:
        # A folder's name counts with its slash, so that whole paths come out sorted. Names alone are kept.
        names = sorted(
            (entry.name + b"/" if entry.is_dir(follow_symlinks=False) else entry.name for entry in entries),
            key=shown,
        )
    beside = _sidecars(names)
    for name in names:
        place = os.path.join(folder, name)  # noqa: PTH118 - bytes: a name need not be text
        if name.endswith(b"/"):
            yield from _below(root, place, prefix + name)
        elif not _belongs(name, beside):
            sidecars = tuple(os.path.join(folder, one) for one in _of(name, beside))  # noqa: PTH118
            yield PictureFile(shown(prefix + name), _followed(root, place), sidecars)


def shown(name: bytes) -> str:
    r"""A name as text. Bytes that are not UTF-8 stand as ``\xff`` does."""
    return name.decode("utf-8", "backslashreplace")


def _sidecars(names: Sequence[bytes]) -> dict[bytes, list[bytes]]:
    """Sidecars by the name they have before their ending: ``a.xmp`` by ``a``, ``a.jpg.xmp`` by ``a.jpg``.

    Only those that belong to a file of the folder; any other is a file like others.
    """
    by_name: dict[bytes, list[bytes]] = defaultdict(list)
    for name in names:
        if _is_sidecar(name):
            by_name[_stem(name)].append(name)
    if not by_name:
        return {}
    pictures = {name for name in names if not _is_sidecar(name) and not name.endswith(b"/")}
    named = pictures | {_stem(name) for name in pictures}
    return {stem: sidecars for stem, sidecars in by_name.items() if stem in named}


def _of(name: bytes, beside: dict[bytes, list[bytes]]) -> list[bytes]:
    if not beside:
        return []
    return [one for stem in dict.fromkeys((name, _stem(name))) for one in beside.get(stem, ())]


def _belongs(name: bytes, beside: dict[bytes, list[bytes]]) -> bool:
    return bool(beside) and _is_sidecar(name) and _stem(name) in beside


def _is_sidecar(name: bytes) -> bool:
    return name[-len(_SIDECAR) :].lower() == _SIDECAR and len(name) > len(_SIDECAR)


def _stem(name: bytes) -> bytes:
    return os.path.splitext(name)[0]  # noqa: PTH122 - bytes


def _followed(root: bytes, place: bytes) -> bytes:
    """Where a link leads that stays below ``root``; anything else as it is."""
    if not os.path.islink(place):  # noqa: PTH114
        return place
    target = os.path.realpath(place)
    return target if target.startswith(root.rstrip(b"/") + b"/") else place

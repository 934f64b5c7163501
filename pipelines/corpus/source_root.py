"""Writing a source root: canonical files under their digest, the manifest last, leftovers swept.

```
source.json                         the manifest: what exists is what it names
accounts/00000-3f9a….parquet        unit, then 16 digits of the file's SHA-256
records/00001-77b2….parquet
unfinished/<plan id>/…              the plan and the results of an ingest that has not ended
unfinished/lock                     held by the ingest that runs
```
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.corpus import locks
from pipelines.disk.durable import delete_tree, make_folder, make_folders, sync_folder, temporary_file, walk
from pipelines.disk.failures import explained
from schemas.canonical import sha256
from schemas.errors import LostRace
from schemas.manifest import MANIFEST_NAME, SourceManifest

_UNFINISHED = "unfinished"
_OURS = re.compile(r"(accounts|records)/\d{5}-\d{5}-[0-9a-f]{16}\.parquet")
_PUBLIC, _PRIVATE = 0o644, 0o600


class SourceRoot:
    """The folder at a ``file://`` URL or path, open for one ingest at a time."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._root = Path(unquote(urlsplit(url).path)) if "://" in url else Path(url).resolve()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other ingests away.

        Raises:
            LostRace: another ingest of this source is running.
        """
        folder = self._root / _UNFINISHED
        with explained(str(self._root)):
            self._root.parent.mkdir(parents=True, exist_ok=True)
            make_folder(self._root, 0o700)  # it holds what people wrote, and who they are
            make_folder(folder, 0o700)
        with locks.alone(folder / "lock", create=True) as free:
            if not free:
                raise LostRace(
                    str(self._root),
                    expected="one ingest at a time",
                    found="another one that is running",
                    remedy="wait until it has ended",
                )
            yield

    def put_part(self, table: str, unit: int, part: int, data: memoryview) -> str:
        """Write a canonical file under its digest; returns its path in the root.

        A file that is there already stays as it is, so that a build sees what has not changed.
        """
        name = f"{table}/{unit:05d}-{part:05d}-{sha256(data)[:16]}.parquet"
        with explained(name):
            if not self._holds(name, data):
                self._install(name, data, _PUBLIC)
        return name

    def put_unfinished(self, name: str, data: bytes) -> None:
        """Write a file of the ingest that runs."""
        with explained(name):
            self._install(f"{_UNFINISHED}/{name}", data, _PRIVATE)

    def read_unfinished(self, name: str) -> bytes | None:
        """A file of the ingest that runs; None if there is none."""
        with explained(name):
            try:
                return (self._root / _UNFINISHED / name).read_bytes()
            except FileNotFoundError:
                return None

    def list_unfinished(self, name: str) -> list[str]:
        """The names of the files in a folder of the ingest that runs, sorted."""
        with explained(name):
            folder = self._root / _UNFINISHED / name
            return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []

    def delete_unfinished(self, name: str) -> None:
        """Remove a folder of the ingest that runs."""
        with explained(name):
            delete_tree(self._root / _UNFINISHED / name)

    def digest(self, name: str) -> str | None:
        """The SHA-256 of a canonical file as it is now; None if there is none."""
        with explained(name):
            try:
                with (self._root / name).open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest()
            except FileNotFoundError:
                return None

    def publish(self, manifest: SourceManifest) -> None:
        """Replace the manifest: the one write that makes the new tables the source."""
        with explained(MANIFEST_NAME):
            self._install(MANIFEST_NAME, manifest.to_canonical_json(), _PUBLIC)

    def sweep(self, manifest: SourceManifest, plan_id: str | None = None) -> None:
        """Remove canonical files that the manifest does not name, and ingests other than ``plan_id``."""
        named = {*manifest.accounts, *manifest.records}
        with explained(str(self._root)):
            for entry in list(walk(self._root)):
                name = Path(entry.path).relative_to(self._root).as_posix()
                if _OURS.fullmatch(name) and name not in named:
                    Path(entry.path).unlink()
        self.sweep_unfinished(plan_id)

    def sweep_unfinished(self, plan_id: str | None = None) -> None:
        """Remove what dead ingests left behind, but for the plan that is gone on with."""
        folder = self._root / _UNFINISHED
        with explained(str(folder)):
            for entry in list(folder.iterdir()):
                if entry.is_dir() and entry.name != plan_id:
                    delete_tree(entry)
                elif entry.is_file() and entry.name != "lock":
                    entry.unlink()

    def _holds(self, name: str, data: memoryview) -> bool:
        path = self._root / name
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data

    def _install(self, name: str, data: bytes | memoryview, mode: int) -> None:
        path = self._root / name
        make_folders(path.parent)
        with temporary_file(self._root / _UNFINISHED, data, mode) as written:
            written.replace(path)
        sync_folder(path.parent)

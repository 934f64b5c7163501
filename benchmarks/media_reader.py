"""How fast the metadata of image files is read, next to `exiftool -fast2 -json`.

Both read the same files, in pairs, each in a process of its own: a folder of images, ten times over, so that
the start of a process counts little. Medians of wall and CPU seconds, and the ratio of each pair; no digest
is made of the files. Nothing is asserted. Wall seconds mean something on an otherwise idle machine only.

`--images` names the folder; by default the one of the test data (OPTOUT_TEST_DATA).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measured.options import options
from measured.spent import Spent, Steps, median

ROOT = Path(__file__).resolve().parent.parent
_TIMES = 10
_READ = """
import mmap, sys
from pipelines.ingest.media.reading import read_media
found = 0
for path in open(sys.argv[1], encoding="utf-8").read().splitlines():
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        view = memoryview(mapped)
        found += read_media(view) is not None
        view.release()
print(found)
"""


def main() -> None:
    """Measure the pairs, print."""
    asked = options("Measure the reading of image metadata against exiftool.")
    exiftool = shutil.which("exiftool")
    folder = asked.images or _test_data() / "images_bep" / "testdata"
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    if exiftool is None or not files:
        print(f"not measured: {'no exiftool here' if exiftool is None else f'no files in {folder.name}'}")
        return
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch, "files")
        listed.write_text("\n".join([str(path) for path in files] * _TIMES) + "\n", encoding="utf-8")
        pairs = [_pair(exiftool, listed) for _ in range(asked.repeats)]
    count = len(files) * _TIMES
    for name, spent in zip(("read_media", "exiftool"), zip(*pairs, strict=True), strict=True):
        taken = median(spent)
        print(f"{name:10} {count / taken.wall:8,.0f} files/s wall {count / taken.cpu:8,.0f} files/s CPU")
    ratios = [Spent(theirs.wall / ours.wall, theirs.cpu / ours.cpu) for ours, theirs in pairs]
    middle, least = median(ratios), Spent(*map(min, zip(*ratios, strict=True)))
    print(
        f"ratio      {middle.wall:8.1f} wall (least {least.wall:.1f}), "
        f"{middle.cpu:.1f} CPU (least {least.cpu:.1f})"
    )


def _test_data() -> Path:
    return Path(os.environ.get("OPTOUT_TEST_DATA") or ROOT.parent / "shared" / "data")


def _pair(exiftool: str, listed: Path) -> tuple[Spent, Spent]:
    steps = Steps()
    with steps.measure("ours"):
        done = subprocess.run(
            [sys.executable, "-c", _READ, str(listed)], check=True, capture_output=True, cwd=ROOT
        )
    with steps.measure("theirs"):
        told = subprocess.run(
            [exiftool, "-fast2", "-json", "-@", str(listed)], check=False, capture_output=True
        )
    # Texts and damaged files are told as well.
    if not 0 < int(done.stdout) <= len(json.loads(told.stdout)):
        sys.exit("exiftool told of fewer files than were read")
    return steps.spent["ours"], steps.spent["theirs"]


if __name__ == "__main__":
    main()
